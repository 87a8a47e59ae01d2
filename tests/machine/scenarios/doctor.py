"""The doctor: machines that are broken on purpose, one way after the other; its first line names the cause."""

import json
import re

import server
from conflicts import hold, let_go
from network import EDR, also_serve, lead
from onboarding_world import NAME, ONBOARDING, PROGRAM, STATE, WORKER
from scenario import scenario

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
OFFBOARDING = "/etc/opt/microsoft/mdatp/mdatp_offboard.json"
MDATP = "mdatp.service"


def doctor(w, *options, before=()):
    """(exit code, lines)"""
    done = w.machine.run([*before, PROGRAM, "doctor", *options], check=False)
    assert done.stderr == "", done
    return done.returncode, done.stdout.splitlines()


def causes(w, *options):
    """Ids in the order told, of faults."""
    code, lines = doctor(w, *options)
    ids = [match.group(1) for line in lines if not line.startswith("To know:") for match in [re.search(r" \(([a-z-]+)\)$", line)] if match]
    assert code == (3 if ids else 0), (code, lines)
    return ids


def assert_first(w, cause, *words, options=()):
    code, lines = doctor(w, *options)
    assert code == 3 and lines[0].endswith(f" ({cause})"), (cause, code, lines)
    assert lines[1].startswith("  why: ") and lines[2].startswith("  do:  "), lines
    for each in words:
        assert each in lines[1], (each, lines)


def assert_well(w, *options):
    code, lines = doctor(w, *options)
    assert code == 0 and lines[0] == "Nothing wrong was found: this machine is onboarded.", (code, lines)
    return lines


def wait_answer(w):
    w.machine.wait(lambda: w.machine.run(["mdatp", "health", "--field", "licensed"], check=False).stdout.strip() == "true",
                   20, "the sensor's licence")


@scenario(timeout=120)
def a_sensor_that_is_ill_is_seen_to_be_so(w):
    w.onboard()
    w.assert_quiet()
    lines = assert_well(w)
    assert any(line.startswith("  network: ") and "reached" in line for line in lines), lines
    print("\n".join(lines))
