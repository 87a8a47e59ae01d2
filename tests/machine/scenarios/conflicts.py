"""Others that watch file access: real antivirus programs, the sensor itself, and holders of odd kinds."""

import json
import re

import onboarding_world  # noqa: F401 (before pki, of holding: it says where that is)
from holding import hold, let_go
from scenario import scenario

SENSOR = "/opt/microsoft/mdatp/sbin"
CUSTOM = "/srv/apps/microsoft_mdatp"
CONTAINER = "3f9d2c41a7b8e05566778899aabbccddeeff00112233445566778899aabbccdd"
CLAMD = """\
OnAccessIncludePath /srv/guarded
OnAccessPrevention yes
OnAccessExcludeUname clamav
"""
WITHOUT_DATABASE = """\
[Unit]
ConditionPathExistsGlob=
"""
FAPOLICYD = """\
permissive = 1
watch_fs = tmpfs
trust = file
integrity = none
uid = root
gid = root
"""


def blocks(w, program):
    """Whether this program has asked for permission events."""
    marks = w.machine.run(["sh", "-c", f"grep -h ^fanotify /proc/$(pidof {program})/fdinfo/*"], check=False).stdout
    return any(int(mask, 16) & 0x170000 for mask in re.findall(r" mask:([0-9a-f]+)", marks))


def start_clamonacc(w):
    w.machine.run(["systemctl", "start", "clamav-clamonacc"])
    w.machine.wait(lambda: blocks(w, "clamonacc"), 30, "clamonacc to block")


def prepare_clamav(w):
    w.prepare()
    w.machine.write("/srv/guarded/file", "x")
    w.machine.write("/etc/clamav/clamd.conf", w.machine.read("/etc/clamav/clamd.conf") + CLAMD)
    w.machine.write("/var/lib/clamav/local.hdb", "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test\n")
    w.machine.write("/etc/systemd/system/clamav-daemon.service.d/local.conf", WITHOUT_DATABASE)
    w.machine.run(["systemctl", "daemon-reload"])
    start_clamonacc(w)


@scenario(root="bookworm-av", direct=True)
def clamonacc_is_refused_until_it_is_stopped_and_a_warning_beside_the_sensor(w):
    prepare_clamav(w)
    before = w.snapshot()
    w.publish()
    w.ask()
    w.agent.start()
    report = w.wait_error("conflict", seq=0)
    pid = w.machine.run(["pidof", "clamonacc"]).stdout.strip()
    for words in ("ClamAV: /usr/sbin/clamonacc", f"pid {pid}", "unit clamav-clamonacc.service", "package clamav-daemon"):
        assert words in report.settings.message, report.settings.message
    assert report.settings.code == 51 and report.settings.message.split(" ")[16] == "5", report.settings
    w.assert_untouched(before)
    assert not any("packages.microsoft.com" in line for line in w.requests()), w.requests()
    w.assert_quiet()
    # stopped: the next enable onboards
    w.machine.run(["systemctl", "enable", "clamav-clamonacc"])
    w.machine.run(["systemctl", "stop", "clamav-clamonacc"])
    w.enable()
    report = w.azure.wait_status("success", seq=0)
    w.assert_onboarded()
    row = report.settings.row("stopped-product")
    assert row.status == "warning" and "ClamAV" in row.message and "clamav-clamonacc.service" in row.message, report.settings
    # it is there again beside the sensor: told, and nothing is refused
    start_clamonacc(w)
    w.ask(seq=1, tags={"GROUP": "Web servers"})
    report = w.azure.wait_status("success", seq=1)
    row = report.settings.row("conflict")
    assert row.status == "warning" and "ClamAV" in row.message and "is in passive mode" in row.message, report.settings
    assert report.settings.row("stopped-product") is None
    w.assert_onboarded()


@scenario(root="bookworm-av", direct=True)
def fapolicyd_is_a_warning_and_fatrace_a_remark(w):
    w.prepare()
    w.machine.write("/etc/fapolicyd/fapolicyd.conf", FAPOLICYD)
    w.machine.write("/etc/fapolicyd/rules.d/90-deny-execute.rules", "allow perm=any all : all\n")
    w.machine.run(["systemctl", "start", "fapolicyd"])
    w.machine.wait(lambda: blocks(w, "fapolicyd"), 30, "fapolicyd to block")
    w.start_unit("fatrace", "/usr/sbin/fatrace", "-o", "/root/fatrace.log")
    w.machine.wait(lambda: w.machine.exists("/root/fatrace.log"), 10, "fatrace to listen")
    report = w.onboard()
    row = report.settings.row("fanotify")
    assert row.status == "warning" and "fapolicyd: /usr/sbin/fapolicyd" in row.message, report.settings
    assert "unit fapolicyd.service" in row.message and "package fapolicyd" in row.message, row
    row = report.settings.row("fanotify-listeners")
    assert row.status == "success" and "fatrace: /usr/sbin/fatrace" in row.message, report.settings
    assert report.settings.row("conflict") is None
    w.assert_onboarded()


@scenario(direct=True)
def the_sensor_is_never_a_conflict(w):
    report = w.onboard()
    # a second daemon, whose file an upgrade has replaced
    hold(w, program=f"{SENSOR}/second", name="wdavdaemon")
    w.machine.run(["rm", f"{SENSOR}/second"])
    w.ask(seq=1, tags={"GROUP": "one"})
    report = w.azure.wait_status("success", seq=1)
    assert not [row for row in report.settings.substatus if "conflict" in row.name or "fanotify" in row.name], report.settings
    let_go(w)
    # installed elsewhere, with the usual place a link, and broken off in its installation: it is refused by nobody
    w.machine.run(["systemctl", "stop", "mdatp"])
    w.machine.run(["sh", "-c", f"mkdir -p {CUSTOM}/opt/microsoft && mv /opt/microsoft/mdatp {CUSTOM}/opt/microsoft/ &&"
                   f" ln -s {CUSTOM}/opt/microsoft/mdatp /opt/microsoft/mdatp"])
    w.machine.write("/etc/opt/microsoft/mdatp/mde_path.json", f'{{"path": "{CUSTOM}"}}')
    w.machine.run(["systemctl", "start", "mdatp"])
    w.machine.wait(lambda: "/srv/apps" in w.machine.run(["sh", "-c", "readlink /proc/$(pidof wdavdaemon)/exe"], check=False).stdout,
                   10, "the daemon at its new place")
    w.machine.run(["sh", "-c", "sed -i '/^Package: mdatp$/,/^$/s/^Status: .*/Status: install ok half-configured/' /var/lib/dpkg/status"])
    w.ask(seq=2, tags={"GROUP": "two"})
    report = w.azure.wait_status("success", seq=2)
    assert not [row for row in report.settings.substatus if "conflict" in row.name or "fanotify" in row.name], report.settings
    w.assert_onboarded()


@scenario(direct=True)
def holders_in_containers_and_with_hostile_names_are_named(w):
    w.install_only()
    before = w.snapshot()
    told = refused(w, 1, lambda: hold(
        w, program=f"{SENSOR}/wdavdaemon", name="wdavdaemon", unit="docker", root="/srv/image",
        inside=("/usr/bin/systemd-run", "--quiet", "--scope", f"--unit=docker-{CONTAINER}.scope",
                "/usr/bin/unshare", "--pid", "--mount", "--fork", "/usr/sbin/chroot", "/srv/image")))
    assert "container docker 3f9d2c41a7b8" in told and f"{SENSOR}/wdavdaemon" in told, told
    w.machine.run(["systemctl", "kill", "--signal=KILL", f"docker-{CONTAINER}.scope"])
    let_go(w, "docker")
    told = refused(w, 2, lambda: hold(w, program="/usr/bin/clamonacc", inside=("/usr/bin/unshare", "--pid", "--fork", "--kill-child")))
    assert "ClamAV: /usr/bin/clamonacc" in told and "in a namespace of its own" in told and "unit holder.service" in told, told
    let_go(w)
    told = refused(w, 3, lambda: hold(w, program='/srv/a\n"}], \x1b[31m\\b/ä v', name='x\n\x07"y', unit=None))
    assert r'/srv/a\x0a\x22}], \x1b[31m\x5cb/ä v' in told and r"named x\x0a\x07\x22y" in told, told
    w.assert_untouched(before)
    # it stays, and the sensor is installed beside it: passive, though by itself it would not be
    w.knobs({"passive_default": "disabled"})
    w.settings_file(4, onConflict="passive")
    w.enable(seq=4, check=True)
    status = w.wait_ended(4)
    assert status["status"] == "success", status
    row, = (row for row in status["substatus"] if row["name"] == "conflict")
    assert row["status"] == "success" and r"x\x0a\x07\x22y" in row["formattedMessage"]["message"], row
    managed = w.machine.path("/etc/opt/microsoft/mdatp/managed/mdatp_managed.json")
    assert json.loads(managed.read_text())["antivirusEngine"]["enforcementLevel"] == "passive"
    begun, = (line for line in w.sensor_log().splitlines() if "postinst configure" in line and line.endswith("begin"))
    assert managed.stat().st_mtime < float(begun.split(" ")[0]), begun
    w.assert_onboarded()


def refused(w, seq, start):
    """The message of the refusal that a holder leads to."""
    start()
    w.settings_file(seq)
    w.enable(seq=seq, check=True)
    status = w.wait_ended(seq)
    message = status["formattedMessage"]["message"]
    assert status["status"] == "error" and "(conflict)" in message, status
    return message


@scenario(direct=True)
def beside_a_conflict_a_sensor_can_be_installed_that_was_never_anything_but_passive(w):
    w.prepare(knobs={"passive_default": "disabled"})
    hold(w)
    report = w.onboard(onConflict="passive")
    modes = w.machine.read("/var/log/mdatp-stand-in-modes.log").splitlines()
    assert len(modes) == 1 and modes[0].endswith(" passive"), modes
    row = report.settings.row("conflict")
    assert row.status == "success" and "is in passive mode" in row.message, report.settings  # it was chosen
    w.agent.stop()
    # it stays so when the other is gone, and nobody works for it
    let_go(w)
    runs = w.runs()
    assert w.enable().returncode == 0 and w.runs() == runs
    assert w.health()["passiveModeEnabled"]["value"] is True
    # to block beside another that does is refused, whatever says so
    hold(w, unit="again")
    for seq, settings in ((1, {"passiveMode": False}),
                          (2, {"managedConfig": {"antivirusEngine": {"enforcementLevel": "real_time"}}})):
        w.settings_file(seq, onConflict="passive", **settings)
        w.enable(seq=seq)
        status = w.wait_ended(seq)
        assert status["status"] == "error" and "(conflict)" in status["formattedMessage"]["message"], status
        assert w.health()["passiveModeEnabled"]["value"] is True
    let_go(w, "again")
    w.enable(seq=2)
    w.machine.wait(lambda: w.status(seq=2)["status"] == "success", 30, "the sensor to block")
    assert w.health()["passiveModeEnabled"]["value"] is False
