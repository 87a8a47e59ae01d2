"""One entry in two files: what is unsigned in one of them must not come into force when the other is right, or put right."""

import openpgp
import repository
from scenario import for_families

FIRST, SECOND, SITES = "microsoft-insiders-fast", "microsoft-prod", "zz-site"


def place(w, name):
    if w.family.kind == "deb":
        return f"/etc/apt/sources.list.d/{name}.list"
    return f"{w.manager.sources}/{name}.repo"


def entry(w, unsigned, name=None):
    """The vendor's, as the package manager would use it; unsigned: without a look at signatures."""
    if w.family.kind == "deb":
        return w.vendor.source(f"{'trusted=yes ' if unsigned else ''}signed-by={repository.VENDOR_KEYRING}")
    unchecked = {"gpgcheck": 0, "repo_gpgcheck": 0, "pkg_gpgcheck": 0} if unsigned else {}
    text = w.vendor.source(key_uri=f"file://{w.manager.own_keys}", **unchecked)
    return text.replace(f"[{w.vendor.id}]", f"[{name}]") if name else text


def lay_out(w, **files):
    """FILE="unsigned" or "sound", by the names above."""
    w.make_fresh()
    w.machine.path(place(w, SITES)).unlink(missing_ok=True)
    keys = openpgp.binary(w.family.key)
    w.machine.write(w.manager.own_keys, keys if w.family.kind == "deb" else openpgp.armor(keys))
    for name, what in files.items():
        w.machine.write(place(w, globals()[name]), entry(w, what == "unsigned"))


def ask(w, seq):
    w.settings_file(seq)
    w.enable(seq=seq)
    return w.wait_ended(seq)


def succeeded(w, seq):
    """The row that tells of what was unsigned; nothing in the folder is any more."""
    status = ask(w, seq)
    assert status["status"] == "success", status
    w.assert_onboarded()
    w.assert_sane()
    folder = place(w, "x").rpartition("/")[0]
    texts = {path: w.machine.read(path) for path in w.machine.snapshot((folder,)) if path.endswith((".list", ".repo"))}
    vendors = [text for text in texts.values() if w.vendor.uri in text]
    assert len(vendors) == 1, texts
    assert not any(word in vendors[0] for word in ("trusted", "gpgcheck=0")), texts
    told = [row for row in status["substatus"] if row["name"] == "repository-key"]
    assert len(told) == 1, status["substatus"]
    return told[0]["formattedMessage"]["message"]


def refused(w, seq, *words):
    before = w.snapshot()
    status = ask(w, seq)
    message = status["formattedMessage"]["message"]
    assert status["status"] == "error" and "(repository-unverified)" in message, status
    assert all(word in message for word in words), message
    w.assert_quiet()
    w.assert_untouched(before)
    assert not w.leftovers(), w.leftovers()


@for_families("debian12", "el9", "sles15", sweep=("debian13", "fedora43"), direct=True)
def what_is_unsigned_in_a_second_file_does_not_come_into_force(w):
    w.prepare()
    w.install_only()
    first, second, sites = place(w, FIRST), place(w, SECOND), place(w, SITES)
    lay_out(w, FIRST="unsigned", SECOND="unsigned")
    told = succeeded(w, 0)
    assert first in told and second in told and "set up anew" in told and "taken out" in told, told
    assert w.machine.exists(first) and not w.machine.exists(second)
    lay_out(w, SECOND="unsigned", SITES="unsigned")
    refused(w, 1, sites)
    lay_out(w, SECOND="unsigned", SITES="sound")
    told = succeeded(w, 2)
    assert second in told and sites not in told and "taken out" in told, told
    assert w.machine.read(sites) == entry(w, False) and not w.machine.exists(second)


@for_families("debian12", "sles15", direct=True)
def an_entry_without_signatures_behind_a_sound_one_is_not_in_force(w):
    """apt and zypper put entries of one place, or of one alias, together: the first file alone does not decide."""
    w.prepare()
    w.install_only()
    lay_out(w, FIRST="sound", SECOND="unsigned")
    told = succeeded(w, 0)
    assert place(w, SECOND) in told and place(w, FIRST) not in told, told
    lay_out(w, FIRST="sound", SITES="unsigned")
    refused(w, 1, place(w, SITES))


@for_families("debian12", direct=True)
def entries_of_one_place_get_one_keyring(w):
    """apt reads no source at all where two of them name different ones for a place."""
    w.prepare()
    w.install_only()
    lay_out(w)
    w.machine.path(w.manager.own_keys).unlink()
    for name in (FIRST, SECOND):
        w.machine.write(place(w, name), w.vendor.source("arch=amd64"))
    told = succeeded(w, 0)
    assert place(w, FIRST) in told and "NO_PUBKEY" in told, told
