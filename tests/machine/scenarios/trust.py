"""What package managers of rpms would trust by themselves: keys of others' sources, settings for all sources."""

import build as sensor
import openpgp
from scenario import for_families, scenario
from spellings import RPM_KEYS

SENSOR = "101.24092.0002"
PACKAGE, PACKAGE_ID = "azurelinux-repos-ms-non-oss", "azurelinux-official-ms-non-oss"
DISTRIBUTIONS_KEY = "/etc/pki/rpm-gpg/MICROSOFT-RPM-GPG-KEY"


def distrust_the_distribution(w):
    """Its key is where its source says, and not yet in rpm's database: as on an image that has installed nothing."""
    w.machine.run(["rpm", "--erase", "--allmatches", *w.manager.keys()])
    w.first_keys = w.manager.keys()
    assert not w.first_keys, w.first_keys


@for_families("el9", sweep=("fedora",), direct=True)
def a_dependencys_key_goes_again_with_a_run_that_fails(w):
    """The manager takes it unasked. It stays with a run that succeeds: so does what it signed."""
    w.prepare()
    distrust_the_distribution(w)
    w.knobs({"preinst_fail": "yes"})
    w.publish()
    before = w.snapshot()
    before["rpm:libmnl-stand-in-1.0-1.noarch"] = ()   # the distribution's, and no trace
    w.ask()
    w.agent.start()
    w.wait_error("install-failed")
    w.assert_quiet()
    assert w.manager.keys() == [], w.manager.keys()
    w.assert_untouched(before)
    assert "is forgotten again" in w.log(), w.log()
    w.machine.run(["rpm", "--erase", "libmnl-stand-in"])
    w.knobs({})
    w.ask(seq=1)
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded()
    keys = w.manager.keys()
    assert len(keys) == 2, keys
    told = w.azure.wait_status("success", seq=1).settings.row("package-keys")
    assert told.status == "warning" and sum(f"rpm -e {key}" in told.message for key in keys) == 1, (told, keys)


@for_families("el9", sweep=("fedora",), direct=True)
def a_key_of_the_vendors_that_lies_in_a_file_is_made_known_to_rpm(w):
    """Another product brought it: our own look at the package finds it there, the manager does not know it yet."""
    other = {"vendor": "vendor-2025", "vendor-2025": "vendor"}[w.family.key]
    w.prepare()
    w.publish()
    w.vendor.package_signed_by(SENSOR, key=other)
    w.machine.write("/etc/pki/rpm-gpg/RPM-GPG-KEY-of-another-product", openpgp.armor(openpgp.binary(other)))
    w.ask()
    w.agent.start()
    told = w.azure.wait_status("success", seq=0).settings
    w.assert_onboarded()
    assert "the package is signed by another key of the vendor's" in told.row("repository-key").message, told
    assert w.manager.trusted() >= {"vendor", "vendor-2025"}, w.manager.trusted()


@for_families("fedora", direct=True)
def a_copy_of_the_vendors_key_that_rpm_refuses_harms_nobody(w):
    """As one from before the vendor signed it anew: here its own signature of itself is damaged. Rpm 4.18 takes even that."""
    w.prepare()
    key = bytearray(openpgp.binary(w.family.key))
    key[-10] ^= 1
    for path in (RPM_KEYS, "/etc/pki/rpm-gpg/RPM-GPG-KEY-microsoft-of-old", "/usr/share/keyrings/microsoft.asc"):
        w.machine.write(path, openpgp.armor(bytes(key)))
    refused = w.machine.run(["rpmkeys", "--dbpath", "/root/keys", "--import", RPM_KEYS], check=False)
    assert refused.returncode != 0, refused
    w.onboard()
    w.assert_onboarded()
    w.manager.refresh()


@for_families("el9", "sles15", direct=True)
def what_is_off_for_all_sources_is_off_for_one_that_says_nothing(w):
    """A site's entry is refused, with what was found; the vendor's own is set up anew, and read by whom it was."""
    w.prepare()
    settings = "/etc/zypp/zypp.conf" if w.family.manager == "zypper" else "/etc/dnf/dnf.conf"
    w.machine.write(settings, "[main]\ngpgcheck = off\n")
    silent = w.vendor.source().replace("\ngpgcheck=1", "")
    assert "\ngpgcheck" not in silent, silent
    w.machine.write(f"{w.manager.sources}/company.repo", silent)
    before = w.snapshot()
    w.publish()
    w.ask()
    w.agent.start()
    message = w.wait_error("repository-unverified").settings.message
    assert f"company.repo says no gpgcheck, and [main] of {settings} says gpgcheck=off" in message, message
    w.assert_quiet()
    w.assert_untouched(before)
    w.machine.path(f"{w.manager.sources}/company.repo").unlink()
    w.machine.write(f"{w.manager.sources}/microsoft-prod.repo", silent)
    w.machine.path(f"{w.manager.sources}/microsoft-prod.repo").chmod(0o600)
    w.ask(seq=1)
    report = w.azure.wait_status("success", seq=1)
    assert settings in report.settings.row("repository-key").message, report.settings
    assert "\ngpgcheck=1\n" in w.machine.read(f"{w.manager.sources}/microsoft-prod.repo")
    assert w.machine.path(f"{w.manager.sources}/microsoft-prod.repo").stat().st_mode & 0o777 == 0o600
    w.assert_onboarded()


@scenario(family="el9", direct=True)
def a_source_is_written_to_where_sources_are_read_from(w):
    w.prepare()
    w.machine.run(["mkdir", "-p", "/srv/repos"])
    w.machine.run(["sh", "-c", f"mv {w.manager.sources}/* /srv/repos/"])
    w.machine.write("/etc/dnf/dnf.conf", "[main]\ngpgcheck=1\nreposdir=/srv/repos\n")
    w.onboard()
    w.assert_onboarded()
    assert "gpgcheck=1" in w.machine.read("/srv/repos/microsoft-prod.repo")
    assert not w.machine.exists(f"{w.manager.sources}/microsoft-prod.repo")


@scenario(family="azurelinux3", direct=True)
def a_repository_of_the_distributions_has_its_own_keys_and_no_others(w):
    """Rpm trusts another key as well, as a site's machine does: the sensor is not to be signed by that one."""
    w.prepare()
    source = w.vendor.source(gpgkey=f"file://{DISTRIBUTIONS_KEY}").replace(f"[{w.vendor.id}]", f"[{PACKAGE_ID}]")
    files = {"/etc/yum.repos.d/azurelinux-ms-non-oss.repo": source, DISTRIBUTIONS_KEY: openpgp.armor(openpgp.binary("distribution"))}
    w.mirror.publish([w.build_dependency(), sensor.build_repository(w.folder / "debs", PACKAGE, files)])
    w.publish()
    w.machine.write("/root/other.asc", openpgp.armor(openpgp.binary("attacker")))
    w.machine.run(["rpm", "--import", "/root/other.asc"])
    w.vendor.package_signed_by(SENSOR)
    w.ask()
    w.agent.start()
    w.wait_error("package-signature")
    assert w.package_state() == "" and not w.leftovers(), w.leftovers()
    w.vendor.package_signed_by(SENSOR, key="distribution")
    w.ask(seq=1)
    w.azure.wait_status("success", seq=1)
    w.assert_onboarded()
