"""Where neither glibc nor systemd is: the static program runs, refuses, and leaves nothing."""

import json
import shutil
import subprocess
import zipfile

import roots_bare
from onboarding_world import LOG, NAME, PROGRAM, STATE, VERSION
from scenario import scenario

BASE = f"/var/lib/waagent/{NAME}-{VERSION}"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "AZURE_GUEST_AGENT_EXTENSION_PATH": BASE, "ConfigSequenceNumber": "0"}
SETTINGS = {"runtimeSettings": [{"handlerSettings": {"publicSettings": {"maxWaitMinutes": 1}}}]}


class Bare:
    """The tree with the extension unpacked as a guest agent does it; a shell of busybox is PID 1 of whatever runs."""

    def __init__(self, w):
        self.folder = w.folder / "bare"
        shutil.copytree(roots_bare.root(), self.folder, symlinks=True)
        base = self.folder / BASE[1:]
        for folder in ("config", "status", "events"):
            (base / folder).mkdir(parents=True)
        with zipfile.ZipFile(w.zip_of_build()) as package:
            package.extractall(base)
            self.commands = json.loads(package.read("HandlerManifest.json"))[0]["handlerManifest"]
        for file in (base / "bin").iterdir():
            file.chmod(0o744)
        (base / "config/0.settings").write_text(json.dumps(SETTINGS))
        (base / "HandlerEnvironment.json").write_text(json.dumps([{"name": NAME, "version": 1.0, "handlerEnvironment": {
            "logFolder": LOG, "configFolder": f"{BASE}/config", "statusFolder": f"{BASE}/status",
            "heartbeatFile": f"{BASE}/heartbeat.log", "eventsFolder": f"{BASE}/events"}}]))

    def sh(self, command):
        line = f"mount -t proc proc /proc && cd {BASE} && {command}"
        return subprocess.run(["unshare", "--pid", "--fork", "--kill-child", "--mount", "--net", "chroot", str(self.folder),
                               "/bin/sh", "-c", f"{line}; exit $?"], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)

    def verb(self, name):
        return self.sh(self.commands[f"{name}Command"])

    def status(self):
        return json.loads((self.folder / BASE[1:] / "status/0.status").read_text())[0]["status"]

    def files(self):
        return {path.relative_to(self.folder) for path in self.folder.rglob("*")
                if not str(path.relative_to(self.folder)).startswith(("proc", "var/log", BASE[1:]))}


@scenario(static=True)
def a_root_without_glibc_is_refused_and_left_as_it_was(w):
    bare = Bare(w)
    before = bare.files()
    assert not list(bare.folder.rglob("ld-linux*")), "glibc is there"
    assert bare.verb("install").returncode == 0
    done = bare.sh(f"{PROGRAM} --version")
    assert done.returncode == 0 and done.stdout.startswith(f"mde-linux {VERSION}\n"), done
    done = bare.verb("enable")
    assert done.returncode == 51 and "(systemd-missing)" in done.stderr.splitlines()[0], done
    status = bare.status()
    assert status["status"] == "error" and status["code"] == 51 and "(systemd-missing)" in status["formattedMessage"]["message"], status
    done = bare.sh(f"{PROGRAM} check")
    assert done.returncode == 51 and "Refused: systemd-missing" in done.stdout and "Alpine Linux v3.20" in done.stdout, done
    done = bare.sh(f"{PROGRAM} plan")
    assert done.returncode == 53 and done.stdout.startswith("refused: "), done
    for verb in ("disable", "uninstall"):
        done = bare.verb(verb)
        assert done.returncode == 0, (verb, done)
    assert bare.files() == before, bare.files() ^ before
    assert not (bare.folder / STATE[1:]).exists()
