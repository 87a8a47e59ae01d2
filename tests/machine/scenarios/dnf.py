"""What is only so with dnf 4 and dnf 5; the rest is in every_manager.py."""

from refused import vendors_packages
from scenario import for_families

SENSOR = "101.24092.0002"
SOURCES = "/etc/yum.repos.d"


@for_families("fedora", sweep=("el9",))
def a_package_of_the_same_name_elsewhere_is_not_taken(w):
    """Somebody else's repository, preferred by its file, signed by its own key, which its file names."""
    w.prepare()
    w.publish()
    w.mirror.publish([w.build_dependency()])
    theirs = type(w.mirror)(w.served, "attacker", "attacker")
    theirs.publish(vendors_packages(w))
    theirs.package_signed_by(SENSOR, "attacker")
    w.machine.write("/etc/pki/rpm-gpg/attacker", theirs.key_text())
    w.machine.write(f"{SOURCES}/attacker.repo", f"[a]\nname=a\nbaseurl={theirs.uri}\nenabled=1\npriority=1\ngpgcheck=1\n"
                                                "gpgkey=file:///etc/pki/rpm-gpg/attacker\n")
    w.ask()
    w.agent.start()
    w.azure.wait_status("success")
    w.assert_onboarded()
    packages = [line for line in w.requests() if "mdatp-" in line]
    assert packages and all("attacker/" not in line for line in packages), packages
    assert len(w.manager.keys()) == 2, w.manager.keys()  # the distribution's and the vendor's


@for_families("fedora", sweep=("el9",))
def dnf_itself_killed_in_a_script(w):
    """As when memory runs out: its database says installed, so the next run lets the scripts run again."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_postinst()
    w.machine.run(["pkill", "-KILL", "-f", "bin/dnf|^dnf5|rpm-tmp"])
    w.azure.wait_status("error")
    assert w.count_installed() == 0
    w.machine.write("/etc/mdatp-stand-in.conf", "")
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.count_installed() == 1
    w.assert_sane()
    assert not w.manager.kept(), w.manager.kept()
