"""Machines that cannot carry the sensor: told before anything changes, with what was found and what is needed."""

import email.utils
import time

from azure import Settings, Substatus
from onboarding_world import STATE
from scenario import scenario

VENDOR = "packages.microsoft.com"
HOUR = 3600


def ready(w, **prepared):
    """A machine with the extension unpacked; what it is asked then is asked without the agent's round of seconds."""
    w.prepare(**prepared)
    w.install_only()
    w.before = w.snapshot()
    w.seq = 0


def ask(w, status, **settings):
    """Put further settings to the machine; what it told in the end."""
    w.seq += 1
    w.settings_file(w.seq, **settings)
    w.enable(seq=w.seq)
    told = w.wait_ended(w.seq)
    rows = [Substatus(row["name"], row["status"], row["code"], row["formattedMessage"]["message"])
            for row in told["substatus"]]
    report = Settings(w.seq, told["operation"], told["status"], told["code"], told["formattedMessage"]["message"], rows)
    assert report.status == status, report
    w.assert_quiet()
    return report


def refuse(w, reason, *words, code=52, **settings):
    """Refused with these words; nothing changed, and nobody was asked for anything."""
    requests = w.requests()
    report = ask(w, "error", **settings)
    assert report.code == code and f"({reason})" in report.message, report
    for each in words:
        assert each in report.message, (each, report.message)
    w.assert_untouched(w.before)
    assert w.package_state() == "" and not w.machine.exists(f"{STATE}/undo")
    assert w.requests() == requests, w.requests()
    return report


def succeed(w, **settings):
    report = ask(w, "success", **settings)
    w.assert_onboarded()
    return report


def row(report, name, status, *words):
    found = report.row(name)
    assert found and found.status == status, (name, found)
    for each in words:
        assert each in found.message, (each, found.message)


def mount(w, *arguments):
    w.machine.run(["mount", *arguments])


def umount(w, place):
    w.machine.run(["umount", place])


@scenario(direct=True)
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


@scenario(direct=True)
def a_check_can_be_left_out_by_name(w):
    w.prepare()
    before = w.snapshot()
    mount(w, "-t", "tmpfs", "-o", "size=50m", "opt", "/opt")
    w.publish()
    w.ask(skipChecks=["memory", "discs"])
    w.agent.start()
    report = w.azure.wait_status("error", seq=0).settings
    assert report.code == 52 and "(disk-full)" in report.message and "50 MiB" in report.message, report
    row(report, "skipChecks", "warning", '"discs" in skipChecks is the name of no check', "disk, inodes")
    w.assert_untouched(before)
    w.ask(seq=1, skipChecks=["disk"])
    report = w.azure.wait_status("success", seq=1).settings
    w.assert_onboarded()
    row(report, "fitness-disk", "warning", "Gone on as skipChecks asks", "50 MiB free on /opt")


@scenario(direct=True)
def a_user_database_that_cannot_be_written_is_refused(w):
    ready(w)
    mount(w, "--bind", "/etc/passwd", "/etc/passwd")
    mount(w, "-o", "remount,bind,ro", "/etc/passwd")
    refuse(w, "user-database", "/etc/passwd is a mount of its own (read-only)", "have the user mdatp made")
    umount(w, "/etc/passwd")
    w.machine.run(["chattr", "+i", "/etc/group"])
    try:
        refuse(w, "user-database", "/etc/group is immutable")
    finally:
        w.machine.run(["chattr", "-i", "/etc/group"])
    w.machine.run(["useradd", "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", "mdatp"])
    mount(w, "--bind", "/etc/passwd", "/etc/passwd")
    mount(w, "-o", "remount,bind,ro", "/etc/passwd")
    succeed(w)


@scenario(direct=True)
def scripts_run_where_tmp_may_not_execute(w):
    ready(w, knobs={"postinst_runs_temporary": "yes"})
    mount(w, "-o", "remount,noexec", "/tmp")
    report = succeed(w)
    row(report, "fitness-noexec", "success", "/tmp is mounted noexec", "TMPDIR")
    assert "ran /var/cache/mde-linux/tmp/" in w.sensor_log(), w.sensor_log()
    assert not w.machine.exists("/var/cache/mde-linux")


@scenario(direct=True)
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


@scenario(direct=True)
def memory_that_the_control_group_does_not_give_is_told(w):
    ready(w)
    if not w.machine.limit_memory(600):
        return
    refuse(w, "memory-low", "Found: 600 MiB of memory (the limit of the control group", "needed: 1024 MiB")
    w.knobs({"postinst_eats_memory": "yes"})
    message = ask(w, "error", skipChecks=["memory"]).message
    assert "(out-of-memory)" in message and "for lack of memory meanwhile: 1" in message, message
    w.knobs({})
    succeed(w)


def at(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@scenario(direct=True)
def a_clock_that_is_wrong_is_told_with_its_offset(w):
    """The repository's answers come from the future instead."""
    ready(w)
    w.serve("future")
    message = ask(w, "error").message
    assert "(clock-wrong)" in message and "It is behind by " in message and "timedatectl" in message, message
    w.assert_untouched(w.before)
    w.serve()
    w.faults({VENDOR: {"headers": {"Date": at(2 * HOUR)}}})
    w.vendor.index(date=at(2 * HOUR).replace("GMT", "UTC"))
    message = ask(w, "error").message
    assert "(clock-wrong)" in message and " behind the repository's" in message and "not valid yet" in message, message
    assert any(f"It is {offset} s" in message for offset in range(2 * HOUR - 10, 2 * HOUR + 10)), message
    w.assert_untouched(w.before)
    w.vendor.index()
    row(succeed(w), "clock", "warning", " behind the package repository's", "chronyc makestep")


@scenario(direct=True)
def a_package_manager_that_cannot_fetch_by_https_is_told_before(w):
    ready(w)
    method = "/usr/lib/apt/methods/https"
    w.machine.run(["mv", method, "/root/https"])
    refuse(w, "package-https-missing", f"no {method}", "the package apt-transport-https")
    # and if it is gone on with, time is not waited for
    report = ask(w, "error", skipChecks=["https"])
    assert "(package-sources)" in report.message and method in report.message, report
    w.assert_untouched(w.before)
    w.machine.run(["mv", "/root/https", method])
    succeed(w)
