"""People's commands on a terminal of 80x24, as they look there."""

from scenario import scenario
from terminal import Terminal


@scenario()
def help_check_and_plan_on_a_terminal(w):
    program = w.bring_program()
    with Terminal(w.machine, [program, "--help"]) as terminal:
        assert terminal.end() == 0
        assert terminal.lines[0].startswith("Usage: mde-linux"), terminal.text
