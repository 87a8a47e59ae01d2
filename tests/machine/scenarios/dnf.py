"""What is only so with dnf 4 and dnf 5; the rest is in every_manager.py."""

from refused import vendors_packages
from scenario import for_families

SENSOR = "101.24092.0002"
SOURCES = "/etc/yum.repos.d"


@for_families("fedora", sweep=("el9", "el8", "el10"), direct=True)
def a_package_of_the_same_name_elsewhere_is_not_taken(w):
    """Somebody else's repository, preferred by its file, signed by its own key, which its file names."""
    w.prepare()
    w.publish()
    w.mirror.publish([w.build_dependency()])
    theirs = type(w.mirror)(w.served, "attacker", "attacker")
    theirs.publish(vendors_packages(w))
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


@for_families("el9", sweep=("el8", "el10"), direct=True)
def a_damaged_database_is_refused_and_left_alone(w):
    w.prepare()
    w.publish()
    sqlite, older = (f"{w.family.database}/{name}" for name in ("rpmdb.sqlite", "Packages"))
    place = sqlite if w.machine.exists(sqlite) else older
    whole = w.machine.path(place).read_bytes()
    before = {path: what for path, what in w.snapshot().items() if not path.startswith("rpm:")}
    for name in ("-wal", "-shm"):
        w.machine.path(place + name).unlink(missing_ok=True)
    w.machine.path(place).write_bytes(b"\xa5" * len(whole))
    w.ask()
    w.agent.start()
    message = w.wait_error("package-manager-broken").settings.message
    assert "rpm" in message, message
    assert w.machine.path(place).read_bytes() == b"\xa5" * len(whole)
    w.machine.path(place).write_bytes(whole)
    after = {path: what for path, what in w.snapshot().items() if not path.startswith("rpm:")}
    assert after == before, sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()


@for_families("fedora", sweep=("el9", "el8", "el10"), direct=True)
def dnf_itself_killed_in_a_script(w):
    """As when memory runs out: its database says installed, so the next run lets the scripts run again."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_postinst()
    w.machine.run(["pkill", "-KILL", "-f", "bin/dnf|^dnf5|rpm-tmp"])
    w.azure.wait_status("error")
    assert w.count_installed() == 0
    w.machine.write("/etc/mdatp-stand-in.conf", "")
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.count_installed() == 1
    w.assert_sane()
    assert not w.manager.kept(), w.manager.kept()


@for_families("fedora", direct=True)
def a_repository_that_config_manager_disabled_is_not_used(w):
    """dnf5 writes that into a file of its own, not into the .repo."""
    w.prepare()
    theirs = w.vendor.source()
    w.machine.write(f"{SOURCES}/microsoft-prod.repo", theirs)
    w.machine.run(["dnf5", "config-manager", "setopt", "--create-missing-dir", f"{w.vendor.id}.enabled=0"])
    w.onboard()
    w.assert_onboarded()
    text = w.machine.read(f"{SOURCES}/microsoft-prod.repo")
    assert text.startswith(theirs) and f"[{w.vendor.id}-mde-linux]" in text, text
    told = w.machine.run(["dnf5", "repolist", "--all"]).stdout
    assert [line.split()[-1] for line in told.splitlines() if line.startswith(f"{w.vendor.id} ")] == ["disabled"], told


@for_families("fedora", direct=True)
def what_config_manager_lets_in_unsigned_goes_and_ours_is_out_of_its_reach(w):
    """The .repo is right; what goes over it is not."""
    w.prepare()
    ours, theirs = f"{SOURCES}/microsoft-prod.repo", w.vendor.source()
    w.machine.write(ours, theirs)
    w.machine.run(["dnf5", "config-manager", "setopt", "--create-missing-dir", f"{w.vendor.id}.gpgcheck=0"])
    told = w.onboard().settings.row("repository-key").message
    assert "as it is overridden by /etc/dnf/repos.override.d/99-config_manager.repo, which says gpgcheck=0" in told, told
    w.assert_onboarded()
    text = w.machine.read(ours)
    assert f"[{w.vendor.id}]" not in text and f"[{w.vendor.id}-mde-linux]" in text, text
