"""Power cuts and kills where they were never seen: while rpm unpacks, in an update, before the network is up."""

import shutil

import build as sensor
import repository
import server
import update_day
from onboarding_world import STATE
from scenario import for_families

OLD, NEW = sensor.VERSIONS[:2]
OTHER_AGES = ("el8", "el10", "sles16")  # of the same managers
BALLAST = "/opt/microsoft/mdatp/lib"
PROXY = 3128
NO_VENDOR = f"127.0.0.1 localhost machine proxy.test {' '.join(set(server.HOSTS) - {repository.VENDOR_HOST})}\n"


def unpacked(w):
    """How much of the ballast is there, under whatever name."""
    folder = w.machine.path(BALLAST)
    try:
        return [(path.name, path.stat().st_size >> 20) for path in folder.iterdir()]
    except FileNotFoundError:  # rpm renames them meanwhile
        return []


def is_unpacking(w):
    return any(size >= 20 and name != "ballast" for name, size in unpacked(w))


def registered(w):
    """What the package manager's database has of the sensor, a line each."""
    if w.family.kind == "deb":
        return w.machine.run(["dpkg-query", "-W", "-f=${Package} ${db:Status-Abbrev} ${Version}\n", "mdatp"]).stdout.splitlines()
    done = w.machine.run(["rpm", "--query", "mdatp"], check=False)
    return [] if done.returncode else done.stdout.splitlines()


def assert_whole(w, *versions):
    """One version, registered once, each of its files as the package has it."""
    lines = registered(w)
    assert len(lines) == 1 and any(version in lines[0] for version in versions), lines
    verify = ["dpkg", "--verify", "mdatp"] if w.family.kind == "deb" else ["rpm", "--verify", "--nodeps", "mdatp"]
    wrong = w.machine.run(verify, check=False).stdout
    assert "/opt/microsoft" not in wrong and "systemd" not in wrong, wrong
    assert w.manager.version().startswith(w.health()["appVersion"]), (w.manager.version(), w.health()["appVersion"])
    w.assert_sane()
    assert not w.machine.exists(f"{STATE}/undo")


def start(w, **prepare):
    """A fresh machine with the worker at work; what the guest agent wrote is on the disk."""
    w.prepare(**prepare)
    w.publish()
    w.ask()
    let_go = w.hold_back("/config/")
    w.agent.start()
    w.wait_told("looking up the package repository")
    w.machine.run(["sync"])
    let_go()


def boot_again(w):
    w.azure.forget_uploads()
    w.machine.write("/etc/mdatp-stand-in.conf", "postinst_wait_file=\n")
    w.machine.boot()


@for_families("el9", sweep=("sles15", "fedora", *OTHER_AGES), disk=True, timeout=300)
def power_cuts_before_and_while_rpm_unpacks(w):
    """The second one with and without what is unpacked on the disk."""
    start(w, ballast_mib=160, knobs={"preinst_wait_file": "/run/go"})
    w.machine.wait(lambda: w.machine.exists("/run/go.wanted"), 60, "rpm's %pre")
    w.cut_power()
    w.machine.wait(lambda: w.machine.exists("/run/go.wanted"), 60, "rpm's %pre, again")
    w.touch("/run/go")
    w.machine.wait(lambda: is_unpacking(w), 60, "rpm to unpack")
    w.machine.run(["pkill", "-STOP", "-f", "dnf|zypper|rpm "])
    w.machine.run(["sync"])
    assert not registered(w) and w.installations() == 0
    w.machine.power_cut()
    boot_again(w)
    w.azure.wait_status("success", timeout=120)
    w.assert_onboarded()
    assert_whole(w, OLD)


@for_families("el9", sweep=("sles15", "fedora", *OTHER_AGES), disk=True, timeout=300)
def what_is_installed_goes_to_the_disk_beside_the_next_steps(w):
    """The journal is forgotten when it is there, and not before: no power cut harms it then."""
    start(w, ballast_mib=160, knobs={"licence_file": "/run/licence"})
    w.wait_told("waiting for the sensor to be licensed", timeout=60)
    w.machine.wait(lambda: not w.machine.exists(f"{STATE}/undo"), 60, "the journal to be forgotten")
    w.machine.power_cut()
    boot_again(w)
    w.azure.wait_status("success", timeout=120)
    w.assert_onboarded()
    assert_whole(w, OLD)
    assert w.installations() == 1


def offer(w, **more):
    """Both versions; the newer one with this."""
    w.vendor.publish([w.build_sensor(OLD), w.build_sensor(NEW, **more)])


def begin_update(w):
    """Today is the day; the look has begun, and what was before is on the disk."""
    update_day.make_due(w)
    w.machine.run(["sync"])
    update_day.begin_look(w)


def new_script_began(w):
    begun = [line.partition(" configure ")[2] for line in w.sensor_log().splitlines() if "postinst" in line]
    return any(what.endswith(" begin") and what != " begin" for what in begun)


def is_resolved(w):
    status = w.status()
    return status and status["status"] == "success" and "after" not in update_day.record(w) and not w.leftovers()


def tear_lists(w):
    """What ext4 may make of a file that was renamed and not synced: apt does not sync its lists, and takes them for whole."""
    for path in w.machine.path("/var/lib/apt/lists").glob("packages*_Packages"):
        path.write_text("")


def see_update_end(w, *versions):
    """Without anybody's doing but the guest agent's, which starts with the machine."""
    boot_again(w)
    w.machine.wait(lambda: is_resolved(w), 40, "the update to be resolved")
    w.assert_onboarded()
    assert_whole(w, *versions)


@for_families("el9", sweep=("debian12", *OTHER_AGES), disk=True, timeout=300)
def power_cuts_in_an_update(w):
    """In the middle of unpacking, then in the new version's script: old or new, whole, and the record knows."""
    w.onboard(autoUpdate=True, prepare={"sensor_versions": (OLD,)})
    w.assert_quiet()
    offer(w, ballast_mib=160)
    begin_update(w)
    w.machine.wait(lambda: is_unpacking(w), 90, "the new version to be unpacked")
    w.machine.power_cut()
    tear_lists(w)
    see_update_end(w, OLD, NEW)


@for_families("debian12", sweep=("el9", "el10", "sles16"), disk=True, timeout=300)  # not el8: its database has lost the new version
def power_cut_in_an_updates_script(w):
    w.onboard(autoUpdate=True, prepare={"sensor_versions": (OLD,)})
    w.assert_quiet()
    offer(w, knobs={"postinst_wait_file": "/run/go"})
    begin_update(w)
    w.machine.wait(lambda: new_script_began(w), 90, "the new version's script")
    w.machine.power_cut()
    w.machine.write("/etc/mdatp-stand-in.conf", "postinst_wait_file=\n")
    see_update_end(w, OLD, NEW)


def crash_in_script(w, **settings):
    """The machine dies in the new package's script; what was downloaded for it was not on the disk."""
    w.hold_postinst()
    w.settings_file(1, **settings)
    w.enable(seq=1)
    w.wait_postinst()
    w.machine.kill()
    w.machine.write("/etc/mdatp-stand-in.conf", "")
    for folder in ("/var/cache/mde-linux/archives", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/zypp"):
        shutil.rmtree(w.machine.path(folder), ignore_errors=True)


def not_connected(w):
    """As each of them says it."""
    return any(words in str(w.status(seq=1)) for words in ("onnect", "ownload", "efused", "esolve"))


def finished(w):
    status = w.status(seq=1)
    return status and status["status"] == "success"


@for_families("el9", sweep=("sles15", "fedora", "debian12", *OTHER_AGES))
def a_crash_before_a_network_that_is_late(w):
    w.install_unpacked()
    crash_in_script(w)
    w.server.kill()
    w.server.wait()
    w.machine.boot()
    w.enable(seq=1)
    w.machine.wait(lambda: w.family.kind == "deb" or not_connected(w), 40, "the network to be missed")
    w.serve()
    w.machine.wait(lambda: finished(w), 60, "success")
    w.assert_onboarded()
    assert_whole(w, OLD)


@for_families("sles15", sweep=("el9", "fedora", "debian12", *OTHER_AGES))
def a_crash_where_only_a_proxy_leads_out(w):
    w.install_unpacked()
    w.machine.write("/etc/hosts", "127.0.0.1 localhost machine proxy.test\n")
    w.start_proxy(PROXY)
    crash_in_script(w, proxy=f"http://proxy.test:{PROXY}")
    w.machine.boot()
    w.enable(seq=1)
    w.machine.wait(lambda: finished(w), 60, "success")
    w.assert_onboarded()
    assert_whole(w, OLD)
