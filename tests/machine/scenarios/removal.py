"""An extension that is removed while its files are needed: they go afterwards, whoever is left to do it."""

import json

from hand import FILE, SETTINGS, give, taken
from onboarding_world import ONBOARDING, PROGRAM, RESOURCE, STATE, WORKSPACE
from scenario import scenario
from scenarios.lifecycle import assert_gone

LOCK = f"{STATE}/lock"
TIMER = "mde-linux-recheck.timer"
OWED = f"{STATE}/uninstalled"


@scenario(waits=True)
def a_removal_waits_for_a_run_by_hand_and_a_look_carries_out_what_nobody_did(w):
    w.install_unpacked()
    give(w, FILE, w.package())
    w.machine.write(SETTINGS, json.dumps({"maxWaitMinutes": 3, "azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE}))
    w.knobs({"licence_file": "/run/ready"})
    process = w.machine.spawn([PROGRAM, "onboard", FILE, "--settings", SETTINGS, "--json"])
    w.machine.wait(lambda: w.machine.exists(ONBOARDING), 30, "the onboarding")
    lock = w.machine.path(LOCK).stat().st_ino
    done = w.machine.run([f"{w.base()}/bin/mde-linux", "uninstall"], check=False, timeout=120, env={
        "AZURE_GUEST_AGENT_EXTENSION_PATH": w.base(), "ConfigSequenceNumber": "0"})
    assert done.returncode == 0, done
    assert process.poll() is None
    assert w.machine.path(LOCK).stat().st_ino == lock and w.machine.exists(OWED) and w.machine.exists(PROGRAM)
    assert w.unit(TIMER, "ActiveState")["ActiveState"] == "active"
    w.machine.write("/run/ready", "")
    w.machine.wait(lambda: process.poll() is not None, 30, "the end of the run by hand")
    assert process.returncode == 0, open(process.log).read()
    assert_gone(w)
    w.assert_onboarded()
    # who was to do it was killed, or the power was cut
    assert w.verb("install").returncode == 0
    w.machine.run(["mkdir", "-p", STATE])
    w.touch(OWED)
    w.machine.run([PROGRAM, "recheck"])
    assert_gone(w)
    w.assert_sane()
    taken(w)
