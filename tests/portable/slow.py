"""What takes too long for every day: the static program built anew from nothing.

    slow.py [Twice | Relink] [unittest's own words]

Twice   from two clones in different folders, with caches of their own: libraries, programs and zip are the same bytes.
Relink  with a libsystemd that was changed, as packaging/portable/RELINK says.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from hashlib import sha256
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "packaging/portable"))
import sources  # noqa: E402

ARCH = os.uname().machine
VERSION = "1.0.0.1"


def run(*argv, **environment):
    done = subprocess.run([str(word) for word in argv], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{argv}: exit {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


class Twice(unittest.TestCase):
    maxDiff = None

    def build(self, home):
        """{what: SHA-256} of a build below home with a cache below home; only downloads are shared."""
        kept = home / "cache/portable/files"
        kept.mkdir(parents=True)
        for path in sources.FILES.iterdir():
            os.link(path, kept / path.name)
        shutil.copy(sources.KEPT, kept.parent)
        run("git", "clone", "--quiet", TOP, home / "tree")
        run(home / "tree/scripts/build-extension", "--version", VERSION, "--portable", home / "extension.zip",
            MDE_LINUX_TEST_CACHE=str(home / "cache"), MDE_LINUX_BUILD=str(home / "build"))
        made = {"extension.zip": home / "extension.zip"}
        for program in home.glob("build*/handler/mde-linux"):
            made |= {f"{program.parts[-3]}/program": program}
        for archive in home.glob("build*-libraries/lib/*.a"):
            made |= {f"{archive.parts[-3]}/{archive.name}": archive}
        return {name: sha256(path.read_bytes()).hexdigest() for name, path in made.items()}

    def test_two_builds_are_the_same_bytes(self):
        sources.CACHE.mkdir(parents=True, exist_ok=True)
        sources.find(False)
        with tempfile.TemporaryDirectory(dir=sources.CACHE) as place:
            one, other = self.build(Path(place) / "one"), self.build(Path(place) / "other/with/a-longer-name")
        self.assertGreater(len(one), 7)
        self.assertEqual(one, other)


class Relink(unittest.TestCase):
    def test_a_changed_libsystemd_is_linked(self):
        sources.CACHE.mkdir(parents=True, exist_ok=True)
        packages = sources.find(False)
        with tempfile.TemporaryDirectory() as place:
            tree = Path(place) / "systemd-of-my-own"
            tree.mkdir()
            orig, = [file for file in packages["systemd"]["files"] if ".orig." in file]
            run("tar", "--extract", "--file", sources.FILES / orig, "--directory", tree, "--strip-components=1")
            path = tree / "src/libsystemd/sd-bus/bus-error.c"
            text = path.read_text()
            self.assertEqual(text.count('"Address in use"'), 1)
            path.write_text(text.replace('"Address in use"', '"Address in use, says my own libsystemd"'))
            build = Path(place) / "build"
            run(TOP / "scripts/build-portable", ARCH, build, MDE_LINUX_SOURCES=f"systemd={tree}")
            program = build / "handler/mde-linux"
            self.assertIn(b"says my own libsystemd", program.read_bytes())
            self.assertRegex(run(program, "--version"), r"libsystemd \S+ \(Debian \S+, source changed\)")
            run(TOP / "packaging/portable/documents", VERSION, Path(place) / "linked", f"{build}-libraries")
            self.assertIn("source changed", (Path(place) / f"linked/mde-linux-{ARCH}.cdx.json").read_text())


if __name__ == "__main__":
    unittest.main()
