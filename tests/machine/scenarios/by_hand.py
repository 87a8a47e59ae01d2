"""onboard and offboard: the mission by hand, on a machine with our program and nothing else of ours."""

import io
import json
import re
import zipfile

import onboarding
import schema
import secrets_check
from holding import hold, let_go
from onboarding_world import ONBOARDING, RESOURCE, STATE, WORKSPACE
from scenario import scenario
from server import STORAGE
from terminal import Terminal

PROGRAM = "/usr/sbin/mde-linux"
LOGS = "/var/log/mde-linux"
FILE, LEAVE, SETTINGS = "/root/package", "/root/leave", "/root/settings.json"
OFFBOARDING = "/etc/opt/microsoft/mdatp/mdatp_offboard.json"
SIGNATURE = "Hj3nVw8Xq5Zb1Lc7Rk2Td9Mf4Ps6Gy0Ae"
PLACE = f"{STORAGE}/container/package"
SIGNED = f"https://{PLACE}?sv=2022-11-02&sr=b&sp=r&sig={SIGNATURE}%3D"
OURS, OTHER = onboarding.ORG_ID, onboarding.OTHER_ORG_ID


def bring(w, **settings):
    """The program, and a file of settings."""
    if not w.made("machine"):
        w.prepare()
    with zipfile.ZipFile(w.zip()) as package:
        w.machine.write(PROGRAM, package.read("bin/mde-linux"), 0o755)
    w.machine.write(SETTINGS, json.dumps({"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE,
                                          "maxWaitMinutes": 1, **settings}))


def zipped(content, name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def give(w, path, content):
    """A package in a file of this person's, until taken()."""
    w.machine.write(path, content, 0o600)


def taken(w):
    w.machine.run(["rm", "-f", FILE, LEAVE])


def call(w, *words, **options):
    return w.machine.run([PROGRAM, *words], check=False, timeout=120, **options)


def document(done, name="onboard"):
    assert done.stderr == "", done
    return schema.validate(name, done.stdout)


def refused(done, reason, *words, name="onboard", verdict="refused"):
    answer = document(done, name)
    assert (answer["verdict"], answer["reason"], answer["code"]) == (verdict, reason, done.returncode), answer
    assert all(each in answer["found"] + answer["remedy"] for each in words), answer
    assert "protectedSettings" not in answer["remedy"] and "deploy" not in answer["remedy"], answer


def history(w):
    return json.loads(w.machine.read(f"{STATE}/history/hand.json"))


@scenario(timeout=240)
def a_package_in_a_file_onboards_and_another_offboards(w):
    bring(w)
    give(w, FILE, w.package())
    before, files = w.snapshot(), w.files()
    done = call(w, "onboard", FILE, "--settings", SETTINGS, "--dry-run")
    assert done.returncode == 0 and done.stderr == "" and "package: the package is not installed" in done.stdout, done
    answer = document(call(w, "onboard", FILE, "--settings", SETTINGS, "--dry-run", "--json"))
    assert answer["verdict"] == "planned" and "onboard" in [step["name"] for step in answer["steps"]], answer
    assert w.files() == files, w.files().keys() ^ files.keys()
    # wrong files: nothing is changed
    give(w, LEAVE, w.package(offboarding=True))
    refused(call(w, "onboard", LEAVE, "--json"), "onboarding-is-offboarding", "mde-linux offboard")
    give(w, "/root/nothing", "nothing of the kind")
    refused(call(w, "onboard", "/root/nothing", "--json"), "onboarding-damaged", "Download")
    w.assert_untouched(before)
    assert not w.machine.exists(STATE)
    # a refusal is why nothing is there, as long as nothing else is known
    hold(w)
    done = call(w, "onboard", FILE, "--settings", SETTINGS)
    assert done.returncode == 51 and "/usr/local/bin/holder" in done.stdout, done
    let_go(w)
    done = call(w, "status")
    assert done.returncode == 3 and "Reason: conflict" in done.stdout and "Nobody has asked" not in done.stdout, done
    # a zip, on standard input, is as good as what is in it
    done = call(w, "onboard", FILE, "--settings", SETTINGS)
    assert done.returncode == 0 and done.stderr == "", done
    assert done.stdout.startswith("Microsoft Defender for Endpoint is onboarded: tenant " + OURS), done.stdout
    assert "\033" not in done.stdout and "\nrepository:" in done.stdout and "\ntenant:" in done.stdout, done.stdout
    w.assert_onboarded()
    assert history(w)["verdict"] == "succeeded" and history(w)["tenant"] == OURS, history(w)
    assert "onboard by hand begins" in w.machine.read(f"{LOGS}/mde-linux.log")
    assert "mdatp" in w.machine.read(f"{LOGS}/installer.log")
    assert not w.machine.exists("/etc/systemd/system/mde-linux-recheck.timer") and not w.leftovers(), w.leftovers()
    # once more there is nothing to do
    answer = document(call(w, "onboard", FILE, "--settings", SETTINGS, "--json"))
    assert answer["verdict"] == "succeeded" and "package" not in [row["name"] for row in answer["rows"]], answer
    assert w.installations() == 1
    # of another tenant: refused, with what a person does
    give(w, FILE, w.package(org_id=OTHER))
    refused(call(w, "onboard", FILE, "--json"), "tenant-other", OURS, OTHER, "mde-linux offboard")
    w.assert_onboarded()
    assert_met(w)
    offboards(w)
    taken(w)


def assert_met(w):
    """A refusal does not colour what is known of the run before."""
    assert (history(w)["verdict"], history(w)["tenant"]) == ("succeeded", OURS) and history(w)["fulfilled"], history(w)
    done = call(w, "status")
    assert done.returncode == 0 and "refused" not in done.stdout, done


def offboards(w):
    written = w.onboarding_file()
    for kind, reason, words in ((w.package("offboarding-expired"), "offboarding-expired", "1 days"),
                                (w.package(offboarding=True, org_id=OTHER), "offboarding-other-tenant", OURS),
                                (w.package(), "offboarding-damaged", f"an onboarding package, of tenant {OURS}"),
                                (w.package("bad-signature", offboarding=True), "offboarding-damaged", "signature")):
        give(w, LEAVE, kind)
        refused(call(w, "offboard", LEAVE, "--json"), reason, words, name="offboard")
    assert w.onboarding_file() == written and not w.machine.exists(OFFBOARDING)
    assert_met(w)
    give(w, LEAVE, zipped(w.package(offboarding=True), "MicrosoftDefenderATPOffboardingLinuxServer.py"))
    done = call(w, "offboard", LEAVE, "--dry-run")
    assert done.returncode == 0 and "offboard: the sensor is onboarded" in done.stdout and "verify" not in done.stdout, done
    assert w.onboarding_file() == written
    done = call(w, "offboard", LEAVE)
    assert done.returncode == 0 and done.stdout.startswith("This machine is offboarded"), done
    health = w.health()
    assert health["licensed"] is False and w.package_state() == "ii", health
    assert not w.machine.exists(ONBOARDING) and w.machine.exists(OFFBOARDING) and not w.leftovers()
    done = call(w, "offboard", LEAVE)
    assert done.returncode == 0 and "nothing to do" in done.stdout, done
    w.machine.run(["rm", OFFBOARDING])


@scenario()
def a_package_comes_by_an_address_or_from_azure(w):
    w.install_unpacked()
    bring(w)
    (w.served / PLACE).parent.mkdir(parents=True)
    (w.served / PLACE).write_bytes(w.package())
    before = w.snapshot()
    done = call(w, "onboard", "--uri", SIGNED)
    assert done.returncode == 2 and "--uri -" in done.stderr and "sig" not in done.stderr, done
    refused(call(w, "onboard", "--uri", "http://x.test/", "--json"), "settings-invalid", "https")
    w.identity.offer(w.package())
    refused(call(w, "onboard", "--from-azure", "--settings", SETTINGS, "--json"), "azure-identity", verdict="failed")
    w.assert_untouched(before)
    w.needles |= secrets_check.markers([SIGNATURE])
    answer = document(call(w, "onboard", "--uri", "-", "--settings", SETTINGS, "--json", input=SIGNED + "\n"))
    assert answer["verdict"] == "succeeded", answer
    assert any(row["name"] == "onboarding-package" and PLACE in row["text"] for row in answer["rows"]), answer
    w.assert_onboarded()
    w.identity.assign()
    for words in (("--uri", f"https://{PLACE}"), ("--from-azure",)):
        done = call(w, "onboard", *words, "--settings", SETTINGS)
        assert done.returncode == 0 and "\nonboarding-package:" in done.stdout, done


@scenario()
def the_extensions_worker_is_waited_for_and_people_without_rights_are_told(w):
    w.install_unpacked()
    bring(w, maxWaitMinutes=2)
    give(w, FILE, w.package())
    done = w.machine.run(["setpriv", "--reuid=65534", "--clear-groups", PROGRAM, "onboard", FILE], check=False)
    assert done.returncode == 1 and "only root" in done.stderr, done
    w.hold_postinst()
    w.settings_file(0)
    w.enable()
    w.wait_postinst()
    with Terminal(w.machine, [PROGRAM, "onboard", FILE, "--settings", SETTINGS]) as terminal:
        terminal.wait("the extension is at work on this machine with sequence 0 (pid ")
        w.release()
        assert terminal.end() == 0, terminal.text
        assert re.search(r"(?m)^wait +done \d+\.\d s$", terminal.text), terminal.text
    assert w.wait_ended(0)["status"] == "success" and w.installations() == 1
    # what a person undid is not undone by the same sequence
    give(w, LEAVE, w.package(offboarding=True))
    assert call(w, "offboard", LEAVE).returncode == 0
    w.enable()
    status = w.wait_ended(0)
    assert "offboarded on this machine" in status["formattedMessage"]["message"], status
    assert w.health()["licensed"] is False
    # a hold stops a person as well
    call(w, "hold", "until", "Friday")
    refused(call(w, "onboard", FILE, "--json"), "held", "until Friday")
    w.machine.run(["rm", OFFBOARDING])
    taken(w)


@scenario()
def on_a_terminal_the_step_is_shown_and_an_interrupt_breaks_nothing_off(w):
    bring(w)
    give(w, FILE, w.package())
    w.hold_postinst()
    # of a session of its own: what brings us into the machine ends by the first Ctrl-C
    with Terminal(w.machine, ["setsid", "--ctty", PROGRAM, "onboard", FILE, "--settings", SETTINGS]) as terminal:
        terminal.wait("package: ")
        w.wait_postinst()
        terminal.wait(lambda t: any(line.startswith("repository") and " done " in line for line in t.lines))
        terminal.send("ctrl-c")
        terminal.wait("never broken off")
        terminal.send("ctrl-c")
        terminal.wait("It stops already")
        w.release()
        assert terminal.end() == 1, terminal.text
        assert len(terminal.text.splitlines()) < 20, terminal.text
        assert "failed: stopped (code 1)" in terminal.text and "Run the command again" in terminal.text, terminal.text
    w.assert_never_cut_off()
    assert w.package_state() == "ii" and not w.machine.exists(ONBOARDING)
    # again: it goes on from there
    with Terminal(w.machine, [PROGRAM, "onboard", FILE, "--settings", SETTINGS]) as terminal:
        assert terminal.end() == 0, terminal.text
        assert "is onboarded: tenant" in terminal.text and not terminal.lines[0].startswith("package"), terminal.text
        assert all(len(line) <= 80 for line in terminal.lines)
    w.assert_onboarded()
    assert w.installations() == 1
    # a terminal of lines only, without colours
    with Terminal(w.machine, [PROGRAM, "onboard", FILE, "--settings", SETTINGS], term="dumb") as terminal:
        assert terminal.end() == 0, terminal.text
        assert b"\x1b" not in terminal.output, terminal.output
    w.assert_sane()
    taken(w)


@scenario()
def an_enable_that_comes_meanwhile_is_taken_up_and_a_killed_run_is_gone_on_with(w):
    w.install_unpacked()
    bring(w)
    give(w, FILE, w.package())
    w.hold_postinst()
    process = w.machine.spawn([PROGRAM, "onboard", FILE, "--settings", SETTINGS, "--json"])
    w.wait_postinst()
    w.machine.end(process)
    w.release()
    # the installation outlives us; the next run waits for it, and is at work when an enable comes
    w.knobs({"licence_file": "/run/ready"})
    process = w.machine.spawn(["nohup", PROGRAM, "onboard", FILE, "--settings", SETTINGS, "--json"])
    w.machine.wait(lambda: w.machine.exists(ONBOARDING), 30, "the onboarding")
    pid = re.findall(r"onboard by hand begins, pid (\d+)", w.machine.read(f"{LOGS}/mde-linux.log"))[-1]
    w.machine.run(["kill", "-HUP", pid])
    w.settings_file(0)
    assert w.enable().returncode == 0
    assert "waiting for the run before" in w.status()["formattedMessage"]["message"], w.status()
    w.machine.write("/run/ready", "")
    w.machine.wait(lambda: process.poll() is not None, 30, "the end of the run by hand")
    assert process.returncode == 0 and schema.validate("onboard", open(process.log).read())["verdict"] == "succeeded"
    assert w.wait_ended(0)["status"] == "success"
    w.assert_onboarded()
    assert w.installations() == 1
    w.assert_never_cut_off()
    w.assert_sane()
    taken(w)
