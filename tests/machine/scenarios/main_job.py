"""The main job: a real guest agent onboards a fresh machine."""

import json

from onboarding_world import LOG, STATE, VERSION
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


@scenario()
def what_happened_is_in_logs_journal_and_events(w):
    w.onboard(tags={"GROUP": "Web servers"})
    assert w.tags()["GROUP"] == "Web servers"
    assert "sequence 0: success" in w.log()
    assert "mdatp" in w.machine.read(f"{LOG}/MdeInstallerLog.log")
    lines = w.machine.run(["journalctl", "-t", "mde-linux", "-o", "json"]).stdout.splitlines()
    entries = [json.loads(line) for line in lines]
    assert any(e.get("MDE_VERB") == "Enable" and e.get("MDE_SEQUENCE") == "0" for e in entries), entries
    assert any("MESSAGE_ID" in e and "MDE_REASON" in e and "onboarded" in e["MESSAGE"] for e in entries), entries
    events = [json.loads(path.read_text()) for path in w.machine.path(f"{LOG}/events").glob("*.json")]
    assert any("onboarded" in event["Message"] for event in events), events


@scenario()
def unknown_settings_are_told_and_never_fatal(w):
    report = w.onboard(azureResourceID="/subscriptions/1", colour="blue")
    notes = [row for row in report.settings.substatus if row.name.startswith("settings-")]
    assert [row.status for row in notes] == ["warning", "warning"], notes
    assert any("azureResourceID" in row.message for row in notes) and any("colour" in row.message for row in notes), notes
    w.assert_onboarded()


@scenario(agent="newest")
def fresh_machine_newest_agent(w):
    w.onboard()
    w.assert_onboarded()


@scenario(fast_track=True)
def fresh_machine_fast_track(w):
    w.onboard()
    w.assert_onboarded()
