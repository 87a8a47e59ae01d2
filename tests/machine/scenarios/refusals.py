"""Machines that are refused: nothing changes, the words are exact, and it costs nothing the next time."""

from scenario import scenario


@scenario()
def an_unsupported_distribution_is_refused_once_and_for_all(w):
    w.prepare()
    before = w.snapshot()
    release = w.machine.read("/etc/os-release")
    w.machine.path("/etc/os-release").unlink()
    w.machine.write("/etc/os-release", release.replace('VERSION_ID="12"', 'VERSION_ID="25.10"').replace("ID=debian", "ID=ubuntu"))
    w.publish()
    w.ask()
    w.agent.start()
    report = w.azure.wait_status("error", seq=0)
    assert report.settings.code == 51, report.settings
    assert "distribution-unsupported" in report.settings.message and "25.10" in report.settings.message, report.settings
    assert report.settings.row("ErrorClarification").code == 51
    assert report.settings.message.split(" ")[16] == "10", report.settings.message
    w.assert_untouched(before)
    assert w.requests() == [line for line in w.requests() if "packages.microsoft.com" not in line], w.requests()
    w.assert_quiet()
    runs = w.runs()
    done = w.enable()
    assert done.returncode == 51 and done.stderr.startswith("Failed to configure Microsoft Defender for Endpoint"), done
    assert w.runs() == runs
    # another boot may have brought another distribution release
    w.machine.path("/etc/os-release").unlink()
    w.machine.write("/etc/os-release", release)
    w.machine.reboot()
    w.azure.forget_uploads()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()


@scenario(direct=True)
def a_program_that_may_not_run_where_it_is_put_is_told(w):
    """Such a unit starts as far as systemd is asked, and neither the worker nor conclude can say a word."""
    w.onboard()
    w.machine.run(["mount", "--bind", "/usr/local", "/usr/local"])
    w.machine.run(["mount", "-o", "remount,bind,noexec", "/usr/local"])
    for _ in range(2):
        done = w.enable_with(1, public={"tags": {"GROUP": "Web servers"}})
        assert done.returncode == 1 and "(worker-start)" in done.stderr, done
        assert w.status(seq=1)["status"] == "error", w.status(seq=1)
    w.machine.run(["umount", "/usr/local"])


@scenario(direct=True)
def a_machine_without_certificates_is_told_what_to_install(w):
    w.prepare()
    before = w.snapshot()
    bundle = w.machine.read("/etc/ssl/certs/ca-certificates.crt")
    w.machine.path("/etc/ssl/certs/ca-certificates.crt").unlink()
    w.publish()
    w.ask()
    w.agent.start()
    message = w.azure.wait_status("error", seq=0).settings.message
    assert "tls-missing" in message and "ca-certificates" in message, message
    w.assert_untouched(before)
    w.assert_quiet()
    w.machine.write("/etc/ssl/certs/ca-certificates.crt", bundle)
    w.enable()
    w.azure.wait_status("success", seq=0)
    w.assert_onboarded()
