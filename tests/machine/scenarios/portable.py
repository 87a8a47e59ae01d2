"""Where the program must run as well: without a message bus, with systemd and the bus beginning anew under it."""

from onboarding_world import PROGRAM, STATE, VERSION, WORKER
from scenario import for_families

BUS = ("dbus.socket", "dbus.service")
BUS_PROGRAMS = ("/usr/bin/dbus-daemon", "/usr/bin/dbus-broker", "/usr/bin/dbus-broker-launch")
TIMER = "mde-linux-recheck.timer"
SERVICE = "mde-linux-recheck.service"


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
