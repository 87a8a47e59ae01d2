"""What this machine's own configuration holds, locks, excludes or pins: named with what to do, and left as it was."""

import build as sensor
from onboarding_world import RESOURCE, WORKSPACE, onboarding
from scenario import for_families

OLD, NEW, _ = sensor.VERSIONS
PREFERENCES = "/etc/apt/preferences.d/mdatp"


def request(w, seq, status, **settings):
    public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, **settings}
    w.enable_with(seq, public=public, protected=onboarding.protected_settings(w.package()))
    told = w.wait_ended(seq)
    assert told["status"] == status, told
    w.assert_quiet()
    w.machine.wait(lambda: not w.leftovers(), 10, "the end of the run")
    return told["formattedMessage"]["message"]


def assert_version(w, version):
    """As the package manager and the daemon have it."""
    assert w.manager.version().startswith(version) and version.startswith(w.health()["appVersion"]), w.manager.version()


def commands(w, hold, release):
    w.machine.run(hold)
    return lambda: w.machine.run(release)


def excluded(w):
    conf = "/etc/dnf/dnf.conf"
    text = w.machine.read(conf) if w.machine.exists(conf) else None
    w.machine.write(conf, (text or "[main]\n") + "excludepkgs=mdatp\n")
    return lambda: w.machine.write(conf, text) if text is not None else w.machine.path(conf).unlink()


def ways(w):
    """How it is held here, a function that does and gives the one that takes it back, and what the answer names."""
    lock = "dnf5", "--assumeyes", "versionlock"
    return {
        "apt": [(lambda: commands(w, ["apt-mark", "hold", "mdatp"], ["apt-mark", "unhold", "mdatp"]),
                 "mdatp | E: Held packages were changed", "'apt-mark unhold' releases it")],
        "zypper": [(lambda: commands(w, ["zypper", "--non-interactive", "addlock", "mdatp"],
                                     ["zypper", "--non-interactive", "removelock", "mdatp"]),
                    "remove lock to allow installation of mdatp", "'zypper removelock' releases it")],
        "dnf": [(lambda: excluded(w), "hides it from dnf", "excludepkgs in /etc/dnf/dnf.conf")],
        "dnf5": [(lambda: commands(w, [*lock, "add", "mdatp"], [*lock, "delete", "mdatp"]),
                  "excluded by versionlock", "'dnf5 versionlock delete' releases it"),
                 (lambda: excluded(w), "hides it from dnf5", "excludepkgs in /etc/dnf/dnf.conf")],
    }[w.family.manager]


@for_families("debian12", "el9", "fedora43", "sles15", sweep=("debian11", "debian13", "amzn2023", "el8", "el10", "sles16"),
              direct=True)
def what_holds_the_sensor_is_named(w):
    w.prepare(sensor_versions=(OLD, NEW))
    w.install_unpacked()
    request(w, 1, "success", version=OLD)
    seq = 1
    for hold, said, how in ways(w):
        release = hold()
        before = w.snapshot()
        seq += 1
        told = request(w, seq, "error", version=NEW)
        assert "(package-kept)" in told and said in told and how in told, told
        after = w.snapshot()
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        assert not {path for path in changed if not path.endswith("/attrs")}, changed  # dnf 5 notes there when it looked
        assert_version(w, OLD)
        release()
    request(w, seq + 1, "success", version=NEW)
    assert_version(w, NEW)


@for_families("debian12", sweep=("debian11", "debian13"), direct=True)
def the_preferences_of_apt_are_kept_and_named(w):
    """Nothing to do is not done: what a run brought goes again with it. Then what no source may be taken from."""
    w.prepare(sensor_versions=(OLD,))
    w.install_unpacked()
    for deb in (w.folder / "debs").glob("*.deb"):
        w.machine.write(f"/root/{deb.name}", deb.read_bytes())
    w.machine.run(["sh", "-c", "dpkg -i /root/libmnl*.deb /root/mdatp_*.deb"])
    w.machine.write(PREFERENCES, f"Package: mdatp\nPin: version {OLD}\nPin-Priority: 1001\n")
    w.vendor.publish([w.build_sensor(OLD), w.build_sensor(NEW)])
    w.knobs({"expired": OLD})
    w.machine.run(["systemctl", "restart", "mdatp"])
    before = w.snapshot()
    refused(w, 1, before, f"has mdatp {NEW}", f"installed is {OLD}")
    w.machine.path(PREFERENCES).unlink()
    request(w, 2, "success")
    assert_version(w, NEW)
    w.make_fresh()
    w.machine.write(PREFERENCES, "Package: mdatp\nPin: origin packages.microsoft.com\nPin-Priority: -1\n")
    refused(w, 3, w.snapshot(), f"has mdatp {NEW}")
    w.machine.path(PREFERENCES).unlink()
    request(w, 4, "success")


def refused(w, seq, before, *words):
    told = request(w, seq, "error")
    assert "(package-kept)" in told and "'apt-cache policy mdatp'" in told and all(each in told for each in words), told
    w.assert_untouched(before)
    assert not w.machine.exists("/etc/apt/sources.list.d/microsoft-prod.list")
