"""Names: both builds resolve them as the machine's own programs do, by /etc/hosts and /etc/resolv.conf, and say whom they asked."""

import json
import sys
from pathlib import Path

import repository
import server
from machine import MachineError
from onboarding_world import HERE
from scenario import for_families

FIRST, SECOND, CLOSED = "127.0.0.2", "127.0.0.3", "127.0.0.4"
VENDOR = repository.VENDOR_HOST
HOSTS = "127.0.0.1 localhost machine\n"
KNOWN = {name: "127.0.0.1" for name in server.HOSTS}
CONF = "/etc/resolv.conf"


class Dns:
    """One server; says() from the next question on."""

    def __init__(self, w, address):
        self.log, self.zone = w.folder / f"dns-{address}.log", w.folder / f"dns-{address}.json"
        self.says()
        process = w.machine.spawn_outside([sys.executable, "-B", str(HERE / "dns_server.py"), "--address", address,
                                           "--zone", str(self.zone), "--log", str(self.log)])
        w.machine.wait(lambda: "ready" in Path(process.log).read_text(), 20, "the DNS server")

    def says(self, names=None, **more):
        new = self.zone.with_suffix(".new")
        new.write_text(json.dumps({"names": names or {}, **more}))
        new.rename(self.zone)
        self.log.write_text("")

    def asked(self):
        return self.log.read_text().splitlines()


def by_dns(w):
    """A machine whose names come from two servers only; the extension unpacked, no guest agent."""
    w.install_unpacked()
    w.machine.write("/etc/hosts", HOSTS)
    w.first, w.second = Dns(w, FIRST), Dns(w, SECOND)
    w.seq = 0


def conf(w, *servers, more=""):
    w.machine.write(CONF, more + "".join(f"nameserver {each}\n" for each in servers))


def onboards(w):
    """A fresh machine to its end; afterwards a fresh one again."""
    w.seq += 1
    status, _ = w.enable_fresh(w.seq)
    assert status["status"] == "success", status
    w.assert_onboarded()
    w.make_fresh()


def begin(w, **settings):
    w.seq += 1
    w.settings_file(w.seq, maxWaitMinutes=5, **settings)
    w.enable(seq=w.seq)


def message(w):
    status = w.status(seq=w.seq)
    return status["formattedMessage"]["message"] if status else ""


def waits_saying(w, *words, timeout=40):
    try:
        w.machine.wait(lambda: all(each in message(w) for each in words), timeout, "what it says")
    except MachineError as error:
        raise AssertionError((words, message(w))) from error


def ends_well(w, timeout=60):
    assert w.wait_ended(w.seq, timeout=timeout)["status"] == "success"
    w.make_fresh()


@for_families("debian12", sweep=("debian11", "debian13", "el9", "fedora", "sles15"), timeout=240, direct=True)
def names_are_resolved_as_the_machine_does(w):
    by_dns(w)
    # cut short over UDP: asked again over TCP
    w.first.says(KNOWN, truncate=True)
    conf(w, FIRST)
    onboards(w)
    assert f"tcp A {VENDOR}" in w.first.asked(), w.first.asked()
    # the first one's answer counts, not the fastest: it is slow, the other one knows nothing
    w.first.says(KNOWN, delay=0.2)
    conf(w, FIRST, SECOND)
    onboards(w)
    assert not [line for line in w.second.asked() if VENDOR in line], w.second.asked()
    # the first one has closed: the second is asked
    w.second.says(KNOWN)
    conf(w, CLOSED, SECOND)
    onboards(w)
    # /etc/hosts goes first
    w.first.says({**KNOWN, VENDOR: CLOSED})
    w.machine.write("/etc/hosts", f"{HOSTS}127.0.0.1 {VENDOR}\n")
    conf(w, FIRST)
    onboards(w)
    assert not [line for line in w.first.asked() if f" A {VENDOR}" in line], w.first.asked()
    w.machine.write("/etc/hosts", HOSTS)
    # dots enough or not, the name itself is asked for at last
    w.first.says(KNOWN)
    conf(w, FIRST, more="search corp.test other.test\noptions ndots:5 timeout:1 attempts:2 edns0 trust-ad\n")
    onboards(w)
    assert f"udp A {VENDOR}.corp.test" in w.first.asked() and f"udp A {VENDOR}" in w.first.asked(), w.first.asked()


@for_families("debian12", sweep=("debian11", "debian13", "el9", "fedora", "sles15"), timeout=240, direct=True)
def a_name_that_is_not_resolved_is_told_with_who_was_asked(w):
    """The first one's no is the end of it, as for the machine's own programs; what time mends is waited for."""
    by_dns(w)
    unresolved = f"the name of {VENDOR} cannot be resolved (DNS servers asked: "
    w.second.says(KNOWN)
    conf(w, FIRST, SECOND)
    begin(w)
    waits_saying(w, f"{unresolved}{FIRST}, {SECOND} of {CONF})", "next try in")
    assert not [line for line in w.second.asked() if f" {VENDOR}" in line], w.second.asked()
    assert w.machine.run(["getent", "ahosts", VENDOR], check=False).returncode == 2
    w.first.says(KNOWN)
    ends_well(w)
    # nobody answers
    w.first.says(silent=True)
    conf(w, FIRST, more="options timeout:1 attempts:1\n")
    begin(w)
    waits_saying(w, f"{unresolved}{FIRST} of {CONF})")
    # and nobody is named
    w.machine.path(CONF).unlink()
    waits_saying(w, f"{unresolved}127.0.0.1, as there is no {CONF})")
    w.machine.write(CONF, "search corp.test\n")
    waits_saying(w, f"{unresolved}127.0.0.1, as {CONF} names no server)")
    w.first.says(KNOWN)
    conf(w, FIRST)
    ends_well(w)
