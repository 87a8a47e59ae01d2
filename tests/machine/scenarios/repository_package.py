"""Azure Linux configures the sensor's repository by a package of its own. tdnf is not to be had: dnf stands in for it."""

import build as sensor
from onboarding_world import ONBOARDING
from openpgp import armor, binary
from scenario import scenario

PACKAGE, IDENT = "azurelinux-repos-ms-non-oss", "azurelinux-official-ms-non-oss"
KEY = "/etc/pki/rpm-gpg/MICROSOFT-RPM-GPG-KEY"
SOURCE = "/etc/yum.repos.d/azurelinux-ms-non-oss.repo"


def prepare(w, *names, **changed):
    """The distribution's mirror has these repository packages."""
    w.prepare()
    source = w.vendor.source(gpgkey=f"file://{KEY}", skip_if_unavailable=True, **changed)
    files = {SOURCE: source.replace(f"[{w.vendor.id}]", f"[{IDENT}]"), KEY: armor(binary("vendor"))}
    w.mirror.publish([w.build_dependency(), *(sensor.build_repository(w.folder / "debs", name, files) for name in names)])
    w.vendor.put(w.vendor.list, "not to be asked for")
    w.publish()


@scenario(family="azurelinux3", direct=True)
def a_repository_that_comes_as_a_package(w):
    """Installed from the distribution's repositories by its key, then read by the id it brings; the list is not fetched."""
    prepare(w, PACKAGE)
    w.ask()
    w.agent.start()
    report = w.azure.wait_status("success")
    w.assert_onboarded()
    assert PACKAGE in report.settings.row("repository-package").message, report.settings
    assert w.manager.version(PACKAGE)
    assert not any("/config/" in line for line in w.requests()), w.requests()
    assert not [path for path in w.machine.snapshot(("/etc/yum.repos.d",)) if "microsoft-prod" in path]
    assert not w.leftovers(), w.leftovers()
    before = w.package_manager_runs()
    w.ask(seq=1)
    w.azure.wait_status("success", seq=1)
    assert w.package_manager_runs() == before


@scenario(family="azurelinux3", direct=True)
def a_repository_package_that_is_missing_or_does_without_signatures_is_told(w):
    prepare(w)
    before = w.snapshot()
    w.ask()
    w.agent.start()
    message = w.azure.wait_status("error", timeout=90).settings.message
    assert PACKAGE in message, message
    w.assert_quiet()
    w.assert_untouched(before)
    assert not w.leftovers() and not w.machine.exists(ONBOARDING)
    w.mirror.publish([])
    prepare_again = {SOURCE: w.vendor.source(gpgcheck=0).replace(f"[{w.vendor.id}]", f"[{IDENT}]")}
    w.mirror.publish([w.build_dependency(), sensor.build_repository(w.folder / "debs", PACKAGE, prepare_again)])
    w.ask(seq=1)
    w.wait_error("repository-unverified", seq=1)
    assert w.package_state() == "" and not w.machine.exists(ONBOARDING)
