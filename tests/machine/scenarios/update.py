"""Which version of the sensor a machine has: pins, expired builds, autoUpdate with its gate."""

import json

import hashlib
import json
import time

import openpgp
import repository
from onboarding_world import LOG, ONBOARDING, PROGRAM, RESOURCE, STATE, WORKSPACE, onboarding, sensor
from scenario import for_families, scenario

OLD, NEW, NEWEST = sensor.VERSIONS
STRANGE = "101.99999.0001"
RECORD = f"{STATE}/update.json"
SERVICE = "mde-linux-recheck.service"


def request(w, seq, **settings):
    """A sequence of its own, to its end: settings may be named version, which ask() takes for the extension's."""
    public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, **settings}
    w.enable_with(seq, public=public, protected=onboarding.protected_settings(w.package()))
    return w.wait_ended(seq)


def install_by_hand(w, version):
    for deb in (f"{sensor.DEPENDENCY}_1.0_all.deb", f"mdatp_{version}_amd64.deb"):
        w.machine.write(f"/root/{deb}", (w.folder / "debs" / deb).read_bytes())
        w.machine.run(["dpkg", "-i", f"/root/{deb}"])
    w.machine.write(ONBOARDING, onboarding.document(onboarding.blob(onboarding.body())), 0o640)
    w.machine.wait(lambda: "true" in w.machine.run(["mdatp", "health", "--field", "licensed"], check=False).stdout, 20,
                   "the sensor to be licensed")


def row(status, name):
    return next((each for each in status["substatus"] if each["name"] == name), None)


def version(w):
    """As the package manager and the daemon have it."""
    installed, running = w.manager.version(), w.health()["appVersion"]
    assert installed.startswith(running), (installed, running)
    return running


def ended(w):
    w.assert_quiet()
    w.machine.wait(lambda: not w.leftovers(), 10, "the end of the run")


def message(status):
    return status["formattedMessage"]["message"]


@scenario(direct=True)
def a_pin_moves_a_sensor_up_and_only_by_leave_down(w):
    w.prepare(sensor_versions=sensor.VERSIONS)
    w.install_only()
    install_by_hand(w, NEW)
    before, runs = w.snapshot(), w.runs()
    # older: refused, by the first look already
    told = message(request(w, 1, version=OLD))
    assert "(downgrade-refused)" in told and f"asks for {OLD}, and version {NEW} is installed" in told, told
    w.assert_untouched(before)
    assert w.runs() == runs and version(w) == NEW
    # not offered: told with what is, and what stays
    told = message(request(w, 2, version="101.25099.0001"))
    assert "(version-not-found)" in told and f"{NEWEST}, {NEW}, {OLD}. Version {NEW} stays installed." in told, told
    ended(w)
    w.assert_untouched(before)
    # a transaction that fails leaves what was there
    w.knobs({"preinst_fail": "yes"})
    for seq, settings in ((3, {"version": NEWEST}), (4, {"version": OLD, "allowDowngrade": True})):
        told = message(request(w, seq, **settings))
        assert "(install-failed)" in told, told
        ended(w)
        w.assert_untouched(before)
        w.machine.wait(lambda: w.machine.run(["mdatp", "health"], check=False).returncode == 0, 20, "the sensor")
        assert version(w) == NEW
    w.knobs({})
    # newer, also when the new unit is left disabled; then older, by leave; then nothing is left to be done
    w.knobs({"leave_unit_disabled": "yes"})
    assert request(w, 5, version=NEWEST)["status"] == "success"
    ended(w)
    assert version(w) == NEWEST
    w.assert_onboarded()
    w.knobs({})
    assert request(w, 6, version=OLD, allowDowngrade=True)["status"] == "success"
    ended(w)
    assert version(w) == OLD
    w.assert_onboarded()
    runs, requests = w.runs(), len(w.requests())
    w.enable(seq=6, check=True)
    assert w.status(seq=6)["status"] == "success" and w.runs() == runs and len(w.requests()) == requests
    # a pin to a build that has expired
    w.knobs({"expired": NEW})
    told = message(request(w, 7, version=NEW))
    assert "(sensor-expired)" in told and f"Version {NEW} expired" in told and "the setting version asks for" in told, told


# autoUpdate

def today():
    return int(time.time()) // 86400


def make_due(w, due=True):
    """A machine id whose day of the week is today, or is not, and no look so far."""
    def is_due(number):
        digest = hashlib.sha256(f"{number:032x}".encode()).hexdigest()
        return int(digest[8:16], 16) % 7 == today() % 7
    number = next(number for number in range(1, 1000) if is_due(number) == due)
    w.machine.write("/etc/machine-id", f"{number:032x}\n")
    w.machine.run(["rm", "-f", RECORD])


def record(w):
    return json.loads(w.machine.read(RECORD))


def looked_long_ago(w):
    w.machine.write(RECORD, json.dumps({**record(w), "looked": today() - 20}), 0o600)


def recheck(w):
    """The daily look, now, to its end and that of the worker it may have started."""
    w.machine.run(["systemctl", "start", SERVICE])
    w.machine.wait(lambda: not w.machine.exists(f"{STATE}/next") and not w.machine.exists(f"{STATE}/current"), 90, "the worker")
    ended(w)
    return w.status()


def offer(w, *versions, **knobs):
    """The vendor has these versions; knobs are built into the last one."""
    built = w.__dict__.setdefault("built", {})
    for each in versions:
        if each not in built or (knobs and each == versions[-1]):
            built[each] = w.build_sensor(each, knobs=knobs if each == versions[-1] else None)
    w.vendor.publish([built[each] for each in versions])


def events(w, words):
    texts = [path.read_text() for path in w.machine.path(f"{LOG}/events").glob("*.json")]
    return [event for event in map(json.loads, texts) if words in event["Message"]]


def text(status, name):
    return row(status, name)["formattedMessage"]["message"]


def onboard(w):
    w.onboard(autoUpdate=True, prepare={"sensor_versions": (OLD,)})
    ended(w)
    w.agent.stop()
    offer(w, OLD, NEW)


@scenario(direct=True)
def auto_update_comes_on_the_machines_day_unless_something_speaks_against_it(w):
    onboard(w)
    assert "one day of each week" in text(w.status(), "updates"), w.status()
    # not its day; then nothing is asked of anybody, nor by an enable on its day
    make_due(w, due=False)
    requests, runs = len(w.requests()), w.runs()
    recheck(w)
    assert record(w)["looked"] == today()
    make_due(w)
    w.enable(check=True)
    assert len(w.requests()) == requests and w.runs() == runs and version(w) == OLD
    # opted out; not known; on hold
    w.azure.tag(excludemdeautoupdate="True", other="x")
    assert "ExcludeMdeAutoUpdate" in text(recheck(w), "updates"), w.status()
    make_due(w)
    w.machine.write("/etc/mde-linux/mde-linux.conf", w.machine.read("/etc/mde-linux/mde-linux.conf")
                    + "[endpoints]\nimds = http://127.0.0.1:1\n")
    status = recheck(w)
    assert row(status, "updates")["status"] == "warning" and "could not be learnt" in text(status, "updates"), status
    w.machine.run(["sed", "-i", "/imds/d", "/etc/mde-linux/mde-linux.conf"])
    w.azure.tag()
    w.machine.run([PROGRAM, "hold", "database move"])
    assert recheck(w)["status"] == "success"
    w.machine.run([PROGRAM, "unhold"])
    # somebody else does it
    w.machine.write("/usr/bin/unattended-upgrade", "#!/bin/sh\n", 0o755)
    w.machine.write("/etc/apt/apt.conf.d/52updates", 'APT::Periodic::Unattended-Upgrade "1";\n'
                    'Unattended-Upgrade::Origins-Pattern { "site=packages.microsoft.com"; };\n')
    w.machine.run(["systemctl", "unmask", "apt-daily-upgrade.timer"])
    w.machine.run(["systemctl", "enable", "apt-daily-upgrade.timer"])
    make_due(w)
    assert "unattended-upgrades (apt-daily-upgrade.timer) updates the sensor" in text(recheck(w), "updates"), w.status()
    assert len(w.requests()) == requests and w.runs() == runs and version(w) == OLD
    w.machine.run(["rm", "/etc/apt/apt.conf.d/52updates"])
    # nothing stands in its way, nor does what a stranger has; a unit that it leaves disabled is enabled again
    theirs = repository.Archive(w.served, "repository.foreign.test", "debian", "bookworm", "attacker")
    theirs.publish([w.build_sensor(STRANGE)])
    w.machine.write("/etc/apt/sources.list.d/foreign.list",
                    "deb [trusted=yes] https://repository.foreign.test/debian bookworm main\n")
    w.machine.run(["apt-get", "update"])
    w.knobs({"leave_unit_disabled": "yes"})
    status = recheck(w)
    assert status["status"] == "success" and version(w) == NEW, status
    w.assert_onboarded()
    assert len(events(w, f"changed: sensor version: {OLD} -> {NEW}") or events(w, f"sensor version: {OLD} -> {NEW}")) == 1
    # the same day: no more; a day that was missed: it looks, finds nothing, and is not seen to have looked
    requests, runs = len(w.requests()), w.runs()
    recheck(w)
    assert len(w.requests()) == requests and w.runs() == runs
    looked_long_ago(w)
    before = w.machine.path(f"{w.base()}/status/0.status").stat().st_mtime_ns
    recheck(w)
    assert len(w.requests()) > requests and w.runs() == runs and record(w)["looked"] == today()
    assert w.machine.path(f"{w.base()}/status/0.status").stat().st_mtime_ns == before


@scenario(direct=True)
def a_new_version_that_does_not_come_up_goes_again_and_is_not_tried_twice(w):
    onboard(w)
    offer(w, OLD, NEW, crash_loop="50")
    make_due(w)
    status = recheck(w)
    assert status["status"] == "success" and version(w) == OLD, status
    assert row(status, "update-skipped")["status"] == "warning" and f"Version {NEW}" in text(status, "update-skipped"), status
    assert "did not come up, so the one before was put back: " in text(status, "update-skipped"), status
    assert len(events(w, f"sensor version, back because the new one did not come up: {NEW} -> {OLD}")) == 1
    w.assert_onboarded()
    # not again, and told by every look
    looked_long_ago(w)
    runs = w.runs()
    recheck(w)
    w.enable(check=True)
    assert w.runs() == runs and version(w) == OLD and row(w.status(), "update-skipped"), w.status()
    # no way back: it is not begun
    offer(w, NEW, NEWEST)
    looked_long_ago(w)
    status = recheck(w)
    assert version(w) == OLD and f"{OLD}, which is installed, is not any more" in text(status, "updates"), status
    # one that is newer still
    offer(w, OLD, NEW, NEWEST)
    status = recheck(w)
    assert status["status"] == "success" and version(w) == NEWEST, status
    assert text(status, "update-skipped") == f"version {NEWEST} came up, after {NEW} had not", status
    w.assert_onboarded()
    w.enable(check=True)
    assert not row(w.status(), "update-skipped"), w.status()


@scenario(direct=True)
def an_update_that_was_cut_off_is_seen_to_its_end(w):
    onboard(w)
    offer(w, OLD, NEW, ready_file="/run/ready")
    make_due(w)

    def cut_off(to):
        w.machine.run(["systemctl", "start", "--no-block", SERVICE])
        w.machine.wait(lambda: f"version {to} to come up" in w.status()["formattedMessage"]["message"], 60, "the gate")
        w.kill_worker()
        w.machine.wait(lambda: w.status()["status"] == "success", 30, "the end")
        assert "(worker-died)" in message(w.status()) and record(w)["after"] == to, w.status()

    cut_off(NEW)
    w.machine.write("/run/ready", "")
    w.enable(check=True)
    assert w.wait_ended(0)["status"] == "success"
    ended(w)
    assert version(w) == NEW and "after" not in record(w)
    w.assert_onboarded()
    # and one that never comes up
    offer(w, OLD, NEW, NEWEST, ready_file="/run/never")
    looked_long_ago(w)
    cut_off(NEWEST)
    w.knobs({"ready_file": "/run/ready", "expired": NEWEST})
    w.machine.run(["systemctl", "restart", "mdatp"])
    w.enable(check=True)
    assert w.wait_ended(0)["status"] == "success"
    ended(w)
    assert version(w) == NEW and row(w.status(), "update-skipped"), w.status()
    w.assert_onboarded()


def offer_strange(w):
    """A stranger's repository has a newer one, soundly signed by a key that the machine knows."""
    theirs = w.manager.foreign(w.served, "repository.foreign.test", "theirs", "attacker")
    theirs.publish([w.build_sensor(STRANGE, signer="attacker")])
    w.manager.add_source("foreign", "https://repository.foreign.test/theirs/", None if w.family.kind == "rpm" else "attacker")
    if w.family.kind == "rpm":
        w.machine.write("/root/attacker.asc", openpgp.armor(repository.binary("attacker")))
        w.machine.run(["rpm", "--import", "/root/attacker.asc"])
    w.manager.refresh()


@for_families("el9", "sles15", sweep=("debian11", "debian12", "debian13", "el8", "el10", "fedora43", "amzn2023", "sles16"), direct=True)
def versions_come_and_go(w):
    """An update that does not come up, and the next one, by every kind of package manager; pins are in every_manager.py."""
    w.prepare(sensor_versions=(OLD, NEW))
    w.install_unpacked()
    assert request(w, 3, version=NEW)["status"] == "success"
    assert request(w, 6, autoUpdate=True)["status"] == "success"
    ended(w)
    offer(w, NEW, NEWEST, crash_loop="50")
    offer_strange(w)
    make_due(w)
    recheck(w)
    status = w.status(seq=6)
    assert status["status"] == "success" and version(w) == NEW and row(status, "update-skipped"), status
    offer(w, NEW, NEWEST + "9")
    looked_long_ago(w)
    recheck(w)
    assert w.status(seq=6)["status"] == "success" and version(w) == NEWEST + "9", w.status(seq=6)
    w.assert_onboarded()
    w.manager.assert_sane()


@for_families("el9", sweep=("debian11", "debian13", "el8", "el10", "fedora43", "amzn2023", "sles15", "sles16"), direct=True)
def an_expired_build_is_told_then_updated(w):
    """As existing.py has it in full for Debian 12."""
    w.prepare(sensor_versions=(OLD,))
    w.install_unpacked()
    assert request(w, 1)["status"] == "success"
    w.knobs({"expired": OLD})
    w.machine.run(["systemctl", "restart", "mdatp"])
    before = w.snapshot()
    told = message(request(w, 2, forceReOnboarding=True))
    assert all(words in told for words in ("(sensor-expired)", f"Version {OLD}", "nothing newer")), told
    ended(w)
    w.assert_untouched(before)
    offer(w, OLD, NEW)
    assert request(w, 3, tags={"GROUP": "x"})["status"] == "success"
    ended(w)
    assert version(w) == NEW
    w.assert_onboarded()
    w.assert_sane()
    assert not w.manager.kept(), w.manager.kept()


@for_families("debian12", sweep=("debian11", "debian13", "el9", "fedora43", "sles15"), direct=True)
def what_mends_a_sensor_is_of_our_source(w):
    """A stranger has a newer one; our own is what an expired build and one without its program are replaced by."""
    w.prepare(sensor_versions=(OLD,))
    w.install_unpacked()
    assert request(w, 1)["status"] == "success"
    offer_strange(w)
    offer(w, OLD, NEW)
    w.knobs({"expired": OLD})
    w.machine.run(["systemctl", "restart", "mdatp"])
    status = request(w, 2, tags={"GROUP": "a"})
    assert status["status"] == "success" and version(w) == NEW, status
    ended(w)
    offer(w, NEW, NEWEST)
    w.machine.run(["systemctl", "stop", "mdatp"])
    w.machine.run(["rm", "-r", "/opt/microsoft/mdatp"])
    status = request(w, 3, tags={"GROUP": "b"})
    assert status["status"] == "success" and version(w) == NEWEST, status
    assert not any("repository.foreign.test" in line and "mdatp" in line for line in w.requests()), w.requests()
    w.assert_onboarded()
    w.manager.assert_sane()


@for_families("el9", sweep=("fedora43", "sles15"), direct=True)
def the_way_back_of_an_update_that_was_cut_off_is_judged_too(w):
    onboard(w)
    offer(w, OLD, NEW, ready_file="/run/never")
    make_due(w)
    w.machine.run(["systemctl", "start", "--no-block", SERVICE])
    w.machine.wait(lambda: "to come up" in message(w.status()), 60, "the gate")
    w.kill_worker()
    w.machine.wait(lambda: w.status()["status"] == "success", 30, "the end")
    w.machine.write("/root/attacker.asc", openpgp.armor(repository.binary("attacker")))
    w.machine.run(["rpm", "--import", "/root/attacker.asc"])  # rpm itself would take it
    w.vendor.package_signed_by(OLD, "attacker")
    w.machine.write("/run/ready", "")
    w.knobs({"ready_file": "/run/ready", "expired": NEW})
    w.machine.run(["systemctl", "restart", "mdatp"])
    w.enable(check=True)
    told = message(w.wait_ended(0))
    assert all(each in told for each in ("(update-failed)", "could not be put back", "pinned key")), told
    ended(w)
    assert w.manager.version().startswith(NEW) and record(w)["after"].startswith(NEW)
    offer(w, OLD, NEW)
    w.enable(check=True)
    assert row(w.wait_ended(0), "update-skipped"), w.status()
    ended(w)
    assert version(w) == OLD, w.status()
    w.assert_onboarded()
