"""Machines that cannot carry the sensor: told before anything changes, with what was found and what is needed."""

import email.utils
import time

from onboarding_world import STATE
from scenario import scenario

VENDOR = "packages.microsoft.com"
HOUR = 3600


def ready(w, **prepared):
    w.prepare(**prepared)
    w.publish()
    w.before = w.snapshot()
    w.seq = -1


def ask(w, **settings):
    w.seq += 1
    w.ask(seq=w.seq, **settings)
    w.agent.start()


def refuse(w, reason, *words, code=52, **settings):
    """Refused with these words; nothing changed, and nobody was asked for anything."""
    requests = len(w.requests())
    ask(w, **settings)
    report = w.azure.wait_status("error", seq=w.seq)
    message = report.settings.message
    assert report.settings.code == code and f"({reason})" in message, report.settings
    for each in words:
        assert each in message, (each, message)
    w.assert_quiet()
    w.assert_untouched(w.before)
    assert w.package_state() == "" and not w.machine.exists(f"{STATE}/undo")
    assert len(w.requests()) == requests, w.requests()
    return report


def succeed(w, **settings):
    ask(w, **settings)
    report = w.azure.wait_status("success", seq=w.seq)
    w.assert_onboarded()
    return report


def row(report, name, status, *words):
    found = report.settings.row(name)
    assert found and found.status == status, (name, found)
    for each in words:
        assert each in found.message, (each, found.message)


def mount(w, *arguments):
    w.machine.run(["mount", *arguments])


def umount(w, place):
    w.machine.run(["umount", place])


@scenario()
def file_systems_that_will_not_do_are_refused(w):
    ready(w)
    mount(w, "-t", "tmpfs", "-o", "size=50m", "opt", "/opt")
    refuse(w, "disk-full", "Found: 50 MiB free on /opt (tmpfs mounted on /opt); needed: 2048 MiB")
    umount(w, "/opt")
    mount(w, "-t", "tmpfs", "-o", "size=4g,nr_inodes=100", "opt", "/opt")
    refuse(w, "disk-full", "free inodes on /opt", "needed: 2000")
    mount(w, "-o", "remount,size=4g,nr_inodes=100k,noexec", "/opt")
    refuse(w, "mount-unusable", "/opt (tmpfs mounted on /opt) is mounted noexec", "installPath")
    mount(w, "-o", "remount,exec,ro", "/opt")
    refuse(w, "mount-unusable", "/opt (tmpfs mounted on /opt) is read-only")
    umount(w, "/opt")
    w.machine.run(["sh", "-c", "mkdir -p /data && mv /opt /data/opt && ln -s /data/opt /opt"])
    refuse(w, "mount-unusable", "/opt is a link to /data/opt", "mount --bind")
    w.machine.run(["sh", "-c", "rm /opt && mkdir /opt"])
    mount(w, "--bind", "/data/opt", "/opt")
    succeed(w)


@scenario()
def the_machines_own_fault_can_be_gone_on_with(w):
    ready(w)
    mount(w, "-t", "tmpfs", "-o", "size=50m", "opt", "/opt")
    report = refuse(w, "disk-full", skipChecks=["memory", "discs"])
    row(report, "skipChecks", "warning", '"discs" in skipChecks is the name of no check', "disk, inodes")
    report = succeed(w, skipChecks=["disk"])
    row(report, "fitness-disk", "warning", "Gone on as skipChecks asks", "50 MiB free on /opt")


@scenario()
def a_user_database_that_cannot_be_written_is_refused(w):
    ready(w)
    mount(w, "--bind", "/etc/passwd", "/etc/passwd")
    mount(w, "-o", "remount,bind,ro", "/etc/passwd")
    refuse(w, "user-database", "/etc/passwd is a mount of its own (read-only)", "useradd --system")
    umount(w, "/etc/passwd")
    w.machine.run(["useradd", "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", "mdatp"])
    mount(w, "--bind", "/etc/passwd", "/etc/passwd")
    mount(w, "-o", "remount,bind,ro", "/etc/passwd")
    succeed(w)


@scenario()
def scripts_run_where_tmp_may_not_execute(w):
    ready(w, knobs={"postinst_runs_temporary": "yes"})
    mount(w, "-o", "remount,noexec", "/tmp")
    report = succeed(w)
    row(report, "fitness-noexec", "success", "/tmp is mounted noexec", "TMPDIR")
    assert "ran /var/cache/mde-linux/tmp/" in w.sensor_log(), w.sensor_log()
    assert not w.machine.exists("/var/cache/mde-linux")


@scenario()
def scripts_that_dpkg_cannot_run_are_told_before(w):
    ready(w, knobs={"postinst_runs_temporary": "yes"})
    mount(w, "-o", "remount,noexec", "/tmp")
    mount(w, "--bind", "/var/lib", "/var/lib")
    mount(w, "--bind", "/var/lib/waagent", "/var/lib/waagent")
    mount(w, "-o", "remount,bind,noexec", "/var/lib")
    refuse(w, "mount-unusable", "/var/lib", "is mounted noexec; dpkg runs the scripts", "DPkg::Pre-Invoke")
    mount(w, "-o", "remount,bind,exec", "/var/lib")
    mount(w, "--bind", "/var/cache", "/var/cache")
    mount(w, "-o", "remount,bind,noexec", "/var/cache")
    succeed(w)
    assert f"ran {STATE}/tmp/" in w.sensor_log(), w.sensor_log()
    assert not w.machine.exists(f"{STATE}/tmp")


@scenario()
def memory_that_the_control_group_does_not_give_is_told(w):
    ready(w)
    if not w.machine.limit_memory(600):
        return
    refuse(w, "memory-low", "Found: 600 MiB of memory (the limit of the control group", "needed: 1024 MiB")
    w.knobs({"postinst_eats_memory": "yes"})
    ask(w, skipChecks=["memory"])
    message = w.azure.wait_status("error", seq=w.seq).settings.message
    assert "(out-of-memory)" in message and "Processes ended: " in message, message
    w.knobs({})
    w.machine.limit_memory(1024)
    row(succeed(w), "fitness-memory", "warning", "Found: 1024 MiB of memory", "recommended")


def at(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@scenario()
def a_clock_that_is_wrong_is_told_with_its_offset(w):
    """The repository's answers come from the future instead."""
    ready(w)
    w.serve("future")
    ask(w)
    message = w.azure.wait_status("error", seq=w.seq).settings.message
    assert "(clock-wrong)" in message and "It is behind by " in message and "timedatectl" in message, message
    w.assert_untouched(w.before)
    w.serve()
    w.faults({VENDOR: {"headers": {"Date": at(2 * HOUR)}}})
    w.vendor.index(date=at(2 * HOUR).replace("GMT", "UTC"))
    ask(w)
    message = w.azure.wait_status("error", seq=w.seq).settings.message
    assert "(clock-wrong)" in message and "s behind the repository's" in message and "not valid yet" in message, message
    assert any(f"It is {offset} s" in message for offset in range(2 * HOUR - 10, 2 * HOUR + 10)), message
    w.assert_untouched(w.before)
    w.vendor.index()
    row(succeed(w), "clock", "warning", "s behind the package repository's", "chronyc makestep")
