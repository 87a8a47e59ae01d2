#!/usr/bin/python3
"""A DNS server for a machine, over UDP and TCP; run it in the machine's network namespace.

    dns_server.py --address 127.0.0.2 --zone FILE --log FILE

"ready" is printed once both ports 53 are open. ZONE is a JSON object, read anew at each question:

    names     {name: address}; any other name gets NXDOMAIN. Of a name that is there only A has an answer.
    truncate  true: over UDP every answer is cut short (TC) and holds nothing
    silent    true: no answer
    delay     seconds before an answer over UDP

LOG gets a line per question, "udp|tcp TYPE NAME".
"""

import argparse
import json
import socketserver
import struct
import threading
import time
from pathlib import Path

A, TYPES = 1, {1: "A", 28: "AAAA"}
NXDOMAIN = 3
QR_RD_RA, TC = 0x8180, 0x0200
TTL = 1


def question(message):
    """(name in lower case, type, the question's bytes)"""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("ascii"))
        at += 1 + message[at]
    kind, = struct.unpack_from(">H", message, at + 1)
    return ".".join(labels).lower(), kind, message[12:at + 5]


def answer(message, zone, udp):
    name, kind, asked = question(message)
    address = zone.get("names", {}).get(name)
    flags, records = QR_RD_RA, b""
    if udp and zone.get("truncate"):
        flags |= TC
    elif address is None:
        flags |= NXDOMAIN
    elif kind == A:
        records = struct.pack(">HHHIH4B", 0xC00C, A, 1, TTL, 4, *map(int, address.split(".")))
    return message[:2] + struct.pack(">5H", flags, 1, bool(records), 0, 0) + asked + records


class Stand:
    def __init__(self, zone, log):
        self.zone, self.log, self.lock = zone, log, threading.Lock()

    def reply(self, message, udp):
        """The answer's bytes, or None."""
        zone = json.loads(self.zone.read_text())
        name, kind, _ = question(message)
        with self.lock, open(self.log, "a", encoding="ascii") as log:
            log.write(f"{'udp' if udp else 'tcp'} {TYPES.get(kind, kind)} {name}\n")
        if zone.get("silent"):
            return None
        time.sleep(zone.get("delay", 0) if udp else 0)
        return answer(message, zone, udp)


class OverUdp(socketserver.BaseRequestHandler):
    def handle(self):
        message, socket = self.request
        reply = self.server.stand.reply(message, True)
        if reply:
            socket.sendto(reply, self.client_address)


class OverTcp(socketserver.StreamRequestHandler):
    def handle(self):
        while len(head := self.rfile.read(2)) == 2:
            reply = self.server.stand.reply(self.rfile.read(int.from_bytes(head, "big")), False)
            if reply is None:
                return
            self.wfile.write(len(reply).to_bytes(2, "big") + reply)


class Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", required=True)
    parser.add_argument("--zone", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    options = parser.parse_args()
    udp, tcp = Udp((options.address, 53), OverUdp), Tcp((options.address, 53), OverTcp)
    udp.stand = tcp.stand = Stand(options.zone, options.log)
    threading.Thread(target=udp.serve_forever, daemon=True).start()
    print("ready", flush=True)
    tcp.serve_forever()


if __name__ == "__main__":
    main()
