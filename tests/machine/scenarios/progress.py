"""What a person sees of a download: a bar, where its size is known."""

import re

from hand import FILE, PLACE, PROGRAM, SETTINGS, bring, give, taken
from scenario import for_families, scenario
from terminal import Terminal

MIB = 1 << 20
BAR = r"(?m)^(\S+) \[(#+)(\.+)\]  ?(\d+) %  (\d+) of (\d+) (\S+)(  \d+ s)?$"


def bar(terminal, unit):
    """The bar on the screen, as what it says: stage, how much of it is drawn, percent, sizes; or None."""
    found = re.search(BAR, terminal.text)
    if not found or found[7] != unit:
        return None
    full, open_ = len(found[2]), len(found[3])
    return found[1], 100 * full // (full + open_), int(found[4]), int(found[5]), int(found[6])


def agrees(seen, total):
    stage, drawn, percent, done, size = seen
    assert abs(drawn - percent) <= 15 and abs(size - total) <= 1 and abs(percent - 100 * done / size) <= 5, seen
    return seen


@for_families("debian12", "el9", "fedora", "sles15", sweep=("el8", "el10", "sles157", "sles16"))
def a_package_is_a_bar_while_it_comes(w):
    w.prepare(ballast_mib=24)
    bring(w)
    give(w, FILE, w.package())
    w.machine.run(["mkdir", "-p", "/var/adm/mount"])  # where SUSE's zypper has what comes; here it would take its temporary folder
    w.faults({w.vendor.packages: {"pause": 10 * MIB}})
    with Terminal(w.machine, [PROGRAM, "onboard", FILE, "--settings", SETTINGS]) as terminal:
        seen = agrees(terminal.wait(lambda t: (found := bar(t, "MiB")) and found[3] >= 9 and found), 24)
        assert 35 <= seen[2] <= 45 and seen[0] in ("package", "repository"), seen
        w.let_download_go()
        assert terminal.end() == 0, terminal.text
        assert all(len(line) < 80 for line in terminal.lines) and "%" not in terminal.text, terminal.text
    w.assert_onboarded()
    log = w.machine.read("/var/log/mde-linux/mde-linux.log")
    assert " %" not in log and " of 24 MiB" not in log, log
    taken(w)


@scenario()
def an_onboarding_package_is_a_bar_while_it_comes(w):
    w.install_unpacked()
    bring(w)
    script = w.package()
    (w.served / PLACE).parent.mkdir(parents=True)
    (w.served / PLACE).write_bytes(script)
    w.faults({PLACE: {"pause": len(script) // 2}})
    with Terminal(w.machine, [PROGRAM, "onboard", "--uri", f"https://{PLACE}", "--settings", SETTINGS], columns=60) as terminal:
        seen = agrees(terminal.wait(lambda t: (found := bar(t, "B")) and found[2] >= 40 and found), len(script))
        assert seen[0] == "onboarding-package" and seen[2] <= 50, seen
        w.faults({})
        assert terminal.end() == 0, terminal.text
    w.assert_onboarded()


def told(terminal):
    """(stage, its words), a line each, put together again where the screen wraps them."""
    text = re.sub(r"\n {21}(?=\S)", " ", terminal.text)
    return re.findall(r"(?m)^(\S+) {2,}(\S.*)$", text.replace("\r", ""))


def waits(terminal):
    return [words for stage, words in told(terminal) if re.match(r"(\d+ s: )?waiting \d+ s for apt: ", words)]


@scenario(waits=True, timeout=180)
def a_terminal_of_lines_tells_who_holds_the_lock_and_little_else(w):
    bring(w)
    give(w, FILE, w.package())
    w.hold_locks()
    with Terminal(w.machine, [PROGRAM, "onboard", FILE, "--settings", SETTINGS], term="dumb", rows=60) as terminal:
        first, = terminal.wait(waits)
        assert re.match(r"waiting \d s for apt: hold-lock \(pid \d+, busy-apt\.service, for \d+ s\)", first), first
        assert " holds /var/lib/" in first, first
        # another one takes it: a line again, but not for each second before
        w.start_unit("other-apt.service", "/bin/sh", "-c", "sleep infinity | exec python3 /root/hold-lock > /run/other")
        w.machine.run(["systemctl", "stop", "busy-apt.service"])
        w.machine.wait(lambda: "held" in w.machine.read("/run/other"), 10, "the other holder")
        terminal.wait(lambda t: "other-apt.service" in "".join(waits(t)))
        same, second = waits(terminal)
        assert same == first and 10 <= int(re.match(r"(\d+) s: waiting ", second)[1]) <= 20, terminal.text
        w.machine.run(["systemctl", "stop", "other-apt.service"])
        assert terminal.end() == 0, terminal.text
        assert waits(terminal) == [first, second] and "is onboarded: tenant" in terminal.text, terminal.text
        assert b"\x1b" not in terminal.output and b"\r\r" not in terminal.output, terminal.output
        lines = told(terminal)
        quick = {stage for stage, words in lines if re.match(r"done [01]\.\d s$", words)}
        assert quick and all(stage not in quick or words.startswith("done ") for stage, words in lines), lines
    w.assert_onboarded()
    taken(w)
