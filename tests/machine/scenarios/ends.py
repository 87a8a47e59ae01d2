"""How a run's end comes to be told: where it cannot be written, where others have the lock, where a person mended it."""

import json
import time

from holding import hold, let_go
from onboarding_world import PROGRAM, RESOURCE, STATE, WORKER, WORKSPACE
from scenario import scenario

TIMER = "mde-linux-recheck.timer"


def history(w):
    return json.loads(w.machine.read(f"{STATE}/history/0.json"))


def make_read_only(w):
    w.machine.run(["mount", "--bind", "-o", "ro", f"{w.base()}/status", f"{w.base()}/status"])


def make_writable(w):
    w.machine.run(["umount", f"{w.base()}/status"])


def begin(w):
    """A run that is in the package manager, and whose status cannot be written any more."""
    w.hold_postinst()
    w.settings_file(0)
    w.enable(check=True)
    w.wait_postinst()
    make_read_only(w)
    w.release()
    w.machine.wait(lambda: w.machine.exists(f"{STATE}/history/0.json") and "the status cannot be written" in w.log(), 60, "the end")


@scenario()
def an_end_that_cannot_be_written_is_told_when_it_can(w):
    w.install_unpacked()
    begin(w)
    assert w.status()["status"] == "transitioning" and history(w)["verdict"] == "succeeded", w.status()
    make_writable(w)
    assert w.wait_ended(0)["status"] == "success"
    w.assert_quiet()
    w.assert_onboarded()
    assert not w.leftovers() and w.runs() == 1


@scenario()
def an_end_that_was_never_written_is_told_by_who_comes_next(w):
    w.install_unpacked()
    begin(w)
    w.machine.run(["systemctl", "stop", WORKER])
    assert w.status()["status"] == "transitioning" and history(w)["verdict"] == "succeeded", (w.status(), history(w))
    assert "worker-died" not in w.log(), w.log()
    make_writable(w)
    w.enable(check=True)
    assert w.status()["status"] == "success" and w.runs() == 1, w.status()


@scenario(waits=True, timeout=180)
def a_worker_waits_for_as_long_as_others_have_the_lock(w):
    w.prepare()
    w.enable_fresh()
    w.assert_quiet()
    w.start_unit("by-hand.service", "flock", f"{STATE}/lock", "sleep", "infinity")
    w.machine.wait(lambda: w.machine.run(["flock", "-n", f"{STATE}/lock", "true"], check=False).returncode != 0, 10, "the lock")
    w.settings_file(1, tags={"GROUP": "asked"})
    w.enable(seq=1, check=True)
    w.machine.run(["systemctl", "start", "--no-block", WORKER])
    begun = time.monotonic()
    w.machine.wait(lambda: time.monotonic() - begun > 63, 90, "longer than a worker once waited")
    assert w.status(seq=1)["status"] == "transitioning" and w.machine.exists(f"{STATE}/next"), w.status(seq=1)
    assert w.unit(WORKER, "ActiveState")["ActiveState"] == "active"
    w.machine.run(["systemctl", "stop", "by-hand.service"])
    assert w.wait_ended(1)["status"] == "success" and w.tags()["GROUP"] == "asked", w.status(seq=1)


@scenario()
def what_a_person_mended_is_told_by_the_extension(w):
    w.prepare()
    hold(w)
    status, _ = w.enable_fresh()
    assert status["status"] == "error" and "(conflict)" in status["formattedMessage"]["message"], status
    w.assert_quiet()
    assert w.unit(TIMER, "LoadState")["LoadState"] == "not-found"
    let_go(w)
    w.machine.write("/root/package", w.package(), 0o600)
    w.machine.write("/root/settings.json", json.dumps({
        "azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1}))
    done = w.machine.run([PROGRAM, "onboard", "/root/package", "--settings", "/root/settings.json"], check=False, timeout=120)
    w.machine.run(["rm", "/root/package"])
    assert done.returncode == 0, done
    w.machine.wait(lambda: w.status()["status"] == "success", 30, "the extension's success")
    w.assert_quiet()
    assert w.installations() == 1 and w.unit(TIMER, "ActiveState")["ActiveState"] == "active"
    # what is told well is not looked at again, and a disabled extension is left alone
    runs = w.runs()
    w.machine.write("/root/package", w.package(), 0o600)
    w.machine.run([PROGRAM, "onboard", "/root/package", "--settings", "/root/settings.json"], timeout=120)
    w.machine.run(["rm", "/root/package"])
    w.assert_quiet()
    assert w.runs() == runs and not w.machine.exists(f"{STATE}/next")
