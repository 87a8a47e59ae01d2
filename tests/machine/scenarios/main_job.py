"""The main job: a real guest agent onboards a fresh machine."""

from onboarding_world import RESOURCE, STATE, VERSION, WORKSPACE
from scenario import scenario


@scenario()
def fresh_machine(w):
    report = w.onboard()
    assert (report.status, report.code, report.version) == ("Ready", 0, VERSION), report
    assert report.settings.code == 0, report.settings
    assert report.settings.row("tenant").status == "success"
    w.assert_onboarded()
    w.assert_quiet()
    # nothing is left of the journey
    for path in ("/var/cache/mde-linux", f"{STATE}/undo", f"{STATE}/next", f"{STATE}/current"):
        assert not w.machine.exists(path), path


@scenario(agent="newest")
def fresh_machine_newest_agent(w):
    w.onboard()
    w.assert_onboarded()


@scenario(fast_track=True)
def fresh_machine_fast_track(w):
    w.onboard()
    w.assert_onboarded()
