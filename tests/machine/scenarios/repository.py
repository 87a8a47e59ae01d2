"""Where packages come from: what is not genuine or cannot be had is refused, and leaves no trace."""

import openpgp
import repository
from refused import assert_refused, prepared, refuse_each
from scenario import scenario

VENDOR = repository.VENDOR_HOST


def pinned_packets():
    return openpgp.binary("vendor")


@scenario(direct=True)
def a_list_that_is_not_genuine_is_not_used(w):
    v, reason = w.vendor, "repository-not-genuine"
    where = "packages.microsoft.com/config/debian/12/prod.list"
    refuse_each(
        w,
        (v.html_list, reason, where, "an HTML page", "captive portal"),
        (v.list_with_extra_line, reason, where, 'a second line "deb https://elsewhere.test'),
        (v.list_with_option, reason, where, 'the option "trusted=yes"'),
        (lambda: v.list_with_option("allow-insecure=yes"), reason, where, 'the option "allow-insecure=yes"'),
        (v.list_with_other_host, reason, where, 'a foreign address "https://elsewhere.test'),
        (v.list_plain_http, reason, where, 'a foreign address "http://packages.microsoft.com'),
        (v.list_empty, reason, where, "the source list is empty"))


@scenario(direct=True)
def a_key_that_is_not_pinned_is_not_used(w):
    v, where = w.vendor, "packages.microsoft.com/keys/microsoft.asc"
    attacker = repository.fingerprints()["attacker"]
    refuse_each(
        w,
        (v.wrong_key, "repository-key", where, f"holds {attacker}", "not pinned", "/etc/mde-linux/mde-linux.conf"),
        (v.html_key, "repository-key", where, "an HTML page"),
        (lambda: v.key_file(b""), "repository-key", where, "empty"),
        (v.release_signed_by, "package-signature", "The package manager said", "NO_PUBKEY"),
        (v.alter_index, "package-signature", "The package manager said", "Packages"))


@scenario(direct=True)
def a_certificate_that_is_not_trusted_is_refused(w):
    refuse_each(
        w,
        (lambda: w.serve("other-name"), "repository-certificate", 'for "elsewhere.test"', "is of another name"),
        (lambda: w.serve("foreign"), "repository-certificate", 'issued by "Elsewhere Inspection CA"', "TLS inspection"),
        (lambda: w.serve("expired"), "repository-certificate", "expired", "it is valid from", "the clock of this machine says"),
        serve_again=w.serve)


# What time mends


def drop_name(w):
    hosts = w.machine.read("/etc/hosts")
    w.machine.write("/etc/hosts", hosts.replace(VENDOR, "gone.test"))
    return lambda: w.machine.write("/etc/hosts", hosts)


def drop_server(w):
    w.server.kill()
    w.server.wait()
    return w.serve


def misbehave(w, prefix, fault):
    w.faults({prefix: fault})
    return lambda: w.faults({})


def wait_saying(w, *words):
    return w.azure.wait_report(
        lambda report: report and report.settings and report.settings.status == "transitioning"
        and all(each in report.settings.message for each in words), f"transitioning: {words}", 40)


@scenario(direct=True)
def an_unreachable_repository_is_waited_for(w):
    prepared(w)
    mend = drop_name(w)
    w.ask(maxWaitMinutes=5)
    w.agent.start()
    wait_saying(w, VENDOR, "cannot be resolved", "next try in")
    out = misbehave(w, VENDOR, {"status": 503, "body": "<title>Out of service</title>"})
    mend()
    wait_saying(w, VENDOR, "answered 503", "Out of service", "next try in")
    out()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


@scenario(direct=True)
def apt_that_cannot_fetch_is_waited_for(w):
    prepared(w)
    misbehave(w, VENDOR, {"unreachable": True})
    w.ask(maxWaitMinutes=5)
    w.agent.start()
    wait_saying(w, VENDOR, "Connection reset", "next try in")
    misbehave(w, f"{VENDOR}/debian/12/prod/dists", {"unreachable": True})
    wait_saying(w, "the package manager said", "Failed to fetch https://packages.microsoft.com", "next try in")
    misbehave(w, f"{VENDOR}/debian/12/prod/pool", {"status": 503})
    wait_saying(w, "the package manager said", "Failed to fetch https://packages.microsoft.com", "503", "next try in")
    w.faults({})
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


@scenario(waits=True, direct=True)
def a_repository_that_stays_unreachable_ends_in_an_error_at_the_deadline(w):
    prepared(w)
    drop_server(w)
    w.ask()
    w.agent.start()
    assert_refused(w, 0, "repository-unreachable", f"cannot connect to {VENDOR}: Connection refused", "port 443")
    told = {report.settings.message for report in w.azure.history() if report and report.settings}
    tries = [message for message in told if "Connection refused; next try in" in message]
    assert 3 <= len(tries) <= 20, told


@scenario(waits=True, direct=True)
def apt_that_stays_without_network_ends_in_an_error_at_the_deadline(w):
    prepared(w)
    misbehave(w, f"{VENDOR}/debian/12/prod/dists", {"close": True})
    w.ask()
    w.agent.start()
    assert_refused(w, 0, "repository-refresh", "The package manager said", "Failed to fetch https://packages.microsoft.com")
    tries = [line for line in w.requests() if "InRelease" in line and VENDOR in line]
    assert 6 <= len(tries) <= 60, tries


# What is there already


SITE_LIST = "/etc/apt/sources.list.d/site.list"


@scenario(direct=True)
def an_existing_source_that_does_without_signatures_is_not_used(w):
    w.prepare()
    w.publish()
    w.machine.write(SITE_LIST, w.vendor.source("trusted=yes"))
    w.before = w.snapshot()
    w.ask()
    w.agent.start()
    assert_refused(w, 0, "repository-unverified", SITE_LIST, "trusted=yes", code=53)
    w.machine.path(SITE_LIST).unlink()
    own = "/etc/apt/sources.list.d/microsoft-prod.list"
    w.machine.write(own, w.vendor.source("trusted=yes"))
    w.ask(seq=1)
    settings = w.azure.wait_status("success", seq=1).settings
    assert own in settings.row("repository-key").message, settings
    assert "trusted" not in w.machine.read(own) and "signed-by=" in w.machine.read(own), w.machine.read(own)
    w.assert_onboarded()


def share_keyring(w, present, expected):
    prepared(w)
    w.machine.write(repository.VENDOR_KEYRING, present)
    w.before = w.snapshot()
    w.vendor.alter_index()
    w.ask()
    w.agent.start()
    assert_refused(w, 0, "package-signature", "The package manager said")
    w.vendor.publish(list((w.folder / "debs").glob("mdatp_*.deb")))
    w.ask(seq=1)
    w.azure.wait_status("success", seq=1)
    keyring = w.machine.path(repository.VENDOR_KEYRING).read_bytes()
    assert keyring == expected, list(openpgp.packets(keyring))
    w.assert_onboarded()


@scenario(direct=True)
def a_shared_keyring_is_extended(w):
    other = openpgp.binary("vendor-2025")
    share_keyring(w, other, other + pinned_packets())


@scenario(direct=True)
def a_shared_keyring_in_armor_is_extended(w):
    other = openpgp.binary("vendor-2025")
    share_keyring(w, openpgp.armor(other), other + pinned_packets())


@scenario(direct=True)
def a_keyring_that_has_the_key_is_left_as_it_is(w):
    both = pinned_packets() + openpgp.binary("vendor-2025")
    share_keyring(w, both, both)
