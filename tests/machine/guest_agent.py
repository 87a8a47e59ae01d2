"""The real guest agent as a service of the machine: Debian 12's own, or the newest one."""

UNIT = "walinuxagent.service"
NEWEST = "/opt/waagent-newest/unit.conf"
DROP_IN = f"/etc/systemd/system/{UNIT}.d/newest.conf"


class GuestAgent:
    """The unit has one name, whichever agent it runs."""

    def __init__(self, azure):
        self.azure = azure
        self.machine = azure.machine

    def start(self):
        """Start it, now and at every boot."""
        if self.azure.newest:
            self.machine.write(DROP_IN, self.machine.read(NEWEST))
            self.machine.run(["systemctl", "daemon-reload"])
        self.machine.run(["systemctl", "--quiet", "enable", "--now", UNIT])

    def stop(self):
        self.machine.run(["systemctl", "stop", UNIT])

    def restart(self):
        """Only what the new process uploads counts for Azure's wait functions."""
        self.stop()
        self.azure.forget_uploads()
        self.machine.run(["systemctl", "start", UNIT])

    @property
    def log(self):
        return self.machine.read("/var/log/waagent.log")
