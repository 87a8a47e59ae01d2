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


@for_families("el9", "el10", "fedora", "amzn2023")
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
