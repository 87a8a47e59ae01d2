"""The C sources are as clang-format leaves them. Versions differ in small things: only the one that .clang-format was written with counts."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
VERSION = 14


def main():
    program = shutil.which(f"clang-format-{VERSION}") or shutil.which("clang-format")
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout if program else ""
    found = re.search(r"version (\d+)", said)
    if not found or int(found.group(1)) != VERSION:
        print(f"clang-format {VERSION} is not here")
        sys.exit(77)
    files = [path for folder in ("handler", "agent", "platform", "tests") for path in sorted((TOP / folder).rglob("*.[ch]"))]
    done = subprocess.run([program, "--dry-run", "--Werror", *files], capture_output=True, text=True)
    wrong = sorted(set(re.findall(r"^(.*?):\d+:\d+: error", done.stderr, re.M)))
    print("\n".join(f"{path}: run clang-format -i on it" for path in wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
