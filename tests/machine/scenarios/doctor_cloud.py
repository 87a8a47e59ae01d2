"""The doctor and Azure: why Defender for Cloud did not send the extension, and what Azure shows of it."""

import json
import re
import sys
from pathlib import Path

import onboarding
from identity import DIRECTORY
from identity_pages import TOKEN
from onboarding_world import PROGRAM
from scenario import scenario

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import schema  # noqa: E402

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
DENIED = {"status": 403, "body": json.dumps({"error": {"code": "AuthorizationFailed", "message": "The client 'c' may not read it."}})}
COMMAND = "/usr/sbin/mde-linux"


def doctor(w, *options, program=COMMAND, before=()):
    """(exit code, lines)"""
    done = w.machine.run([*before, program, "doctor", *options], check=False)
    assert done.stderr == "" and w.identity.state["token"].split(".")[1] not in done.stdout, done
    return done.returncode, done.stdout.splitlines()


def causes(lines):
    """Ids in the order told, of faults."""
    return [found.group(1) for line in lines if not line.startswith("To know:") for found in [re.search(r" \(([a-z-]+)\)$", line)] if found]


def assert_first(w, cause, *words, without=(), **how):
    code, lines = doctor(w, **how)
    assert code == 3 and causes(lines)[0] == cause and not set(without) & set(causes(lines)), (cause, code, lines)
    for each in words:
        assert each in lines[1], (each, lines)
    return lines


def document(w, *options, code, program=COMMAND):
    done = w.machine.run([program, "doctor", "--json", *options], check=False)
    assert (done.returncode, done.stderr) == (code, "") and DIRECTORY not in done.stdout, done
    return schema.validate("doctor", done.stdout)


def unseen(lines):
    return lines[lines.index("Not looked at:") + 1:] if "Not looked at:" in lines else []


def questions(w):
    """To Azure, and for a token: what this machine is in Azure is asked of its own service always."""
    return [line for line in w.identity.requests() if "/metadata/instance/" not in line]


@scenario(agent="newest", timeout=120)
def an_extension_that_defender_for_cloud_did_not_send(w):
    w.prepare()
    w.bring_program(COMMAND)
    w.agent.start()
    w.azure.wait_report(lambda report: True, "a report")
    w.identity.unstage()  # it is there, and nobody has one
    _, lines = doctor(w)
    assert causes(lines)[0] == "extension-not-assigned", lines
    assert any("what Azure says: " in line and "role Reader" in line for line in unseen(lines)), lines

    w.identity.assign("cccccccc-0000-4000-8000-000000000001", "cccccccc-0000-4000-8000-000000000002", system=False)
    _, lines = doctor(w)
    assert any("name one of them in azureIdentity" in line for line in unseen(lines)), lines
    site = w.machine.read("/etc/mde-linux/mde-linux.conf")
    w.machine.write("/etc/mde-linux/mde-linux.conf", f"{site}\n[settings]\nazureIdentity = cccccccc-0000-4000-8000-000000000002\n")
    w.identity.protect(plan=None)
    assert_first(w, "plan-off", "Free")
    w.machine.write("/etc/mde-linux/mde-linux.conf", site)
    w.identity.assign()
    ours = ("extension-not-assigned", "extension-never-came")
    w.identity.protect(plan=None, integration=False)
    assert_first(w, "plan-off", "Free", without=ours)
    w.identity.protect(integration=False)
    assert_first(w, "integration-off", "although Defender for Servers is on", without=("plan-off", *ours))
    w.identity.protect(linux_out=True)
    assert_first(w, "integration-without-linux", without=("integration-off", *ours))
    w.identity.protect()
    lines = assert_first(w, "extension-not-deployed", "although Defender for Servers and its integration are on", without=ours)
    assert not any("Azure says" in line for line in unseen(lines)), lines
    assert_first(w, "extension-not-deployed", before=NOBODY)
    told = document(w, code=3)["cloud"]
    assert told["extension"] == {"present": False} and told["plan"] == "P2" and told["entra_tenant"] == DIRECTORY[:8], told
    assert (told["servers"], told["integration"], told["linux_excluded"], told["unified_solution"]) == (True, True, False, True), told
    w.identity.protect(extension="Failed", message="VMExtensionProvisioningError: \x1b[1mno answer", integration=False)
    assert_first(w, "extension-deployment-failed", "Failed: VMExtensionProvisioningError: \\x1b[1mno answer", without=("integration-off",))
    w.identity.protect(extension="Creating")
    assert_first(w, "extension-deploying", "Creating")

    w.identity.stage("arm", "/subscriptions", DENIED)
    _, lines = doctor(w)
    assert any("parts of what Azure says: " in line and "AuthorizationFailed: The client" in line and "role Reader" in line
               for line in unseen(lines)), lines
    w.identity.stage("arm", "/subscriptions", {"status": 200, "body": "<html><title>Please log in</title></html>"})
    asked = len(w.identity.requests("arm"))
    _, lines = doctor(w)
    assert any("Please log in" in line for line in unseen(lines)) and len(w.identity.requests("arm")) == asked + 1, lines
    asked = questions(w)
    told = document(w, "--offline", code=3)
    assert told["unseen"][0]["what"].endswith(", and what Azure says") and told["cloud"] == {"asked": False}, told
    assert questions(w) == asked


@scenario(timeout=120)
def what_azure_shows_beside_a_sensor_that_is_well(w):
    w.onboard()
    w.assert_quiet()
    told = document(w, code=0, program=PROGRAM)
    assert not told["cloud"]["asked"] and not told["unseen"], told
    w.identity.assign()
    w.identity.offer(w.package())
    w.identity.protect(extension="Succeeded", plan="P1", integration=False)
    code, lines = doctor(w, program=PROGRAM)
    assert code == 0 and "  cloud:       Defender for Servers on P1, integration off; extension: Succeeded" in lines, lines
    assert document(w, code=0, program=PROGRAM)["cloud"]["package_tenant"] == onboarding.ORG_ID
    w.identity.protect(extension="Failed", message="timed out")
    assert_first(w, "extension-shown-failed", "is Failed: timed out", program=PROGRAM)
    w.identity.protect(extension="Succeeded")
    w.identity.offer(w.package(org_id=onboarding.OTHER_ORG_ID))
    code, lines = doctor(w, program=PROGRAM)
    assert code == 0 and lines[1].startswith("To know: ") and "(subscription-tenant-asked)" in lines[1], lines
    w.machine.run(["rm", "-r", "/var/lib/mde-linux/history"])
    assert_first(w, "subscription-tenant", onboarding.ORG_ID, onboarding.OTHER_ORG_ID, program=PROGRAM)
    # through the machine's proxy, and not for longer than it takes
    w.identity.offer(w.package())
    w.start_proxy(3128)
    w.machine.write("/etc/environment", "https_proxy=http://127.0.0.1:3128\n")
    assert document(w, code=0, program=PROGRAM)["cloud"]["extension"]["state"] == "Succeeded"
    assert "management.azure.com:443" in (w.folder / "proxy-3128.log").read_text(), (w.folder / "proxy-3128.log").read_text()


@scenario(agent="newest", timeout=120)
def what_a_run_has_met_at_azure_as_well_is_told_once(w):
    w.prepare()
    w.bring_program(COMMAND)
    w.agent.start()
    w.azure.wait_report(lambda report: True, "a report")
    w.identity.assign()
    w.identity.stage("imds", TOKEN, {"status": 403})
    done = w.machine.run([COMMAND, "onboard", "--from-azure"], check=False)
    assert done.returncode == 53 and "answered 403" in done.stdout + done.stderr, done
    code, lines = doctor(w)
    assert code == 3 and "azure-metadata-denied" in causes(lines), lines
    assert sum(line.count("answered 403") for line in lines) == 1, lines
    assert any("what Azure says: see azure-metadata-denied. Mend that" in line for line in unseen(lines)), lines


@scenario(timeout=120)
def a_machine_of_arc_that_nobody_sent_the_extension(w):
    w.prepare()
    w.bring_program(COMMAND)
    w.identity.arc()
    w.identity.protect(integration=False)
    _, lines = doctor(w)
    assert "integration-off" in causes(lines), lines
    w.identity.protect(plan=None, machine_plan="P1")
    _, lines = doctor(w)
    assert "extension-not-deployed" in causes(lines) and "plan-off" not in causes(lines), lines
    w.identity.protect(extension="Failed", message="no gpg")
    _, lines = doctor(w)
    assert "extension-deployment-failed" in causes(lines) and any("no gpg" in line for line in lines), lines
    w.identity.stop_himds()
    _, lines = doctor(w)
    assert any("what Azure says: " in line for line in unseen(lines)), lines
