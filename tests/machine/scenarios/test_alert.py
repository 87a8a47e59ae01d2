"""test-alert: the sensor's answer to the industry's test file, in each of its modes; verify with the site's roots."""

import base64
import json

import onboarding
import schema
from onboarding_world import PROGRAM
from scenario import scenario


def alert(w, *argv):
    done = w.machine.run([PROGRAM, "test-alert", *argv], check=False)
    left = list(w.machine.path("/var/tmp").glob("mde-linux-*"))
    assert not left, left
    return done


def document(w):
    done = alert(w, "--json")
    assert done.stderr == "", done
    return done.returncode, schema.validate("test-alert", done.stdout)


def calls(w):
    return w.machine.read("/var/log/mdatp-stand-in-cli.log").splitlines()


@scenario(timeout=120)
def test_file_is_found_in_each_mode(w):
    w.prepare(knobs={"passive_default": "disabled"})
    w.onboard()
    done = alert(w)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.startswith("Detected: the sensor took the test file away"), done.stdout
    assert "aka.ms/LinuxDIY" in done.stdout and "EICAR" in done.stdout
    code, found = document(w)
    assert (code, found["result"], found["mode"], found["how"]) == (0, "detected", "real-time", "taken-away"), found
    assert found["status"] == "quarantined" and found["alert_expected"], found
    assert not [call for call in calls(w) if call.startswith("scan")]
    w.knobs({"passive_default": "disabled", "real_time_off": "yes"})
    code, found = document(w)
    assert (code, found["mode"], found["how"]) == (0, "on-demand", "listed"), found
    w.machine.run(["mdatp", "config", "passive-mode", "--value", "enabled"])
    w.knobs({})
    code, found = document(w)
    assert (code, found["mode"], found["status"]) == (0, "passive", "detected"), found
    w.knobs({"excluded": "/var/tmp"})
    done = alert(w)
    assert done.returncode == 3 and done.stdout.startswith("Not detected"), done
    assert "mdatp exclusion list" in done.stdout
    w.machine.run(["systemctl", "stop", "mdatp"])
    code, found = document(w)
    assert (code, found["result"]) == (4, "unknown") and found["why"], found
    done = w.machine.run(["setpriv", "--reuid=65534", "--clear-groups", PROGRAM, "test-alert"], check=False)
    assert done.returncode == 1 and done.stdout == "" and "only root" in done.stderr, done


@scenario(timeout=120)
def test_that_is_stopped_leaves_nothing(w):
    w.prepare(knobs={"passive_default": "disabled", "detects": "no"})
    w.onboard()
    process = w.machine.spawn([PROGRAM, "test-alert"])
    w.machine.wait(lambda: list(w.machine.path("/var/tmp").glob("mde-linux-*/*")), 20, "the test file")
    w.machine.run(["pkill", "-INT", "-f", "mde-linux test-alert"])
    assert process.wait(20) == 1
    assert not list(w.machine.path("/var/tmp").glob("mde-linux-*"))
    # a package, as this site trusts it, by anybody
    w.machine.write("/root/package", base64.b64encode(w.package("sound")))
    for argv in ([PROGRAM, "verify", "/root/package"], ["sh", "-c", f"setpriv --reuid=65534 --clear-groups {PROGRAM} verify - < /root/package"]):
        done = w.machine.run(argv)
        assert done.stdout.startswith("Good: an onboarding package") and onboarding.ORG_ID in done.stdout, done
    w.machine.run(["chmod", "0600", "/etc/mde-linux/mde-linux.conf"])
    done = w.machine.run(["sh", "-c", f"setpriv --reuid=65534 --clear-groups {PROGRAM} verify - < /root/package"], check=False)
    assert done.returncode == 4 and "not looked at" in done.stdout, done
    w.machine.run(["rm", "/root/package"])
