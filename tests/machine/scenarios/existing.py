"""A sensor that is on the machine before we are: every state of it, reached by what really leads there."""

from onboarding_world import ONBOARDING, RESOURCE, WORKSPACE, onboarding, sensor
from scenario import scenario

OLD, NEW, NEWEST = sensor.VERSIONS
OFFBOARDING = "/etc/opt/microsoft/mdatp/mdatp_offboard.json"
SOURCES = "/etc/apt/sources.list.d"
DEPENDENCY = f"{sensor.DEPENDENCY}_1.0_all.deb"


def stage(w, *versions, knobs=None):
    """A machine whose vendor offers these versions, and their debs on it; the extension is published."""
    w.prepare(knobs=knobs, sensor_versions=versions or (OLD,))
    for deb in (w.folder / "debs").glob("*.deb"):
        w.machine.write(f"/root/{deb.name}", deb.read_bytes())
    w.publish()
    return w


def dpkg(w, *arguments, check=True):
    return w.machine.run(["dpkg", *arguments], check=check)


def install(w, version=OLD, action="-i", check=True):
    dpkg(w, "-i", f"/root/{DEPENDENCY}")
    dpkg(w, action, f"/root/mdatp_{version}_amd64.deb", check=check)


def onboard_by_hand(w):
    """As the customer's own tooling does it."""
    document = onboarding.document(onboarding.blob(onboarding.body()))
    w.machine.write(ONBOARDING, document, 0o640)
    w.machine.wait(is_licensed(w), 20, "the sensor to be licensed")
    for key, value in (("AzureResourceId", RESOURCE), ("SecurityWorkspaceId", WORKSPACE)):
        w.machine.run(["mdatp", "edr", "tag", "set", "--name", key, "--value", value])


def is_licensed(w):
    return lambda: "true" in w.machine.run(["mdatp", "health", "--field", "licensed"], check=False).stdout


def started(w, **asked):
    w.ask(**asked)
    w.agent.start()
    return w


def request(w, seq, **settings):
    """A sequence of its own, to its end: settings may be named version, which ask() takes for the extension's."""
    public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, **settings}
    w.enable_with(seq, public=public, protected=onboarding.protected_settings(w.package()))
    return w.wait_ended(seq)


def again(w, seq=0):
    """Enable once more, to its end."""
    w.enable(seq=seq)
    return w.wait_ended(seq)


def row(status, name):
    return next((each for each in status["substatus"] if each["name"] == name), None)


def text(status, name):
    return row(status, name)["formattedMessage"]["message"]


def assert_no_source(w):
    """Nothing of the vendor's was asked for or configured."""
    assert not w.machine.path(SOURCES).exists() or not list(w.machine.path(SOURCES).iterdir())
    assert not any("packages.microsoft.com" in line for line in w.requests()), w.requests()


@scenario(direct=True)
def a_healthy_one_of_the_same_tenant_is_left_alone(w):
    stage(w)
    install(w)
    onboard_by_hand(w)
    before, file = w.package_manager_runs(), w.onboarding_file()
    started(w)
    w.azure.wait_status("success", seq=0)
    assert w.runs() == 0 and w.onboarding_file() == file and w.package_manager_runs() == before
    assert_no_source(w)
    # its socket dies with the daemon alive: bounded, and what was true stays told
    w.machine.run(["rm", "/var/opt/microsoft/mdatp/stand-in.socket"])
    status = again(w)
    assert status["status"] == "success" and "does not answer yet" in text(status, "sensor"), status
    assert w.runs() == 0


@scenario(direct=True)
def what_was_never_onboarded_stopped_or_offboarded_is_brought_up(w):
    stage(w)
    install(w)
    w.machine.run(["systemctl", "disable", "--now", "mdatp"])
    stale = onboarding.document(onboarding.blob(onboarding.body(offboarding=True)), member="offboardingInfo")
    w.machine.write(OFFBOARDING, stale, 0o640)
    before = w.package_manager_runs()
    started(w)
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()
    assert not w.machine.exists(OFFBOARDING)
    assert w.package_manager_runs() == before
    assert_no_source(w)


@scenario(direct=True)
def a_masked_unit_is_refused_before_anything_changes(w):
    stage(w)
    install(w)
    w.machine.run(["systemctl", "disable", "--now", "mdatp"])
    w.machine.run(["rm", "/lib/systemd/system/mdatp.service"])
    w.machine.run(["systemctl", "mask", "mdatp"])
    before = w.snapshot()
    started(w)
    message = w.wait_error("service-masked", seq=0).settings.message
    assert "systemctl unmask mdatp" in message and "inactive at present" in message, message
    assert w.runs() == 0
    w.assert_untouched(before)
    # the same where no sensor is: it would be installed for nothing
    dpkg(w, "--purge", "mdatp")
    before = w.snapshot()
    assert w.enable().returncode == 53
    assert "(service-masked)" in w.status()["formattedMessage"]["message"]
    w.assert_untouched(before)
    w.machine.run(["systemctl", "unmask", "mdatp"])
    w.enable_again()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


@scenario(direct=True)
def a_crash_loop_is_told_each_time_and_never_fought(w):
    stage(w, knobs={"crash_loop": "100"})
    install(w)
    before = w.package_manager_runs()
    started(w)
    w.wait_error("service-failed", seq=0)
    runs = w.runs()
    status = again(w)
    message = status["formattedMessage"]["message"]
    assert "(service-failed)" in message and "the engine could not be loaded" in message, message
    assert w.runs() == runs + 1 and w.package_manager_runs() == before
    w.knobs({})
    # a crash may be on its way still, the last that systemd restarts after
    w.machine.wait(lambda: again(w)["status"] == "success", 60, "the sensor to be up")
    w.assert_onboarded()


def fail_to_configure(w):
    w.knobs({"postinst_fail": "yes"})
    install(w, check=False)


def unpack(w):
    install(w, action="--unpack")


def fail_to_unpack(w):
    w.knobs({"preinst_fail": "yes", "postrm_fail": "yes"})
    install(w, check=False)


def remove(w):
    install(w)
    dpkg(w, "--remove", "mdatp")


@scenario(timeout=240, direct=True)
def a_package_half_there_is_completed(w):
    stage(w)
    w.install_only()
    for seq, (reach, state) in enumerate(((fail_to_configure, "iF"), (unpack, "iU"), (fail_to_unpack, "iHR"), (remove, "rc")), 1):
        reach(w)
        assert w.package_state() == state, w.package_state()
        w.knobs({})
        w.settings_file(seq)
        w.enable(seq=seq, check=True)
        status = w.wait_ended(seq)
        assert status["status"] == "success", (state, status)
        w.assert_onboarded()
        w.assert_sane()
        w.machine.run(["systemctl", "stop", "mdatp"])
        w.make_fresh()
        dpkg(w, "--purge", sensor.DEPENDENCY)


@scenario(direct=True)
def a_package_whose_program_was_deleted_gets_it_back(w):
    stage(w)
    install(w)
    w.machine.run(["systemctl", "disable", "--now", "mdatp"])
    w.machine.run(["rm", "-r", "/opt/microsoft/mdatp"])
    assert w.package_state() == "ii"
    started(w)
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


@scenario(direct=True)
def one_at_a_custom_path_is_kept_there(w):
    stage(w)
    install(w)
    w.machine.run(["systemctl", "stop", "mdatp"])
    w.machine.write("/etc/opt/microsoft/mdatp/mde_path.json", '{"path": "/data/microsoft_mdatp"}')
    w.machine.run(["sh", "-c", "mkdir -p /data/microsoft_mdatp/opt/microsoft && mv /opt/microsoft/mdatp "
                   "/data/microsoft_mdatp/opt/microsoft/ && ln -s /data/microsoft_mdatp/opt/microsoft/mdatp /opt/microsoft/mdatp"])
    before = w.package_manager_runs()
    started(w)
    settings = w.azure.wait_status("success", seq=0).settings
    assert "/data/microsoft_mdatp/opt/microsoft/mdatp" in settings.row("folder").message, settings
    w.assert_onboarded()
    assert w.package_manager_runs() == before
    w.machine.run(["test", "-L", "/opt/microsoft/mdatp"])
    daemon = w.machine.run(["readlink", f"/proc/{w.unit('mdatp', 'MainPID')['MainPID']}/exe"]).stdout
    assert daemon.startswith("/data/microsoft_mdatp/"), daemon


def unpack_by_hand(w):
    """A customer's tarball: files and a unit, nothing that dpkg knows."""
    dpkg(w, "-x", f"/root/mdatp_{OLD}_amd64.deb", "/root/tarball")
    w.machine.run(["sh", "-c", "cd /root/tarball && tar cf - opt usr lib | tar xhf - -C / --keep-directory-symlink"])
    w.machine.run(["mkdir", "-p", "/etc/opt/microsoft/mdatp", "/var/opt/microsoft/mdatp", "/var/log/microsoft/mdatp"])
    w.machine.run(["systemctl", "daemon-reload"])


@scenario(direct=True)
def files_that_no_package_owns(w):
    stage(w)
    unpack_by_hand(w)
    w.machine.run(["systemctl", "enable", "--now", "mdatp"])
    w.machine.wait(lambda: w.machine.run(["mdatp", "health"], check=False).returncode == 0, 20, "the sensor to answer")
    started(w)
    # it works: kept, and said, by the worker and by the first look
    w.azure.wait_status("success", seq=0)
    assert w.health()["licensed"] is True and w.package_state() == ""
    for _ in range(2):
        status = again(w)
        assert row(status, "ownership")["status"] == "warning" and "/opt/microsoft/mdatp" in text(status, "ownership"), status
    assert_no_source(w)
    w.agent.stop()
    # it does not: neither installed over nor removed
    w.machine.run(["systemctl", "disable", "--now", "mdatp"])
    before, runs = w.snapshot(), w.runs()
    w.settings_file(1)
    assert w.enable(seq=1).returncode == 52
    message = w.status(seq=1)["formattedMessage"]["message"]
    assert "(sensor-files)" in message and "mdatp.service is inactive" in message, message
    w.assert_untouched(before)
    assert w.runs() == runs
    # mere residue is nobody's
    w.machine.run(["sh", "-c", "rm -r /opt/microsoft/mdatp/sbin /lib/systemd/system/mdatp.service /usr/bin/mdatp"])
    assert again(w, seq=1)["status"] == "success"
    w.assert_onboarded()


def use_customers_repository(w, *versions):
    """From now on the distribution's mirror has the sensor too, as a customer's own repository would."""
    debs = [w.folder / "debs" / f"mdatp_{version}_amd64.deb" for version in versions]
    w.mirror.publish([w.folder / "debs" / DEPENDENCY, *debs])
    w.machine.run(["apt-get", "update"])


@scenario(direct=True)
def one_from_a_customers_repository_stays_with_it(w):
    stage(w, OLD, NEW, NEWEST)
    use_customers_repository(w, OLD)
    w.machine.run(["apt-get", "install", "-y", "mdatp"])
    before = w.package_manager_runs()
    started(w)
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()
    assert w.package_manager_runs() == before
    # removed, and asked for anew: from where it came
    w.machine.run(["apt-get", "remove", "-y", "mdatp"])
    assert w.package_state() == "rc"
    w.ask(seq=1)
    settings = w.azure.wait_status("success", seq=1).settings
    assert "http://deb.distro.test/debian bookworm" in settings.row("package-source").message, settings
    w.assert_onboarded()
    assert w.health()["appVersion"] == OLD
    # expired: nothing newer there, then something
    w.knobs({"expired": f"{OLD},{NEWEST}"})
    status = again(w, seq=1)
    message = status["formattedMessage"]["message"]
    assert "(sensor-expired)" in message and f"Version {OLD} expired" in message, message
    w.machine.wait(lambda: not w.leftovers(), 10, "the end of the run")
    use_customers_repository(w, OLD, NEW)
    status = again(w, seq=1)
    assert status["status"] == "success", status
    assert w.health()["appVersion"] == NEW
    w.assert_onboarded()
    assert_no_source(w)


@scenario(direct=True)
def an_expired_build_is_updated_or_told(w):
    stage(w, OLD, NEW, knobs={"expired": f"{OLD},{NEW}", "ready_delay_ms": 3000})  # what it does not say at first decides here
    w.vendor.publish([w.folder / "debs" / f"mdatp_{OLD}_amd64.deb"])
    install(w)
    before = w.snapshot()
    started(w)
    message = w.wait_error("sensor-expired", seq=0).settings.message
    assert f"Version {OLD} expired" in message and "nothing newer" in message, message
    w.machine.wait(lambda: not w.leftovers(), 10, "the end of the run")
    w.assert_untouched(before)       # our source is gone again
    # a pin that is no way out is refused at once
    runs = w.runs()
    w.agent.stop()
    message = request(w, 1, version=OLD)["formattedMessage"]["message"]
    assert "(sensor-expired)" in message and "the setting version asks for" in message and w.runs() == runs, message
    # an update that fails leaves all as it was: the old version is no success
    w.vendor.publish((w.folder / "debs").glob("mdatp_*.deb"))
    w.knobs({"expired": f"{OLD},{NEW}", "preinst_fail": "yes"})
    message = request(w, 2, passiveMode=True, groupIds=["web"])["formattedMessage"]["message"]
    assert "(install-failed)" in message, message
    w.machine.wait(lambda: not w.leftovers(), 10, "the end of the run")
    w.assert_untouched(before)
    w.knobs({"expired": f"{OLD},{NEW}"})
    # the newest is expired as well: installed, said; then sound
    message = again(w)["formattedMessage"]["message"]
    assert "(sensor-expired)" in message and f"Version {NEW} expired" in message, message
    w.knobs({"expired": OLD})
    assert again(w)["status"] == "success"
    w.assert_onboarded()


@scenario(direct=True)
def a_pinned_version_is_installed_exactly(w):
    stage(w, OLD, NEW, NEWEST)
    w.install_only()
    before = w.snapshot()
    message = request(w, 1, version="101.25030.0001")["formattedMessage"]["message"]
    assert "(version-not-found)" in message and f"asks for mdatp 101.25030.0001; the repository has: {NEWEST}, {NEW}, {OLD}." in message, message
    w.machine.wait(lambda: not w.leftovers(), 10, "the end of the run")
    w.assert_untouched(before)
    assert request(w, 2, version=NEW)["status"] == "success"
    w.assert_onboarded()
    assert w.health()["appVersion"] == NEW
    w.assert_quiet()
    before, runs = w.package_manager_runs(), w.runs()
    status = request(w, 3, channel="insiders-fast")
    assert status["status"] == "success" and row(status, "channel")["status"] == "warning", status
    assert all(word in text(status, "channel") for word in ("Production", "insiders-fast")), status
    assert row(request(w, 4, version=NEW, channel="prod"), "channel") is None
    assert w.package_manager_runs() == before and w.runs() == runs


@scenario(direct=True)
def what_others_decide_about_it_is_told(w):
    stage(w, knobs={"managed_by": "MDE", "tamper_protection": "block", "troubleshooting": "yes",
                    "functionality_mode": "isolated"})
    install(w)
    onboard_by_hand(w)
    started(w)
    settings = w.azure.wait_status("success", seq=0).settings
    for name, status in (("managed-by", "success"), ("tamper-protection", "success"), ("troubleshooting", "warning"),
                         ("isolation", "warning")):
        assert settings.row(name).status == status, (name, settings)
    assert w.runs() == 0


@scenario(direct=True)
def a_tag_it_may_not_change_is_tried_once(w):
    """Managed, as health shows, and blocked by tamper protection, which health does not."""
    stage(w)
    install(w)
    started(w)
    w.azure.wait_status("success", seq=0)
    w.agent.stop()
    for seq, (knobs, word) in enumerate((({"managed": "tags"}, "managed"), ({"tamper_blocks": "tags"}, "tamper")), 1):
        w.knobs(knobs)
        status = request(w, seq, tags={"GROUP": f"Group {seq}"})
        assert status["status"] == "success" and row(status, "GROUP")["status"] == "warning", status
        assert f"Group {seq}" in text(status, "GROUP") and word in text(status, "GROUP"), status
        runs, calls = w.runs(), w.cli_calls().count(f"edr tag set --name GROUP --value Group {seq}")
        assert (runs, calls) == (seq + 1, 1), (runs, calls)
        for _ in range(2):
            status = again(w, seq)
            assert status["status"] == "success" and row(status, "GROUP")["status"] == "warning", status
        assert w.runs() == runs and w.cli_calls().count(f"edr tag set --name GROUP --value Group {seq}") == 1
    w.knobs({})
    assert request(w, 3, tags={"GROUP": "Group 2"})["status"] == "success"
    assert w.tags()["GROUP"] == "Group 2"
