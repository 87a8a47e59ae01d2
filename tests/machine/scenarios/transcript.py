"""The README's transcript, typed on a terminal of 80x24 of a machine on which ClamAV watches file access."""

import json

import transcript
from onboarding_world import RESOURCE
from scenario import scenario
from scenarios.conflicts import prepare_clamav
from terminal import Terminal

SETTINGS = {"tenant": "11111111-2222-3333-4444-555555555555", "azureResourceId": RESOURCE, "onConflict": "passive"}


def type_in(w, command):
    """The screen of it, which has to hold all of it and the line that was typed."""
    with Terminal(w.machine, ["env", "--chdir=/root", *command.split()]) as terminal:
        terminal.end()
        assert terminal.output.count(b"\n") < 24, terminal.text
        return terminal.text


@scenario(root="bookworm-av")
def the_readme_shows_what_a_terminal_shows(w):
    prepare_clamav(w)
    w.machine.write("/root/settings.json", json.dumps(SETTINGS, indent=2))
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_error("conflict", seq=0)
    w.assert_quiet()
    commands = [command for command, _ in transcript.read(transcript.README.read_text(encoding="utf-8"))]
    transcript.keep([(command, type_in(w, command)) for command in commands])
