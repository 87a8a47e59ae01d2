"""What a command with --root advises is about the image: its own commands say --root, and its files begin with its folder.

    test_advice.py PROGRAM
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
WRAPPER = os.environ.get("MESON_EXE_WRAPPER", "").split()  # of another architecture: an emulator
STATE = "/var/lib/mde-linux"
FOLDER = "/var/lib/waagent/Microsoft.Azure.AzureDefenderForServers.MDE.Linux-1.0.0.1"
ONBOARDING = "/etc/opt/microsoft/mdatp/mdatp_onboard.json"
# what can be done from here; the rest is told to be for the machine itself
OURS = r"mde-linux (check|plan|status|doctor|verify|collect|generalize|hold|unhold)\b"
ELSEWHERE = r"mde-linux (onboard|offboard|test-alert)\b|systemctl|journalctl|azcmagent|restart the guest agent"


def call(*argv):
    return subprocess.run([*WRAPPER, PROGRAM, *argv], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


class Image:
    def __init__(self, folder):
        self.root = Path(folder) / "image"
        self.write("/etc/os-release", 'ID=debian\nVERSION_ID="12"\n')

    def write(self, path, text, mode=0o644):
        full = self.root / path.lstrip("/")
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)
        full.chmod(mode)

    def sensor(self):
        self.write("/opt/microsoft/mdatp/sbin/wdavdaemon", "", 0o755)
        self.write(ONBOARDING, "{}")

    def extension(self):
        self.write(f"{FOLDER}/HandlerManifest.json", "[]")
        self.write(f"{FOLDER}/HandlerEnvironment.json", json.dumps([{"version": 1.0, "handlerEnvironment": {
            "logFolder": "/var/log/azure/mde", "configFolder": f"{FOLDER}/config", "statusFolder": f"{FOLDER}/status",
            "heartbeatFile": f"{FOLDER}/heartbeat.log"}}]))
        self.write(f"{FOLDER}/config/HandlerState", "Installed")
        self.write(f"{FOLDER}/config/3.settings", "{}")


def nothing(image):
    pass


def held(image):
    image.write("/etc/mde-linux/hold", "ask Kim\n")


def held_without_words(image):
    (image.root / "etc/mde-linux/hold").mkdir(parents=True)


def over(image):
    image.write("/etc/mde-linux/hold", "ask Kim\nuntil 2020-01-01\n")


def with_a_wrong_configuration(image):
    image.write("/etc/mde-linux/mde-linux.conf", "[policy]\nallowed-tenants = me\n")


def with_a_sensor(image):
    image.sensor()


def with_an_extension(image):
    image.extension()
    image.write(f"{STATE}/next", "")
    image.write("/etc/mde-linux/hold", "ask Kim\n")


def with_extensions_off(image):
    image.write("/etc/waagent.conf", "Extensions.Enabled=n\n")
    image.write("/usr/sbin/waagent", "", 0o755)


def offboarded(image):
    image.sensor()
    image.write("/etc/opt/microsoft/mdatp/mdatp_offboard.json", "{}")
    image.write(f"{STATE}/history/hand.json", json.dumps(
        {"schema": 1, "request": "1" * 64, "verdict": "refused", "reason": "conflict", "found": "x", "fulfilled": "1" * 64}))


STATES = (nothing, held, held_without_words, over, with_a_wrong_configuration, with_a_sensor, with_an_extension, with_extensions_off,
          offboarded)
COMMANDS = (("check",), ("plan",), ("status",), ("doctor",), ("verify", "/dev/null"), ("generalize", "--yes", "--dry-run"),
            ("collect", "--output", "BUNDLE"), ("hold", "--until", "never", "x"), ("hold", ""), ("hold", "maintenance"),
            ("hold", "--until", "+2h", "maintenance"), ("unhold",))


def advice(document):
    """Of a document: every text that says what to do."""
    if isinstance(document, dict):
        for name, value in document.items():
            if isinstance(value, str) and name in ("remedy", "found", "text", "why"):
                yield value
            else:
                yield from advice(value)
    elif isinstance(document, list):
        for each in document:
            yield from advice(each)


class Advice(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        self.folder, self.n = folder.name, 0

    def ask(self, state, argv):
        """All that is advised of an image in that state."""
        self.n += 1
        image = Image(f"{self.folder}/{self.n}")
        state(image)
        argv = [f"{self.folder}/{self.n}/bundle" if word == "BUNDLE" else word for word in argv]
        texts = []
        for more in ((), ("--json",)):
            if argv[0] == "collect" and more:
                Path(argv[2]).unlink(missing_ok=True)
            done = call(argv[0], "--root", str(image.root), *more, *argv[1:])
            self.assertNotIn(done.returncode, (70, 126, 127, 134, 139), (state.__name__, argv))
            errors = [re.sub(r"^mde-linux [a-z]+: ", "", line) for line in done.stderr.splitlines()
                      if not line.startswith(("Usage:", "Try "))]
            if more and done.stdout:
                texts += list(advice(json.loads(done.stdout)))
                texts += errors
            else:
                texts += done.stdout.splitlines() + errors
        return image, texts

    def check(self, image, text):
        shown = str(image.root)
        rest = re.sub(rf"{OURS} --root {re.escape(shown)}", "", text)
        if "On a machine that runs from this image:" not in text:
            self.assertNotRegex(rest, OURS)
            self.assertFalse(re.search(ELSEWHERE, rest) and not re.search(r"image|on that machine|run there", rest), text)
        if re.match(r" *(do|do: ) |Correct|Remove|Write", text):
            self.assertNotRegex(text, r"[ ('\"]/(etc|var|usr)/")

    @unittest.skipIf(os.geteuid() != 0, "root's commands, and a configuration that is root's")
    def test_it_is_about_the_image(self):
        seen = set()
        for state in STATES:
            for argv in COMMANDS:
                image, texts = self.ask(state, argv)
                for text in texts:
                    with self.subTest(state=state.__name__, argv=argv, text=text):
                        self.check(image, text)
                    seen |= {match.group(0) for match in re.finditer(OURS, text)}
                    seen |= {"a path"} if f"{image.root}/etc/mde-linux/" in text else set()
        self.assertTrue({"mde-linux unhold", "mde-linux hold", "a path"} <= seen, seen)

    @unittest.skipIf(os.geteuid() != 0, "root's commands")
    def test_a_name_that_has_to_be_quoted_is_left_to_who_reads_it(self):
        image = Image(f"{self.folder}/my image")
        self.assertIn("'mde-linux unhold --root DIR'", call("hold", "--root", str(image.root), "why").stdout)

    def test_of_this_machine_nothing_says_root(self):
        for argv in (("check",), ("status",), ("doctor", "--offline")):
            self.assertNotIn("--root", call(*argv).stdout)


if __name__ == "__main__":
    unittest.main()
