"""A process of ours that dies of a fault of its own while it looks at the machine."""

from onboarding_world import RESOURCE, STATE, WORKER
from scenario import scenario

OTHER = RESOURCE.replace("machine", "other")
TOLD = "It was ended by a fault of its own, in operation Enable"


def running(w, words):
    return w.machine.run(["pgrep", "-f", words], check=False).stdout.split()


def crash(w):
    """The enable that the guest agent has started, in the middle of its look at the sensor."""
    w.machine.wait(lambda: running(w, "^mdatp health|/mdatp health"), 30, "the look at the sensor")
    pids = w.machine.run(["pgrep", "-x", "mde-linux(-.*)?"]).stdout.split()
    assert len(pids) == 1, pids
    w.machine.run(["kill", "-SEGV", *pids])


def assert_nothing_begun(w, before):
    w.machine.wait(lambda: not running(w, "mdatp health"), 10, "what it had started to end with it")
    assert not running(w, "bin/mde-linux"), running(w, "bin/mde-linux")
    assert not w.leftovers(), w.leftovers()
    assert w.unit(WORKER, "ActiveState", "NRestarts")["ActiveState"] == "inactive"
    assert not [path for path in w.machine.snapshot((f"{w.base()}/status",)) if path.endswith((".crash", ".tmp"))]
    assert w.machine.run(["flock", "-n", f"{STATE}/lock", "true"], check=False).returncode == 0
    w.assert_untouched(before)


@scenario()
def an_enable_that_dies_of_a_fault_while_it_looks_is_told_and_has_begun_nothing(w):
    w.onboard()
    w.assert_quiet()
    before, runs = w.snapshot(), w.runs()
    w.knobs({"cli_hang": "health"})
    # a new request: an error, at once, by the words that were made ready
    w.ask(seq=1, resource=OTHER)
    crash(w)
    report = w.azure.wait_status("error", seq=1)
    assert report.status == "NotReady" and "exit code: 139" in report.message, report
    assert "(worker-died)" in report.settings.message and TOLD in report.settings.message, report.settings
    assert_nothing_begun(w, before)
    assert w.runs() == runs
    w.knobs({})
    assert w.tags()["AzureResourceId"] == RESOURCE, w.tags()
    # the next one does what was asked
    w.enable_again()
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded(resource=OTHER)
    w.assert_sane()
    assert w.runs() == runs + 1
