"""Taking over from the handler that came before ours, whatever its background installer is doing or left behind."""

import build as sensor
import earlier
import openpgp
import repository
from onboarding_world import LOG, NAME, NEWER, ONBOARDING, PROGRAM, RESOURCE, STATE, VERSION, WORKER, WORKSPACE
from scenario import scenario

OLD = "1.0.0.0"
OLD_BASE = f"/var/lib/waagent/{NAME}-{OLD}"
LIST = "/etc/apt/sources.list.d/microsoft-prod.list"
KEYRING = repository.VENDOR_KEYRING
TRUSTED = "/etc/apt/trusted.gpg.d/microsoft.gpg"
HTML = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n<body># deb</body></html>\n"
UNSIGNED = "deb [arch=amd64] https://packages.microsoft.com/debian/12/prod bookworm main\n"
BIONIC = "deb [arch=amd64] https://packages.microsoft.com/ubuntu/18.04/prod bionic main\n"
OURS = f"deb [arch=amd64 signed-by={KEYRING}] https://packages.microsoft.com/debian/12/prod bookworm main"
SETTING_UP = (f"key vendor {KEYRING}", f"source {OURS}", "refresh")
SOUND = (*SETTING_UP, "install", "onboard", "licensed", f"tag AzureResourceId {RESOURCE}", f"tag SecurityWorkspaceId {WORKSPACE}")


def plan(w, *steps):
    """What the earlier handler's installer will do."""
    w.machine.write("/etc/old-installer", "".join(f"{step}\n" for step in steps))


def begin(w, *steps, hold=False):
    """A machine with the earlier handler, its installer at work. hold: the sensor's postinst waits for release()."""
    w.prepare()
    if hold:
        w.hold_postinst()
    w.machine.write("/root/old-keys/vendor", openpgp.binary("vendor"))
    w.machine.write("/root/old-keys/attacker", openpgp.binary("attacker"))
    plan(w, *steps)
    w.azure.publish(OLD, earlier.build(w.folder / "earlier.zip"))
    w.publish(VERSION, NEWER)
    w.ask(version=OLD)
    w.agent.start()


def installers(w):
    """Pids of the earlier handler's background processes."""
    return w.machine.run(["pgrep", "-f", "mde_installer.sh|MdeInstallerWrapper.py"], check=False).stdout.split()


def pid_of(w, pattern):
    return w.machine.wait(lambda: w.machine.run(["pgrep", "-o", "-f", pattern], check=False).stdout.strip(), 20, pattern)


def wait_dead(w):
    w.machine.wait(lambda: not installers(w), 20, "the end of the installer")


def assert_nothing_of_ours(w):
    places = (PROGRAM, "/usr/local/sbin/mde-linux", STATE, "/var/cache/mde-linux", f"/run/systemd/system/{WORKER}")
    assert not [place for place in places if w.machine.exists(place) or w.machine.path(place).is_symlink()]
    left = w.machine.run(["find", "/etc", "/run", "/usr", "-xdev", "-name", "*mde*linux*", "-not", "-path", "/etc/mde-linux*"]).stdout
    assert not left, left
    listed = w.machine.run(["systemctl", "list-units", "--all", "--plain", "--no-legend", "mde-linux*", "mdelinux*"]).stdout
    assert not listed, listed


# While it is at work


@scenario()
def an_installer_at_work_is_named_and_waited_for(w):
    begin(w, *SETTING_UP, "install", hold=True)
    w.wait_postinst()
    w.ask(version=VERSION)
    pid = pid_of(w, "mde_installer.sh --onboard")
    told = w.wait_told("mde_installer.sh").settings
    assert f" s for mde_installer.sh of extension version {OLD} (pid {pid}), which is still at work" in told.message, told
    assert not w.machine.exists(OLD_BASE) and w.package_state() == "iF"
    w.release()
    report = w.azure.wait_status("success", version=VERSION)
    assert report.settings.row("predecessor").message.endswith(f"which version {OLD} of this extension had started"), report
    w.assert_onboarded()
    w.assert_never_cut_off()
    assert w.count_installed() == 1 and w.scripts().count(("postinst configure ", "begin")) == 1, w.scripts()
    w.assert_sane()
    assert not w.machine.exists(f"{STATE}/successor")


@scenario()
def what_a_dead_installer_left_running_is_named_and_waited_for(w):
    begin(w, *SETTING_UP, "install", hold=True)
    w.wait_postinst()
    apt = pid_of(w, "^apt-get install -y mdatp")
    w.machine.run(["kill", "-KILL", *installers(w)])
    wait_dead(w)
    w.ask(version=VERSION)
    told = w.wait_told(" s for apt: apt-get").settings
    assert f"apt-get (pid {apt}, walinuxagent.service, for " in told.message, told
    assert f"), run by extension version {OLD} (" in told.message, told
    w.release()
    w.azure.wait_status("success", version=VERSION)
    w.assert_onboarded()
    w.assert_never_cut_off()
    w.assert_sane()


@scenario(waits=True, timeout=240)
def an_installer_that_does_not_end_is_told_at_the_deadline_and_never_signalled(w):
    begin(w, "wait /run/go")
    pid = pid_of(w, "mde_installer.sh --onboard")
    before = w.snapshot()
    w.ask(version=VERSION)
    message = w.wait_error("package-manager-locked", timeout=90, version=VERSION).settings.message
    assert f"mde_installer.sh, which version {OLD} of this extension started (pid {pid}), is still at work" in message, message
    assert pid in installers(w)
    w.assert_untouched(before)
    w.touch("/run/go")
    wait_dead(w)
    w.enable_again()
    w.azure.wait_status("success", version=VERSION)
    w.assert_onboarded()


# What it left behind


@scenario()
def a_healthy_sensor_is_left_alone_there_and_back(w):
    begin(w, *SOUND)
    w.azure.wait_status("success", version=OLD)
    w.assert_onboarded()
    before = w.package_manager_runs(), w.snapshot(), w.onboarding_file(), w.unit("mdatp", "MainPID")
    w.ask(version=VERSION)
    report = w.azure.wait_status("success", version=VERSION)
    assert (report.status, report.code) == ("Ready", 0), report
    assert (w.package_manager_runs(), w.snapshot(), w.onboarding_file(), w.unit("mdatp", "MainPID")) == before
    assert w.runs() == 0 and not w.machine.exists(OLD_BASE)
    assert w.machine.run([PROGRAM, "--version"]).stdout.splitlines()[0] == f"mde-linux {VERSION}"
    assert "the stand-in for the earlier handler: uninstall" in w.log()
    # back: nothing of ours stays to disturb the earlier handler
    plan(w)
    w.ask(version=OLD)
    w.azure.wait_report(lambda report: report and report.settings and report.settings.status == "success"
                        and "Successfully configured" in report.settings.message, "the earlier handler's success")
    assert not w.machine.exists(w.base())
    assert_nothing_of_ours(w)
    assert (w.package_manager_runs(), w.snapshot(), w.onboarding_file(), w.unit("mdatp", "MainPID")) == before
    # and ours again, with more to do
    w.ask(version=NEWER, seq=1, tags={"GROUP": "Web servers"})
    w.azure.wait_status("success", seq=1, version=NEWER)
    assert w.tags()["GROUP"] == "Web servers"
    w.assert_onboarded()


@scenario()
def a_page_in_place_of_the_source_is_replaced(w):
    """And the mark of an installation that died, which would keep the earlier handler from working for 36 minutes."""
    begin(w, "source <html>Sign in</html>", "die")
    w.machine.wait(lambda: w.machine.exists(LIST), 30, "the page")
    wait_dead(w)
    assert w.machine.exists(f"{OLD_BASE}/install.status")
    w.ask(version=VERSION)
    report = w.azure.wait_status("success", version=VERSION)
    row = report.settings.row("repository-repair")
    assert row.status == "warning" and LIST in row.message and 'an HTML page "<html>Sign in</html>"' in row.message, row
    assert w.machine.read(LIST).splitlines()[-1] == OURS
    w.assert_onboarded()
    w.assert_sane()
    assert w.machine.read(f"{LOG}/MdeInstallerLog.log").startswith("--- source")


def stage(w, list_text, keyring=None, trusted=None, more=None):
    w.make_fresh()
    w.machine.run(["rm", "-f", TRUSTED])
    for path, data in ((LIST, list_text), (KEYRING, keyring), (TRUSTED, trusted), *(more or {}).items()):
        if data is not None:
            w.machine.write(path, data)


@scenario(timeout=240)
def each_kind_of_damage_is_repaired_and_told(w):
    w.onboard()
    vendor, attacker = openpgp.binary("vendor"), openpgp.binary("attacker")
    half = UNSIGNED[:UNSIGNED.index("bookworm")]
    code = "deb [arch=amd64] https://packages.microsoft.com/repos/code stable main\n"
    site = f"deb [signed-by={SITE_KEYRING}] https://packages.microsoft.com/debian/12/prod bookworm main\n"
    # what is in the list, what else; the row and its words; what is in the list at last
    cases = (
        (HTML, {}, "repository-repair", "an HTML page", None),
        (BIONIC, {"keyring": vendor}, "repository-other", "ubuntu/18.04/prod bionic", None),
        (half, {"keyring": vendor}, "repository-repair", "the line", None),
        (UNSIGNED.replace("main", "ma"), {"trusted": vendor}, "repository-repair", "bookworm ma", None),
        (code + BIONIC, {}, "repository-other", "bionic", code),
        (UNSIGNED, {}, "repository-key", "NO_PUBKEY", None),
        (OURS + "\n", {"keyring": attacker}, "repository-key", "NO_PUBKEY", None),
        (OURS + "\n", {"keyring": HTML}, "repository-key", LIST, None),
        (OURS + "\n", {"more": {SITE_LIST: site, SITE_KEYRING: vendor}}, "repository-repair", SITE_LIST, ""),
    )
    for seq, (text, others, row, words, kept) in enumerate(cases, 1):
        stage(w, text, **others)
        w.ask(seq=seq)
        settings = w.azure.wait_status("success", seq=seq).settings
        assert settings.row(row) and settings.row(row).status == "warning", (text, settings)
        assert words in settings.row(row).message and LIST in settings.row(row).message, (text, settings.row(row))
        if kept == "":
            assert not w.machine.exists(LIST) and w.machine.read(SITE_LIST) == site
        else:
            lines = [line for line in w.machine.read(LIST).splitlines() if not line.startswith("#")]
            assert lines == (kept or "").splitlines() + [OURS], lines
    w.assert_onboarded()
    w.assert_sane()


SITE_LIST = "/etc/apt/sources.list.d/site.list"
SITE_KEYRING = "/etc/apt/keyrings/site.gpg"


@scenario()
def a_source_that_works_is_left_as_it_is(w):
    w.onboard()
    for seq, (text, others) in enumerate(((UNSIGNED, {"trusted": openpgp.binary("vendor")}),
                                          (OURS.replace("amd64 ", "amd64,arm64 ") + "\n", {"keyring": openpgp.binary("vendor")})), 1):
        stage(w, text, **others)
        before = w.machine.snapshot(("/etc/apt", "/usr/share/keyrings"))
        w.ask(seq=seq)
        settings = w.azure.wait_status("success", seq=seq).settings
        assert not settings.row("repository-repair") and not settings.row("repository-key"), settings
        assert w.machine.snapshot(("/etc/apt", "/usr/share/keyrings")) == before
    w.assert_onboarded()


@scenario()
def a_foreign_file_that_apt_cannot_read_is_named_and_all_is_as_it_was(w):
    begin(w, "source <html>Sign in</html>")
    w.azure.wait_status("success", version=OLD)
    w.machine.write(SITE_LIST, "not a source\n")
    before = w.snapshot()
    w.ask(version=VERSION)
    message = w.wait_error("package-sources", version=VERSION).settings.message
    assert SITE_LIST in message and LIST not in message, message
    w.assert_untouched(before)
    w.machine.path(SITE_LIST).unlink()
    w.enable_again()
    w.azure.wait_status("success", version=VERSION)
    w.assert_onboarded()


# Cut off in a transaction


def cut_off(w, pattern):
    """The kernel kills the package manager in a postinst."""
    w.machine.wait(lambda: w.machine.run(["pgrep", "-f", pattern], check=False).stdout, 30, "the postinst")
    w.machine.run(["sh", "-c", "kill -KILL $(pgrep 'apt-get|dpkg|mde_installer|postinst'; pgrep -f 'postinst configure|MdeInstaller|mde_installer.sh')"],
                  check=False)
    w.machine.wait(lambda: not w.machine.run(["pgrep", "-f", pattern], check=False).stdout, 20, "its end")
    assert w.machine.run(["ls", "/var/lib/dpkg/updates"]).stdout, "not interrupted"


@scenario()
def an_installation_cut_off_is_finished(w):
    begin(w, *SETTING_UP, "install", hold=True)
    cut_off(w, "mdatp.postinst configure")
    assert w.package_state() == "iF"
    w.release()
    w.ask(version=VERSION)
    report = w.azure.wait_status("success", version=VERSION)
    row = report.settings.row("package-repair")
    assert "dpkg was interrupted at mdatp: it was finished" in row.message, row
    w.assert_onboarded()
    w.assert_sane()


@scenario()
def an_interruption_of_somebody_else_is_refused_and_named(w):
    begin(w, "wait /run/never", "die")
    w.mirror.publish([sensor.build_dependency(w.folder / "debs"), sensor.build_slow(w.folder / "debs")])
    w.machine.run(["apt-get", "update"])
    w.start_unit("slow.service", "apt-get", "install", "-y", "slow-stand-in")
    cut_off(w, "slow-stand-in.postinst configure")
    w.touch("/run/go")
    before = w.snapshot()
    w.ask(version=VERSION)
    message = w.wait_error("package-manager-broken", version=VERSION).settings.message
    assert "half installed: slow-stand-in." in message, message
    w.assert_untouched(before)
    w.ask(version=VERSION, seq=1, repairPackageManager=True)
    report = w.azure.wait_status("success", seq=1, version=VERSION)
    assert "slow-stand-in" in report.settings.row("package-repair").message, report.settings
    w.assert_onboarded()
    w.assert_sane()
