"""Which machine of Azure this is: a resource that nobody named, one that is named wrongly, a disk that was copied."""

import json
import time

from onboarding_world import RESOURCE, STATE
from scenario import scenario

RECORD = f"{STATE}/azure.json"
OTHER = RESOURCE.replace("/machine", "/template")


def row(status, name):
    found = [each for each in status["substatus"] if each["name"] == name]
    return (found[0]["status"], found[0]["formattedMessage"]["message"]) if found else (None, "")


def become(w, **compute):
    """What the metadata service tells from now on."""
    w.azure.imds["compute"].update(compute)
    w.azure.tag()


@scenario()
def the_machine_s_own_metadata_says_which_resource_it_is(w):
    w.install_unpacked()
    # not set: taken from the metadata
    status, _ = w.enable_fresh(1, resource=None)
    assert status["status"] == "success", status
    mine = w.azure.imds["compute"]["resourceId"]
    assert w.tags()["AzureResourceId"] == mine, w.tags()
    assert row(status, "azure-resource")[0] == "success" and mine in row(status, "azure-resource")[1], status
    assert json.loads(w.machine.read(RECORD))["vmId"] == w.azure.imds["compute"]["vmId"]
    # the next enable asks nobody and has nothing to do; what was told stays told
    asked = len(metadata(w))
    before = w.files()
    assert w.enable(seq=1).returncode == 0 and w.files() == before
    assert len(metadata(w)) == asked and row(w.status(seq=1), "azure-resource")[0] == "success"
    # another one is named: as asked, and told
    w.settings_file(2, resource=OTHER)
    w.enable(seq=2)
    status = w.wait_ended(2)
    level, words = row(status, "azure-resource")
    assert level == "warning" and OTHER in words and mine in words and w.tags()["AzureResourceId"] == OTHER, status
    # one that does not answer says nothing against anything, and costs no more than its time
    w.azure.state.joinpath("goal-state.json").write_text("{}")
    w.settings_file(3, resource=RESOURCE)
    started = time.monotonic()
    w.enable(seq=3)
    status = w.wait_ended(3)
    assert status["status"] == "success" and row(status, "azure-resource")[0] is None, status
    assert time.monotonic() - started < 8


@scenario()
def a_disk_that_was_copied_is_told_and_never_refused(w):
    w.install_unpacked()
    w.enable_fresh(1)
    remembered = w.machine.read(RECORD)
    become(w, vmId="cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee")
    recheck(w)
    level, words = row(w.status(seq=1), "cloned")
    assert level == "warning" and "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee" in words and "wdavstate" in words, w.status(seq=1)
    assert w.status(seq=1)["status"] == "success" and w.machine.read(RECORD) == remembered
    # it stays told, and goes when the sensor's state is another's or a person says so
    w.settings_file(2)
    assert w.enable(seq=2).returncode == 0
    w.machine.path(RECORD).unlink()
    recheck(w)
    assert row(w.status(seq=2), "cloned")[0] is None and "cccccccc" in w.machine.read(RECORD)


def recheck(w):
    w.machine.run(["systemctl", "start", "mde-linux-recheck.service"])


def metadata(w):
    return [line for line in (w.azure.state / "requests.log").read_text().splitlines() if "/metadata/instance" in line]
