"""What is only so with zypper; the rest is in every_manager.py."""

import build as sensor
from scenario import for_families

SOURCES = "/etc/zypp/repos.d"
COMES = (".rpm.new.zypp.", "/.preload/")  # a package that is being downloaded; since libzypp 17.37 ahead of all else
FOREIGN = "[foreign]\nname=Foreign\nbaseurl=https://rpm.distro.test/nothing/\nenabled=1\nautorefresh=1\ngpgcheck=1\n"


def start(w, **asked):
    w.publish()
    w.ask(**asked)
    w.agent.start()


def is_downloading(w):
    return any(part in path for path in w.machine.snapshot(("/var/tmp", "/var/cache/zypp/packages")) for part in COMES)


@for_families("sles15", sweep=("sles157", "sles16"), direct=True)
def a_zypper_that_downloads_is_named_and_waited_for(w):
    """A real one, while it downloads and then in a package's script: nothing is signalled, nothing of it is lost."""
    w.prepare()
    w.mirror.publish([w.build_dependency(), w.build_slow()])
    let_go = w.hold_back(w.mirror.packages)
    w.start_unit("admin", *w.manager.install("slow-stand-in"))
    w.machine.wait(lambda: is_downloading(w), 30, "zypper's download")
    start(w)
    told = w.wait_told("holds /run/zypp.pid").settings.message
    assert "zypper (pid " in told and "admin.service" in told, told
    let_go()
    told = w.wait_told("/.rpm.lock").settings.message
    assert "zypper (pid " in told and "admin.service" in told, told
    w.touch("/run/go")
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.manager.version("slow-stand-in")
    w.assert_sane()
    assert not w.manager.kept(), w.manager.kept()


@for_families("sles15", sweep=("sles157", "sles16"), direct=True)
def exit_statuses_of_zypper_that_only_inform_are_success(w):
    """106 for a repository that is skipped, 107 for somebody else's failing script."""
    w.prepare()
    failing = (("postinst", "#!/bin/sh\necho cannot do it\nexit 3\n"),)
    w.mirror.publish([sensor.build_dependency(w.folder / "debs", kind="rpm", scripts=failing)])
    w.machine.write(f"{SOURCES}/foreign.repo", FOREIGN)
    start(w)
    w.azure.wait_status("success")
    w.assert_onboarded()


@for_families("sles15", sweep=("sles157", "sles16"), disk=True)
def power_cut_while_zypper_unpacks(w):
    w.prepare(ballast_mib=300)
    w.publish()
    w.ask()
    let_go = w.hold_back("/config/")
    w.agent.start()
    w.wait_told("looking up the package repository")
    w.machine.run(["sync"])         # the guest agent does not see to it that what it wrote is on the disk
    let_go()
    w.machine.wait(lambda: w.machine.run(["pgrep", "-x", "rpm|zypp-rpm"], check=False).returncode == 0
                   and any("ballast" in path for path in w.machine.snapshot(("/opt/microsoft",))), 120, "rpm to unpack")
    w.cut_power()
    w.azure.wait_status("success", timeout=90)
    w.assert_onboarded()
    w.assert_sane()
