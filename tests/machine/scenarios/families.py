"""The stand-in world itself: every family's real package manager installs, keeps and removes the stand-in sensor."""

from scenario import for_families

OLD, NEW = "101.24092.0002", "101.25042.0003"
EVERY = ("debian11", "debian12", "debian13", "el8", "el9", "el10", "fedora43", "fedora42", "amzn2023", "sles15", "sles16")


@for_families(*EVERY)
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


@for_families("debian11", "debian13")
def fresh(w):
    w.prepare()
    status, seconds = w.enable_fresh()
    assert status["status"] == "success", status
    w.assert_onboarded()
    print(f"{seconds:.1f} s")
