"""The verbs of the stand-in for the handler that came before ours."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]
LOCK_S = 2160  # install.status of a run that may still be at work


def environment():
    return json.loads((BASE / "HandlerEnvironment.json").read_text())[0]["handlerEnvironment"]


def sequence():
    return os.environ.get("ConfigSequenceNumber", "0")


def log(text, level="Information"):
    with open(Path(environment()["logFolder"], "MdeExtensionHandlerLog.log"), "a") as file:
        file.write(time.strftime(f"[%Y-%m-%d %H:%M:%SZ][{level}] {text}\n", time.gmtime()))


def tell(status, code, text):
    document = [{"version": 1.0, "timestampUTC": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "status": {
        "name": "MDE.Linux", "operation": "enable", "status": status, "code": code,
        "formattedMessage": {"lang": "en-US", "message": text}, "substatus": []}}]
    folder = Path(environment()["statusFolder"])
    temporary = folder / "new"
    temporary.write_text(json.dumps(document))
    temporary.rename(folder / f"{sequence()}.status")


def enable():
    mark = BASE / "install.status"
    if mark.exists() and time.time() - mark.stat().st_mtime < LOCK_S:
        log("another installation is in progress")
        return
    tell("transitioning", 1, "Configuration In Progress")
    mark.write_text("InProgress")
    with open(Path(environment()["logFolder"], "MdeInstallerLog.log"), "ab") as output:
        subprocess.Popen([sys.executable, "-B", str(BASE / "src/MdeInstallerWrapper.py")], stdin=subprocess.DEVNULL,
                         stdout=output, stderr=output, start_new_session=True)


def main():
    verb = sys.argv[1]
    log(f"the stand-in for the earlier handler: {verb}")
    if verb == "enable":
        enable()


if __name__ == "__main__":
    main()
