"""The vendor's repository as others have configured it: other products, admins, programs."""

from dataclasses import dataclass, field

import openpgp

SITE_KEYRING = "/etc/apt/keyrings/site.gpg"
RPM_KEYS = "/etc/pki/rpm-gpg/RPM-GPG-KEY-microsoft-prod"
THEIR_KEYS = "/etc/pki/rpm-gpg/microsoft.asc"
BOTH = ("vendor", "vendor-2025")


@dataclass
class Spelling:
    """path, text  of the source
    keys       files beside it {path: bytes}
    imported   the name of a key that rpm's database has
    """

    path: str
    text: str
    keys: dict = field(default_factory=dict)
    imported: str = ""

    def write(self, w):
        self.was = w.machine.read(self.path) if w.machine.exists(self.path) else None
        w.machine.write(self.path, self.text)
        for path, data in self.keys.items():
            w.machine.write(path, data)
        if self.imported:
            w.machine.write("/root/key.asc", openpgp.armor(openpgp.binary(self.imported)))
            w.machine.run(["rpm", "--import", "/root/key.asc"])

    def take_away(self, w):
        for path in (self.path, *self.keys, RPM_KEYS):
            w.machine.path(path).unlink(missing_ok=True)
        if self.was is not None:
            w.machine.write(self.path, self.was)


def _ring(*names):
    return b"".join(openpgp.binary(name) for name in names)


def _upper(w):
    return w.vendor.uri.rstrip("/").replace("packages.microsoft.com", "Packages.Microsoft.COM:443")


# apt

LISTS = "/etc/apt/sources.list.d"


def _deb822(w, more, uri=None):
    return f"Types: deb\nURIs: {uri or w.vendor.uri}\nSuites: {w.family.suite}\nComponents: main\n{more}"


def _inline(w):
    lines = openpgp.armor(openpgp.binary(w.family.key)).decode().splitlines()
    return "Signed-By:\n" + "".join(f" {line or '.'}\n" for line in lines)


def _line(w, options="", uri=None):
    return f"deb {f'[{options}] ' if options else ''}{uri or w.vendor.uri} {w.family.suite} main\n"


def _key_within(w):
    """The key in the source itself; where apt cannot read that, its fingerprint in apt's own keyrings."""
    if w.family.inline_keys:
        return Spelling(f"{LISTS}/microsoft.sources", "X-Note: theirs\n" + _deb822(w, _inline(w)))
    return Spelling(f"{LISTS}/vendor.list", _line(w, f"signed-by={openpgp.fingerprint(w.family.key)}"),
                    {"/etc/apt/trusted.gpg.d/microsoft.gpg": _ring(w.family.key)})


def apt(w):
    """The vendor's package's, one without a word about keys, another product's with other case, port and slash, and more."""
    theirs = "/usr/share/keyrings/microsoft.gpg"
    broken = "deb [trusted=yes] https://gone.test/debian bookworm main\n"
    return (
        Spelling(f"{LISTS}/microsoft-prod.list", _line(w, f"arch=amd64 signed-by={theirs}"), {theirs: _ring(w.family.key)}),
        Spelling(f"{LISTS}/microsoft-debian-{w.family.suite}-prod.list", _line(w, uri=w.vendor.uri + "/"),
                 {"/etc/apt/trusted.gpg.d/microsoft.gpg": _ring(w.family.key)}),
        Spelling(f"{LISTS}/microsoft-prod.sources", _deb822(w, f"Signed-By: {SITE_KEYRING}\n", _upper(w) + "/"),
                 {SITE_KEYRING: _ring(*BOTH)}),
        _key_within(w),
        Spelling("/etc/apt/sources.list", w.mirror.source() + broken + "# ours\n" + _line(w, f"arch=amd64 signed-by={SITE_KEYRING}"),
                 {SITE_KEYRING: _ring(*BOTH)}))


def apt_disabled(w):
    """One that is there and not used: the source written instead, and what it says."""
    return Spelling(f"{LISTS}/microsoft-prod.sources", _deb822(w, f"Enabled: no\nSigned-By: {SITE_KEYRING}\n"),
                    {SITE_KEYRING: _ring(w.family.key)}), f"{LISTS}/microsoft-prod.list", w.vendor.uri


def apt_before(w, old):
    """From before the key rolled over: our own, and somebody else's. Which key file gets the new one beside the old."""
    ours = "/usr/share/keyrings/microsoft-prod.gpg"
    return (Spelling(f"{LISTS}/microsoft-prod.list", w.vendor.source(f"signed-by={ours}"), {ours: _ring(old)}),
            Spelling(f"{LISTS}/site.list", w.vendor.source(f"signed-by={SITE_KEYRING}"), {SITE_KEYRING: _ring(old)}))


# rpm

def rpm(w):
    """The vendor's package's, an admin's with config-manager or addrepo, another product's with other case, port and slash, and more."""
    place = w.manager.sources
    armored = openpgp.armor(openpgp.binary(w.family.key))
    upper = _upper(w)

    def named(ident, **changed):
        return w.vendor.source(**changed).replace(f"[{w.vendor.id}]", f"[{ident}]")

    admins = "packages.microsoft.com_" + w.family.distro.replace("/", "_") + "_prod"
    return (
        Spelling(f"{place}/microsoft-prod.repo", w.vendor.source()),
        Spelling(f"{place}/microsoft-prod.repo", w.vendor.source(), imported=w.family.key),
        Spelling(f"{place}/{admins}.repo",
                 f"[{admins}]\nname=created by dnf config-manager from {w.vendor.uri}\nbaseurl={w.vendor.uri}\nenabled=1\n"),
        Spelling(f"{place}/microsoft-edge-and-others.repo",
                 f"[edge]\nname=edge\nbaseurl=https://elsewhere.test/\nenabled=0\n\n[intune]\nname = Microsoft\nbaseurl = {upper}\n"
                 f"gpgcheck = 1\ngpgkey = file://{THEIR_KEYS}\n", {THEIR_KEYS: armored}),
        Spelling(f"{place}/packages.microsoft.com_prod.repo",
                 named("packages.microsoft.com_prod", uri=w.vendor.uri.rstrip("/")), imported=w.family.key),
        Spelling(f"{place}/intune.repo", named("Intune", uri=upper + "/", name="Microsoft: all"), imported=w.family.key))


def rpm_disabled(w):
    path = f"{w.manager.sources}/microsoft-prod.repo"
    return Spelling(path, w.vendor.source(enabled=0)), path, f"[{w.vendor.id}-mde-linux]"


def rpm_before(w, old):
    place = w.manager.sources
    armored = openpgp.armor(openpgp.binary(old))
    return (Spelling(f"{place}/microsoft-prod.repo", w.vendor.source(key_uri=f"file://{RPM_KEYS}"), {RPM_KEYS: armored}, old),
            Spelling(f"{place}/site.repo", w.vendor.source(key_uri=f"file://{THEIR_KEYS}"), {THEIR_KEYS: armored}, old))
