"""A machine of Azure Arc: no guest agent, another layout, commands run on 5 % of a processor."""

import json

from arc_manager import Arc
from identity import ARC_RESOURCE
from onboarding_world import NEWER, PROGRAM, WORKER, onboarding
from scenario import scenario

NOTHING = {"protectedSettingsCertThumbprint": None, "protectedSettings": None, "publicSettings": None}


def given(w, **public):
    """As Arc's manager writes them: what is not set is null, the thumbprint in lower case."""
    secret = w.azure.encrypt(json.dumps(onboarding.protected_settings(w.package())).encode())
    return {"protectedSettingsCertThumbprint": w.azure.thumbprint.lower(), "protectedSettings": secret,
            "publicSettings": {"maxWaitMinutes": 1, **public} if public else None}


def row(status, name):
    return next((each["formattedMessage"]["message"] for each in status["substatus"] if each["name"] == name), None)


def shown(w, unit, what):
    return w.machine.run(["systemctl", "show", "--value", f"--property={what}", unit]).stdout.strip()


@scenario(timeout=120)
def arc_s_manager_runs_the_extension_from_installation_to_removal(w):
    w.prepare()
    arc = Arc(w)
    arc.unpack()
    assert arc.verb("install") == [0, ""], w.machine.read(arc.logs() + "/MdeExtensionHandlerLog.log")
    # neither of the shapes of "nothing" is more than settings that lack the package
    for seq, nothing in enumerate((NOTHING, None)):
        arc.settings(seq, nothing)
        code, output = arc.verb("enable")
        assert code == 53 and "protectedSettings" in output, (code, output)
        assert w.status(seq=seq)["status"] == "error"
    assert not any("microsoft" in line for line in w.requests()), w.requests()

    w.knobs({"postinst_seconds": 3})
    # the worker is nobody's child: extd goes while it works
    arc.settings(2, given(w))
    assert arc.verb("enable")[0] == 0
    w.machine.wait(lambda: shown(w, WORKER, "ActiveState") == "active", 20, "the worker")
    assert shown(w, WORKER, "CPUQuotaPerSecUSec") == "600ms"
    w.machine.run(["systemctl", "kill", "--kill-whom=all", "--signal=KILL", "extd"])
    status = w.wait_ended(2)
    assert status["status"] == "success", status
    assert row(status, "AzureResourceId") == ARC_RESOURCE and ARC_RESOURCE in row(status, "azure-resource"), status
    assert w.machine.exists(arc.logs() + "/MdeExtensionHandlerLog.log")
    assert not w.machine.exists("/var/log/azure")
    arc.number = 0
    for file in w.machine.path("/var/lib/GuestConfig/stand-in").iterdir():
        file.unlink()
    w.machine.run(["systemctl", "restart", "extd"])

    # nothing is left to do, for the first look as for the daily one
    arc.settings(3, given(w))
    assert arc.verb("enable")[0] == 0 and w.status(seq=3)["status"] == "success"
    assert shown(w, WORKER, "ActiveState") == "inactive"

    # the update as Arc's manager does it, then the end
    arc.unpack(NEWER)
    arc.settings(3, given(w), NEWER)
    for verb, version in (("disable", "1.0.0.1"), ("update", NEWER), ("uninstall", "1.0.0.1"), ("install", NEWER), ("enable", NEWER)):
        assert arc.verb(verb, version)[0] == 0, (verb, version)
    assert w.status(NEWER, 3)["status"] == "success"
    assert arc.verb("disable", NEWER)[0] == 0 and arc.verb("uninstall", NEWER)[0] == 0
    assert not w.machine.exists(PROGRAM)
    w.assert_onboarded(resource=ARC_RESOURCE, workspace=None)
    assert w.identity.requests("himds") and not any("/metadata/" in line for line in imds(w)), imds(w)


@scenario(timeout=120)
def arc_s_manager_needs_no_protected_settings(w):
    w.prepare()
    arc = Arc(w)
    w.identity.offer(w.package())
    arc.unpack()
    assert arc.verb("install") == [0, ""], w.machine.read(arc.logs() + "/MdeExtensionHandlerLog.log")
    before = w.snapshot()
    # the path that HIMDS names is not taken from it: refused, and nobody is asked for a package
    w.identity.put(realm="/etc/shadow")
    arc.settings(0, {**NOTHING, "publicSettings": {"maxWaitMinutes": 1, "onboardingFromAzure": True}})
    assert arc.verb("enable")[0] == 0
    status = w.wait_ended(0)
    assert status["status"] == "error" and "(azure-metadata-denied)" in status["formattedMessage"]["message"], status
    assert not w.identity.requests("arm"), w.identity.requests()
    w.assert_untouched(before)
    # a challenge as it should be
    w.identity.put(realm=None)
    arc.settings(1, {**NOTHING, "publicSettings": {"maxWaitMinutes": 1, "onboardingFromAzure": True}})
    assert arc.verb("enable")[0] == 0
    status = w.wait_ended(1)
    assert status["status"] == "success" and "came by onboardingFromAzure" in row(status, "onboarding-package"), status
    w.assert_onboarded(resource=ARC_RESOURCE, workspace=None)
    assert [line.split("?")[0].rsplit("/", 1)[1] for line in w.identity.requests("arm")] == ["default"], w.identity.requests("arm")
    # met: the next enable asks nobody
    asked = w.identity.requests()
    assert arc.verb("enable")[0] == 0 and w.identity.requests() == asked
    assert not any("/metadata/" in line for line in imds(w)), imds(w)


def imds(w):
    log = w.azure.state / "requests.log"
    return log.read_text().splitlines() if log.exists() else []
