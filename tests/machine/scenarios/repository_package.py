"""Azure Linux configures the sensor's repository by a package of its own. tdnf is not to be had: dnf stands in for it."""

import build as sensor
from onboarding_world import ONBOARDING
from openpgp import armor, binary
from scenario import scenario

PACKAGE, IDENT = "azurelinux-repos-ms-non-oss", "azurelinux-official-ms-non-oss"
KEY = "/etc/pki/rpm-gpg/MICROSOFT-RPM-GPG-KEY"
SOURCE = "/etc/yum.repos.d/azurelinux-ms-non-oss.repo"


def build_repository(w, channel, suffix=""):
    """The package that brings this channel's repository."""
    source = channel.source(gpgkey=f"file://{KEY}", skip_if_unavailable=True)
    files = {SOURCE.removesuffix(".repo") + f"{suffix}.repo": source.replace(f"[{channel.id}]", f"[{IDENT}{suffix}]"), KEY: armor(binary("vendor"))}
    return sensor.build_repository(w.folder / "debs", f"{PACKAGE}{suffix}", files)


def prepare(w, *packages):
    """The distribution's mirror has these repository packages."""
    w.prepare()
    w.mirror.publish([w.build_dependency(), *packages])
    w.vendor.put(w.vendor.list, "not to be asked for")
    w.publish()


@scenario(family="azurelinux3", direct=True)
def a_repository_that_comes_as_a_package(w):
    """Installed from the distribution's repositories by its key, then read by the id it brings; the list is not fetched."""
    prepare(w, build_repository(w, w.vendor))
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


@scenario(family="azurelinux3", sweep=True, direct=True)
def insiders_come_by_a_package_of_their_own(w):
    insiders = w.vendor.channel("insiders-slow")
    insiders.publish([w.build_sensor("101.25042.0003_external")])
    prepare(w, build_repository(w, w.vendor), build_repository(w, insiders, "-preview"))
    w.ask(channel="insiders-slow")
    w.agent.start()
    report = w.azure.wait_status("success")
    w.assert_onboarded()
    assert f"{PACKAGE}-preview" in report.settings.row("repository-package").message, report.settings
    assert "external" in w.manager.version() and not w.manager.version(PACKAGE), w.manager.version()
    assert not w.leftovers(), w.leftovers()


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
    row = w.wait_error("repository-unverified", seq=1).settings.row("repository-package")
    assert row.message.endswith("; it stays") and w.manager.version(PACKAGE), row
    assert w.package_state() == "" and not w.machine.exists(ONBOARDING)
