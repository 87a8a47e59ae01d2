"""onboard and offboard: the mission by hand, on a machine with our program and nothing else of ours."""

import re

import schema
import secrets_check
from hand import (FILE, LEAVE, LOGS, OFFBOARDING, OTHER, OURS, PLACE, PROGRAM, SETTINGS, SIGNATURE, SIGNED, bring, call, document,
                  give, history, last_pid, refused, taken, zipped)
from holding import hold, let_go
from onboarding_world import ONBOARDING, STATE
from scenario import for_families, scenario
from terminal import Terminal


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
    done = call(w, "onboard", LEAVE, "--dry-run")
    assert done.returncode == 53 and "do:   Name an onboarding package" in done.stdout and "protected" not in done.stdout, done
    done = call(w, "onboard", "--settings", SETTINGS, "--dry-run")
    assert done.returncode == 53 and "what: No onboarding package was given" in done.stdout and "protected" not in done.stdout, done
    assert "No FILE was named, and no --uri, --from-azure" in done.stdout, done
    give(w, "/root/nothing", "nothing of the kind")
    refused(call(w, "onboard", "/root/nothing", "--json"), "onboarding-damaged", "Download")
    w.assert_untouched(before)
    assert not w.machine.exists(STATE)
    # a refusal is why nothing is there, as long as nothing else is known
    hold(w)
    done = call(w, "onboard", FILE, "--settings", SETTINGS)
    assert done.returncode == 51 and "/usr/local/bin/holder" in done.stdout, done
    done = call(w, "status")
    assert done.returncode == 3 and "Reason: conflict" in done.stdout and "Nobody has asked" not in done.stdout, done
    let_go(w)
    done = call(w, "status")
    assert done.returncode == 3 and "is not there any more (conflict)" in done.stdout, done
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
    done = call(w, "onboard", FILE, "--dry-run")
    assert done.returncode == 53 and "do:   Run 'mde-linux offboard' with" in done.stdout, done
    w.assert_onboarded()
    assert_met(w)
    offboards(w)
    taken(w)


@for_families("el9", "sles15")
def it_is_the_same_with_other_package_managers(w):
    bring(w)
    give(w, FILE, w.package())
    give(w, LEAVE, w.package(offboarding=True))
    done = call(w, "onboard", FILE, "--settings", SETTINGS)
    assert done.returncode == 0 and done.stdout.startswith("Microsoft Defender for Endpoint is onboarded: tenant " + OURS), done
    w.assert_onboarded()
    assert not w.leftovers() and w.installations() == 1, w.leftovers()
    done = call(w, "status")
    assert done.returncode == 0 and OURS in done.stdout, done
    done = call(w, "offboard", LEAVE)
    assert done.returncode == 0 and done.stdout.startswith("This machine is offboarded"), done
    assert w.health()["licensed"] is False and w.package_state() == "ii"
    assert call(w, "status").returncode == 3
    w.assert_sane()
    w.machine.run(["rm", OFFBOARDING])
    taken(w)


def assert_met(w):
    """A refusal does not colour what is known of the run before."""
    assert (history(w)["verdict"], history(w)["tenant"]) == ("succeeded", OURS) and history(w)["fulfilled"], history(w)
    done = call(w, "status")
    assert done.returncode == 0 and "refused" not in done.stdout, done


def offboards(w):
    written = w.onboarding_file()
    for kind, reason, *words in ((w.package("offboarding-expired"), "offboarding-expired", "1 days"),
                                (w.package(offboarding=True, org_id=OTHER), "offboarding-other-tenant", OURS),
                                (w.package(), "offboarding-damaged", f"an onboarding package, of tenant {OURS}"),
                                (w.package("bad-signature", offboarding=True), "offboarding-damaged", "signature", "offboarding package again"),
                                (w.package("foreign-root", offboarding=True), "offboarding-root-unknown", "Update mde-linux", "onboarding-roots")):
        give(w, LEAVE, kind)
        refused(call(w, "offboard", LEAVE, "--json"), reason, *words, name="offboard")
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
    # whose doing it was stays known, and since when
    told = document(call(w, "status", "--json"), "status")
    assert told["message"].endswith(f"it was offboarded by hand on {told['runs'][0]['offboarded']}."), told
    done = call(w, "offboard", LEAVE)
    assert done.returncode == 0 and "nothing to do" in done.stdout, done
    assert document(call(w, "status", "--json"), "status")["message"] == told["message"]
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
    done = call(w, "onboard", "--uri", "http://x.test/", "--json")
    assert done.returncode == 2 and done.stdout == "" and "--uri http://x.test/: this is no address" in done.stderr, done
    done = call(w, "onboard", "--from-azure", "--settings", "-", "--json", input='{"maxWaitMinutes": 500}')
    assert done.returncode == 2 and done.stdout == "" and '--settings: the standard input: "maxWaitMinutes"' in done.stderr, done
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
    assert done.returncode == 1 and "try 'sudo mde-linux onboard'" in done.stderr, done
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
    # the extension's own program lies where neither they nor sudo may look
    link = "/usr/local/sbin/mde-linux"
    done = w.machine.run(["setpriv", "--reuid=65534", "--clear-groups", link, "onboard", FILE], check=False)
    assert done.returncode == 1 and f"try 'sudo {link} onboard'" in done.stderr, done
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
def what_a_killed_offboarding_kept_goes_when_the_sensor_has_left_all_the_same(w):
    """By hand, by the daily look, by the next enable; not while it may have to be put back."""
    kept = ONBOARDING.replace("mdatp_onboard.json", ".mdatp_onboard.json.mde-linux-before")
    w.install_unpacked()
    bring(w)
    give(w, FILE, w.package())
    give(w, LEAVE, w.package(offboarding=True))
    w.settings_file(0)
    for seq, ended_by in enumerate((("offboard", LEAVE), ("recheck",), None)):
        w.settings_file(seq)
        w.machine.run(["rm", "-f", "/run/leave"])
        w.enable(seq=seq)
        assert w.wait_ended(seq)["status"] == "success"
        w.knobs({"offboard_file": "/run/leave"})
        process = w.machine.spawn([PROGRAM, "offboard", LEAVE])
        w.machine.wait(lambda: w.machine.exists(kept), 20, "the onboarding file to be kept")
        w.machine.end(process)
        w.enable(seq=seq)
        assert w.machine.exists(kept)
        w.machine.write("/run/leave", "")
        w.machine.wait(lambda: w.health()["licensed"] is False, 20, "the sensor to leave")
        if ended_by:
            call(w, *ended_by)
        else:
            w.enable(seq=seq)
        assert not w.machine.exists(kept) and not w.machine.exists(ONBOARDING), ended_by
    w.machine.run(["rm", OFFBOARDING])
    taken(w)


def stop_twice(w, ask):
    """onboard on a terminal, where ask(terminal) asks it to stop twice, in the middle of the installation."""
    w.hold_postinst()
    begun = w.installations()
    # of a session of its own: what brings us into the machine ends by the first Ctrl-C
    with Terminal(w.machine, ["setsid", "--ctty", PROGRAM, "onboard", FILE, "--settings", SETTINGS]) as terminal:
        terminal.wait("package: ")
        w.machine.wait(lambda: w.installations() > begun, 60, "the postinst to begin")
        terminal.wait(lambda t: any(line.startswith("repository") and " done " in line for line in t.lines))
        ask(terminal)
        terminal.wait("never broken off")
        ask(terminal)
        terminal.wait("It stops already")
        w.release()
        assert terminal.end() == 1, terminal.text
        assert len(terminal.text.splitlines()) < 20, terminal.text
        assert "failed: stopped (code 1)" in terminal.text and "Run the command again" in terminal.text, terminal.text
    w.assert_never_cut_off()
    assert w.package_state() == "ii" and not w.machine.exists(ONBOARDING)


@scenario()
def what_else_asks_to_stop_breaks_nothing_off_either(w):
    """The end of the terminal, kill, and systemd, which ends a scope of ours by SIGURG."""
    bring(w)
    give(w, FILE, w.package())
    for signal in ("HUP", "TERM", "URG"):
        stop_twice(w, lambda terminal, signal=signal: w.machine.run(["kill", f"-{signal}", last_pid(w)]))
        w.make_fresh()
    taken(w)


@scenario()
def on_a_terminal_the_step_is_shown_and_an_interrupt_breaks_nothing_off(w):
    bring(w)
    give(w, FILE, w.package())
    stop_twice(w, lambda terminal: terminal.send("ctrl-c"))
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
def who_comes_back_to_a_run_by_hand_that_failed_is_told_what_to_do_by_hand(w):
    bring(w)
    w.knobs({"postinst_fail": "yes"})
    give(w, FILE, w.package())
    log = f"{LOGS}/installer.log"
    refused(call(w, "onboard", FILE, "--settings", SETTINGS, "--json"), "install-failed", log, verdict="failed")
    answer = document(call(w, "status", "--json"), "status")
    assert log in answer["remedy"] and "extension" not in answer["remedy"], answer
    found = document(call(w, "doctor", "--offline", "--json"), "doctor")
    failed = {cause["id"]: cause["remedy"] for cause in found["causes"]}
    assert log in failed["install-failed"], failed
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
    w.machine.run(["kill", "-HUP", last_pid(w)])
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


RUNCMD = f"""\
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={PROGRAM} onboard {FILE} --settings {SETTINGS}
"""


@scenario()
def what_the_first_boot_runs_does_not_wait_for_its_end(w):
    bring(w)
    give(w, FILE, w.package())
    w.machine.write("/etc/systemd/system/cloud-final.service", RUNCMD)
    w.machine.run(["systemctl", "start", "cloud-final"], timeout=50)
    taken(w)
    w.assert_onboarded()
    taken(w)
