"""What `verify` says of packages, where no site's configuration names their root.

    test_verify.py PROGRAM
"""

import base64
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
WRAPPER = os.environ.get("MESON_EXE_WRAPPER", "").split()  # of another architecture: an emulator
TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "fixtures")]

import onboarding  # noqa: E402

try:
    import schema
except ImportError:  # scripts/prepare test
    schema = None


def call(data, *argv):
    """verify of bytes: from a file, and the same from standard input."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "package")
        path.write_bytes(data)
        done = subprocess.run([*WRAPPER, PROGRAM, "verify", path, *argv], capture_output=True, stdin=subprocess.DEVNULL)
        piped = subprocess.run([*WRAPPER, PROGRAM, "verify", "-", *argv], capture_output=True, input=data)
    assert (piped.returncode, piped.stdout) == (done.returncode, done.stdout)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def document(data):
    code, out, err = call(data, "--json")
    assert err == "", err
    return code, schema.validate("verify", out) if schema else json.loads(out)


@unittest.skipIf(os.path.exists("/etc/mde-linux/mde-linux.conf"), "this machine's configuration may name roots")
class Verify(unittest.TestCase):
    def test_a_package_is_told_as_text_and_as_a_document(self):
        code, found = document(onboarding.kind("sound"))
        self.assertEqual((code, found["schema"], found["verdict"]), (3, "mde-linux.verify", "untrusted"))
        self.assertEqual(found["refusal"]["reason"], "onboarding-root-unknown")
        package = found["package"]
        self.assertEqual((package["kind"], package["tenant"], package["geography"], package["streamlined"]),
                         ("onboarding", onboarding.ORG_ID, "EU", True))
        self.assertEqual([row["subject"] for row in package["certificates"]],
                         ["onboarding.stand-in.test", "Stand-in Server CA", "Stand-in Root CA"])
        self.assertEqual(package["certificates"][-1]["sha256"], onboarding.root_sha256())
        code, out, err = call(onboarding.kind("sound"))
        self.assertEqual((code, err), (3, ""))
        for words in (onboarding.ORG_ID, onboarding.root_sha256(), "edr-weu.eu.endpoint.stand-in.test", "Python script",
                      "streamlined", "An onboarding package"):
            self.assertIn(words, out)

    def test_an_offboarding_package_has_an_end(self):
        found = document(onboarding.kind("offboarding"))[1]["package"]
        self.assertEqual(found["kind"], "offboarding")
        self.assertRegex(found["valid_until"], r"^\d{4}-\d\d-\d\dT")
        self.assertIn("days from now", call(onboarding.kind("offboarding"))[1])
        self.assertIn("has expired", call(onboarding.kind("offboarding-expired"))[1])

    def test_containers_are_seen_through(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("MicrosoftDefenderATPOnboardingLinuxServer.py", onboarding.kind("sound"))
        for data, text, encoded, zipped in (
                (onboarding.kind("json"), "JSON document", False, False), (onboarding.kind("shell"), "shell script", False, False),
                (base64.b64encode(onboarding.kind("sound")), "Python script", True, False),
                (archive.getvalue(), "Python script", False, True)):
            found = document(data)[1]["package"]
            self.assertEqual((found["text"], found["base64"], found["zip"]), (text, encoded, zipped))

    def test_what_is_not_good_gets_its_reason_and_nothing_of_it_is_told(self):
        for data, reason in ((onboarding.kind("tampered-body"), "onboarding-signature"), (b"", "onboarding-source"),
                             (b"<html><title>Sign in</title>", "onboarding-source"), (b"PK\x03\x04 cut", "onboarding-damaged"),
                             (onboarding.kind("sound")[:3000], "onboarding-damaged")):
            code, found = document(data)
            self.assertEqual((code, found["verdict"], found["refusal"]["reason"]), (3, "bad", reason))
            self.assertNotIn("package", found)
            code, out, err = call(data)
            self.assertEqual((code, err), (3, ""))
            self.assertTrue(out.startswith("Not to be used.\n") and reason in out, out)
            self.assertNotIn(onboarding.OTHER_ORG_ID, out)

    def test_what_to_do_fits_who_has_a_file_and_what_it_is(self):
        tampered = onboarding.kind("offboarding", tampered=True)
        for data, reason, what, do in (
                (onboarding.kind("sound"), "onboarding-root-unknown", "onboarding package is signed", "Update mde-linux"),
                (onboarding.kind("offboarding"), "offboarding-root-unknown", "offboarding package is signed", "Update mde-linux"),
                (onboarding.kind("offboarding-expired"), "offboarding-root-unknown", "offboarding package", "onboarding-roots"),
                (tampered, "offboarding-damaged", "offboarding package", "offboarding package again"),
                (onboarding.kind("tampered-body"), "onboarding-signature", "onboarding package", "onboarding package again"),
                (b"", "onboarding-source", "Neither an onboarding nor an offboarding", "package for Linux again"),
                (b"<html>", "onboarding-source", "Neither an onboarding nor an offboarding", "package for Linux again"),
                (tampered[:3000], "onboarding-damaged", "Neither an onboarding nor an offboarding", "package for Linux again")):
            code, found = document(data)
            refusal = found["refusal"]
            self.assertEqual((code, refusal["reason"]), (3, reason))
            self.assertIn(what, refusal["what"])
            self.assertIn(do, refusal["remedy"])
            out = call(data)[1]
            for words in (out, refusal["what"] + refusal["remedy"]):
                for wrong in ("settings say", "verifyOnboarding", "the address", "this extension"):
                    self.assertNotIn(wrong, words, reason)
                if reason.startswith("offboarding"):
                    self.assertNotRegex(words, r"\b[Oo]nboarding package|onboarding package again")
            self.assertIn(refusal["remedy"], out)

    @unittest.skipIf(os.geteuid() != 0, "says something else when not root")
    def test_offboard_says_the_same_of_a_package_before_anything_is_done(self):
        for data, reason, do in (
                (onboarding.kind("offboarding"), "offboarding-root-unknown", "onboarding-roots in /etc/mde-linux/mde-linux.conf"),
                (onboarding.kind("offboarding", tampered=True), "offboarding-damaged", "Linux offboarding package again"),
                (onboarding.kind("offboarding")[:3000], "offboarding-damaged", "Linux offboarding package again"),
                (b"", "offboarding-damaged", "Linux offboarding package again")):
            done = subprocess.run([*WRAPPER, PROGRAM, "offboard", "-", "--json"], capture_output=True, input=data)
            found = json.loads(done.stdout)
            self.assertEqual((done.returncode, done.stderr, found["verdict"], found["reason"]), (53, b"", "refused", reason))
            self.assertIn(do, found["remedy"])
            told = found["message"] + found["found"] + found["remedy"]
            for wrong in ("settings say", "verifyOnboarding", "nboarding-source", "nboarding-signature", "onboarding-damaged"):
                self.assertNotIn(wrong, told)

    def test_nothing_that_the_sensor_trusts_is_printed(self):
        data = onboarding.kind("json")
        blob = json.loads(json.loads(data)["onboardingInfo"])
        for out in (call(data)[1], call(data, "--json")[1]):
            for secret in (blob["sig"], blob["cert"], *blob["chain"], json.loads(blob["body"])["packageGuid"], blob["body"]):
                self.assertNotIn(secret[:24], out)

    @unittest.skipIf(os.geteuid() != 0, "root writes a site's configuration")
    def test_the_site_may_be_that_of_an_image(self):
        with tempfile.TemporaryDirectory() as folder:
            conf = Path(folder, "etc/mde-linux/mde-linux.conf")
            conf.parent.mkdir(parents=True)
            conf.write_text(f"[trust]\nonboarding-roots = {onboarding.root_sha256()}\n")
            image = ("--root", folder)
            self.assertEqual(call(onboarding.kind("sound"), *image)[0], 0)
            conf.chmod(0o666)
            code, out, _ = call(onboarding.kind("sound"), *image)
            self.assertEqual((code, out.splitlines()[0]), (4, "Not known: whether it is good could not be judged."))
            conf.parent.rename(Path(folder, "away"))
            self.assertEqual(call(onboarding.kind("sound"), *image)[0], 3)

    def test_a_file_that_cannot_be_read_is_said(self):
        done = subprocess.run([*WRAPPER, PROGRAM, "verify", "/nonexistent/\033file"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("/nonexistent/", done.stderr)
        self.assertNotIn("\033", done.stderr)


if __name__ == "__main__":
    unittest.main()
