"""The spec built with what Fedora's and SUSE's own macros would make of it (macros.fedora, macros.suse), as far as this machine goes.

    test_spec.py [unittest's own words]
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import packages

HERE = Path(__file__).resolve().parent
VERSION = "1.0.0.1"
PROGRAM = {"fedora": "/usr/bin/mde-linux", "suse": "/usr/sbin/mde-linux"}


def rpmbuild(kind, folder):
    """Paths in the package, what it asks for, and what the build said."""
    built = packages.built(VERSION)
    content = subprocess.run(["rpm2archive", "-"], input=built["src.rpm"].read_bytes(), check=True, capture_output=True).stdout
    subprocess.run(["tar", "--extract", "--gzip", "--directory", folder], input=content, check=True)
    defines = {"_topdir": folder, "_sourcedir": folder, "debug_package": "%{nil}"}
    done = subprocess.run(["rpmbuild", "--load", HERE / f"macros.{kind}", *(word for name, value in defines.items()
                           for word in ("--define", f"{name} {value}")), "-bb", "--nodeps", "--without", "check", f"{folder}/mde-linux.spec"],
                          env={"PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="backslashreplace")
    assert done.returncode == 0, done.stdout
    package, = Path(folder).glob("RPMS/*/*.rpm")
    query = ["rpm", "-qp", "--nosignature", package]
    listed, needed = (subprocess.run([*query, option], check=True, capture_output=True, text=True).stdout.splitlines() for option in ("-l", "-R"))
    return listed, needed, done.stdout


class Spec(unittest.TestCase):
    def check(self, kind):
        with tempfile.TemporaryDirectory() as folder:
            listed, needed, words = rpmbuild(kind, folder)
        self.assertIn(PROGRAM[kind], listed)
        self.assertFalse([path for path in listed if path.startswith(("/etc", "/usr/local"))])
        self.assertIn("libcurl.so.4()(64bit)", needed)
        self.assertNotRegex(words, r"(?i)warning: (File listed twice|Macro .* not found|unexpected)|%\{?(meson|set_build)")

    def test_with_fedoras_macros(self):
        self.check("fedora")

    def test_with_suses_macros(self):
        self.check("suse")


if __name__ == "__main__":
    unittest.main()
