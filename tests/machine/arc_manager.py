"""Azure Arc's extension manager as the extension sees it: where it lays things, what it does not write, how it runs commands.

    arc = Arc(w)                    # a machine connected by Arc, its manager running as extd.service
    arc.unpack()
    arc.verb("install")
    arc.settings(0, public, protected)
    arc.verb("enable")

Not known of the real one is what it sets in a command's environment, and whether there is an events folder: here there is nothing.
"""

import json
import zipfile

import goalstate
from unpacked import VERSION

PLACE = "/var/lib/GuestConfig/stand-in"
MANAGER = "/opt/GC_Ext/GC/gc_linux_service"
UNIT = f"""[Service]
Type=simple
ExecStart={MANAGER}
CPUQuota=5%
KillMode=process
"""
PROGRAM = f"""#!/usr/bin/python3 -IS
import json, os, subprocess, time
number = 0
while True:
    ask = f"{PLACE}/{{number}}.ask"
    while not os.path.exists(ask):
        time.sleep(0.1)
    with open(ask) as file:
        base, command = json.load(file)
    done = subprocess.run(["systemd-run", "--scope", "--quiet", "--property=CPUQuota=5%", "--", *command.split()], cwd=base,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with open(f"{PLACE}/{{number}}.new", "w") as file:
        json.dump([done.returncode, done.stdout.decode()], file)
    os.rename(f"{PLACE}/{{number}}.new", f"{PLACE}/{{number}}.done")
    number += 1
"""


class Arc:
    def __init__(self, world):
        self.world, self.machine = world, world.machine
        self.number = 0
        world.identity.arc()
        self.machine.write(MANAGER, PROGRAM, 0o755)
        self.machine.write("/lib/systemd/system/extd.service", UNIT)
        self.machine.path(PLACE).mkdir(parents=True)
        self.machine.run(["systemctl", "daemon-reload"])
        self.machine.run(["systemctl", "start", "extd"])

    def logs(self, version=VERSION):
        return f"/var/lib/GuestConfig/extension_logs/{goalstate.NAME}-{version}"

    def unpack(self, version=VERSION):
        machine, base = self.machine, self.world.base(version)
        with zipfile.ZipFile(self.world.zip(version)) as package:
            for entry in package.infolist():
                machine.write(f"{base}/{entry.filename}", package.read(entry), 0o744 if entry.filename.startswith("bin/") else 0o600)
        machine.write(f"{base}/HandlerEnvironment.json", "\ufeff" + json.dumps([{
            "name": goalstate.NAME, "version": "1.0", "handlerEnvironment": {
                "logFolder": self.logs(version), "configFolder": f"{base}/config", "statusFolder": f"{base}/status",
                "heartbeatFile": f"{base}/status/heartbeat.json"}}]), 0o600)
        for folder in (f"{base}/config", f"{base}/status", self.logs(version)):
            machine.path(folder).mkdir(parents=True, exist_ok=True)
        for name, suffix in (("crt", "crt"), ("key", "prv")):
            machine.write(f"/var/lib/waagent/{self.world.azure.thumbprint}.{suffix}",
                          (self.world.azure.state / f"tenant.{name}").read_bytes(), 0o600)

    def settings(self, seq, handler_settings, version=VERSION):
        """handler_settings: as it shall stand there, also None."""
        self.machine.write(f"{self.world.base(version)}/config/{seq}.settings",
                           json.dumps({"runtimeSettings": [{"handlerSettings": handler_settings}]}), 0o600)

    def verb(self, verb, version=VERSION, wait=True):
        """The manifest's command for it; (exit code, output)."""
        base = self.world.base(version)
        manifest = json.loads(self.machine.read(f"{base}/HandlerManifest.json"))
        manifest = manifest[0] if isinstance(manifest, list) else manifest
        self.machine.write(f"{PLACE}/new", json.dumps([base, f"{base}/{manifest['handlerManifest'][verb + 'Command']}"]))
        self.machine.path(f"{PLACE}/new").rename(self.machine.path(f"{PLACE}/{self.number}.ask"))
        done = f"{PLACE}/{self.number}.done"
        self.number += 1
        return json.loads(self.machine.wait(lambda: self.machine.exists(done) and self.machine.read(done), 60, f"{verb} to end"))
