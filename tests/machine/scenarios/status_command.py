"""status: where the machine stands, in each of the ways it can stand; and waiting for the end of a run."""

import json

import holding
import schema
from onboarding_world import PROGRAM, RESOURCE, STATE, VERSION
from scenario import scenario
from terminal import Terminal

AS_ASKED, NOT_AS_ASKED, UNKNOWN = 0, 3, 4
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def status(w, code, *options, before=(), **more):
    """Its lines {name: text}, "" for the first; the exit code has to be this one, and stderr empty."""
    done = w.machine.run([*before, PROGRAM, "status", *options], check=False, **more)
    assert (done.returncode, done.stderr) == (code, "") and "\033" not in done.stdout, done
    lines = done.stdout.splitlines()
    assert len(lines) < 24, done.stdout
    return {"": lines[0], **dict(line.split(":", 1) for line in lines[1:] if ":" in line)}


def document(w, code, *options, before=()):
    done = w.machine.run([*before, PROGRAM, "status", "--json", *options], check=False)
    assert (done.returncode, done.stderr) == (code, ""), done
    return schema.validate("status", done.stdout)


@scenario()
def a_machine_is_followed_from_nothing_to_onboarded(w):
    w.install_unpacked()
    before = w.files()
    told = status(w, NOT_AS_ASKED)
    assert told[""] == "Microsoft Defender for Endpoint is not installed.", told
    # at work, and waited for
    w.hold_postinst()
    w.settings_file(3)
    assert w.enable(seq=3).returncode == 0
    w.wait_postinst()
    told = status(w, NOT_AS_ASKED)
    assert told[""].endswith("yet: a run is at work.") and "mde-linux-worker.service (pid " in told["now"], told
    doc = document(w, NOT_AS_ASKED)
    assert doc["work"]["busy"] and doc["work"]["unit"] == "mde-linux-worker.service", doc
    assert doc["work"]["message"] and doc["extension"]["sequence"] == 3, doc
    assert doc["extension"]["status"]["status"] == "transitioning", doc
    late = w.machine.run([PROGRAM, "status", "--wait", "--timeout", "1"], check=False)
    assert (late.returncode, late.stdout) == (1, "") and "still going on after 1 s" in late.stderr, late
    waiting = w.machine.spawn([PROGRAM, "status", "--wait"])
    w.release()
    w.machine.wait(lambda: waiting.poll() is not None, 30, "the end of --wait")
    said = waiting.log.read_text()
    assert waiting.returncode == 0 and said.startswith("Microsoft Defender for Endpoint is onboarded as asked."), said
    # as asked
    files = w.files()
    told = status(w, AS_ASKED)
    assert told["last run"].strip().startswith("sequence 3 succeeded, 20"), told
    assert RESOURCE in told["tags"] and w.health()["orgId"] in told["tenant"] and "(in " in told["next look"], told
    assert "version 1.0.0.1" in told["extension"] and "sequence 3" in told["extension"] and "now" not in told, told
    doc = document(w, AS_ASKED)
    assert doc["compared"] and doc["differences"] == [] and doc["runs"][0]["speaks"] and not doc["work"]["busy"], doc
    assert doc["program"] == {"present": True, "path": PROGRAM, "version": "1.0.0.1", "packaged": False}, doc
    # the rest of a look: nothing is written by it
    assert w.files() == files and before
    told = status(w, AS_ASKED, before=NOBODY)
    assert told[""].endswith("is onboarded; what was asked of it is root's to see."), told
    doc = document(w, AS_ASKED, before=NOBODY)
    assert "not root" in doc["unseen"] and "present" not in doc["extension"] and doc["runs"] == [], doc
    # a hold, and a tag that a person took away
    w.machine.run([PROGRAM, "hold", "ask Kim"])
    assert "ask Kim" in status(w, AS_ASKED)["hold"]
    w.machine.run(["mdatp", "edr", "tag", "set", "--name", "AzureResourceId", "--value", "/other"])
    told = status(w, NOT_AS_ASKED)
    assert told[""].endswith("is onboarded, but not as asked.") and "Reason: held" in told["why"], told
    w.machine.run([PROGRAM, "unhold"])
    doc = document(w, NOT_AS_ASKED)
    assert [step["step"] for step in doc["differences"]] == ["settings"], doc
    assert doc["tags"] == [{"name": "AzureResourceId", "is": "/other", "asked": RESOURCE}], doc
    # stopped
    w.machine.run(["systemctl", "disable", "--now", "mdatp"])
    told = status(w, NOT_AS_ASKED)
    assert told[""].endswith("its sensor does not answer.") and "inactive and disabled" in told["sensor"], told
    # its tree, as an image
    w.machine.run(["mkdir", "/root/image"])
    w.machine.run(["mount", "--bind", "/", "/root/image"])
    calls = w.cli_calls()
    told = status(w, UNKNOWN, "--root", "/root/image")
    assert told[""].startswith("This image holds a sensor and an onboarding file of tenant "), told
    doc = document(w, UNKNOWN, "--root", "/root/image")
    assert doc["runs"][0]["sequence"] == 3 and "answering" not in doc["sensor"] and "busy" not in doc["work"], doc
    assert w.cli_calls() == calls


@scenario()
def a_failure_is_shown_with_its_reason(w):
    w.install_unpacked()
    # the package is none: enable itself refuses
    w.settings_file(0, protected=None)
    assert w.enable(seq=0).returncode == 53
    told = status(w, NOT_AS_ASKED)
    assert "Reason: onboarding-missing" in told["why"] and told["do"].strip(), told
    assert told["last run"].strip().startswith("sequence 0 was refused (onboarding-missing), 20"), told
    # what only the worker's look refuses: it is not going to be done either
    holding.hold(w)
    w.settings_file(1)
    w.enable(seq=1)
    w.wait_ended(1)
    w.assert_quiet()
    told = status(w, NOT_AS_ASKED)
    assert "Reason: conflict" in told["why"] and "to do" not in told, told
    assert document(w, NOT_AS_ASKED)["differences"]
    # settings that cannot be read
    w.machine.write(f"{w.base()}/config/2.settings", "{", 0o600)
    doc = document(w, NOT_AS_ASKED)
    assert (doc["reason"], doc["code"]) == ("settings-invalid", 53) and not doc["compared"], doc
    assert "present" in doc["extension"] and "status" not in doc["extension"], doc
    # a status that another program left, and one cut off
    for text, damaged in (("[{", True), (json.dumps([{"status": {"status": "error", "code": 7, "formattedMessage": {
            "message": "somebody's\n words"}}}]), False)):
        w.machine.write(f"{w.base()}/status/2.status", text)
        doc = document(w, NOT_AS_ASKED)
        assert doc["extension"]["status"]["damaged"] == damaged, doc
        told = status(w, NOT_AS_ASKED)
        assert damaged == ("2.status holds no status" in told.get("warning", "")), told
        unseen = w.machine.run([PROGRAM, "doctor", "--offline"], check=False).stdout
        assert damaged == ("what the extension told last: " in unseen), unseen
    assert doc["extension"]["status"]["message"] == "somebody's\\x0a words", doc
    # by hand
    w.machine.write(f"{STATE}/history/hand.json", json.dumps({
        "schema": 1, "request": "0" * 64, "verdict": "failed", "reason": "service-failed", "found": "It said \x1b[31mno."}), 0o600)
    doc = document(w, NOT_AS_ASKED)
    assert [run["by"] for run in doc["runs"] if run["speaks"]] == ["hand"], doc
    assert "by hand failed (service-failed)" in status(w, NOT_AS_ASKED)["last run"]
    # what is long leaves the headline, what to do and the last run on a terminal, and is whole when piped
    w.machine.write(f"{STATE}/history/hand.json", json.dumps({
        "schema": 1, "request": "0" * 64, "verdict": "failed", "reason": "service-failed", "found": "It said a lot. " * 40 + "The end."}), 0o600)
    w.machine.run(["rm", f"{w.base()}/config/1.settings"])
    w.machine.run(["rm", "-r", w.base()])
    for rows, columns in ((24, 64), (12, 80)):
        with Terminal(w.machine, [PROGRAM, "status"], columns=columns, rows=rows) as terminal:
            assert terminal.end() == NOT_AS_ASKED
            assert terminal.lines[0] == "Microsoft Defender for Endpoint is not installed.", terminal.text
            assert all(any(line.startswith(name) for line in terminal.lines) for name in ("why:", "do:", "last run:")), terminal.text
            assert terminal.text.splitlines()[-1].endswith(" more lines: mde-linux status --json)"), terminal.text
            assert len(terminal.text.splitlines()) <= rows - 2 and ("The end." in terminal.text) == (rows == 24), terminal.text
    assert "The end." in status(w, NOT_AS_ASKED)["why"]
    # how it is used
    for words in (["--timeout", "3"], ["--wait", "--timeout", "x"], ["--wait", "--root", "/usr"], ["more"]):
        done = w.machine.run([PROGRAM, "status", *words], check=False)
        assert done.returncode == 2 and done.stdout == "" and "Usage: mde-linux status" in done.stderr, done


@scenario()
def the_guest_agents_word_is_told_too_and_all_fits_a_terminal(w):
    w.onboard()
    doc = document(w, AS_ASKED)
    extension = doc["extension"]
    assert (extension["agent"], extension["state"], extension["versions"]) == ("azure", "Enabled", ["1.0.0.1"]), extension
    assert extension["status"]["status"] == "success" and doc["recheck"]["next"] > doc["runs"][0]["time"], doc
    with Terminal(w.machine, [PROGRAM, "status"]) as terminal:
        assert terminal.end() == AS_ASKED
        assert terminal.lines[0] == "Microsoft Defender for Endpoint is onboarded as asked.", terminal.text
        assert "Enabled, sequence 0, told success" in terminal.text, terminal.text
        assert terminal.colour("onboarded as asked") == "green"
    w.machine.run(["systemctl", "stop", "mde-linux-recheck.timer"])
    assert "is not active" in status(w, AS_ASKED)["next look"]
    w.azure.goal_state(VERSION, public={}, state="disabled")
    w.azure.wait_handler("NotReady")
    assert ", Installed (not enabled), " in status(w, AS_ASKED)["extension"]
    doc = document(w, AS_ASKED)
    assert doc["work"] == {"busy": False} and doc["recheck"] == {"present": False}, doc


@scenario()
def what_was_mended_is_not_told_as_if_it_were_still_so(w):
    w.install_unpacked()
    holding.hold(w)
    w.enable_fresh(1)
    told = status(w, NOT_AS_ASKED)
    assert "Reason: conflict" in told["why"] and "doctor" not in told["do"], told
    holding.let_go(w)
    told = status(w, NOT_AS_ASKED)
    assert "not there any more (conflict)" in told["why"] and "tried again" in told["do"] and "to do" in told, told
    # not looked for by status: that it is of then is said
    w.machine.write("/var/lib/dpkg/updates/0001", "")
    w.settings_file(2)
    w.enable(seq=2)
    w.wait_ended(2)
    told = status(w, NOT_AS_ASKED)
    assert "Reason: package-manager-broken" in told["why"] and told["do"].endswith("still so: mde-linux doctor."), told
    w.machine.run(["rm", "/var/lib/dpkg/updates/0001"])
    status_now, _ = w.enable_fresh(3)
    assert status_now["status"] == "success", status_now
    # the daily look says what a person did, who then takes it back
    w.machine.run(["systemctl", "mask", "--now", "mdatp"])
    w.machine.run(["systemctl", "start", "mde-linux-recheck.service"])
    w.assert_quiet()
    told = status(w, NOT_AS_ASKED)
    assert "Reason: service-masked" in told["why"] and "warning" not in told, told
    assert "Reason: service-masked" in status(w, NOT_AS_ASKED, before=NOBODY)["why"]
    w.machine.run(["systemctl", "unmask", "mdatp"])
    assert "masked" not in status(w, NOT_AS_ASKED)["why"]
    w.machine.run(["systemctl", "start", "mdatp"])
    w.machine.wait(lambda: w.machine.run(["mdatp", "health", "--field", "licensed"], check=False).stdout.strip() == "true", 20, "its licence")
    told = status(w, AS_ASKED)
    assert told[""].endswith("is onboarded as asked.") and "drift (told " in told["warning"] and "not so any more" in told["warning"], told
    w.knobs({"health_issues": "out of tune"})
    told = status(w, AS_ASKED)
    assert told[""].endswith("; its sensor is not well.") and "out of tune" in told["why"] and "doctor" in told["do"], told
