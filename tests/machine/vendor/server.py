#!/usr/bin/python3
"""Serves a folder per host name over HTTPS and HTTP, and misbehaves when told to.

    server.py --root DIR [--address 127.0.0.1] [--https 443] [--http 80] [--certificate KIND]
              [--log FILE] [--faults FILE]

ROOT/<Host>/<path> is what is served. "ready" is printed once all ports are open. A port 0 is
not opened. Run it inside a machine's network namespace; the machine must trust ca_pem().

LOG gets one line per request, "METHOD host path status bytes agent", before the answer's body is
sent: its length, and who asked by the first word of User-Agent. Status is 000 when the fault is that
none is sent. A handshake that fails leaves "TLS - - 000 0 -".

FAULTS is a JSON object, read anew at each request: path prefix, with or without the host in
front ("/keys/", "packages.microsoft.com/keys/", "" for everything) -> an object with any of

    wait_file    hold the answer back until this file exists
    delay        hold it back for so many seconds
    unreachable  true: reset the connection
    close        true: close it without a word
    status       answer with this status, and with "body" (default: a short text)
    body         answer with this text, status 200 unless said otherwise
    headers      more header fields, or other values of them (such as Date)
    truncate     promise everything, send so many bytes, close
    stall        promise everything, send so many bytes, then hold the line until the fault is
                 taken out of the file
    pause        send so many bytes, hold the line until the fault is taken out of the file, send the rest
    times        only for so many requests from now on; counted anew when the file changes

The longest prefix that fits counts. write_faults() writes the file in one go.
"""

import argparse
import email.utils
import hashlib
import http.server
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import sys
import threading
import time

for _folder in ("fixtures", "machine"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / _folder))
import identity_pages  # noqa: E402
import pki  # noqa: E402

# What the sensor of fixtures/onboarding.py's packages talks to: nothing is served there, and any answer will do.
SENSOR_HOSTS = ("edr-weu.eu.endpoint.stand-in.test", "eu.events.stand-in.test", "events.stand-in.test",
                "mdav.eu.endpoint.security.microsoft.com", "go.microsoft.com")
# The vendor, the distributions, a company's own mirror, somebody else's repository, and a customer's storage.
# Azure's Resource Managers are identity_pages.py's (--identity FOLDER).
STORAGE = "customer.blob.core.windows.net"
HOSTS = ("packages.microsoft.com", "deb.distro.test", "rpm.distro.test", "mirror.company.test", "repository.foreign.test",
         STORAGE, *identity_pages.HOSTS["arm"], *SENSOR_HOSTS)
AUTHORITY = "Stand-in Microsoft TLS CA"  # by its name somebody on the way is told from the vendor
CERTIFICATES = pki.CACHE / f"tls-certificates-{hashlib.sha256(repr((HOSTS, AUTHORITY)).encode()).hexdigest()[:8]}"
KINDS = ("good", "foreign", "expired", "future", "other-name")
CHUNK = 1 << 16
TICK = 0.02


# ---- certificates ----------------------------------------------------------------------------

def _make_certificates(directory):
    def leaf(name, issuer, hosts, **more):
        names = ",".join(f"DNS:{host}" for host in hosts)
        pki.make(directory, name, f"/CN={hosts[0]}", issuer,
                 (f"subjectAltName={names}", "extendedKeyUsage=serverAuth"), **more)

    pki.make(directory, "ca", f"/O=Stand-in/CN={AUTHORITY}")
    pki.make(directory, "foreign-ca", "/O=Elsewhere/CN=Elsewhere Inspection CA")
    leaf("good", "ca", HOSTS)
    leaf("foreign", "foreign-ca", HOSTS)
    leaf("expired", "ca", HOSTS, days=(-60, -10))
    leaf("future", "ca", HOSTS, days=(10, 60))
    leaf("other-name", "ca", ("elsewhere.test",))


def certificates():
    """The folder with KIND.pem and KIND.key."""
    return pki.cached(CERTIFICATES, _make_certificates)


def ca_pem(name="ca"):
    """The certificate to append to a machine's trusted ones, as text; "foreign-ca": the one of an inspecting site."""
    return (certificates() / f"{name}.pem").read_text()


# ---- faults ----------------------------------------------------------------------------------

def write_faults(file, faults):
    """Stages FAULTS from the next request on; {} takes all away."""
    new = pathlib.Path(f"{file}.new")
    new.write_text(json.dumps(faults))
    new.rename(file)


class Faults:
    """The faults file as it is now, and how often each fault was used since it changed."""

    def __init__(self, file):
        self.file, self.lock = file, threading.Lock()
        self.text, self.used = None, {}

    def _read(self):
        try:
            return pathlib.Path(self.file).read_text() if self.file else "{}"
        except FileNotFoundError:
            return "{}"

    def find(self, host, path):
        """The prefix and the fault for a request."""
        with self.lock:
            text = self._read()
            if text != self.text:
                self.text, self.used = text, {}
            faults = json.loads(text)
            fitting = [p for p in faults if path.startswith(p) or (host + path).startswith(p)]
            for prefix in sorted(fitting, key=lambda p: len(p[p.find("/"):]), reverse=True):
                used = self.used[prefix] = self.used.get(prefix, 0) + 1
                if used <= faults[prefix].get("times", used):
                    return prefix, faults[prefix]
            return None, {}

    def stands(self, prefix):
        """Whether the file still has this fault."""
        return prefix in json.loads(self._read())


# ---- requests --------------------------------------------------------------------------------

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "stand-in", ""
    disable_nagle_algorithm = True      # else each answer waits 40 ms for an acknowledgement
    timeout = 300

    def log_message(self, *_):
        pass

    def do_GET(self):
        host = self.headers.get("Host", "-").split(":")[0].lower()
        path = self.path.split("?")[0]
        prefix, fault = self.server.faults.find(host, path)
        self.hold_back(fault)
        if fault.get("unreachable") or fault.get("close"):
            self.record(host, "000", b"")
            self.hang_up(reset=fault.get("unreachable"))
            return
        status, headers, body = self.answer(host, path, fault)
        headers.update(fault.get("headers", {}))
        self.record(host, status, body)
        self.send_response_only(status)
        headers.setdefault("Date", email.utils.formatdate(usegmt=True))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD" or status == 304:
            return
        self.send_body(body, prefix, fault)

    do_HEAD = do_GET

    def record(self, host, status, body):
        words = self.headers.get("User-Agent", "-").split()
        self.server.record(self.command, host, self.path, status, 0 if self.command == "HEAD" else len(body), words[0] if words else "-")

    def hold_back(self, fault):
        while "wait_file" in fault and not os.path.exists(fault["wait_file"]):
            time.sleep(TICK)
        time.sleep(fault.get("delay", 0))

    def hang_up(self, reset=False):
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            socket.socket.close(self.connection)

    def answer(self, host, path, fault):
        """Status, header fields and body."""
        if "status" in fault or "body" in fault:
            status = fault.get("status", 200)
            body = fault.get("body", f"stand-in answer {status}\n").encode()
            return status, {"Content-Length": len(body), "Content-Type": "text/html"}, body
        if host in identity_pages.HOSTS["arm"] and self.server.identity:
            found = identity_pages.answer(self.server.identity, "arm", self.path, self.headers)
            if found:
                return found
        folder = (self.server.root / host).resolve()
        file = (folder / path.lstrip("/")).resolve()
        if folder.parent != self.server.root or folder not in file.parents or not file.is_file():
            body = b"<html><body>Not here</body></html>\n"
            return 404, {"Content-Length": len(body), "Content-Type": "text/html"}, body
        data = file.read_bytes()
        changed = email.utils.formatdate(file.stat().st_mtime, usegmt=True)
        headers = {"Last-Modified": changed, "Accept-Ranges": "bytes",
                   "Content-Type": "application/octet-stream"}
        if self.headers.get("If-Modified-Since") == changed:
            return 304, headers, b""
        status, first, last = 200, 0, len(data) - 1
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and self.headers.get("If-Range", changed) == changed:
            status, first = 206, int(wanted[1])
            last = min(int(wanted[2] or last), last)
            if first > last:
                headers.update({"Content-Range": f"bytes */{len(data)}", "Content-Length": 0})
                return 416, headers, b""
            headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        headers["Content-Length"] = last + 1 - first
        return status, headers, data[first:last + 1]

    def send_body(self, body, prefix, fault):
        part = min(len(body), *(fault.get(kind, len(body)) for kind in ("truncate", "stall", "pause")))
        self.send_part(body, 0, part)
        if "stall" in fault or "pause" in fault:
            while self.server.faults.stands(prefix):
                time.sleep(TICK)
        if "pause" in fault:
            self.send_part(body, part, len(body))
        elif part < len(body):
            self.hang_up()

    def send_part(self, body, first, end):
        for at in range(first, end, CHUNK):
            self.wfile.write(body[at:min(at + CHUNK, end)])


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address, root, faults_file=None, log=None, certificate=None, identity=None):
        """LOG is a file descriptor; with CERTIFICATE (one of KINDS) it is HTTPS."""
        self.identity = identity
        self.root, self.log = pathlib.Path(root).resolve(), log
        self.faults, self.context = Faults(faults_file), None
        if certificate:
            chain = certificates() / certificate
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(f"{chain}.pem", f"{chain}.key")
        super().__init__(address, Handler)

    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address    # without a name look-up

    def finish_request(self, request, client_address):
        """In the connection's own thread, so that a slow handshake holds up nobody else."""
        if self.context:
            try:
                request.settimeout(30)
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:
                self.record("TLS", "-", "-", "000", 0, "-")
                return
        super().finish_request(request, client_address)
        if self.context:
            try:
                request.settimeout(2)
                request.unwrap()        # apt reports an end without it as an error
            except (OSError, ValueError):
                pass
            request.close()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def record(self, *words):
        if self.log:
            os.write(self.log, (" ".join(map(str, words)) + "\n").encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", required=True, help="folder with a folder per host name")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--https", type=int, default=443, help="0: no HTTPS")
    parser.add_argument("--http", type=int, default=80, help="0: no HTTP")
    parser.add_argument("--certificate", choices=KINDS, default="good")
    parser.add_argument("--log", help="access log")
    parser.add_argument("--identity", help="folder of identity_pages.py")
    parser.add_argument("--faults", help="faults file; it need not exist")
    options = parser.parse_args()

    log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) \
        if options.log else None
    ports = [(options.https, options.certificate), (options.http, None)]
    servers = [Server((options.address, port), options.root, options.faults, log, certificate, options.identity)
               for port, certificate in ports if port]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
