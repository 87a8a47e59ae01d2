"""The package manager as it is on real machines: empty, stale, busy, locked, slow, failing."""

import json

import build as sensor
from onboarding_world import NEWER, STATE, VERSION
from scenario import scenario

# a third party's source: a host that does not resolve, and a place without a Release file
FOREIGN = "deb http://gone.test/debian bookworm main\ndeb [trusted=yes] http://deb.distro.test/nothing bookworm main\n"


def break_a_foreign_source(w):
    w.machine.write("/etc/apt/sources.list.d/foreign.list", FOREIGN)


def refreshes(w):
    """How often the distribution's list was asked for."""
    return sum("deb.distro.test /debian/dists/bookworm/InRelease" in line for line in w.requests())


@scenario(direct=True)
def empty_lists_cost_one_full_refresh(w):
    w.prepare(lists="empty")
    break_a_foreign_source(w)
    w.onboard()
    w.assert_onboarded()
    assert refreshes(w) == 1, w.requests()


@scenario(direct=True)
def stale_lists_cost_one_full_refresh(w):
    w.prepare()
    break_a_foreign_source(w)
    w.mirror.publish([sensor.build_dependency(w.folder / "debs", "1.1")])
    before = refreshes(w)
    w.onboard()
    w.assert_onboarded()
    assert refreshes(w) == before + 1, w.requests()
    assert any("1.0_all.deb 404" in line for line in w.requests()), w.requests()


@scenario(direct=True)
def fresh_lists_are_left_alone(w):
    w.prepare()
    before = refreshes(w)
    w.onboard()
    assert refreshes(w) == before, w.requests()


CLOUD_FINAL = """\
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'until [ -e /run/go ]; do sleep 0.1; done; apt-get update && apt-get install -y libmnl-stand-in'
"""


@scenario(direct=True)
def first_boot_finishes_first(w):
    w.prepare(lists="empty")
    w.machine.write("/etc/systemd/system/cloud-final.service", CLOUD_FINAL)
    w.machine.run(["systemctl", "start", "--no-block", "cloud-final"])
    before = w.snapshot()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_told("waiting for the first boot to finish (cloud-final.service is activating)")
    w.assert_untouched(before)  # not even a list that its own refresh would stumble over
    w.touch("/run/go")
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.unit("cloud-final", "Result")["Result"] == "success"
    history = w.machine.read("/var/log/apt/history.log")
    assert history.index("apt-get install -y libmnl-stand-in") < history.index(" mdatp"), history


@scenario(waits=True, timeout=240, direct=True)
def locked_for_ever_ends_at_the_deadline(w):
    w.prepare()
    before = w.snapshot()
    w.hold_locks()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_told(" s for apt: hold-lock (pid ")
    message = w.wait_error("package-manager-locked", timeout=90).settings.message
    assert "busy-apt.service" in message and "we waited" in message, message
    w.assert_untouched(before)
    assert not w.machine.exists(f"{STATE}/undo")
    w.machine.run(["systemctl", "stop", "busy-apt.service"])
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()


@scenario(waits=True, timeout=300)
def endless_postinst_is_never_cut_off(w):
    """Its deadline passes, and all that a platform does meanwhile comes by."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    w.publish(VERSION, NEWER)
    w.ask()
    w.agent.start()
    w.wait_told("Setting the stand-in sensor up")
    message = w.wait_error("install-still-running", timeout=90).settings.message
    assert "still running" in message and "Setting the stand-in sensor up" in message, message
    pid = w.machine.run(["pgrep", "-f", "apt-get .*install"]).stdout.split()[0]
    assert f"pid {pid}" in message, message
    w.agent.restart()
    w.azure.wait_status("error", seq=0)
    w.ask(version=NEWER)                    # disable, update, uninstall of the old one, install, enable
    w.azure.wait_status("transitioning", version=NEWER, timeout=90)
    assert ("postinst configure ", "begin") == w.scripts()[-1], w.scripts()
    w.touch("/run/go")
    w.azure.wait_status("success", version=NEWER, timeout=60)
    w.assert_onboarded()
    w.assert_never_cut_off()
    assert w.count_installed() == 1 and w.scripts().count(("postinst configure ", "begin")) == 1, w.scripts()


@scenario(waits=True, timeout=240, direct=True)
def overdue_installation_corrects_its_error(w):
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_told("Setting the stand-in sensor up")
    told = []  # (time, message) of each status file of the transaction

    def is_told_again():
        status, = json.loads(w.machine.read(f"{w.base()}/status/0.status"))
        now = (status["timestampUTC"], status["status"]["formattedMessage"]["message"])
        if not told or told[-1] != now:
            told.append(now)
        return any(one[1] == other[1] for one, other in zip(told, told[1:])) or status["status"]["status"] != "transitioning"

    w.machine.wait(is_told_again, 70, "the same to be told again")
    assert told[-2][1] == told[-1][1], told
    w.wait_error("install-still-running", timeout=90)
    w.touch("/run/go")
    w.azure.wait_status("success")
    w.assert_onboarded()
    w.assert_never_cut_off()


@scenario(direct=True)
def failing_postinst_is_told_and_tried_again(w):
    w.prepare(knobs={"postinst_fail": "once"})
    w.publish()
    w.ask()
    w.agent.start()
    message = w.wait_error("install-failed").settings.message
    assert "told to fail here once" in message and "error exit status 1" in message, message
    assert "mdatp (--configure)" in message, message
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.machine.run(["dpkg", "--audit"]).stdout == ""
    assert not w.machine.exists(f"{STATE}/undo") and not w.machine.exists("/var/cache/mde-linux")


DAILY_LOOK = """\
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'until [ -e /run/go ]; do sleep 0.1; done; apt-get update'
"""


@scenario(direct=True)
def lists_read_anew_after_the_download_do_not_change_what_is_installed(w):
    """What came was compared with what our source lists: it is that which is installed, and nothing else is fetched."""
    read_lists_anew_after_the_download(w, sensor.VERSIONS[:2])
    assert w.manager.version() == sensor.VERSIONS[0]
    assert "downloading once more" not in w.log(), w.log()


@scenario(direct=True)
def what_the_lists_read_anew_have_no_more_costs_a_second_download(w):
    read_lists_anew_after_the_download(w, sensor.VERSIONS[1:2])
    assert w.manager.version() == sensor.VERSIONS[1]
    assert "downloading once more" in w.log(), w.log()


def read_lists_anew_after_the_download(w, versions):
    w.prepare()
    w.machine.write("/etc/systemd/system/apt-daily.service", DAILY_LOOK)
    w.hold_download()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_download()
    w.machine.run(["systemctl", "start", "--no-block", "apt-daily"])
    w.let_download_go()
    w.wait_told("apt-daily.service is activating")
    w.vendor.publish([w.build_sensor(version) for version in versions])
    w.release()
    w.azure.wait_status("success")
    w.assert_onboarded()
