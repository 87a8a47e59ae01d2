"""One zip for several architectures: bin/mde-linux becomes the program for this one, or says that there is none."""

import zipfile
from pathlib import Path

from goalstate import NAME
from onboarding_world import PROGRAM, STATE, VERSION
from scenario import scenario

ENTRY = "bin/mde-linux"
SCRIPT = Path(__file__).resolve().parents[3] / "packaging/extension/entry"
OTHER = "/etc/systemd/system/walinuxagent.service.d/other-architecture.conf"


def published(w):
    """The zip that was built; one with a single program as if it were for several. Returns the program."""
    path = w.folder / f"extension-{VERSION}-several.zip"
    with zipfile.ZipFile(w.zip()) as built, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as several:
        content = {name: built.read(name) for name in built.namelist()}
        if not content[ENTRY].startswith(b"#!"):
            content |= {f"{ENTRY}-x86_64": content[ENTRY], f"{ENTRY}-aarch64": b"of another", ENTRY: SCRIPT.read_bytes()}
        for name, data in content.items():
            several.writestr(name, data)
    w.azure.publish(VERSION, path)
    return content[f"{ENTRY}-x86_64"]


def as_another(w, yes):
    """What the agent starts sees another machine in uname -m."""
    if yes:
        w.machine.write(OTHER, "[Service]\nPersonality=x86\n")
    else:
        w.machine.path(OTHER).unlink()
    w.machine.run(["systemctl", "daemon-reload"])


@scenario()
def a_machine_gets_its_own_program_or_is_told_that_there_is_none(w):
    w.prepare()
    program, before = published(w), w.snapshot()
    as_another(w, True)
    w.ask()
    w.agent.start()
    report = w.azure.wait_status("error", seq=0)
    assert (report.status, report.code, report.settings.code) == ("NotReady", 1009, 51), report
    message = report.settings.message
    assert message.split(" ")[16] == "45" and "(architecture-unsupported)" in message, message
    assert "Found: i686. Programs in this extension: aarch64, x86_64." in message, message
    assert report.settings.row("ErrorClarification").code == 51, report.settings
    w.machine.path(OTHER).unlink()
    w.assert_untouched(before)
    assert not w.machine.exists(PROGRAM) and not w.machine.exists(STATE)
    # by hand, as an agent that tells neither sequence number nor folder
    w.machine.run(["rm", f"{w.base()}/status/0.status"])
    done = w.machine.run(["setarch", "i686", f"{w.base()}/{ENTRY}", "enable"], check=False)
    assert (done.returncode, done.stderr.strip()) == (51, message), done
    assert w.status()["formattedMessage"]["message"] == message
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent()
    # the same machine with its own
    w.machine.write(OTHER, "")
    as_another(w, False)
    w.agent.restart()
    w.ask(seq=1)
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded()
    assert w.machine.path(PROGRAM).read_bytes() == program
    assert w.machine.read(f"/var/lib/waagent/{NAME}-{VERSION}/{ENTRY}").startswith("#!/bin/sh\n")
