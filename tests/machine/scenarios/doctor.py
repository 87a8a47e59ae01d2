"""The doctor: machines that are broken on purpose, one way after the other; its first line names the cause."""

import json
import re
import sys
from pathlib import Path

from agent_reads import read_differently
from arc_manager import Arc
from holding import hold, let_go
from leading import EDR, also_serve, lead
from onboarding_world import ONBOARDING, PROGRAM, RESOURCE, STATE
from scenario import scenario
from terminal import Terminal

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import schema  # noqa: E402

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
OFFBOARDING = "/etc/opt/microsoft/mdatp/mdatp_offboard.json"
MDATP = "mdatp.service"
VM = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


def program(w):
    return PROGRAM if w.machine.exists(PROGRAM) else "/usr/sbin/mde-linux"


def doctor(w, *options, before=()):
    """(exit code, lines)"""
    done = w.machine.run([*before, program(w), "doctor", *options], check=False)
    assert done.stderr == "", done
    return done.returncode, done.stdout.splitlines()


def causes(w, *options):
    """Ids in the order told, of faults."""
    code, lines = doctor(w, *options)
    ids = [match.group(1) for line in lines if not line.startswith("To know:") for match in [re.search(r" \(([a-z-]+)\)$", line)] if match]
    assert code == (3 if ids else 0), (code, lines)
    return ids


def assert_first(w, cause, *words, options=()):
    code, lines = doctor(w, *options)
    assert code == 3 and lines[0].endswith(f" ({cause})"), (cause, code, lines)
    assert lines[1].startswith("  why: ") and lines[2].startswith("  do:  "), lines
    for each in words:
        assert each in lines[1], (each, lines)


def assert_well(w, *options):
    code, lines = doctor(w, *options)
    assert code == 0 and lines[0] == "Nothing wrong was found: this machine is onboarded.", (code, lines)
    return lines


def wait_answer(w):
    w.machine.wait(lambda: is_licensed(w), 20, "the sensor's licence")


def set_unit(w, *verbs):
    for verb in verbs:
        w.machine.run(["systemctl", *verb.split(), MDATP])


def is_licensed(w):
    return w.machine.run(["mdatp", "health", "--field", "licensed"], check=False).stdout.strip() == "true"


def become(w, **compute):
    """What Azure's metadata service says of the machine from now on."""
    w.azure.imds["compute"].update(compute)
    w.azure.tag()


def restart(w, **knobs):
    """The sensor, with these knobs and no others."""
    w.knobs(knobs)
    set_unit(w, "reset-failed", "restart")


def well_again(w):
    restart(w)
    wait_answer(w)


@scenario(timeout=120)
def a_sensor_that_is_ill(w):
    w.onboard()
    w.assert_quiet()
    lines = assert_well(w)
    assert any(line.startswith("  network: ") and "reached" in line for line in lines), lines

    set_unit(w, "stop", "mask")
    assert_first(w, "service-masked", "mdatp.service is masked")
    set_unit(w, "unmask", "disable")
    assert_first(w, "service-off", "inactive, and not started at boot")
    set_unit(w, "enable", "start")
    wait_answer(w)
    w.machine.write(f"/run/systemd/system/{MDATP}.d/x.conf", "[Service]\nExecStart=\nExecStart=/bin/false\nRestart=no\n")
    w.machine.run(["systemctl", "daemon-reload"])
    set_unit(w, "restart --no-block")
    w.machine.wait(lambda: w.unit(MDATP, "ActiveState")["ActiveState"] == "failed", 20, "the unit to fail")
    assert_first(w, "service-failed", "result exit-code")
    w.machine.run(["rm", "-r", f"/run/systemd/system/{MDATP}.d"])
    w.machine.run(["systemctl", "daemon-reload"])
    restart(w, ready_file="/run/never")
    assert_first(w, "sensor-not-answering")
    well_again(w)

    w.knobs({"definitions_status": "updating"})  # as it is for minutes after an installation
    assert causes(w) == [], causes(w)
    for cause, words, knobs in (("definitions", "failed", {"definitions_status": "failed"}),
                                ("definitions-old", "9 days ago", {"definitions_minutes_ago": str(9 * 24 * 60 + 5)}),
                                ("isolated", "isolated", {"functionality_mode": "isolated"}),
                                ("unhealthy", "out of tune", {"health_issues": "out of tune"}),
                                ("sensor-expired", "expired on", {"expired": "yes"}),
                                ("tenant-other", "11111111-0000-", {"wrong_org": "11111111-0000-4000-8000-000000000000"})):
        w.knobs(knobs)
        assert_first(w, cause, words)
    w.knobs({})
    assert_well(w)
    w.machine.run(["dpkg", "--purge", "mdatp"])
    assert_first(w, "sensor-removed", "not installed any more")


def document(w, *options, code=0, before=()):
    done = w.machine.run([*before, program(w), "doctor", "--json", *options], check=False)
    assert (done.returncode, done.stderr) == (code, ""), done
    return schema.validate("doctor", done.stdout)


@scenario(timeout=120)
def what_can_be_seen_without_rights_or_network_or_of_an_image(w):
    w.onboard()
    w.assert_quiet()
    told = document(w)
    assert told["verdict"] == "well" and told["onboarded"] and not told["unseen"], told
    assert {group["name"]: group["state"] for group in told["groups"] if group["state"] != "fine"} == {"cloud": "not asked"}, told
    requests = len(w.all_requests())
    told = document(w, "--offline")
    assert [each["what"] for each in told["unseen"]] == ["--offline: the network and the clock, and what Azure says"], told
    assert len(w.all_requests()) == requests
    files = w.files()
    code, lines = doctor(w, before=NOBODY)
    assert code == 0 and any(line.startswith("  not root: ") for line in lines), (code, lines)

    with Terminal(w.machine, [PROGRAM, "doctor"]) as terminal:
        assert terminal.end() == 0
        assert terminal.lines[0] == "Looking at this machine and its network ...", terminal.text
        assert terminal.colour("Nothing wrong was found") == "green", terminal.text
        assert terminal.lines[2].startswith("To know: ") and "  tenant:      licensed in " in terminal.text, terminal.text

    w.machine.path("/srv/image").mkdir()
    w.machine.run(["mount", "--bind", "/", "/srv/image"])
    calls = w.cli_calls()
    told = document(w, "--root", "/srv/image", code=4)
    assert told["verdict"] == "unknown" and not told["onboarded"] and told["unseen"][0]["what"].startswith("an image"), told
    assert [each["id"] for each in told["causes"] if each["fault"]] == [], told
    with Terminal(w.machine, [PROGRAM, "doctor", "--root", "/srv/image"], env={"NO_COLOR": "1"}) as terminal:
        assert terminal.end() == 4 and b"\x1b" not in terminal.output, terminal.output
    w.machine.run(["rm", ONBOARDING])
    assert document(w, "--root", "/srv/image", code=3)["causes"][0]["id"] == "sensor-offboarded"
    assert w.cli_calls() == calls and w.files().keys() == files.keys() - {ONBOARDING}
    w.machine.run(["umount", "/srv/image"])

    w.machine.run(["systemctl", "stop", MDATP])
    code, lines = doctor(w, before=NOBODY)
    assert code == 3 and lines[0].endswith("(service-off)"), (code, lines)
    assert w.machine.run([PROGRAM, "doctor", "--root", "/nowhere"], check=False).returncode == 2


@scenario(timeout=120)
def a_sensor_that_lost_its_licence_or_its_network(w):
    w.onboard()
    w.assert_quiet()
    lead(w, EDR=None)
    assert_first(w, "endpoints", EDR, "DNS")
    assert_well(w, "--offline")
    also_serve(w, "127.0.0.2", "--certificate", "foreign")
    lead(w, EDR="127.0.0.2")
    assert_first(w, "tls-interception", "Elsewhere Inspection CA")
    w.start_proxy(3128)
    w.machine.write("/etc/environment", "https_proxy=http://127.0.0.1:3128\n")
    lead(w, EDR="127.0.0.9")
    assert_first(w, "proxy-not-the-sensors", EDR, "http://127.0.0.1:3128")
    w.machine.write("/etc/environment", "")
    lead(w)
    w.faults({"packages.microsoft.com": {"headers": {"Date": "Thu, 01 Jan 2099 00:00:00 GMT"}}})
    assert_first(w, "clock-wrong", "behind")
    w.faults({})
    become(w, resourceId=RESOURCE + "2")
    assert_first(w, "stale-tag", RESOURCE + "2")
    become(w, resourceId=RESOURCE, vmId="cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee")
    assert_first(w, "cloned", "its disk is a copy")
    become(w, vmId=VM)
    assert_well(w)

    settings = f"{w.base()}/config/0.settings"
    whole = w.machine.read(settings)
    w.machine.write(settings, whole[:len(whole) // 2], 0o600)  # as a full disk leaves it
    assert_first(w, "settings-invalid", settings)
    w.machine.write(settings, whole, 0o600)
    assert_well(w)

    w.agent.stop()
    assert_first(w, "guest-agent-down", "inactive")
    written = w.machine.read(ONBOARDING)
    w.machine.write(OFFBOARDING, "{}", 0o640)
    assert_first(w, "sensor-offboarded", OFFBOARDING)
    w.machine.run(["rm", OFFBOARDING])
    w.machine.run(["rm", "-r", f"{STATE}/history"])
    w.machine.run(["rm", ONBOARDING])
    w.machine.wait(lambda: not is_licensed(w), 20, "the licence to go")
    assert_first(w, "not-onboarded", ONBOARDING)
    w.knobs({"never_license": "yes"})
    w.machine.write(ONBOARDING, written, 0o640)
    assert_first(w, "sensor-not-licensed", "its issues:")
    w.machine.write(f"{w.base()}/config/HandlerState", "Installed")  # as disable leaves it
    assert_first(w, "extension-disabled", "not Enabled")


@scenario(timeout=120)
def an_extension_that_met_something_on_the_machine(w):
    w.install_unpacked()
    w.machine.write("/etc/mde-linux/hold", "ask Kim")
    status, _ = w.enable_fresh(1)
    assert status["status"] == "error", status
    assert_first(w, "held", "ask Kim")
    w.machine.run(["rm", "/etc/mde-linux/hold"])

    hold(w)
    assert_first(w, "conflict", "/usr/local/bin/holder")
    let_go(w)
    hosts = w.machine.read("/etc/hosts")
    w.machine.write("/etc/hosts", "127.0.0.1 localhost machine\n")
    assert_first(w, "repository-unreachable", "packages.microsoft.com", "DNS")
    w.machine.write("/etc/hosts", hosts)
    w.start_proxy(3129, "refuse")
    w.machine.write("/etc/environment", "https_proxy=http://127.0.0.1:3129\n")
    assert_first(w, "proxy", "packages.microsoft.com", "127.0.0.1:3129")
    w.machine.write("/etc/environment", "")
    w.settings_file(1, proxy="http://127.0.0.1:3129")  # the way that its run goes
    assert_first(w, "proxy", "packages.microsoft.com", "127.0.0.1:3129")
    w.settings_file(1)
    w.hold_locks()
    assert_first(w, "package-manager-locked", "busy-apt.service", "holds /var/lib/")
    w.machine.run(["systemctl", "kill", "--signal=KILL", "busy-apt.service"])
    w.machine.wait(lambda: w.unit("busy-apt", "ActiveState")["ActiveState"] != "active", 10, "the locks to be let go")
    w.machine.write("/var/lib/dpkg/updates/0001", "")
    assert_first(w, "package-manager-broken", "dpkg")
    w.machine.run(["rm", "/var/lib/dpkg/updates/0001"])
    source = "/etc/apt/sources.list.d/microsoft-prod.list"
    w.machine.write(source, "<!DOCTYPE html>\n<title>Log in</title>\n")
    assert_first(w, "source-unusable", source, "HTML page")
    w.machine.run(["rm", source])
    source = "/etc/apt/sources.list.d/company.list"
    w.machine.write(source, "deb [trusted=yes] https://packages.microsoft.com/debian/12/prod bookworm main\n")
    assert_first(w, "repository-unverified", source, "trusted=yes")
    w.machine.run(["rm", source])
    release = w.machine.read("/etc/os-release")
    w.machine.write("/etc/os-release", "ID=gentoo\nNAME=Gentoo\nVERSION_ID=2.15\n")
    assert_first(w, "distribution-unsupported", "gentoo")
    w.machine.write("/etc/os-release", release)

    assert_first(w, "extension-failed-then", "The last run (sequence number 1) ended with held")
    w.settings_file(2, protected=None, onConflict="ignore")
    w.enable(seq=2)
    w.wait_ended(2)
    assert_first(w, "onboarding-missing", "sequence number 2")
    # what they allow is not the cause
    hold(w, unit="holder2")
    assert_first(w, "onboarding-missing")
    assert "conflict" not in causes(w), causes(w)
    let_go(w, unit="holder2")
    w.hold_download()
    w.settings_file(3)
    w.enable(seq=3, check=True)
    w.wait_download()
    assert_first(w, "working", "pid", options=("--offline",))
    w.kill_worker()
    w.wait_ended(3)
    w.assert_quiet()
    assert_first(w, "worker-died", "sequence number 3")
    w.let_download_go()


def wait_handled(w, words):
    w.machine.wait(lambda: words in w.agent.log, 30, f"the guest agent to say {words!r}")


@scenario(agent="newest", timeout=120)
def an_extension_that_never_came(w):
    w.prepare()
    w.bring_program("/usr/sbin/mde-linux")
    assert_first(w, "guest-agent-stopped", "walinuxagent.service is inactive")
    w.agent.start()
    w.azure.wait_report(lambda report: True, "a report")
    assert_first(w, "extension-not-assigned", "newest goal state")
    conf = w.machine.read("/etc/waagent.conf")
    w.machine.write("/etc/waagent.conf", conf + "Extensions.Enabled=n\n")
    assert_first(w, "extensions-off", "/etc/waagent.conf")
    w.machine.write("/etc/waagent.conf", conf)

    policy = {"policyVersion": "0.1.0", "extensionPolicies": {"allowListedExtensionsOnly": True, "extensions": {"Other.Name": {}}}}
    w.machine.write("/etc/waagent_policy.json", json.dumps(policy))
    w.publish()
    w.ask(protected=None)
    wait_handled(w, "will not be processed")
    assert_first(w, "extension-denied", "/etc/waagent_policy.json")
    w.machine.run(["rm", "/etc/waagent_policy.json"])
    broken = w.folder / "broken.zip"
    broken.write_text("no zip")
    w.azure.publish("1.0.0.2", broken)
    w.ask(version="1.0.0.2", protected=None)
    wait_handled(w, "Error while unzipping")
    assert_first(w, "extension-not-delivered", "Failed to download")
    w.machine.run(["mount", "--bind", "-o", "ro", "/usr/local", "/usr/local"])
    w.ask(seq=1, protected=None)
    wait_handled(w, "Read-only file system")
    assert_first(w, "extension-not-installed", "NotInstalled", "Read-only file system")
    w.machine.run(["umount", "/usr/local"])
    w.ask(seq=2, protected=None)
    w.azure.wait_status("error", seq=2)
    assert_first(w, "onboarding-missing", "sequence number 2")


@scenario(agent="newest")
def the_guest_agent_s_files_are_read_as_it_reads_them(w):
    w.bring_program("/usr/sbin/mde-linux")
    differently = read_differently(w, "/usr/sbin/mde-linux")
    assert not differently, differently


@scenario(timeout=120)
def an_extension_that_arc_could_not_bring(w):
    w.prepare()
    w.bring_program("/usr/sbin/mde-linux")
    Arc(w)
    w.machine.write("/var/lib/GuestConfig/ext_mgr_logs/gc_ext.log",
                    "[2026-01-02 03:04:05.678] [PID 9] [ERROR] Download of Microsoft.Azure.AzureDefenderForServers.MDE.Linux failed\n")
    assert_first(w, "arc-not-delivered", "gc_ext.log says: Download", options=("--offline",))
    lines = doctor(w, "--offline")[1]
    assert "azcmagent check" in lines[2] and "168.63" not in lines[2], lines


@scenario(timeout=120)
def a_site_s_file_that_is_wrong_or_not_for_everybody(w):
    w.onboard()
    w.assert_quiet()
    conf = "/etc/mde-linux/mde-linux.conf"
    site = w.machine.read(conf)
    w.machine.run(["chmod", "0600", conf])
    for command in ("doctor", "status", "check", "plan"):
        argv = [*NOBODY, PROGRAM, command, *(["--offline"] if command == "doctor" else [])]
        text, told = w.machine.run(argv, check=False), w.machine.run([*argv, "--json"], check=False)
        assert text.returncode in (0, 4, 53) and not text.stderr and not told.stderr, (text, told)
        assert conf in text.stdout and text.stdout.count(conf) == 1, text
        assert conf in str(schema.validate(command, told.stdout)["unseen"]), told
    done = w.machine.run([*NOBODY, PROGRAM, "collect", "--output", "/tmp/bundle.tar.gz"])
    assert done.stdout and not done.stderr, done
    # a wrong one is part of the answer
    w.machine.write(conf, site + "[policy]\nallowed_tenants = x\n", 0o644)
    for before in ([], NOBODY):
        code, lines = doctor(w, "--offline", before=before)
        assert code == 3 and lines[0].endswith(" (configuration-untrusted)") and "allowed_tenants" in lines[1], (code, lines)
        assert document(w, "--offline", code=3, before=before)["causes"][0]["id"] == "configuration-untrusted"
        done = w.machine.run([*before, PROGRAM, "status", "--json"], check=False)
        assert done.returncode == 3 and schema.validate("status", done.stdout)["reason"] == "configuration-untrusted", done
    for command, *more in (("check",), ("plan",), ("onboard", "/nothing"), ("offboard", "/nothing")):
        done = w.machine.run([PROGRAM, command, *more], check=False)
        assert done.returncode == 53 and not done.stderr and "allowed_tenants" in done.stdout and "do:   Correct the file" in done.stdout, done
        done = w.machine.run([PROGRAM, command, *more, "--json"], check=False)
        told = schema.validate(command, done.stdout)
        assert (told["refusals"][0] if "refusals" in told else told)["reason"] == "configuration-untrusted" and done.returncode == 53, done
