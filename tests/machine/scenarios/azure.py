"""The onboarding package by the machine's own identity: a VM's, Azure Arc's; and what people are told when it is not to be had."""

import identity_pages
from onboarding_world import ONBOARDING
from scenario import scenario

CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
USER = f"/subscriptions/{identity_pages.SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"
FORBIDDEN = ('{"error": {"code": "AuthorizationFailed", "message": "The client \'c\' with object id \'o\' does not have authorization '
             "to perform action 'Microsoft.Security/mdeOnboardings/read'.\"}}")
KEYS = identity_pages.REALM


def enable(w, seq, **settings):
    """Without a package in the settings; the terminal status, its message, and what the package's row says."""
    w.settings_file(seq, protected=None, onboardingFromAzure=True, **settings)
    w.enable(seq=seq)
    status = w.wait_ended(seq, timeout=60)
    told = [each["formattedMessage"]["message"] for each in status["substatus"] if each["name"] == "onboarding-package"]
    return status["status"], status["formattedMessage"]["message"], "".join(told)


def refused(w, seq, reason, words, **settings):
    status, message, _ = enable(w, seq, **settings)
    assert status == "error" and f"({reason})" in message and words in message, (status, message)


@scenario()
def a_vm_gets_its_package_by_its_identity(w):
    w.install_unpacked()
    before = w.snapshot()
    w.identity.offer(w.package())
    refused(w, 1, "azure-identity", "neither a system assigned nor a user assigned one")
    w.identity.assign(USER, CLIENT, system=False)
    refused(w, 2, "azure-identity", "name one of them in azureIdentity")
    w.assert_untouched(before)
    # a role that was just assigned is waited for
    w.identity.stage("arm", "/", {"status": 403, "body": FORBIDDEN})
    w.settings_file(3, protected=None, onboardingFromAzure=True, azureIdentity=CLIENT)
    w.enable(seq=3)
    w.machine.wait(lambda: "AuthorizationFailed: The client 'c' with object id 'o'" in
                   w.status(seq=3)["formattedMessage"]["message"], 15, "what it waits for")
    assert w.status(seq=3)["status"] == "transitioning", w.status(seq=3)
    w.identity.unstage()
    # the first call for a tenant often fails
    w.identity.stage("arm", "/subs", {"status": 503, "headers": {"Retry-After": "0"}}, {"status": 500, "headers": {"Retry-After": "0"}}, None)
    status, message, told = enable(w, 4, azureIdentity=USER)
    assert status == "success" and "onboardingFromAzure" in told, (message, told)
    w.assert_onboarded()
    assert "msi_res_id=" in w.identity.requests("imds")[-1], w.identity.requests("imds")
    asked = w.identity.requests()
    assert w.enable(seq=4).returncode == 0 and w.identity.requests() == asked, w.identity.requests()


@scenario()
def an_arc_machine_gets_its_package_by_its_identity(w):
    w.install_unpacked()
    before = w.snapshot()
    w.identity.offer(w.package(), name="Linux")
    w.identity.arc()
    w.identity.put(realm="/etc/shadow")
    refused(w, 1, "azure-metadata-denied", 'is not read: "/etc/shadow" is no .key right in')
    w.identity.put(realm=None)
    w.machine.run(["mv", KEYS, "/srv/tokens"])
    w.machine.run(["ln", "-s", "../../../srv/tokens", KEYS])
    refused(w, 2, "azure-metadata-denied", f"{KEYS} is a link")
    w.machine.run(["rm", KEYS])
    w.machine.run(["mv", "/srv/tokens", KEYS])
    w.assert_untouched(before)
    status, message, told = enable(w, 3)
    assert status == "success" and "onboardingFromAzure" in told, (message, told)
    w.assert_onboarded()
    assert [line.split("?")[0].rsplit("/", 1)[1] for line in w.identity.requests("arm")] == ["default", "mdeOnboardings"]
    assert not w.identity.requests("imds") and w.identity.requests("himds")


@scenario()
def what_keeps_a_machine_from_azure_is_named(w):
    w.install_unpacked()
    before = w.snapshot()
    w.identity.offer(w.package())
    w.identity.assign()
    w.serve("foreign")
    refused(w, 1, "azure-blocked", 'issued by "Elsewhere Inspection CA", is not trusted')
    w.serve()
    w.start_proxy(3129, "password")
    refused(w, 2, "azure-blocked", "answered 407 when asked for management.azure.com", proxy="http://127.0.0.1:3129")
    w.faults({"management.azure.com/": {"body": "<html><title>Guest network</title></html>"}})
    refused(w, 3, "azure-blocked", 'an HTML page, "Guest network": a captive portal')
    w.faults({"management.azure.com/": {"status": 302, "headers": {"Location": "http://portal.test/login?sig=x"}}})
    refused(w, 4, "azure-blocked", "a redirect to portal.test")
    w.faults({})
    w.identity.stage("imds", identity_pages.TOKEN, {"status": 403})
    refused(w, 5, "azure-metadata-denied", "enforces the Metadata Security Protocol")
    w.identity.unstage()
    w.azure.imds["compute"]["azEnvironment"] = "AzureChinaCloud"
    w.azure.tag()
    asked = w.identity.requests("arm"), len(w.requests())
    refused(w, 6, "cloud-unsupported", 'The metadata service says "AzureChinaCloud": Defender for Servers\' integration')
    assert (w.identity.requests("arm"), len(w.requests())) == asked, (w.identity.requests(), w.requests())
    assert identity_pages.TOKEN not in w.identity.requests()[-1], w.identity.requests()
    w.assert_untouched(before)
    assert w.package_state() == "" and not w.machine.exists(ONBOARDING)
    # where it is offered, its own Resource Manager is asked, with a token for that
    w.azure.imds["compute"]["azEnvironment"] = "AzureUSGovernmentCloud"
    w.azure.tag()
    w.identity.put(audience="https://management.usgovcloudapi.net/")
    w.start_proxy(3130)
    status, message, _ = enable(w, 7, proxy="http://127.0.0.1:3130")
    assert status == "success", message
    assert "CONNECT management.usgovcloudapi.net:443 200" in (w.folder / "proxy-3130.log").read_text()
    w.assert_onboarded()
