"""Where the names of the sensor's hosts lead in the machine."""

import sys
from pathlib import Path

import onboarding_world  # noqa: F401 (before server: it says where that is)
import server

EDR, EVENTS, TICKETS, PROTECTION, DEFINITIONS = server.SENSOR_HOSTS
SERVER = Path(server.__file__)


def also_serve(w, address, *options):
    """One more server for the same names."""
    process = w.machine.spawn_outside([sys.executable, "-B", str(SERVER), "--root", str(w.served), "--address", address, *options])
    w.machine.wait(lambda: "ready" in Path(process.log).read_text(), 20, f"the server on {address}")


def lead(w, **places):
    """Where the sensor's hosts lead, by their names here; None: nowhere. The others are served as they should be."""
    gone = {globals()[name]: address for name, address in places.items()}
    served = [host for host in server.HOSTS if host not in gone]
    w.machine.write("/etc/hosts", f"127.0.0.1 localhost machine {' '.join(served)}\n" + "".join(
        f"{address} {host}\n" for host, address in gone.items() if address))
