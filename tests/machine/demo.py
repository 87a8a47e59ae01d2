"""What the portal would show while the extension onboards a fresh machine: see scripts/demo."""

import pathlib
import sys
import tempfile
import time

import scenario  # noqa: F401 (before the world: it registers it)
from onboarding_world import NAME, OnboardingWorld

MARKS = {"success": "+", "warning": "!", "error": "x", "transitioning": "~"}
TIMEOUT = 120
# as slow as a real sensor feels, so that there is something to see on the way
UNHURRIED = {"postinst_delay_s": 4, "ready_delay_ms": 3000, "licence_delay_ms": 4000}


def say(text=""):
    print(text, flush=True)


class Portal:
    """Prints what is new in each upload of the guest agent."""

    def __init__(self):
        self.started = time.monotonic()
        self.shown = {}
        self.seen = 0

    def line(self, key, text):
        if self.shown.get(key) != text:
            self.shown[key] = text
            say(f"{time.monotonic() - self.started:6.1f} s  {text}")

    def show(self, report):
        self.line("handler", f"{NAME} {report.version}: {report.status} ({report.message})")
        if not report.settings:
            return
        settings = report.settings
        self.line("status", f"  status {settings.status}, code {settings.code}, sequence {settings.seq}: {settings.message}")
        for row in settings.substatus:
            self.line(row.name, f"    {MARKS[row.status]} {row.name}: {row.message}")


def main():
    with tempfile.TemporaryDirectory(prefix="mde-linux-demo-") as folder:
        world = OnboardingWorld({}, pathlib.Path(folder), pathlib.Path(sys.argv[1]))
        try:
            say("A fresh Debian 12 machine boots, with the guest agent, a package repository and a distribution mirror around it.")
            world.prepare(knobs=UNHURRIED)
            world.publish()
            world.ask()
            portal = Portal()
            say("The extension is asked for. This is what the guest agent reports:\n")
            world.agent.start()
            deadline = time.monotonic() + TIMEOUT
            while time.monotonic() < deadline:
                for report in world.azure.history()[portal.seen:]:
                    portal.show(report)
                    portal.seen += 1
                last = world.azure.handler_status()
                if last and last.settings and last.settings.status in ("success", "error"):
                    break
                time.sleep(0.1)
            else:
                sys.exit("the machine did not get there in time")
            say("\nAnd this is what the sensor itself says (mdatp health):\n")
            wanted = ("healthy", "licensed", "org_id", "app_version", "edr_device_tags", "release_ring")
            for line in world.machine.run(["mdatp", "health"]).stdout.splitlines():
                if line.split(":")[0].strip() in wanted:
                    say("    " + line)
            world.machine.poweroff()
            sys.exit(last.settings.status != "success")
        finally:
            world.close()


if __name__ == "__main__":
    main()
