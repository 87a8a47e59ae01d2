"""Test OpenPGP keys: made once with gpg, exported, used to sign, and taken apart into packets.

gpg needs an agent beside its home; each process works on its own short-lived copy of the home,
so that tests may run side by side and no agent outlives them.
"""

import atexit
import base64
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "fixtures"))
import pki  # noqa: E402

KEYS = pki.CACHE / "openpgp-keys"
NAMES = {"vendor": ("Stand-in vendor <vendor@stand-in.test>", "rsa2048"),
         "vendor-2025": ("Stand-in vendor 2025 <vendor@stand-in.test>", "rsa3072"),
         "distribution": ("Stand-in distribution <distribution@stand-in.test>", "rsa2048"),
         "attacker": ("Stand-in attacker <attacker@elsewhere.test>", "rsa2048")}

EXPIRED_KEY = pki.CACHE / "openpgp-expired-key"
EXPIRED = {"expired": ("Stand-in expired <expired@elsewhere.test>", "rsa2048", "20200101T000000!")}

PUBLIC_KEY, USER_ID, SUBKEY = 6, 13, 14
_homes = {}


def _gpg(home, *argv, data=None, at=None):
    """AT: the time that it is for gpg."""
    when = ("--faked-system-time", at) if at else ()
    return pki.run("gpg", "--homedir", str(home), *when, "--batch", "--no-tty", "--quiet", "--yes",
                   "--pinentry-mode", "loopback", "--passphrase", "", "--digest-algo", "SHA256",
                   *argv, data=data)


def _stop_agent(home):
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _make(directory):
    _make_keys(directory, NAMES)


def _make_expired(directory):
    _make_keys(directory, EXPIRED)


def _make_keys(directory, names):
    with tempfile.TemporaryDirectory(prefix="gpg-", dir="/tmp") as home:
        try:
            for name, (user_id, algorithm, *at) in names.items():
                _gpg(home, "--quick-generate-key", user_id, algorithm, "sign", "60d" if at else "never", at=at[0] if at else None)
                listing = _gpg(home, "--with-colons", "--list-keys", f"={user_id}").decode()
                fingerprint = next(line.split(":")[9] for line in listing.splitlines()
                                   if line.startswith("fpr:"))
                if name == "attacker":
                    _gpg(home, "--quick-add-key", fingerprint, algorithm, "sign", "never")
                (directory / f"{name}.fingerprint").write_text(fingerprint)
                (directory / f"{name}.gpg").write_bytes(_gpg(home, "--export", fingerprint))
        finally:
            _stop_agent(home)
        for leftover in pathlib.Path(home).glob("S.*"):
            leftover.unlink()
        shutil.copytree(home, directory / "home")
    (directory / "home").chmod(0o700)


def keys(name="vendor"):
    """The folder with NAME.gpg and NAME.fingerprint."""
    return pki.cached(EXPIRED_KEY, _make_expired) if name in EXPIRED else pki.cached(KEYS, _make)


def fingerprint(name):
    """40 upper case hex digits."""
    return (keys(name) / f"{name}.fingerprint").read_text()


def binary(name):
    """The public key as it stands in a keyring file."""
    return (keys(name) / f"{name}.gpg").read_bytes()


def body(name):
    """What makes the key the one it is: its public key packet."""
    return next(body for tag, body in packets(binary(name)) if tag == PUBLIC_KEY)


def armor(data):
    """Puts public key packets into ASCII armor."""
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return ("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + "\n".join(lines) + "\n=" +
            base64.b64encode(crc.to_bytes(3, "big")).decode() +
            "\n-----END PGP PUBLIC KEY BLOCK-----\n").encode()


def unarmored(text):
    """What is in all the blocks of a text, one after the other."""
    blocks = re.findall(r"-----BEGIN [^-]*-----\n(?:[^\n]+\n)*\n(.*?)(?:\n=[^\n]{4})?\n-----END", text, re.DOTALL)
    return b"".join(base64.b64decode(block) for block in blocks)


def packets(data):
    """The packets of a key as (tag, body)."""
    while data:
        header, data = data[0], data[1:]
        if header & 0x40:
            tag, first = header & 0x3f, data[0]
            size = 1 if first < 192 else 2 if first < 224 else 5
            length = first if size == 1 else (first - 192 << 8) + data[1] + 192 if size == 2 \
                else int.from_bytes(data[1:5], "big")
        else:
            tag, size = header >> 2 & 0xf, (1, 2, 4)[header & 3]
            length = int.from_bytes(data[:size], "big")
        yield tag, data[size:size + length]
        data = data[size + length:]


def packet(tag, body):
    """One packet in the old format with a two-byte length, as gpg writes keys."""
    return bytes([0x80 | tag << 2 | 1]) + len(body).to_bytes(2, "big") + body


def with_smuggled_subkey(name, stranger="attacker"):
    """The key with the stranger's key as a subkey that its owner never signed."""
    theirs = list(packets(binary(stranger)))
    at = next(i for i, (tag, _) in enumerate(theirs) if tag == SUBKEY)
    return binary(name) + packet(SUBKEY, theirs[0][1]) + packet(*theirs[at + 1])


def with_smuggled_user_id(name, stranger="attacker"):
    """The key with the stranger's user id, and the stranger's signature over it."""
    theirs = list(packets(binary(stranger)))
    at = next(i for i, (tag, _) in enumerate(theirs) if tag == USER_ID)
    return binary(name) + packet(*theirs[at]) + packet(*theirs[at + 1])


def _working_home(name="vendor"):
    source = keys(name)
    if source not in _homes:
        _homes[source] = home = pathlib.Path(tempfile.mkdtemp(prefix="gpg-", dir=_short_folder()))
        shutil.copytree(source / "home", home, dirs_exist_ok=True)
        atexit.register(_leave, home)
    return _homes[source]


def _short_folder():
    """The address of an agent's socket has 108 bytes."""
    folder = tempfile.gettempdir()
    return folder if len(folder) < 70 else "/tmp"


def _leave(home):
    _stop_agent(home)
    shutil.rmtree(home, ignore_errors=True)


def sign(name, data, clear):
    """Signs bytes: a clear-signed text when CLEAR, else a detached armored signature; an expired key signs in its time."""
    how = ["--clearsign"] if clear else ["--armor", "--detach-sign"]
    at = EXPIRED[name][2] if name in EXPIRED else None
    return _gpg(_working_home(name), "--local-user", fingerprint(name), *how, data=data, at=at)


def sign_rpm(name, path):
    """Signs an rpm in place."""
    pki.run("rpmsign", "--define", f"_gpg_path {_working_home()}", "--define", f"_gpg_name {fingerprint(name)}",
            "--define", "__gpg /usr/bin/gpg", "--define", "_gpg_digest_algo sha256", "--addsign", str(path))


def unsign_rpm(path):
    """Takes an rpm's signature out, in place."""
    pki.run("rpmsign", "--delsign", str(path))
