"""The stand-in world itself: every family's real package manager installs, keeps and removes the stand-in sensor."""

from scenario import for_families

OLD, NEW = "101.24092.0002", "101.25042.0003"
EVERY = ("debian11", "debian12", "debian13", "el8", "el10", "fedora42", "amzn2023", "sles157", "sles16")


@for_families(sweep=("el9", "fedora43", "sles15", *EVERY))
def stand_in(w):
    """From the vendor's repository over TLS, signatures checked, with the dependency from the distribution's."""
    w.prepare(sensor_versions=(OLD, NEW))
    fresh = w.snapshot()
    assert w.package_state() == ""
    w.manager.configure_by_hand()
    w.machine.run(w.manager.install("mdatp"), timeout=120)
    assert w.package_state() == "ii" and w.manager.version().startswith(NEW), w.manager.version()
    assert w.unit("mdatp", "UnitFileState", "ActiveState") == {"UnitFileState": "enabled", "ActiveState": "active"}
    w.machine.wait(lambda: w.machine.run(["mdatp", "health"], check=False).returncode == 0, 20, "an answer of the sensor")
    assert w.health()["appVersion"].startswith(NEW), w.health()
    assert w.count_installed() == 1 and [what for what, _ in w.scripts()][-1] == "postinst configure ", w.scripts()
    w.manager.assert_sane()
    w.make_fresh()
    assert w.package_state() == "" and not w.machine.exists("/opt/microsoft/mdatp")
    after = w.snapshot()
    kept = {path for path in after.keys() - fresh.keys() if "stand-in" not in path}
    assert not {path for path in kept if "microsoft" in path or "pubkey" in path}, kept


ONE_OF_EACH = ("debian11", "debian12", "debian13", "el9", "el10", "fedora43", "sles15")


def refused(w, what):
    """The real manager does not install the sensor from what is served now."""
    w.manager.forget()
    w.machine.run(w.manager.refresh_argv, check=False)
    done = w.machine.run(w.manager.install("mdatp"), check=False, timeout=120)
    assert done.returncode != 0 and w.package_state() == "", f"{what}: {done.stdout}{done.stderr}"


@for_families(sweep=ONE_OF_EACH)
def stand_in_faults(w):
    """What is staged as wrong is wrong for the real manager, and another publish() mends it."""
    w.prepare()
    w.manager.configure_by_hand()
    w.vendor.alter_package(OLD)
    refused(w, "another package")
    w.vendor.publish([w.build_sensor(OLD)])
    w.vendor.alter_index()
    refused(w, "another index")
    w.vendor.publish([w.build_sensor(OLD)])
    w.vendor.drop_package(OLD, "mdatp")
    refused(w, "no package")
    if w.family.manager.startswith("dnf"):  # zypper trusts a package for the signature of the lists
        for key in ("attacker", None):
            w.vendor.publish([w.build_sensor(OLD)])
            w.vendor.package_signed_by(OLD, key)
            refused(w, f"a package signed by {key}")
    w.vendor.publish([w.build_sensor(OLD)])
    w.manager.forget()
    w.manager.refresh()
    w.machine.run(w.manager.install("mdatp"), timeout=120)
    assert w.package_state() == "ii"


@for_families(sweep=("debian12", "debian13", "el10", "fedora43", "sles15"))
def stand_in_signature(w):
    """Lists that another key has signed, where the family's own source asks for signed lists."""
    w.prepare()
    w.manager.configure_by_hand()
    w.vendor.release_signed_by("attacker")
    refused(w, "lists signed by another key")


@for_families(sweep=("debian12", "el9", "fedora43", "sles15"))
def stand_in_channel(w):
    """insiders-fast beside prod, and an upgrade of the sensor to it."""
    w.prepare()
    w.manager.configure_by_hand()
    w.machine.run(w.manager.install("mdatp"), timeout=120)
    suffix = "-insiderfast" if w.family.kind == "deb" else "_insiderfast"
    w.vendor = w.vendor.channel("insiders-fast")
    w.vendor.publish([w.build_sensor(NEW + suffix)])
    w.manager.configure_by_hand()
    w.machine.run(w.manager.upgrade("mdatp"), timeout=120)
    assert w.manager.version().startswith(NEW + suffix), w.manager.version()
    assert w.count_installed() == 2 and w.package_state() == "ii"
    w.assert_never_cut_off()
    w.machine.wait(lambda: w.machine.run(["mdatp", "health"], check=False).returncode == 0, 20, "an answer of the sensor")
    assert w.health()["appVersion"].startswith(NEW)


@for_families(sweep=("debian12", "el9", "fedora43", "sles15"))
def stand_in_lock(w):
    """While the real manager is at work, nobody else gets to work; afterwards the package is there."""
    w.prepare()
    w.hold_manager()
    held = w.machine.run(["timeout", "3", *w.manager.install("libmnl-stand-in")], check=False)
    assert held.returncode != 0, held
    w.release()
    w.machine.wait(lambda: w.unit("busy-manager.service", "ActiveState")["ActiveState"] == "inactive", 30, "the manager to end")
    assert w.manager.package_state("slow-stand-in") == "ii"
