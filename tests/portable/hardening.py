"""What the compiler and the linker could do for the program, they did.

    hardening.py PROGRAM system|portable x86_64|aarch64 built|installed

built: in the folder where it was built, with all its objects; installed: out of a package or zip, where it may be stripped.
"""

import functools
import json
import re
import shlex
import struct
import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM, LINK, ARCH, PLACE = sys.argv[1:]
BUILD = Path(PROGRAM).resolve().parents[1]
OURS = ("agent", "handler", "platform")  # what the program is made of
MARKS = {"x86_64": ("IBT", "SHSTK"), "aarch64": ("BTI", "PAC")}
FLAGS = ("-fstack-protector-strong", "-fstack-clash-protection")
PT_DYNAMIC, PT_INTERP, PT_GNU_STACK, PT_GNU_RELRO, PT_LOAD = 2, 3, 0x6474E551, 0x6474E552, 1
DT_NEEDED, DT_TEXTREL, DT_FLAGS, DT_FLAGS_1 = 1, 22, 30, 0x6FFFFFFB
DF_TEXTREL, DF_BIND_NOW, DF_1_NOW, DF_1_PIE = 4, 8, 1, 0x08000000
EXECUTE, WRITE = 1, 2
ET_DYN = 3


class Elf:
    def __init__(self, path):
        data = Path(path).read_bytes()
        self.kind, self.machine = struct.unpack_from("<HH", data, 16)
        offset, = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        # type, flags, file offset, size in the file
        self.segments = []
        for i in range(count):
            kind, flags, place = struct.unpack_from("<IIQ", data, offset + i * size)
            length, = struct.unpack_from("<Q", data, offset + i * size + 32)
            self.segments.append((kind, flags, place, length))
        self.dynamic = {}
        for kind, _, place, length in self.segments:
            if kind == PT_DYNAMIC:
                for at in range(place, place + length, 16):
                    tag, value = struct.unpack_from("<QQ", data, at)
                    self.dynamic.setdefault(tag, value)

    def has(self, kind):
        return any(segment[0] == kind for segment in self.segments)


@functools.cache
def compiled():
    """{object: the words of its compiler} of what the program is made of, as meson has it."""
    rows = json.loads((BUILD / "compile_commands.json").read_text())
    return {row["output"]: shlex.split(row["command"]) for row in rows if row["output"].startswith(tuple(f"{name}/" for name in OURS))}


def notes(objects):
    """{object: what readelf says of its notes}; of one alone it does not name it."""
    text = subprocess.run(["readelf", "-nW", *objects], capture_output=True, text=True, check=True, cwd=BUILD).stdout
    parts = re.split(r"(?m)^File: (.*)$", text)[1:]
    return dict(zip(parts[::2], parts[1::2]))


def symbols(*argv):
    """Names in what nm is asked for."""
    text = subprocess.run(["nm", *map(str, argv)], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in text.splitlines() if line}


def loaded():
    """Names that the program wants of its libraries; stripping leaves them."""
    return symbols("-D", "--undefined-only", PROGRAM)


class Hardening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.elf = Elf(PROGRAM)

    def test_it_may_lie_anywhere(self):
        self.assertEqual(self.elf.kind, ET_DYN)
        self.assertTrue(self.elf.dynamic[DT_FLAGS_1] & DF_1_PIE)

    def test_all_is_bound_before_it_starts_and_then_read_only(self):
        self.assertTrue(self.elf.has(PT_GNU_RELRO))
        self.assertTrue(self.elf.dynamic[DT_FLAGS] & DF_BIND_NOW)
        self.assertTrue(self.elf.dynamic[DT_FLAGS_1] & DF_1_NOW)
        self.assertNotIn(DT_TEXTREL, self.elf.dynamic)
        self.assertFalse(self.elf.dynamic[DT_FLAGS] & DF_TEXTREL)

    def test_nothing_is_both_written_and_executed(self):
        stack, = [flags for kind, flags, _, _ in self.elf.segments if kind == PT_GNU_STACK]
        self.assertFalse(stack & EXECUTE)
        for kind, flags, _, _ in self.elf.segments:
            if kind == PT_LOAD:
                self.assertNotEqual(flags & (EXECUTE | WRITE), EXECUTE | WRITE)

    @unittest.skipIf(PLACE != "built", "of where it was built")
    def test_all_that_it_is_made_of_is_looked_at(self):
        for name in OURS:
            self.assertGreater(sum(path.startswith(f"{name}/") for path in compiled()), 20, name)

    @unittest.skipIf(PLACE != "built", "of where it was built")
    def test_the_stack_is_protected_in_what_we_compile(self):
        """An object without arrays has no name to show it; a static program has that of its libraries as well."""
        for path, words in compiled().items():
            self.assertEqual([flag for flag in FLAGS if flag not in words], [], path)
            self.assertEqual([word for word in words if word.startswith("-fno-stack")], [], path)
        for name in OURS:
            self.assertIn("__stack_chk_fail", symbols("--undefined-only", *(BUILD / path for path in compiled() if path.startswith(f"{name}/"))), name)

    @unittest.skipIf(LINK != "system", "a stripped static program has no names")
    def test_the_stack_is_protected(self):
        self.assertIn("__stack_chk_fail", loaded())

    @unittest.skipIf(LINK != "system", "musl has no checked variants of its functions")
    def test_sizes_are_checked_where_the_compiler_knows_them(self):
        self.assertTrue({name for name in loaded() if name.endswith("_chk")})
        for path, words in compiled().items() if PLACE == "built" else ():
            self.assertTrue({"-D_FORTIFY_SOURCE=2", "-D_FORTIFY_SOURCE=3"} & {*words}, path)

    @unittest.skipIf(PLACE != "built", "of where it was built")
    def test_jumps_and_returns_are_checked(self):
        """In each object. The program as a whole is marked only where the C library's start files are, which neither Debian 12's
        nor musl's are."""
        found = notes(compiled())
        self.assertEqual(sorted(found), sorted(compiled()))
        self.assertEqual([path for path, text in found.items() if not all(word in text for word in MARKS[ARCH])], [])

    @unittest.skipIf(LINK != "portable", "of link=portable")
    def test_nothing_of_the_machine_is_loaded(self):
        self.assertFalse(self.elf.has(PT_INTERP))
        self.assertNotIn(DT_NEEDED, self.elf.dynamic)

    @unittest.skipIf(LINK != "portable", "of link=portable")
    def test_no_place_of_the_building_machine_is_in_it(self):
        data = Path(PROGRAM).read_bytes()
        for place in (b"/etc/ssl/openssl.cnf", b"/usr/lib/ssl", b"openssl.cnf\0/"):
            self.assertNotIn(place, data)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
