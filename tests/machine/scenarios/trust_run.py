"""The trust of a run holds for whatever it leaves: what was cut off, what it says, what it keeps."""

import onboarding
import openpgp
import repository
from onboarding_world import RESOURCE, STATE, WORKSPACE
from scenario import for_families, scenario

SENSOR = "101.24092.0002"
CACHE = "/var/cache/mde-linux"
FILE = "/srv/packages/mdatp.rpm"
COPY = f"{CACHE}/file/mdatp.rpm"


def kill_manager(w):
    w.machine.run(["pkill", "-KILL", "-f", "bin/dnf|^dnf5|zypper|rpm-tmp"])


def believe_attacker(w):
    """rpm itself would take what the attacker signs."""
    w.machine.write("/root/attacker.asc", openpgp.armor(repository.binary("attacker")))
    w.machine.run(["rpm", "--import", "/root/attacker.asc"])


def refresh(w):
    if w.family.manager == "zypper":
        w.machine.run(["zypper", "--non-interactive", "refresh", "--force"])
    else:
        w.machine.run([w.family.manager, "-y", "--refresh", "makecache"])


@for_families("sles15", sweep=("el9", "fedora"), direct=True)
def what_was_cut_off_is_finished_by_pinned_keys_alone(w):
    """The repository, and what was downloaded, changed hands meanwhile."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    w.publish()
    w.ask()
    w.agent.start()
    w.wait_postinst()
    kill_manager(w)
    w.azure.wait_status("error")
    w.knobs({})
    believe_attacker(w)
    w.vendor.package_signed_by(SENSOR, "attacker")
    w.machine.run(["rm", "-rf", CACHE])
    refresh(w)
    w.enable_again()
    message = w.wait_error("package-signature").settings.message
    assert "pinned key" in message and "rpm -e mdatp" in message, message
    assert w.machine.exists(f"{STATE}/undo/journal") and w.count_installed() == 0
    w.vendor.publish(list((w.folder / "debs").glob("mdatp-*.rpm")))
    refresh(w)
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.count_installed() == 1 and not w.leftovers(), w.leftovers()


@for_families("el9", sweep=("sles15", "fedora"), direct=True)
def a_copy_that_was_exchanged_does_not_finish_a_package_file(w):
    w.install_only()
    w.machine.write(FILE, w.build_sensor(SENSOR).read_bytes())
    w.machine.write("/srv/packages/key.asc", openpgp.armor(openpgp.binary(w.family.key)))
    w.knobs({"postinst_wait_file": "/run/go"})
    public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "packageFile": FILE}
    w.enable_with(1, public=public, protected=onboarding.protected_settings(w.package()))
    w.wait_postinst()
    kill_manager(w)
    assert w.wait_ended(1)["status"] == "error"
    w.knobs({})
    believe_attacker(w)
    sound = w.machine.path(COPY).read_bytes()
    w.machine.write(COPY, w.build_sensor(SENSOR, signer="attacker").read_bytes())
    w.machine.run(["rm", "-r", "/srv/packages"])
    w.enable(seq=1)
    w.machine.wait(lambda: "(package-signature)" in w.status(seq=1)["formattedMessage"]["message"], 30, "the refusal")
    assert w.machine.exists(f"{STATE}/undo/journal") and w.count_installed() == 0
    w.assert_quiet()
    w.machine.write(COPY, sound)
    w.enable(seq=1)
    w.machine.wait(lambda: w.status(seq=1)["status"] == "success", 30, "success")
    w.assert_onboarded()
    assert w.count_installed() == 1 and not w.leftovers(), w.leftovers()


@scenario(direct=True)
def a_login_in_an_address_is_never_said(w):
    """In settings, in the site's configuration, in a source that the admin wrote: nobody repeats it (no_secrets looks)."""
    login = w.keep_login("https://bob:s3cr3t-7Q4kx@mirror.company.test/microsoft")
    conf = "/etc/mde-linux/mde-linux.conf"
    w.prepare()
    w.publish()
    w.agent.start()

    def told(seq, reason, **settings):
        w.ask(seq=seq, **settings)
        return w.wait_error(reason, seq=seq).settings.message

    assert "mirrorUrl" in told(0, "settings-invalid", mirrorUrl=login)
    assert "***@mirror.company.test" in told(1, "settings-invalid", packageFile=login)
    sound = w.machine.read(conf)
    w.machine.write(conf, f"{sound}[endpoints]\npackages = {login}\n")
    assert "packages" in told(2, "configuration-untrusted")
    w.machine.write(conf, sound)
    w.copy_to_company_mirror()
    w.machine.write("/etc/apt/keyrings/company.gpg", openpgp.binary("vendor"))
    list_file, place = "/etc/apt/sources.list.d/company.list", w.vendor.uri.replace("https://packages.microsoft.com", login)
    w.machine.write(list_file, f"deb [signed-by=/etc/apt/keyrings/company.gpg] {place}/missing bookworm main\n")
    told(3, "repository-none", useExistingRepo=True)
    w.machine.write(list_file, f"deb [signed-by=/etc/apt/keyrings/company.gpg trusted=yes] {place} bookworm main\n")
    told(4, "repository-unverified", useExistingRepo=True)
    w.machine.run(["rm", list_file])
    w.ask(seq=5)
    w.azure.wait_status("success", seq=5)
    w.assert_onboarded()
    assert not w.leftovers(), w.leftovers()
