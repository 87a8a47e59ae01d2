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
