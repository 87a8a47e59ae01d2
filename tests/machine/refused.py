"""What the tests of repositories share: a request that is refused, and a machine that is as before."""

import openpgp
from onboarding_world import ONBOARDING, STATE

INFORMED = "Failed to configure Microsoft Defender for Endpoint: this run did not finish; its mde_installer code is"
CODES = {"package-not-found": 52, "dependency-missing": 52}
KEYRINGS = ("/etc/apt", "/usr/share/keyrings", "/etc/pki", STATE)


def vendors_packages(w):
    """All of the sensor's that were built."""
    return sorted((w.folder / "debs").glob("mdatp[_-]*"))


def publish_again(w):
    """The vendor's repository sound again, with the packages that it had."""
    w.vendor.publish(vendors_packages(w))


def prepared(w):
    w.prepare()
    w.publish()
    w.before = w.snapshot()
    return w


def assert_no_foreign_key(w):
    strange = [body for tag, body in openpgp.packets(openpgp.binary("attacker")) if tag == openpgp.PUBLIC_KEY]
    for path in w.machine.snapshot(KEYRINGS):
        file = w.machine.path(path)
        if file.is_file() and not file.is_symlink():
            data = file.read_bytes()
            assert not any(key in data for key in strange), path


def assert_refused(w, seq, reason, *words, code=None):
    """The request ended in a terminal error that says what, why and what to do; the machine is as before."""
    report = w.azure.wait_status("error", seq=seq, timeout=90)
    assert report.status == "Ready" and report.settings.code == (code or CODES.get(reason, 55)), report
    message = report.settings.message
    assert message.startswith(INFORMED) and f"({reason})" in message, message
    for each in words:
        assert each in message, (each, message)
    assert report.settings.row("ErrorClarification").message.startswith(f"{reason}: "), report.settings
    w.assert_quiet()
    w.assert_untouched(w.before)
    assert_no_foreign_key(w)
    assert w.package_state() == "" and not w.machine.exists(ONBOARDING)
    for path in ("/var/cache/mde-linux", f"{STATE}/undo"):
        assert not w.machine.exists(path), path
    return message


def refuse_each(w, *cases, serve_again=None):
    """(stage a fault, reason, words ...), one sequence number after the other on one machine."""
    prepared(w)
    for seq, (stage, reason, *words) in enumerate(cases):
        publish_again(w)
        stage()
        w.ask(seq=seq)
        w.agent.start()
        assert_refused(w, seq, reason, *words)
    publish_again(w)
    if serve_again:
        serve_again()
    w.ask(seq=len(cases))
    w.azure.wait_status("success", seq=len(cases))
    w.assert_onboarded()
