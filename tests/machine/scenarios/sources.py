"""Sources that others have configured, mirrors, channels, and keys that change."""

import shutil

import openpgp
import repository
from scenario import for_families, scenario

LISTS = "/etc/apt/sources.list.d"
SITE_KEYRING = "/etc/apt/keyrings/microsoft.gpg"
APT_TREES = ("/etc/apt", "/usr/share/keyrings")
OTHER_AGES = ("el8", "el10", "sles16")  # of the same managers
MIRROR = "mirror.company.test"
SENSOR = "101.24092.0002"
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


def copy_to_mirror(w, folder="vendor"):
    """The company's copy of the package server, byte for byte."""
    shutil.rmtree(w.served / MIRROR, ignore_errors=True)
    shutil.copytree(w.served / repository.VENDOR_HOST, w.served / MIRROR / folder)
    return f"https://{MIRROR}/{folder}"


def asked_of(w, host):
    return [line for line in w.requests() if f" {host} " in line]


@for_families("debian12", "el9", sweep=("fedora", "sles15", *OTHER_AGES), direct=True)
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


@scenario(direct=True)
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


@for_families("debian12", "sles15", sweep=("debian11", "debian13", "el9", "fedora43", "amzn2023", *OTHER_AGES), direct=True)
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


@scenario(direct=True)
def a_keyring_without_a_key_of_the_vendors_is_told(w):
    w.prepare()
    w.machine.write(SITE_KEYRING, openpgp.binary("distribution"))
    w.machine.write(f"{LISTS}/microsoft.list", w.vendor.source(f"signed-by={SITE_KEYRING}"))
    message = refused(w, 0, w.snapshot(), "repository-key-unknown")
    assert f"{LISTS}/microsoft.list" in message, message


# rpm

def place(w, name):
    return f"{w.manager.sources}/{name}"


def rpm_sources(w):
    """The configuration: sources and keys that belong to somebody."""
    return w.machine.snapshot((w.manager.sources, "/etc/pki", "/etc/dnf", "/etc/zypp"))


@for_families("el9", "sles15", sweep=("fedora", *OTHER_AGES), direct=True)
def a_key_that_rpm_has_from_others_does_not_vouch_for_the_sensor(w):
    w.prepare()
    w.machine.write("/root/others", openpgp.armor(openpgp.binary("attacker")).decode())
    w.machine.run(["rpm", "--import", "/root/others"])
    w.vendor.package_signed_by(SENSOR, "attacker")
    message = refused(w, 0, w.snapshot(), "package-signature")
    assert "pinned key" in message, message


@for_families("el9", sweep=("sles15", *OTHER_AGES), direct=True)
def rpm_lists_that_are_not_genuine_are_not_used(w):
    w.prepare()
    before = w.snapshot()
    v = w.vendor
    cases = ((v.list_without_check, "gpgcheck=0"), (v.list_with_extra_section, "a second section"), (v.html_list, "an HTML page"),
             (v.list_with_other_host, "elsewhere.test"), (v.list_plain_http, "http://"), (v.list_empty, "is empty"),
             (lambda: v.list_with(proxy="http://elsewhere.test:1"), "proxy="), (lambda: v.list_with(sslverify=0), "sslverify=0"))
    for seq, (stage, words) in enumerate(cases):
        stage()
        assert words in refused(w, seq, before, "repository-not-genuine"), words


@for_families("el9", sweep=("sles15", *OTHER_AGES), direct=True)
def an_unfinished_installer_script_is_cleaned_up_after(w):
    """What its fetches left under the vendor's names; sections there that it did not write, or another product may use, stay."""
    w.prepare()
    other = w.vendor.source(uri="https://packages.microsoft.com/rhel/7/prod/")
    w.machine.write(place(w, "microsoft-prod.repo"), "[site]\nname=site\nbaseurl=https://site.test/\nenabled=0\n" + other)
    w.machine.write(place(w, "prod.repo"), HTML)
    settings = succeeded(w, 0)
    assert "HTML page" in settings.row("repository-repair").message, settings
    assert not w.machine.exists(place(w, "prod.repo"))
    text = w.machine.read(place(w, "microsoft-prod.repo"))
    assert "[site]" in text and other in text and w.vendor.uri in text, text
    w.assert_onboarded()


# not sles16: where an index was not verified libzypp 17.38 looks at packages itself, and calls them unsigned with rpm 6
@for_families("sles15", sweep=("el9", "fedora", *(each for each in OTHER_AGES if each != "sles16")), direct=True)
def only_configured_rpm_sources_are_used(w):
    w.prepare()
    message = refused(w, 0, w.snapshot(), "repository-none", useExistingRepo=True)
    assert "useExistingRepo" in message, message
    key = "/etc/pki/rpm-gpg/company"
    company = w.vendor.source(uri=w.vendor.uri.replace("https://packages.microsoft.com", copy_to_mirror(w)), key_uri=f"file://{key}")
    w.machine.write(place(w, "company.repo"), company.replace("gpgcheck=1", "gpgcheck=0"))
    again(w, 1, useExistingRepo=True)
    message = w.azure.wait_status("error", seq=1, timeout=60).settings.message
    assert "(repository-unverified)" in message and "company.repo" in message, message
    w.machine.write(place(w, "company.repo"), company)
    w.machine.write(key, openpgp.armor(openpgp.binary(w.family.key)).decode())
    w.machine.run(["rpm", "--import", key])
    before = rpm_sources(w)
    settings = succeeded(w, 2, useExistingRepo=True)
    assert "company.repo" in settings.row("package-source").message, settings
    assert rpm_sources(w) == before and not asked_of(w, "packages.microsoft.com")
    w.assert_onboarded()


@for_families("debian12", "el9", direct=True)
def entries_for_another_release_stay_while_they_work(w):
    """Other products are updated from there: .NET, PowerShell, drivers."""
    w.prepare()
    if w.family.kind == "deb":
        other = type(w.vendor)(w.served, "debian", "11", "bullseye")
        path, text = f"{LISTS}/microsoft-prod.list", other.source()
    else:
        other = type(w.vendor)(w.served, "rhel/9")
        path, text = place(w, "microsoft-prod.repo"), other.source()
    other.publish([w.build_dependency()])
    w.machine.write(path, text)
    settings = succeeded(w, 0)
    w.assert_onboarded()
    lines = w.machine.read(path)
    assert lines.startswith(text) and w.vendor.uri in lines, lines
    if w.family.kind == "deb":
        told = settings.row("repository-other")
        assert told.status == "success" and "debian/11/prod bullseye" in told.message and "stays" in told.message, told
    w.manager.refresh()


@scenario(direct=True)
def an_entry_for_another_architecture_agrees_with_ours(w):
    """A line copied from elsewhere: nothing comes of it here, and apt refuses two keyrings for one place."""
    w.prepare()
    site = f"{LISTS}/site.list"
    line = w.vendor.source(f"arch=arm64 signed-by={SITE_KEYRING}")
    w.machine.write(site, line)
    w.machine.write(SITE_KEYRING, openpgp.binary("vendor"))
    succeeded(w, 0)
    w.assert_onboarded()
    ours = w.machine.read(f"{LISTS}/microsoft-prod.list")
    assert f"[arch=amd64 signed-by={SITE_KEYRING}]" in ours and w.machine.read(site) == line, ours
    w.manager.refresh()
