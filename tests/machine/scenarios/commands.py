"""Each command for people on one machine: on a terminal of 80x24 and piped, as root and as nobody, in any locale, as JSON.

A command of the table without a row here fails, and so does an exit code that mde-linux(8) does not name.
"""

import dataclasses
import itertools
import json
import re
from pathlib import Path

import schema
from scenario import scenario
from scenarios.by_hand import FILE, LEAVE, PROGRAM, SETTINGS, bring, give, taken
from terminal import Terminal
from transcript import same

PAGE = Path(__file__).resolve().parents[3] / "packaging/man/mde-linux.8"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
LOCALES = ("C", "C.UTF-8", "xx_XX.unknown")
NUMBER = itertools.count(1)


@dataclasses.dataclass
class Row:
    words: str  # of the command line; @ is another number each time
    code: int
    nobody: int = 1  # 1: nothing is told but that only root can do it
    first: str = ""  # the beginning of what it prints
    schema: str = ""  # of another command
    once: bool = False  # says another thing the second time
    document: bool = True  # what it says against it stands in its document, else on stderr


ONBOARDED = {
    "check": Row("", 0, 4, "This machine is fit for the sensor"),
    "plan": Row("--settings /srv/settings.json", 0, 4),
    "onboard": Row(f"{FILE} --settings {SETTINGS}", 0),
    "offboard": Row(f"{LEAVE} --dry-run", 0),
    "status": Row("", 0, 0, "Microsoft Defender for Endpoint is onboarded"),
    "doctor": Row("--offline", 0, 0),
    "verify": Row("/srv/package", 0, 0, "Good: an onboarding package"),
    "collect": Row("--output /tmp/bundle-@.tar.gz", 0, 0),
    "test-alert": Row("", 0),
    "generalize": Row("--dry-run", 0),
    "hold": Row("--until +1h ask Kim", 0),
    "unhold": Row("", 0, once=True, schema="hold"),
    "explain": Row("conflict", 0, 0, "conflict"),
}
BARE = {
    "check": Row("", 0, 4),
    "plan": Row("", 53, 53),
    "onboard": Row("/srv/wrong", 53),
    "offboard": Row("/srv/wrong", 53),
    "status": Row("", 3, 3, "Microsoft Defender for Endpoint is not installed."),
    "doctor": Row("--offline", 3, 3),
    "verify": Row("/srv/wrong", 3, 3),
    "collect": Row("--output /nowhere/@.tar.gz", 1, 1, document=False),
    "test-alert": Row("", 4),
    "generalize": Row("--dry-run", 0),
    "hold": Row("--until yesterday ask Kim", 2, document=False),
    "unhold": Row("", 0, schema="hold"),
    "explain": Row("no-such-reason", 2, 2, document=False),
}


def call(w, *argv, before=(), env=None):
    return w.machine.run([*before, PROGRAM, *argv], check=False, timeout=120,
                         env={"TERM": "xterm", "COLUMNS": "40", **(env or {})})


def people(w):
    return re.findall(r"(?m)^  ([a-z-]+)  ", call(w, "--help").stdout)


def documented():
    return {int(code) for code in re.findall(r"(?m)^\.TP\n\.B (\d+)$", PAGE.read_text().split(".SH EXIT STATUS\n")[1].split(".SH ")[0])}


def argv(name, row):
    return [name, *row.words.replace("@", str(next(NUMBER))).split()]


def words(text):
    """Without what no two calls share."""
    return re.sub(r"/tmp/bundle-\d+|/nowhere/\d+|\d+ bytes|\d+ MiB", "NAME", same(text))


def assert_plain(done):
    assert not re.search(r"[^\n -~]", done.stdout + done.stderr), done


def piped(w, name, row, thorough):
    plain = call(w, *argv(name, row))
    assert plain.returncode == row.code and plain.stdout.startswith(row.first), plain
    assert bool(plain.stdout) == row.document and bool(plain.stderr) != row.document, plain
    assert_plain(plain)
    for locale in LOCALES if thorough else LOCALES[-1:]:
        done = call(w, *argv(name, row), env={"LC_ALL": locale, "LANGUAGE": "de", "TZ": "Asia/Kathmandu"})
        assert (done.returncode, bool(done.stdout), bool(done.stderr)) == (row.code, row.document, not row.document), done
        assert row.once or (words(done.stdout), words(done.stderr)) == (words(plain.stdout), words(plain.stderr)), (plain, done)
    return plain


def on_terminal(w, name, row, plain, thorough):
    with Terminal(w.machine, [PROGRAM, *argv(name, row)]) as terminal:
        assert terminal.end() == row.code, terminal.text
        assert terminal.output.count(b"\n") < 24, terminal.text
        assert row.first in terminal.text, terminal.text
    if not thorough:
        return
    with Terminal(w.machine, [PROGRAM, *argv(name, row)], term="dumb", rows=60) as terminal:
        assert terminal.end() == row.code and b"\x1b" not in terminal.output, terminal.output
        said = words(terminal.text)
        assert row.once or words((plain.stdout or plain.stderr).splitlines()[0])[:70] in said, (plain, said)


def as_document(w, name, row):
    done = call(w, *argv(name, row), "--json")
    assert done.returncode == row.code, done
    if row.document:
        assert done.stderr == "", done
        schema.validate(row.schema or name, done.stdout)
    else:
        assert done.stdout == "" and done.stderr, done


def unwritten(w, name, row):
    """It is said, and why, in one line."""
    for more in ([], ["--json"]) if row.document else ():
        done = w.machine.run(["sh", "-c", 'exec "$@" >/dev/full', "sh", PROGRAM, *argv(name, row), *more], check=False, timeout=120)
        assert done.returncode == 1 or done.returncode == row.code > 50, done
        assert re.fullmatch(r"mde-linux: [^\n]*: No space left on device\. [^\n]*\n", done.stderr), done


def as_nobody(w, name, row):
    done = call(w, *argv(name, row), before=NOBODY)
    assert done.returncode == row.nobody, done
    assert_plain(done)
    if row.nobody == 1:
        assert done.stdout == "" and len(done.stderr.splitlines()) == 1, done
    else:
        assert (done.stderr == "") == row.document, done


def each_command(w, rows, thorough):
    """All that is wrong with any of them at once."""
    assert people(w) == list(rows)
    complaints = []
    for name, row in rows.items():
        try:
            assert {row.code, row.nobody} <= documented(), row
            on_terminal(w, name, row, piped(w, name, row, thorough), thorough)
            as_document(w, name, row)
            unwritten(w, name, row)
            as_nobody(w, name, row)
        except AssertionError as error:
            complaints.append(f"{name}: {error}")
    assert not complaints, "\n".join(complaints)


@scenario(timeout=240)
def each_on_a_machine_that_is_onboarded(w):
    w.prepare(knobs={"passive_default": "disabled"})
    bring(w)
    give(w, FILE, w.package())
    give(w, LEAVE, w.package(offboarding=True))
    w.machine.write("/srv/package", w.package())
    w.machine.write("/srv/settings.json", w.machine.read(SETTINGS))
    assert call(w, "onboard", FILE, "--settings", SETTINGS).returncode == 0
    each_command(w, ONBOARDED, thorough=False)
    w.assert_onboarded()
    taken(w)
    w.machine.run(["rm", "/srv/package"])


@scenario(timeout=240)
def each_on_a_machine_that_has_nothing(w):
    bring(w)
    w.machine.write("/srv/wrong", "nothing of the kind")
    before = w.snapshot()
    each_command(w, BARE, thorough=True)
    w.assert_untouched(before)
