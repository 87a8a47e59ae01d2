"""What rpm's family registered before its scripts had run is finished, wherever the package came from."""

import onboarding
import openpgp
import repository
import server
from onboarding_world import RESOURCE, STATE, WORKSPACE
from scenario import for_families

SENSOR = "101.24092.0002"
FILE = "/srv/packages/mdatp.rpm"
HOSTS = f"127.0.0.1 localhost machine {' '.join(set(server.HOSTS) - {repository.VENDOR_HOST})}\n"


def kill_manager(w):
    w.machine.run(["pkill", "-KILL", "-f", "bin/dnf|^dnf5|zypper|rpm-tmp"])


@for_families("el9", sweep=("fedora", "sles15", "el8", "el10", "sles16"), direct=True)
def a_failing_post_script_is_told_and_run_again(w):
    """dnf 4 ends well then."""
    w.prepare(knobs={"postinst_fail": "once"})
    w.publish()
    w.ask()
    w.agent.start()
    message = w.wait_error("install-failed").settings.message
    assert "%post(mdatp" in message, message
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert w.count_installed() == 1
    assert not w.machine.exists(f"{STATE}/undo") and not w.machine.exists("/var/cache/mde-linux")


# not sles16: its zypper does not recognise the words of its rpm 6 for a good signature (families.py)
@for_families("el9", "sles15", sweep=("fedora", "el8", "el10", "sles157"), direct=True)
def a_file_that_was_cut_off_is_finished_without_a_source(w):
    w.install_only()
    w.machine.write("/etc/hosts", HOSTS)
    w.machine.write(FILE, w.build_sensor(SENSOR).read_bytes())
    w.machine.write("/srv/packages/key.asc", openpgp.armor(openpgp.binary(w.family.key)))
    w.knobs({"postinst_wait_file": "/run/go"})
    public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "packageFile": FILE}
    w.enable_with(1, public=public, protected=onboarding.protected_settings(w.package()))
    w.wait_postinst()
    kill_manager(w)
    assert w.wait_ended(1)["status"] == "error"
    w.knobs({})
    w.machine.run(["rm", FILE])
    w.enable(seq=1)
    w.machine.wait(lambda: w.status(seq=1)["status"] == "success", 30, "success")
    assert w.count_installed() == 1 and not w.leftovers(), w.leftovers()
    w.assert_onboarded()
