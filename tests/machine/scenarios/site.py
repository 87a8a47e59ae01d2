"""What the site's administrator decided in /etc/mde-linux/mde-linux.conf, and a machine that is recorded."""

import json
import shutil
from pathlib import Path

import onboarding
from onboarding_world import PROGRAM, RESOURCE, WORKSPACE
from scenario import scenario

CONF = "/etc/mde-linux/mde-linux.conf"
OTHER = "e91b7f34-06ad-4c52-9f80-1d2c3b4a5e02"


def rows(status):
    return [row["formattedMessage"]["message"] for row in status["substatus"]]


def asked(**settings):
    return {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, **settings}


@scenario(direct=True)
def a_site_sets_defaults_and_denies_settings(w):
    w.prepare()
    basis = w.machine.read(CONF)

    def site(text):
        w.machine.write(CONF, basis + text)

    site('[settings]\ntags = {"GROUP": "by the site"}\n')
    w.onboard()
    assert w.tags()["GROUP"] == "by the site", w.tags()
    # settings go over it
    w.enable_with(1, public=asked(tags={"GROUP": "by Azure"}))
    assert w.wait_ended(1)["status"] == "success"
    assert w.tags()["GROUP"] == "by Azure", w.tags()
    # policy goes over settings
    site('[settings]\ntags = {"GROUP": "by the site"}\n[policy]\ndeny-settings = tags.GROUP\n')
    w.enable_with(2, public=asked(tags={"GROUP": "by Azure"}))
    status = w.wait_ended(2)
    assert status["status"] == "success" and w.tags()["GROUP"] == "by the site", (status, w.tags())
    assert any('"tags.GROUP" has no effect' in text and CONF in text for text in rows(status)), rows(status)
    # what means nothing is refused before anything is done
    calls = len(w.cli_calls())
    for text, words in (("[policy]\ndeny-settings = passivMode\n", ("passivMode", "did you mean \"passiveMode\"")),
                        ("[settings]\nmaxWaitMinutes = soon\n", ('"soon"', "maxWaitMinutes = 45"))):
        site(text)
        done = w.enable_with(3, public=asked(tags={"GROUP": "again"}))
        assert done.returncode == 53 and "configuration-untrusted" in done.stderr, done
        assert CONF in done.stderr and all(word in done.stderr for word in words), done
    assert len(w.cli_calls()) == calls


@scenario(direct=True)
def a_tenant_that_the_site_does_not_allow_is_refused(w):
    w.prepare()
    before = w.snapshot()
    basis = w.machine.read(CONF)
    w.machine.write(CONF, basis + f"[policy]\nallowed-tenants = {OTHER}\n")
    w.publish()
    w.ask()
    w.agent.start()
    report = w.wait_error("tenant-not-allowed")
    assert report.settings.code == 53, report.settings
    w.assert_untouched(before)
    w.machine.write(CONF, basis + f"[policy]\nallowed-tenants = {OTHER}, {onboarding.ORG_ID.upper()}\n")
    w.enable()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


@scenario(direct=True)
def a_recorded_machine_gets_the_same_plan(w):
    w.onboard()
    w.machine.run(["systemctl", "disable", "mdatp.service"])
    before = w.files()
    settings = {**asked(passiveMode=False), "tenant": onboarding.ORG_ID}
    w.machine.write("/root/settings.json", json.dumps(settings))
    shutil.copy(Path(__file__).resolve().parents[3] / "scripts/record-host", w.machine.path("/root/record-host"))
    program = PROGRAM
    w.machine.run(["python3", "-B", "/root/record-host", "--program", program, "--settings", "/root/settings.json", "/root/host"])
    facts = json.loads(w.machine.read("/root/host/facts.json"))
    assert facts["sensor"]["health"]["org_id"] == onboarding.ORG_ID and facts["schema"] == 1, facts
    live = w.machine.run([program, "plan", "--settings", "/root/settings.json"], check=False).stdout
    assert "service: " in live and "settings: " not in live and live == w.machine.read("/root/host/expected.txt"), live
    # by anybody
    for name in ("facts.json", "settings.json"):
        w.machine.write(f"/tmp/{name}", w.machine.read(f"/root/host/{name}"))
    w.machine.run(["install", "-m", "755", program, "/tmp/mde-linux"])
    replayed = w.machine.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/tmp/mde-linux", "plan",
                              "--facts", "/tmp/facts.json", "--settings", "/tmp/settings.json"], check=False).stdout
    assert replayed == live, (replayed, live)
    own = ("/root/", "/tmp/", "/var/log/mdatp-stand-in", "/var/opt/microsoft/mdatp/")
    changed = {path for path, what in w.files().items() if before.get(path) != what and not path.startswith(own)}
    assert not changed, changed
