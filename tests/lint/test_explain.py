"""What `explain` says, and that every row which is told beside an outcome has its line.

    test_explain.py PROGRAM
"""

import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
TOP = Path(__file__).resolve().parents[2]
WRAPPER = os.environ.get("MESON_EXE_WRAPPER", "").split()  # of another architecture: an emulator
sys.path.insert(0, str(TOP / "tests"))

try:
    import schema
except ImportError:  # scripts/prepare test
    schema = None


def call(*argv, **environment):
    return subprocess.run([*WRAPPER, PROGRAM, "explain", *argv], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={**os.environ, **environment})


def document(*argv):
    done = call("--json", *argv)
    assert (done.returncode, done.stderr) == (0, ""), done
    return schema.validate("explain", done.stdout) if schema else json.loads(done.stdout)


def said_rows():
    """Names of rows and notes as the sources write them."""
    for layer in ("agent", "handler"):
        for path in sorted((TOP / layer).rglob("*.c")):
            text = re.sub(r"\s+", " ", path.read_text())
            yield from re.findall(r'\boutcome_row\( ?[^;"]*?, "([\w-]+)"', text)
            yield from re.findall(r'\b(?:judge_note|note)\( ?plan, "([\w-]+)"', text)
            yield from re.findall(r'#define ROW "([\w-]+)"', text)
            yield from re.findall(r'\bstage = "([\w-]+)"', text)
            yield from re.findall(r'\[STEP_\w+\] = \{ "([\w-]+)"', text)
            yield from re.findall(r'\[MANAGED_\w+\] = "([\w-]+)"', text)
    text = (TOP / "agent/machine/fitness.c").read_text().split("fitness_checks[] = {")[1]
    for name in re.findall(r'(?:REFUSE|WARN|NOTE)\("([\w-]+)"', text):
        yield f"fitness-{name}"
    yield from re.findall(r'PlanTag\)\{ "(\w+)"', (TOP / "agent/plan.c").read_text())


class Explain(unittest.TestCase):
    def test_every_row_that_is_told_has_its_line_and_no_other_has(self):
        told, known = set(said_rows()), {row["name"] for row in document()["rows"]}
        self.assertGreater(len(told), 70)
        self.assertEqual(sorted(told - known), [])
        self.assertEqual(sorted(known - told - {"ErrorClarification"}), [])

    def test_an_id_is_told_whole_in_lines_that_are_not_cut(self):
        done = call("tenant-other")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "tenant-other")
        self.assertEqual([line.split(":")[0].strip() for line in lines[1:]], ["what", "why", "do", "by hand", "whose", "again", "codes"])
        self.assertEqual(call("tenant-oth").stdout, done.stdout)
        self.assertNotIn("by hand:", call("clock-wrong").stdout)

    def test_the_document_says_the_same(self):
        found = document("tenant-other")
        self.assertEqual((found["schema"], found["version"]), ("mde-linux.explain", 1))
        self.assertEqual([reason["reason"] for reason in found["reasons"]], ["tenant-other"])
        self.assertEqual(found["reasons"][0]["azure_code"], 53)
        self.assertIn(found["reasons"][0]["what"], call("tenant-other").stdout)
        self.assertTrue(all(53 in (reason["azure_code"], reason["installer_code"]) for reason in document("53")["reasons"]))

    def test_what_why_and_what_to_do_are_said_of_a_reason_and_of_a_finding_of_the_doctor(self):
        for word in ("conflict", "stale-tag", "package-manager-locked"):
            lines = [line.split(":")[0].strip() for line in call(word).stdout.splitlines()]
            self.assertEqual([line for line in lines if line in ("what", "why", "do")][:3], ["what", "why", "do"], word)
        text = (TOP / "agent/doctor/cause_words.c").read_text().split("cause_words[] = {")[1].split("NULL, NULL")[0]
        told = re.findall(r'\{ "([a-z-]+)",', text)
        self.assertGreater(len(told), 40)
        self.assertEqual([cause["cause"] for cause in document()["causes"]], told)
        for word in told:
            self.assertIn("mde-linux doctor", call(word).stdout)
            found = document(word)
            self.assertEqual([cause["cause"] for cause in found["causes"]], [word])
            self.assertIn(found["causes"][0]["remedy"], call(word).stdout)
        self.assertEqual(document("conflict")["causes"], [])

    def test_what_to_do_can_be_read_where_no_message_stands(self):
        for reason in document()["reasons"]:
            for words in (reason["remedy"], reason["remedy_by_hand"]):
                self.assertNotRegex(words, r"\b(before|above) (them|it)\b|\bnamed (above|before)\b", reason["reason"])

    def test_all_of_it_is_listed_without_a_word(self):
        done = call()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        whole = document()
        for name in [each[kind[:-1] if kind != "rows" else "name"] for kind in ("reasons", "causes", "rows") for each in whole[kind]]:
            self.assertRegex(done.stdout, rf"(?m)^{name}:")

    def test_what_is_not_there_is_wrong_use_and_gets_what_may_have_been_meant(self):
        done = call("tenant-othre")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("Did you mean: tenant-other", done.stderr)
        for word in ("nothing-of-the-kind", "77", "", "\033[31m", "x" * 5000):
            done = call(word)
            self.assertEqual((done.returncode, done.stdout), (2, ""), word)
            self.assertNotIn("\033", done.stderr)
            self.assertLess(len(done.stderr), 300)

    def test_it_is_the_same_in_any_locale(self):
        self.assertEqual(call("disk-full", LC_ALL="de_DE.UTF-8").stdout, call("disk-full", LC_ALL="C").stdout)


if __name__ == "__main__":
    unittest.main()
