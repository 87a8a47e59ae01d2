"""Machines in FIPS mode: what is decrypted and judged there is so by the machine's own cryptography, and it is said."""

import base64
import json

import linkage
import onboarding
from azure import Settings, Substatus
from scenario import scenario

PROGRAM = "/usr/bin/openssl"
CALLS = "/run/openssl-calls"
CONFIGURATION = "/etc/ssl/openssl.cnf"
# A provider without anything that is approved, as far as the program can tell.
STRICT = """openssl_conf = all
[all]
alg_section = algorithms
providers = providers
[algorithms]
default_properties = fips=yes
[providers]
base = on
default = on
[on]
activate = 1
"""
# Not every kernel has the file, and nobody can make one there: a copy of its folder stands in its place.
TURN_ON = """set -e
mkdir /run/fips-mode
mount --bind /proc/sys /run/fips-mode
mount -t tmpfs fips /proc/sys
for each in /run/fips-mode/*; do
  mkdir /proc/sys/${each##*/}
  mount --bind $each /proc/sys/${each##*/}
done
umount /proc/sys/crypto 2>/dev/null || :
mkdir -p /proc/sys/crypto
echo 1 > /proc/sys/crypto/fips_enabled
"""


def in_fips_mode(w):
    w.install_unpacked()
    w.machine.run(["sh", "-c", TURN_ON])
    assert w.machine.run(["cat", "/proc/sys/crypto/fips_enabled"]).stdout == "1\n"
    w.before = w.snapshot()


def told(w, seq=0, **settings):
    status, _ = w.enable_fresh(seq, **settings)
    rows = [Substatus(row["name"], row["status"], row["code"], row["formattedMessage"]["message"])
            for row in status["substatus"]]
    return Settings(seq, status["operation"], status["status"], status["code"], status["formattedMessage"]["message"], rows)


def refused(w, seq, reason, *words, **settings):
    report = told(w, seq, **settings)
    assert report.status == "error" and f"({reason})" in report.message, report
    for each in words:
        assert each in report.message, (each, report.message)
    w.assert_untouched(w.before)


def encrypted(w, cipher):
    return w.azure.encrypt(json.dumps(onboarding.protected_settings(w.package())).encode(), cipher)


@scenario(family="el9")  # Debian 12's apt wants MD5 of libgcrypt, which ends it in FIPS mode
def the_machines_own_cryptography_judges(w):
    in_fips_mode(w)
    static = linkage.is_static(w.zip())
    if static:
        without_the_program(w)
        with_a_program_of_others(w)
        by_its_rules(w)
        listen(w)
    else:
        without_a_digest(w)
    report = told(w, 9)
    assert report.status == "success", report
    w.assert_onboarded()
    if static:
        heard(w)
    version = w.machine.run([PROGRAM, "version"]).stdout.split("(")[0].strip()
    said = report.row("fips").message
    assert (f"{PROGRAM} ({version})" if static else "own OpenSSL library") in said, said
    again = told(w, 9)  # by the first look alone
    assert again.status == "success" and again.row("fips").message == said, again


def without_the_program(w):
    w.machine.run(["mv", PROGRAM, PROGRAM + ".away"])
    refused(w, 1, "openssl-unusable", f"there is no program {PROGRAM}", "Install the distribution's package openssl")
    w.machine.run(["mv", PROGRAM + ".away", PROGRAM])


def with_a_program_of_others(w):
    w.machine.run(["chmod", "g+w", PROGRAM])
    refused(w, 2, "openssl-unusable", f"{PROGRAM} is not run", "others than root may write it")
    w.machine.run(["chmod", "g-w", PROGRAM])


def by_its_rules(w):
    """The machine's configuration of OpenSSL counts, which a static program does not read."""
    machine = w.machine
    machine.run(["cp", "-p", CONFIGURATION, CONFIGURATION + ".away"])
    machine.write(CONFIGURATION, STRICT)
    refused(w, 3, "crypto-refused", "not supported", "update the guest agent")
    refused(w, 4, "crypto-refused", protected=encrypted(w, "aes256"))
    machine.run(["mv", CONFIGURATION + ".away", CONFIGURATION])
    w.before = w.snapshot()


def without_a_digest(w):
    """The library that is the machine's own gives none: that is said, by who is asked first."""
    machine = w.machine
    machine.run(["cp", "-p", CONFIGURATION, CONFIGURATION + ".away"])
    machine.write(CONFIGURATION, STRICT)
    refused(w, 1, "crypto-refused", "computes no SHA-256 digest")
    installed = w.verb("install")
    assert installed.returncode not in (0, -6, 134) and "computes no SHA-256 digest" in installed.stderr, installed
    machine.run(["mv", CONFIGURATION + ".away", CONFIGURATION])
    w.before = w.snapshot()


def listen(w):
    """What the program is called with is written down, then the real one goes on."""
    w.machine.run(["cp", "-p", PROGRAM, PROGRAM + ".real"])
    w.machine.write(PROGRAM, f'#!/bin/sh\n{{ echo "call $*"; env; }} >> {CALLS}\nexec {PROGRAM}.real "$@"\n', 0o755)


def heard(w):
    """All that is secret came by descriptors."""
    calls = [line.split()[1:] for line in w.machine.read(CALLS).splitlines() if line.startswith("call ")]
    kinds = {tuple(call[:2]) for call in calls}
    assert kinds == {("version",), ("cms", "-decrypt"), ("dgst", "-sha256")}, kinds
    words = {word for call in calls for word in call if not word.startswith("-")}
    others = {word for word in words if not word.startswith("/proc/self/fd/")}
    assert others == {"version", "cms", "dgst", "DER"}, others
    assert not any(needle in w.machine.read(CALLS).encode() for needle in w.needles)
    w.machine.run(["mv", PROGRAM + ".real", PROGRAM])


# As fips_module(7) and openssl-fipsinstall(1) say; Debian's package has the module alone. -pedantic: every check that it knows.
MODULE = ["openssl", "fipsinstall", "-quiet", "-pedantic", "-module", "/usr/lib/x86_64-linux-gnu/ossl-modules/fips.so",
          "-out", "/etc/ssl/fipsmodule.cnf"]
BY_THE_MODULE = """openssl_conf = all
.include /etc/ssl/fipsmodule.cnf
[all]
alg_section = algorithms
providers = providers
[algorithms]
default_properties = fips=yes
[providers]
base = on
fips = fips_sect
[on]
activate = 1
"""


@scenario(family="debian13", root="trixie-fips", static=True)
def a_fips_module_judges(w):
    w.prepare()
    w.machine.run(MODULE)
    w.machine.write(CONFIGURATION, BY_THE_MODULE)
    assert w.machine.run(["openssl", "md5"], check=False).returncode != 0
    judged_by(w, "OpenSSL 3.5")


@scenario(family="debian11", static=True)
def an_older_openssl_judges(w):
    w.prepare()
    judged_by(w, "OpenSSL 1.1.1")


def judged_by(w, version):
    """By this program, with both ciphers and both ways of encrypting a key; and what is not sound is told as what it is."""
    in_fips_mode(w)
    listen(w)
    w.before = w.snapshot()
    settings = json.dumps(onboarding.protected_settings(w.package())).encode()
    damaged = bytearray(base64.b64decode(w.azure.encrypt(settings)))
    damaged[-9] ^= 0x80  # the last block, and with it the padding
    refused(w, 1, "certificate-wrong", protected=base64.b64encode(damaged).decode())
    forged = json.dumps(onboarding.protected_settings(w.package("bad-signature"))).encode()
    refused(w, 2, "onboarding-signature", protected=w.azure.encrypt(forged, "aes256"))
    for seq, (cipher, key_encryption) in enumerate((("aes256", "oaep"), ("des3", "pkcs1")), 3):
        report = told(w, seq, protected=w.azure.encrypt(settings, cipher, key_encryption))
        assert report.status == "success", report
        assert f"{PROGRAM} ({version}" in report.row("fips").message, report
    w.assert_onboarded()
    heard(w)
