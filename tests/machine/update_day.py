"""autoUpdate's day, from outside: what the vendor offers, that the day has come, and the look."""

import hashlib
import json
import time

from onboarding_world import STATE

RECORD = f"{STATE}/update.json"
SERVICE = "mde-linux-recheck.service"


def today():
    return int(time.time()) // 86400


def machine_id_of_today():
    """One by which the machine looks on this day of the week."""
    def is_due(number):
        digest = hashlib.sha256(f"{number:032x}".encode()).hexdigest()
        return int(digest[8:16], 16) % 7 == today() % 7
    return f"{next(filter(is_due, range(1, 1000))):032x}"


def make_due(w):
    """Today is the machine's day, and nothing is remembered."""
    w.machine.write("/etc/machine-id", machine_id_of_today() + "\n")
    w.machine.run(["rm", "-f", RECORD])


def record(w):
    return json.loads(w.machine.read(RECORD)) if w.machine.exists(RECORD) else {}


def begin_look(w):
    w.machine.run(["systemctl", "start", "--no-block", SERVICE])
