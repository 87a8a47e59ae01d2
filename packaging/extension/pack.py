"""Packs programs, their manifests, the licences and the schemas of what --json prints into an extension zip.

    pack.py VERSION OUT.zip PROGRAM
    pack.py VERSION OUT.zip ARCHITECTURE=PROGRAM=LIBRARIES ...

The first form is a single program, bin/mde-linux. The second is one program for each architecture (as uname -m names it), with
what it was linked with (packaging/portable/build-libraries); bin/mde-linux is then entry, which becomes the right one.

Why a script chooses, and not the manifest: its commands are a line for /bin/sh where the guest agent runs them, so that
"bin/mde-linux-$(uname -m) enable" would do there; but nothing promises that Arc's extension manager has a shell between, and on
a machine of a third architecture nobody would tell what is wrong: "not found", and an operation that hangs, for the agent waits
for a status that no program writes. The agents give every file of the package its exec bit; should one do so only with what
the manifest names, entry does it with the program.

The same input gives the same bytes: names are in order, times are fixed.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIME = (2020, 1, 1, 0, 0, 0)
ENTRY = "bin/mde-linux"


def stripped(program, version, tool="strip"):
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small"
        subprocess.run([tool, "-o", small, program], check=True)
        data = small.read_bytes()
    if not re.search(rf"(?<![\d.]){re.escape(version)}\0".encode(), data):
        sys.exit(f"pack: {program} is not version {version}: build it anew")
    return data


def manifest(name, version):
    return (HERE / f"{name}.in").read_text().replace("@VERSION@", version).encode()


def schemas():
    """Of what --json prints: on a machine with the extension alone nothing else brings them."""
    return {f"schemas/{path.name}": path.read_bytes() for path in (HERE.parent / "schemas").glob("*.json")}


def single(program, version):
    return {ENTRY: stripped(program, version)}


def documents(version, libraries):
    """What is linked in, under which licences, and how to link with something else."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([HERE.parent / "portable/documents", version, Path(folder) / "linked", *libraries], check=True)
        return {str(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def several(words, version):
    content = {ENTRY: (HERE / "entry").read_bytes()}
    rows = [word.split("=") for word in words]
    for architecture, program, libraries in rows:
        content[f"{ENTRY}-{architecture}"] = stripped(program, version, Path(libraries) / "bin/strip")
    return content | documents(version, [libraries for _, _, libraries in rows])


def main():
    version, out, *words = sys.argv[1:]
    content = {name: manifest(name, version) for name in ("HandlerManifest.json", "manifest.xml")}
    content["LICENSE"] = (HERE.parents[1] / "LICENSE").read_bytes()
    content |= schemas()
    content |= several(words, version) if "=" in words[0] else single(words[0], version)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, data in sorted(content.items()):
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name.startswith("bin/") else 0o644) << 16
            package.writestr(entry, data)
    sizes = ", ".join(f"{name} {len(data)}" for name, data in sorted(content.items()) if name.startswith("bin/"))
    print(f"{out}: version {version}, {Path(out).stat().st_size} bytes ({sizes})")


if __name__ == "__main__":
    main()
