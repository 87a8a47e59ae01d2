"""What the program says when it is called by hand or in a folder that is none.

    test_cli.py PROGRAM
"""

import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))


def call(*argv, **options):
    return subprocess.run([PROGRAM, *argv], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


class CommandLine(unittest.TestCase):
    def test_version_is_one_line(self):
        done = call("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^mde-linux \d+(\.\d+){3}\n$")

    def test_help_fits_a_screen_and_names_every_verb(self):
        done = call("--help")
        self.assertEqual(done.returncode, 0)
        self.assertLess(len(done.stdout.splitlines()), 25)
        for verb in ("install", "enable", "update", "disable", "uninstall"):
            self.assertIn(verb, done.stdout)

    def test_wrong_use_is_exit_2_and_on_stderr(self):
        for argv in ((), ("no-such-verb",), ("enable", "more"), ("--no-such-option",)):
            done = call(*argv)
            self.assertEqual((done.returncode, done.stdout), (2, ""), argv)
            self.assertIn("Usage:", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "says something else when not root")
    def test_a_verb_outside_the_extensions_folder_says_so_first(self):
        with tempfile.TemporaryDirectory() as folder:
            done = call("install", cwd=folder, env={"AZURE_GUEST_AGENT_EXTENSION_PATH": folder})
            self.assertEqual(done.returncode, 1)
            self.assertIn("HandlerEnvironment.json", done.stderr.splitlines()[0])
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    unittest.main()
