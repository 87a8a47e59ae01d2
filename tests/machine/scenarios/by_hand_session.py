"""onboard in a login session: what becomes of it when the session ends."""

from hand import FILE, LOGS, PROGRAM, SETTINGS, bring, give, history, taken
from scenario import scenario
from terminal import Terminal

LOGIND = "[Login]\nKillUserProcesses=yes\nKillExcludeUsers=\n"


# A program of the machine's that apt starts and nobody ends.
STRAY = 'DPkg::Post-Invoke { "setsid sleep 54321 </dev/null >/dev/null 2>&1 &"; };\n'


def sessions(w):
    return w.machine.run(["loginctl", "list-sessions", "--no-legend"]).stdout.split("\n")[:-1]


def log(w):
    path = f"{LOGS}/mde-linux.log"
    return w.machine.read(path) if w.machine.exists(path) else ""


def scopes(w):
    return w.machine.run(["systemctl", "list-units", "--plain", "--no-legend", "mde-linux-by-hand-*.scope"]).stdout.split()[:1]


@scenario(root="bookworm-av", timeout=90)
def a_hangup_and_the_end_of_the_session_cut_no_installation_off(w):
    w.prepare()
    w.machine.write("/etc/systemd/logind.conf.d/kill.conf", LOGIND)
    w.machine.run(["systemctl", "restart", "systemd-logind"])
    bring(w)
    give(w, FILE, w.package())
    w.machine.write("/etc/apt/apt.conf.d/99stray", STRAY)
    w.hold_postinst()
    with Terminal(w.machine, ["setsid", "--ctty", "su", "--login"]) as terminal:
        terminal.wait("#")
        assert len(sessions(w)) == 1, sessions(w)
        terminal.send(f"{PROGRAM} onboard {FILE} --settings {SETTINGS}\r")
        w.wait_postinst()
        scope, = scopes(w)
        assert w.unit(scope, "Slice", "Description")["Slice"] == "system.slice"
        assert f"runs in {scope} from now on: the end of session-" in log(w), log(w)
        terminal.hang_up()
        w.machine.run(["pkill", "-HUP", "-x", "bash"])  # as the kernel does where the shell leads the session, below sshd
        w.machine.wait(lambda: not sessions(w), 30, "the end of the session")
        # nor does a stop of all units, as at a shutdown
        w.machine.run(["systemctl", "stop", "--no-block", scope])
        w.machine.wait(lambda: w.unit(scope, "ActiveState")["ActiveState"] == "deactivating", 10, "the scope to be stopped")
        w.release()
        w.machine.wait(lambda: "stopped: " in log(w), 30, "the end of the run")
    # what was left behind does not hold up a shutdown: the scope would wait for it
    w.machine.wait(lambda: not scopes(w), 10, "the end of the scope")
    assert "processes that this run had left behind" in log(w), log(w)
    w.machine.run(["rm", "/etc/apt/apt.conf.d/99stray"])
    w.assert_never_cut_off()
    assert w.package_state() == "ii" and w.installations() == 1
    assert history(w)["verdict"] == "failed" and history(w)["reason"] == "stopped", history(w)
    # the next one goes on from there; outside a session nothing is moved
    done = w.machine.run([PROGRAM, "onboard", FILE, "--settings", SETTINGS], timeout=60)
    assert done.returncode == 0 and log(w).count("from now on") == 1, done
    w.assert_onboarded()
    w.assert_sane()
    taken(w)
