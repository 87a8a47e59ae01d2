"""The stand-in for Azure's side of a VM: WireServer, HostGAPlugin, storage, instance metadata.

Runs in a machine's network namespace (Azure in azure.py starts it) and speaks HTTP on the real
addresses. It decides nothing: what it answers lies as files in the folder given with --state, and
what the guest agent uploads is put there.

  goal-state.json  {"incarnation", "etag", "extensions_config", "vm_settings" (null: 404), "imds"}
  tenant.pfx       the certificates that the guest agent is given
  blobs/NAME       http://STORAGE/blobs/NAME
  uploads/N.json   every status the guest agent uploaded, in order
  requests.log     one line a request
"""

import argparse
import base64
import itertools
import json
import os
import subprocess
import tempfile
import textwrap
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import identity_pages

WIRE = "168.63.129.16"
METADATA = "169.254.169.254"
STORAGE = "127.0.0.80"
CIPHERS = {"AES128_CBC": "-aes128", "DES_EDE3_CBC": "-des3"}

VERSIONS = """<?xml version="1.0" encoding="utf-8"?>
<Versions><Preferred><Version>2015-04-05</Version></Preferred><Supported>
<Version>2015-04-05</Version><Version>2012-11-30</Version></Supported></Versions>"""

GOAL_STATE = """<?xml version="1.0" encoding="utf-8"?>
<GoalState><Version>2012-11-30</Version><Incarnation>{incarnation}</Incarnation>
<Machine><ExpectedState>Started</ExpectedState></Machine>
<Container><ContainerId>c6d5526c-5ac2-4200-b6e2-56f2b70c5ab2</ContainerId><RoleInstanceList>
<RoleInstance><InstanceId>instance.machine_0</InstanceId><State>Started</State><Configuration>
<HostingEnvironmentConfig>http://{wire}/hosting-environment</HostingEnvironmentConfig>
<SharedConfig>http://{wire}/shared-config</SharedConfig>
<ExtensionsConfig>http://{wire}/extensions-config</ExtensionsConfig>
<Certificates>http://{wire}/certificates</Certificates>
<ConfigName>deployment.0.deployment.0.machine.{incarnation}.xml</ConfigName>
</Configuration></RoleInstance></RoleInstanceList></Container></GoalState>"""

HOSTING_ENVIRONMENT = """<?xml version="1.0" encoding="utf-8"?>
<HostingEnvironmentConfig version="1.0.0.0"><Incarnation instance="machine"/>
<Deployment name="deployment"/><Role name="machine"/></HostingEnvironmentConfig>"""

SHARED_CONFIG = """<?xml version="1.0" encoding="utf-8"?>
<SharedConfig version="1.0.0.0"><Deployment name="deployment" incarnation="1"/></SharedConfig>"""

CERTIFICATES = """<?xml version="1.0" encoding="utf-8"?>
<CertificateFile><Version>2012-11-30</Version><Incarnation>1</Incarnation>
<Format>Pkcs7BlobWithPfxContents</Format><Data>{data}</Data></CertificateFile>"""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    state = None  # Path
    lock = threading.Lock()
    numbers = itertools.count(1)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        route = {(WIRE, 80): self.wire, (WIRE, 32526): self.host_plugin,
                 (STORAGE, 80): self.storage, (METADATA, 80): self.metadata}
        route[self.server.server_address]()

    def do_POST(self):
        """Health and telemetry: accepted and forgotten."""
        self.body()
        self.answer(200)

    def do_PUT(self):
        body = self.body()
        address = self.server.server_address
        if address == (WIRE, 32526) and self.route() == "/status":
            self.keep_upload("host plugin", base64.b64decode(json.loads(body)["content"]))
            self.answer(200)
        elif address == (STORAGE, 80) and self.route() == "/status/machine.status":
            self.keep_upload("direct", body)
            self.answer(201)
        else:
            self.answer(200)

    # GET, by address

    def wire(self):
        url = urllib.parse.urlsplit(self.path)
        wanted = urllib.parse.parse_qs(url.query).get("comp", [url.path.strip("/")])[0]
        goal_state = self.goal_state()
        if wanted == "versions":
            self.xml(VERSIONS)
        elif wanted == "goalstate":
            self.xml(GOAL_STATE.format(incarnation=goal_state["incarnation"], wire=WIRE))
        elif wanted == "hosting-environment":
            self.xml(HOSTING_ENVIRONMENT)
        elif wanted == "shared-config":
            self.xml(SHARED_CONFIG)
        elif wanted == "extensions-config":
            self.xml(goal_state["extensions_config"])
        elif wanted == "certificates":
            self.xml(CERTIFICATES.format(data=self.encrypt_certificates()))
        elif url.path.startswith("/metadata/"):
            self.metadata()
        else:
            self.answer(404)

    def host_plugin(self):
        goal_state = self.goal_state()
        if self.route() == "/versions":
            self.json(["2015-09-01"])
        elif self.route() == "/health":
            self.answer(200)
        elif self.route() == "/vmSettings" and goal_state["vm_settings"] is not None:
            if self.headers.get("if-none-match") == goal_state["etag"]:
                self.answer(304)
            else:
                self.json(goal_state["vm_settings"], {"ETag": goal_state["etag"]})
        elif self.route() == "/extensionArtifact":
            location = self.headers.get("x-ms-artifact-location", "")
            self.blob(urllib.parse.urlsplit(location).path)
        else:
            self.answer(404)

    def storage(self):
        self.blob(self.route())

    def metadata(self):
        """/metadata/instance or a part of it, as /metadata/instance/compute; tokens are identity_pages.py's."""
        folder = self.server.state.parent / "identity"
        if self.headers.get("User-Agent", "").startswith(identity_pages.OURS):
            found = identity_pages.answer(folder, "imds", self.path, self.headers)
            if found:
                self.answer_with(*found)
                return
        if self.headers.get("Metadata", "").lower() != "true":
            self.answer(400)
            return
        value = self.goal_state()["imds"]
        for part in self.route().strip("/").split("/")[2:]:
            value = value.get(part) if isinstance(value, dict) else None
        self.json(value) if value is not None else self.answer(404)

    # What they share

    def answer_with(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def route(self):
        return urllib.parse.urlsplit(self.path).path

    def goal_state(self):
        return json.loads((self.server.state / "goal-state.json").read_text("utf-8"))

    def encrypt_certificates(self):
        """The tenant's certificates, readable by the guest agent that asks and nobody else."""
        pem = "\n".join(textwrap.wrap(self.headers["x-ms-guest-agent-public-x509-cert"], 64))
        cipher = CIPHERS[self.headers["x-ms-cipher-name"]]
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as certificate:
            certificate.write(
                f"-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n")
            certificate.flush()
            done = subprocess.run(
                ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-keyid", cipher,
                 "-in", str(self.server.state / "tenant.pfx"), certificate.name],
                check=True, stdout=subprocess.PIPE)
        return base64.encodebytes(done.stdout).decode()  # in lines: openssl refuses one long one

    def blob(self, path):
        file = self.server.state / "blobs" / os.path.basename(path)
        if path.startswith("/blobs/") and file.is_file():
            self.answer(200, file.read_bytes(), "application/octet-stream")
        else:
            self.answer(404)

    def keep_upload(self, way, content):
        folder = self.server.state / "uploads"
        with self.server.lock:
            file = folder / f"{next(self.server.numbers):06}.json"
            partial = folder / "partial"
            partial.write_text(json.dumps({"way": way, "status": json.loads(content)}), "utf-8")
            partial.rename(file)

    def body(self):
        """The agent sends chunks when it does not know the length."""
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        content = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            content += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return content

    def xml(self, text):
        self.answer(200, text.encode(), "text/xml; charset=utf-8")

    def json(self, value, headers=None):
        self.answer(200, json.dumps(value).encode(), "application/json", headers)

    def answer(self, code, content=b"", kind="text/plain", headers=None):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):  # the base class chose the name
        line = f"{self.log_date_time_string()} {self.server.server_address[0]} {format % args}\n"
        with open(self.server.state / "requests.log", "a", encoding="utf-8") as log:
            log.write(line)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--state", type=Path, required=True)
    Server.state = options.parse_args().state
    servers = [Server(address, Handler)
               for address in ((WIRE, 80), (WIRE, 32526), (STORAGE, 80), (METADATA, 80))]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    (Server.state / "listening").touch()
    threading.Event().wait()


if __name__ == "__main__":
    main()
