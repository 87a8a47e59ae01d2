"""The onboarding package from wherever it is: a URL, Azure; each falls through to the next, and nothing is changed before it is known."""

import base64
import hashlib
import io
import json
import sys
import time
import zipfile
from pathlib import Path

import onboarding
import secrets_check
from onboarding_world import ONBOARDING, STATE, WORKER
from scenario import scenario
from server import STORAGE

SIGNATURE = "Sv7pQz2Lx9Kd4Wm1Tn8Yb3Rc6Hg5Jf0Ua"
PLACE = f"{STORAGE}/container/package"
URI = f"https://{PLACE}"
SIGNED = f"{URI}?sv=2022-11-02&se=2030-01-01T00%3A00%3A00Z&sr=b&sp=r&sig={SIGNATURE}%3D"
ROW = "onboarding-package"


def zipped(content, name="MicrosoftDefenderATPOnboardingLinuxServer.py", method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def store(w, content):
    """What the URL leads to from now on; its SHA-256."""
    path = w.served / PLACE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def fetches(w):
    return [line for line in w.requests() if STORAGE in line]


def enable(w, seq, protected=None, timeout=60, **settings):
    """Without a package unless one is given; the terminal status. protected: members of the protected settings."""
    w.needles |= secrets_check.markers([SIGNATURE])
    secret = None if protected is None else w.azure.encrypt(json.dumps(protected).encode())
    w.settings_file(seq, protected=secret, **settings)
    w.enable(seq=seq)
    return w.wait_ended(seq, timeout=timeout)


def row(status, name=ROW):
    found = [each for each in status["substatus"] if each["name"] == name]
    return (found[0]["status"], found[0]["formattedMessage"]["message"]) if found else (None, "")


def message(status):
    return status["formattedMessage"]["message"]


@scenario()
def a_package_comes_by_its_url_once(w):
    w.install_unpacked()
    digest = store(w, zipped(w.package()))
    status = enable(w, 1, {"onboardingPackageUri": SIGNED}, onboardingPackageSha256=digest.upper())
    assert status["status"] == "success", status
    level, words = row(status)
    assert level == "success" and f"of tenant {onboarding.ORG_ID}, came by onboardingPackageUri ({PLACE})" in words, words
    assert 'Not used: protectedSettings: protectedSettings has no "defenderForEndpointOnboardingScript".' in words, words
    w.assert_onboarded()
    assert [line.split()[2].partition("?")[0] for line in fetches(w)] == ["/container/package"], fetches(w)
    # met: neither enable nor recheck asks again, nor when the signature is renewed; what was told stays told
    runs = w.runs()
    w.machine.run(["/usr/local/lib/mde-linux/bin/mde-linux", "recheck"])
    renewed = enable(w, 1, {"onboardingPackageUri": SIGNED.replace("2030", "2031")}, onboardingPackageSha256=digest)
    assert renewed["status"] == "success" and row(renewed) == (level, words), renewed
    assert w.runs() == runs and len(fetches(w)) == 1, fetches(w)
    # beside it what cannot be had is told, and nothing else
    before = w.snapshot()
    for seq, faults, words in ((2, {"status": 404}, "answered 404"), (3, {"status": 503}, "answered 503")):
        w.faults({PLACE: faults})
        status = enable(w, seq, onboardingPackageUri=URI)
        assert status["status"] == "success" and row(status)[0] == "warning" and words in row(status)[1], status
        asked = len(fetches(w))
        assert w.enable(seq=seq).returncode == 0 and row(w.status(seq=seq)) == row(status) and len(fetches(w)) == asked
    w.faults({})
    w.assert_untouched(before)
    # another tenant's package changes nothing
    store(w, w.package(org_id=onboarding.OTHER_ORG_ID))
    status = enable(w, 4, onboardingPackageUri=URI)
    assert status["status"] == "error" and "(tenant-other)" in message(status), status
    assert w.runs() == runs + 3, w.log()
    # nor does it become right when it is gone from there: by enable, by the daily look, by enable once more
    w.faults({PLACE: {"status": 404}})
    for look in (enable_again, lambda w, seq: recheck(w), enable_again):
        look(w, 4)
        status = w.status(seq=4)
        assert status["status"] == "error" and "(tenant-other)" in message(status), status
        assert f"cannot be had now, was for tenant {onboarding.OTHER_ORG_ID}" in message(status), status
        assert row(status)[0] == "warning" and "answered 404" in row(status)[1], status
    w.faults({})
    w.assert_untouched(before)
    w.assert_onboarded()
    store(w, w.package())
    assert enable(w, 4, onboardingPackageUri=URI)["status"] == "success"


def enable_again(w, seq):
    """Its settings are as they were; waits for the end of what comes of it."""
    runs = w.runs()
    w.enable(seq=seq)
    w.machine.wait(lambda: w.runs() > runs and not w.machine.exists(f"{STATE}/current"), 30, "a worker")
    return w.wait_ended(seq)


def recheck(w):
    w.machine.run(["systemctl", "start", "mde-linux-recheck.service"])
    w.machine.wait(lambda: not w.machine.exists(f"{STATE}/next") and not w.machine.exists(f"{STATE}/current"), 30, "the worker")


def restart_in(w, org):
    """A person takes the sensor to a tenant."""
    w.machine.run(["systemctl", "stop", "mdatp"])
    w.machine.write(ONBOARDING, onboarding.document(onboarding.blob(onboarding.body(org_id=org))), 0o640)
    w.machine.run(["systemctl", "start", "mdatp"])
    w.machine.wait(lambda: org in w.machine.run(["mdatp", "health", "--field", "org_id"], check=False).stdout, 20, org)


@scenario()
def what_was_fetched_is_compared_with_a_sensor_that_moves(w):
    w.onboard()
    store(w, w.package())
    hold = "/etc/mde-linux/hold"
    # under a hold it is not asked for, and not forgotten either
    w.machine.write(hold, "a database is moved\n")
    status = enable(w, 1, onboardingPackageUri=URI)
    assert status["status"] == "success" and "on hold" in row(status)[1] and not fetches(w), status
    w.machine.run(["rm", hold])
    status = enable(w, 1, onboardingPackageUri=URI)
    assert status["status"] == "success" and "came by" in row(status)[1] and len(fetches(w)) == 1, status
    # a tenant that is refused is refused without asking again
    status = enable(w, 2, onboardingPackageUri=URI, expectedTenantId=onboarding.OTHER_ORG_ID)
    runs, asked = w.runs(), len(fetches(w))
    assert "(tenant-unexpected)" in message(status), status
    again = enable(w, 2, onboardingPackageUri=URI, expectedTenantId=onboarding.OTHER_ORG_ID)
    assert message(again) == message(status) and w.runs() == runs and len(fetches(w)) == asked, again
    # what could not be had is asked for again by the daily look, not by enable
    w.faults({PLACE: {"status": 404}})
    assert row(enable(w, 3, onboardingPackageUri=URI))[0] == "warning"
    w.faults({})
    asked = len(fetches(w))
    assert row(enable(w, 3, onboardingPackageUri=URI))[0] == "warning" and len(fetches(w)) == asked
    recheck(w)
    status = w.status(seq=3)
    assert row(status)[0] == "success" and "came by" in row(status)[1] and len(fetches(w)) == asked + 1, status
    recheck(w)
    assert len(fetches(w)) == asked + 1
    # gone to another tenant, and the address is dead: told each time, and nothing is asked
    w.faults({PLACE: {"status": 404}})
    restart_in(w, onboarding.OTHER_ORG_ID)
    for _ in range(2):
        status = enable(w, 3, onboardingPackageUri=URI)
        assert "(tenant-other)" in message(status) and row(status, "drift")[0] == "warning", status
        recheck(w)
    assert "(tenant-other)" in message(w.status(seq=3)) and len(fetches(w)) == asked + 1
    restart_in(w, onboarding.ORG_ID)
    assert enable(w, 3, onboardingPackageUri=URI)["status"] == "success" and len(fetches(w)) == asked + 1


def unusable(w):
    """(what the URL leads to, how the server behaves, settings, reason, words)"""
    sound = w.package()
    yield sound, {"status": 404}, {}, "onboarding-source", f"{PLACE} answered 404"
    yield sound, {"body": "<html><head><title>Guest WLAN</title></head>"}, {}, "onboarding-source", 'an HTML page, "Guest WLAN"'
    yield sound, {"status": 302, "headers": {"Location": f"http://{PLACE}"}}, {}, "onboarding-source", "a redirect away from https"
    yield sound, {"body": "x" * (3 << 20), "headers": {"Content-Length": str(1 << 30)}}, {}, "onboarding-source", "sends more than 2097152 bytes"
    yield sound, {}, {"onboardingPackageSha256": "0" * 64}, "onboarding-source", f"have the SHA-256 {hashlib.sha256(sound).hexdigest().upper()}"
    yield sound, {}, {"expectedTenantId": onboarding.OTHER_ORG_ID}, "tenant-unexpected", f"is for tenant {onboarding.ORG_ID}"
    yield w.package("offboarding"), {}, {}, "onboarding-is-offboarding", "would offboard"
    yield zipped(w.package("bad-signature")), {}, {}, "onboarding-signature", "is not a signature of its body"
    yield zipped(b"\0" * (100 << 20)), {}, {}, "onboarding-damaged", "is larger than any onboarding package"
    yield zipped(sound) + b"more", {}, {}, "onboarding-damaged", "bytes behind its end"


@scenario(timeout=240)
def what_a_url_leads_to_and_cannot_be_used_leaves_no_trace(w):
    w.install_unpacked()
    before = w.snapshot()
    for seq, (content, fault, settings, reason, words) in enumerate(unusable(w), 1):
        store(w, content)
        w.faults({PLACE: fault} if fault else {})
        status = enable(w, seq, onboardingPackageUri=URI, **settings)
        assert status["status"] == "error" and f"({reason})" in message(status) and words in message(status), status
    w.faults({})
    for certificate, words in (("foreign", 'issued by "Elsewhere Inspection CA", is not trusted'), ("other-name", "is of another name")):
        w.serve(certificate)
        seq += 1
        status = enable(w, seq, {"onboardingPackageUri": SIGNED})
        assert "(onboarding-certificate)" in message(status) and words in message(status), status
    w.start_proxy(3129, "password")
    status = enable(w, seq + 1, onboardingPackageUri=URI, proxy="http://127.0.0.1:3129")
    assert "(proxy)" in message(status) and "407" in message(status), status
    # the package server's exception is not the URL's
    seq += 1
    w.machine.write("/etc/environment", "https_proxy=http://127.0.0.1:3129\nno_proxy=packages.microsoft.com\n")
    status = enable(w, seq + 1, onboardingPackageUri=URI)
    assert "(proxy)" in message(status) and "Through the proxy http://127.0.0.1:3129 of /etc/environment: " in message(status), status
    w.machine.write("/etc/environment", "")
    status = enable(w, seq + 2, onboardingPackageUri=f"{URI}?sig=seen-by-all")
    assert "(settings-invalid)" in message(status) and "move it to protectedSettings" in message(status), status
    w.assert_untouched(before)
    assert w.package_state() == "" and not w.machine.exists(ONBOARDING)
    # a machine that is refused asks nobody
    asked = len(fetches(w))
    w.machine.write("/etc/os-release", "ID=plan9\nNAME=Plan9\n")
    status = enable(w, seq + 3, onboardingPackageUri=URI)
    assert "(distribution-unsupported)" in message(status) and len(fetches(w)) == asked, status


@scenario()
def a_storage_that_fails_for_a_while_is_waited_for(w):
    w.install_unpacked()
    store(w, base64.encodebytes(w.package()))
    w.faults({PLACE: {"status": 503, "headers": {"Retry-After": "0"}, "times": 4}})
    status = enable(w, 1, onboardingPackageUri=URI)
    assert status["status"] == "success", status
    assert len(fetches(w)) == 5, fetches(w)
    assert "no onboarding package yet" in w.log() or "503" in w.log(), w.log()
    w.assert_onboarded()


@scenario()
def a_server_that_asks_to_be_left_alone_is(w):
    w.install_unpacked()
    before = w.snapshot()
    store(w, base64.encodebytes(w.package()))
    w.faults({PLACE: {"status": 429, "headers": {"Retry-After": "7200"}}})
    status = enable(w, 1, onboardingPackageUri=URI, maxWaitMinutes=20)
    assert status["status"] == "error" and "(onboarding-unreachable)" in message(status), status
    assert "asks not to be asked again for 7200 s" in message(status) or "asks not to be asked again for 7199 s" in message(status), status
    assert len(fetches(w)) == 1, fetches(w)
    w.assert_untouched(before)
    # within the run it is waited for
    w.faults({PLACE: {"status": 503, "headers": {"Retry-After": "2"}, "times": 3}})
    status = enable(w, 2, onboardingPackageUri=URI)
    assert status["status"] == "success" and len(fetches(w)) == 5, (status, fetches(w))
    w.assert_onboarded()


# takes a connection of the kernel's, never one of its own, and there is no place for another
FULL = ("import socket, time; s = socket.socket(); s.bind(('127.0.0.5', 443)); s.listen(0); "
        "c = [socket.socket() for _ in range(8)]; [(x.setblocking(False), x.connect_ex(('127.0.0.5', 443))) for x in c]; "
        "print('ready', flush=True); time.sleep(3600)")


@scenario(waits=True)
def a_source_that_goes_silent_keeps_none_from_its_turn(w):
    w.install_unpacked()
    store(w, w.package())
    w.identity.assign()
    w.identity.offer(w.package())
    w.faults({PLACE: {"stall": 0}})
    started = time.monotonic()
    status = enable(w, 1, {"onboardingPackageUri": SIGNED}, onboardingFromAzure=True)
    assert came_by_azure(status), status
    assert "onboarding-stalled, customer.blob.core.windows.net does not go on while in the transfer" in row(status)[1], status
    assert len(fetches(w)) == 1 and time.monotonic() - started < 40, (fetches(w), w.log())
    w.assert_onboarded()
    # beside a sensor the run goes on without it: an answer that never begins, a connection that never comes about
    w.faults({PLACE: {"wait_file": "/nowhere"}})
    status = enable(w, 2, onboardingPackageUri=URI)
    assert status["status"] == "success" and row(status)[0] == "warning", status
    assert "(onboarding-stalled)" in row(status)[1] and "while waiting for the answer" in row(status)[1], status
    full = w.machine.spawn_outside([sys.executable, "-c", FULL])
    w.machine.wait(lambda: "ready" in Path(full.log).read_text(), 20, "the full listener")
    hosts = w.machine.read("/etc/hosts")
    w.machine.write("/etc/hosts", hosts.replace(f" {STORAGE}", "") + f"127.0.0.5 {STORAGE}\n")
    status = enable(w, 3, onboardingPackageUri=URI)
    assert status["status"] == "success" and row(status)[0] == "warning", status
    assert "(onboarding-unreachable)" in row(status)[1] and "while connecting" in row(status)[1], status


@scenario(waits=True)
def a_source_that_never_answers_ends_with_the_time_that_is_given(w):
    w.install_unpacked()
    store(w, w.package())
    before = w.snapshot()
    w.faults({PLACE: {"wait_file": "/nowhere"}})
    started = time.monotonic()
    status = enable(w, 1, timeout=90, onboardingPackageUri=URI)
    assert time.monotonic() - started < 75, status
    assert status["status"] == "error" and "(onboarding-stalled)" in message(status), status
    assert f"onboardingPackageUri ({PLACE}): onboarding-stalled" in message(status) and status["code"] == 55, status
    w.assert_untouched(before)
    # it comes back: the next enable finds it
    w.faults({})
    assert enable(w, 1, onboardingPackageUri=URI)["status"] == "success"
    w.assert_onboarded()


@scenario()
def each_source_falls_through_to_the_next(w):
    w.install_unpacked()
    broken = onboarding.protected_settings(w.package("bad-signature"))
    store(w, w.package())
    w.identity.assign(system=False)
    w.faults({PLACE: {"status": 403}})
    before = w.snapshot()
    status = enable(w, 1, {**broken, "onboardingPackageUri": SIGNED}, onboardingFromAzure=True)
    assert status["status"] == "error", status
    told = message(status)
    parts = ["protectedSettings: onboarding-signature", f"onboardingPackageUri ({PLACE}): onboarding-source", "onboardingFromAzure: azure-identity"]
    places = [told.find(part) for part in parts]
    assert places == sorted(places) and places[0] > 0, told
    w.assert_untouched(before)
    w.faults({})
    # the protected address goes before the public one
    status = enable(w, 2, {**broken, "onboardingPackageUri": SIGNED}, onboardingPackageUri="https://nowhere.invalid/x", onboardingFromAzure=True)
    assert status["status"] == "success", status
    assert "protectedSettings: onboarding-signature" in row(status)[1] and f"came by onboardingPackageUri ({PLACE})" in row(status)[1], status
    assert w.unit(WORKER, "ActiveState")
    w.assert_onboarded()


def came_by_azure(status):
    return status["status"] == "success" and row(status)[0] == "success" and "came by onboardingFromAzure" in row(status)[1]


@scenario()
def azure_gives_the_package_to_the_machines_identity(w):
    w.install_unpacked()
    before = w.snapshot()
    w.identity.offer(w.package())
    status = enable(w, 1, onboardingFromAzure=True)
    assert "(azure-identity)" in message(status), status
    w.identity.assign(system=False)
    w.assert_untouched(before)
    # what passes is waited for: a server that is busy, and a role that was just assigned
    forbidden = {"status": 403, "body": '{"error": {"code": "AuthorizationFailed", "message": "no"}}'}
    w.identity.assign()
    w.identity.stage("arm", "/subscriptions", forbidden, {"status": 503}, None)
    status = enable(w, 2, onboardingFromAzure=True)
    assert came_by_azure(status), status
    w.assert_onboarded()
    # but not beside a sensor
    w.identity.stage("arm", "/subscriptions", forbidden)
    status = enable(w, 3, onboardingFromAzure=True, expectedTenantId=onboarding.ORG_ID)
    assert status["status"] == "success" and row(status)[0] == "warning" and "azure-access, " in row(status)[1], status
    w.identity.unstage()
    asked = len(w.identity.requests())
    assert w.enable(seq=3).returncode == 0 and len(w.identity.requests()) == asked, w.identity.requests()
    # a dead address falls through to it, with the identity that is named
    w.make_fresh()
    client = "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee"
    w.identity.assign(client, system=False)
    w.faults({PLACE: {"status": 404}})
    status = enable(w, 4, {"onboardingPackageUri": SIGNED}, onboardingFromAzure=True, azureIdentity=client)
    assert came_by_azure(status) and f"onboardingPackageUri ({PLACE}): onboarding-source" in row(status)[1], status
    assert any(client in line for line in w.identity.requests("imds")), w.identity.requests("imds")


@scenario()
def azure_gives_the_package_to_a_machine_of_arc(w):
    w.install_unpacked()
    w.identity.arc()
    w.identity.offer(w.package())
    status = enable(w, 1, onboardingFromAzure=True)
    assert came_by_azure(status), status
    assert w.identity.requests("himds") and w.identity.requests("arm"), w.identity.requests()
    w.assert_onboarded()
