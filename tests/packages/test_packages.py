"""The deb and the rpm of this tree: what linters say, what is in them.

    test_packages.py [--twice] [--portable LIBRARIES] [unittest's own words]

--twice builds everything two times more, in different places, and compares the bytes.
"""

import hashlib
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import packages

TOP = packages.TOP
VERSION = "1.0.0.1"
TWICE = "--twice" in sys.argv and not sys.argv.remove("--twice")
PORTABLE = None
if "--portable" in sys.argv:
    place = sys.argv.index("--portable")
    PORTABLE = Path(sys.argv[place + 1]).resolve()
    del sys.argv[place:place + 2]
ARCHITECTURE = packages.architecture_of(PORTABLE) if PORTABLE else os.uname().machine
NAMES = {"x86_64": ("amd64", 62), "aarch64": ("arm64", 183)}  # in Debian, in ELF's header
EXPECTED = {"/usr/sbin/mde-linux", "/usr/share/bash-completion/completions/mde-linux", "/usr/share/man/man5/mde-linux.conf.5.gz",
            *(f"/usr/share/mde-linux/schemas/{path.name}" for path in (TOP / "packaging/schemas").iterdir()),
            "/usr/share/man/man7/mde-linux-reasons.7.gz", "/usr/share/man/man8/mde-linux.8.gz", "/usr/share/mde-linux/mde-linux.conf",
            "/usr/share/fish/vendor_completions.d/mde-linux.fish"}
ZSH = {"deb": "/usr/share/zsh/vendor-completions/_mde-linux", "rpm": "/usr/share/zsh/site-functions/_mde-linux"}  # as its zsh looks


def said(*argv, **options):
    done = subprocess.run([str(word) for word in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    return done.returncode, done.stdout


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.built = packages.built(VERSION, PORTABLE)

    def test_lintian_has_nothing_to_say(self):
        # in so much machine code some bytes always look like a misspelt word; our own words are those of the other link
        more = ["--suppress-tags", "spelling-error-in-binary"] if PORTABLE else []
        code, words = said("lintian", "--allow-root", "--fail-on", "error,warning,info", "--display-info", *more, self.built["changes"])
        self.assertEqual((code, words), (0, ""))

    def test_every_override_is_explained(self):
        """By a comment right above it."""
        lists = {path.name: path.read_text() for path in (TOP / "packaging/deb/debian").glob("*lintian-overrides")}
        self.assertEqual(len(lists), 2)
        lists["rpmlint.toml"] = re.search(r"^Filters = \[\n(.*?)^\]", (TOP / "packaging/rpm/rpmlint.toml").read_text(), re.M | re.S).group(1)
        for name, text in lists.items():
            lines = [line.strip() for line in text.splitlines()]
            for above, line in zip(["", *lines], lines):
                if line and not line.startswith("#"):
                    self.assertTrue(above.startswith("#"), f"{name}: nothing above {line}")

    def test_rpmlint_has_nothing_to_say(self):
        code, words = said("rpmlint", "-c", TOP / "packaging/rpm/rpmlint.toml", self.built["rpm"],
                           *filter(None, [self.built["src.rpm"]]), TOP / "packaging/rpm/mde-linux.spec")
        self.assertEqual(code, 0, words)
        self.assertIn(" 0 errors, 0 warnings", words)

    def test_both_bring_the_same_files(self):
        listed = said("dpkg-deb", "--contents", self.built["deb"])[1].splitlines()
        deb = {line.split()[5].lstrip(".") for line in listed if line.startswith("-")}
        listed = said("rpm", "-qp", "--nosignature", "--queryformat", "[%{FILEMODES:perms} %{FILENAMES}\n]", self.built["rpm"])[1].splitlines()
        rpm = {line.split()[1] for line in listed if line.startswith("-")}
        documents = re.compile(r"/usr/share/(doc|licenses|lintian)/")
        self.assertEqual({name for name in deb if not documents.match(name)}, EXPECTED | {ZSH["deb"]})
        self.assertEqual({name for name in rpm if not documents.match(name)}, EXPECTED | {ZSH["rpm"]})
        self.assertTrue(any("LICENSE" in name for name in rpm) and any(name.endswith("/copyright") for name in deb))
        self.assertTrue(any("changelog" in name for name in deb))
        self.assertIn(VERSION, said("rpm", "-qp", "--nosignature", "--changelog", self.built["rpm"])[1])

    def test_nothing_of_an_administrator_belongs_to_a_package(self):
        self.assertNotIn("/etc", said("rpm", "-qpl", "--nosignature", self.built["rpm"])[1])
        self.assertNotRegex(said("dpkg-deb", "-c", self.built["deb"])[1], r"\./(etc|var|run)/")
        with tempfile.TemporaryDirectory() as folder:
            said("dpkg-deb", "-e", self.built["deb"], folder)
            self.assertFalse({"conffiles", "triggers", "preinst", "prerm"} & set(os.listdir(folder)), os.listdir(folder))

    def test_the_program_is_the_architectures_and_of_this_version(self):
        debian, number = NAMES[ARCHITECTURE]
        self.assertEqual(said("dpkg-deb", "-f", self.built["deb"], "Architecture")[1].strip(), debian)
        self.assertEqual(said("rpm", "-qp", "--nosignature", "--queryformat", "%{ARCH}", self.built["rpm"])[1].splitlines()[-1], ARCHITECTURE)
        with tempfile.TemporaryDirectory() as folder:
            said("dpkg-deb", "--extract", self.built["deb"], f"{folder}/deb")
            Path(folder, "rpm").mkdir()
            content = subprocess.run(["rpm2archive", "-"], input=self.built["rpm"].read_bytes(), check=True, capture_output=True).stdout
            subprocess.run(["tar", "--extract", "--gzip", "--directory", f"{folder}/rpm"], input=content, check=True)
            for kind in ("deb", "rpm"):
                program = Path(folder, kind, "usr/sbin/mde-linux")
                self.assertEqual(struct.unpack_from("<H", program.read_bytes(), 18)[0], number)
                emulator = [] if ARCHITECTURE == os.uname().machine else [f"qemu-{ARCHITECTURE}-static"]
                code, words = said(*emulator, program, "--version")
                self.assertEqual((code, words.splitlines()[0]), (0, f"mde-linux {VERSION}"))
                self.assertIn("link portable" if PORTABLE else "link system", words)
                self.assertEqual(packages.hardening(program, "portable" if PORTABLE else "system", ARCHITECTURE), "", kind)

    @unittest.skipIf(not PORTABLE, "--portable does it")
    def test_the_static_one_asks_for_nothing_and_names_what_is_in_it(self):
        needed = said("rpm", "-qpR", "--nosignature", self.built["rpm"])[1].split("\n")
        self.assertEqual([line for line in needed if line and not line.startswith(("rpmlib(", "/bin/sh"))], [])
        self.assertEqual(said("dpkg-deb", "-f", self.built["deb"], "Depends")[1].strip(), "")
        for listed in (said("dpkg-deb", "--contents", self.built["deb"])[1], said("rpm", "-qpl", "--nosignature", self.built["rpm"])[1]):
            for name in (f"{ARCHITECTURE}.cdx.json", "RELINK", "licences/systemd/LICENSE.LGPL2.1", "licences/openssl/LICENSE.txt", "licences/musl/"):
                self.assertIn(f"linked/{'mde-linux-' if name.endswith('json') else ''}{name}", listed)

    @unittest.skipIf(PORTABLE, "libcurl is in it")
    def test_libcurl_is_asked_for_although_it_is_loaded_by_name(self):
        name = re.search(r'dlopen\("([^"]+)"', (TOP / "platform/curl_loader.c").read_text()).group(1)
        self.assertEqual(name, "libcurl.so.4")
        self.assertIn("libcurl.so.4()(64bit)", said("rpm", "-qpR", "--nosignature", self.built["rpm"])[1].split())
        self.assertIn("libcurl4", said("dpkg-deb", "-f", self.built["deb"], "Depends")[1])

    @unittest.skipIf(not TWICE, "--twice does it")
    def test_the_same_commit_gives_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            for folder in (one, other):
                more = ["--portable", PORTABLE] if PORTABLE else []
                code, words = said(TOP / "scripts/build-packages", "--version", VERSION, *more, folder)
                self.assertEqual(code, 0, words)
            self.assertEqual(*({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path(folder).iterdir()
                                if path.suffix in (".deb", ".rpm", ".gz", ".xz", ".dsc")} for folder in (one, other)))


if __name__ == "__main__":
    unittest.main()
