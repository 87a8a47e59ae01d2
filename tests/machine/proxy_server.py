#!/usr/bin/python3
"""An HTTP proxy for a machine whose names nobody else resolves.

    proxy_server.py --port 3128 --log FILE [--mode open|refuse|password|swallow] [--user NAME:PASSWORD]

Every name leads to 127.0.0.1, CONNECT HOST:PORT to that port there, "GET http://HOST/..." to port 80.
"ready" is printed once the port is open. LOG gets one line per request, "METHOD where status user".
refuse answers 403, password 407 until the right credentials come, swallow takes what comes and is silent.
"""

import argparse
import base64
import os
import select
import socket
import socketserver

ANSWERS = {200: "Connection established", 403: "Forbidden", 407: "Proxy Authentication Required"}
CHUNK = 1 << 16


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        while True:
            head = self.read_head()
            if not head:
                return
            lines = head.decode("latin-1").split("\r\n")
            method, where, _ = lines[0].split(" ", 2)
            fields = [line.split(": ", 1) for line in lines[1:] if ": " in line]
            user = self.user({name.lower(): value for name, value in fields})
            status = self.judge(user)
            self.server.record(method, where, status, user or "-")
            if self.server.mode == "swallow":
                self.request.recv(CHUNK)
                return
            if status != 200:
                self.refuse(status)
            elif method == "CONNECT":
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self.relay(socket.create_connection(("127.0.0.1", int(where.rsplit(":", 1)[1]))))
                return
            else:
                self.forward(method, where, lines)
                return

    def read_head(self):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(1)
            if not piece:
                return b""
            head += piece
        return head

    def user(self, fields):
        sent = fields.get("proxy-authorization", "")
        return base64.b64decode(sent[6:]).decode().split(":")[0] if self.right(sent) else ""

    def right(self, sent):
        return self.server.user and sent == "Basic " + base64.b64encode(self.server.user.encode()).decode()

    def judge(self, user):
        if self.server.mode == "refuse":
            return 403
        return 407 if self.server.mode == "password" and not user else 200

    def refuse(self, status):
        more = 'Proxy-Authenticate: Basic realm="stand-in"\r\n' if status == 407 else ""
        self.request.sendall(f"HTTP/1.1 {status} {ANSWERS[status]}\r\n{more}Content-Length: 0\r\n\r\n".encode())

    def forward(self, method, where, lines):
        path = "/" + where.split("://", 1)[1].split("/", 1)[1]
        kept = [line for line in lines[1:] if line and not line.lower().startswith(("proxy-", "connection:"))]
        server = socket.create_connection(("127.0.0.1", 80))
        server.sendall("\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode("latin-1"))
        self.relay(server)

    def relay(self, server):
        with server:
            while True:
                for ready in select.select([self.request, server], [], [])[0]:
                    data = ready.recv(CHUNK)
                    if not data:
                        return
                    (server if ready is self.request else self.request).sendall(data)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, port, mode, user, log):
        self.mode, self.user, self.log = mode, user, log
        super().__init__(("127.0.0.1", port), Handler)

    def record(self, *words):
        os.write(self.log, (" ".join(map(str, words)) + "\n").encode())

    def handle_error(self, request, client_address):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mode", choices=("open", "refuse", "password", "swallow"), default="open")
    parser.add_argument("--user", help="NAME:PASSWORD that are right")
    parser.add_argument("--log", required=True)
    options = parser.parse_args()
    log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    with Server(options.port, options.mode, options.user, log) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
