"""A compiler that makes static binaries with musl, from unpacked packages: Debian's gcc under musl's headers and library.

Nothing of it is installed. musl's own spec file names the places where the package would be; ours names where it was unpacked
to, and lets folders given with -isystem come before musl's headers, so that those can be completed (systemd-on-musl/).
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """debian     its name in Debian
    triplet    of gcc's programs, and of the kernel's headers
    openssl    the target in OpenSSL's Configure
    flags      gcc options that only it has: branch protection; no calls into glibc for atomic operations
    emulator   runs its programs elsewhere
    """

    debian: str
    triplet: str
    openssl: str
    flags: tuple
    emulator: str


ARCHITECTURES = {
    "x86_64": Architecture("amd64", "x86_64-linux-gnu", "linux-x86_64", ("-fcf-protection=full",), "qemu-x86_64-static"),
    "aarch64": Architecture("arm64", "aarch64-linux-gnu", "linux-aarch64",
                            ("-mbranch-protection=standard", "-mno-outline-atomics"), "qemu-aarch64-static"),
}
FLAGS = ("-Os", "-g0", "-ffunction-sections", "-fdata-sections", "-fPIE", "-fstack-protector-strong", "-fstack-clash-protection")
PLACE = "MDE_LINUX_BUILT_IN"  # in the compiler's environment: a folder whose name does not get into what is compiled
TOOLS = ("ar", "ranlib", "strip", "ld", "nm", "objcopy", "readelf")


def write(arch, folder, prefix):
    """The compiler bin/cc and its tools in folder, which will be prefix; musl's and the kernel's packages are unpacked in its musl/."""
    row = ARCHITECTURES[arch]
    musl = row.triplet.replace("-gnu", "-musl")
    specs = folder / "musl" / "usr/lib" / musl / "musl-gcc.specs"
    text = specs.read_text(encoding="ascii").replace("-isystem", "-idirafter")
    text = text.replace("/usr/", f"{prefix}/musl/usr/")
    kernel = folder / "kernel"
    kernel.mkdir()
    for name in ("linux", "asm-generic", "mtd", "misc"):
        (kernel / name).symlink_to(f"../musl/usr/include/{name}")
    (kernel / "asm").symlink_to(f"../musl/usr/include/{row.triplet}/asm")
    text = text.replace("-idirafter include%s", f"-idirafter include%s -idirafter {prefix}/kernel")
    (folder / "musl.specs").write_text(text, encoding="ascii")
    programs = folder / "bin"
    programs.mkdir()
    flags = " ".join(row.flags)
    (programs / "cc").write_text(f'''#!/bin/sh
exec {row.triplet}-gcc -specs {prefix}/musl.specs {flags} ${{{PLACE}:+"-ffile-prefix-map=${PLACE}=."}} "$@"
''', encoding="ascii")
    (programs / "cc").chmod(0o755)
    for tool in TOOLS:
        found = next(path for folder in os.environ["PATH"].split(":") for path in [f"{folder}/{row.triplet}-{tool}"] if os.path.exists(path))
        (programs / tool).symlink_to(found)


def is_native(arch):
    return arch == os.uname().machine


def meson_file(arch, compiler, prefix):
    """A cross file: pkg-config finds nothing but what is below prefix."""
    programs = {name: f"{compiler}/bin/{name}" for name in ("cc", "ar", "strip", "nm", "objcopy", "readelf")}
    programs["c"] = programs.pop("cc")
    programs["pkgconfig"] = programs["pkg-config"] = "/usr/bin/pkg-config"  # meson before and after 1.3
    if not is_native(arch):
        programs["exe_wrapper"] = ARCHITECTURES[arch].emulator
    binaries = "\n".join(f"{key} = '{value}'" for key, value in programs.items())
    return f"""\
[binaries]
{binaries}
[built-in options]
c_link_args = ['-static-pie']
[properties]
pkg_config_libdir = ['{prefix}/lib/pkgconfig']
needs_exe_wrapper = {str(not is_native(arch)).lower()}
[host_machine]
system = 'linux'
cpu_family = '{arch}'
cpu = '{arch}'
endian = 'little'
"""


def cmake_file(arch, compiler, prefixes):
    return f"""\
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR {arch})
set(CMAKE_C_COMPILER {compiler}/bin/cc)
set(CMAKE_AR {compiler}/bin/ar)
set(CMAKE_RANLIB {compiler}/bin/ranlib)
set(CMAKE_C_FLAGS_INIT "{" ".join(FLAGS)}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static-pie")
set(CMAKE_FIND_ROOT_PATH {";".join(map(str, prefixes)) or compiler})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
"""
