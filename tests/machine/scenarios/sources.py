"""Sources that others have configured, mirrors, channels, and keys that change."""

import shutil

import openpgp
import repository
from scenario import for_families, scenario

LISTS = "/etc/apt/sources.list.d"
OWN_LIST = f"{LISTS}/microsoft-prod.list"
OWN_KEYRING = repository.VENDOR_KEYRING
SITE_KEYRING = "/etc/apt/keyrings/microsoft.gpg"
APT_TREES = ("/etc/apt", "/usr/share/keyrings")
MIRROR = "mirror.company.test"
HTML = "<html><body>Please sign in</body></html>\n"


def again(w, seq, **settings):
    w.ask(seq=seq, **settings)
    if not w.made("agent"):
        w.publish()
        w.agent.start()


def succeeded(w, seq, **settings):
    again(w, seq, **settings)
    return w.azure.wait_status("success", seq=seq, timeout=60).settings


def refused(w, seq, before, reason, **settings):
    """A terminal error that leaves no trace; its message."""
    again(w, seq, **settings)
    message = w.azure.wait_status("error", seq=seq, timeout=60).settings.message
    assert f"({reason})" in message, message
    w.assert_quiet()
    w.assert_untouched(before)
    return message


def deb822(w, more, uri=None):
    return f"Types: deb\nURIs: {uri or w.vendor.uri}\nSuites: bookworm\nComponents: main\n{more}"


def inline(key):
    lines = openpgp.armor(openpgp.binary(key)).decode().splitlines()
    return "Signed-By:\n" + "".join(f" {line or '.'}\n" for line in lines)


@scenario()
def apt_sources_of_other_products_are_used_as_they_are(w):
    w.prepare()
    upper = w.vendor.uri.replace("packages.microsoft.com", "Packages.Microsoft.COM") + "/"
    trusted = "/etc/apt/trusted.gpg.d/microsoft.gpg"
    spellings = (
        ({OWN_LIST: w.vendor.source("arch=amd64 signed-by=/usr/share/keyrings/microsoft.gpg")}, "/usr/share/keyrings/microsoft.gpg"),
        ({f"{LISTS}/microsoft-debian-bookworm-prod.list": f"deb {w.vendor.uri}/ bookworm main\n"}, trusted),
        ({f"{LISTS}/microsoft-prod.sources": deb822(w, f"Signed-By: {SITE_KEYRING}\n", upper)}, SITE_KEYRING),
        ({f"{LISTS}/microsoft.sources": "X-Note: theirs\n" + deb822(w, inline("vendor"))}, None))
    for seq, (files, keyring) in enumerate(spellings):
        if seq:
            w.make_fresh()
        for path, text in files.items():
            w.machine.write(path, text)
        if keyring:
            w.machine.write(keyring, openpgp.binary("vendor"))
        before = w.machine.snapshot(APT_TREES)
        succeeded(w, seq)
        assert w.machine.snapshot(APT_TREES) == before, (seq, files)
        assert not any("/keys/" in line for line in w.requests()), w.requests()
        w.assert_onboarded()
        if keyring:
            w.machine.path(keyring).unlink()
    w.make_fresh()
    disabled = f"{LISTS}/microsoft-prod.sources"
    w.machine.write(disabled, deb822(w, f"Enabled: no\nSigned-By: {SITE_KEYRING}\n"))
    text = w.machine.read(disabled)
    settings = succeeded(w, len(spellings))
    assert disabled in settings.row("package-source").message, settings
    assert w.machine.read(disabled) == text and w.machine.exists(OWN_LIST)
    w.machine.run(["apt-get", "update"])
    w.assert_sane()


def copy_to_mirror(w, folder="vendor"):
    """The company's copy of the package server, byte for byte."""
    shutil.rmtree(w.served / MIRROR, ignore_errors=True)
    shutil.copytree(w.served / repository.VENDOR_HOST, w.served / MIRROR / folder)
    return f"https://{MIRROR}/{folder}"


def asked_of(w, host):
    return [line for line in w.requests() if f" {host} " in line]


@for_families("debian12")
def a_mirror_stands_for_the_package_server(w):
    w.prepare()
    mirror = copy_to_mirror(w)
    before = w.snapshot()
    w.faults({"packages.microsoft.com/": {"unreachable": True}})
    list_file = w.served / MIRROR / "vendor" / w.vendor.list
    genuine = list_file.read_text()
    list_file.write_text(genuine.replace("packages.microsoft.com", "elsewhere.test"))
    message = refused(w, 0, before, "repository-not-genuine", mirrorUrl=mirror)
    assert "elsewhere.test" in message and MIRROR in message, message
    list_file.write_text(HTML)
    refused(w, 1, before, "repository-not-genuine", mirrorUrl=mirror)
    list_file.write_text(genuine)
    succeeded(w, 2, mirrorUrl=f"{mirror}/")
    w.assert_onboarded()
    assert not asked_of(w, "packages.microsoft.com"), w.requests()
    folder = LISTS if w.family.kind == "deb" else w.manager.sources
    written = "".join(w.machine.read(path) for path in w.machine.snapshot((folder,)) if "microsoft" in path)
    assert mirror in written and "packages.microsoft.com" not in written, written


@scenario()
def only_configured_apt_sources_are_used(w):
    w.prepare()
    before = w.snapshot()
    message = refused(w, 0, before, "repository-none", useExistingRepo=True)
    assert "useExistingRepo" in message, message
    uri = w.vendor.uri.replace("https://packages.microsoft.com", copy_to_mirror(w))
    w.machine.write(SITE_KEYRING, openpgp.binary("vendor"))
    w.machine.write(f"{LISTS}/company.list", f"deb [trusted=yes] {uri} bookworm main\n")
    again(w, 1, useExistingRepo="true")
    message = w.azure.wait_status("error", seq=1, timeout=60).settings.message
    assert "(repository-unverified)" in message and "company.list" in message, message
    w.machine.write(f"{LISTS}/company.list", f"deb [signed-by={SITE_KEYRING}] {uri} bookworm main\n")
    before = w.machine.snapshot(APT_TREES)
    settings = succeeded(w, 2, useExistingRepo=True)
    assert "company.list" in settings.row("package-source").message, settings
    assert w.machine.snapshot(APT_TREES) == before and not asked_of(w, "packages.microsoft.com")
    w.assert_onboarded()


@for_families("debian12")
def insiders_come_from_their_own_channel(w):
    w.prepare()
    for channel, suffix in (("insiders-fast", "insiderfast"), ("insiders-slow", "external")):
        other = w.vendor.channel(channel)
        joint = "-" if w.family.kind == "deb" else "_"
        other.publish([w.build_sensor(f"101.25042.0003{joint}{suffix}")])
    succeeded(w, 0, channel="insiders-fast")
    assert "insiderfast" in w.manager.version(), w.manager.version()
    w.assert_onboarded()
    w.make_fresh()
    succeeded(w, 1, channel="insiders-slow")
    assert "external" in w.manager.version(), w.manager.version()
    w.assert_onboarded()


def key_bodies(w, path):
    data = w.machine.path(path).read_bytes()
    return {body for tag, body in openpgp.packets(data) if tag == openpgp.PUBLIC_KEY}


def body(name):
    return next(body for tag, body in openpgp.packets(openpgp.binary(name)) if tag == openpgp.PUBLIC_KEY)


@scenario()
def apt_keys_that_rolled_over_are_added_to_those_that_are_there(w):
    w.prepare()
    w.vendor.release_signed_by("attacker")
    before = w.snapshot()
    refused(w, 0, before, "package-signature")
    w.vendor.release_signed_by("vendor-2025")
    settings = succeeded(w, 1)
    assert OWN_KEYRING in settings.row("repository-key").message, settings
    assert key_bodies(w, OWN_KEYRING) == {body("vendor"), body("vendor-2025")}
    for seq, file in ((2, OWN_LIST), (3, f"{LISTS}/microsoft.list")):
        keyring = OWN_KEYRING if seq == 2 else SITE_KEYRING
        w.make_fresh()
        w.machine.write(keyring, openpgp.binary("vendor"))
        w.machine.write(file, w.vendor.source(f"signed-by={keyring}"))
        text = w.machine.read(file)
        succeeded(w, seq)
        assert key_bodies(w, keyring) == {body("vendor"), body("vendor-2025")}, (seq, file)
        assert seq == 2 or w.machine.read(file) == text and not w.machine.exists(OWN_LIST)
        w.assert_onboarded()
    w.make_fresh()
    w.machine.write(SITE_KEYRING, openpgp.binary("distribution"))
    w.machine.write(f"{LISTS}/microsoft.list", w.vendor.source(f"signed-by={SITE_KEYRING}"))
    message = refused(w, 4, w.snapshot(), "package-signature")
    assert f"{LISTS}/microsoft.list" in message, message
