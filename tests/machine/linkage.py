"""How the program in an extension zip is linked."""

import struct
import zipfile

PROGRAM = "bin/mde-linux"
PT_INTERP = 3


def is_static(package):
    """It needs no loader and no library of the machine. A zip with several programs has static ones only, behind a script."""
    with zipfile.ZipFile(package) as opened:
        program = opened.read(PROGRAM)
    if program.startswith(b"#!"):
        return True
    offset, = struct.unpack_from("<Q", program, 32)
    size, count = struct.unpack_from("<HH", program, 54)
    return all(struct.unpack_from("<I", program, offset + i * size)[0] != PT_INTERP for i in range(count))
