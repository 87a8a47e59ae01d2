"""Azure as one machine sees it: publish an extension, set goal states, read what comes back.

Azure starts the stand-in server (azure_server.py) in the machine's network and writes the documents
it serves. Everything a scenario asserts comes from the status blobs that the guest agent uploads,
which is what the portal would show.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
import evidence
import goalstate
import pki
from azure_server import STORAGE
from machine import MachineError

SERVER = Path(__file__).with_name("azure_server.py")
CRP = "/DC=Windows Azure CRP Certificate Generator"
CIPHERS = {"des3": "-des3", "aes128": "-aes128", "aes256": "-aes256"}
KEY_ENCRYPTIONS = ("pkcs1", "oaep")


@dataclass(frozen=True)
class Substatus:
    name: str
    status: str
    code: int
    message: str


@dataclass(frozen=True)
class Settings:
    """What the extension said itself, for one sequence number."""

    seq: int
    operation: str
    status: str
    code: int
    message: str
    substatus: list = field(default_factory=list)

    def row(self, name):
        """The substatus of that name, or None."""
        return next((row for row in self.substatus if row.name == name), None)


@dataclass(frozen=True)
class Report:
    """Our handler in one upload; settings is None when the agent sent no extension status."""

    version: str
    status: str  # Ready, NotReady, ...
    code: int
    message: str
    settings: Settings | None


class Azure:
    """The platform around one machine.

    newest      the guest agent is the newest one instead of Debian 12's
    fast_track  the HostGAPlugin has vmSettings; goal states then come by Fast Track by default
    """

    def __init__(self, machine, newest=False, fast_track=False):
        self.machine = machine
        self.newest = newest
        self.fast_track = fast_track
        self.state = machine.folder / "azure"
        self.imds = {"compute": {
            "azEnvironment": "AzurePublicCloud", "location": "westeurope", "name": "machine",
            "osType": "Linux", "resourceGroupName": "group",
            "resourceId": "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/group"
                          "/providers/Microsoft.Compute/virtualMachines/machine",
            "subscriptionId": "11111111-2222-3333-4444-555555555555", "tagsList": [],
            "vmId": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"}}
        self._published = {}
        self._uploads = []
        self._ignored = 0  # that many uploads at the start count no longer
        self._number = 0  # of the present goal state
        self._created = 0
        self._last = None
        self._documents = {}
        for name in ("blobs", "uploads"):
            (self.state / name).mkdir(parents=True)
        self.thumbprint = self._make_certificates()
        self.goal_state(None, transport="fabric")
        self._serve()

    # Publishing

    def publish(self, version, zip_path):
        """Make a version of the extension available."""
        name = f"{goalstate.NAME}__{version}.zip"
        self._put(f"blobs/{name}", Path(zip_path).read_bytes())
        self._published[version] = f"{goalstate.STORAGE}/blobs/{name}"
        self._put("blobs/manifest.xml", goalstate.manifest(self._published).encode())

    def goal_state(self, version, seq=0, public=None, protected=None, state="enabled",
                   settings=True, transport=None, cipher="des3", key_encryption="pkcs1",
                   protected_thumbprint=None):
        """Tell the VM what it should have. version None: our extension is absent.

        protected is a dict or the bytes of the plain text, which are encrypted, or a str, which is
        handed over as it is. protected_thumbprint overrides the thumbprint; "" leaves it out.
        settings=False: the goal state has no settings at all.
        """
        values = self.handler_settings(public, protected, cipher, key_encryption, protected_thumbprint)
        extension = version and goalstate.Extension(version, state, seq,
                                                    values if settings else None)
        self._announce(extension, transport or ("fasttrack" if self.fast_track else "fabric"))

    def handler_settings(self, public, protected, cipher="des3", key_encryption="pkcs1", protected_thumbprint=None):
        """The handlerSettings object of a settings file, from what goal_state() takes."""
        if isinstance(protected, dict):
            protected = json.dumps(protected).encode()
        if isinstance(protected, bytes):
            protected = self.encrypt(protected, cipher, key_encryption)
        thumbprint = self.thumbprint if protected_thumbprint is None else protected_thumbprint
        return goalstate.handler_settings(public, protected, (thumbprint or None) if protected else None)

    def goal_state_again(self):
        """The same request under a new goal state, as when another extension changes."""
        self._announce(*self._last)

    def tag(self, **tags):
        """From now on the machine's resource has exactly these tags."""
        self.imds["compute"]["tagsList"] = [{"name": name, "value": value} for name, value in tags.items()]
        self._put("goal-state.json", json.dumps(self._documents | {"imds": self.imds}).encode())

    def encrypt(self, plain, cipher="des3", key_encryption="pkcs1", certificate=None):
        """Protected settings as CRP sends them: base64 of a CMS envelope, on one line."""
        if key_encryption not in KEY_ENCRYPTIONS:
            raise ValueError(key_encryption)
        certificate = certificate or self.state / "tenant.crt"
        done = subprocess.run(
            ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", CIPHERS[cipher],
             "-recip", str(certificate),
             "-keyopt", f"rsa_padding_mode:{key_encryption}"],
            input=plain, stdout=subprocess.PIPE, check=True)
        return base64.b64encode(done.stdout).decode()

    def make_certificate(self, name):
        """Another certificate with its key, as NAME.crt and NAME.key in the state folder."""
        return _make_certificate(self.state, name)

    # Reading what the guest agent uploaded

    @property
    def uploads(self):
        """Every uploaded status, in order."""
        folder = self.state / "uploads"
        while (file := folder / f"{len(self._uploads) + 1:06}.json").exists():
            self._uploads.append(json.loads(file.read_text("utf-8"))["status"])
        return self._uploads

    def history(self, everything=False):
        """The reports on our handler since the last goal state (or ever), without repetitions."""
        reports = []
        for number, upload in enumerate(self.uploads):
            if everything or self._answers(number, upload):
                report = _report(upload)
                if not reports or report != reports[-1]:
                    reports.append(report)
        return reports

    def handler_status(self):
        """The latest report on our handler, whatever it answers; None when there is none."""
        uploads = self.uploads
        return _report(uploads[-1]) if uploads else None

    def wait_report(self, predicate, what, timeout=60):
        """Wait for an upload that answers the present goal state and satisfies predicate(report).

        The report is None in an upload that does not mention our handler.
        """
        def look():
            for number in range(self._ignored, len(self.uploads)):
                if self._answers(number, self._uploads[number]):
                    report = _report(self._uploads[number])
                    if predicate(report):
                        return [report]
            return None

        try:
            return self.machine.wait(look, timeout, what)[0]
        except MachineError as error:
            raise MachineError(f"{error}\n{evidence.brief(self)}") from None

    def wait_status(self, status, seq=None, version=None, timeout=60):
        """Wait until the extension itself is reported with that status; returns the report."""
        return self.wait_report(
            lambda report: report and report.settings and report.settings.status == status
            and seq in (None, report.settings.seq) and version in (None, report.version),
            f"status {status} seq {seq} version {version}", timeout)

    def wait_handler(self, status, code=None, version=None, timeout=60):
        """Wait until the guest agent reports the handler as Ready, NotReady, ..."""
        return self.wait_report(
            lambda report: report and report.status == status and code in (None, report.code)
            and version in (None, report.version),
            f"handler {status} code {code} version {version}", timeout)

    def wait_absent(self, timeout=60):
        """Wait until nothing is reported for our handler."""
        self.wait_report(lambda report: report is None, "handler absent", timeout)

    def forget_uploads(self):
        """Only later uploads count for the wait functions."""
        self._ignored = len(self.uploads)

    # Internals

    def _announce(self, extension, transport):
        if transport == "fasttrack" and not self.fast_track:
            raise ValueError("this HostGAPlugin has no vmSettings (fast_track=False)")
        self._last = extension, transport
        self._number += 1
        self._created = max(self._created + 1, goalstate.ticks())
        # 2.7.3 takes vmSettings only when ExtensionsConfig says the same. The incarnation is our
        # number because that is what the agent reports as the goal state it has processed.
        if transport == "fabric" or not self.newest:
            self._documents["incarnation"] = self._number
            self._documents["extensions_config"] = goalstate.extensions_config(
                extension, self._number, self._created)
        vm_settings = None
        if self.fast_track:
            source = "FastTrack" if transport == "fasttrack" else "Fabric"
            vm_settings = goalstate.vm_settings(extension, self._number, self._created, source)
        self._documents.update(etag=str(1000 + self._number), vm_settings=vm_settings,
                               imds=self.imds)
        self.forget_uploads()
        self._put("goal-state.json", json.dumps(self._documents).encode())

    def _answers(self, number, upload):
        """Whether an upload was made after the agent had processed the present goal state."""
        if number < self._ignored:
            return False
        artifacts = upload["aggregateStatus"].get("vmArtifactsAggregateStatus") or {}
        processed = artifacts.get("goalStateAggregateStatus") or {}
        return str(processed.get("inSvdSeqNo")) == str(self._number)

    def _serve(self):
        hosts = self.machine.read("/etc/hosts")
        name = goalstate.STORAGE.removeprefix("http://")
        self.machine.write("/etc/hosts", f"{hosts}{STORAGE} {name}\n")
        server = self.machine.spawn_outside([sys.executable, SERVER, "--state", self.state])
        self.machine.wait(lambda: (self.state / "listening").exists() or server.poll() is not None,
                          20, "the stand-in server")
        if server.poll() is not None:
            raise RuntimeError("the stand-in server ended:\n" + server.log.read_text("utf-8"))

    def _make_certificates(self):
        """A tenant certificate and the authority it names; the agent gets both, one with a key. Gives its thumbprint."""
        shutil.copytree(pki.cached(pki.CACHE / "tenant-certificates", _make_tenant), self.state, dirs_exist_ok=True)
        return (self.state / "tenant.thumbprint").read_text("ascii")

    def _put(self, name, content):
        partial = self.state / "partial"
        partial.write_bytes(content)
        os.replace(partial, self.state / name)


def _report(upload):
    """Our handler's entry of one upload, or None."""
    for entry in upload["aggregateStatus"].get("handlerAggregateStatus") or []:
        if entry["handlerName"] == goalstate.NAME:
            return Report(entry["handlerVersion"], entry["status"], entry.get("code", 0),
                          _message(entry), _settings(entry.get("runtimeSettingsStatus")))
    return None


def _settings(entry):
    if not entry:
        return None
    return report_of_status(entry["sequenceNumber"], entry["settingsStatus"]["status"])


def report_of_status(seq, status):
    """Settings of what the extension wrote."""
    rows = [Substatus(row.get("name"), row.get("status"), row.get("code"), _message(row))
            for row in status.get("substatus") or []]
    return Settings(int(seq), status.get("operation"), status.get("status"),
                    status.get("code"), _message(status), rows)


def _message(entry):
    return (entry.get("formattedMessage") or {}).get("message", "")


def _make_certificate(folder, name):
    certificate, key, authority = folder / f"{name}.crt", folder / f"{name}.key", folder / "authority"
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
             "-subj", f"/CN={name}", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key",
             "-keyout", str(key), "-out", str(certificate))
    return certificate


def _make_tenant(folder):
    path = {name: str(folder / name) for name in
            ("authority.crt", "authority.key", "tenant.crt", "tenant.key", "tenant.pfx")}
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", CRP,
             "-keyout", path["authority.key"], "-out", path["authority.crt"])
    _make_certificate(folder, "tenant")
    _openssl("pkcs12", "-export", "-passout", "pass:", "-keypbe", "PBE-SHA1-3DES",
             "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-in", path["tenant.crt"],
             "-inkey", path["tenant.key"], "-certfile", path["authority.crt"],
             "-out", path["tenant.pfx"])
    shown = _openssl("x509", "-in", path["tenant.crt"], "-noout", "-fingerprint", "-sha1")
    (folder / "tenant.thumbprint").write_text(shown.partition("=")[2].strip().replace(":", ""), encoding="ascii")


def _openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
    return done.stdout
