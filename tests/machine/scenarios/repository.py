"""Where packages come from: what is not genuine or cannot be had is refused, and leaves no trace."""

import openpgp
import repository
from refused import assert_no_foreign_key, assert_refused, prepared, refuse_each
from scenario import scenario

VENDOR = repository.VENDOR_HOST
SENSOR = "101.24092.0002"
OWN_SOURCE = "/etc/apt/sources.list.d/microsoft-prod.list"


def pinned_packets():
    return openpgp.binary("vendor")


@scenario()
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


@scenario()
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


@scenario()
def a_package_that_is_not_the_signed_one_is_not_installed(w):
    v = w.vendor
    refuse_each(
        w,
        (lambda: v.alter_package(SENSOR), "package-signature", "The package manager said", "Hash Sum mismatch", SENSOR),
        (lambda: v.drop_package(SENSOR, "mdatp"), "package-not-found", "The package manager said", "404"))


def install_with(w, stage):
    w.prepare()
    stage()
    w.onboard()
    keyring = w.machine.path(repository.VENDOR_KEYRING).read_bytes()
    assert keyring == pinned_packets(), list(openpgp.packets(keyring))
    assert_no_foreign_key(w)
    assert w.machine.read(OWN_SOURCE).splitlines()[-1] == (
        f"deb [arch=amd64 signed-by={repository.VENDOR_KEYRING}] {w.vendor.uri} bookworm main")


@scenario()
def a_second_key_in_the_key_file_is_left_behind(w):
    install_with(w, w.vendor.second_key_appended)


@scenario()
def a_second_key_block_in_the_key_file_is_left_behind(w):
    install_with(w, lambda: w.vendor.second_key_appended(own_block=True))


@scenario()
def a_smuggled_subkey_is_left_behind(w):
    install_with(w, w.vendor.smuggled_subkey)


@scenario()
def a_smuggled_user_id_is_left_behind(w):
    install_with(w, w.vendor.smuggled_user_id)


@scenario()
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


@scenario()
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


@scenario()
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


@scenario()
def a_repository_that_stays_unreachable_ends_in_an_error_at_the_deadline(w):
    prepared(w)
    drop_server(w)
    w.ask()
    w.agent.start()
    assert_refused(w, 0, "repository-unreachable", f"cannot connect to {VENDOR}: Connection refused", "port 443")
    told = {report.settings.message for report in w.azure.history() if report and report.settings}
    tries = [message for message in told if "Connection refused; next try in" in message]
    assert 3 <= len(tries) <= 20, told


@scenario()
def apt_that_stays_without_network_ends_in_an_error_at_the_deadline(w):
    prepared(w)
    misbehave(w, f"{VENDOR}/debian/12/prod/dists", {"close": True})
    w.ask()
    w.agent.start()
    assert_refused(w, 0, "repository-refresh", "The package manager said", "Failed to fetch https://packages.microsoft.com")
    tries = [line for line in w.requests() if "InRelease" in line and VENDOR in line]
    assert 6 <= len(tries) <= 60, tries


# What is there already


SITE_KEYRING = "/etc/apt/keyrings/site.gpg"
SITE_LIST = "/etc/apt/sources.list.d/site.list"
SITE_SOURCES = "/etc/apt/sources.list.d/site.sources"
CONFIGURATION = ("/etc/apt", "/usr/share/keyrings")


def reuse(w, file, text):
    w.prepare()
    w.publish()
    w.machine.write(SITE_KEYRING, openpgp.binary("vendor-2025") + pinned_packets())
    w.machine.write(file, text)
    w.before = w.snapshot()
    configuration = w.machine.snapshot(CONFIGURATION)
    w.vendor.alter_package(SENSOR)
    w.ask()
    w.agent.start()
    assert_refused(w, 0, "package-signature", "Hash Sum mismatch")
    w.vendor.publish(list((w.folder / "debs").glob("mdatp_*.deb")))
    w.ask(seq=1)
    w.azure.wait_status("success", seq=1)
    assert w.machine.snapshot(CONFIGURATION) == configuration
    w.assert_onboarded()


@scenario()
def an_existing_source_in_a_list_is_reused(w):
    reuse(w, SITE_LIST, f"# ours\n{w.vendor.source(f'arch=amd64 signed-by={SITE_KEYRING}')}")


@scenario()
def an_existing_source_in_deb822_style_is_reused(w):
    reuse(w, SITE_SOURCES, f"Types: deb\nURIs: {w.vendor.uri}/\nSuites: bookworm\nComponents: main\n"
                           f"Signed-By: {SITE_KEYRING}\n")


@scenario()
def an_existing_source_beside_a_broken_one_is_reused(w):
    broken = "deb [trusted=yes] https://gone.test/debian bookworm main\n"
    reuse(w, "/etc/apt/sources.list", w.mirror.source() + broken + w.vendor.source(f"signed-by={SITE_KEYRING}"))


@scenario()
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


@scenario()
def a_shared_keyring_is_extended(w):
    other = openpgp.binary("vendor-2025")
    share_keyring(w, other, other + pinned_packets())


@scenario()
def a_shared_keyring_in_armor_is_extended(w):
    other = openpgp.binary("vendor-2025")
    share_keyring(w, openpgp.armor(other), other + pinned_packets())


@scenario()
def a_keyring_that_has_the_key_is_left_as_it_is(w):
    both = pinned_packets() + openpgp.binary("vendor-2025")
    share_keyring(w, both, both)
