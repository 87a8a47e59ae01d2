"""What a person sees of a download: a bar, where its size is known."""

import re

from hand import FILE, PLACE, PROGRAM, SETTINGS, bring, call, give, history, last_pid, taken
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


STOP, GO_ON = "\x13", "\x11"  # Ctrl-S, Ctrl-Q


def on_a_stopped_terminal(w, words, then):
    """A program that begins when its terminal is stopped already, and what is done while it is."""
    with Terminal(w.machine, ["setsid", "--ctty", "sh", "-c", f'read go; exec {PROGRAM} {words}']) as terminal:
        terminal.send(STOP + "go\r")
        return then(terminal)


def writes_its_answer(w, name):
    """It waits for its terminal to take what it prints."""
    done = w.machine.run(["sh", "-c", f'cat "/proc/$(pgrep -fx "{PROGRAM} {name}.*")/syscall"'], check=False)
    return re.match(r"1 0x[12] ", done.stdout)  # write()


@scenario(timeout=180)
def a_terminal_that_is_stopped_holds_nobody_up(w):
    bring(w)
    give(w, FILE, w.package())
    w.hold_postinst()
    with Terminal(w.machine, ["setsid", "--ctty", PROGRAM, "onboard", FILE, "--settings", SETTINGS]) as terminal:
        terminal.wait("package: ")
        w.wait_postinst()
        terminal.send(STOP)
        w.release()
        done = call(w, "status", "--wait", "--timeout", "60")
        assert done.returncode == 0 and history(w)["verdict"] == "succeeded", done
        assert "is onboarded: tenant" not in terminal.text
        terminal.send(GO_ON)
        assert terminal.end() == 0, terminal.text
        assert re.search(r"(?m)^package +done \d+\.\d s$", terminal.text) and "is onboarded: tenant" in terminal.text, terminal.text
    w.assert_onboarded()

    def ended_by_kill(terminal):
        w.machine.wait(lambda: writes_its_answer(w, "onboard"), 60, "the answer")
        assert call(w, "status", "--wait", "--timeout", "5").returncode == 0
        w.machine.run(["kill", "-TERM", last_pid(w)])
        terminal.send(GO_ON)
        assert terminal.end() == 1, terminal.text
    on_a_stopped_terminal(w, f"onboard {FILE} --settings {SETTINGS}", ended_by_kill)

    def asked(terminal):
        w.machine.wait(lambda: writes_its_answer(w, "generalize"), 60, "the answer")
        assert call(w, "status", "--wait", "--timeout", "5").returncode == 0
        terminal.send(GO_ON)
        assert terminal.end() == 3 and "With --yes it is." in terminal.text, terminal.text
    on_a_stopped_terminal(w, "generalize", asked)
    taken(w)


@scenario()
def no_shell_suspends_who_holds_the_lock(w):
    bring(w)
    give(w, FILE, w.package())
    with Terminal(w.machine, ["setsid", "--ctty", "bash", "--norc", "-i"]) as terminal:
        terminal.send(f"stty tostop; {PROGRAM} onboard {FILE} --settings {SETTINGS} &\r")
        terminal.wait("is onboarded: tenant", 60)
        w.machine.write("/run/systemd/system/mdatp.service.d/slow.conf",
                        "[Service]\nExecStop=/bin/sh -c 'until [ -e /run/stop ]; do sleep 0.05; done'\n")
        w.machine.run(["systemctl", "daemon-reload"])
        terminal.send(f"{PROGRAM} generalize --yes\r")
        w.machine.wait(lambda: w.unit("mdatp", "ActiveState")["ActiveState"] == "deactivating", 10, "the sensor to be stopped")
        terminal.send("\x1a")
        w.machine.write("/run/stop", "")
        terminal.wait("The sensor is stopped")
        assert "Stopped" not in terminal.text, terminal.text
        terminal.send("exit\r")
        assert terminal.end() == 0, terminal.text
    taken(w)
