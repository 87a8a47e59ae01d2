"""What happens after success: drift is noticed, mended where that is ours to do, said where a person meant it."""

import json

from onboarding_world import LOG, NAME, ONBOARDING, PROGRAM, STATE, VERSION, WORKER, WORKSPACE
from scenario import scenario

TIMER = "mde-linux-recheck.timer"
SERVICE = "mde-linux-recheck.service"
HOLD = "/etc/mde-linux/hold"
OFFBOARDING = "/etc/opt/microsoft/mdatp/mdatp_offboard.json"


def recheck(w):
    """The daily look, now, to its end and that of the worker it may have started."""
    w.machine.run(["systemctl", "start", SERVICE])
    wait_done(w)
    return w.status()


def wait_done(w):
    w.machine.wait(lambda: not w.machine.exists(f"{STATE}/next") and not w.machine.exists(f"{STATE}/current"), 60, "the worker")
    w.assert_quiet()


def status_file(w):
    status = w.machine.path(f"{w.base()}/status/0.status").stat()
    return status.st_ino, status.st_mtime_ns


def row(status, name):
    return next((each for each in status["substatus"] if each["name"] == name), None)


def events(w, words):
    texts = [path.read_text() for path in w.machine.path(f"{LOG}/events").glob("*.json")]
    return [event for event in map(json.loads, texts) if words in event["Message"]]


def told_in_journal(w, reason):
    lines = w.machine.run(["journalctl", "-t", "mde-linux", "-o", "json", f"MDE_REASON={reason}"]).stdout.splitlines()
    return len(lines)


def assert_drift(status, reason):
    assert status["status"] == "success" and status["code"] == 0, status
    assert f"({reason})" in status["formattedMessage"]["message"], status
    drift = row(status, "drift")
    assert drift["status"] == "warning" and drift["formattedMessage"]["message"].startswith(f"{reason}: "), drift
    assert all(each["status"] != "error" for each in status["substatus"]), status


def assert_well(w):
    status = w.status()
    assert status["status"] == "success" and not row(status, "drift"), status


@scenario()
def the_daily_look_is_there_after_success_and_mends_what_is_ours_to_mend(w):
    w.onboard()
    w.assert_quiet()
    w.agent.stop()
    timer = w.unit(TIMER, "ActiveState", "UnitFileState", "LoadState")
    assert timer == {"ActiveState": "active", "UnitFileState": "enabled", "LoadState": "loaded"}, timer
    assert "mde-linux" not in w.machine.run(["systemctl", "--failed", "--no-legend"]).stdout
    verify = w.machine.run(["systemd-analyze", "verify", f"/etc/systemd/system/{TIMER}", f"/etc/systemd/system/{SERVICE}"])
    assert "mde-linux" not in verify.stdout + verify.stderr, verify
    # nothing to do: nothing is written, no worker
    before, files, runs = status_file(w), w.files(), w.runs()
    assert recheck(w)["status"] == "success" and status_file(w) == before and w.runs() == runs
    changed = {path for path in files.keys() | w.files().keys() if files.get(path) != w.files().get(path)}
    assert not {path for path in changed if "mde-linux" in path}, changed
    # an enable that comes meanwhile is not lost
    w.knobs({"cli_hang": "health"})
    w.machine.run(["systemctl", "start", "--no-block", SERVICE])
    w.machine.wait(lambda: w.machine.run(["pgrep", "-x", "mdatp"], check=False).stdout, 20, "the look")
    w.enable(check=True)
    assert w.status()["status"] == "transitioning", w.status()
    w.knobs({})
    w.machine.run(["pkill", "-x", "mdatp"])
    w.machine.wait(lambda: w.runs() > runs, 20, "the worker")
    wait_done(w)
    w.wait_ended(0)
    assert_well(w)
    runs = w.runs()
    # tags dropped
    w.machine.run(["mdatp", "edr", "tag", "set", "--name", "SecurityWorkspaceId", "--value", "other"])
    recheck(w)
    w.assert_onboarded()
    assert_well(w)
    assert events(w, "drift: device tags are not as asked"), "no event"
    # stopped, disabled
    w.machine.run(["systemctl", "disable", "--now", "mdatp.service"])
    recheck(w)
    w.assert_onboarded()
    assert_well(w)
    assert w.runs() == runs + 2, w.log()
    # what the last thorough look had to tell is repeated by enable, which does not look so far
    path = f"{STATE}/history/0.json"
    history = json.loads(w.machine.read(path))
    seen = [*history["notes"], {"name": "made-up", "level": "warning", "text": "one"}]
    w.machine.write(path, json.dumps({**history, "notes": seen}))
    w.enable(check=True)
    assert all(row(w.status(), note["name"]) for note in seen) and row(w.status(), "made-up")["status"] == "warning", w.status()
    recheck(w)
    assert not row(w.status(), "made-up") and all(row(w.status(), note["name"]) for note in history["notes"]), w.status()


@scenario()
def the_timer_of_the_daily_look_comes_and_goes_with_the_extension(w):
    w.onboard()
    w.assert_quiet()
    w.agent.stop()
    # after a boot it is there, and so it is after a disable and an enable
    w.machine.run(["systemctl", "disable", "walinuxagent.service"])
    w.machine.reboot()
    assert w.unit(TIMER, "ActiveState")["ActiveState"] == "active"
    w.disable()
    assert w.unit(TIMER, "ActiveState", "LoadState") == {"ActiveState": "inactive", "LoadState": "not-found"}
    w.enable(check=True)
    assert w.unit(TIMER, "ActiveState", "UnitFileState") == {"ActiveState": "active", "UnitFileState": "enabled"}
    # where it cannot be put, that is told, and no more
    w.disable()
    w.machine.run(["mount", "--bind", "-o", "ro", "/etc/systemd/system", "/etc/systemd/system"])
    w.enable(check=True)
    assert w.status()["status"] == "success" and row(w.status(), "recheck")["status"] == "warning", w.status()
    w.machine.run(["umount", "/etc/systemd/system"])
    w.enable(check=True)
    assert not row(w.status(), "recheck") and w.machine.exists(f"/etc/systemd/system/{TIMER}"), w.status()
    # masked by a person: it stays so
    w.machine.run(["systemctl", "disable", "--now", TIMER])
    w.machine.run(["rm", f"/etc/systemd/system/{TIMER}"])
    w.machine.run(["systemctl", "mask", TIMER])
    w.enable(check=True)
    assert w.unit(TIMER, "LoadState", "ActiveState") == {"LoadState": "masked", "ActiveState": "inactive"}


@scenario()
def a_sensor_that_a_person_removed_stays_removed_until_it_is_asked_for_anew(w):
    w.onboard()
    w.assert_quiet()
    w.machine.run(["apt-get", "remove", "-y", "mdatp"])
    runs = w.package_manager_runs()
    w.enable_again()
    report = w.azure.wait_report(lambda r: r and r.settings and "(sensor-removed)" in r.settings.message, "the drift", 30)
    assert (report.status, report.settings.status, report.settings.code) == ("Ready", "success", 0), report
    assert_drift(w.status(), "sensor-removed")
    w.assert_quiet()
    begun = w.runs()
    # again, by whatever way: the same is said, nothing is done, one event and one journal entry tell it
    assert w.enable().returncode == 0 and w.runs() == begun
    assert_drift(recheck(w), "sensor-removed")
    w.agent.restart()
    w.azure.wait_status("success", seq=0)
    w.machine.reboot()
    w.azure.forget_uploads()
    w.azure.wait_status("success", seq=0)
    assert_drift(w.status(), "sensor-removed")
    assert w.runs() == begun and w.package_manager_runs() == runs and w.package_state() in ("rc", "un", "")
    assert told_in_journal(w, "sensor-removed") == 1
    # asked for anew
    w.ask(seq=1)
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded()


@scenario(direct=True)
def a_sensor_that_a_person_offboarded_stays_offboarded(w):
    w.onboard(driftAs="error")
    w.assert_quiet()
    w.agent.stop()
    w.machine.write(OFFBOARDING, "{}")
    w.machine.path(ONBOARDING).unlink()
    w.machine.wait(lambda: not w.health()["licensed"], 20, "the licence to go")
    status = recheck(w)
    assert status["status"] == "error" and "(sensor-offboarded)" in status["formattedMessage"]["message"], status
    done = w.enable()
    assert done.returncode == 53 and w.status()["status"] == "error", done
    assert row(w.status(), "drift")["status"] == "error", w.status()
    assert w.machine.exists(OFFBOARDING) and not w.health()["licensed"] and w.runs() == 1
    # another number asks anew
    w.settings_file(1)
    w.enable(seq=1)
    assert w.wait_ended(1)["status"] == "success"
    w.assert_onboarded()


@scenario(direct=True)
def a_daemon_that_crashes_again_and_again_is_told_as_drift_until_it_is_well(w):
    w.onboard()
    w.assert_quiet()
    w.agent.stop()
    w.knobs({"crash_loop": "50"})
    w.machine.run(["systemctl", "restart", "mdatp"])
    w.machine.wait(lambda: w.unit("mdatp", "NRestarts")["NRestarts"] != "0" or
                   w.unit("mdatp", "ActiveState")["ActiveState"] == "failed", 20, "a crash")
    status = recheck(w)
    assert_drift(status, "service-failed")
    assert "the engine could not be loaded" in row(status, "drift")["formattedMessage"]["message"], status
    w.enable(check=True)
    w.machine.wait(lambda: w.status()["status"] == "success", 60, "an end")
    assert_drift(w.status(), "service-failed")
    assert len(events(w, "(service-failed)")) == 1
    w.knobs({})
    w.machine.run(["systemctl", "reset-failed", "mdatp"])
    w.machine.run(["systemctl", "restart", "mdatp"])
    w.machine.wait(lambda: w.machine.run(["mdatp", "health"], check=False).returncode == 0, 20, "the sensor")
    recheck(w)
    assert_well(w)
    w.assert_onboarded()
    # a repair whose worker is killed is drift as well
    w.knobs({"ready_file": "/run/ready"})
    w.machine.run(["systemctl", "stop", "mdatp"])
    w.machine.run(["systemctl", "start", SERVICE])
    w.machine.wait(lambda: "waiting for the sensor" in w.status()["formattedMessage"]["message"], 20, "the worker to wait")
    w.kill_worker()
    w.machine.wait(lambda: w.status()["status"] == "success", 20, "its end")
    assert_drift(w.status(), "worker-died")
    w.machine.write("/run/ready", "")
    recheck(w)
    assert_well(w)


@scenario(direct=True)
def changes_on_hold_are_not_made_and_made_afterwards(w):
    w.install_only()
    before = w.snapshot()
    assert w.machine.run([PROGRAM, "hold"], check=False).returncode == 2
    assert w.machine.run([PROGRAM, "hold", " "], check=False).returncode == 2
    assert w.machine.run([PROGRAM, "hold", "x" * 201], check=False).returncode == 2
    assert not w.machine.exists(HOLD)
    w.machine.run([PROGRAM, "hold", "database move,", "ask Kim"])
    assert w.machine.read(HOLD) == "database move, ask Kim\n"
    assert w.machine.path(HOLD).stat().st_mode & 0o7777 == 0o644
    runs = w.runs()
    w.settings_file(1)
    done = w.enable(seq=1)
    assert done.returncode == 53 and "(held)" in done.stderr and "database move, ask Kim" in done.stderr, done
    w.assert_untouched(before)
    assert w.runs() == runs and not w.machine.exists(f"/etc/systemd/system/{TIMER}")
    # as a report
    w.settings_file(2, refusalAs="report")
    assert w.enable(seq=2).returncode == 0
    status = w.status(seq=2)
    assert status["status"] == "success" and status["formattedMessage"]["message"].startswith("Not onboarded: "), status
    assert row(status, "refusal")["status"] == "warning", status
    # they go on
    w.machine.run([PROGRAM, "unhold"])
    w.machine.run([PROGRAM, "unhold"])
    w.enable(seq=2)
    assert w.wait_ended(2)["status"] == "success"
    w.assert_quiet()
    w.assert_onboarded()
    # beside a sensor that drifts
    w.machine.run([PROGRAM, "hold", "a crash is being looked at"])
    w.machine.run(["systemctl", "stop", "mdatp"])
    main = w.onboarding_file()
    recheck(w)
    assert_drift(w.status(seq=2), "held")
    assert w.enable(seq=2).returncode == 0
    assert_drift(w.status(seq=2), "held")
    assert w.unit("mdatp", "ActiveState")["ActiveState"] == "inactive" and w.onboarding_file() == main
    w.machine.run([PROGRAM, "unhold"])
    recheck(w)
    status = w.status(seq=2)
    assert status["status"] == "success" and not row(status, "drift"), status
    w.assert_onboarded()


@scenario()
def an_extension_that_is_gone_without_a_word_takes_what_is_ours_with_it(w):
    w.onboard()
    w.assert_quiet()
    w.agent.stop()
    w.machine.run(["mv", w.base(), "/root/kept"])
    # a version that comes stands beside it: ours stays
    w.machine.write(f"/var/lib/waagent/{NAME}-1.0.0.9/HandlerManifest.json", "[]")
    w.machine.run(["systemctl", "start", SERVICE])
    assert w.machine.exists(PROGRAM) and w.machine.exists(STATE)
    w.machine.run(["rm", "-r", f"/var/lib/waagent/{NAME}-1.0.0.9"])
    w.machine.run(["systemctl", "start", "--no-block", SERVICE])
    places = (STATE, "/usr/local/lib/mde-linux", "/usr/local/sbin/mde-linux", f"/etc/systemd/system/{TIMER}",
              f"/etc/systemd/system/{SERVICE}", f"/etc/systemd/system/timers.target.wants/{TIMER}",
              f"/run/systemd/system/{WORKER}", f"/var/lib/systemd/timers/stamp-{TIMER}")
    w.machine.wait(lambda: not any(w.machine.exists(each) or w.machine.path(each).is_symlink() for each in places), 20,
                   "everything of ours to be gone")
    units = "list-units", "--all", "--plain", "--no-legend", "mde-linux*", "mdelinux*"
    w.machine.wait(lambda: not w.machine.run(["systemctl", *units]).stdout, 20, "systemd to forget our units")
    w.assert_onboarded()


@scenario()
def pid_1_cannot_execute_what_the_guest_agent_unpacks(w):
    """As on a machine with SELinux: only the guest agent may execute what lies below its folder."""
    w.prepare()
    drop_in = "/etc/systemd/system/walinuxagent.service.d/own-view.conf"
    line = w.machine.run(["sh", "-c", "systemctl cat walinuxagent.service | sed -n 's/^ExecStart=//p' | tail -n 1"]).stdout.strip()
    w.machine.write(drop_in, "[Service]\nPrivateMounts=yes\nExecStart=\nExecStart=/bin/sh -c "
                    f"'mount -o remount,bind,exec /var/lib/waagent && exec {line}'\n")
    w.machine.run(["mount", "--bind", "/var/lib/waagent", "/var/lib/waagent"])
    w.machine.run(["mount", "-o", "remount,bind,noexec", "/var/lib/waagent"])
    w.machine.run(["systemctl", "daemon-reload"])
    w.onboard()
    w.assert_onboarded()
    tried = w.machine.run(["systemd-run", "--wait", "--quiet", f"{w.base()}/bin/mde-linux", "--version"], check=False)
    assert tried.returncode == 203, tried
    w.machine.run(["systemctl", "stop", "mdatp"])
    recheck(w)
    w.assert_onboarded()
    assert_well(w)
    w.azure.goal_state(VERSION, state="uninstall", settings=False)
    w.azure.wait_absent()
    w.machine.wait(lambda: not w.machine.exists(STATE), 30, "what is ours to be gone")
    w.assert_onboarded()


@scenario()
def a_look_that_cannot_be_made_is_said_once_beside_what_was_told(w):
    w.onboard()
    w.assert_quiet()
    w.agent.stop()
    conf, told = "/etc/mde-linux/mde-linux.conf", w.status()
    site = w.machine.read(conf)
    w.machine.write(conf, f"{site}[settings]\nonConflict = maybe\n")
    assert w.machine.run(["systemctl", "start", SERVICE], check=False).returncode != 0
    status = w.status()
    said = row(status, "daily-look")
    assert status["status"] == "success" and said["status"] == "warning", status
    assert "(configuration-untrusted)" in said["formattedMessage"]["message"] and "onConflict" in said["formattedMessage"]["message"], said
    assert [each for each in status["substatus"] if each is not said] == told["substatus"], status
    assert len(events(w, "The daily look cannot be made")) == 1
    # the days after: nothing more
    before = status_file(w)
    w.machine.run(["systemctl", "start", SERVICE], check=False)
    assert status_file(w) == before and len(events(w, "The daily look cannot be made")) == 1
    lines = w.machine.run([PROGRAM, "doctor"], check=False).stdout.splitlines()
    assert lines[0].endswith(" (configuration-untrusted)") and "onConflict" in lines[1], lines
    told = w.machine.run([PROGRAM, "status"], check=False).stdout
    assert "daily-look" in told and "what was asked cannot be read" in told, told
    # enable lets it stand as well, and tells it where it stands no more
    w.enable(check=True)
    assert status_file(w) == before and len(events(w, "The daily look cannot be made")) == 1
    w.machine.path(f"{w.base()}/status/0.status").unlink()
    w.enable(check=True)
    assert w.status()["status"] == "success" and row(w.status(), "daily-look")["status"] == "warning", w.status()
    # nor does a run that was queued behind another end it
    w.start_unit("by-hand.service", "flock", f"{STATE}/lock", "sleep", "infinity")
    w.machine.wait(lambda: w.machine.run(["flock", "-n", f"{STATE}/lock", "true"], check=False).returncode != 0, 10, "the lock")
    w.enable(check=True)
    assert w.status()["status"] == "transitioning", w.status()
    w.machine.run(["systemctl", "stop", "by-hand.service"])
    w.machine.run(["systemctl", "start", "mde-linux-worker.service"])
    w.machine.wait(lambda: w.status()["status"] != "transitioning", 10, "the worker's end")
    assert w.status()["status"] == "success" and row(w.status(), "daily-look")["status"] == "warning", w.status()
    # another number was never met
    w.settings_file(1)
    assert w.enable(seq=1).returncode == 53 and w.status(seq=1)["status"] == "error"
    # and when it can be made again
    w.machine.write(conf, site)
    assert recheck(w)["status"] == "success" and not row(w.status(), "daily-look"), w.status()
    # an error that enable told is none a moment later
    settings = w.machine.path(f"{w.base()}/config/0.settings")
    settings.write_text("{" + settings.read_text())
    assert w.enable().returncode == 53
    failed = status_file(w)
    assert w.machine.run(["systemctl", "start", SERVICE], check=False).returncode != 0
    assert status_file(w) == failed and w.status()["status"] == "error", w.status()
    logged = w.machine.run(["journalctl", "--no-pager", "-o", "cat", "-u", SERVICE]).stdout.splitlines()
    assert any("nothing can be looked at (settings-" in each for each in logged), logged[-5:]


@scenario()
def what_a_later_look_finds_replaces_what_was_told_and_nothing_else_does(w):
    w.onboard(prepare={"knobs": {"definitions_status": "updating"}})
    w.assert_quiet()
    w.agent.stop()
    assert row(w.status(), "definitions")["status"] == "warning", w.status()
    # what the run ended with is over minutes later
    w.knobs({})
    status = recheck(w)
    assert status["status"] == "success" and not row(status, "definitions"), status
    assert row(status, "package")["status"] == "success", "what the run did stays told"
    assert len(events(w, "definitions: the warning is over")) == 1
    # nothing new: nothing is written or logged
    before, said = status_file(w), w.log().count("sequence 0: ")
    recheck(w)
    assert status_file(w) == before and w.log().count("sequence 0: ") == said
    # it falls ill long after
    w.knobs({"health_issues": "no engine"})
    status = recheck(w)
    assert row(status, "health")["status"] == "warning" and "no engine" in row(status, "health")["formattedMessage"]["message"], status
    assert len(events(w, "health is warning now, was success")) == 1
    # other words for the same are written, and are no event
    w.knobs({"health_issues": "no engine|no network"})
    assert "no network" in row(recheck(w), "health")["formattedMessage"]["message"], w.status()
    assert len(events(w, "health is warning now")) == 1 and len(events(w, "no network")) == 0
    before, said = status_file(w), w.log().count("sequence 0: ")
    recheck(w)
    assert status_file(w) == before and w.log().count("sequence 0: ") == said and w.runs() == 1
    w.machine.run(["systemctl", "reset-failed", SERVICE])  # its limit of starts
    # what stands there is another's: told anew
    w.knobs({})
    w.machine.write(f"{w.base()}/status/0.status", "[]")
    recheck(w)
    assert_well(w)
    # a refusal that was told is told again where it does not stand any more
    w.machine.run(["apt-get", "remove", "-y", "mdatp"])
    assert_drift(recheck(w), "sensor-removed")
    before = status_file(w)
    assert_drift(recheck(w), "sensor-removed")
    assert status_file(w) == before
    w.machine.write(f"{w.base()}/status/0.status", "[]")
    assert_drift(recheck(w), "sensor-removed")
    assert len(events(w, "(sensor-removed)")) == 1
