"""The apt of other Debians than 12: 2.2 (Debian 11) and 3.0, which verifies with sqv (Debian 13). Several checks on a machine in a row."""

import openpgp
import repository
from onboarding_world import RESOURCE, STATE, WORKSPACE
from refused import CONFIGURATION, assert_refused, refuse_each
from scenario import for_families

OLD, NEW = "101.24092.0002", "101.25042.0003"
LIST = "/etc/apt/sources.list.d/microsoft-prod.list"
UNKNOWN_KEY = {"debian11": "NO_PUBKEY", "debian13": "Missing key"}  # apt's words, and those of sqv

# a third party's: a host that does not resolve, and a place without a Release file
FOREIGN = "deb http://gone.test/debian {suite} main\ndeb [trusted=yes] http://deb.distro.test/nothing {suite} main\n"
SITE_KEYRING = "/etc/apt/keyrings/site.gpg"


def others(**options):
    return for_families("debian11", "debian13", **options)


def other_key(w):
    return "vendor" if w.family.key == "vendor-2025" else "vendor-2025"


def publish_again(w):
    w.vendor.publish(list((w.folder / "debs").glob("mdatp_*.deb")))


def keyring(w):
    return w.machine.path(repository.VENDOR_KEYRING).read_bytes()


@others()
def fresh(w):
    """Empty lists and a broken foreign source; then nothing to do; then the lock held by the real apt-get and a pin."""
    w.prepare(lists="empty", sensor_versions=(OLD, NEW))
    w.machine.write("/etc/apt/sources.list.d/foreign.list", FOREIGN.format(suite=w.family.suite))
    w.onboard()
    w.assert_onboarded()
    assert w.manager.version() == NEW and keyring(w) == openpgp.binary(w.family.key)
    assert w.machine.read(LIST).splitlines()[-1] == (
        f"deb [arch=amd64 signed-by={repository.VENDOR_KEYRING}] {w.vendor.uri} {w.family.suite} main")
    before = w.package_manager_runs()
    w.enable(check=True)
    assert w.status()["status"] == "success" and w.package_manager_runs() == before

    w.make_fresh()
    w.mirror.publish([w.build_dependency(), w.build_slow()])
    w.machine.run(["apt-get", "update"], check=False)
    w.start_unit("slow-upgrade.service", "apt-get", "install", "-y", "slow-stand-in")
    w.machine.wait(lambda: w.machine.run(["pgrep", "-f", "slow-stand-in.postinst"], check=False).stdout, 20, "the other apt")
    w.ask(seq=1, public={"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, "version": OLD})
    told = w.wait_told(" s for apt: apt-get (pid ").settings
    assert ", slow-upgrade.service, for " in told.message, told
    w.release()
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded()
    assert w.manager.version() == OLD and w.unit("slow-upgrade.service", "Result")["Result"] == "success"
    w.assert_sane()


@others()
def what_is_not_genuine(w):
    """Refused by the words that this apt has for it, and not a byte of its configuration is another."""
    v, key = w.vendor, "microsoft.asc" if w.family.key == "vendor" else "microsoft-2025.asc"
    signature = ("package-signature", "The package manager said")
    refuse_each(
        w,
        (v.release_signed_by, *signature, UNKNOWN_KEY[w.family.name]),
        (v.alter_index, *signature, "Packages"),
        (lambda: v.alter_package(OLD), *signature, "Hash Sum mismatch", OLD),
        (lambda: v.drop_package(OLD, "mdatp"), "package-not-found", "The package manager said", "404"),
        (lambda: v.wrong_key(key), "repository-key", f"packages.microsoft.com/keys/{key}", "not pinned"))


SPELLINGS = {
    "site.list": "deb [arch=amd64 signed-by={keyring}] {uri} {suite} main\n",
    "site.sources": "Types: deb\nURIs: {uri}/\nSuites: {suite}\nComponents: main\nSigned-By: {keyring}\n",
}
LAST_SPELLING = {  # apt 2.2 knows no keys in a source; what it has is a fingerprint out of its own keyrings
    "debian11": ("vendor.list", "deb [signed-by={fingerprint}] {uri} {suite} main\n"),
    "debian13": ("vendor.sources", "Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By:\n{inline}\n"),
}


@others()
def another_products_source_is_reused(w):
    """In three spellings, which apt would call a conflict if ours stood beside them."""
    w.prepare()
    w.publish()
    w.machine.write(SITE_KEYRING, openpgp.binary("vendor") + openpgp.binary("vendor-2025"))
    w.machine.write("/etc/apt/trusted.gpg.d/microsoft.gpg", openpgp.binary(w.family.key))
    armor = openpgp.armor(openpgp.binary(w.family.key)).decode()
    words = {"keyring": SITE_KEYRING, "uri": w.vendor.uri, "suite": w.family.suite,
             "fingerprint": openpgp.fingerprint(w.family.key), "inline": "\n".join(f" {line or '.'}" for line in armor.splitlines())}
    for seq, (name, text) in enumerate((*SPELLINGS.items(), LAST_SPELLING[w.family.name])):
        file = f"/etc/apt/sources.list.d/{name}"
        w.machine.write(file, text.format(**words))
        w.before = w.snapshot()
        configuration = w.machine.snapshot(CONFIGURATION)
        w.vendor.alter_package(OLD)
        w.ask(seq=2 * seq)
        w.agent.start()
        assert_refused(w, 2 * seq, "package-signature", "Hash Sum mismatch")
        publish_again(w)
        w.ask(seq=2 * seq + 1)
        w.azure.wait_status("success", seq=2 * seq + 1)
        w.assert_onboarded()
        assert w.machine.snapshot(CONFIGURATION) == configuration
        w.make_fresh()


@others()
def a_keyring_from_before_the_key_rolled_over(w):
    """It gets the new key beside the old one, whoever's file it is; of a run that fails it does not."""
    w.prepare()
    w.publish()
    old = openpgp.binary(other_key(w))
    w.machine.write(SITE_KEYRING, old)
    w.machine.write("/etc/apt/sources.list.d/site.list", w.vendor.source(f"signed-by={SITE_KEYRING}"))
    w.before = w.snapshot()
    w.vendor.alter_package(OLD)
    w.ask()
    w.agent.start()
    assert_refused(w, 0, "package-signature", "Hash Sum mismatch")
    publish_again(w)
    w.ask(seq=1)
    settings = w.azure.wait_status("success", seq=1).settings
    assert SITE_KEYRING in settings.row("repository-key").message, settings
    assert w.machine.path(SITE_KEYRING).read_bytes() == old + openpgp.binary(w.family.key)
    w.assert_onboarded()


@others(disk=True, timeout=300)
def in_the_middle(w):
    """The disk full, the worker killed, the power cut: before the package nothing is left, after it goes on."""
    w.prepare(ballast_mib=64)
    w.publish()
    w.ask()
    before = w.snapshot()
    for left in (40, 100):                              # for the download not enough; for it, not for what is in it
        w.fill_disk(left)
        w.agent.start() if left == 40 else w.enable_again()
        w.wait_error("disk-full", timeout=90)
        w.assert_untouched(before)
        assert w.machine.run(["dpkg", "--audit"]).stdout == "" and not w.machine.exists(f"{STATE}/undo")
        w.empty_disk()
    let_go = w.hold_back(w.vendor.packages)
    w.enable_again()
    w.wait_told("downloading mdatp")
    w.kill_worker()
    w.wait_error("worker-died")
    w.assert_quiet()
    w.assert_untouched(before)
    let_go()
    w.enable_again()
    w.machine.wait(lambda: w.machine.exists("/opt/microsoft/mdatp/lib/ballast.dpkg-new"), 60, "dpkg to unpack")
    w.machine.run(["sync", "-f", STATE])
    w.machine.power_cut()
    w.azure.forget_uploads()
    w.machine.boot()
    w.azure.wait_status("success", timeout=90)
    w.assert_onboarded()
    w.assert_sane()
