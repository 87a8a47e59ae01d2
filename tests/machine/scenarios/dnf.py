"""dnf 4 and dnf 5: onboarding, and what is told and left when something is in the way."""

import repository
from onboarding_world import ONBOARDING, RESOURCE, STATE, WORKSPACE
from scenario import for_families, scenario

OLD, SENSOR, NEW = "101.24082.0004", "101.24092.0002", "101.25042.0003"
SOURCES = "/etc/yum.repos.d"
OWN = f"{SOURCES}/microsoft-prod.repo"
FOREIGN = "[foreign]\nname=Foreign\nbaseurl=https://rpm.distro.test/nothing/\nenabled=1\ngpgcheck=1\nskip_if_unavailable=0\n"
UNREACHABLE = FOREIGN.replace("foreign", "gone").replace("rpm.distro.test", "gone.test")


def start(w, **asked):
    w.publish()
    w.ask(**asked)
    w.agent.start()


def assert_nothing_left(w):
    """No package of ours is kept by the manager."""
    w.assert_quiet()
    w.assert_sane()
    left = [path for path in w.machine.snapshot(("/var/cache", "/var/lib/mde-linux")) if path.endswith(".rpm")]
    assert not left, left


def again(w, seq, **asked):
    w.ask(seq=seq, **asked)
    return w.azure.wait_status("success", seq=seq)


@for_families("el9", "el10", "fedora", sweep=("amzn2023",))
def dnf_onboards(w):
    """A second enable does nothing at all."""
    w.prepare(sensor_versions=(OLD, SENSOR))
    w.onboard()
    w.assert_onboarded()
    assert w.manager.version().startswith(SENSOR), w.manager.version()
    assert_nothing_left(w)
    source = w.machine.read(OWN)
    assert "\ngpgcheck=1\n" in source and "gpgkey=file:///" in source, source
    before = w.package_manager_runs()
    again(w, 1)
    assert w.package_manager_runs() == before


def pinned(version, **more):
    """The public settings that ask for a version of the sensor."""
    return {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, "version": version, **more}


@for_families("fedora", sweep=("el9",))
def dnf_installs_the_version_that_is_asked_for(w):
    """A version that is not offered is said with those that are."""
    w.prepare(sensor_versions=(OLD, SENSOR, NEW))
    start(w, public=pinned("101.24095.9999"))
    message = w.azure.wait_status("error").settings.message
    assert all(version in message for version in (OLD, SENSOR, NEW)), message
    again(w, 1, public=pinned(SENSOR))
    assert w.manager.version().startswith(SENSOR), w.manager.version()
    w.assert_onboarded()
    assert_nothing_left(w)


@for_families("el9", "fedora")
def another_dnf_is_named_and_waited_for(w):
    """A real one, in a package's script: nothing is signalled, nothing of it is lost."""
    w.prepare()
    w.mirror.publish([w.build_dependency(), w.build_slow()])
    w.start_unit("admin", *w.manager.install("slow-stand-in"))
    w.machine.wait(lambda: w.machine.exists("/run/go.wanted"), 30, "dnf's transaction")
    start(w)
    told = w.wait_told("waiting").settings.message
    assert "dnf" in told and "(pid " in told and "admin.service" in told, told
    w.touch("/run/go")
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.manager.version("slow-stand-in")
    assert_nothing_left(w)


@for_families("el9", sweep=("fedora",))
def a_broken_foreign_repository_does_not_stop_dnf(w):
    """One that answers 404 and one whose host has no name; both say that they must not be passed over."""
    w.prepare()
    w.machine.write(f"{SOURCES}/foreign.repo", FOREIGN)
    w.machine.write(f"{SOURCES}/gone.repo", UNREACHABLE)
    start(w)
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.machine.read(f"{SOURCES}/foreign.repo") == FOREIGN


def rpms(w):
    return list((w.folder / "debs").glob("mdatp-*.rpm"))


def refused(w, seq, stage, reason, *words):
    w.vendor.publish(rpms(w))
    stage()
    w.ask(seq=seq)
    w.agent.start()
    message = w.azure.wait_status("error", seq=seq, timeout=90).settings.message
    assert f"({reason})" in message, message
    for each in words:
        assert each in message, (each, message)
    w.assert_quiet()
    w.assert_untouched(w.before)
    assert w.package_state() == "" and not w.machine.exists(ONBOARDING)
    assert not w.leftovers(), w.leftovers()


@for_families("el9", "fedora", sweep=("el10",))
def what_dnf_cannot_verify_is_not_installed(w):
    """Each leaves repositories, keys in rpm's database, caches and the sensor's folders byte by byte as they were."""
    v = w.vendor
    w.prepare()
    w.publish()
    w.before = w.snapshot()
    other = "microsoft-2025.asc" if w.family.key == "vendor-2025" else "microsoft.asc"
    said = "The package manager said"
    # dnf 5 looks at signatures in the transaction only: our own look at the package comes first
    foreign, unsigned = ("pinned key", "pinned key") if w.family.manager == "dnf5" else (said, "is not signed")
    cases = [
        (v.html_list, "repository-not-genuine", "an HTML page"),
        (v.list_without_check, "repository-not-genuine", "gpgcheck=0"),
        (lambda: v.wrong_key(other), "repository-key", "not pinned"),
        (lambda: v.package_signed_by(SENSOR), "package-signature", foreign),
        (lambda: v.package_signed_by(SENSOR, None), "package-signature", unsigned),
        (lambda: v.alter_package(SENSOR), "package-signature", "checksum doesn't match"),
        (v.alter_index, "package-signature", "checksum doesn't match"),
        (lambda: v.drop_package(SENSOR), "package-not-found", "404")]
    if w.family.key == "vendor-2025":
        cases += [(v.release_signed_by, "package-signature", said), (v.unsigned, "package-signature", "not available")]
    for seq, (stage, reason, *words) in enumerate(cases):
        refused(w, seq, stage, reason, *words)
    w.vendor.publish(rpms(w))
    again(w, len(cases))
    w.assert_onboarded()


@for_families("fedora", sweep=("el9",))
def a_package_of_the_same_name_elsewhere_is_not_taken(w):
    """Somebody else's repository, preferred by its file, signed by its own key, which its file names."""
    w.prepare()
    w.publish()
    w.mirror.publish([w.build_dependency()])
    theirs = type(w.mirror)(w.served, "attacker", "attacker")
    theirs.publish(rpms(w))
    theirs.package_signed_by(SENSOR, "attacker")
    w.machine.write("/etc/pki/rpm-gpg/attacker", theirs.key_text())
    w.machine.write(f"{SOURCES}/attacker.repo", f"[a]\nname=a\nbaseurl={theirs.uri}\nenabled=1\npriority=1\ngpgcheck=1\n"
                                                "gpgkey=file:///etc/pki/rpm-gpg/attacker\n")
    w.ask()
    w.agent.start()
    w.azure.wait_status("success")
    w.assert_onboarded()
    packages = [line for line in w.requests() if "mdatp-" in line]
    assert packages and all("attacker/" not in line for line in packages), packages
    assert len(w.manager.keys()) == 2, w.manager.keys()  # the distribution's and the vendor's


def spelled(w, file, ident, **changed):
    """The vendor's repository as another product or an admin writes it."""
    text = w.vendor.source(**changed).replace(f"[{w.vendor.id}]", f"[{ident}]")
    w.machine.write(f"{SOURCES}/{file}.repo", text)
    return text


@for_families("el9", sweep=("fedora",))
def a_repository_that_is_configured_already_is_used_by_dnf(w):
    """Three spellings: the vendor's package's, an admin's with config-manager, another product's with other case and slash."""
    w.prepare()
    w.publish()
    w.machine.write("/root/key.asc", repository.openpgp.armor(repository.binary(w.family.key)))
    place = w.vendor.uri
    cases = (("microsoft-prod", "packages-microsoft-com-prod", {}),
             ("packages.microsoft.com_prod", "packages.microsoft.com_prod", {"uri": place.rstrip("/")}),
             ("intune", "Intune", {"uri": place.replace("packages.microsoft.com", "Packages.Microsoft.com"), "name": "Microsoft: all"}))
    for seq, (name, ident, changed) in enumerate(cases):
        if seq:
            w.make_fresh()
            w.machine.run(["rm", "-f", *(f"{SOURCES}/{each}.repo" for each, _, _ in cases)])
        text = spelled(w, name, ident, **changed)
        w.machine.run(["rpm", "--import", "/root/key.asc"])
        w.ask(seq=seq)
        w.agent.start()
        w.azure.wait_status("success", seq=seq)
        w.assert_onboarded()
        assert w.machine.read(f"{SOURCES}/{name}.repo") == text
        named = [path for path in w.machine.snapshot((SOURCES,)) if path.endswith(".repo")]
        assert len(named) == 2, named


@scenario(disk=True, family="el9", timeout=300)
def dnf_on_a_full_disk(w):
    """Too little for the download, then for what is in it: told, and all as before."""
    w.prepare(ballast_mib=64)
    before = w.snapshot()
    w.publish()
    w.ask()
    w.fill_disk(40)
    w.agent.start()
    w.wait_error("disk-full", timeout=90)
    w.assert_untouched(before)
    w.empty_disk()
    w.fill_disk(100)
    w.enable_again()
    w.wait_error("disk-full", timeout=90)
    w.assert_untouched(before)
    assert not w.machine.exists(f"{STATE}/undo")
    w.empty_disk()
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert_nothing_left(w)


@for_families("el9", sweep=("fedora",))
def worker_killed_while_dnf_downloads_and_in_a_script(w):
    """A download ends with its worker and leaves nothing; a transaction goes on, and the next run takes it from there."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    before = w.snapshot()
    w.hold_download()
    start(w)
    w.wait_told("downloading mdatp")
    w.wait_download()
    w.kill_worker()
    w.wait_error("worker-died")
    w.assert_quiet()
    w.machine.wait(lambda: w.machine.run(["pgrep", "-f", "bin/dnf|^dnf5"], check=False).returncode, 10, "dnf to be gone")
    w.assert_untouched(before)
    assert not w.leftovers(), w.leftovers()
    w.let_download_go()
    w.enable_again()
    w.wait_postinst()
    w.kill_worker()
    w.wait_error("worker-died")
    w.enable_again()
    w.wait_told("waiting for the run before this one")
    w.release()
    w.azure.wait_status("success")
    w.assert_onboarded()
    w.assert_never_cut_off()
    assert w.count_installed() == 1
    assert_nothing_left(w)


def started(w, **prepare):
    """Fresh machine, the worker at work; what the guest agent wrote is on the disk."""
    w.prepare(**prepare)
    w.publish()
    w.ask()
    let_go = w.hold_back("/config/")
    w.agent.start()
    w.wait_told("looking up the package repository")
    if w.machine.disk:
        w.machine.run(["sync"])
    let_go()


@for_families("el9", "fedora", disk=True)
def power_cut_in_a_script_that_dnf_runs(w):
    """The database says installed before the script has ended: it runs once more."""
    started(w, knobs={"postinst_wait_file": "/run/go"})
    w.wait_postinst()
    w.machine.power_cut()
    w.machine.write("/etc/mdatp-stand-in.conf", "")
    w.azure.forget_uploads()
    w.machine.boot()
    w.azure.wait_status("success", timeout=90)
    w.assert_onboarded()
    w.assert_sane()
    assert w.count_installed() == 1


@for_families("fedora", sweep=("el9",))
def dnf_itself_killed_in_a_script(w):
    """As when memory runs out: its database says installed, so the next run lets the scripts run again."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    start(w)
    w.wait_postinst()
    w.machine.run(["pkill", "-KILL", "-f", "bin/dnf|^dnf5|rpm-tmp"])
    w.azure.wait_status("error")
    assert w.count_installed() == 0
    w.machine.write("/etc/mdatp-stand-in.conf", "")
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.count_installed() == 1
    assert_nothing_left(w)
