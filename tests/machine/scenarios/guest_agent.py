"""The harness itself: a throw-away extension through a real guest agent and back. Most of it with --sweep only: the extension's own
scenarios go the same ways.

The handler is a shell script that notes every call in /var/log/verbs and, on enable, reports
success with the decrypted length of its protected settings.
"""

import json
import zipfile

from scenario import scenario

VERBS = ("install", "enable", "disable", "uninstall", "update")
FRESH = ["install 1.0.0.0 0", "enable 1.0.0.0 0"]

HANDLER = r"""#!/bin/sh
echo "$1 $AZURE_GUEST_AGENT_EXTENSION_VERSION $ConfigSequenceNumber" >> /var/log/verbs
[ "$1" = enable ] || exit 0
cd "$AZURE_GUEST_AGENT_EXTENSION_PATH" || exit 1
settings=config/$ConfigSequenceNumber.settings
field() { sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" "$settings"; }
if grep -q '"fail"' "$settings"; then
    echo "asked to fail" >&2
    exit 51
fi
thumbprint=$(field protectedSettingsCertThumbprint)
length=0
if [ -n "$thumbprint" ]; then
    length=$(field protectedSettings | base64 -d | openssl cms -decrypt -inform DER \
        -recip ../$thumbprint.crt -inkey ../$thumbprint.prv | wc -c)
fi
cat > status/$ConfigSequenceNumber.status <<END
[{"version": 1.0, "timestampUTC": "2026-01-02T03:04:05Z", "status": {
  "name": "MDE.Linux", "operation": "Enable", "status": "success", "code": 7,
  "formattedMessage": {"lang": "en-US", "message": "Enable succeeded"},
  "substatus": [{"name": "Protected", "status": "success", "code": $length,
    "formattedMessage": {"lang": "en-US", "message": "$length bytes"}}]}}]
END
"""


def publish(w, version):
    """Build the extension as a zip and publish it as that version."""
    manifest = {"name": "MDE.Linux", "version": 1.0, "handlerManifest": {
        **{f"{verb}Command": f"bin/handler {verb}" for verb in VERBS},
        "rebootAfterInstall": False, "reportHeartbeat": False, "updateMode": "UpdateWithInstall"}}
    path = w.folder / f"{version}.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("HandlerManifest.json", json.dumps([manifest]))
        package.writestr("bin/handler", HANDLER)
    w.azure.publish(version, path)


def onboard(w, **settings):
    """A fresh machine with version 1.0.0.0 enabled."""
    publish(w, "1.0.0.0")
    w.azure.goal_state("1.0.0.0", public={"a": 1}, **settings)
    w.agent.start()
    report = w.azure.wait_status("success", seq=0, version="1.0.0.0")
    assert (report.status, report.code, report.settings.code) == ("Ready", 0, 7), report
    assert verbs(w) == FRESH, verbs(w)
    return report


def verbs(w):
    return w.machine.read("/var/log/verbs").splitlines()


def agent_version(w):
    text = w.azure.uploads[-1]["aggregateStatus"]["guestAgentStatus"]["version"]
    return tuple(map(int, text.split(".")))


@scenario()
def fresh_machine(w):
    onboard(w)
    assert agent_version(w) == (2, 7, 3, 0)


@scenario(fast_track=True, sweep=True)
def fast_track(w):
    onboard(w)
    assert "vmSettings" in (w.azure.state / "requests.log").read_text("utf-8")


@scenario(agent="newest", sweep=True)
def newest_agent(w):
    onboard(w)
    assert agent_version(w) > (2, 7, 3, 0)


@scenario(agent="newest", fast_track=True)
def newest_agent_fast_track(w):
    onboard(w)
    w.azure.goal_state("1.0.0.0", seq=1, public={"a": 2})
    w.azure.wait_status("success", seq=1)
    assert "source: FastTrack" in w.agent.log
    w.azure.goal_state("1.0.0.0", seq=2, public={"a": 3}, transport="fabric")
    w.azure.wait_status("success", seq=2)


@scenario(sweep=True)
def protected_settings(w):
    report = onboard(w, protected=b'{"k": "\xc3\xa9"}')
    assert report.settings.row("Protected").code == len(b'{"k": "\xc3\xa9"}'), report
    for seq, (cipher, key) in enumerate((("aes128", "pkcs1"), ("aes256", "oaep")), 1):
        w.azure.goal_state("1.0.0.0", seq=seq, protected=b"x" * 1000, cipher=cipher,
                           key_encryption=key)
        report = w.azure.wait_status("success", seq=seq)
        assert report.settings.row("Protected").message == "1000 bytes", report


@scenario(fast_track=True, agent="newest", sweep=True)
def protected_settings_fast_track(w):
    report = onboard(w, protected={"k": "v"})
    assert report.settings.row("Protected").code == len('{"k": "v"}'), report


@scenario(sweep=True)
def no_settings(w):
    publish(w, "1.0.0.0")
    w.azure.goal_state("1.0.0.0", settings=False)
    w.agent.start()
    report = w.azure.wait_handler("Ready")
    assert report.settings is None and verbs(w) == FRESH, report


@scenario(sweep=True)
def enable_fails(w):
    onboard(w)
    w.azure.goal_state("1.0.0.0", seq=1, public={"fail": True})
    report = w.azure.wait_handler("NotReady", code=1009)
    assert "Non-zero exit code: 51" in report.message and "asked to fail" in report.message, report
    w.azure.goal_state("1.0.0.0", seq=2, public={})
    w.azure.wait_status("success", seq=2)


@scenario(sweep=True)
def same_goal_state_again(w):
    onboard(w)
    for count in (2, 3):
        w.azure.goal_state_again()
        w.azure.wait_status("success", seq=0)
        assert verbs(w).count("enable 1.0.0.0 0") == count, verbs(w)


@scenario(sweep=True)
def disable_and_uninstall(w):
    onboard(w)
    w.azure.goal_state("1.0.0.0", public={"a": 1}, state="disabled")
    w.azure.wait_handler("NotReady")
    assert verbs(w) == FRESH + ["disable 1.0.0.0 0"], verbs(w)
    w.azure.goal_state("1.0.0.0", public={"a": 1}, state="enabled")
    w.azure.wait_handler("Ready")
    w.azure.goal_state("1.0.0.0", state="uninstall", settings=False)
    w.azure.wait_absent()
    last = ["enable 1.0.0.0 0", "disable 1.0.0.0 0", "uninstall 1.0.0.0 0"]
    assert verbs(w)[3:] == last, verbs(w)


@scenario(sweep=True)
def extension_vanishes(w):
    onboard(w)
    w.azure.goal_state(None)
    w.azure.wait_absent()
    assert verbs(w) == FRESH, verbs(w)


@scenario(sweep=True)
def version_update(w):
    onboard(w)
    publish(w, "1.0.0.1")
    w.azure.goal_state("1.0.0.1", public={"a": 1})
    w.azure.wait_status("success", seq=0, version="1.0.0.1")
    assert verbs(w) == FRESH + [
        "disable 1.0.0.0 0", "update 1.0.0.1 0", "uninstall 1.0.0.0 0", "install 1.0.0.1 0",
        "enable 1.0.0.1 0"], verbs(w)


@scenario(sweep=True)
def agent_restart_and_reboot(w):
    onboard(w)
    w.agent.restart()
    w.azure.wait_status("success", seq=0)
    assert verbs(w) == FRESH + ["enable 1.0.0.0 0"], verbs(w)
    w.azure.forget_uploads()
    w.machine.reboot()
    w.machine.wait(lambda: len(verbs(w)) == 4, 30, "enable after the reboot")
    w.azure.wait_status("success", seq=0)


@scenario(disk=True, sweep=True)
def power_cut(w):
    onboard(w)
    w.machine.run(["sh", "-c", "echo 1 > /root/kept; sync; echo 1 > /root/lost"])
    w.machine.power_cut()
    w.machine.boot()
    assert w.machine.exists("/root/kept") and not w.machine.exists("/root/lost")
    w.azure.forget_uploads()
    w.agent.start()
    w.azure.wait_status("success", seq=0)
