"""Which version of the sensor a machine has: pins, expired builds, autoUpdate with its gate."""

import json

from onboarding_world import ONBOARDING, RESOURCE, STATE, WORKER, WORKSPACE, onboarding, sensor
from scenario import scenario

OLD, NEW, NEWEST = sensor.VERSIONS


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
    installed = w.machine.run(["dpkg-query", "-W", "-f=${Version}", "mdatp"]).stdout
    assert w.health()["appVersion"] == installed, installed
    return installed


def ended(w):
    w.assert_quiet()
    w.machine.wait(lambda: not w.leftovers(), 10, "the end of the run")


def message(status):
    return status["formattedMessage"]["message"]


@scenario()
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
