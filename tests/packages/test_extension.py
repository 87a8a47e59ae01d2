"""The extension's zip with the static programs of both architectures: what is in it, that it runs, that it comes out the same.

    test_extension.py [unittest's own words]
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import packages

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/fixtures"))

import onboarding  # noqa: E402

VERSION = "1.0.0.1"
NAME = "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
BUDGET = 7_000_000
MACHINES = {"x86_64": 62, "aarch64": 183}  # e_machine
VERBS = ("install", "enable", "update", "disable", "uninstall")


def build(tree, out, epoch, **environment):
    subprocess.run([tree / "scripts/build-extension", "--version", VERSION, "--portable", out], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), **environment})
    return out


class Extension(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.zip = build(TOP, cls.folder / "one.zip", 1_700_000_000)
        with zipfile.ZipFile(cls.zip) as package:
            cls.entries = package.infolist()
            cls.content = {entry.filename: package.read(entry) for entry in cls.entries}

    def base(self):
        """Unpacked as the guest agent does it, which loses all modes, but for the one that every file gets."""
        base = Path(tempfile.mkdtemp(dir=self.folder))
        with zipfile.ZipFile(self.zip) as package:
            package.extractall(base)
        for path in base.rglob("*"):
            if path.is_file():
                path.chmod(path.stat().st_mode | 0o100)
        return base

    def test_it_is_small(self):
        self.assertLess(self.zip.stat().st_size, BUDGET)

    def test_it_has_a_static_program_of_each_architecture_behind_a_script(self):
        self.assertTrue(self.content["bin/mde-linux"].startswith(b"#!/bin/sh\n"))
        for name, number in MACHINES.items():
            program = self.content[f"bin/mde-linux-{name}"]
            self.assertEqual((program[:4], struct.unpack_from("<H", program, 18)[0]), (b"\x7fELF", number), name)
            self.assertEqual(packages.hardening(self.base() / f"bin/mde-linux-{name}", "portable", name), "", name)
        self.assertEqual(sum(name.startswith("bin/") for name in self.content), 1 + len(MACHINES))

    def test_each_program_runs_from_where_it_was_unpacked(self):
        for name in MACHINES:
            base, path = self.base(), self.folder / f"path-{name}"
            path.mkdir()
            (path / "uname").write_text(f"#!/bin/sh\necho {name}\n")
            (path / "uname").chmod(0o755)
            if name != os.uname().machine:
                program = base / f"bin/mde-linux-{name}"
                program.rename(f"{program}.real")
                program.write_text(f'#!/bin/sh\nexec qemu-{name}-static {program}.real "$@"\n')
                program.chmod(0o755)
            done = subprocess.run([base / "bin/mde-linux", "--version"], capture_output=True, text=True,
                                  env={"PATH": f"{path}:{os.environ['PATH']}"})
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, rf"^mde-linux {VERSION}\nlink portable, built from sources of 2023-11-14T")

    def test_a_build_of_years_ago_says_so(self):
        program = self.base() / f"bin/mde-linux-{os.uname().machine}"
        done = subprocess.run([program, "check", "--json"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertIn('"extension-old"', done.stdout, done.stderr)
        # also where nothing was asked yet, and on the screen
        told = json.loads(subprocess.run([program, "status", "--json"], capture_output=True, text=True).stdout)
        self.assertEqual([(row["name"], row["level"]) for row in told["warnings"]], [("extension-old", "warning")], told)
        self.assertRegex(told["warnings"][0]["text"], r"is \d+ days old \(2023-11-14\).*install the newest version\.$")
        shown = subprocess.run([program, "status"], capture_output=True, text=True).stdout
        self.assertRegex(shown, r"(?m)^ *warning: +extension-old: This build of mde-linux is")

    def test_no_openssl_configuration_of_the_machine_is_obeyed(self):
        (self.folder / "openssl.cnf").write_text("openssl_conf = start\n[start]\nproviders = providers\n[providers]\nnull = null\n"
                                                 "[null]\nactivate = 1\n")
        strange = {**os.environ, "OPENSSL_CONF": str(self.folder / "openssl.cnf")}
        # what obeys it cannot digest
        self.assertNotEqual(subprocess.run(["openssl", "dgst", "-sha256", "/dev/null"], capture_output=True, env=strange).returncode, 0)
        (self.folder / "package").write_bytes(onboarding.kind("sound"))
        argv = [self.base() / f"bin/mde-linux-{os.uname().machine}", "verify", self.folder / "package"]
        plain, obeyed = (subprocess.run(argv, capture_output=True, text=True, env=env) for env in (os.environ, strange))
        self.assertIn(onboarding.root_sha256(), plain.stdout)
        self.assertEqual((obeyed.returncode, obeyed.stdout, obeyed.stderr), (plain.returncode, plain.stdout, plain.stderr))

    def test_the_manifest_is_what_guest_agents_read(self):
        row, = json.loads(self.content["HandlerManifest.json"].decode("ascii"))
        manifest = row["handlerManifest"]
        for verb in VERBS:
            self.assertEqual(manifest[f"{verb}Command"], f"bin/mde-linux {verb}")
        flags = {name: value for name, value in manifest.items() if not name.endswith("Command")}
        self.assertEqual(flags, {"rebootAfterInstall": False, "reportHeartbeat": False, "updateMode": "UpdateWithInstall",
                                 "continueOnUpdateFailure": True})
        publisher, _, kind = NAME.rpartition(".")  # as the agent takes it apart
        self.assertEqual(row["signingInfo"], {"publisher": publisher, "type": kind, "version": VERSION})

    def test_the_publishing_manifest_names_the_same_extension(self):
        space = "{http://schemas.microsoft.com/windowsazure}"
        image = ElementTree.fromstring(self.content["manifest.xml"])
        self.assertEqual(image.tag, f"{space}ExtensionImage")
        self.assertEqual(f"{image.findtext(f'{space}ProviderNameSpace')}.{image.findtext(f'{space}Type')}", NAME)
        self.assertEqual([image.findtext(f"{space}{name}") for name in ("Version", "HostingResources", "IsJsonExtension", "SupportedOS")],
                         [VERSION, "VmRole", "true", "Linux"])

    def test_what_is_linked_in_is_named_with_its_licences(self):
        for name in MACHINES:
            bill = json.loads(self.content[f"linked/mde-linux-{name}.cdx.json"])
            self.assertEqual((bill["bomFormat"], bill["metadata"]["timestamp"]), ("CycloneDX", "2023-11-14T22:13:20Z"))
            self.assertTrue(bill["metadata"]["component"]["purl"].endswith(f"@{VERSION}?arch={name}"))
        self.assertIn(b"MDE_LINUX_SOURCES", self.content["linked/RELINK"])
        for library in ("openssl", "curl", "c-ares", "json-c", "systemd", "zlib", "musl", "libgcc"):
            self.assertTrue(any(name.startswith(f"linked/licences/{library}/") for name in self.content), library)

    def test_what_its_commands_print_is_described_in_it(self):
        schemas = {f"schemas/{path.name}": path.read_bytes() for path in (TOP / "packaging/schemas").iterdir()}
        self.assertEqual({name: data for name, data in self.content.items() if name.startswith("schemas/")}, schemas)
        self.assertEqual(sum(name.endswith("HandlerManifest.json") for name in self.content), 1)

    def test_nothing_in_it_depends_on_modes_or_times(self):
        self.assertEqual([entry.filename for entry in self.entries], sorted(self.content))
        self.assertEqual({entry.date_time for entry in self.entries}, {(2020, 1, 1, 0, 0, 0)})
        self.assertFalse([entry.filename for entry in self.entries if entry.external_attr >> 28 != 0])

    def test_another_folder_gives_the_same_bytes(self):
        tree = self.folder / "quite/another/place"
        listed = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
        for name in filter(None, listed.split("\0")):
            if (TOP / name).exists():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(TOP / name, tree / name)
        other = build(tree, self.folder / "other.zip", 1_700_000_000, MDE_LINUX_BUILD=str(self.folder / "build"))
        with zipfile.ZipFile(other) as package:
            self.assertEqual([name for name in package.namelist() if package.read(name) != self.content.get(name)], [])
        self.assertEqual(other.read_bytes(), self.zip.read_bytes())


if __name__ == "__main__":
    unittest.main()
