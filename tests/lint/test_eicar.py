"""The text of the industry's test file stands nowhere as it is: scanners would take this program and its sources for it.

    test_eicar.py FILE...       the program, and what is generated
"""

import hashlib
import subprocess
import sys
import unittest
from pathlib import Path

FILES = [Path(name).resolve() for name in sys.argv[1:]]
del sys.argv[1:]
TOP = Path(__file__).resolve().parents[2]
SHIFTED = rb"""Y6P"Q&ABQ\5]Q[Y65)Q_*8DD*8~%FJDBS.TUBOEBSE.BOUJWJSVT.UFTU.GJMF"%I,I+"""
TEXT = bytes(byte - 1 for byte in SHIFTED)
PARTS = (TEXT, TEXT[28:62], TEXT[:28])  # any of these alone makes some scanners speak up


class TestFile(unittest.TestCase):
    def test_what_is_looked_for_is_the_test_file(self):
        self.assertEqual(hashlib.sha1(TEXT).hexdigest(), "3395856ce81f2b7382dee72602f798b642f14140")

    def test_neither_program_nor_sources_hold_it(self):
        listed = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], capture_output=True)
        sources = [TOP / name.decode() for name in listed.stdout.split(b"\0") if name]
        for path in [*FILES, *sources]:
            data = path.read_bytes() if path.is_file() else b""
            # the last one as C and Python write it
            self.assertFalse([part for part in (*PARTS, TEXT[:28].replace(b"\\", b"\\\\")) if part in data], path)


if __name__ == "__main__":
    unittest.main()
