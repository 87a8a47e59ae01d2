"""The deb and the rpm: what they bring and leave, alone and beside an extension on the same machine."""

import json
import re

import schema
from installed_package import CONF, PROGRAM as PACKAGED, InstalledPackage
from onboarding_world import NEWER, PROGRAM, RESOURCE, STATE, VERSION, WORKSPACE
from scenario import for_families

OTHER = RESOURCE.replace("machine", "renamed")
LINK = "/usr/local/sbin/mde-linux"
FILE, SETTINGS = "/root/WindowsDefenderATPOnboardingPackage.zip", "/root/settings.json"
HOLD = "/etc/mde-linux/hold"
POLICY = "\n[policy]\nallowed-tenants = 11111111-2222-3333-4444-555555555555\n"


def units(w):
    return w.machine.run(["systemctl", "list-unit-files", "--no-legend", "--plain"]).stdout


@for_families("debian12", "el9", "sles15", timeout=600)
def package_comes_and_goes(w):
    w.prepare()
    w.machine.run(["rm", "-r", "/etc/mde-linux"])
    package, before = InstalledPackage(w), units(w)
    package.install(VERSION)
    template = w.machine.read(CONF)
    assert units(w) == before and not w.machine.exists(STATE)
    assert all(line.startswith(("#", "[")) for line in template.splitlines() if line), template
    assert w.machine.path(CONF).stat().st_mode & 0o7777 == 0o644
    assert schema.validate("check", package.run("check", "--json").stdout)["facts"]["machine"]
    w.machine.write(SETTINGS, json.dumps({"tenant": "11111111-2222-3333-4444-555555555555"}))
    assert "onboard" in package.run("plan", "--settings", SETTINGS).stdout
    w.machine.write("/etc/ssl/site-ca.pem", "")
    w.machine.write(CONF, re.sub(r"(?m)^#([\w-]+ = )", r"\1", template))
    done = package.run("plan", "--settings", SETTINGS, check=False)
    assert done.returncode != 2 and CONF not in done.stderr, done
    package.run("hold", "until", "Friday")
    # it stays the administrator's
    w.machine.write(CONF, template + POLICY)
    w.machine.write(f"{STATE}/update.json", "{}")
    for change in (lambda: package.install(NEWER), lambda: package.downgrade(VERSION), package.remove):
        change()
        assert w.machine.read(CONF) == template + POLICY and not package.forgotten(), package.forgotten()
        assert w.machine.read(HOLD) == "until Friday\n" and w.machine.exists(f"{STATE}/update.json")
    package.install(NEWER)
    assert w.machine.read(CONF) == template + POLICY
    package.run("unhold")
    package.assert_whole()
    package.remove()
    package.purge()
    gone = w.family.kind == "deb"
    assert w.machine.read(CONF) == template + POLICY and w.machine.exists(STATE) != gone
    if gone:
        w.machine.path(CONF).unlink()
        package.install(NEWER)
        assert w.machine.read(CONF) == template
        package.purge()
        assert not w.machine.exists("/etc/mde-linux")


@for_families("debian12", "el9", "sles15", timeout=600)
def extension_on_top_of_the_package_and_off_again(w):
    w.prepare()
    package = InstalledPackage(w)
    package.install(NEWER)
    w.machine.write(FILE, w.package(), 0o600)
    w.machine.write(SETTINGS, json.dumps({"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE}))
    assert "onboarded" in package.run("onboard", FILE, "--settings", SETTINGS, timeout=120).stdout
    w.machine.path(FILE).unlink()
    w.assert_onboarded()
    w.onboard()
    assert w.installations() == 1
    w.assert_onboarded()
    assert w.machine.run([LINK, "--version"]).stdout.split()[1] == VERSION and package.version() == NEWER
    package.assert_whole()
    package.run("hold", "maintenance")
    w.ask(seq=1, resource=OTHER)
    report = w.azure.wait_status("error", seq=1)
    assert "maintenance" in report.settings.message, report
    assert w.tags()["AzureResourceId"] == RESOURCE
    package.run("unhold")
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent()
    package.assert_whole()
    assert package.version() == NEWER and w.machine.exists(CONF) and w.machine.exists(f"{STATE}/lock")
    for path in (PROGRAM, LINK, f"{STATE}/history", f"{STATE}/last", f"{STATE}/current", f"{STATE}/uninstalled"):
        assert not w.machine.exists(path) and not w.machine.path(path).is_symlink(), path
    w.assert_onboarded()
    # and once more on top
    w.ask(seq=2, resource=OTHER)
    w.azure.wait_status("success", seq=2)
    w.assert_onboarded(resource=OTHER)


@for_families("debian12", "el9", timeout=600)
def package_off_while_the_extension_is_on(w):
    w.onboard()
    conf, history = w.machine.read(CONF), w.machine.path(f"{STATE}/history/0.json").stat().st_ino
    package = InstalledPackage(w)
    package.install(VERSION)
    package.install(NEWER)
    assert w.machine.read(CONF) == conf and not package.forgotten()
    package.remove()
    package.purge()
    assert w.machine.read(CONF) == conf and not package.forgotten()
    assert w.machine.path(f"{STATE}/history/0.json").stat().st_ino == history
    assert w.machine.run([LINK, "--version"]).stdout.split()[1] == VERSION and not w.machine.exists(PACKAGED)
    w.ask(seq=1, resource=OTHER)
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded(resource=OTHER)
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent()
    for path in (PROGRAM, LINK, STATE):
        assert not w.machine.exists(path) and not w.machine.path(path).is_symlink(), path
