#!/usr/bin/python3
"""The README's transcript: what it shows is what a machine's terminal shows (scenarios/transcript.py).

    transcript.py --update [--build DIR]     run the scenario, and put what it saw into the README

The README has one block that begins with ```console. A line "# COMMAND" is what root typed; the lines after it, up to the
next, are the screen. Block and screen are compared word by word, so that a longer number may wrap a line elsewhere, after
what no two runs share was replaced by a name (CHANGES).
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
README = HERE.parents[1] / "README.md"
UPDATE = "MDE_LINUX_UPDATE_TRANSCRIPT"
BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```$")
CHANGES = (
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?( ?UTC|Z)?", "TIME"),
    (r"\bpid \d+", "pid PID"),
    (r"\b\d+ (days?|hours?|minutes?|seconds?|ms|min|h|s)\b", "DURATION"),
    (r"\b\d+(\.\d+)? ([KMGT]i?B)\b", "SIZE"),
    (r"\b\d+\.\d+\.\d+(\.\d+)?\b", "VERSION"),
)


def read(text):
    """[(command, what follows)] of a README."""
    blocks = BLOCK.findall(text)
    assert len(blocks) == 1, f"{len(blocks)} blocks of ```console"
    parts = re.split(r"(?m)^# (.*)\n", blocks[0])
    assert parts[0].strip() == "", parts[0]
    return list(zip(parts[1::2], parts[2::2]))


def same(text):
    """What has to be equal of a text."""
    text = " ".join(text.split())
    for pattern, name in CHANGES:
        text = re.sub(pattern, name, text)
    return text


def keep(seen):
    """seen: [(command, screen)]; compares it with the README, or renews that."""
    text = README.read_text(encoding="utf-8")
    if os.environ.get(UPDATE):
        block = "\n".join(f"# {command}\n{screen.rstrip()}\n" for command, screen in seen)
        README.write_text(BLOCK.sub(lambda _: f"```console\n{block}```", text), encoding="utf-8")
        return
    for (command, screen), (_, shown) in zip(seen, read(text), strict=True):
        assert same(screen) == same(shown), f"README, '{command}' is now (tests/machine/transcript.py --update):\n{screen}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", required=True, help="put what a machine shows now into the README")
    parser.add_argument("--build", type=Path, metavar="DIR", help="where the compiled artefacts are")
    options = parser.parse_args()
    build = ["--build", options.build] if options.build else []
    sys.exit(subprocess.run([HERE / "run", "-j1", "-k", "transcript.", *build], env={**os.environ, UPDATE: "1"}, check=False).returncode)


if __name__ == "__main__":
    main()
