"""The extension without a guest agent: what the agent does before and around a verb, done at once."""

import json
import time
import zipfile

import goalstate

VERSION = "1.0.0.1"
LOG = f"/var/log/azure/{goalstate.NAME}"


class Unpacked:
    """A part of the world (onboarding_world.py)."""

    def unpack(self, version=VERSION):
        """The extension's folder as the guest agent leaves it, and the certificate for protected settings."""
        machine, base = self.machine, self.base(version)
        with zipfile.ZipFile(self.zip(version)) as package:
            for entry in package.infolist():
                machine.write(f"{base}/{entry.filename}", package.read(entry), 0o744 if entry.filename.startswith("bin/") else 0o600)
        environment = {"logFolder": LOG, "configFolder": f"{base}/config", "statusFolder": f"{base}/status",
                       "heartbeatFile": f"{base}/heartbeat.log", "eventsFolder": f"{LOG}/events"}
        machine.write(f"{base}/HandlerEnvironment.json", json.dumps(
            [{"name": goalstate.NAME, "version": 1.0, "handlerEnvironment": environment}]), 0o600)
        for folder in (f"{base}/config", f"{base}/status", f"{LOG}/events"):
            machine.path(folder).mkdir(parents=True, exist_ok=True)
        for name, suffix in (("crt", "crt"), ("key", "prv")):
            machine.write(f"/var/lib/waagent/{self.azure.thumbprint}.{suffix}",
                          (self.azure.state / f"tenant.{name}").read_bytes(), 0o600)

    def install_unpacked(self, version=VERSION):
        """Unpacked and installed; nothing done to the machine."""
        if not self.made("machine"):
            self.prepare()
        self.unpack(version)
        done = self.verb("install", version)
        assert done.returncode == 0, done

    def bring_program(self, path="/usr/sbin/mde-linux", version=VERSION):
        """The program alone, as a distribution's package brings it; the machine needs no prepare() for it. Returns path."""
        with zipfile.ZipFile(self.zip(version)) as package:
            name = max((name for name in package.namelist() if name in ("bin/mde-linux", "bin/mde-linux-x86_64")), key=len)
            self.machine.write(path, package.read(name), 0o755)
        return path

    def enable_fresh(self, seq=0, version=VERSION, timeout=90, **settings):
        """Install if that was not done yet, enable with these settings (see settings_file), and wait for the end.

        Returns the terminal status (the status file's object) and how many seconds enable and the work after it took.
        """
        if not self.machine.exists(self.base(version)):
            self.install_unpacked(version)
        self.settings_file(seq, version=version, **settings)
        started = time.monotonic()
        done = self.enable(version, seq)
        status = self.wait_ended(seq, version, timeout)
        seconds = time.monotonic() - started
        assert (done.returncode == 0) or status["status"] == "error", done
        return status, seconds
