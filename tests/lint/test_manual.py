"""Man pages, completion and the configuration's template say what the program takes.

    test_manual.py PROGRAM GENERATED...
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
MADE = {Path(name).name: Path(name).resolve() for name in sys.argv[1:]}  # of the program's tables, by packaging/words
del sys.argv[1:]
TOP = Path(__file__).resolve().parents[2]
PACKAGING = TOP / "packaging"
PAGES = [PACKAGING / "man/mde-linux.8", PACKAGING / "man/mde-linux.conf.5", MADE["mde-linux-reasons.7"]]


def verbs():
    """Of people, of others."""
    lines = subprocess.run([PROGRAM, "--help"], check=True, capture_output=True, text=True).stdout.splitlines()
    people = [match.group(1) for match in (re.match(r"  (\w[\w-]*)  ", line) for line in lines) if match]
    return people, [name for line in lines if line.startswith("Called by ") for name in line.split(":")[1].split()]


def options(verb):
    """{"--json": "", "--root": "DIR"}, and the words behind them: "[FILE]"."""
    text = subprocess.run([PROGRAM, verb, "--help"], check=True, capture_output=True, text=True).stdout
    found = dict(re.findall(r"(?m)^  (--[a-z-]+)(?: ([A-Z]+))?  ", text))
    found.pop("--help")
    return found, re.match(r"Usage: mde-linux \S+ \[OPTION\.\.\.\] ?(.*)", text).group(1)


def plain(text):
    """Without roff's fonts and macros, on one line."""
    text = re.sub(r"(?m)^\.(BR|RB|IR|RI|BI|TP|PP|br|B|I)\b ?", "", text).replace("\\-", "-").replace('"', "")
    return re.sub(r" +([\].])", r"\1", re.sub(r"([\[|]) +", r"\1", " ".join(text.split())))


def section(page, name):
    return page.split(f"\n.SH {name}\n")[1].split("\n.SH ")[0]


def settings():
    """Names of public settings that have an effect."""
    text = re.sub(r"\s+", " ", (TOP / "handler/setting_table.c").read_text()).split("setting_keys[] = {")[1].split(" }; ")[0]
    rows = re.findall(r'\{ (?:STRING|BOOL)\("(\w+)", (\w+)\)', text)
    rows += [(name, effect) for name, places, effect in re.findall(
        r'\.name = "(\w+)", \.places = ([\w |]+), \.type = \w+, \.effect = (\w+)', text) if "SETTING_PUBLIC" in places]
    return {name for name, effect in rows if effect == "SETTING_ACTS"}


def configuration():
    """{section: keys} beside those of [settings], from the function that takes each."""
    text = (TOP / "agent/configuration.c").read_text()
    functions = dict(re.findall(r'text_equal\(section, "(\w+)"\)\)\s+return (\w+)\(', text))
    return {section: set(re.findall(r'text_equal\(key, "([\w-]+)"\)', text[text.index(f" *{name}("):].split("\n}\n")[0]))
            for section, name in functions.items() if section != "settings"}


class Manual(unittest.TestCase):
    def test_pages_are_well_formed(self):
        self.assertTrue(shutil.which("mandoc"), "mandoc is not here: scripts/prepare test")
        for page in PAGES:
            done = subprocess.run(["mandoc", "-Tlint", page], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_every_command_has_its_lines(self):
        people, others = verbs()
        page = PAGES[0].read_text()
        self.assertGreaterEqual(len(people), 4)
        self.assertEqual([verb for verb in people if not re.search(rf"(?m)^\.TP\n\.BI? {verb}( .*)?$", page)], [])
        self.assertEqual([verb for verb in others if not re.search(rf"(?m)^\.BR? {verb}\b", page)], [])

    def test_commands_stand_in_the_order_of_help(self):
        people, page = verbs()[0], PAGES[0].read_text()
        self.assertEqual(re.findall(r"(?m)^\.TP\n\.BI? ([a-z-]+)", section(page, "COMMANDS")), people)
        self.assertEqual(re.findall(r"(?m)^\.B mde-linux ([a-z-]+)", section(page, "SYNOPSIS")), people)

    def test_the_synopsis_has_what_each_command_takes(self):
        synopsis = dict(re.findall(r"(?ms)^\.B mde-linux ([a-z-]+)\n(.*?)\n\.br$", section(PAGES[0].read_text(), "SYNOPSIS")))
        for verb in verbs()[0]:
            found, words = options(verb)
            lines = plain(synopsis[verb]).replace("REASON ...", "REASON...")
            self.assertEqual(dict(re.findall(r"(--[a-z-]+)(?: ([A-Z]+))?", lines)), found, verb)
            self.assertIn(words.replace("|", " | "), lines.replace("|", " | ").replace("  ", " "), verb)

    def test_every_option_has_its_lines(self):
        found = re.findall(r'(?m)^\.TP\n\.BI? (\\-\\-[a-z\\-]+)(?: " ([A-Z]+)")?$', section(PAGES[0].read_text(), "OPTIONS"))
        known = {"--version": "", "--help": ""}
        for verb in verbs()[0]:
            known.update(options(verb)[0])
        self.assertEqual(sorted((name.replace("\\", ""), value) for name, value in found), sorted(known.items()))

    def test_every_variable_that_people_can_set_is_named(self):
        read = {name for path in (TOP / "agent").rglob("*.c") for name in re.findall(r'getenv\("(\w+)"\)', path.read_text())}
        self.assertEqual(set(re.findall(r"(?m)^\.TP\n\.B (\w+)$", section(PAGES[0].read_text(), "ENVIRONMENT"))), read)

    def test_exit_codes_are_those_of_commands(self):
        codes = re.findall(r"COMMAND_\w+ = (\d+),", (TOP / "agent/commands/command.h").read_text())
        self.assertEqual(re.findall(r"(?m)^\.TP\n\.B (\d)$", section(PAGES[0].read_text(), "EXIT STATUS")), codes)

    def test_the_readme_names_what_there_is(self):
        readme, (people, others) = (TOP / "README.md").read_text(), verbs()
        known = {verb: options(verb)[0] for verb in people}
        calls = re.findall(r"(?m)(?:`|^    |^# )mde-linux ([a-z-]+)([^`#\n]*)", readme)
        self.assertGreater(len(calls), 12)
        for verb, rest in calls:
            self.assertIn(verb, [*people, "--version"])
            self.assertEqual([option for option in re.findall(r"--[a-z-]+", rest) if option not in known.get(verb, ())], [], verb)
        table = readme.split("| key | meaning |\n")[1].split("\n\n")[0]
        self.assertLessEqual(set(re.findall(r"(?m)^\| `(\w+)` \|", table)), settings())

    def test_the_page_of_reasons_has_each_with_its_codes(self):
        page, table = PAGES[2].read_text(), (TOP / "agent/reasons.c").read_text()
        rows = re.findall(r'= \{ "([\w-]+)", (\d+), (\d+),', re.sub(r"\s+", " ", table))
        self.assertGreater(len(rows), 80)
        for name, installer, azure in rows[1:]:  # the first is "none"
            paragraph = page.split(f"\n.TP\n.B {name.replace('-', chr(92) + '-')}\n")[1].split("\n.TP\n")[0]
            self.assertTrue(paragraph.split("\n.SH ")[0].endswith(f"Code {azure}, of mde_installer {installer}."), name)

    def test_every_setting_and_key_is_described(self):
        page, known = PAGES[1].read_text(), settings()
        self.assertGreater(len(known), 20)
        keys = configuration()
        self.assertEqual(sorted(keys), ["endpoints", "policy", "trust"])
        names = known | set().union(*keys.values())
        self.assertEqual([name for name in sorted(names) if f"\n.TP\n.B {name}\n" not in page], [])

    def test_the_template_holds_known_keys_only_and_sets_nothing(self):
        known, section, seen = {**configuration(), "settings": settings()}, None, {}
        for line in (PACKAGING / "conf/mde-linux.conf").read_text().splitlines():
            self.assertRegex(line, r"^($|#|\[\w+\]$)")
            if line.startswith("["):
                section = line[1:-1]
            key = re.match(r"#([\w-]+) = ", line)
            if key:
                self.assertIn(key.group(1), known[section])
                seen.setdefault(section, set()).add(key.group(1))
        for name in ("endpoints", "policy", "trust"):
            self.assertEqual(seen[name], known[name])

    def test_exit_codes_are_those_of_the_reasons(self):
        codes = set(re.findall(r"= \{ \"[\w-]+\", \d+, (\d+),", re.sub(r"\s+", " ", (TOP / "agent/reasons.c").read_text())))
        self.assertTrue({"51", "52", "53"} <= codes, codes)
        page = PAGES[0].read_text()
        self.assertEqual([code for code in sorted(codes) if f"\n.TP\n.B {code}\n" not in page], [])


FISH, ZSH = shutil.which("fish"), shutil.which("zsh")


def bash(*words):
    """What bash offers for the last word."""
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mde_linux; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "--norc", "-c", script, "bash", MADE["mde-linux"], "mde-linux", *words],
                          check=True, capture_output=True, text=True, cwd=PACKAGING)
    return done.stdout.split()


def fish(*words):
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run([FISH, "-N", "-c", f"source {MADE['mde-linux.fish']}; complete -C 'mde-linux {' '.join(words)}'"],
                              check=True, capture_output=True, text=True, cwd=PACKAGING, env={**os.environ, "HOME": home})
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def zsh(line, expected):
    """Types a line and a tab at a real zsh; what the terminal shows once it holds what is expected, or after 20 s."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(PACKAGING)
        os.environ.update(TERM="dumb", PS1="> ", HOME="/nonexistent")
        os.execv(ZSH, [ZSH, "-f", "-i"])
    shown, end = "", time.monotonic() + 20
    try:
        os.write(terminal, f"fpath=({MADE['_mde-linux'].parent} $fpath); autoload -Uz compinit; compinit -u -D; "
                           f"setopt no_always_last_prompt; print rea''dy\n".encode())
        while time.monotonic() < end and not re.search(expected, shown):
            if select.select([terminal], [], [], 0.2)[0]:
                shown += os.read(terminal, 65536).decode(errors="replace").replace("\a", "")
            if line and re.search(r"ready\r?\n", shown):
                os.write(terminal, f"{line}\t".encode())
                line = None
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)
    return shown


class Completions(unittest.TestCase):
    def test_each_is_read_by_its_shell(self):
        for shell, name in (("bash", "mde-linux"), (ZSH, "_mde-linux"), (FISH, "mde-linux.fish")):
            if shell:
                done = subprocess.run([shell, "-n", MADE[name]], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_bash_offers_commands_options_files_and_names(self):
        people, others = verbs()
        self.assertEqual(sorted(bash("")), sorted([*people, "--help", "--version"]))
        self.assertEqual(bash("unh"), ["unhold"])
        self.assertEqual(sorted(bash("plan", "--")), sorted(["--facts", "--settings", "--root", "--json", "--help"]))
        self.assertEqual(bash("plan", "--facts", "meson"), ["meson.build"])
        self.assertEqual(bash("explain", "tenant-oth"), ["tenant-other"])
        self.assertEqual(bash("explain", "drif"), ["drift"])
        self.assertEqual(bash("hold", "x"), [])

    @unittest.skipUnless(FISH, "fish is not here")
    def test_fish_offers_commands_options_files_and_names(self):
        people, others = verbs()
        self.assertEqual(sorted(fish("")), sorted(people))
        self.assertLessEqual({"--facts", "--settings", "--json", "--help"}, set(fish("plan", "--")))
        self.assertEqual(fish("plan", "--facts", "meson"), ["meson.build"])
        self.assertEqual(fish("explain", "tenant-oth"), ["tenant-other"])
        self.assertEqual(fish("hold", "x"), [])

    @unittest.skipUnless(ZSH, "zsh is not here")
    def test_zsh_completes_a_command_an_option_and_a_name(self):
        for line, expected in (("mde-linux expl", "mde-linux explain "), ("mde-linux plan --fac", "--facts="),
                               ("mde-linux explain tenant-oth", "tenant-other "), ("mde-linux plan --facts meso", r"meson\.build")):
            self.assertRegex(zsh(line, expected), expected)


if __name__ == "__main__":
    unittest.main()
