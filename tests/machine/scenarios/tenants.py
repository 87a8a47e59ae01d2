"""The tenant: never changed by accident; changed with the present one's offboarding package, whatever happens meanwhile."""

import base64
import json

import onboarding
from onboarding_world import LOG, ONBOARDING, RESOURCE, WORKSPACE
from scenario import scenario

OURS, OTHER = onboarding.ORG_ID, onboarding.OTHER_ORG_ID
OFFBOARDING = "/etc/opt/microsoft/mdatp/mdatp_offboard.json"
FOLDER = "/etc/opt/microsoft/mdatp"
DEFAULT = object()


def packages(w, leave=DEFAULT, org=OTHER):
    """Protected settings: the onboarding package of org, the offboarding package of the tenant that is left."""
    settings = onboarding.protected_settings(w.package(org_id=org))
    if leave is DEFAULT:
        leave = w.package(offboarding=True)
    if leave is not None:
        settings["defenderForEndpointOffboardingScript"] = base64.b64encode(leave).decode()
    return settings


def change(w, seq, **more):
    w.ask(seq=seq, protected=packages(w, **more), allowTenantChange=True)


def changes(w):
    """What was announced of the tenant."""
    events = [json.loads(path.read_text())["Message"] for path in sorted(w.machine.path(f"{LOG}/events").glob("*.json"))]
    return [each for each in events if each.startswith("tenant: ")]


def assert_changed(w, org=OTHER, left=OURS):
    w.assert_onboarded(org=org)
    assert sorted(path.name for path in w.machine.path(FOLDER).iterdir()) == ["managed", "mdatp_onboard.json"]
    assert changes(w)[-1:] == [f"tenant: {left} -> {org}"], changes(w)
    w.assert_quiet()


def refused(w):
    """(offboarding package, allowTenantChange, reason, words)"""
    third = w.package(offboarding=True, org_id=OTHER)
    yield w.package(offboarding=True), False, "tenant-other", f"in tenant {OURS}, the onboarding package is for tenant {OTHER}"
    yield None, True, "offboarding-missing", f"in tenant {OURS} and is to change to {OTHER}"
    yield b"", True, "offboarding-missing", f"in tenant {OURS}"
    yield b"\xff\x00 nothing", True, "offboarding-damaged", f"in tenant {OURS}"
    yield w.package(), True, "offboarding-damaged", f"holds an onboarding package, of tenant {OURS}"
    yield w.package("bad-signature", offboarding=True), True, "offboarding-damaged", "signature is not valid"
    yield w.package("foreign-root", offboarding=True), True, "offboarding-root-unknown", "That root is"
    yield third, True, "offboarding-other-tenant", f"in tenant {OURS}, the offboarding package is of tenant {OTHER}"
    yield w.package("offboarding-expired"), True, "offboarding-expired", ", 1 days and 0 hours ago"


@scenario(direct=True)
def the_tenant_is_not_changed_without_consent(w):
    w.onboard()
    before, runs, written = w.snapshot(), w.runs(), w.onboarding_file()
    for seq, (leave, allow, reason, words) in enumerate(refused(w), 1):
        public = {"azureResourceId": RESOURCE, "forceReOnboarding": True, "allowTenantChange": allow}
        done = w.enable_with(seq, public=public, protected=packages(w, leave))
        message = w.status(seq=seq)["formattedMessage"]["message"]
        assert done.returncode == 53 and f"({reason})" in message and words in message, (reason, message)
    assert (w.runs(), w.onboarding_file()) == (runs, written)
    w.assert_untouched(before)
    w.assert_onboarded()
    assert changes(w) == []


@scenario(direct=True)
def the_tenant_is_changed_with_consent(w):
    w.onboard()
    before = w.package_manager_runs()
    change(w, 1)
    report = w.azure.wait_status("success", seq=1)
    assert report.settings.row("offboard").status == "success" and OTHER in report.settings.row("tenant").message, report
    assert_changed(w)
    runs = w.runs()
    w.enable_again()
    w.azure.wait_status("success", seq=1)
    assert w.runs() == runs
    # back, though the sensor is stopped, and its tenant known by the onboarding file alone
    w.machine.run(["systemctl", "disable", "--now", "mdatp"])
    change(w, 2, org=OURS, leave=w.package(offboarding=True, org_id=OTHER))
    w.azure.wait_status("success", seq=2)
    assert_changed(w, OURS, OTHER)
    assert w.package_manager_runs() == before


@scenario(direct=True)
def a_change_that_is_cut_off_is_taken_up(w):
    w.onboard()
    w.knobs({"offboard_file": "/run/leave"})
    change(w, 1)
    w.wait_told(f"waiting for the sensor to leave tenant {OURS}")
    assert w.machine.exists(OFFBOARDING) and not w.machine.exists(ONBOARDING)
    mode = w.machine.path(OFFBOARDING).stat()
    assert (mode.st_mode & 0o7777, mode.st_uid) == (0o640, 0)
    w.kill_worker()
    w.wait_error("worker-died", seq=1)
    # the sensor is still where it was, and is asked again
    w.enable_again()
    w.wait_told(f"waiting for the sensor to leave tenant {OURS}")
    w.kill_worker()
    w.wait_error("worker-died", seq=1)
    w.knobs({"licence_file": "/run/licence"})  # and so it has left
    w.machine.wait(lambda: w.health()["licensed"] is False, 10, "the sensor to leave")
    w.enable_again()
    w.wait_told("waiting for the sensor to be licensed")
    # it belongs to nobody when we are asked to stop, and that is told
    w.disable(seq=1)
    w.machine.wait(lambda: w.status(seq=1)["status"] == "error", 20, "the stop")
    rows = {row["name"]: row["formattedMessage"]["message"] for row in w.status(seq=1)["substatus"]}
    assert f"has left tenant {OURS} and is not yet in tenant {OTHER}" in rows["tenant"], rows
    w.touch("/run/licence")
    w.enable(seq=1)
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded(org=OTHER)
    assert not w.leftovers() and not w.machine.exists(OFFBOARDING)


@scenario(direct=True)
def a_change_that_is_put_on_hold_tells_where_the_sensor_is(w):
    w.onboard()
    written = w.onboarding_file()
    w.knobs({"offboard_file": "/run/leave"})
    change(w, 1)
    w.wait_told(f"waiting for the sensor to leave tenant {OURS}")
    w.machine.write("/etc/mde-linux/hold", "ask Kim\n")
    message = w.wait_error("held", seq=1).settings.message
    assert ("It ended in the step 'offboard': asked to stop. "
            f"The sensor is still in tenant {OURS}; its onboarding file is as it was before.") in message, message
    assert w.onboarding_file() == written and not w.machine.exists(OFFBOARDING)
    w.machine.run(["rm", "/etc/mde-linux/hold"])
    w.knobs({})
    w.enable_again()
    w.azure.wait_status("success", seq=1)
    assert_changed(w)


@scenario(waits=True, timeout=300, direct=True)
def a_sensor_that_does_not_leave_stays_where_it_was(w):
    w.onboard()
    before, written = w.snapshot(), w.onboarding_file()
    w.knobs({"never_offboard": "yes"})
    change(w, 1)
    message = w.wait_error("offboarding-failed", seq=1, timeout=100).settings.message
    assert f"The sensor is still in tenant {OURS}; its onboarding file is as it was before" in message, message
    w.assert_untouched(before)
    assert w.onboarding_file() == written
    w.assert_onboarded()
    assert changes(w) == []
    w.knobs({})
    w.enable_again()
    w.azure.wait_status("success", seq=1)
    assert_changed(w)
