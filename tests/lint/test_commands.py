"""Every command of the table keeps the manners of a program for people; check and plan also look at images.

    test_commands.py PROGRAM
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
TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "machine")]

try:
    from terminal import Terminal
    import schema
except ImportError:  # scripts/prepare test
    Terminal = schema = None
HOST = TESTS / "hosts/debian-12-recorded"
REFUSED = TESTS / "hosts/centos-6"
LOCALES = ("C", "POSIX", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.eucJP", "no_SUCH.locale", "\x01\xff", "x" * 5000)
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
STATUS = "Package: mdatp\nStatus: install ok {}\nVersion: 101.24092.0002\n\nPackage: dpkg\nStatus: install ok installed\nVersion: 1.21\n"


def call(*argv, env=None, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([*WRAPPER, PROGRAM, *argv], capture_output="stdout" not in options, text=True, check=False,
                          env={**os.environ, **(env or {})}, **options)


def commands():
    text = call("--help").stdout
    return re.findall(r"(?m)^  ([a-z-]+)  ", text) + [name for names in re.findall(r"(?m)^Called by .*: (.*)$", text) for name in names.split()]


def replay(host, *more):
    return ("plan", "--facts", str(host / "facts.json"), "--settings", str(host / "settings.json"), *more)


class Manners(unittest.TestCase):
    def test_help_fits_a_terminal(self):
        for argv in ((), *((name,) for name in commands())):
            done = call(*argv, "--help", env={"COLUMNS": "20", "TERM": "xterm"})
            lines = done.stdout.splitlines()
            self.assertEqual((done.returncode, done.stderr), (0, ""), argv)
            self.assertTrue(1 < len(lines) <= 24, argv)
            self.assertEqual([line for line in lines if len(line) > 79 or not line.isprintable() or not line.isascii()], [], argv)

    def test_an_option_nobody_knows_is_exit_2(self):
        self.assertGreaterEqual(len(commands()), 12)
        for name in commands():
            done = call(name, "--no-such-option")
            self.assertEqual((done.returncode, done.stdout), (2, ""), name)
            self.assertRegex(done.stderr, rf"^mde-linux {name}: unrecognized option:? '?(--)?no-such-option")  # glibc's, musl's
            self.assertIn(f"Usage: mde-linux {name}", done.stderr)

    def test_piped_it_is_plain_whole_lines(self):
        for host in (HOST, REFUSED):
            done = call(*replay(host), env={"TERM": "xterm-256color", "COLUMNS": "40", "CLICOLOR_FORCE": "1"})
            self.assertNotIn("\x1b", done.stdout)
            self.assertNotIn("\r", done.stdout)
        self.assertTrue(any(len(line) > 120 for line in done.stdout.splitlines()))

    def test_no_locale_changes_a_word(self):
        wanted = call(*replay(REFUSED)).stdout
        for locale in LOCALES:
            done = call(*replay(REFUSED), env={"LC_ALL": locale, "LANGUAGE": "de:tr", "TZ": "Asia/Kathmandu"})
            self.assertEqual((done.stdout, done.stderr), (wanted, ""), repr(locale))

    def test_what_cannot_be_written_is_a_failure_and_why_is_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong, image = Path(folder) / "wrong", Path(folder) / "image"
            wrong.write_text("no package")
            for name in ("usr/lib", "etc"):
                (image / name).mkdir(parents=True)
            for name in ("usr/lib/os-release", "etc/os-release"):
                (image / name).write_text(OS_RELEASE)
            there = ("--root", str(image))
            for argv in (("--help",), ("--version",), ("check", "--help"), ("check", "--all"), ("explain",), replay(REFUSED)):
                self.assert_unwritten(argv)
            for argv in (("check",), replay(HOST), ("status", *there), ("doctor", *there), ("verify", str(wrong)),
                         ("explain", "conflict")):
                self.assert_unwritten(argv, (*argv, "--json"))
            self.assert_unwritten(("collect", *there, "--output", f"{folder}/1"), ("collect", *there, "--output", f"{folder}/2", "--json"))
            if os.geteuid() != 0:
                return
            for argv in (("onboard", str(wrong)), ("offboard", str(wrong))):
                self.assert_unwritten(argv, (*argv, "--json"), code=53)
            for argv in (("generalize", *there), ("hold", "why", *there), ("unhold", *there)):
                self.assert_unwritten(argv, (*argv, "--json"))

    def assert_unwritten(self, *argvs, code=1):
        for argv in argvs:
            with open("/dev/full", "w", encoding="ascii") as full:
                done = call(*argv, stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, code, argv)
            self.assertRegex(done.stderr, r"\Amde-linux: [^\n]*: No space left on device\. [^\n]*\n\Z", argv)

    def test_closed_descriptors_are_none_of_its_business(self):
        for closed in ((0,), (0, 2)):
            done = subprocess.run([*WRAPPER, PROGRAM, *replay(HOST)], stdout=subprocess.PIPE, text=True, check=False,
                                  preexec_fn=lambda closed=closed: [os.close(fd) for fd in closed])
            self.assertEqual(done.stdout, call(*replay(HOST)).stdout)

    @unittest.skipIf(Terminal is None or WRAPPER, "no terminal here")
    def test_on_a_terminal_it_is_wrapped_and_coloured(self):
        with Terminal(None, [PROGRAM, *replay(REFUSED)], rows=60) as terminal:
            self.assertEqual(terminal.end(), 51)
            self.assertEqual(terminal.colour("refused: "), "red")
            self.assertTrue(terminal.attributes("do:   Move").bold)
            plain = re.sub(r"\s+", " ", terminal.text)
        self.assertEqual(plain.strip(), re.sub(r"\s+", " ", call(*replay(REFUSED)).stdout).strip())

    @unittest.skipIf(Terminal is None or WRAPPER, "no terminal here")
    def test_colours_can_be_had_without(self):
        for more in ({"env": {"NO_COLOR": "1"}}, {"term": "dumb"}, {"term": None}):
            with Terminal(None, [PROGRAM, *replay(REFUSED)], **more) as terminal:
                terminal.end()
                self.assertNotIn(b"\x1b", terminal.output, more)
                self.assertLess(max(map(len, terminal.output.decode().splitlines())), 80, more)

    @unittest.skipIf(schema is None, "no validator here")
    def test_documents_are_as_their_schemas_say(self):
        for host in sorted((TESTS / "hosts").glob("*/facts.json"))[::7]:
            schema.validate("plan", call(*replay(host.parent, "--json")).stdout)
        document = schema.validate("check", call("check", "--json").stdout)
        self.assertEqual(document["facts"]["schema"], 1)

    def test_schemas_describe_every_member(self):
        def members(node, place):
            for name, member in node.get("properties", {}).items():
                shared = document["definitions"][member["$ref"].rsplit("/", 1)[1]] if "$ref" in member else {}
                yield f"{place}.{name}", {**shared, **member}
                yield from members(member, f"{place}.{name}")
                yield from members(member.get("items", {}), f"{place}.{name}[]")
        for path in (TESTS.parent / "packaging/schemas").glob("*.json"):
            document = json.loads(path.read_text())
            self.assertEqual(document["title"], f"mde-linux.{path.stem}")
            self.assertEqual(document["properties"]["schema"]["const"], document["title"])
            self.assertNotIn('"additionalProperties": false', path.read_text())
            parts = [("", document), *document.get("definitions", {}).items()]
            self.assertEqual([place for name, part in parts for place, member in members(part, name)
                              if not member.get("description")], [], path.name)

    def test_each_command_with_json_has_a_schema(self):
        names = {path.stem for path in (TESTS.parent / "packaging/schemas").glob("*.json")}
        with_json = {name for name in commands() if re.search(r"(?m)^  --json ", call(name, "--help").stdout)}
        self.assertEqual(with_json - names, {"unhold"})  # hold's
        self.assertEqual(names - with_json, {"bundle"})  # MANIFEST.json of collect

    def test_what_check_printed_can_be_replayed(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "check.json"
            facts = json.loads((HOST / "facts.json").read_text())
            path.write_text(json.dumps({"schema": "mde-linux.check", "version": 1, "fit": "yes", "facts": facts}))
            done = call("plan", "--facts", str(path), "--settings", str(HOST / "settings.json"))
            self.assertEqual(done.stdout, call(*replay(HOST)).stdout)
            path.write_text(json.dumps({"schema": "mde-linux.check", "version": 1}))
            self.assertEqual(call("plan", "--facts", str(path)).returncode, 2)


class Image:
    """A folder that holds a machine's files, with programs that would leave a mark if one of them were run."""

    def __init__(self, folder):
        self.root, self.mark = Path(folder) / "image", Path(folder) / "mark"
        self.write("/usr/lib/os-release", OS_RELEASE)
        self.link("/etc/os-release", "/usr/lib/os-release")
        self.link("/bin", "usr/bin")
        self.link("/var/run", "/run")
        for name in ("sh", "apt-get", "apt-cache", "dpkg", "dpkg-query", "rpm", "mdatp", "openssl", "systemctl", "dnf"):
            self.write(f"/usr/bin/{name}", f"#!/bin/sh\necho {name} >> {self.mark}\n", 0o755)
        self.write("/run/systemd/system/x", "")
        self.write("/opt/microsoft/mdatp/sbin/wdavdaemon", f"#!/bin/sh\necho wdavdaemon >> {self.mark}\n", 0o755)
        self.status("installed")

    def path(self, path):
        full = self.root / path.lstrip("/")
        full.parent.mkdir(parents=True, exist_ok=True)
        return full

    def write(self, path, text, mode=0o644):
        self.path(path).write_text(text)
        self.path(path).chmod(mode)

    def link(self, path, target):
        self.path(path).symlink_to(target)

    def status(self, state):
        self.write("/var/lib/dpkg/status", STATUS.format(state))

    def check(self):
        done = call("check", "--root", str(self.root), "--json")
        return done.returncode, json.loads(done.stdout)


class Images(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.image = Image(folder.name)

    def files(self):
        return sorted((str(path), path.lstat().st_mtime_ns) for path in Path(self.folder).rglob("*"))

    def test_its_files_are_read_and_nothing_of_it_is_run_or_written(self):
        before = self.files()
        code, document = self.image.check()
        facts = document["facts"]
        self.assertEqual((code, document["fit"], document["refusals"]), (0, "yes", []))
        self.assertEqual(facts["machine"]["distro"]["id"], "debian")
        self.assertEqual((facts["package"]["state"], facts["package"]["version"]), ("installed", "101.24092.0002"))
        self.assertEqual(facts["sensor"]["files"], "yes")
        for argv in (("check",), ("check", "--all"), ("plan",), ("plan", "--json")):
            call(*argv, "--root", str(self.image.root))
        self.assertFalse(self.image.mark.exists())
        self.assertEqual(self.files(), before)
        if schema:
            schema.validate("check", document)

    def test_what_only_a_running_machine_tells_is_not_told(self):
        facts = self.image.check()[1]["facts"]
        self.assertNotIn("kernel", facts["machine"]["distro"])
        self.assertNotIn("memory", facts["machine"]["fitness"])
        for name in ("fanotify", "stopped_products", "azure"):
            self.assertNotIn("known", facts.get(name, {}), name)
        self.assertNotIn("systemd", facts["machine"])
        self.assertIn("was not looked at", call("check", "--root", str(self.image.root)).stdout)

    def test_states_of_the_package_are_dpkgs(self):
        for state, wanted in (("half-configured", "broken"), ("unpacked", "broken"), ("config-files", "config-files"),
                              ("triggers-pending", "installed"), ("not-installed", "absent")):
            self.image.status(state)
            self.assertEqual(self.image.check()[1]["facts"]["package"]["state"], wanted, state)
        self.image.write("/var/lib/dpkg/status", "garbage")
        document = self.image.check()[1]
        self.assertIn("whether the package mdatp is installed", document["unseen"])

    def test_a_link_out_of_it_reads_nothing_of_this_machine(self):
        outside = Path(self.folder) / "outside"
        outside.write_text('ID=outside\nVERSION_ID="1"\nPRETTY_NAME="Outside"\n')
        self.image.path("/opt/microsoft/mdatp/sbin/wdavdaemon").unlink()
        self.image.status("not-installed")
        for target in (str(outside), "../../outside", "/../" * 9 + str(outside)):
            for path in ("/etc/os-release", "/usr/lib/os-release"):
                self.image.path(path).unlink(missing_ok=True)
                self.image.link(path, target)
            code, document = self.image.check()
            self.assertNotIn("Outside", json.dumps(document), target)
            self.assertEqual((code, document["refusals"][0]["reason"]), (51, "distribution-unsupported"), target)

    @unittest.skipIf(os.geteuid() != 0, "a configuration that is not root's is refused")
    def test_the_configuration_that_counts_is_its_own(self):
        os.chmod(self.folder, 0o755)
        self.image.path("/opt/microsoft/mdatp/sbin/wdavdaemon").unlink()
        self.image.status("not-installed")
        self.image.write("/usr/lib/os-release", OS_RELEASE.replace("ID=debian", "ID=mint\nID_LIKE=debian") + "VERSION_CODENAME=bookworm\n")
        self.image.write("/etc/debian_version", "12.5\n")
        self.assertEqual(self.image.check()[0], 51)
        self.image.write("/etc/mde-linux/mde-linux.conf", "[settings]\nallowUnsupportedDistro = true\n")
        code, document = self.image.check()
        self.assertEqual((code, [each["name"] for each in document["warnings"]]), (0, ["distribution"]))
        self.image.write("/etc/mde-linux/mde-linux.conf", "[settings]\nallowUnsupportedDistro = perhaps\n")
        self.refused_by_the_site("allowUnsupportedDistro", "perhaps")
        self.image.write("/etc/mde-linux/mde-linux.conf", "[settings]\nfoo = 1\n")
        self.refused_by_the_site('no public setting "foo"')
        self.image.write("/etc/mde-linux/mde-linux.conf", "[settings]\n", 0o666)
        self.refused_by_the_site("others than root may write it")

    def refused_by_the_site(self, *words):
        """The first of what is refused, which is told with all that else is."""
        for name in ("check", "plan"):
            done = call(name, "--root", str(self.image.root), "--json")
            self.assertEqual((done.returncode, done.stderr), (53, ""), name)
            document = schema.validate(name, done.stdout) if schema else json.loads(done.stdout)
            first, *others = document["refusals"]
            self.assertEqual((first["reason"], document.get("fit", "no")), ("configuration-untrusted", "no"))
            self.assertIn("distribution-unsupported", [each["reason"] for each in others])
            self.assertFalse([each for each in words if each not in first["found"]], first)
            plain = call(name, "--root", str(self.image.root))
            self.assertEqual((plain.returncode, plain.stderr), (53, ""), name)
            for each in (*words, "/etc/mde-linux/mde-linux.conf", "Correct the file"):
                self.assertIn(each, plain.stdout)

    def test_no_folder_is_wrong_use(self):
        for argv in (("check", "--root", "/no/such"), ("plan", "--root", "/etc/passwd"), ("plan", "--root", "/", "--facts", "/dev/null")):
            done = call(*argv)
            self.assertEqual((done.returncode, done.stdout), (2, ""), argv)


if __name__ == "__main__":
    unittest.main()
