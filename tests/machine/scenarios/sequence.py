"""Goal states that come again, come late, come backwards or come at the wrong moment."""

import contextlib
import random

from onboarding_world import RESOURCE, STATE
from scenario import scenario

OTHER = RESOURCE.replace("machine", "renamed")
THIRD = RESOURCE.replace("machine", "again")
OTHER_WORKSPACE = "00000000-8888-7777-6666-555555555555"


@contextlib.contextmanager
def nothing_but_a_look(w, reboot=False):
    """Within it the extension looks at the sensor and tells, and does nothing else."""
    w.assert_quiet()
    before = w.package_manager_runs(), w.runs(), w.snapshot()
    files, calls = w.files(), w.cli_calls()
    yield
    w.assert_quiet()
    assert (w.package_manager_runs(), w.runs(), w.snapshot()) == before
    news = set(w.cli_calls()[len(calls):])
    assert news == {"health --output json"}, news
    after = w.files()
    changed = {path for path in files.keys() | after.keys() if files.get(path) != after.get(path)}
    if reboot:
        changed = {path for path in changed if "mde-linux" in path or not path.startswith(("/etc/", "/var/"))}
    assert not changed, sorted(changed)


@scenario()
def the_same_goal_state_again(w):
    w.onboard()
    with nothing_but_a_look(w):
        for _ in range(2):
            w.azure.goal_state_again()
            report = w.azure.wait_status("success", seq=0)
            assert (report.status, report.code) == ("Ready", 0), report
    with nothing_but_a_look(w):
        w.agent.restart()
        w.azure.wait_status("success", seq=0)
    done = w.enable()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


@scenario()
def the_same_goal_state_after_a_reboot(w):
    w.onboard()
    with nothing_but_a_look(w, reboot=True):
        w.azure.forget_uploads()
        told = w.log().count("success:")
        w.machine.reboot()
        w.machine.wait(lambda: w.log().count("success:") > told, 60, "enable after the reboot")
        w.azure.wait_status("success", seq=0)
    assert not any(report.settings and report.settings.status == "error" for report in w.azure.history())
    w.machine.wait(lambda: w.health()["licensed"], 20, "the sensor after the reboot")
    w.assert_onboarded()


@scenario()
def ten_goal_states_while_the_worker_runs(w):
    w.prepare()
    w.hold_download()
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_download()
    for _ in range(3):
        w.azure.goal_state_again()
        w.azure.wait_status("transitioning", seq=0)
    for _ in range(6):
        assert w.enable().returncode == 0
    w.let_download_go()
    w.azure.wait_status("success", seq=0)
    assert (w.runs(), w.installations()) == (1, 1), (w.runs(), w.installations())
    assert not any(report.settings.status == "error" for report in w.azure.history() if report and report.settings)
    w.assert_onboarded()


@scenario()
def two_enables_at_once(w):
    w.install_only()
    for seq in range(1, 7):
        w.settings_file(seq)
        runs, installed = w.runs(), w.installations()
        both = [w.spawn_enable(seq) for _ in range(2)]
        assert [each.wait(timeout=40) for each in both] == [0, 0], [each.log.read_text() for each in both]
        status = w.wait_ended(seq)
        assert status["status"] == "success", status
        w.assert_quiet()
        assert (w.runs() - runs, w.installations() - installed) == (1, 1), w.log()
        w.assert_onboarded()
        w.make_fresh()


@scenario()
def another_resource_changes_only_tags(w):
    w.onboard()
    before = w.package_manager_runs(), w.snapshot(), w.onboarding_file(), w.unit("mdatp", "MainPID")
    w.ask(seq=1, resource=OTHER, workspace=OTHER_WORKSPACE)
    w.azure.wait_status("success", seq=1)
    assert (w.package_manager_runs(), w.snapshot(), w.onboarding_file(), w.unit("mdatp", "MainPID")) == before
    w.assert_onboarded(resource=OTHER, workspace=OTHER_WORKSPACE)
    assert [call for call in w.cli_calls() if "tag set" in call][2:] == [
        f"edr tag set --name AzureResourceId --value {OTHER}",
        f"edr tag set --name SecurityWorkspaceId --value {OTHER_WORKSPACE}"], w.cli_calls()


@scenario()
def a_newer_sequence_during_the_download(w):
    w.prepare()
    w.hold_download()
    w.publish()
    w.ask(seq=0)
    w.agent.start()
    w.wait_download()
    w.ask(seq=1, resource=OTHER)
    w.machine.wait(lambda: "sequence 1: the worker begins" in w.log(), 30, "the newer request's turn")
    assert w.status(seq=0)["status"] == "error" and "superseded" in w.status(seq=0)["formattedMessage"]["message"]
    w.let_download_go()
    report = w.azure.wait_status("success", seq=1)
    assert report.settings.row("AzureResourceId").message == OTHER
    assert not any(report.settings.status == "error" for report in w.azure.history() if report and report.settings)
    w.assert_onboarded(resource=OTHER)
    assert w.installations() == 1


@scenario()
def a_newer_sequence_during_the_installation(w):
    w.prepare()
    w.hold_postinst()
    w.publish()
    w.ask(seq=0)
    w.agent.start()
    w.wait_postinst()
    w.ask(seq=1, resource=OTHER)
    w.azure.wait_status("transitioning", seq=1)
    w.ask(seq=2, resource=THIRD)
    w.azure.wait_status("transitioning", seq=2)
    w.release()
    w.azure.wait_status("success", seq=2)
    w.assert_onboarded(resource=THIRD)
    assert w.installations() == 1 and "signal" not in w.sensor_log(), w.sensor_log()
    assert f"--value {RESOURCE}" not in str(w.cli_calls()) and OTHER not in str(w.cli_calls()), w.cli_calls()


@scenario()
def sequences_going_backwards(w):
    w.onboard(seq=3)
    w.ask(seq=1, resource=OTHER)
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded(resource=OTHER)
    w.ask(seq=3)
    w.azure.wait_status("success", seq=3)
    w.assert_onboarded()


@scenario()
def the_same_sequence_with_other_settings(w):
    w.onboard()
    w.ask(seq=0, resource=OTHER)
    w.azure.wait_report(lambda report: report and report.settings and report.settings.status == "success"
                        and report.settings.row("AzureResourceId").message == OTHER, "success for the other resource")
    w.assert_onboarded(resource=OTHER)


@scenario()
def the_same_sequence_with_other_settings_while_the_worker_runs(w):
    w.prepare()
    w.hold_postinst()
    w.publish()
    w.ask(seq=0)
    w.agent.start()
    w.wait_postinst()
    w.ask(seq=0, resource=OTHER)
    w.azure.wait_status("transitioning", seq=0)
    w.release()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded(resource=OTHER)
    assert not any(report.settings.status == "error" for report in w.azure.history() if report and report.settings)
    assert w.installations() == 1


# Right after the worker told its success, while it lets go and conclude follows.
AT_THE_END = """
for step in {steps}; do
    n=${{step%:*}}
    rm -f status/$n.status
    ConfigSequenceNumber=$n bin/mde-linux enable || exit 1
    i=0
    while [ $i -lt 2000 ] && ! grep -qs '"operation":"Enable","configurationAppliedTime"' status/$n.status; do
        i=$((i + 1))
    done
    sleep ${{step#*:}}
done
"""


@scenario()
def an_enable_as_the_worker_lets_go_is_never_lost(w):
    w.onboard()
    w.agent.stop()
    chance = random.Random(7)
    resources = [RESOURCE.replace("machine", f"number{number}") for number in range(3)]
    for seq, resource in enumerate(resources, 1):
        w.settings_file(seq, resource=resource)
    for _ in range(8):
        steps = [(chance.randint(1, 3), chance.choice((0, 0, 0.002, 0.005, 0.01, 0.02))) for _ in range(7)]
        w.machine.run(["sh", "-c", f"cd {w.base()}" + AT_THE_END.format(steps=" ".join(f"{n}:{pause}" for n, pause in steps))])
        last = steps[-1][0]
        status = w.wait_ended(last, timeout=20)
        assert status["status"] == "success", (steps, status)
        assert w.tags()["AzureResourceId"] == resources[last - 1], steps
        assert not w.machine.exists(f"{STATE}/next"), steps


@scenario()
def an_enable_while_another_one_looks_is_never_lost(w):
    w.onboard()
    w.agent.stop()
    w.settings_file(1, resource=OTHER)
    calls = len(w.cli_calls())
    w.knobs({"cli_hang": "health"})
    first = w.spawn_enable(0)
    w.machine.wait(lambda: len(w.cli_calls()) > calls, 10, "the first one to look at the sensor")
    assert w.enable(seq=1).returncode == 0
    assert first.poll() is None and w.status(seq=1)["status"] == "transitioning", w.status(seq=1)
    w.knobs({})
    assert first.wait(timeout=40) == 0
    status = w.wait_ended(1)
    assert status["status"] == "success", status
    w.assert_onboarded(resource=OTHER)
    assert w.status(seq=0)["status"] == "success", w.status(seq=0)
