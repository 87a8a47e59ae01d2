"""Package managers that read their sources elsewhere, or are told to take what is unsigned: onboarded or refused, never unchecked."""

import re
import shutil

import onboarding
import openpgp
import repository
from onboarding_world import ONBOARDING, RESOURCE, STATE, WORKSPACE
from scenario import for_families, scenario

SENSOR, NEW, FOREIGN = "101.24092.0002", "101.25042.0003", "101.99999.0001"
APT_CONF = "/etc/apt/apt.conf.d/99moved"
COMPANY = "/srv/company"
DNF_CONF, ZYPP_CONF = "/etc/dnf/dnf.conf", "/etc/zypp/zypp.conf"


def ask(w, seq, **settings):
    w.settings_file(seq, **settings)
    w.enable(seq=seq)
    return w.wait_ended(seq)


def refused(w, seq, before, *reasons, **settings):
    """An error that is named, and nothing of it on the machine."""
    status = ask(w, seq, **settings)
    message = status["formattedMessage"]["message"]
    assert status["status"] == "error" and any(f"({reason})" in message for reason in reasons), status
    w.assert_quiet()
    assert not w.package_state() and not w.machine.exists(ONBOARDING)
    w.assert_untouched(before)
    assert not w.leftovers(), w.leftovers()
    return message


def onboarded(w, seq, version=SENSOR):
    status = ask(w, seq)
    assert status["status"] == "success", status
    assert w.manager.version().startswith(version), w.manager.version()
    w.assert_onboarded()
    w.assert_sane()
    assert not w.machine.exists(f"{STATE}/undo")


def onboarded_or_refused(w, seq, version=SENSOR):
    """Which of both; a reason that is named is not of the kind that says that something is wrong with us."""
    before = w.snapshot()
    status = ask(w, seq)
    if status["status"] == "success":
        assert w.manager.version().startswith(version), w.manager.version()
        w.assert_onboarded()
        w.assert_sane()
        return "onboarded"
    reason = re.search(r"\(([a-z-]+)\)", status["formattedMessage"]["message"])[1]
    assert reason.startswith(("repository-", "package-")) and reason != "package-manager-broken", status
    assert not w.package_state() and not w.machine.exists(ONBOARDING)
    after = w.snapshot()
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert all(path.startswith("/var/lib/apt/lists/") for path in changed), changed  # of what is configured, read anew
    return status["formattedMessage"]["message"]


# apt

UNSIGNED = ('APT::Get::AllowUnauthenticated "true";\nAcquire::AllowInsecureRepositories "true";\n'
            'Acquire::AllowWeakRepositories "true";\nAcquire::AllowDowngradeToInsecureRepositories "true";\n')
LIST = "/etc/apt/sources.list.d/microsoft-prod.list"
FOREIGN_PLACE = "https://repository.foreign.test/debian"


def unsigned(w):
    w.vendor.index()
    for name in ("InRelease", "Release.gpg"):
        (w.vendor.archive / "dists" / w.vendor.suite / name).unlink()


def foreign_archive(w, version=FOREIGN, **built):
    """Somebody else's, unsigned, with a sensor that is newer than the vendor's."""
    theirs = repository.Archive(w.served, "repository.foreign.test", "debian", "bookworm", "attacker")
    theirs.publish([w.build_sensor(version, **built)])
    return theirs


@for_families("debian12", sweep=("debian11", "debian13"), direct=True)
def apt_that_is_told_to_take_what_is_unsigned_does_not(w):
    w.install_only()
    w.machine.write(APT_CONF, UNSIGNED)
    sound, debs = w.vendor.source(), list((w.folder / "debs").glob("mdatp_*"))
    for seq, (text, stage, *reasons) in enumerate((
            (None, lambda: unsigned(w), "package-signature"),
            (None, w.vendor.release_signed_by, "package-signature"),
            (None, lambda: w.vendor.alter_package(SENSOR), "package-signature"),
            (sound.replace("signed-by", "trusted=yes signed-by"), lambda: unsigned(w), "package-signature"),
            (sound.replace("[", "[allow-insecure=yes "), lambda: unsigned(w), "package-signature")), 1):
        w.vendor.publish(debs)
        stage()
        w.machine.path(LIST).unlink(missing_ok=True)
        if text:
            w.machine.write(LIST, text)
            w.machine.write(repository.VENDOR_KEYRING, openpgp.binary(w.family.key))
        refused(w, seq, w.snapshot(), *reasons)
    # sound again; somebody's unsigned place with a newer one wins nothing
    w.vendor.publish(debs)
    w.machine.path(LIST).unlink(missing_ok=True)
    w.machine.write("/etc/apt/sources.list.d/foreign.list", f"deb [trusted=yes] {FOREIGN_PLACE} bookworm main\n")
    foreign_archive(w, SENSOR, knobs={"crash_loop": "50"})  # the same version, and apt prefers it
    w.machine.run(["apt-get", "update"])
    told = refused(w, seq + 1, w.snapshot(), "package-signature")
    assert "another source of this machine offers it, too" in told, told
    foreign_archive(w)
    w.machine.run(["apt-get", "update"])
    onboarded(w, seq + 2)


@for_families("debian12", sweep=("debian11", "debian13"), direct=True)
def what_another_source_has_of_the_same_version_is_not_taken(w):
    """Its list is read late, with those that a dependency is looked for in; or apt reads the package where it lies."""
    w.prepare(lists="empty", sensor_versions=(SENSOR,))
    w.install_unpacked()
    foreign = "/etc/apt/sources.list.d/foreign.list"
    w.machine.write(foreign, f"deb [trusted=yes] {FOREIGN_PLACE} bookworm main\n")
    theirs = foreign_archive(w, SENSOR, knobs={"crash_loop": "50"})
    not_taken(w, 0)
    assert any("repository.foreign.test" in line and ".deb" in line for line in w.requests()), w.requests()
    w.machine.write(foreign, "deb [trusted=yes] file:/srv/theirs bookworm main\n")
    shutil.copytree(theirs.archive, w.machine.path("/srv/theirs"))
    w.machine.run(["apt-get", "update"])
    not_taken(w, 1)
    theirs = foreign_archive(w)
    shutil.rmtree(w.machine.path("/srv/theirs"))
    shutil.copytree(theirs.archive, w.machine.path("/srv/theirs"))
    w.machine.run(["apt-get", "update"])
    onboarded(w, 2)


def not_taken(w, seq):
    w.enable_with(seq, public={"version": SENSOR, "maxWaitMinutes": 1},
                  protected=onboarding.protected_settings(w.package()))
    status = w.wait_ended(seq)
    told = status["formattedMessage"]["message"]
    assert "(package-signature)" in told and "another source of this machine offers it, too" in told, status
    w.assert_quiet()
    assert not w.package_state() and not w.machine.exists(LIST) and not w.leftovers(), w.leftovers()


@for_families("debian12", sweep=("debian11", "debian13"), direct=True)
def apt_that_reads_its_sources_elsewhere(w):
    """The folder, then the file; with the vendor's place in it, sound, and told to be trusted."""
    w.install_only()
    mirror, told = w.mirror.source(), {}
    trusted = f"deb [trusted=yes] {w.vendor.uri} {w.vendor.suite} main\n"
    signed = f"deb [signed-by={COMPANY}/vendor.gpg] {w.vendor.uri} {w.vendor.suite} main\n"
    w.machine.write(f"{COMPANY}/vendor.gpg", openpgp.binary(w.family.key))
    debs = list((w.folder / "debs").glob("mdatp_*"))
    seq = 0
    for key, file in (("sourceparts", f"{COMPANY}/parts/microsoft.list"), ("sourcelist", f"{COMPANY}/sources.list")):
        place = file if key == "sourcelist" else f"{COMPANY}/parts/"
        w.machine.write(APT_CONF, f'Dir::Etc::{key} "{place}";\n')
        for text in (trusted, signed, ""):
            w.machine.write(file, text + (mirror if key == "sourcelist" else ""))
            w.manager.refresh()
            unsigned(w)
            seq += 1
            refused(w, seq, w.snapshot(), "package-signature", "repository-refresh", "repository-unverified")
            w.vendor.publish(debs)
            seq += 1
            told[key, text] = onboarded_or_refused(w, seq)
            w.make_fresh()
        w.machine.path(file).unlink()
    assert told["sourceparts", signed] == "onboarded", told


# rpm


def move_sources(w):
    """All that there is, as an admin would do it."""
    conf = ZYPP_CONF if w.family.manager == "zypper" else DNF_CONF
    text = w.machine.read(conf) if w.machine.exists(conf) else "[main]\n"
    kept = [line for line in text.splitlines() if not line.startswith("reposdir")]
    kept.insert(kept.index("[main]") + 1, f"reposdir={COMPANY}")
    w.machine.write(conf, "\n".join(kept) + "\n")
    w.machine.run(["sh", "-c", f"mkdir -p {COMPANY} && mv {w.manager.sources}/*.repo {COMPANY}/"])


@for_families("fedora", "sles15", sweep=("el9",), direct=True)
def rpm_managers_that_read_their_sources_elsewhere(w):
    w.install_only()
    move_sources(w)
    file, told = f"{COMPANY}/microsoft.repo", {}
    w.machine.write("/root/vendor.asc", openpgp.armor(openpgp.binary(w.family.key)))
    local = w.vendor.source(key_uri="file:///root/vendor.asc")
    unchecked = w.vendor.source(gpgcheck=0, repo_gpgcheck=0, pkg_gpgcheck=0)
    rpms = list((w.folder / "debs").glob("mdatp-*.rpm"))
    for seq, text in enumerate((unchecked, local, None)):
        w.machine.path(file).unlink(missing_ok=True)
        if text:
            w.machine.write(file, text)
        w.vendor.publish(rpms)
        w.vendor.package_signed_by(SENSOR, "attacker")
        refused(w, 2 * seq + 1, w.snapshot(), "package-signature", "repository-unverified", "repository-key-unknown",
                "package-not-found", "package-sources")
        w.vendor.publish(rpms)
        told[text] = onboarded_or_refused(w, 2 * seq + 2)
        w.make_fresh()
        w.manager.forget()
    assert told[local] == "onboarded", told


# two names for one place


def aliases(w, **second):
    """Of the vendor's place: two files, two aliases, one name."""
    for alias, changed in (("company-microsoft", {}), ("packages-microsoft", second)):
        text = w.vendor.source(**{"name": "Microsoft", "key_uri": "file:///root/vendor.asc", **changed})
        w.machine.write(f"{w.manager.sources}/{alias}.repo", text.replace(f"[{w.vendor.id}]", f"[{alias}]"))


def sources_of(w):
    return {path: what for path, what in w.machine.snapshot((w.manager.sources,)).items() if path.endswith(".repo")}


@scenario(family="sles15", direct=True)
def zypper_with_two_aliases_for_one_place(w):
    """Fresh; installed from one of them by hand; and then a newer version: neither file is touched, nothing comes twice."""
    w.prepare(sensor_versions=(SENSOR,))
    w.install_only()
    w.machine.write("/root/vendor.asc", openpgp.armor(openpgp.binary(w.family.key)))
    aliases(w)
    before = sources_of(w)
    onboarded(w, 1)
    assert sources_of(w) == before and w.count_installed() == 1
    w.make_fresh()
    aliases(w)
    before = sources_of(w)
    w.machine.run(["rpm", "--import", "/root/vendor.asc"])
    w.machine.run(["zypper", "--non-interactive", "install", "--from", "packages-microsoft", "mdatp"])
    count = w.count_installed()
    onboarded(w, 2)
    assert sources_of(w) == before and w.count_installed() == count
    w.vendor.publish([w.build_sensor(SENSOR), w.build_sensor(NEW)])
    status = ask_version(w, 3, NEW)
    assert status["status"] == "success" and w.manager.version().startswith(NEW), status
    assert sources_of(w) == before and w.count_installed() == count + 1
    w.assert_onboarded()
    w.assert_sane()


def ask_version(w, seq, version):
    public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, "version": version}
    w.enable_with(seq, public=public, protected=onboarding.protected_settings(w.package()))
    return w.wait_ended(seq)
