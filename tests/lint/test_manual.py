"""Man pages, completion and the configuration's template say what the program takes.

    test_manual.py PROGRAM
"""

import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
TOP = Path(__file__).resolve().parents[2]
PACKAGING = TOP / "packaging"
PAGES = [PACKAGING / "man/mde-linux.8", PACKAGING / "man/mde-linux.conf.5"]


def verbs():
    """Of people, of others."""
    lines = subprocess.run([PROGRAM, "--help"], check=True, capture_output=True, text=True).stdout.splitlines()
    people = [match.group(1) for match in (re.match(r"  (\w[\w-]*)  ", line) for line in lines) if match]
    return people, [name for line in lines if line.startswith("Called by ") for name in line.split(":")[1].split()]


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
        if not shutil.which("mandoc"):
            self.skipTest("mandoc is not here")
        for page in PAGES:
            done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True)
            self.assertEqual(done.stdout + done.stderr, "")

    def test_every_command_has_its_lines(self):
        people, others = verbs()
        page = PAGES[0].read_text()
        self.assertGreaterEqual(len(people), 4)
        self.assertEqual([verb for verb in people if not re.search(rf"(?m)^\.TP\n\.BI? {verb}( .*)?$", page)], [])
        self.assertEqual([verb for verb in others if not re.search(rf"(?m)^\.BR? {verb}\b", page)], [])

    def test_completion_knows_the_commands_of_people(self):
        people, others = verbs()
        offered = re.search(r"words='([\w -]+) --help --version'", (PACKAGING / "completions/mde-linux").read_text()).group(1).split()
        self.assertEqual(sorted(offered), sorted(people))
        subprocess.run(["bash", "-n", PACKAGING / "completions/mde-linux"], check=True)

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


if __name__ == "__main__":
    unittest.main()
