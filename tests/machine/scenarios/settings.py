"""What is asked, and with what package: refused with a word that helps, and without a trace; told, beside a sensor."""

import base64
import json

import onboarding
from onboarding_world import ONBOARDING, RESOURCE, VERSION
from scenario import scenario

THROUGH_AGENT = 3  # of the cases of a table; the rest by enable itself, for it takes the agent 3 s each
KEY = "defenderForEndpointOnboardingScript"
INFORMED = "Failed to configure Microsoft Defender for Endpoint: this run did not finish; its mde_installer code is"
OFFBOARDING = "/etc/opt/microsoft/mdatp/mdatp_offboard.json"


def sound(w):
    return json.dumps(onboarding.protected_settings(w.package())).encode()


def other_certificate(w):
    """Encrypted for a certificate that the machine does not have, under the name of the one it has."""
    return w.azure.encrypt(sound(w), certificate=w.azure.make_certificate("other"))


def damaged(w, at, length=None):
    envelope = bytearray(base64.b64decode(w.azure.encrypt(sound(w))))
    envelope[at] ^= 0x55
    return base64.b64encode(envelope[:length]).decode()


def unusable_protected(w):
    """(protected settings, how they are sent, reason, words of the message)"""
    yield None, {}, "onboarding-missing", f'no protectedSettings: to be added as "protectedSettings": {{"{KEY}": "BASE64"}}'
    yield other_certificate(w), {}, "certificate-wrong", "is encrypted for another certificate"
    yield damaged(w, 0, 300), {}, "protected-settings-damaged", "protectedSettings"
    yield b"{ not JSON", {}, "protected-settings-damaged", "is not a JSON object"
    yield {}, {}, "onboarding-missing", f'protectedSettings has no "{KEY}"'
    yield {KEY: None}, {}, "onboarding-missing", f'protectedSettings has no "{KEY}"'
    yield {KEY: ""}, {}, "onboarding-missing", f'protectedSettings has no "{KEY}"'
    yield {KEY.lower(): "eA=="}, {}, "onboarding-missing", f'it must be "{KEY}"'
    yield sound(w), {"protected_thumbprint": "AB" * 20}, "certificate-missing", f"{'AB' * 20}.crt is not there"
    yield sound(w), {"protected_thumbprint": ""}, "certificate-missing", "protectedSettingsCertThumbprint is missing"
    yield damaged(w, -1), {}, "certificate-wrong", "protectedSettings"
    yield "*** not base64 ***", {}, "protected-settings-damaged", "protectedSettings is not base64"
    yield b"[]", {}, "protected-settings-damaged", "is not a JSON object"


def unusable_packages(w):
    """The same for packages that can be read and may not be used."""
    for kind, reason, words in (
            ("offboarding", "onboarding-is-offboarding", "Put the onboarding package into"),
            ("tampered-body", "onboarding-signature", "was altered"),
            ("broken-chain", "onboarding-signature", "Its chain is broken: cert is not signed by chain[0]"),
            ("bad-signature", "onboarding-signature", "is not a signature of its body"),
            ("chain-empty", "onboarding-damaged", "Its chain has 0 certificates"),
            ("two-blobs", "onboarding-damaged", "holds more than one package"),
            ("duplicate-in-body", "onboarding-damaged", "a member stands twice"),
            ("no-org", "onboarding-damaged", "orgId")):
        yield onboarding.protected_settings(w.package(kind)), {}, reason, words
    yield {KEY: "?!"}, {}, "onboarding-damaged", f'"{KEY}" is neither base64'
    yield {KEY: 7}, {}, "onboarding-damaged", f'"{KEY}" is of type'


def assert_refusal(status, reason, words):
    assert status["status"] == "error" and status["code"] == 53, status
    message = status["formattedMessage"]["message"]
    assert message.startswith(INFORMED) and f"({reason})" in message and words in message, message
    rows = {row["name"]: row["formattedMessage"]["message"] for row in status["substatus"]}
    assert rows["ErrorClarification"].startswith(f"{reason}: "), rows


def wait_refused(w, seq, reason, words):
    """Through the guest agent: terminal, red, the decisive line first."""
    report = w.azure.wait_status("error", seq=seq)
    assert (report.status, report.code) == ("NotReady", 1009), report
    assert "Non-zero exit code: 53" in report.message, report.message
    assert report.message.split("[stderr]\n")[1].startswith(INFORMED), report.message
    assert f"({reason})" in report.message, report.message
    assert_refusal(w.status(seq=seq), reason, words)
    assert report.settings.message == w.status(seq=seq)["formattedMessage"]["message"], report.settings


def refuse_each(w, cases):
    w.prepare()
    w.publish()
    before, requests = w.snapshot(), w.requests()
    for seq, (protected, encryption, reason, words) in enumerate(cases(w)):
        if seq < THROUGH_AGENT:
            w.ask(seq=seq, protected=protected, encryption=encryption)
            w.agent.start()
            wait_refused(w, seq, reason, words)
        else:
            done = w.enable_with(seq, protected=protected, encryption=encryption)
            assert done.returncode == 53 and done.stderr.startswith(INFORMED), done
            assert_refusal(w.status(seq=seq), reason, words)
    w.assert_untouched(before)
    assert w.runs() == 0 and w.requests() == requests, w.requests()
    assert w.package_state() == "" and not w.machine.exists(ONBOARDING)


@scenario()
def unusable_protected_settings_are_refused_without_a_trace(w):
    refuse_each(w, unusable_protected)


@scenario()
def unusable_packages_are_refused_without_a_trace(w):
    refuse_each(w, unusable_packages)


def assert_told(status, reason):
    assert status["status"] == "success", status
    row = next(row for row in status["substatus"] if row["name"] == "onboarding-package")
    message = row["formattedMessage"]["message"]
    assert row["status"] == "warning" and f"({reason})" in message, row
    assert f"stays onboarded to tenant {onboarding.ORG_ID}" in message and "could not be compared" in message, row
    if reason == "onboarding-missing":
        assert KEY in message and "protectedSettings" in message, row


def tell_each(w, cases):
    w.onboard()
    before, done, runs = w.snapshot(), w.package_manager_runs(), w.runs()
    for seq, (protected, encryption, reason, _) in enumerate(cases(w), 1):
        if seq <= THROUGH_AGENT:
            w.ask(seq=seq, protected=protected, encryption=encryption)
            report = w.azure.wait_status("success", seq=seq)
            assert (report.status, report.code) == ("Ready", 0), report
            assert report.settings.row("onboarding-package").status == "warning", report.settings
        else:
            assert w.enable_with(seq, protected=protected, encryption=encryption).returncode == 0
        assert_told(w.status(seq=seq), reason)
    assert w.runs() == runs and w.package_manager_runs() == done
    w.assert_untouched(before)
    w.assert_onboarded()


@scenario()
def beside_a_licensed_sensor_unusable_protected_settings_are_a_warning(w):
    tell_each(w, unusable_protected)


@scenario()
def beside_a_licensed_sensor_an_unusable_package_is_a_warning(w):
    tell_each(w, unusable_packages)


@scenario()
def no_settings_at_all(w):
    w.prepare()
    w.publish()
    before = w.snapshot()
    w.azure.goal_state(VERSION, settings=False)
    w.agent.start()
    report = w.azure.wait_handler("NotReady", code=1009)
    assert "Non-zero exit code: 53" in report.message and "(onboarding-missing)" in report.message, report
    assert f'"{KEY}"' in report.message, report
    empty = {"publicSettings": None, "protectedSettings": None, "protectedSettingsCertThumbprint": None}
    files = ["", " \n", "\ufeff", "null", "{}", '{"runtimeSettings": []}', '{"runtimeSettings": [{}]}',
             '{"runtimeSettings": [{"handlerSettings": null}]}', json.dumps({"runtimeSettings": [{"handlerSettings": empty}]})]
    for seq, file in enumerate(files, 1):
        done = w.enable_with(seq, file=file)
        assert done.returncode == 53, (file, done)
        assert_refusal(w.status(seq=seq), "onboarding-missing", KEY)
    done = w.enable_with(20, file='{"runtimeSettings": [{')
    assert done.returncode == 53, done
    assert_refusal(w.status(seq=20), "settings-invalid", "20.settings")
    w.assert_untouched(before)
    assert w.runs() == 0


@scenario()
def no_settings_beside_a_licensed_sensor(w):
    w.onboard()
    runs = w.runs()
    w.azure.goal_state(VERSION, settings=False)
    report = w.azure.wait_handler("Ready")
    assert w.enable_with(1, file="").returncode == 0
    assert_told(w.status(seq=1), "onboarding-missing")
    assert w.enable_with(2, public=None, protected=onboarding.protected_settings(w.package())).returncode == 0
    assert all(row["status"] == "success" for row in w.status(seq=2)["substatus"]), w.status(seq=2)
    assert w.runs() == runs
    w.assert_onboarded()


@scenario(direct=True)
def every_cipher_and_a_thumbprint_in_lower_case(w):
    lower = w.prepare().azure.thumbprint.lower()
    ways = [{"protected_thumbprint": lower}, {"cipher": "aes128"}, {"cipher": "aes256", "key_encryption": "oaep"},
            {"cipher": "des3", "key_encryption": "oaep", "protected_thumbprint": lower}]
    for seq, way in enumerate(ways):
        asked = {"seq": seq, "encryption": way, "resource": f"{RESOURCE}{seq}"}
        report = w.onboard(**asked) if seq == 0 else (w.ask(**asked), w.azure.wait_status("success", seq=seq))[1]
        assert report.settings.row("onboarding-package") is None, report.settings  # it could be compared
        w.assert_onboarded(resource=f"{RESOURCE}{seq}")


@scenario(direct=True)
def a_foreign_root_is_told_and_when_strict_refused(w):
    w.prepare()
    before = w.snapshot()
    foreign = onboarding.protected_settings(w.package("foreign-root"))
    w.publish()
    w.ask(protected=foreign, verifyOnboarding="strict")
    w.agent.start()
    wait_refused(w, 0, "onboarding-root-unknown", "onboarding-roots in /etc/mde-linux/mde-linux.conf")
    assert onboarding.root_sha256("other-root") in w.status()["formattedMessage"]["message"], w.status()
    w.assert_untouched(before)
    assert w.runs() == 0
    w.ask(seq=1, protected=foreign)
    report = w.azure.wait_status("success", seq=1)
    row = report.settings.row("onboarding-package")
    assert row.status == "warning" and onboarding.root_sha256("other-root") in row.message, row
    assert w.health()["licensed"] is True
    assert onboarding.verify(w.machine.path(ONBOARDING).read_bytes(), "other-root") == onboarding.ORG_ID


WRONG_PUBLIC = (  # setting, value, words of the message
    ("azureResourceId", 5, '"azureResourceId" is the number 5'),
    ("azureResourceId", "vm1", '"azureResourceId" is "vm1"'),
    ("forceReOnboarding", "perhaps", '"forceReOnboarding" is "perhaps"'),
    ("maxWaitMinutes", 0, '"maxWaitMinutes" is the number 0'),
    ("verifyOnboarding", "loose", '"verifyOnboarding" is "loose"'),
    ("tags", ["a"], '"tags" is a list'),
    ("expectedTenantId", "contoso", '"expectedTenantId" is "contoso"'),
    ("channel", "beta", '"channel" is "beta"'),
    ("proxy", 1, '"proxy" is'),
)


@scenario()
def wrong_public_settings_are_refused_with_a_right_example(w):
    w.prepare()
    w.publish()
    before = w.snapshot()
    protected = onboarding.protected_settings(w.package())
    for seq, (name, value, words) in enumerate(WRONG_PUBLIC):
        if seq < THROUGH_AGENT - 1:
            w.ask(seq=seq, protected=protected, public={name: value})
            w.agent.start()
            wait_refused(w, seq, "settings-invalid", words)
        else:
            assert w.enable_with(seq, {name: value}, protected).returncode == 53
            assert_refusal(w.status(seq=seq), "settings-invalid", words)
        assert f'right would be "{name}": ' in w.status(seq=seq)["formattedMessage"]["message"], w.status(seq=seq)
    assert w.enable_with(20, {KEY: "eA=="}, protected).returncode == 53
    assert_refusal(w.status(seq=20), "settings-invalid", "move it to protectedSettings")
    w.assert_untouched(before)
    assert w.runs() == 0


@scenario(direct=True)
def unknown_settings_are_told_and_nothing_else(w):
    w.onboard(azureResourceID=RESOURCE, vNextEnabled="maybe", provisionedBy="Manual")
    rows = [row for row in w.status()["substatus"] if row["name"].startswith("settings-")]
    words = " ".join(row["formattedMessage"]["message"] for row in rows)
    assert all(row["status"] == "warning" for row in rows) and 'did you mean "azureResourceId"' in words, rows
    w.assert_onboarded()


@scenario(direct=True)
def a_package_of_an_unexpected_tenant_is_refused(w):
    w.prepare()
    w.publish()
    before = w.snapshot()
    w.ask(expectedTenantId=onboarding.OTHER_ORG_ID)
    w.agent.start()
    wait_refused(w, 0, "tenant-unexpected", f"tenant {onboarding.ORG_ID}, expectedTenantId is {onboarding.OTHER_ORG_ID}")
    w.assert_untouched(before)
    assert w.runs() == 0
    w.ask(seq=1, expectedTenantId=onboarding.ORG_ID.upper())
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded()


@scenario(direct=True)
def a_package_of_another_tenant_beside_an_onboarded_sensor_is_refused(w):
    w.onboard()
    before, runs = w.snapshot(), w.runs()
    other = onboarding.protected_settings(w.package("other-org"))
    words = f"in tenant {onboarding.ORG_ID}, the onboarding package is for tenant {onboarding.OTHER_ORG_ID}"
    for seq, public in enumerate(({}, {"forceReOnboarding": True}), 1):
        w.ask(seq=seq, protected=other, **public)
        wait_refused(w, seq, "tenant-other", words)
    w.machine.run(["systemctl", "stop", "mdatp"])  # it cannot be asked now: its file still tells
    assert w.enable_with(3, protected=other).returncode == 53
    assert_refusal(w.status(seq=3), "tenant-other", words.replace(",", " (known by its onboarding file, as it does not answer),"))
    w.machine.run(["systemctl", "start", "mdatp"])
    w.assert_untouched(before)
    assert w.runs() == runs
    w.ask(seq=4)
    w.azure.wait_status("success", seq=4)
    w.assert_onboarded()


@scenario(direct=True)
def a_stale_offboarding_file_is_removed(w):
    w.onboard()
    runs = w.runs()
    stale = onboarding.document(onboarding.blob(onboarding.body(offboarding=True)), "offboardingInfo")
    w.machine.write(OFFBOARDING, stale)
    w.machine.wait(lambda: w.health()["licensed"] is False, 10, "the sensor to offboard")
    w.ask(seq=1)
    w.azure.wait_status("success", seq=1)
    assert not w.machine.exists(OFFBOARDING) and w.runs() == runs + 1
    w.assert_onboarded()


@scenario(direct=True)
def forced_onboarding_writes_the_package_once_per_request(w):
    w.onboard()
    written = []
    for seq in (1, 2):
        w.ask(seq=seq, forceReOnboarding="TRUE")
        w.azure.wait_status("success", seq=seq)
        written.append(w.machine.path(ONBOARDING).stat().st_ino)
        runs = w.runs()
        w.azure.goal_state_again()
        w.azure.wait_status("success", seq=seq)
        assert w.machine.path(ONBOARDING).stat().st_ino == written[-1] and w.runs() == runs
    assert len(set(written)) == 2, written
    w.assert_onboarded()
