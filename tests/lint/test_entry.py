"""What chooses between the programs of a zip, under each shell that a machine may have as sh."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ENTRY = TOP / "packaging/extension/entry"
SHELLS = [words for words in (("dash",), ("bash", "--posix"), ("busybox", "sh")) if shutil.which(words[0])]


def reason():
    """(mde_installer's code, Azure's, WHAT, what to do) of architecture-unsupported."""
    row = re.search(r'"architecture-unsupported", (\d+), (\d+), true, NEVER,(.*?)\}', (TOP / "agent/reasons.c").read_text(), re.S)
    what, remedy = ["".join(re.findall(r'"(.*?)"', part)) for part in re.split(r'(?<="),\n', row.group(3))]
    return int(row.group(1)), int(row.group(2)), what, remedy


class Base:
    """An extension's folder with programs that tell what they are and were given; uname -m says MACHINE."""

    def __init__(self, folder, machine):
        self.folder, self.bin = Path(folder) / "Name-1.0.0.1", Path(folder) / "path"
        for path in (self.folder / "bin", self.folder / "status", self.folder / "config", self.bin):
            path.mkdir(parents=True)
        shutil.copy(ENTRY, self.folder / "bin/mde-linux")
        self.put(self.bin / "uname", f"echo '{machine}'")
        for name in ("x86_64", "aarch64"):
            self.put(self.folder / f"bin/mde-linux-{name}", f'echo {name} "$#" "$@"; exit 7')

    @staticmethod
    def put(path, text, mode=0o755):
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(mode)

    def call(self, shell, *argv, cwd="/", entry=None, **environment):
        shell = [shutil.which(shell[0]), *shell[1:]]
        return subprocess.run([*shell, entry or str(self.folder / "bin/mde-linux"), *argv], cwd=cwd, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env={"PATH": f"{self.bin}:{os.environ['PATH']}", **environment})

    def status(self, name="0", folder="status"):
        return json.loads((self.folder / folder / f"{name}.status").read_text())

    def statuses(self):
        return sorted(path.name for path in (self.folder / "status").iterdir())


class Entry(unittest.TestCase):
    def each(self, machine):
        for shell in SHELLS:
            folder = tempfile.TemporaryDirectory()
            self.addCleanup(folder.cleanup)
            yield shell, Base(folder.name, machine)

    def test_it_becomes_the_program_of_the_machine_with_all_words_and_its_exit_code(self):
        for name in ("x86_64", "aarch64"):
            for shell, base in self.each(name):
                done = base.call(shell, "plan", "--facts", "a b", "")
                self.assertEqual((done.stdout, done.stderr, done.returncode), (f"{name} 4 plan --facts a b \n", "", 7))

    def test_it_needs_neither_a_folder_in_its_name_nor_exec_bits(self):
        for shell, base in self.each("x86_64"):
            os.chmod(base.folder / "bin/mde-linux-x86_64", 0o644)
            done = base.call(shell, "check", cwd=base.folder / "bin", entry="mde-linux")
            self.assertEqual((done.stdout, done.stderr), ("x86_64 1 check\n", ""))

    def test_another_architecture_is_told_as_the_program_would(self):
        code, azure, what, remedy = reason()
        expected = ("Failed to configure Microsoft Defender for Endpoint: this run did not finish; its mde_installer code is "
                    f"{code} (architecture-unsupported). {what} Found: ppc64le. Programs in this extension: aarch64, x86_64. {remedy}")
        for shell, base in self.each("ppc64le"):
            done = base.call(shell, "enable", ConfigSequenceNumber="3")
            self.assertEqual((done.stdout, done.stderr, done.returncode), ("", expected + "\n", azure))
            self.assertEqual(base.statuses(), ["3.status"])
            told, = base.status("3")
            self.assertRegex(told["timestampUTC"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertEqual(told["version"], 1.0)
            self.assertEqual(told["status"], {
                "name": "MDE.Linux", "operation": "Enable", "status": "error", "code": azure,
                "formattedMessage": {"lang": "en-US", "message": expected},
                "substatus": [{"name": "ErrorClarification", "status": "error", "code": azure,
                               "formattedMessage": {"lang": "en-US", "message": f"architecture-unsupported: {what}"}}]})
            self.assertEqual((base.folder / "status/3.status").stat().st_mode & 0o777, 0o644)

    def test_without_a_number_it_is_that_of_the_newest_settings(self):
        for shell, base in self.each("armv7l"):
            for age, name in enumerate(("7.settings", "12.settings", "9.settings.tmp")):
                (base.folder / "config" / name).write_text("")
                os.utime(base.folder / "config" / name, (1000 + age, 1000 + age))
            base.call(shell, "enable")
            base.call(shell, "enable", ConfigSequenceNumber="../1")
            self.assertEqual(base.statuses(), ["12.status"])

    def test_without_settings_the_number_is_0(self):
        for shell, base in self.each("i686"):
            base.call(shell, "enable")
            self.assertEqual(base.statuses(), ["0.status"])

    def test_folders_are_those_that_the_agent_names(self):
        for shell, base in self.each("i686"):
            for indent in (None, 4):
                (base.folder / "other").mkdir(exist_ok=True)
                environment = {"configFolder": f"{base.folder}/none", "statusFolder": f"{base.folder}/other", "logFolder": "/"}
                (base.folder / "HandlerEnvironment.json").write_text(json.dumps([{"handlerEnvironment": environment}], indent=indent))
                base.call(shell, "enable")
                self.assertEqual(base.status(folder="other")[0]["status"]["code"], 51)
                (base.folder / "other/0.status").unlink()
            self.assertEqual(base.statuses(), [])

    def test_only_enable_fails_and_only_enable_writes(self):
        for shell, base in self.each("s390x"):
            for verb, code in (("install", 0), ("update", 0), ("disable", 0), ("uninstall", 0), ("check", 51), ("--version", 51)):
                done = base.call(shell, verb)
                self.assertEqual((done.returncode, "Found: s390x." in done.stderr), (code, True), verb)
            self.assertEqual(base.statuses(), [])

    def test_what_uname_says_cannot_spoil_the_status(self):
        for machine in ("", 'x"y', "x y", "a\\nb", "../bin/mde-linux"):
            for shell, base in self.each(machine):
                done = base.call(shell, "enable")
                self.assertEqual(done.returncode, 51)
                self.assertIn("Found: nothing that uname -m tells.", base.status()[0]["status"]["formattedMessage"]["message"])

    def test_folders_of_programs_need_not_be_in_the_path(self):
        uname = os.uname().machine
        for shell, base in self.each("unused"):
            base.put(base.folder / f"bin/mde-linux-{uname}", 'echo started')
            for environment in ({"PATH": "/nowhere"}, {"PATH": ""}):
                done = base.call(shell, "check", **environment)
                self.assertEqual((done.stdout, done.stderr), ("started\n", ""), environment)

    def test_without_uname_it_says_that_and_nothing_of_the_architecture(self):
        for shell, base in self.each("x86_64"):
            base.put(base.bin / "uname", "exit 126")
            done = base.call(shell, "enable", ConfigSequenceNumber="4")
            self.assertEqual(done.returncode, 52)
            status = base.status("4")[0]["status"]
            self.assertEqual((status["status"], status["code"]), ("error", 52))
            message = status["formattedMessage"]["message"]
            self.assertEqual(done.stderr, message + "\n")
            for words in ("uname", "PATH", f"{base.bin}", "nothing was changed", "Failed to configure Microsoft Defender for Endpoint"):
                self.assertIn(words, message)
            self.assertNotIn("architecture-unsupported", json.dumps(status))
            self.assertEqual(base.call(shell, "disable").returncode, 0)

    def test_a_status_is_there_whole_or_not_at_all(self):
        for shell, base in self.each("s390x"):
            (base.folder / "status/5.status").write_text("before")
            done = subprocess.run(["bash", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "-", *shell, str(base.folder / "bin/mde-linux"), "enable"],
                                  env={"PATH": f"{base.bin}:{os.environ['PATH']}", "ConfigSequenceNumber": "5"},
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 51)
            self.assertIn("Found: s390x.", done.stderr)
            self.assertEqual((base.folder / "status/5.status").read_text(), "before")
            self.assertEqual(base.statuses(), ["5.status"])
            base.put(base.bin / "date", "exit 1")
            self.assertEqual(base.call(shell, "enable", ConfigSequenceNumber="6").returncode, 51)
            self.assertEqual(base.statuses(), ["5.status"])


if __name__ == "__main__":
    unittest.main()
