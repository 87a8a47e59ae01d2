"""What the machine's own openssl program says is understood as well when it is Debian 11's: OpenSSL 1.1.1, with other words than 3.x.

    test_old_openssl.py PROGRAM...      tests of tests/unit that can be judged by it; needs root, and the tree of machines
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/machine"))

import roots  # noqa: E402

PROGRAMS = sys.argv[1:]


# All it makes is gone with its mount namespace.
INSIDE = """set -e
tree=$1 source=$2 place=$3 program=$4
shift 4
mount -t tmpfs scratch "$place"
mkdir "$place/upper" "$place/work" "$place/root"
mount -t overlay tree -o "lowerdir=$tree,upperdir=$place/upper,workdir=$place/work" "$place/root"
cd "$place/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs run run
mkdir srv/source
mount --bind "$source" srv/source
[ ! -f "$program" ] || cp "$program" srv/program
exec chroot . /bin/sh -c 'cd /srv/source && exec "$@"' in-tree "$@"
"""


def inside(*argv, program="none"):
    """Runs it in the tree, of which nothing is changed; program is /srv/program there."""
    with tempfile.TemporaryDirectory() as place:
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", INSIDE, "sh", roots.root("bullseye"), TOP, place, program, *argv],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


class OldOpenssl(unittest.TestCase):
    def test_it_is_that_old(self):
        done = inside("/usr/bin/openssl", "version")
        self.assertRegex(done.stdout, r"^OpenSSL 1\.1\.1")

    def test_it_decrypts_and_judges(self):
        for program in PROGRAMS:
            with self.subTest(Path(program).name):
                done = inside("/srv/program", "host-openssl", program=os.path.abspath(program))
                self.assertEqual(done.returncode, 0, done.stdout[-4000:])
                self.assertNotIn("SKIP", done.stdout)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
