"""Distributions that are not in the table, and what they are derived from."""

from scenario import scenario

DERIVED = 'NAME="LMDE"\nID=linuxmint\nVERSION_ID="6"\nPRETTY_NAME="LMDE 6 (faye)"\nID_LIKE=debian\nDEBIAN_CODENAME=bookworm\n'
ROLLING = 'NAME="Kali GNU/Linux"\nID=kali\nVERSION_ID="2026.3"\nPRETTY_NAME="Kali GNU/Linux Rolling"\nID_LIKE=debian\n'


def become(w, release, debian_version):
    for path, text in (("/etc/os-release", release), ("/etc/debian_version", debian_version)):
        w.machine.path(path).unlink()
        w.machine.write(path, text + "\n")


@scenario(direct=True)
def a_derivative_is_taken_only_when_that_is_allowed(w):
    w.prepare()
    own = w.machine.read("/etc/debian_version").strip()
    become(w, ROLLING, "kali-rolling")
    before, asked = w.snapshot(), len(w.requests())
    w.publish()
    w.ask(seq=0, allowUnsupportedDistro=True)
    w.agent.start()
    report = w.wait_error("distribution-unsupported", seq=0)
    assert "/etc/debian_version kali-rolling): allowUnsupportedDistro cannot help here" in report.settings.message, report.settings
    become(w, DERIVED, own)
    w.ask(seq=1)
    report = w.wait_error("distribution-unsupported", seq=1)
    assert report.settings.code == 51, report.settings
    assert f"Found: LMDE 6 (faye) (ID=linuxmint, VERSION_ID=6). It is derived from Debian 12 (/etc/debian_version {own})" \
        in report.settings.message, report.settings
    w.assert_untouched(before)
    assert len(w.requests()) == asked, w.requests()
    w.ask(seq=2, allowUnsupportedDistro="true")
    report = w.azure.wait_status("success", seq=2)
    row = report.settings.row("distribution")
    assert row.status == "warning" and "treated as that: allowUnsupportedDistro is set" in row.message, row
    w.assert_onboarded()
