"""The extension without a guest agent behind the same words, for scenarios that are about what lies below the handler.

@scenario(direct=True) gives a world whose w.azure and w.agent do at once what the guest agent does in its rounds: unpack, install,
settings file, enable, and reading the status file. With --sweep the same scenario has the real one. What only the real one
can do (another version, an extension that is gone, a reboot) is refused here.
"""

import dataclasses
import json

import evidence
from azure import Azure, Report, report_of_status
from machine import MachineError


class DirectAzure(Azure):
    """Every look at the status file takes the place of an upload."""

    def __init__(self, world):
        self.world = world
        self.started = False
        self._present = self._seq = self._done = None
        self._seen = []  # (number of the goal state, text of the status file, report)
        super().__init__(world.machine)

    # What DirectAgent does

    def begin(self):
        self.started = True
        self._apply(self._last[0])

    def _announce(self, extension, transport):
        self._done = None
        super()._announce(extension, transport)
        if self.started:
            self._apply(extension)

    def _apply(self, extension):
        world, machine = self.world, self.machine
        if not extension and not self._present:
            return
        if not extension or extension.settings is None or self._present not in (None, extension.version):
            raise MachineError("only a real guest agent does this")
        base = world.base(extension.version)
        if not machine.exists(base):
            world.unpack(extension.version)
        if extension.state != "enabled":
            self._leave(extension, base)
            return
        if not self._present:
            self._present = extension.version
            self._done = world.verb("install", extension.version, extension.seq)
        if not self._done or self._done.returncode == 0:
            self._seq = extension.seq
            machine.write(f"{base}/config/{extension.seq}.settings",
                          json.dumps({"runtimeSettings": [{"handlerSettings": extension.settings}]}), 0o600)
            self._done = world.verb("enable", extension.version, extension.seq)

    def _leave(self, extension, base):
        self._done = self.world.verb("disable", extension.version, extension.seq)
        if extension.state == "uninstall":
            self._done = self.world.verb("uninstall", extension.version, extension.seq)
            self.machine.run(["rm", "-rf", base])
            self._present = self._seq = None

    # What was told

    def _look(self):
        """Keeps what the handler says now, if that is new."""
        if self._done is None:
            return
        text, status, path = "", None, f"{self.world.base(self._present)}/status/{self._seq}.status" if self._present else ""
        if path and self.machine.exists(path):
            text = self.machine.read(path)
            status = json.loads(text)[0]["status"]
        seen = self._number, text, self._report(status)
        if not self._seen or self._seen[-1] != seen:
            self._seen.append(seen)

    def _report(self, status):
        if not self._present:
            return None
        well = self._done.returncode == 0
        message = "Plugin enabled" if well else (f"[ExtensionOperationError] Non-zero exit code: {self._done.returncode}\n"
                                                 f"[stdout]\n{self._done.stdout}\n[stderr]\n{self._done.stderr}")
        enabled = self._last[0].state == "enabled"
        return Report(self._present, "Ready" if well and enabled else "NotReady", 0 if well else 1009, message,
                      report_of_status(self._seq, status) if status else None)

    @property
    def uploads(self):
        self._look()
        return [(text, report and report.message) for _, text, report in self._seen]

    def history(self, everything=False):
        self._look()
        reports = [report for place, (number, _, report) in enumerate(self._seen)
                   if everything or place >= self._ignored and number == self._number]
        return [report for place, report in enumerate(reports) if not place or report != reports[place - 1]]

    def handler_status(self):
        self._look()
        return self._seen[-1][2] if self._seen else None

    def wait_report(self, predicate, what, timeout=60):
        def look():
            return next(([report] for report in self.history() if predicate(report)), None)

        try:
            report = self.machine.wait(look, timeout, what)[0]
        except MachineError as error:
            last = [json.dumps(report and dataclasses.asdict(report)) for report in self.history(everything=True)[-3:]]
            raise MachineError("\n".join([str(error), *last, evidence.brief(self)])) from None
        if report and report.settings and report.settings.status in ("success", "error"):
            self._let_end()
        return report

    def _let_end(self):
        """The real one tells an end some seconds after it came: whoever told it is gone by then."""
        try:
            self.machine.wait(self.world.is_quiet, 5, "the end of the run")
        except MachineError:
            pass  # the next one is at work already

    def forget_uploads(self):
        """What is so now is looked at anew."""
        self._ignored = len(self._seen)
        if self._seen:
            self._seen.append((0, "", None))
            self._ignored += 1


class DirectAgent:
    log = ""

    def __init__(self, azure):
        self.azure = azure

    def start(self):
        self.azure.begin()

    def stop(self):
        self.azure.started = False

    def restart(self):
        self.azure.forget_uploads()
        self.start()
