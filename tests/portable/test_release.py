"""What scripts/release refuses, and what it gives to those who build: nothing is built here."""

import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True

# Each builder notes how it was called and what it found; the libraries have what LIBRARIES says.
BUILDER = """#!{python}
import json, os, sys
from pathlib import Path
cache = Path(os.environ.get("MDE_LINUX_TEST_CACHE", "/nowhere")) / "portable"
kept = {{path.name: path.read_text() for path in cache.glob("files/*")}}
with open("{log}", "a") as log:
    log.write(json.dumps([Path(sys.argv[0]).name, sys.argv[1:], dict(os.environ), sorted(p.name for p in cache.glob("*")), kept]) + "\\n")
name = Path(sys.argv[0]).name
if name == "build-libraries" and sys.argv[1] == "--newest":
    (cache / "files/newest").write_text("asked")
    (cache / "sources.json").write_text("asked")
    sys.exit({code})
if name == "build-libraries":
    (cache / "x86_64").mkdir(exist_ok=True)
    Path(sys.argv[2]).mkdir()
    Path(sys.argv[2], "libraries.json").write_text('{libraries}')
if name == "build-extension":
    Path(sys.argv[-1]).write_text("zip" if "{twice}" == "same" else str(os.getpid()))
"""
DEBIANS = {"packages": {"systemd": {"version": "1"}}}
CHANGED = {"packages": {"systemd": {"version": "1", "changed": "5" * 64}}}


def load():
    loader = importlib.machinery.SourceFileLoader("release", str(TOP / "scripts/release"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("release", loader))
    loader.exec_module(module)
    return module


class Release(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.top, self.release = Path(place.name), load()

    def call(self, *words, code=0, libraries=None, twice="same", **environment):
        """[program, arguments, environment, what is in the cache, its files] of each builder, in turn."""
        log = self.top / "log"
        text = BUILDER.format(python=sys.executable, log=log, code=code, libraries=json.dumps(libraries or DEBIANS), twice=twice)
        for name in ("packaging/portable/build-libraries", "scripts/prepare", "scripts/build-packages", "scripts/build-extension"):
            program = self.top / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(text)
            program.chmod(0o755)
        for name in ("files/kept.deb", "x86_64/openssl-1/lib", "sources.json", "lock"):
            path = self.top / "cache/portable" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("kept")
        environment |= {"MDE_LINUX_TEST_CACHE": str(self.top / "cache"), "PATH": os.environ["PATH"]}
        fakes = {"TOP": self.top, "git": lambda *words: "" if words[0] == "status" else "1", "DEB_CHANGELOG": self.top / "changelog", "SPEC": self.top / "spec"}
        (self.top / "changelog").write_text("mde-linux (1.0.0.1-1)")
        (self.top / "spec").write_text("- 1.0.0.1-1\nVersion:        1.0.0.1\n")
        (self.top / "meson.build").write_text("version: '1.0.0.1'")
        with mock.patch.multiple(self.release, **fakes), mock.patch.object(sys, "argv", ["release", *words, "1.0.0.1", f"{self.top}/dist"]), \
                mock.patch.dict(os.environ, environment, clear=True), mock.patch("builtins.print"):
            self.release.main()
        return [json.loads(line) for line in log.read_text().splitlines()]

    def test_it_refuses_what_is_not_the_newest(self):
        with self.assertRaisesRegex(SystemExit, "not linked with old libraries"):
            self.call("--portable", code=1)
        self.assertFalse((self.top / "dist").exists())

    def test_what_it_takes_is_there_before_the_mirror_is_asked(self):
        self.assertEqual([(row[0], row[1][0]) for row in self.call("--portable")[:3]],
                         [("prepare", "portable"), ("build-libraries", "--newest"), ("build-libraries", "x86_64")])

    def test_only_downloads_get_in_from_earlier_builds(self):
        asked, *built = [row for row in self.call("--portable", "--twice") if row[0] == "build-libraries"]
        self.assertEqual((asked[3], asked[4]), (["files", "sources.json"], {"kept.deb": "kept"}))
        self.assertEqual(len(built), 4)
        for first in built[::2]:
            self.assertEqual((first[3], first[4]), (["files", "sources.json"], {"kept.deb": "kept", "newest": "asked"}))
        places = {row[2]["MDE_LINUX_TEST_CACHE"] for row in built}
        self.assertEqual(len(places), 2)
        self.assertNotIn(str(self.top / "cache"), places)

    def test_all_builders_of_one_time_share_their_libraries(self):
        rows = [row for row in self.call("--portable") if row[1][0] not in ("--newest", "portable")]
        self.assertEqual(len(rows), 5)
        self.assertEqual(len({row[2]["MDE_LINUX_TEST_CACHE"] for row in rows}), 1)

    def test_two_times_that_differ_leave_nothing(self):
        with self.assertRaisesRegex(SystemExit, "other bytes: mde-linux-1.0.0.1.zip"):
            self.call("--portable", "--twice", twice="other")
        self.assertFalse((self.top / "dist").exists())

    def test_no_flag_of_whoever_calls_gets_to_a_builder(self):
        for row in self.call("--portable", CFLAGS="-O0", LDFLAGS="-s", CC="cc", MDE_LINUX_REFRESH="1", APT_CONFIG="/x", http_proxy="http://p"):
            self.assertFalse({"CFLAGS", "LDFLAGS", "CC", "MDE_LINUX_REFRESH", "APT_CONFIG"} & row[2].keys())
            self.assertEqual((row[2]["http_proxy"], row[2]["SOURCE_DATE_EPOCH"]), ("http://p", "1"))

    def test_sources_of_ones_own_are_for_drafts(self):
        with self.assertRaisesRegex(SystemExit, "MDE_LINUX_SOURCES is set"):
            self.call("--portable", MDE_LINUX_SOURCES="systemd=/x")
        rows = self.call("--portable", "--draft", MDE_LINUX_SOURCES="systemd=/x", libraries=CHANGED)
        self.assertEqual(rows[1][2]["MDE_LINUX_SOURCES"], "systemd=/x")

    def test_libraries_of_a_changed_source_are_refused(self):
        with self.assertRaisesRegex(SystemExit, "the source of systemd is not Debian's"):
            self.call("--portable", libraries=CHANGED)
        self.assertFalse((self.top / "dist").exists())

    def test_a_draft_links_what_was_linked_last(self):
        rows = self.call("--portable", "--draft")
        self.assertNotIn("--newest", [row[1][0] for row in rows])
        self.assertEqual({row[2]["MDE_LINUX_TEST_CACHE"] for row in rows}, {str(self.top / "cache")})

    def test_the_sums_are_what_sha256sum_checks(self):
        self.call()
        done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=self.top / "dist", capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, "mde-linux-1.0.0.1.zip: OK\n"))
        (self.top / "dist/mde-linux-1.0.0.1.zip").write_text("another")
        self.assertEqual(subprocess.run(["sha256sum", "--check", "--status", "SHA256SUMS"], cwd=self.top / "dist").returncode, 1)


class Refusals(unittest.TestCase):
    """By the script itself, in a repository with this tree's files that name versions."""

    VERSION = "7.8.9.1"
    PLACES = ("packaging/deb/debian/changelog", "packaging/rpm/mde-linux.spec", "meson.build")

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.top = Path(place.name)
        for name in ("scripts/release", *self.PLACES):
            (self.top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, self.top / name)
        old = re.search(r"version: '([\d.]+)'", (TOP / "meson.build").read_text()).group(1)
        for name in self.PLACES:
            self.change(name, old, self.VERSION)
        # stands for the build, which the refusals come before
        builder = self.top / "scripts/build-packages"
        builder.write_text("#!/bin/sh\necho built >&2\nexit 9\n")
        builder.chmod(0o755)
        self.git("init", "--quiet")
        self.commit()

    def git(self, *words):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t.test", *words], cwd=self.top, check=True, capture_output=True)

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "x")

    def change(self, name, old, new):
        text = (self.top / name).read_text()
        self.assertIn(old, text)
        (self.top / name).write_text(text.replace(old, new))

    def said(self, version=VERSION):
        environment = {name: value for name, value in os.environ.items() if name != "MDE_LINUX_SOURCES" and not name.startswith("GIT_")}
        done = subprocess.run([sys.executable, "-B", "scripts/release", version, "dist"], cwd=self.top, capture_output=True, text=True, env=environment)
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse((self.top / "dist").exists())
        return done.stderr

    def test_what_fits_goes_on_to_be_built(self):
        words = self.said()
        self.assertIn("built", words)
        self.assertNotIn("release: ", words)

    def test_a_tree_with_changes_is_refused(self):
        (self.top / "more").write_text("")
        self.assertRegex(self.said(), r"^release: there are changes that are not committed\nrelease: nothing was made;[^\n]*\n$")

    def test_each_place_that_names_another_version_is_told(self):
        for name in self.PLACES:
            with self.subTest(name):
                self.change(name, self.VERSION, "7.8.9.2")
                self.commit()
                words = self.said()
                self.assertIn(f"release: {name} has ", words)
                self.assertNotIn("built", words)
                self.assertFalse([other for other in self.PLACES if other != name and other in words], words)
                self.change(name, "7.8.9.2", self.VERSION)
                self.commit()


if __name__ == "__main__":
    unittest.main()
