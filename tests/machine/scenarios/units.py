"""Our units, as systemd reads them."""

import json

from onboarding_world import WORKER
from scenario import for_families

OURS = (WORKER, "mde-linux-recheck.service", "mde-linux-recheck.timer")


@for_families("fedora", sweep=("debian11", "debian12", "debian13"))
def systemd_has_nothing_to_say_of_our_units(w):
    """However often it reads them; and what it took of them is what was meant: a quarter of the usual weight."""
    w.onboard()
    w.assert_onboarded()
    for unit in OURS:
        assert w.unit(unit, "LoadState")["LoadState"] == "loaded", unit
    w.machine.run(["systemctl", "daemon-reload"])
    assert w.unit(WORKER, "CPUWeight", "IOWeight") == {"CPUWeight": "25", "IOWeight": "25"}
    lines = w.machine.run(["journalctl", "_PID=1", "-p", "warning", "-o", "json"]).stdout.splitlines()
    said = [entry["MESSAGE"] for entry in map(json.loads, lines) if "mde-linux" in json.dumps(entry)]
    assert not said, said
