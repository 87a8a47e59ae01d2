"""The program, and unit tests of what is nearest to the kernel, on a kernel that knows no call newer than 3.10.

    test_old_kernel.py OLD_KERNEL PROGRAM UNIT_TEST ...
"""

import json
import os
import subprocess
import sys
import unittest

OLD_KERNEL, PROGRAM, *UNIT_TESTS = map(os.path.abspath, sys.argv[1:])
PROBE = "import os\ntry:\n os.memfd_create('x')\nexcept OSError as err:\n print(err.errno)\n"


def call(*argv):
    return subprocess.run([OLD_KERNEL, *argv], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=100, check=False)


class OldKernel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if call("/bin/true").returncode == 77:
            raise unittest.SkipTest("no filter can be set here")

    def test_the_filter_does_filter(self):
        self.assertEqual(call(sys.executable, "-c", PROBE).stdout, "38\n")

    def test_the_program_says_its_version(self):
        done = call(PROGRAM, "--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("OpenSSL", done.stdout)

    @unittest.skipIf(os.geteuid() != 0, "only root can check")
    def test_the_program_checks_the_machine(self):
        old = call(PROGRAM, "check", "--json")
        now = subprocess.run([PROGRAM, "check", "--json"], capture_output=True, text=True, check=False)
        self.assertEqual((old.returncode, old.stderr), (now.returncode, ""))
        old, now = (json.loads(done.stdout)["facts"] for done in (old, now))
        self.assertEqual(old["machine"]["systemd"], now["machine"]["systemd"])
        self.assertEqual(sorted(old["machine"]), sorted(now["machine"]))
        self.assertEqual(old["package"], now["package"])

    def test_what_is_nearest_to_the_kernel_holds(self):
        for test in UNIT_TESTS:
            with self.subTest(os.path.basename(test)):
                done = call(test)
                self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
