"""Killed, cut off, rebooted, out of space: it ends terminal, and the next enable finishes the job."""

import os
import random

from onboarding_world import WORKER
from scenario import scenario

VENDOR = "packages.microsoft.com/debian/12/prod"


def start(w, **prepare):
    """Fresh machine, the worker at work. What the guest agent wrote is on disk: it does not see to that itself."""
    w.prepare(**prepare)
    w.publish()
    w.ask()
    let_go = w.hold_back("/config/")
    w.agent.start()
    w.wait_told("looking up the package repository")
    if w.machine.disk:
        w.machine.run(["sync"])
    return let_go


@scenario()
def worker_killed_while_it_waits_for_the_licence(w):
    start(w, knobs={"licence_file": "/run/licence"})()
    w.wait_told("waiting for the sensor to be licensed")
    w.kill_worker()
    w.wait_error("worker-died")
    before = w.package_manager_runs()
    w.touch("/run/licence")
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.package_manager_runs() == before
    w.assert_sane()


def finish_after_the_cut(w):
    w.azure.forget_uploads()
    w.machine.boot()
    w.azure.wait_status("success", timeout=90)
    w.assert_onboarded()
    w.assert_sane()


@scenario(disk=True)
def power_cut_while_downloading(w):
    let_go = start(w)
    let_package_go = w.hold_back(f"{VENDOR}/pool")
    let_go()
    w.wait_told("downloading mdatp")
    w.machine.power_cut()
    let_package_go()
    finish_after_the_cut(w)


@scenario(disk=True)
def power_cut_while_unpacking(w):
    start(w, ballast_mib=300)()
    w.machine.wait(lambda: w.machine.exists("/opt/microsoft/mdatp/lib/ballast.dpkg-new"), 60, "dpkg to unpack")
    assert w.package_state() != "ii"
    w.machine.power_cut()
    finish_after_the_cut(w)


@scenario(disk=True, timeout=400)
def power_cuts_at_random_points(w):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    start(w)()
    reach = float(os.environ.get('REACH', 1.5))
    for _ in range(5):
        w.machine.wait(lambda: w.unit(WORKER, "ActiveState")["ActiveState"] == "active" or succeeded(w), 60, "the worker")
        delay = chance.uniform(0, reach)
        print(f"cut after {delay:.3f} s")
        w.machine.wait(Elapsed(delay), 10, "the cut")
        finished = succeeded(w)
        w.cut_power()
        if finished:
            break
    w.azure.wait_status("success", timeout=90)
    w.assert_onboarded()
    w.assert_sane()


def succeeded(w):
    status = w.status()
    return status and status["status"] == "success"


class Elapsed:
    """True once so many seconds are over."""

    def __init__(self, seconds):
        self.left = max(1, round(seconds / 0.05))

    def __call__(self):
        self.left -= 1
        return self.left <= 0


@scenario()
def reboot_in_the_middle_of_postinst_waits_for_it(w):
    start(w, knobs={"postinst_delay_s": "6"})()
    w.wait_told("Setting the stand-in sensor up")
    w.machine.reboot(until="answers")
    w.azure.forget_uploads()
    w.assert_never_cut_off()
    w.azure.wait_status("success", timeout=90)
    w.assert_onboarded()
    w.assert_sane()


@scenario()
def reboot_with_a_slow_daemon_stays_success(w):
    w.onboard()
    w.knobs({"ready_delay_ms": "15000"})
    runs = w.runs()
    w.machine.reboot()
    w.azure.forget_uploads()
    report = w.azure.wait_status("success")
    assert report.settings.row("sensor").status == "warning", report
    w.machine.wait(lambda: w.machine.run(["mdatp", "health"], check=False).returncode == 0, 30, "the daemon")
    w.enable_again()
    report = w.azure.wait_report(lambda r: r and r.settings and r.settings.row("sensor").status == "success", "an answer")
    assert {each.settings.status for each in w.azure.history() if each and each.settings} == {"success"}
    assert w.runs() == runs
    w.assert_onboarded()
