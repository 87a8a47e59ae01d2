"""What the program says when it is called by hand or in a folder that is none.

    test_cli.py PROGRAM
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
HOST = Path(__file__).resolve().parents[1] / "hosts/debian-12-recorded"
WRAPPER = os.environ.get("MESON_EXE_WRAPPER", "").split()  # of another architecture: an emulator


def call(*argv, **options):
    return subprocess.run([*WRAPPER, PROGRAM, *argv], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


class CommandLine(unittest.TestCase):
    def test_version_comes_first_then_each_library_with_its_own(self):
        done = call("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        first, link, *libraries = done.stdout.splitlines()
        self.assertRegex(first, r"^mde-linux \d+(\.\d+){3}$")
        self.assertRegex(link, r"^link (system|portable)(, built from sources of \d{4}-\d\d-\d\dT[0-9:]+Z)?$")
        self.assertEqual([line.split()[0] for line in libraries][:5], ["libcurl", "OpenSSL", "json-c", "libsystemd", "zlib"])
        for line in libraries:
            self.assertRegex(line, r"^\S+ \d+(\.\d+)*")
            self.assertEqual("(Debian " in line, "portable" in link, line)

    def test_help_fits_a_screen_and_names_every_verb(self):
        done = call("--help")
        self.assertEqual(done.returncode, 0)
        self.assertLess(len(done.stdout.splitlines()), 25)
        self.assertEqual([line for line in done.stdout.splitlines() if len(line) > 79], [])
        for verb in ("install", "enable", "update", "disable", "uninstall", "check", "plan"):
            self.assertIn(verb, done.stdout)

    def test_wrong_use_is_exit_2_and_on_stderr(self):
        for argv in ((), ("no-such-verb",), ("enable", "more")):
            done = call(*argv)
            self.assertEqual((done.returncode, done.stdout), (2, ""), argv)
            self.assertIn("Usage:", done.stderr)

    def test_help_is_given_however_it_is_asked_for(self):
        self.assertEqual({call(*argv).stdout for argv in (("-h",), ("help",), ("--help",))}, {call("--help").stdout})
        one = call("status", "--help")
        self.assertTrue(one.stdout.startswith("Usage: mde-linux status "), one)
        for argv in (("status", "-h"), ("-h", "status"), ("--help", "status"), ("help", "status")):
            done = call(*argv)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, one.stdout, ""), argv)
        done = call("help", "no-such-verb")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no command 'no-such-verb'", done.stderr)

    def test_an_option_before_the_command_is_answered_in_one_line(self):
        for argv, words in ((("--json", "status"), "mde-linux status --json\n"), (("--js",), "mde-linux COMMAND --js\n"),
                            (("--root", "/x", "check"), "mde-linux check --root\n"), (("--root=/x", "check"), "mde-linux check --root=/x\n"),
                            (("--json=\x1b[1m",), "\\x1b"), (("--version", "check"), "alone: mde-linux --version\n"),
                            (("--no-such-option",), "no option '--no-such-option'; 'mde-linux COMMAND --help'"),
                            (("--all", "status"), "no option '--all' of status; 'mde-linux status --help'"),
                            (("-x", "more"), "no option '-x'; "), (("--", "check"), "no option '--' of check; ")):
            done = call(*argv)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), (argv, done))
            self.assertIn(words, done.stderr)

    def test_a_folder_for_the_bundle_that_is_not_there_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "file").touch()
            for name in ("none", "file"):
                done = call("collect", "--root", folder, "--output", f"{name}/", cwd=folder)
                self.assertEqual((done.returncode, done.stdout), (1, ""), done)
                self.assertEqual(done.stderr, f"mde-linux collect: {os.path.realpath(folder)}/{name}/ is no folder that is there: "
                                              "make it, or name another with --output\n")

    def test_words_that_a_command_does_not_take_get_its_usage(self):
        for argv in (("plan", "--facts"), ("plan", "more"), ("plan", "--facts", "a", "--facts", "b")):
            done = call(*argv)
            self.assertEqual((done.returncode, done.stdout), (2, ""), argv)
            self.assertIn("Usage: mde-linux plan ", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "says something else when not root")
    def test_a_package_is_named_once_and_no_secret_stands_in_the_command(self):
        for argv, words in ((("onboard",), "where the onboarding package is"), (("onboard", "f", "--from-azure"), "give one of them"),
                            (("onboard", "--uri", "https://host.test/p?sig=abcdef"), "--uri -"), (("onboard", "/no/file"), "/no/file"),
                            (("onboard", "--uri", "http://x.test/p"), "--uri http://x.test/p: this is no address"),
                            (("onboard", "-", "--uri", "-"), "give one of them"), (("onboard", "-", "--settings", "-"), "once only"),
                            (("offboard",), "FILE is missing"), (("offboard", "/no/file"), "/no/file")):
            done = call(*argv)
            self.assertEqual((done.returncode, done.stdout), (2, ""), argv)
            self.assertIn(words, done.stderr)
            self.assertNotIn("abcdef", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "says something else when not root")
    def test_a_wrong_setting_of_a_persons_own_is_wrong_use_and_named_as_it_was_given(self):
        for uri in (b"http://host.test/abcdef\n", b"no address\n", b"https://host.test/" + b"x" * 2100):
            done = subprocess.run([*WRAPPER, PROGRAM, "onboard", "--uri", "-", "--json"], capture_output=True, input=uri)
            self.assertEqual((done.returncode, done.stdout), (2, b""), uri)
            self.assertRegex(done.stderr.decode(), r"--uri -: this is no address|does not hold one address|is no address")
            self.assertNotIn(b"abcdef", done.stderr)
        with tempfile.TemporaryDirectory() as folder:
            settings = Path(folder, "settings.json")
            for text, words in (('{"maxWaitMinutes": 500}', '"maxWaitMinutes" is the number 500'), ("[]", "not an object of settings"),
                                ('{"onboardingPackageUri": "http://x.test/abcdef"}', '"onboardingPackageUri" is a text'),
                                ('{"defenderForEndpointOnboardingScript": "abcdef"}', "takes the package as FILE")):
                settings.write_text(text)
                for argv in (("onboard", "--from-azure", "--settings", settings), ("plan", "--settings", settings),
                             ("onboard", "--from-azure", "--dry-run", "--json", "--settings", settings)):
                    done = call(*argv)
                    self.assertEqual((done.returncode, done.stdout), (2, ""), (argv, text))
                    self.assertTrue(done.stderr.startswith(f"mde-linux {argv[0]}: --settings: {settings}") or text == "[]", done.stderr)
                    self.assertIn(words, done.stderr)
                    for wrong in ("abcdef", "publicSettings", "protectedSettings", "extension"):
                        self.assertNotIn(wrong, done.stderr)

    @unittest.skipIf(os.geteuid() != 0 or shutil.which("mdatp"), "says something else when not root, or with a sensor")
    def test_where_there_is_no_sensor_nobody_is_sent_to_ask_it(self):
        done = call("test-alert", "--json")
        found = json.loads(done.stdout)
        self.assertEqual((done.returncode, done.stderr, found["result"]), (4, "", "unknown"))
        self.assertIn("no sensor on this machine", found["why"])
        self.assertIn("mde-linux onboard FILE", found["remedy"])
        self.assertNotRegex(found["remedy"], "systemctl|mdatp health|explain")

    def test_files_may_be_pipes_or_the_standard_input(self):
        facts, settings = (HOST / name for name in ("facts.json", "settings.json"))
        wanted = call("plan", "--facts", facts, "--settings", settings)
        self.assertEqual(wanted.stderr, "")
        for argv, given in ((("--facts", facts, "--settings", "-"), settings), (("--facts", "-", "--settings", settings), facts),
                            (("--facts", facts, "--settings", "/dev/stdin"), settings)):
            done = subprocess.run([*WRAPPER, PROGRAM, "plan", *argv], capture_output=True, input=given.read_bytes())
            self.assertEqual((done.returncode, done.stderr, done.stdout.decode()), (wanted.returncode, b"", wanted.stdout), argv)
        done = call("plan", "--facts", "-", "--settings", "-")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("once only", done.stderr)

    def test_what_to_do_about_a_file_that_cannot_be_read_is_said(self):
        for path, words in (("/no/such", "there is no file /no/such"), ("", "its name is empty"), ("/tmp", "/tmp cannot be read: Is a directory")):
            for argv in (("verify", path), ("plan", "--facts", path), ("plan", "--settings", path)):
                done = call(*argv)
                self.assertEqual((done.returncode, done.stdout), (2, ""), argv)
                self.assertIn(f"{words}; name one that can be read, or - for the standard input", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "says something else when not root")
    def test_what_generalize_refuses_is_a_document_too(self):
        with tempfile.TemporaryDirectory() as folder:
            done = call("generalize", "--yes", "--json", "--root", folder)
        document = json.loads(done.stdout)
        self.assertEqual((done.returncode, done.stderr), (3, ""))
        self.assertEqual((document["done"], document["reason"]), (False, "no-machine"))
        self.assertIn("/etc/os-release is missing", document["found"])

    @unittest.skipIf(os.geteuid() != 0, "a configuration that is not root's is refused")
    def test_a_configuration_that_cannot_be_used_is_collected_around_and_not_generalized(self):
        with tempfile.TemporaryDirectory() as folder:
            image, bundle = Path(folder) / "image", Path(folder) / "bundle.tar.gz"
            (image / "etc/mde-linux").mkdir(parents=True)
            (image / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
            (image / "etc/mde-linux/mde-linux.conf").write_text("[policy]\nallowed-tenants = me\n")
            done = call("collect", "--json", "--root", str(image), "--output", str(bundle))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            why = {each["what"]: each["why"] for each in json.loads(done.stdout)["omissions"]}
            self.assertIn("Line 2: allowed-tenants is \"me\"", why["what this site's configuration says"])
            with tarfile.open(bundle) as archive:
                self.assertIn("facts.json", [name.split("/")[1] for name in archive.getnames()])
            done = call("collect", "--root", str(image), "--output", f"{bundle}.2")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("mde-linux.conf cannot be used. Line 2", done.stdout)
            for more in ((), ("--dry-run",)):
                done = call("generalize", "--yes", "--json", "--root", str(image), *more)
                self.assertEqual((done.returncode, done.stderr), (3, ""))
                document = json.loads(done.stdout)
                self.assertEqual((document["done"], document["reason"]), (False, "configuration-untrusted"))
                self.assertIn("Line 2: allowed-tenants", document["found"])

    def test_what_cannot_be_replayed_is_said_with_file_and_place(self):
        with tempfile.TemporaryDirectory() as folder:
            facts, settings = f"{folder}/facts", f"{folder}/settings"
            for text, words in (("", "not JSON"), ("{}", "schema 1"), ('{"schema": 1, "look": 1}', "look is the number")):
                Path(facts).write_text(text)
                done = call("plan", "--facts", facts)
                self.assertEqual((done.returncode, done.stdout), (2, ""), text)
                self.assertIn(words, done.stderr)
                self.assertIn(facts, done.stderr)
            Path(facts).write_text('{"schema": 1}')
            for text, words in (("[]", "not an object"), ('{"tenant": "x"}', '"tenant"'), ('{"channel": "x"}', '"channel"')):
                Path(settings).write_text(text)
                done = call("plan", "--facts", facts, "--settings", settings)
                self.assertEqual((done.returncode, done.stdout), (2, ""), text)
                self.assertIn(words, done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "says something else when not root")
    def test_a_verb_outside_the_extensions_folder_says_so_first(self):
        with tempfile.TemporaryDirectory() as folder:
            done = call("install", cwd=folder, env={"AZURE_GUEST_AGENT_EXTENSION_PATH": folder})
            self.assertEqual(done.returncode, 1)
            self.assertIn("HandlerEnvironment.json", done.stderr.splitlines()[0])
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    unittest.main()
