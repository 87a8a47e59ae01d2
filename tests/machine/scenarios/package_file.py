"""packageFile: the package is a file of the machine; only pinned keys say that it is the vendor's."""

import build as sensor
import onboarding
import openpgp
import repository
import server
from onboarding_world import ONBOARDING, RESOURCE, WORKSPACE
from scenario import for_families, scenario

SENSOR, NEWER = "101.24092.0002", "101.25042.0003"
FILE = "/srv/packages/mdatp.deb"
LISTS = "/var/lib/apt/lists/packages.microsoft.com_debian_12_prod_dists_bookworm_"
HOSTS = f"127.0.0.1 localhost machine {' '.join(set(server.HOSTS) - {repository.VENDOR_HOST})}\n"


def apart(w):
    """A machine with the extension installed and a package in a folder, which cannot reach the vendor."""
    w.install_only()
    w.machine.write("/etc/hosts", HOSTS)
    w.deb = w.build_sensor(SENSOR).read_bytes()
    w.suite = w.vendor.archive / "dists" / w.family.suite
    fill(w)
    return w


def fill(w, deb=None, key="vendor", **more):
    """The folder holds the package, the vendor's key file, and what else is named."""
    w.machine.run(["rm", "-rf", "/srv/packages"])
    w.machine.write(FILE, w.deb if deb is None else deb)
    if key:
        w.machine.write("/srv/packages/microsoft.asc", openpgp.armor(openpgp.binary(key)))
    for name, data in more.items():
        w.machine.write(f"/srv/packages/{ {'signature': 'mdatp.deb.asc', 'index': 'InRelease', 'list': 'Packages'}[name] }", data)


def signed(data, key="vendor"):
    return openpgp.sign(key, data, clear=False)


def ask(w, seq, file=FILE, **settings):
    public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "packageFile": file, **settings}
    w.enable_with(seq, public=public, protected=onboarding.protected_settings(w.package()))
    return w.wait_ended(seq)


def rows(status):
    return {row["name"]: row["formattedMessage"]["message"] for row in status["substatus"]}


def installed(w, seq, signer, which=SENSOR, **settings):
    """Succeeds without the vendor's server, and adds no source and no key."""
    before = w.machine.snapshot(("/etc/apt", "/usr/share/keyrings", "/srv"))
    status = ask(w, seq, **settings)
    assert status["status"] == "success", status
    assert f"mdatp {which} comes from {FILE}, signed by a pinned key: {signer}" == rows(status)["package-source"], status
    assert w.machine.snapshot(("/etc/apt", "/usr/share/keyrings", "/srv")) == before
    assert not any("packages.microsoft.com" in line for line in w.requests()), w.requests()
    assert not w.leftovers(), w.leftovers()
    w.assert_onboarded()


def refused(w, seq, reason, *words, code=53, **settings):
    before = w.snapshot()
    status = ask(w, seq, **settings)
    message = status["formattedMessage"]["message"]
    assert status["status"] == "error" and status["code"] == code and f"({reason})" in message, status
    for each in words:
        assert each in message, (each, message)
    w.assert_untouched(before)
    assert not w.leftovers() and w.installations() == 0 and not w.machine.exists(ONBOARDING)


@scenario(direct=True)
def a_file_is_installed_without_the_vendors_server(w):
    apart(w)
    # somebody exchanges the file as soon as we have our copy: ours is what counts
    w.machine.write("/srv/evil", "#!/bin/sh\necho evil > " + FILE + "\nexec /usr/bin/gpgv \"$@\"\n", 0o755)
    w.machine.run(["cp", "/srv/evil", "/usr/local/bin/gpgv"])
    fill(w, signature=signed(w.deb))
    status = ask(w, 1)
    assert status["status"] == "success" and w.machine.read(FILE) == "evil\n", status
    w.assert_onboarded()
    w.machine.run(["rm", "/usr/local/bin/gpgv"])
    # the signature beside it; the index and its list beside it; apt's own lists and keyring
    w.make_fresh()
    fill(w, signature=signed(w.deb))
    installed(w, 2, f"{FILE}.asc")
    w.make_fresh()
    fill(w, index=(w.suite / "InRelease").read_bytes(), list=(w.suite / "main/binary-amd64/Packages").read_bytes())
    installed(w, 3, "the index /srv/packages/InRelease")
    w.make_fresh()
    fill(w, key=None)
    w.machine.write("/etc/apt/trusted.gpg.d/microsoft.gpg", openpgp.binary("vendor"))
    for name in ("InRelease", "main/binary-amd64/Packages"):
        w.machine.write(LISTS + name.replace("/", "_"), (w.suite / name).read_bytes())
    installed(w, 4, f"the index {LISTS}InRelease")


@scenario(direct=True)
def a_file_that_no_pinned_key_vouches_for_is_not_used(w):
    apart(w)
    v = w.vendor
    index, listing = (w.suite / "InRelease").read_bytes(), (w.suite / "main/binary-amd64/Packages").read_bytes()
    altered = w.deb[:-20] + bytes([w.deb[-20] ^ 1]) + w.deb[-19:]
    reason = "package-file-signature"
    refused(w, 1, reason, "there is no mdatp.deb.asc", "SHA-256")
    fill(w, signature=signed(w.deb, "attacker"))
    refused(w, 2, reason, f"{FILE}.asc")
    fill(w, key="attacker", signature=signed(w.deb, "attacker"))
    refused(w, 3, reason, "No key file with a pinned key was found", "/srv/packages")
    fill(w, deb=altered, signature=signed(w.deb))
    refused(w, 4, reason, f"{FILE}.asc")
    fill(w, deb=altered, index=index, list=listing)
    refused(w, 5, reason, "lists its SHA-256")
    fill(w, index=index, list=listing + b"\n")
    refused(w, 6, reason, "/srv/packages/Packages is not the one that is signed")
    v.release_signed_by("attacker")
    fill(w, index=(w.suite / "InRelease").read_bytes(), list=listing)
    refused(w, 7, reason, "/srv/packages/InRelease")
    fill(w, index=b"Origin: x\n" + index, list=listing)
    refused(w, 8, reason, "it is no text with its signature")
    fill(w, signature=b"")
    refused(w, 9, reason, f"{FILE}.asc")
    w.machine.run(["mv", "/usr/bin/gpgv", "/srv/gpgv"])
    fill(w, signature=signed(w.deb))
    refused(w, 10, "signature-program-missing", "neither gpgv nor sqv is installed: install gpgv.", code=52)


@scenario(direct=True)
def a_file_that_is_not_the_package_wanted_is_named(w):
    apart(w)
    reason = "package-file"
    other = (w.folder / "debs" / sensor.build_dependency(w.folder / "debs").name).read_bytes()
    fill(w, deb=other, signature=signed(other))
    refused(w, 1, reason, f"{FILE} is the package {sensor.DEPENDENCY}", "not mdatp")
    w.machine.run(["ln", "-s", "mdatp.deb", "/srv/packages/link.deb"])
    refused(w, 2, reason, "/srv/packages/link.deb is a symbolic link", file="/srv/packages/link.deb")
    refused(w, 3, reason, "/srv/packages/none.deb does not exist", file="/srv/packages/none.deb")
    w.machine.run(["mkfifo", "/srv/packages/pipe.deb"])
    refused(w, 4, reason, "no regular file", file="/srv/packages/pipe.deb")
    refused(w, 5, reason, "does not end in .deb", file="/srv/packages/mdatp.rpm")
    fill(w, deb=b"x" * 100, signature=signed(b"x" * 100))
    refused(w, 6, reason, "it is no Debian package")
    fill(w, signature=signed(w.deb))
    refused(w, 7, reason, f"{FILE} is {SENSOR}", version=NEWER)
    # a newer one is there, without its program
    newer = sensor.build(NEWER, w.folder / "debs").read_bytes()
    fill(w, deb=newer, signature=signed(newer))
    installed(w, 8, f"{FILE}.asc", NEWER)
    w.machine.run(["systemctl", "stop", "mdatp"])
    w.machine.run(["rm", "-r", "/opt/microsoft/mdatp"])
    fill(w, signature=signed(w.deb))
    status = ask(w, 9)
    message = status["formattedMessage"]["message"]
    assert status["status"] == "error" and "(downgrade-refused)" in message, status
    assert f"{FILE} is {SENSOR}; {NEWER} is installed" in message, message
    fill(w, deb=newer, signature=signed(newer))
    installed(w, 10, f"{FILE}.asc", NEWER)
    # a pin moves it, by the file
    fill(w, signature=signed(w.deb))
    installed(w, 11, f"{FILE}.asc", SENSOR, version=SENSOR, allowDowngrade=True)
    fill(w, deb=newer, signature=signed(newer))
    installed(w, 12, f"{FILE}.asc", NEWER, version=NEWER)


@for_families("el9", "fedora43", "sles15", sweep=("debian11", "debian13", "el8", "el10", "amzn2023"), direct=True)
def families(w):
    """Other programs verify: sqv, and rpm by its own signature."""
    w.install_only()
    w.machine.write("/etc/hosts", HOSTS)
    rpm = w.family.kind == "rpm"
    file = FILE.replace(".deb", f".{w.family.kind}")
    fresh = w.snapshot()

    def put(package, key=w.family.key):
        data = package.read_bytes()
        w.machine.write(file, data)
        w.machine.write("/srv/packages/key.asc", openpgp.armor(openpgp.binary(w.family.key)))
        if not rpm:
            w.machine.write(f"{file}.asc", signed(data, key))

    if rpm:
        put(w.build_sensor(SENSOR, signer=None))
        refused(w, 1, "package-file-signature", "it has no good signature by a pinned key", file=file)
    put(w.build_sensor(SENSOR, **({"signer": "attacker"} if rpm else {})), "attacker")
    refused(w, 2, "package-file-signature", file, file=file)
    put(w.build_dependency(), w.family.key)
    refused(w, 3, "package-file-signature" if rpm else "package-file", file, file=file)
    assert w.snapshot() == fresh
    put(w.build_sensor(SENSOR))
    status = ask(w, 4, file=file)
    assert status["status"] == "success" and f"comes from {file}" in rows(status)["package-source"], status
    assert not any("packages.microsoft.com" in line for line in w.requests()), w.requests()
    w.assert_onboarded()
    assert not w.leftovers(), w.leftovers()
