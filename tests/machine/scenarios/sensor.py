"""The sensor as it is on real machines: slow, silent, crashing, refusing, ill."""

import time

import onboarding
from onboarding_world import RESOURCE, VERSION, WORKSPACE
from scenario import scenario

OTHER = "cccccccc-dddd-eeee-ffff-000000000000"


def start(w, **knobs):
    """Fresh machine, agent at work."""
    w.prepare(knobs=knobs)
    w.publish()
    w.ask()
    w.agent.start()


@scenario(direct=True, waits=True, timeout=300)
def never_licensed_says_what_was_seen_and_keeps_the_package(w):
    start(w, never_license="yes")
    w.wait_told("waiting for the sensor to be licensed")
    message = w.wait_error("sensor-not-licensed", timeout=100).settings.message
    assert "licensed false" in message and "missing license" in message, message
    assert w.package_state() == "ii"
    before = w.package_manager_runs()
    w.knobs({})
    w.machine.run(["systemctl", "restart", "mdatp"])
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.package_manager_runs() == before


@scenario(direct=True)
def late_licence_is_waited_for(w):
    start(w, licence_file="/run/licence")
    w.wait_told("waiting for the sensor to be licensed")
    w.touch("/run/licence")
    w.azure.wait_status("success")
    w.assert_onboarded()


@scenario(direct=True)
def late_readiness_is_waited_for(w):
    start(w, ready_file="/run/ready")
    w.wait_told("waiting for the sensor to answer")
    w.touch("/run/ready")
    w.azure.wait_status("success")
    w.assert_onboarded()


@scenario(direct=True)
def crash_loop_is_told_with_its_last_lines(w):
    start(w, crash_loop="200")
    message = w.wait_error("service-failed").settings.message
    assert "the engine could not be loaded" in message and "mdatp.service is" in message, message
    before = w.package_manager_runs()
    assert w.package_state() == "ii"
    w.knobs({})
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.package_manager_runs() == before


@scenario(direct=True, waits=True, timeout=300)
def hanging_command_line_is_bounded(w):
    w.onboard()
    w.knobs({"cli_hang": "all", "cli_hang_ignores_term": "yes"})
    begun = time.monotonic()
    assert w.enable().returncode == 0
    assert time.monotonic() - begun < 25
    assert w.status()["status"] == "success"      # as it was; whether it still is, is told in a row
    assert any(row["status"] == "warning" for row in w.status()["substatus"]), w.status()
    w.ask(seq=1, workspace=OTHER)
    w.azure.wait_status("transitioning", seq=1)
    message = w.wait_error("sensor-not-answering", seq=1, timeout=120).settings.message
    assert "did not finish in time" in message, message
    w.knobs({})
    w.enable_again()
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded(workspace=OTHER)


@scenario(direct=True)
def stopped_daemon_that_holds_every_execution_back_is_bounded(w):
    w.onboard()
    w.machine.run(["systemctl", "kill", "--signal=STOP", "mdatp"])
    begun = time.monotonic()
    assert w.enable().returncode == 0
    assert time.monotonic() - begun < 25
    assert w.status()["status"] == "success"
    w.machine.run(["systemctl", "kill", "--signal=CONT", "mdatp"])
    assert not w.machine.run(["pgrep", "-x", "mdatp"], check=False).stdout
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()


@scenario(direct=True)
def health_as_text_only(w):
    start(w, json_health="no")
    w.azure.wait_status("success")
    w.knobs({})
    w.assert_onboarded()


@scenario(direct=True)
def unit_left_disabled_is_enabled_and_started(w):
    start(w, leave_unit_disabled="yes")
    w.azure.wait_status("success")
    w.assert_onboarded()


@scenario(direct=True)
def unit_left_stopped_is_started(w):
    start(w, leave_unit_stopped="yes")
    w.azure.wait_status("success")
    w.assert_onboarded()


@scenario(direct=True)
def masked_unit_is_told_and_respected(w):
    w.onboard()
    w.machine.run(["systemctl", "stop", "mdatp.service"])
    w.machine.run(["rm", "/etc/systemd/system/multi-user.target.wants/mdatp.service"])
    w.machine.run(["systemctl", "mask", "mdatp.service"])
    w.ask(seq=1)
    message = w.wait_error("service-masked", seq=1).settings.message
    assert "masked" in message, message
    assert w.unit("mdatp", "LoadState")["LoadState"] == "masked"
    w.machine.run(["systemctl", "unmask", "mdatp.service"])
    w.enable_again()
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded()


@scenario(direct=True)
def unhealthy_is_success_with_warnings(w):
    start(w, health_issues="no active event provider|missing disk space", definitions_status="updating")
    settings = w.azure.wait_status("success").settings
    assert settings.row("health").status == "warning", settings
    assert "no active event provider; missing disk space" in settings.row("health").message, settings
    assert settings.row("definitions").status == "warning", settings
    w.assert_onboarded()


@scenario(direct=True)
def wrong_tenant_is_told(w):
    start(w, wrong_org=OTHER)
    message = w.wait_error("sensor-tenant-differs").settings.message
    assert OTHER in message and onboarding.ORG_ID in message, message


@scenario(direct=True)
def expired_build_is_told(w):
    start(w, expired="yes")
    message = w.wait_error("sensor-expired").settings.message
    assert "expired at 20" in message, message
