"""What a failed wait or scenario leaves behind, as text a person can read."""

import dataclasses
import json
import subprocess

import goalstate

HANDLER_LOGS = f"/var/log/azure/{goalstate.NAME}"
PACKAGE_LOGS = ("/var/log/apt/term.log", "/var/log/dnf.rpm.log", "/var/log/dnf5.log", "/var/log/zypp/history",
                "/var/log/mdatp-stand-in.log")


def brief(azure):
    """The last report and the tails of the logs."""
    return "\n".join(_sections(azure.machine, azure, lines=15))


def full(machine, azure=None):
    """Everything worth reading after a scenario failed."""
    return "\n".join(_sections(machine, azure, lines=200))


def _sections(machine, azure, lines):
    if azure:
        yield "--- what the guest agent uploaded for us, repetitions left out"
        for report in azure.history(everything=True)[-lines:]:
            yield json.dumps(report and dataclasses.asdict(report))
        yield from _file("requests", azure.state / "requests.log", lines)
    yield from _file("console", machine.console, lines)
    yield from _file("/var/log/waagent.log", machine.path("/var/log/waagent.log"), lines)
    logs = machine.path("/var/log/azure")
    for path in sorted(logs.rglob("*")) if logs.exists() else []:
        if path.is_file():
            yield from _file(path.relative_to(logs), path, lines)
    for path in PACKAGE_LOGS:
        yield from _file(path, machine.path(path), min(lines, 40))
    yield "--- journal"
    yield _journal(machine, lines)


def _file(title, path, lines):
    if path.exists():
        yield f"--- {title}"
        yield from path.read_text("utf-8", "backslashreplace").splitlines()[-lines:]


def _journal(machine, lines):
    """Of the last boot, read from outside: the machine need not be running."""
    folder = machine.path("/var/log/journal")
    done = subprocess.run(
        ["journalctl", f"--directory={folder}", "--boot", "--no-pager", "--output=short-precise",
         f"--lines={lines}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode("utf-8", "backslashreplace").rstrip()
