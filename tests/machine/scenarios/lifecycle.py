"""Versions that come and go, removal, interruptions: the sensor stays, nothing of ours is left behind or left running."""

import random
import shutil
import time
import zipfile

from onboarding_world import LOG, NAME, NEWER, PROGRAM, RESOURCE, STATE, VERSION, WORKER
from scenario import scenario

OTHER = RESOURCE.replace("machine", "renamed")


BROKEN = """#!/bin/sh
[ ! -e /run/mended ] || exec "${0%/*}/mde-linux" "$@"
echo "broken on purpose" >&2
exit 7
"""


def sensor(w):
    """What must not change when versions of the extension come and go."""
    return w.package_manager_runs(), w.snapshot(), w.onboarding_file(), w.unit("mdatp", "MainPID")


def history(w):
    """Goes from version to version, and is gone after a removal."""
    return w.machine.path(f"{STATE}/history/0.json").stat().st_ino


def broken(w, version, verb):
    """A zip of that version whose command for the verb fails until /run/mended is there, published."""
    path = w.folder / f"{version}-broken.zip"
    with zipfile.ZipFile(w.build / f"extension-{version}.zip") as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            if name == "HandlerManifest.json":
                data = data.replace(f'"bin/mde-linux {verb}"'.encode(), f'"bin/broken {verb}"'.encode())
            bad.writestr(name, data)
        bad.writestr("bin/broken", BROKEN)
    w.azure.publish(version, path)


def answers(w):
    """The reports on our handler since the last goal state."""
    return [report for report in w.azure.history() if report]


def told(w):
    """(version, status) of what the extension said since the last goal state, in order."""
    return [(report.version, report.settings.status) for report in answers(w) if report.settings]


def assert_gone(w):
    """Nothing of ours outside the log folder and /etc/mde-linux, now or soon."""
    places = (PROGRAM, "/usr/local/lib/mde-linux", "/usr/local/sbin/mde-linux", STATE, "/var/cache/mde-linux")
    w.machine.wait(lambda: not any(w.machine.exists(place) or w.machine.path(place).is_symlink() for place in places), 60,
                   "everything of ours to be gone")
    units = "list-units", "--all", "--plain", "--no-legend", "mde-linux*", "mdelinux*"
    w.machine.wait(lambda: not w.machine.run(["systemctl", *units]).stdout, 20, "systemd to forget our units")
    left = w.machine.run(["find", "/run", "/usr", "/var", "/etc", "/opt", "-xdev", "-name", "*mde-linux*",
                          "-not", "-path", "/etc/mde-linux*", "-not", "-path", "/var/log/*", "-not", "-path", "/var/lib/waagent/*"]).stdout.split()
    left += w.machine.run(["find", "/run/systemd", "-name", "*mde*linux*"]).stdout.split()
    assert not left, left
    processes = w.machine.run(["ps", "-eo", "args"]).stdout
    assert "mde-linux" not in processes, processes


def assert_rolled_back(w, before):
    w.assert_untouched(before)
    assert w.package_state() == "", w.package_state()


# Versions

@scenario()
def a_newer_version_takes_over(w):
    w.onboard()
    w.assert_quiet()
    before, known = sensor(w), history(w)
    w.publish(NEWER)
    w.ask(version=NEWER)
    report = w.azure.wait_status("success", seq=0, version=NEWER)
    assert (report.status, report.code) == ("Ready", 0), report
    assert (sensor(w), history(w)) == (before, known) and w.runs() == 1
    assert w.machine.run(["/usr/local/sbin/mde-linux", "--version"]).stdout.splitlines()[0] == f"mde-linux {NEWER}"
    assert not w.machine.exists(f"{STATE}/successor")
    assert w.unit("mde-linux-recheck.timer", "ActiveState", "UnitFileState") == {"ActiveState": "active", "UnitFileState": "enabled"}
    # and back
    w.ask(version=VERSION)
    report = w.azure.wait_status("success", seq=0, version=VERSION)
    assert (report.status, report.code) == ("Ready", 0), report
    assert (sensor(w), history(w)) == (before, known) and w.runs() == 1
    assert w.machine.run([PROGRAM, "--version"]).stdout.splitlines()[0] == f"mde-linux {VERSION}"
    # a removal afterwards is one for good
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent()
    assert_gone(w)
    w.assert_onboarded()


@scenario()
def a_newer_version_with_other_settings(w):
    w.onboard()
    before = sensor(w)
    w.publish(NEWER)
    w.ask(version=NEWER, seq=1, resource=OTHER)
    w.azure.wait_status("success", seq=1, version=NEWER)
    assert sensor(w) == before
    w.assert_onboarded(resource=OTHER)


@scenario()
def a_newer_version_during_the_installation(w):
    w.prepare()
    w.hold_postinst()
    w.publish(VERSION, NEWER)
    w.ask()
    w.agent.start()
    w.wait_postinst()
    w.ask(version=NEWER)
    w.azure.wait_status("transitioning", seq=0, version=NEWER)
    assert w.package_state() == w.manager.in_its_script, w.package_state()
    w.release()
    w.azure.wait_status("success", seq=0, version=NEWER)
    w.assert_onboarded()
    assert w.installations() == 1 and "signal" not in w.sensor_log(), w.sensor_log()
    assert all(status != "error" for _, status in told(w)), told(w)
    w.assert_quiet()
    assert not w.machine.exists(w.base())


@scenario()
def a_newer_version_during_the_download(w):
    w.prepare()
    before = w.snapshot()
    w.hold_download()
    w.publish(VERSION, NEWER)
    w.ask()
    w.agent.start()
    w.wait_download()
    w.ask(version=NEWER)
    w.azure.wait_status("transitioning", seq=0, version=NEWER)
    w.let_download_go()
    w.azure.wait_status("success", seq=0, version=NEWER)
    w.assert_onboarded()
    assert w.installations() == 1 and before != w.snapshot()
    assert all(status != "error" for _, status in told(w)), told(w)


def fails_then_works(w, verb, coming):
    """The coming version's verb fails twice, then works."""
    before = sensor(w)
    broken(w, coming, verb)
    w.ask(version=coming, resource=OTHER)
    w.azure.wait_report(lambda report: report and report.status == "NotReady" and "broken on purpose" in report.message,
                        f"the failure of {verb}")
    w.azure.goal_state_again()
    w.azure.wait_report(lambda report: report and report.status == "NotReady" and "broken on purpose" in report.message,
                        f"the failure of {verb} again")
    assert all(status != "success" for _, status in told(w)), told(w)
    assert sensor(w) == before
    w.machine.write("/run/mended", "")
    w.ask(version=coming, seq=1, resource=OTHER)
    w.azure.wait_status("success", seq=1, version=coming)
    assert sensor(w) == before
    w.assert_onboarded(resource=OTHER)


@scenario()
def an_install_that_fails_and_a_retry(w):
    w.onboard()
    fails_then_works(w, "install", NEWER)


@scenario()
def a_downgrade_whose_install_fails_and_a_retry(w):
    w.onboard(version=NEWER)
    fails_then_works(w, "install", VERSION)


@scenario()
def an_update_that_fails_and_a_retry(w):
    """Nothing of ours runs in the coming version: what the guest agent copied is what is shown."""
    w.onboard()
    fails_then_works(w, "update", NEWER)


@scenario()
def our_own_update_fails(w):
    w.onboard()
    before = sensor(w)
    w.machine.run(["mount", "--bind", "-o", "ro", "/usr/local", "/usr/local"])
    w.publish(NEWER)
    w.ask(version=NEWER, resource=OTHER)
    report = w.azure.wait_handler("NotReady", version=NEWER)
    assert "Read-only file system" in report.message, report
    assert all(status == "error" for version, status in told(w) if version == NEWER), told(w)
    w.machine.run(["umount", "/usr/local"])
    w.azure.goal_state_again()
    w.azure.wait_status("success", seq=0, version=NEWER)
    assert sensor(w) == before
    w.assert_onboarded(resource=OTHER)


@scenario()
def a_removal_after_an_update_that_failed_is_for_good(w):
    w.onboard()
    broken(w, NEWER, "update")
    w.ask(version=NEWER)
    w.azure.wait_report(lambda report: report and "broken on purpose" in report.message, "the failure of update")
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent()
    assert_gone(w)
    w.assert_onboarded()


# Removal

@scenario()
def disabled_enabled_and_removed(w):
    w.onboard()
    w.assert_quiet()
    before = sensor(w)
    w.azure.goal_state(VERSION, public={}, state="disabled")
    w.azure.wait_handler("NotReady")
    assert sensor(w) == before
    w.ask()
    w.azure.wait_status("success", seq=0)
    assert sensor(w) == before and w.runs() == 1
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent()
    assert sensor(w) == before
    w.assert_onboarded()
    assert_gone(w)
    assert w.machine.exists("/etc/mde-linux/mde-linux.conf") and w.machine.exists(f"{LOG}/MdeExtensionHandlerLog.log")
    # and once more from the start
    w.ask()
    w.azure.wait_status("success", seq=0)
    assert sensor(w) == before


@scenario()
def removed_during_the_installation(w):
    w.prepare()
    w.hold_postinst()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_postinst()
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.machine.wait(lambda: w.machine.exists(f"{STATE}/uninstalled"), 30, "uninstall to wait")
    assert w.package_state() == w.manager.in_its_script
    w.release()
    w.azure.wait_absent()
    assert_gone(w)
    assert w.installations() == 1 and "signal" not in w.sensor_log() and "postinst configure  end 0" in w.sensor_log()
    assert w.package_state() == "ii"


@scenario(waits=True, timeout=400)
def removed_during_an_installation_that_outlasts_it(w):
    w.prepare()
    w.hold_postinst()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_postinst()
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent(timeout=240)
    assert not w.machine.exists(w.base()) and w.package_state() == w.manager.in_its_script and "signal" not in w.sensor_log()
    w.release()
    assert_gone(w)
    assert "signal" not in w.sensor_log() and "postinst configure  end 0" in w.sensor_log() and w.package_state() == "ii"


@scenario()
def disabled_during_the_download(w):
    w.prepare()
    before = w.snapshot()
    w.hold_download()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_download()
    w.azure.goal_state(VERSION, public={}, state="disabled")
    w.azure.wait_handler("NotReady")
    w.assert_quiet()
    status = w.wait_ended(0)
    assert status["status"] == "error" and "stopped" in status["formattedMessage"]["message"], status
    assert_rolled_back(w, before)
    w.let_download_go()
    w.ask()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


@scenario()
def disabled_and_enabled_during_the_installation(w):
    w.prepare()
    w.hold_postinst()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_postinst()
    w.agent.stop()
    assert w.disable().returncode == 0
    assert w.enable().returncode == 0
    w.release()
    status = w.machine.wait(lambda: w.status()["status"] == "success" and w.status(), 40, "success")
    assert status["status"] == "success"
    w.assert_onboarded()
    assert w.installations() == 1 and "signal" not in w.sensor_log()


@scenario()
def the_extension_vanishes_during_the_download(w):
    w.prepare()
    before = w.snapshot()
    w.hold_download()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_download()
    w.azure.goal_state(None)
    w.azure.wait_absent()
    w.assert_quiet()
    assert not w.machine.exists(w.base())
    assert_rolled_back(w, before)
    assert not w.machine.exists(f"{STATE}/current") and not w.machine.exists(f"{STATE}/undo")


@scenario()
def the_folder_vanishes_during_the_installation(w):
    w.prepare()
    w.hold_postinst()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_postinst()
    w.agent.stop()
    w.machine.run(["rm", "-rf", w.base()])
    w.release()
    w.assert_quiet()
    assert "signal" not in w.sensor_log() and w.package_state() == "ii"
    assert not w.machine.exists(f"{STATE}/undo") and not w.machine.exists("/var/cache/mde-linux")
    w.agent.start()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


# Interruptions

@scenario()
def enable_is_killed_at_any_point(w):
    w.install_only()
    chance = random.Random(3)
    for seq in range(1, 13):
        w.settings_file(seq, resource=f"{RESOURCE}{seq}")
        enable = w.spawn_enable(seq)
        time.sleep(chance.uniform(0.005, 0.08))  # nothing is waited for: this is where it is cut off
        w.machine.end(enable)
        enable.wait(timeout=20)
    assert w.enable(seq=12).returncode == 0
    status = w.wait_ended(12)
    assert status["status"] == "success", status
    w.assert_onboarded(resource=f"{RESOURCE}12")
    w.assert_quiet()
    assert w.installations() == 1 and not w.machine.exists(f"{STATE}/next")


@scenario()
def the_worker_crashes_during_the_download(w):
    w.prepare()
    before = w.snapshot()
    w.hold_download()
    w.publish()
    w.ask()
    w.agent.start()
    for count, signal in enumerate(("SEGV", "ABRT", "KILL"), 1):
        w.machine.wait(lambda: w.runs() == count and any(w.vendor.packages.partition("/")[2] in line for line in w.requests()), 60, "the download")
        w.machine.wait(lambda: w.status()["formattedMessage"]["message"].find("downloading") > 0, 20, "the download")
        w.signal_worker(signal)
        report = w.azure.wait_status("error", seq=0)
        assert "worker-died" in report.settings.message and signal in report.settings.message, report
        w.assert_quiet()
        assert_rolled_back(w, before)
        assert not w.machine.exists(f"{STATE}/current") and not w.machine.exists("/var/cache/mde-linux")
        if signal == "KILL":
            w.let_download_go()
        w.azure.goal_state_again()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


@scenario()
def the_worker_is_killed_during_the_installation(w):
    """With KillMode=mixed systemd would kill dpkg and its postinst here."""
    w.prepare()
    w.hold_postinst()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_postinst()
    w.signal_worker("KILL")
    report = w.azure.wait_status("error", seq=0)
    assert "worker-died" in report.settings.message, report
    assert w.unit(WORKER, "ActiveState") == {"ActiveState": "deactivating"}
    w.azure.goal_state_again()
    w.azure.wait_status("transitioning", seq=0)
    assert "postinst configure  end" not in w.sensor_log() and w.package_state() == w.manager.in_its_script
    w.release()
    w.azure.wait_status("success", seq=0)
    assert "postinst configure  end 0" in w.sensor_log() and "signal" not in w.sensor_log()
    assert w.installations() == 1
    w.assert_onboarded()


@scenario()
def the_program_is_put_back(w):
    w.onboard()
    w.machine.run(["rm", PROGRAM])
    assert w.enable().returncode == 0
    assert w.machine.run([PROGRAM, "--version"]).stdout.splitlines()[0] == f"mde-linux {VERSION}"
    w.machine.run(["truncate", "--size=1000", PROGRAM])
    w.ask(seq=1, resource=OTHER)
    w.azure.wait_status("success", seq=1)
    w.machine.run(["dd", "if=/dev/zero", f"of={PROGRAM}", "bs=1", "seek=5000", "count=500", "conv=notrunc"])
    w.ask(seq=2)
    w.azure.wait_status("success", seq=2)
    assert w.machine.run([PROGRAM, "--version"]).stdout.splitlines()[0] == f"mde-linux {VERSION}"
    w.assert_onboarded()


@scenario()
def the_state_folder_cannot_be_written(w):
    w.prepare()
    w.machine.run(["mkdir", "-p", STATE])
    w.machine.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", STATE])
    w.publish()
    w.ask()
    w.agent.start()
    report = w.azure.wait_status("error", seq=0)
    assert "state-unusable" in report.settings.message and "Read-only file system" in report.settings.message, report
    assert (report.status, report.code) == ("NotReady", 1009) and "state-unusable" in report.message, report
    for verb in ("disable", "uninstall"):
        w.verb(verb)  # they end
    w.machine.run(["umount", STATE])
    w.azure.goal_state_again()
    w.azure.wait_status("success", seq=0)


@scenario()
def the_state_folder_is_full(w):
    w.prepare()
    w.machine.run(["mkdir", "-p", STATE])
    w.machine.run(["mount", "-t", "tmpfs", "-o", "size=16k,mode=0700", "tmpfs", STATE])
    w.machine.run(["sh", "-c", f"cat /dev/zero > {STATE}/ballast || true"])
    w.publish()
    w.ask()
    w.agent.start()
    report = w.azure.wait_status("error", seq=0)
    assert "disk-full" in report.settings.message and STATE in report.settings.message, report
    w.assert_quiet()
    w.machine.run(["rm", f"{STATE}/ballast"])
    w.machine.run(["umount", STATE])
    w.azure.goal_state_again()
    w.azure.wait_status("success", seq=0)


@scenario()
def a_damaged_environment_is_said_first(w):
    w.onboard()
    w.agent.stop()
    w.machine.write(f"{w.base()}/HandlerEnvironment.json", '[{"handlerEnvironment":')
    for verb in ("install", "update", "enable"):
        done = w.verb(verb)
        assert done.returncode == 1 and "HandlerEnvironment.json" in done.stderr.splitlines()[0], (verb, done)
    for verb in ("disable", "uninstall"):
        done = w.verb(verb)
        assert done.returncode == 0 and "HandlerEnvironment.json" in done.stderr.splitlines()[0], (verb, done)
    assert_gone(w)
    w.assert_onboarded()
