"""Others who use the package manager, their real programs: who goes first, who is named, who is not disturbed."""

from onboarding_world import WORKER
from scenario import scenario

UPGRADES = """\
APT::Periodic::Unattended-Upgrade "always";
Unattended-Upgrade::Origins-Pattern { "site=deb.distro.test"; };
"""
DAILY = "apt-daily-upgrade.service"


def offer(w, version):
    """The distribution has a new version of somebody else's package, whose postinst waits for release()."""
    w.mirror.publish([w.build_dependency(), w.build_slow(version=version)])
    w.machine.run(["apt-get", "update"])


def prepare(w):
    """A machine that upgrades itself, with a package that can be upgraded."""
    w.prepare()
    w.machine.write("/etc/apt/apt.conf.d/99upgrades", UPGRADES)
    offer(w, "1.0")
    w.release()
    w.machine.run(["apt-get", "install", "-y", "slow-stand-in"])
    w.machine.run(["rm", "/run/go"])
    offer(w, "2.0")


def wait_for_slow(w):
    w.machine.wait(lambda: w.machine.run(["pgrep", "-f", "slow-stand-in.postinst"], check=False).stdout, 30, "the other's postinst")


def slow_version(w):
    return w.manager.version("slow-stand-in"), w.manager.package_state("slow-stand-in")


def is_active(w, unit):
    return w.unit(unit, "ActiveState")["ActiveState"] in ("activating", "active")


@scenario(root="bookworm-av", direct=True)
def unattended_upgrades_are_not_disturbed(w):
    """Those at work go first, those that come while we are at work wait, those whose unit is unknown are named."""
    prepare(w)
    w.publish()
    w.machine.run(["systemctl", "start", "--no-block", DAILY])
    wait_for_slow(w)
    w.ask()
    w.agent.start()
    w.wait_told(f"waiting for the system's own upgrade to finish ({DAILY} is activating)")
    assert not w.machine.exists("/etc/apt/sources.list.d/microsoft-prod.list")
    w.release()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert slow_version(w) == ("2.0", "ii") and w.unit(DAILY, "Result")["Result"] == "success"
    history = w.machine.read("/var/log/apt/history.log")
    assert history.index("/usr/bin/unattended-upgrade") < history.index(" mdatp"), history

    w.make_fresh()
    offer(w, "3.0")
    w.hold_postinst()
    w.ask(seq=1)
    w.wait_told("Setting the stand-in sensor up")
    w.machine.run(["systemctl", "start", "--no-block", DAILY])
    w.machine.wait(lambda: w.machine.run(["pgrep", "-x", "flock"], check=False).stdout, 10, "the daily upgrade to wait for us")
    w.release()
    w.azure.wait_status("success", seq=1)
    w.machine.wait(lambda: not is_active(w, DAILY), 60, "the daily upgrade to end")
    assert slow_version(w) == ("3.0", "ii"), w.machine.read("/var/log/unattended-upgrades/unattended-upgrades.log")

    w.make_fresh()
    offer(w, "4.0")
    w.machine.run(["rm", "/run/go"])
    w.start_unit("nightly.service", "/bin/sh", "-c", "unattended-upgrade; exit $?")
    wait_for_slow(w)
    w.ask(seq=2)
    told = w.wait_told(" s for apt: unattended-upgrade (pid ").settings.message
    assert ", nightly.service, for " in told and "holds /run/unattended-upgrades.lock" in told, told
    w.release()
    w.azure.wait_status("success", seq=2)
    w.assert_onboarded()
    assert slow_version(w) == ("4.0", "ii")


@scenario(root="bookworm-av", direct=True)
def packagekit_is_named_and_waited_for(w):
    w.prepare()
    w.machine.run(["ip", "route", "add", "default", "dev", "eth0"])  # else it says that it is offline
    offer(w, "1.0")
    w.start_unit("desktop.service", "pkcon", "--noninteractive", "install", "slow-stand-in")
    wait_for_slow(w)
    w.machine.run(["ip", "route", "del", "default"])
    w.publish()
    w.ask()
    w.agent.start()
    told = w.wait_told(" s for apt: packagekitd (pid ").settings.message
    assert ", packagekit.service, for " in told, told
    w.release()
    w.azure.wait_status("success")
    w.assert_onboarded()
    w.machine.wait(lambda: not is_active(w, "desktop.service"), 30, "pkcon to end")
    assert slow_version(w) == ("1.0", "ii"), w.machine.run(["journalctl", "-u", "desktop", "-u", "packagekit"]).stdout


@scenario(direct=True)
def ansible_is_named_and_waited_for(w):
    """Its module holds apt's locks itself, and Python runs it."""
    w.prepare()
    w.hold_locks(unit="session-7.service", program="/root/.ansible/tmp/ansible-tmp-1-2-3/AnsiballZ_apt.py")
    w.publish()
    w.ask()
    w.agent.start()
    told = w.wait_told(" s for apt: AnsiballZ_apt.py (pid ").settings.message
    assert ", session-7.service, for " in told, told
    w.machine.run(["systemctl", "stop", "session-7.service"])
    w.azure.wait_status("success")
    w.assert_onboarded()


@scenario(waits=True, direct=True)
def patience_with_a_hanging_upgrade_ends(w):
    """It holds no lock: half of what waiting is allowed, and then the locks alone count."""
    w.prepare()
    w.machine.write(f"/etc/systemd/system/{DAILY}", "[Service]\nType=oneshot\nExecStart=/bin/sleep infinity\n")
    w.machine.run(["systemctl", "start", "--no-block", DAILY])
    w.onboard()
    w.assert_onboarded()
    assert f"{DAILY} goes on for too long" in w.log(), w.log()
    assert is_active(w, DAILY) and not is_active(w, WORKER)
