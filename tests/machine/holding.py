"""A program that holds a fanotify group of a kind, in the machine (holder/holder.c)."""

from pathlib import Path

import programs

HOLDER = Path(__file__).resolve().parent / "holder/holder.c"


def hold(w, program="/usr/local/bin/holder", kind="content", name="holder", unit="holder", inside=(), root=""):
    """Start a holder of /srv/held (inside: what starts it), and wait until it holds; let_go() ends its unit. unit None: in none,
    for names that systemd would not take."""
    w.machine.write(root + program, programs.program(HOLDER), 0o755)
    w.machine.path(f"{root}/srv/held").mkdir(parents=True, exist_ok=True)
    w.machine.run(["rm", "-f", f"{root}/srv/ready"])
    argv = (*inside, program, kind, "/srv/held", name, "/srv/ready")
    if unit:
        w.start_unit(unit, *argv)
    else:
        w.machine.spawn(argv)
    w.machine.wait(lambda: w.machine.exists(f"{root}/srv/ready"), 10, f"{program} to hold its group")


def let_go(w, unit="holder"):
    w.machine.run(["systemctl", "kill", "--signal=KILL", f"{unit}.service"], check=False)
    w.machine.wait(lambda: w.unit(unit, "ActiveState")["ActiveState"] != "active", 10, f"{unit} to end")
