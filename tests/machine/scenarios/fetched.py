"""The power goes in a transaction of a machine whose onboarding package is fetched, and the address may be dead afterwards."""

import build as sensor
import update_day
from onboarding_world import ONBOARDING, STATE
from scenario import scenario
from server import STORAGE

OLD, NEW = sensor.VERSIONS[:2]
PLACE = f"{STORAGE}/container/package"
URI = f"https://{PLACE}"
BALLAST = "/opt/microsoft/mdatp/lib"


def store(w):
    path = w.served / PLACE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(w.package())


def fetches(w):
    return [line for line in w.requests() if STORAGE in line]


def is_unpacking(w):
    folder = w.machine.path(BALLAST)
    return folder.is_dir() and any(path.name != "ballast" and path.stat().st_size >> 20 >= 20 for path in folder.iterdir())


def cut(w):
    """And power comes back, while the address is dead; the guest agent starts with the machine."""
    w.machine.power_cut()
    w.azure.forget_uploads()
    w.faults({PLACE: {"status": 404}})
    w.machine.boot()


@scenario(disk=True, timeout=240)
def a_power_cut_in_an_installation_and_the_address_is_dead(w):
    w.prepare(ballast_mib=160)
    store(w)
    w.publish()
    w.ask(protected=None, onboardingPackageUri=URI)
    w.agent.start()
    w.machine.wait(lambda: is_unpacking(w), 60, "dpkg to unpack")
    w.machine.run(["sync"])
    cut(w)
    # no package, no onboarding: what is missing is said, and what was begun is kept for who can end it
    report = w.wait_error("onboarding-source", timeout=90)
    assert "the next run goes on from there" in report.settings.row("undo").message, report
    assert not w.machine.exists(ONBOARDING) and w.package_state() != "ii"
    # it is mended, and the next enable ends it
    w.faults({})
    w.enable_again()
    w.azure.wait_status("success", timeout=60)
    w.assert_onboarded()
    w.assert_sane()
    assert not w.machine.exists(f"{STATE}/undo")


@scenario(disk=True, timeout=240)
def a_power_cut_in_an_update_needs_no_address(w):
    w.prepare(sensor_versions=(OLD,))
    store(w)
    w.publish()
    w.ask(protected=None, onboardingPackageUri=URI, autoUpdate=True)
    w.agent.start()
    w.azure.wait_status("success", timeout=60)
    w.assert_quiet()
    w.vendor.publish([w.build_sensor(OLD), w.build_sensor(NEW, ballast_mib=160)])
    update_day.make_due(w)
    w.machine.run(["sync"])
    update_day.begin_look(w)
    w.machine.wait(lambda: is_unpacking(w), 90, "the new version to be unpacked")
    cut(w)
    w.machine.wait(lambda: w.status()["status"] == "success" and "after" not in update_day.record(w) and not w.leftovers(),
                   60, "the update to be resolved")
    w.assert_onboarded()
    w.assert_sane()
    assert any(w.manager.version().startswith(each) for each in (OLD, NEW)), w.manager.version()
    assert len(fetches(w)) == 1, fetches(w)
