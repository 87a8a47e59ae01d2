"""A golden image that is mounted on another machine: what is changed in it stays in it, whatever its links say."""

import schema
from onboarding_world import ONBOARDING, PROGRAM, STATE
from scenario import scenario

IMAGE = "/srv/image"
TENANT = "11111111-2222-3333-4444-555555555555"
SENSOR = "/etc/opt/microsoft/mdatp"
UNITS = "/etc/systemd/system"
TIMER, SERVICE = "mde-linux-recheck.timer", "mde-linux-recheck.service"
WANTED = f"{UNITS}/timers.target.wants/{TIMER}"
GOES = (ONBOARDING, f"{SENSOR}/wdavstate", "/var/opt/microsoft/mdatp/state/a", f"{STATE}/history/1.json", "/logs/mde-linux/a.log",
        f"{UNITS}/{TIMER}", f"{UNITS}/{SERVICE}")
STAYS = (f"{SENSOR}/managed/mdatp_managed.json", "/etc/mde-linux/mde-linux.conf", "/usr/bin/mdatp")


def call(w, *argv, code=0):
    done = w.machine.run([PROGRAM, *argv], check=False)
    assert code is None or done.returncode == code, done
    return done


def write_all(w, top):
    """What goes and what stays, below top; programs of it leave a mark."""
    for path in GOES + STAYS:
        w.machine.write(top + path, '{"onboardingInfo": ""}' if path == ONBOARDING else "")
    w.machine.write(f"{top}/usr/bin/mdatp", "#!/bin/sh\ntouch /root/ran\n", 0o755)
    w.machine.path(f"{top}{UNITS}/timers.target.wants").mkdir(exist_ok=True)
    w.machine.path(f"{top}{WANTED}").symlink_to(f"{UNITS}/{TIMER}")


def run_all(w):
    """The same on the machine that the image is mounted on: a sensor that runs, a look that is due."""
    write_all(w, "")
    w.machine.write(f"{UNITS}/mdatp.service", "[Service]\nExecStart=/bin/sleep infinity\n")
    w.machine.write(f"{UNITS}/{SERVICE}", "[Service]\nExecStart=/bin/true\n")
    w.machine.write(f"{UNITS}/{TIMER}", "[Timer]\nOnCalendar=2099-01-01\n[Install]\nWantedBy=timers.target\n")
    w.machine.run(["systemctl", "daemon-reload"])
    w.machine.run(["systemctl", "start", "mdatp", TIMER])


def build(w):
    w.machine.write(f"{IMAGE}/usr/lib/os-release", "ID=debian\nVERSION_ID=12\n")
    w.machine.write(f"{IMAGE}/run/systemd/system/x", "")
    write_all(w, IMAGE)
    w.machine.path(f"{IMAGE}/etc/os-release").symlink_to("/usr/lib/os-release")
    w.machine.path(f"{IMAGE}/var/log").symlink_to("/logs")  # absolute: of the image
    w.machine.path(f"{IMAGE}{STATE}/lock").symlink_to("/root/victim/lock")
    w.machine.path(f"{IMAGE}{SENSOR}/link").symlink_to("/root/victim")
    w.machine.path(f"{IMAGE}/var/cache").mkdir()
    w.machine.path(f"{IMAGE}/var/cache/mde-linux").symlink_to("../../../../../../root/victim")  # of the image too: nothing is there


@scenario()
def an_image_is_generalized_from_outside(w):
    w.install_unpacked()
    build(w)
    run_all(w)
    w.machine.write("/root/victim/file", "kept")
    w.machine.path("/logs").mkdir(exist_ok=True)
    folders = ("/etc", "/var/cache", "/var/lib", "/var/opt", "/logs", "/root", "/run/systemd/system", "/usr/local")
    machine, image = w.machine.snapshot(folders), w.machine.snapshot((IMAGE,))
    # what it is not done for
    w.machine.run(["mkdir", "/srv/empty"])
    assert "holds no machine" in call(w, "generalize", "--root", "/srv/empty", code=3).stderr
    w.machine.run(["mkdir", "-p", f"{IMAGE}/var/opt/microsoft/mdatp/quarantine"])
    w.machine.run(["mount", "--bind", "/root/victim", f"{IMAGE}/var/opt/microsoft/mdatp/quarantine"])
    assert "mounted on /var/opt/microsoft/mdatp/quarantine" in call(w, "generalize", "--yes", "--root", IMAGE, code=1).stderr
    w.machine.run(["umount", f"{IMAGE}/var/opt/microsoft/mdatp/quarantine"])
    w.machine.run(["rmdir", f"{IMAGE}/var/opt/microsoft/mdatp/quarantine"])
    inside = w.machine.spawn(["python3", "-c", f"import os, time\nos.chroot('{IMAGE}')\nwhile not os.path.exists('/stop'): time.sleep(0.05)"])
    w.machine.wait(lambda: call(w, "generalize", "--dry-run", "--root", IMAGE, code=None).returncode == 3, 10, "who runs in it")
    assert "something runs in this image" in call(w, "generalize", "--yes", "--root", IMAGE, code=3).stderr
    w.machine.write(f"{IMAGE}/stop", "")
    w.machine.wait(lambda: inside.poll() is not None, 10, "that to end")
    w.machine.run(["rm", f"{IMAGE}/stop"])
    w.machine.write(f"{IMAGE}{STATE}/next", "x")
    assert "in the middle of a run" in call(w, "generalize", "--yes", "--root", IMAGE, code=3).stderr
    w.machine.run(["rm", f"{IMAGE}{STATE}/next"])
    # a hold, in the image only
    w.machine.path(f"{IMAGE}/etc/mde-linux/hold").symlink_to("/root/victim/hold")
    assert schema.validate("hold", call(w, "hold", "--root", IMAGE, "--json", "ask", "Kim").stdout)["reason"] == "ask Kim"
    assert w.machine.read(f"{IMAGE}/etc/mde-linux/hold") == "ask Kim\n" and not w.machine.exists("/etc/mde-linux/hold")
    assert f"unhold --root {IMAGE}" in call(w, "generalize", "--yes", "--root", IMAGE, code=3).stderr
    assert "may go on" in call(w, "unhold", "--root", IMAGE).stdout and "were not" in call(w, "unhold", "--root", IMAGE).stdout
    w.machine.run(["mv", f"{IMAGE}/etc/mde-linux", f"{IMAGE}/etc/kept"])
    w.machine.path(f"{IMAGE}/etc/mde-linux").symlink_to("/root/victim")  # there is none in the image
    assert "/etc/mde-linux" in call(w, "hold", "--root", IMAGE, "why", code=1).stderr
    w.machine.run(["rm", f"{IMAGE}/etc/mde-linux"])
    call(w, "hold", "--root", IMAGE, "why")
    assert w.machine.path(f"{IMAGE}/etc/mde-linux").stat().st_mode & 0o7777 == 0o755
    w.machine.run(["rm", "-r", f"{IMAGE}/etc/mde-linux"])
    w.machine.run(["mv", f"{IMAGE}/etc/kept", f"{IMAGE}/etc/mde-linux"])
    # shown
    dry = schema.validate("generalize", call(w, "generalize", "--dry-run", "--json", "--root", IMAGE).stdout)
    assert not dry["done"] and dry["daily_look"] and not dry["sensor_stopped"], dry
    assert {ONBOARDING, WANTED, "/var/log/mde-linux/a.log", f"{SENSOR}/link"} <= {item["path"] for item in dry["items"]}, dry
    assert "is a device of the tenant" in call(w, "generalize", "--root", IMAGE, code=3).stdout
    assert w.machine.snapshot((IMAGE,)) == image
    # done, in the image and nowhere else
    done = call(w, "generalize", "--yes", "--root", IMAGE)
    assert f"  {ONBOARDING}: " in done.stdout and "/var/lib/waagent" in done.stdout and not done.stderr, done
    for gone in (*GOES, WANTED, f"{SENSOR}/link"):
        assert not w.machine.path(IMAGE + gone).is_symlink() and not w.machine.exists(IMAGE + gone), gone
    assert all(w.machine.exists(IMAGE + path) for path in STAYS)
    after = w.machine.snapshot(folders)
    assert after == machine, [path for path in {*after, *machine} if after.get(path) != machine.get(path)]
    assert not w.machine.exists("/root/ran")
    assert {w.unit(unit, "ActiveState")["ActiveState"] for unit in ("mdatp", TIMER)} == {"active"}
    assert "nothing to remove" in call(w, "generalize", "--root", IMAGE).stdout
