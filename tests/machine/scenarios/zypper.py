"""SUSE's own package manager: onboarding, and what is told and left when something is in the way."""

from onboarding_world import STATE
from scenario import for_families, scenario

OLD, SENSOR, NEW = "101.24082.0004", "101.24092.0002", "101.25042.0003"
ZYPPER = "ZYPP_LOCK_TIMEOUT=0"


def assert_nothing_left(w):
    w.assert_quiet()
    w.assert_sane()
    for place in ("/var/tmp", "/var/cache/zypp/packages"):
        left = [path for path in w.machine.snapshot((place,)) if "zypp." in path or "/AP_0x" in path or path.endswith(".rpm")]
        assert not left, left


@for_families("sles15", "sles16")
def zypper_onboards(w):
    """A fresh machine; a second enable does nothing; another version only when it is asked for, an older one with leave."""
    w.prepare(sensor_versions=(OLD, SENSOR, NEW))
    w.onboard()
    w.assert_onboarded()
    assert w.manager.version().startswith(NEW), w.manager.version()
    assert_nothing_left(w)
