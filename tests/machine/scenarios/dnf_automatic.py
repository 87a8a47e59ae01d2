"""A machine of dnf that updates itself: its turn is before ours, and whose the sensor's updates are."""

import build as sensor
import update_day
from onboarding_world import WORKER
from scenario import scenario

OLD, NEW, _ = sensor.VERSIONS
AUTOMATIC, FIRST_BOOT, TIMER = "dnf-automatic.service", "cloud-final.service", "dnf-automatic{}.timer"
WORKS = "[Unit]\n{}\n[Service]\nType=oneshot\nExecStart=/bin/sh -c 'until [ -e /run/go ]; do sleep 0.1; done'\n"
DAILY = "[Timer]\nOnCalendar=2040-01-01\nUnit=true.service\n[Install]\nWantedBy=timers.target\n"
CONFIGURATION, SOURCE = "/etc/dnf/automatic.conf", "/etc/yum.repos.d/microsoft-prod.repo"


def start(w, unit, after=""):
    w.machine.write(f"/etc/systemd/system/{unit}", WORKS.format(after))
    w.machine.run(["systemctl", "start", "--no-block", unit])


def configure(w, text, enabled=None):
    """What its administrator says, and which of its two timers is enabled."""
    w.machine.write(CONFIGURATION, text)
    for each in ("", "-install"):
        w.machine.run(["systemctl", "enable" if each == enabled else "disable", TIMER.format(each)])


def look(w):
    """A daily look on the machine's day, to its end; what it tells of updates."""
    update_day.make_due(w)
    w.machine.run(["systemctl", "start", update_day.SERVICE])
    w.machine.wait(lambda: w.unit(WORKER, "ActiveState")["ActiveState"] == "inactive" and not w.leftovers(), 60, "the look to end")
    status = w.status()
    assert status["status"] == "success", status
    return next(row["formattedMessage"]["message"] for row in status["substatus"] if row["name"] == "updates")


@scenario(family="el9", direct=True)
def dnf_automatic_has_its_turn_and_its_updates(w):
    w.prepare(sensor_versions=(OLD,))
    for each in ("", "-install"):
        w.machine.write(f"/etc/systemd/system/{TIMER.format(each)}", DAILY)
    configure(w, "[commands]\napply_updates = no\n", enabled="-install")

    # it works: waited for and named; a first boot that is queued behind it comes before us as well
    start(w, AUTOMATIC)
    before = w.package_manager_runs()
    w.publish()
    w.ask(autoUpdate=True)
    w.agent.start()
    w.wait_told(f"waiting for the system's own upgrade to finish ({AUTOMATIC} is activating)")
    start(w, FIRST_BOOT, after=f"After={AUTOMATIC}")
    w.wait_told(f"waiting for the first boot to finish ({FIRST_BOOT} is queued)")
    assert not w.machine.exists(SOURCE) and w.package_manager_runs() == before
    w.release()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.unit(AUTOMATIC, "Result")["Result"] == w.unit(FIRST_BOOT, "Result")["Result"] == "success"

    # that timer's service installs, whatever apply_updates says; the other's goes by it; not for an advisory's sake alone
    w.agent.stop()
    w.vendor.publish([w.build_sensor(OLD), w.build_sensor(NEW)])
    before = w.package_manager_runs()
    theirs = f"dnf-automatic ({CONFIGURATION}) updates the sensor"
    assert theirs in look(w), w.status()
    configure(w, "[commands]\napply_updates = yes\n", enabled="")
    assert theirs in look(w), w.status()
    assert w.package_manager_runs() == before and w.manager.version().startswith(OLD)
    configure(w, "[commands]\napply_updates = yes\nupgrade_type = security\n", enabled="")
    assert theirs not in look(w) and w.manager.version().startswith(NEW), w.status()
