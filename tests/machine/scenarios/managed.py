"""Settings of the sensor: passive mode, proxy, group ids, managedConfig; the file they are in is the customer's."""

import json

from onboarding_world import LOG, STATE
from scenario import scenario

FOLDER = "/etc/opt/microsoft/mdatp/managed"
FILE = f"{FOLDER}/mdatp_managed.json"
MODES = "/var/log/mdatp-stand-in-modes.log"
PROXY = "http://proxy.example.com:3128"

# As people have it: tabs and blanks, foreign keys, numbers in their own spelling, members that stand twice.
CUSTOMERS = """{
\t"info": "first", "info": "second",
\t"antivirusEngine": {
\t\t"enforcementLevel": "real_time",   "scanResultsRetentionDays" : 90,
\t\t"exclusions": [ {"$type": "excludedPath", "isDirectory": true, "path": "/data"} ],
\t\t"scanArchives": true
\t},
\t"cloudService": {"cloudBlockLevel": "high", "x-ratio": 1.50e0},
\t"cloudService": {"cloudBlockLevel": "normal"}
}
"""


def modes(w):
    return [line.split()[1] for line in w.machine.read(MODES).splitlines()]


def changes(w):
    """The events of changes, in order: "passive mode: off -> on"."""
    events = [json.loads(path.read_text()) for path in w.machine.path(f"{LOG}/events").glob("*.json")]
    events = [(event["Timestamp"], event["Message"]) for event in events]
    return [message for _, message in sorted(events) if " -> " in message and not message.startswith("device tag")]


def forget_changes(w):
    w.machine.run(["sh", "-c", f"rm -f {LOG}/events/*"])


def ask_and_wait(w, seq, **settings):
    """New settings; the success."""
    w.settings_file(seq, **settings)
    w.enable(seq=seq)
    status = w.wait_ended(seq)
    assert status["status"] == "success", status
    return {row["name"]: (row["status"], row["formattedMessage"]["message"]) for row in status["substatus"]}


@scenario(direct=True)
def a_new_sensor_is_as_asked_from_its_first_second(w):
    w.prepare(knobs={"passive_default": "disabled"})
    w.machine.write("/etc/hosts", w.machine.read("/etc/hosts") + "127.0.0.1 proxy.example.com\n")
    w.start_proxy(3128)  # packages come through it as well
    report = w.onboard(passiveMode=True, proxy=PROXY, groupIds=["web", "prod"],
                       managedConfig={"antivirusEngine": {"enforcementLevel": "real_time", "scanArchives": False}})
    assert modes(w) == ["passive"], modes(w)
    health = w.health()
    assert health["passiveModeEnabled"] == {"displayValue": True, "isManaged": True, "value": True}, health
    assert (health["proxy"]["value"], health["edrGroupIds"]["value"]) == (PROXY, "web,prod"), health
    for name, words in (("passive-mode", "on"), ("proxy", PROXY), ("group-ids", "web,prod")):
        row = report.settings.row(name)
        assert row.status == "success" and row.message == f"{words}, as the sensor reports.", row
    assert json.loads(w.machine.read(FILE)) == {
        "antivirusEngine": {"enforcementLevel": "passive", "scanArchives": False},
        "cloudService": {"proxy": PROXY}, "edr": {"groupIds": "web,prod"}}
    written = w.machine.path(FILE).stat()
    assert (written.st_mode & 0o7777, written.st_uid) == (0o644, 0), written
    assert changes(w) == ["passive mode: not set -> on", f"proxy of the sensor: none -> {PROXY}",
                          "group ids: none -> web,prod",
                          "managed configuration antivirusEngine.scanArchives: none -> as asked"], changes(w)
    # and it stays so without anybody working for it
    runs = w.runs()
    w.enable()
    assert w.status()["status"] == "success" and w.runs() == runs
    assert not w.leftovers(), w.leftovers()
    # the file is the customer's: it stays when we go
    w.verb("uninstall")
    assert w.machine.exists(FILE)


@scenario(direct=True)
def a_new_sensor_that_shall_block_does_so_from_its_first_second(w):
    """Builds differ in what a sensor without a configuration does."""
    w.onboard(passiveMode="false")
    assert modes(w) == ["real_time"], modes(w)
    w.agent.stop()
    # asked by the command line already: the file is not needed
    w.machine.path(FILE).unlink()
    w.machine.wait(lambda: not w.health()["passiveModeEnabled"]["isManaged"], 10, "the sensor to forget the file")
    w.machine.run(["mdatp", "config", "passive-mode", "--value", "enabled"])
    rows = ask_and_wait(w, 1, passiveMode=True)
    assert rows["passive-mode"] == ("success", "on, as the sensor reports.") and not w.machine.exists(FILE), rows


@scenario(direct=True)
def the_customers_file_is_edited_and_nothing_else_in_it(w):
    w.prepare()
    w.machine.write(FILE, CUSTOMERS, 0o640)
    w.onboard()
    assert w.machine.read(FILE) == CUSTOMERS
    w.agent.stop()
    forget_changes(w)
    inode = w.machine.path(FILE).stat().st_ino

    # on: one value changes, no other byte; mode and owner stay
    rows = ask_and_wait(w, 1, passiveMode=True)
    passive = CUSTOMERS.replace('"real_time"', '"passive"')
    assert w.machine.read(FILE) == passive
    assert w.machine.path(FILE).stat().st_mode & 0o7777 == 0o640
    assert rows["passive-mode"] == ("success", "on, as the sensor reports."), rows
    assert modes(w) == ["real_time", "passive"], modes(w)
    kept = w.machine.run(["sh", "-c", f"cat {STATE}/managed/*"]).stdout
    assert kept == CUSTOMERS, kept

    # objects that are missing and the last of the two
    rows = ask_and_wait(w, 2, passiveMode=True, proxy=PROXY, groupIds=["web"])
    end = f'"cloudBlockLevel": "normal", "proxy": "{PROXY}"}},\n\t"edr": {{\n\t\t"groupIds": "web"\n\t}}'
    assert w.machine.read(FILE) == passive.replace('"cloudBlockLevel": "normal"}', end)
    level, words = rows["managed-config-twice"]
    assert level == "warning" and "more than once: cloudService." in words, rows
    assert w.health()["proxy"]["value"] == PROXY

    # a tool of the customer's puts its own version back: mended at the next enable, told once
    w.machine.write(FILE, CUSTOMERS)
    w.machine.wait(lambda: not w.health()["passiveModeEnabled"]["value"], 10, "the sensor to take it in")
    w.enable(seq=2)
    w.machine.wait(lambda: "passive" in w.machine.read(FILE), 30, "the drift to be mended")
    assert w.wait_ended(2)["status"] == "success"
    before = changes(w)
    runs = w.runs()
    w.enable(seq=2)
    assert (w.runs(), changes(w)) == (runs, before)

    # off again
    rows = ask_and_wait(w, 3, passiveMode=False)
    assert rows["passive-mode"] == ("success", "off, as the sensor reports."), rows
    assert '"enforcementLevel": "real_time"' in w.machine.read(FILE)
    assert before + ["passive mode: on -> off"] == changes(w), changes(w)
    assert before == ["passive mode: off -> on", f"proxy of the sensor: none -> {PROXY}", "group ids: none -> web"] + [
        "passive mode: off -> on", f"proxy of the sensor: none -> {PROXY}", "group ids: none -> web"], before
    assert inode != w.machine.path(FILE).stat().st_ino
    assert not w.leftovers(), w.leftovers()


@scenario(direct=True)
def a_file_that_cannot_be_edited_is_refused_with_its_line(w):
    w.prepare()
    w.publish()
    broken = '{\n  "antivirusEngine": {\n    // ours\n    "scanArchives": true\n  }\n}\n'
    w.machine.write(FILE, broken, 0o600)
    before = w.snapshot()
    w.ask(passiveMode=True)
    w.agent.start()
    message = w.wait_error("managed-config").settings.message
    assert f"{FILE} cannot be edited" in message and "line 3 (JSON has no comments)" in message, message
    assert message.split(" ")[16] == "41", message
    w.assert_untouched(before)
    w.assert_quiet()
    w.agent.stop()
    # the same beside a sensor: refused at the first look, nothing of it changed
    w.machine.path(FILE).unlink()
    w.settings_file(1)
    w.enable(seq=1)
    assert w.wait_ended(1)["status"] == "success"
    runs = w.runs()
    for text, words in ((broken, "line 3"), ("[]\n", "top level is of type array"),
                        ('{"edr": []}', "edr is there already, and is no object")):
        w.machine.write(FILE, text)
        w.settings_file(2, passiveMode=True, groupIds=["web"])
        done = w.enable(seq=2)
        assert done.returncode == 53 and "(managed-config)" in done.stderr and words in done.stderr, done
        assert w.machine.read(FILE) == text and w.runs() == runs
    # a file that is there and empty is no obstacle
    w.machine.write(FILE, "")
    ask_and_wait(w, 2, passiveMode=True, groupIds=["web"])
    assert w.health()["passiveModeEnabled"]["value"] is True
    # a link is somebody's way of doing things
    w.machine.run(["sh", "-c", f"mv {FILE} /etc/mine.json; ln -s /etc/mine.json {FILE}"])
    w.settings_file(3, passiveMode=False)
    w.enable(seq=3)
    status = w.wait_ended(3)
    assert status["status"] == "error" and "is a link or no file" in status["formattedMessage"]["message"], status
    w.machine.run(["test", "-L", FILE])
    assert not w.leftovers(), w.leftovers()


@scenario(direct=True)
def what_was_written_for_a_sensor_that_cannot_be_installed_is_undone(w):
    w.prepare()
    w.machine.run(["rm", "-rf", "/etc/opt"])
    before = w.snapshot()
    w.publish()
    w.hold_download()
    w.ask(passiveMode=True)
    w.agent.start()
    w.wait_download()
    assert '"enforcementLevel": "passive"' in w.machine.read(FILE)
    w.machine.write("/etc/opt/other/agent.conf", "somebody else's, made meanwhile\n")
    w.kill_worker()
    w.azure.wait_status("error", seq=0)
    assert w.machine.exists("/etc/opt/other/agent.conf")
    w.machine.run(["rm", "-r", "/etc/opt"])
    w.assert_untouched(before)
    assert not w.machine.exists("/etc/opt/microsoft") and not w.machine.exists(f"{STATE}/managed")
    assert changes(w) == [], changes(w)
    w.faults({"packages.microsoft.com/debian/12/prod/pool/": {"status": 404}})
    # the same with a file of the customer's: to the byte
    w.machine.write(FILE, CUSTOMERS, 0o640)
    w.machine.run(["chown", "daemon:daemon", FILE])
    before, status = w.snapshot(), w.machine.path(FILE).stat()
    w.ask(seq=1, passiveMode=True)
    w.azure.wait_status("error", seq=1, timeout=90)
    w.assert_untouched(before)
    after = w.machine.path(FILE).stat()
    assert w.machine.read(FILE) == CUSTOMERS
    assert (after.st_mode, after.st_uid, after.st_gid, after.st_mtime_ns) == (
        status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns)
    assert not w.machine.exists(f"{STATE}/managed") and not w.leftovers()
    # and when it can be, it is passive at once, in the customer's file with its owner
    w.faults({})
    w.ask(seq=2, passiveMode=True)
    w.azure.wait_status("success", seq=2, timeout=90)
    assert modes(w) == ["passive"] and w.machine.read(FILE) == CUSTOMERS.replace('"real_time"', '"passive"')
    assert w.machine.path(FILE).stat().st_uid == status.st_uid


@scenario(direct=True)
def a_policy_of_the_portal_is_told_and_not_fought(w):
    w.onboard(prepare={"knobs": {"passive_default": "disabled", "portal_passive": "disabled"}})
    w.agent.stop()
    forget_changes(w)
    rows = ask_and_wait(w, 1, passiveMode=True)
    assert rows["passive-mode"][0] == "warning", rows
    assert "but the sensor reports: off (managed by: MDE)" in rows["passive-mode"][1], rows
    runs, inode = w.runs(), w.machine.path(FILE).stat().st_ino
    for _ in range(2):
        w.enable(seq=1)
        assert w.status(seq=1)["status"] == "success"
    assert (w.runs(), w.machine.path(FILE).stat().st_ino) == (runs, inode)
    assert changes(w) == ["passive mode: off -> on"], changes(w)
    assert modes(w) == ["real_time"], modes(w)


@scenario(direct=True)
def an_edit_that_was_cut_off_is_never_taken_for_done(w):
    """The power went after the file was written and before that was final: it looks done, and is about to be undone."""
    w.onboard(passiveMode=True)
    w.agent.stop()
    record = {"kind": "file", "path": FILE}  # as it was before: absent
    w.machine.run(["mkdir", "-p", "-m", "700", f"{STATE}/undo"])
    w.machine.write(f"{STATE}/undo/journal", json.dumps(record) + "\n", 0o600)
    done = w.enable()
    assert done.returncode == 0, done
    status = w.machine.wait(lambda: not w.machine.exists(f"{STATE}/undo") and w.wait_ended(0), 60, "the run to be put right")
    assert status["status"] == "success", status
    assert json.loads(w.machine.read(FILE))["antivirusEngine"]["enforcementLevel"] == "passive"
    assert w.health()["passiveModeEnabled"]["value"] is True
