"""Recorded machines and what is planned for them.

    test_hosts.py PROGRAM            compares
    test_hosts.py --update PROGRAM   writes expected.txt anew; what changed is to be read before it is committed
"""

import difflib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

HOSTS = Path(__file__).resolve().parent


def plan(program, host, *options):
    return subprocess.run([*os.environ.get("MESON_EXE_WRAPPER", "").split(), program, "plan", "--facts", str(host / "facts.json"), "--settings", str(host / "settings.json"),
                           *options], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def differences(program, host):
    done = plan(program, host)
    if done.stderr or not done.stdout:
        return [f"exit code {done.returncode}", *done.stderr.splitlines()]
    expected = (host / "expected.txt").read_text() if (host / "expected.txt").exists() else ""
    found = list(difflib.unified_diff(expected.splitlines(), done.stdout.splitlines(), "expected.txt", "plan", lineterm=""))
    as_json = json.loads(plan(program, host, "--json").stdout)
    shown = re.findall(r"^  ([a-z-]+): ", re.split(r"^\w[\w ]*:$", done.stdout, flags=re.MULTILINE)[1], re.MULTILINE) \
        if done.stdout.startswith("to do:\n") else []
    steps = [step["name"] for step in as_json["steps"]]
    if steps != shown:
        found.append(f"as JSON the steps are {steps}")
    return found


def main():
    update, program = sys.argv[1:-1] == ["--update"], str(Path(sys.argv[-1]).resolve())
    hosts = sorted(path.parent for path in HOSTS.glob("*/facts.json"))
    results = []
    for host in hosts:
        if update:
            (host / "expected.txt").write_text(plan(program, host).stdout)
        results.append((host.name, differences(program, host)))
    print(f"1..{len(results)}")
    for number, (name, trouble) in enumerate(results, 1):
        print(f"{'not ' if trouble else ''}ok {number} {name}")
        for line in trouble:
            print(f"# {line}")
    sys.exit(any(trouble for _, trouble in results))


if __name__ == "__main__":
    main()
