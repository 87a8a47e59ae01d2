"""Where the program must run as well: without a message bus, with systemd and the bus beginning anew under it, on an old kernel."""

from pathlib import Path

import hand
import programs
from onboarding_world import PROGRAM, STATE, VERSION, WORKER
from scenario import for_families, scenario

BUS = ("dbus.socket", "dbus.service")
BUS_PROGRAMS = ("/usr/bin/dbus-daemon", "/usr/bin/dbus-broker", "/usr/bin/dbus-broker-launch")
TIMER = "mde-linux-recheck.timer"
SERVICE = "mde-linux-recheck.service"
OLD_KERNEL = Path(__file__).resolve().parents[2] / "portable/old-kernel.c"
PLAYER = "/usr/local/bin/old-kernel"
UNAME26 = 0x20000  # of personality(2)


def take_bus_away(w):
    """As where its package was never installed: only systemd's private socket is left."""
    w.machine.run(["systemctl", "mask", "--now", *BUS])
    w.machine.run(["rm", "-f", *BUS_PROGRAMS, "/run/dbus/system_bus_socket"])
    w.machine.wait(lambda: not w.machine.run(["pgrep", "dbus"], check=False).stdout, 10, "the bus to be gone")
    done = w.machine.run(["busctl", "--timeout=3", "list"], check=False)
    assert done.returncode != 0, done


@for_families("fedora", sweep=("debian11", "debian12", "debian13", "el9", "sles15"))
def without_a_message_bus(w):
    """Each verb and each unit of ours; the sensor goes through the real package manager."""
    w.prepare()
    take_bus_away(w)
    w.onboard()
    w.assert_onboarded()
    w.assert_quiet()
    assert w.unit(TIMER, "ActiveState", "UnitFileState") == {"ActiveState": "active", "UnitFileState": "enabled"}
    # a look by the timer's unit mends what went wrong
    w.machine.run(["systemctl", "disable", "--now", "mdatp.service"])
    runs = w.runs()
    w.machine.run(["systemctl", "start", SERVICE])
    w.machine.wait(lambda: w.unit("mdatp", "ActiveState")["ActiveState"] == "active", 30, "the sensor to be started again")
    w.assert_quiet()
    assert w.runs() == runs + 1 and w.unit(SERVICE, "Result")["Result"] == "success"
    w.assert_onboarded()
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent()
    assert not [place for place in (PROGRAM, STATE, f"/run/systemd/system/{WORKER}", f"/etc/systemd/system/{TIMER}")
                if w.machine.exists(place)]
    units = w.machine.run(["systemctl", "list-units", "--all", "--plain", "--no-legend", "mde-linux*", "mdelinux*"]).stdout
    assert not units, units
    w.assert_onboarded()


def shake(w, log):
    """systemd is executed anew, reads its units anew, and the bus is started anew; the worker goes on."""
    worker = w.unit(WORKER, "MainPID", "ActiveState")
    assert worker["ActiveState"] == "active", worker
    w.machine.run(["systemctl", "daemon-reexec"])
    w.machine.run(["systemctl", "daemon-reload"])
    w.machine.run(["systemctl", "restart", "dbus.service"])
    w.machine.wait(lambda: w.machine.run(["busctl", "status"], check=False).returncode == 0, 20, "the bus")
    assert w.unit(WORKER, "MainPID", "ActiveState") == worker
    # who asks meanwhile is answered
    assert w.enable().returncode == 0 and w.status()["status"] == "transitioning", w.status()
    log.append(worker["MainPID"])


@for_families("debian12", sweep=("fedora", "debian11", "debian13", "el9", "sles15"))
def systemd_and_the_bus_begin_anew_under_the_worker(w):
    """In its own request, in a download, in the package's script, in the wait for the sensor: one run, a good end."""
    w.prepare(knobs={"postinst_wait_file": "/run/go", "licence_file": "/run/licence"})
    w.publish()
    w.ask(maxWaitMinutes=5)
    pids = []
    let_go = w.hold_back("/config/")
    w.agent.start()
    w.wait_told("looking up the package repository")
    shake(w, pids)
    let_repository_go, let_go = let_go, w.hold_back(w.vendor.packages)
    let_repository_go()
    w.wait_told("downloading mdatp")
    shake(w, pids)
    let_go()
    w.wait_postinst()
    shake(w, pids)
    w.release()
    w.wait_told("waiting for the sensor to be licensed", timeout=60)
    shake(w, pids)
    w.touch("/run/licence")
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()
    w.assert_never_cut_off()
    assert len(set(pids)) == 1 and w.runs() == 1 and w.count_installed() == 1, pids
    w.assert_sane()


def play_old_kernel(w):
    """For the extension's verbs and units, and what they start; what systemd starts has the machine's own."""
    w.machine.write(PLAYER, programs.program(OLD_KERNEL), 0o755)
    w.under = (PLAYER,)
    for unit, words in ((WORKER, "ExecStart=\nExecStart={} worker\nExecStopPost=\nExecStopPost={} conclude"), (SERVICE, "ExecStart=\nExecStart={} recheck")):
        w.machine.write(f"/etc/systemd/system/{unit}.d/old-kernel.conf", f"[Service]\n{words.replace('{}', f'{PLAYER} {PROGRAM}')}\n")


def has_old_kernel(w, unit):
    pid = w.unit(unit, "MainPID")["MainPID"]
    return bool(int(w.machine.run(["cat", f"/proc/{pid}/personality"]).stdout, 16) & UNAME26)


@for_families("debian12", sweep=("fedora", "debian11", "debian13", "el9", "sles15"), static=True)
def a_whole_life_on_an_old_kernel(w):
    """3.10, as far as a filter plays it; its number is a 2.6, which no sensor would run on."""
    w.install_unpacked()
    play_old_kernel(w)
    let_go = w.hold_back("/config/")
    w.settings_file(0, maxWaitMinutes=5, skipChecks=["kernel"])
    w.enable(check=True)
    w.machine.wait(lambda: "looking up the package repository" in w.status()["formattedMessage"]["message"], 30, "the worker to ask")
    assert has_old_kernel(w, WORKER)
    let_go()
    status = w.wait_ended(0)
    assert status["status"] == "success", status
    w.assert_onboarded()
    assert not has_old_kernel(w, "mdatp")
    w.assert_quiet()
    assert w.unit(WORKER, "Result")["Result"] == "success" and not w.leftovers()
    # a look by the timer's unit mends what went wrong
    w.machine.run(["systemctl", "disable", "--now", "mdatp.service"])
    w.machine.run(["systemctl", "start", SERVICE])
    w.machine.wait(lambda: w.unit("mdatp", "ActiveState")["ActiveState"] == "active", 30, "the sensor to be started again")
    w.assert_quiet()
    w.assert_onboarded()
    for verb in ("disable", "uninstall"):
        assert w.verb(verb).returncode == 0
    assert not w.machine.exists(PROGRAM) and not w.machine.exists(STATE)
    w.assert_onboarded()


@scenario(static=True)
def people_on_an_old_kernel(w):
    hand.bring(w, skipChecks=["kernel"])
    play_old_kernel(w)
    hand.give(w, hand.FILE, w.package())
    hand.give(w, hand.LEAVE, w.package(offboarding=True))

    def call(*words):
        return w.machine.run([PLAYER, hand.PROGRAM, *words], check=False, timeout=120)

    done = call("check")
    assert done.returncode == 51 and "kernel 2.6." in done.stdout, done
    done = call("onboard", hand.FILE, "--settings", hand.SETTINGS)
    assert (done.returncode, done.stderr) == (0, ""), done
    w.assert_onboarded()
    hand.schema.validate("status", call("status", "--json").stdout)
    hand.schema.validate("doctor", call("doctor", "--offline", "--json").stdout)
    assert call("verify", hand.FILE).returncode == 0
    done = call("collect", "--output", "/root/bundle.tar.gz")
    assert done.returncode == 0 and w.machine.exists("/root/bundle.tar.gz"), done
    done = call("offboard", hand.LEAVE)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert w.health()["licensed"] is False
    w.machine.run(["rm", hand.OFFBOARDING])
    hand.taken(w)
