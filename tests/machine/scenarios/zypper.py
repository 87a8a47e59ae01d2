"""SUSE's own package manager: onboarding, and what is told and left when something is in the way."""

import build as sensor
import repository
from onboarding_world import ONBOARDING, RESOURCE, STATE, WORKSPACE
from scenario import for_families, scenario

OLD, SENSOR, NEW = "101.24082.0004", "101.24092.0002", "101.25042.0003"
SOURCES = "/etc/zypp/repos.d"
OWN = f"{SOURCES}/microsoft-prod.repo"
FOREIGN = "[foreign]\nname=Foreign\nbaseurl=https://rpm.distro.test/nothing/\nenabled=1\nautorefresh=1\ngpgcheck=1\n"
UNREACHABLE = FOREIGN.replace("foreign", "gone").replace("rpm.distro.test", "gone.test")


def start(w, **asked):
    w.publish()
    w.ask(**asked)
    w.agent.start()


def assert_nothing_left(w):
    w.assert_quiet()
    w.assert_sane()
    for place in ("/var/tmp", "/var/cache/zypp/packages"):
        left = [path for path in w.machine.snapshot((place,)) if "zypp." in path or "/AP_0x" in path or path.endswith(".rpm")]
        assert not left, left


def again(w, seq, **asked):
    w.ask(seq=seq, **asked)
    return w.azure.wait_status("success", seq=seq)


@for_families("sles15", "sles16")
def zypper_onboards(w):
    """Nobody's package list is read that has no need to be; a second enable does nothing at all."""
    w.prepare(sensor_versions=(OLD, SENSOR))
    w.onboard()
    w.assert_onboarded()
    assert w.manager.version().startswith(SENSOR), w.manager.version()
    assert_nothing_left(w)
    source = w.machine.read(OWN)
    assert "\ngpgcheck=1\npkg_gpgcheck=1\n" in source and "gpgkey=file:///" in source, source
    before = w.package_manager_runs()
    again(w, 1)
    assert w.package_manager_runs() == before


def pinned(version, **more):
    """The public settings that ask for a version of the sensor."""
    return {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, "version": version, **more}


@scenario(family="sles15")
def zypper_installs_the_version_that_is_asked_for(w):
    """A version that is not offered is said with those that are; an older one than is there comes only with leave."""
    w.prepare(sensor_versions=(OLD, SENSOR, NEW))
    start(w, public=pinned("101.24095.9999"))
    message = w.azure.wait_status("error").settings.message
    assert all(version in message for version in (OLD, SENSOR, NEW)), message
    again(w, 1, public=pinned(SENSOR))
    assert w.manager.version().startswith(SENSOR), w.manager.version()
    again(w, 2, public=pinned(NEW))
    assert w.manager.version().startswith(NEW), w.manager.version()
    w.ask(seq=3, public=pinned(OLD))
    told = w.azure.wait_report(lambda r: r and r.settings and r.settings.seq == 3 and r.settings.status in ("success", "error"),
                               "an end", 60).settings
    assert "allowDowngrade" in told.message + " ".join(row.message for row in told.substatus), told
    assert w.manager.version().startswith(NEW), w.manager.version()
    again(w, 4, public=pinned(OLD, allowDowngrade=True))
    assert w.manager.version().startswith(OLD), w.manager.version()
    w.assert_onboarded()
    assert_nothing_left(w)


@scenario(family="sles15")
def another_zypper_is_named_and_waited_for(w):
    """A real one, while it downloads and then in a package's script: nothing is signalled, nothing of it is lost."""
    w.prepare()
    w.mirror.publish([w.build_dependency(), w.build_slow()])
    let_go = w.hold_back(w.mirror.packages)
    w.start_unit("admin", *w.manager.install("slow-stand-in"))
    w.machine.wait(lambda: any(".rpm.new.zypp." in path for path in w.machine.snapshot(("/var/tmp",))), 30, "zypper's download")
    start(w)
    told = w.wait_told("holds /run/zypp.pid").settings.message
    assert "zypper (pid " in told and "admin.service" in told, told
    let_go()
    told = w.wait_told("rpm (pid ").settings.message
    assert "zypper (pid " in told and "admin.service" in told, told
    w.touch("/run/go")
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.manager.version("slow-stand-in")
    assert_nothing_left(w)


@scenario(family="sles15")
def a_broken_foreign_repository_does_not_stop_zypper(w):
    """One that answers 404 and one whose host has no name, neither ever read before, both refreshed by every command."""
    w.prepare()
    w.machine.write(f"{SOURCES}/foreign.repo", FOREIGN)
    w.machine.write(f"{SOURCES}/gone.repo", UNREACHABLE)
    start(w)
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.machine.read(f"{SOURCES}/foreign.repo") == FOREIGN


def refused(w, seq, stage, reason, *words):
    w.vendor.publish(list((w.folder / "debs").glob("mdatp-*.rpm")))
    stage()
    w.ask(seq=seq)
    w.agent.start()
    report = w.azure.wait_status("error", seq=seq, timeout=90)
    message = report.settings.message
    assert f"({reason})" in message, message
    for each in words:
        assert each in message, (each, message)
    w.assert_quiet()
    w.assert_untouched(w.before)
    assert w.package_state() == "" and not w.machine.exists(ONBOARDING)
    assert not w.leftovers(), w.leftovers()


@for_families("sles15", sweep=("sles16",))
def what_zypper_cannot_verify_is_not_installed(w):
    """Each leaves repositories, keys in rpm's database, caches and the sensor's folders byte by byte as they were."""
    v = w.vendor
    w.prepare()
    w.publish()
    w.before = w.snapshot()
    other = "microsoft-2025.asc" if w.family.key == "vendor-2025" else "microsoft.asc"
    cases = (
        (v.html_list, "repository-not-genuine", "an HTML page"),
        (v.list_without_check, "repository-not-genuine", "gpgcheck=0"),
        (lambda: v.wrong_key(other), "repository-key", "not pinned"),
        (v.release_signed_by, "package-signature", "The package manager said"),
        (v.unsigned, "package-signature", "is unsigned"),
        (lambda: v.package_signed_by(SENSOR), "package-signature", "Signature verification failed"),
        (lambda: v.package_signed_by(SENSOR, None), "package-signature", "Signature verification failed"),
        (lambda: v.alter_package(SENSOR), "package-signature", "Signature does not verify"),
        (v.alter_index, "package-signature", "The package manager said"),
        (lambda: v.drop_package(SENSOR), "package-not-found", "not found on medium"))
    for seq, (stage, reason, *words) in enumerate(cases):
        refused(w, seq, stage, reason, *words)
    w.vendor.publish(list((w.folder / "debs").glob("mdatp-*.rpm")))
    again(w, len(cases))
    w.assert_onboarded()


def spelled(w, file, ident, **changed):
    """The vendor's repository as another product or an admin writes it."""
    text = w.vendor.source(**changed).replace(f"[{w.vendor.id}]", f"[{ident}]")
    w.machine.write(f"{SOURCES}/{file}.repo", text)
    return text


@scenario(family="sles15")
def a_repository_that_is_configured_already_is_used(w):
    """Three spellings of it: the vendor's package's, an admin's with addrepo, another product's with other case and slash."""
    w.prepare()
    w.publish()
    w.machine.write("/root/key.asc", repository.openpgp.armor(repository.binary(w.family.key)))
    place = w.vendor.uri
    cases = (("microsoft-prod", "packages-microsoft-com-prod", {}),
             ("packages.microsoft.com_sles_15_prod", "packages.microsoft.com_sles_15_prod", {"uri": place.rstrip("/")}),
             ("intune", "Intune", {"uri": place.replace("packages.microsoft.com", "Packages.Microsoft.com"), "name": "Microsoft: all"}))
    for seq, (name, ident, changed) in enumerate(cases):
        if seq:
            w.make_fresh()
            w.machine.run(["rm", "-f", *(f"{SOURCES}/{each}.repo" for each, _, _ in cases)])
        text = spelled(w, name, ident, **changed)
        w.machine.run(["rpm", "--import", "/root/key.asc"])
        w.ask(seq=seq)
        w.agent.start()
        w.azure.wait_status("success", seq=seq)
        w.assert_onboarded()
        assert w.machine.read(f"{SOURCES}/{name}.repo") == text
        named = [path for path in w.machine.snapshot((SOURCES,)) if path.endswith(".repo")]
        assert len(named) == 2, named


@scenario(family="sles15")
def exit_statuses_of_zypper_that_only_inform_are_success(w):
    """106 for a repository that is skipped, 107 for somebody else's failing script."""
    w.prepare()
    failing = (("postinst", "#!/bin/sh\necho cannot do it\nexit 3\n"),)
    w.mirror.publish([sensor.build_dependency(w.folder / "debs", kind="rpm", scripts=failing)])
    w.machine.write(f"{SOURCES}/foreign.repo", FOREIGN)
    start(w)
    w.azure.wait_status("success")
    w.assert_onboarded()


def started(w, **prepare):
    """Fresh machine, the worker at work; what the guest agent wrote is on the disk."""
    w.prepare(**prepare)
    w.publish()
    w.ask()
    let_go = w.hold_back("/config/")
    w.agent.start()
    w.wait_told("looking up the package repository")
    if w.machine.disk:
        w.machine.run(["sync"])
    let_go()


def finish_after_the_cut(w):
    w.azure.forget_uploads()
    w.machine.boot()
    w.azure.wait_status("success", timeout=90)
    w.assert_onboarded()
    w.assert_sane()


@scenario(disk=True, family="sles15", timeout=300)
def zypper_on_a_full_disk(w):
    """Too little for the download, then for what is in it: told, and all as before."""
    w.prepare(ballast_mib=64)
    before = w.snapshot()
    w.publish()
    w.ask()
    w.fill_disk(40)
    w.agent.start()
    w.wait_error("disk-full", timeout=90)
    w.assert_untouched(before)
    w.empty_disk()
    w.fill_disk(100)
    w.enable_again()
    w.wait_error("disk-full", timeout=90)
    w.assert_untouched(before)
    assert not w.machine.exists(f"{STATE}/undo")
    w.empty_disk()
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert_nothing_left(w)


@scenario(family="sles15")
def worker_killed_while_zypper_downloads_and_in_a_script(w):
    """A download ends with its worker and leaves nothing; a transaction goes on, and the next run takes it from there."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    before = w.snapshot()
    w.hold_download()
    start(w)
    w.wait_told("downloading mdatp")
    w.wait_download()
    w.kill_worker()
    w.wait_error("worker-died")
    w.assert_quiet()
    w.machine.wait(lambda: w.machine.run(["pgrep", "-x", "zypper"], check=False).returncode, 10, "zypper to be gone")
    w.assert_untouched(before)
    assert not w.leftovers(), w.leftovers()
    w.let_download_go()
    w.enable_again()
    w.wait_postinst()
    w.kill_worker()
    w.wait_error("worker-died")
    w.enable_again()
    w.wait_told("waiting for the run before this one")
    w.release()
    w.azure.wait_status("success")
    w.assert_onboarded()
    w.assert_never_cut_off()
    assert w.count_installed() == 1
    assert_nothing_left(w)


@scenario(disk=True, family="sles15")
def power_cut_in_a_script_that_zypper_runs(w):
    """The database says installed before the script has ended: it runs once more."""
    started(w, knobs={"postinst_wait_file": "/run/go"})
    w.wait_postinst()
    w.machine.power_cut()
    w.machine.write("/etc/mdatp-stand-in.conf", "")
    finish_after_the_cut(w)
    assert w.count_installed() == 1


@scenario(disk=True, family="sles15")
def power_cut_while_zypper_unpacks(w):
    started(w, ballast_mib=300)
    w.machine.wait(lambda: w.machine.run(["pgrep", "-x", "rpm"], check=False).returncode == 0
                   and any("ballast" in path for path in w.machine.snapshot(("/opt/microsoft",))), 60, "rpm to unpack")
    w.machine.power_cut()
    finish_after_the_cut(w)
