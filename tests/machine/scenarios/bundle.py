"""What a person hands on: a bundle for support without a secret in it, an image whose copies are other devices, a hold that ends."""

import json
import tarfile
import time

import hand
import holding
import schema
from onboarding_world import ONBOARDING, PROGRAM, STATE
from scenario import scenario
from terminal import Terminal
from unpacked import LOG

HOLD = "/etc/mde-linux/hold"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
SENSOR = "/etc/opt/microsoft/mdatp"
MACHINE_LOG = "[2026-11-22 12:00:00.123Z][Information] [4711] "


def call(w, *argv, code=0, before=()):
    done = w.machine.run([*before, PROGRAM, *argv], check=False)
    assert done.returncode == code, done
    return done


def row(status, name):
    return next((each for each in status["substatus"] if each["name"] == name), None)


# --- collect


class Seeds:
    """Secrets of all kinds, each of its own text."""

    def __init__(self, w):
        self.w, self.texts = w, set()

    def new(self):
        self.texts.add(f"seed{len(self.texts):02d}Kq7Zx9Lm2Vb4")
        return sorted(self.texts)[-1]

    def write(self, path, template, mode=0o644):
        """More of a file: @ is a secret."""
        before = self.w.machine.read(path) if self.w.machine.exists(path) else ""
        self.w.machine.write(path, before + template.replace("@", self.new()).replace("\N{FULLWIDTH COMMERCIAL AT}", "@"), mode)

    def edit(self, path, change):
        """A document with more members."""
        document = json.loads(self.w.machine.read(path))
        change(document, self.new)
        self.w.machine.write(path, json.dumps(document), 0o600)

    def found_in(self, data):
        return [text for text in self.texts | {each.decode() for each in self.w.needles} if text.encode() in data]


def seed_all(w, seq):
    """Into whatever of a machine is looked at, and much that is not."""
    seeds, login = Seeds(w), "http://user:@\N{FULLWIDTH COMMERCIAL AT}proxy.test:3128"
    seeds.write("/etc/environment", f"https_proxy={login}\nno_proxy=localhost\n")
    seeds.write("/etc/environment", "SECRET_TOKEN=@\n")
    seeds.write("/etc/apt/apt.conf.d/99proxy", f'Acquire::https::Proxy "{login}";\n')
    seeds.write("/etc/apt/sources.list.d/foreign.list", "deb https://user:@\N{FULLWIDTH COMMERCIAL AT}foreign.test/ stable main\n")
    seeds.write("/etc/yum.repos.d/foreign.repo", "[foreign]\nname=@\nusername=me\npassword=@\n")
    seeds.write("/etc/systemd/system/mdatp.service.d/override.conf", f"[Service]\nEnvironment=https_proxy={login}\n")
    seeds.write("/etc/systemd/system.conf.d/proxy.conf", f"[Manager]\nDefaultEnvironment=https_proxy={login} TOKEN=@\n")
    seeds.write("/var/opt/azcmagent/tokens/1.key", "@", 0o600)
    seeds.write("/var/lib/waagent/other.prv", "-----BEGIN PRIVATE KEY-----\n@\n-----END PRIVATE KEY-----\n", 0o600)
    seeds.write(f"{w.base()}/config/99.settings", '{"sas": "https://store.test/package?sig=@"}', 0o600)
    seeds.write(f"{LOG}/MdeExtensionHandlerLog.log", "[2021-01-01 00:00:00Z][Information] token @\npassword=@\n")
    seeds.write(f"{LOG}/MdeExtensionHandlerLog.log", f"{MACHINE_LOG}fetched through {login}\n")
    seeds.write(f"{LOG}/MdeExtensionHandlerLog.log", f"{MACHINE_LOG}403 of https://mirror.test/repodata/repomd.xml?sig=@\n")
    seeds.write(f"{LOG}/MdeExtensionHandlerLog.log", f"{MACHINE_LOG}no way to bob:@\N{FULLWIDTH COMMERCIAL AT}proxy.test:8080\n")
    seeds.write(f"{LOG}/MdeInstallerLog.log", f"Get:1 {login} mdatp\n")
    seeds.write("/etc/mde-linux/mde-linux.conf", "# the password is @\n")
    seeds.write(f"{SENSOR}/managed/mdatp_managed.json", json.dumps(
        {"cloudService": {"proxy": login}, "edr": {"groupIds": "web"}, "@": "@", "antivirusEngine": {"exclusions": ["@"]}}))

    def in_status(document, new):
        document[0]["secret"] = document[0]["status"]["secret"] = new()
        document[0]["status"]["substatus"][0]["secret"] = {"formattedMessage": new()}
        document[0]["status"]["substatus"][0]["formattedMessage"]["message"] = f"'https://mirror.test/x?{new()}': 403"

    def in_history(document, new):
        document["secret"] = new()
        document["notes"] = [{"name": "mirror", "level": "warning", "text": f"https://bob:{new()}@mirror.test/x?{new()} is slow"}]

    w.machine.run(["mdatp", "config", "proxy", "set", "--value", f"http://user:{seeds.new()}@proxy.test:3128"])
    seeds.write("/etc/waagent.conf", f"HttpProxy.Host=user:@\N{FULLWIDTH COMMERCIAL AT}proxy.test\nHttpProxy.Port=3128\n")
    seeds.edit(f"{w.base()}/status/{seq}.status", in_status)
    seeds.edit(f"{STATE}/history/{seq}.json", in_history)
    return seeds


def unpack(w, path):
    """{name: bytes}; each below one folder, for root only."""
    with tarfile.open(w.machine.path(path)) as archive:
        members = archive.getmembers()
        assert len({member.name.split("/")[0] for member in members}) == 1, members
        assert all((member.mode, member.uid, member.isreg()) == (0o600, 0, True) for member in members)
        return {member.name.split("/")[1]: archive.extractfile(member).read() for member in members}


@scenario()
def a_bundle_holds_what_support_needs_and_no_secret(w):
    w.install_unpacked()
    assert w.enable_fresh(1)[0]["status"] == "success"
    seeds = seed_all(w, 1)
    w.machine.path("/root/out").mkdir()
    told = schema.validate("collect", call(w, "collect", "--output", "/root/out", "--json").stdout)
    path = told["file"]
    assert path.startswith("/root/out/mde-linux-support-") and w.machine.path(path).stat().st_size == told["bytes"]
    assert w.machine.path(path).stat().st_mode & 0o7777 == 0o600
    files = unpack(w, path)
    found = {name: seeds.found_in(data) for name, data in files.items() if seeds.found_in(data)}
    assert not found and len(seeds.texts) > 15, found
    assert not any(b"PRIVATE KEY" in data or b"onboardingInfo" in data for data in files.values())
    # what support needs is there
    assert sorted(files) == sorted(["MANIFEST.json", "facts.json", "plan.json", "history.json", "status.json", "units.json",
                                    "state.json", "version.txt", "extension.log"])
    schema.validate("bundle", files["MANIFEST.json"].decode())
    facts, status = json.loads(files["facts.json"]), json.loads(files["status.json"])
    assert facts["sensor"]["health"]["licensed"] == "yes", facts
    assert json.loads(facts["sensor"]["managed_json"]) == {"edr": {"groupIds": "web"}}
    assert status[0]["sequence"] == 1 and "is onboarded" in status[0]["message"] and row(status[0], "tenant"), status
    history = json.loads(files["history.json"])[0]
    assert history["verdict"] == "succeeded" and history["notes"][0]["text"] == "https://***@mirror.test/x?*** is slow", history
    assert next(unit for unit in json.loads(files["units.json"]) if unit["name"] == "mdatp.service")["active"] == "active"
    assert b"sequence 1" in files["extension.log"] and b"fetched through" in files["extension.log"]
    assert b"way to ***@proxy.test:8080" in files["extension.log"]
    # somebody else can replay it
    w.machine.write("/root/facts.json", files["facts.json"])
    assert "facts.json" not in w.machine.run([PROGRAM, "plan", "--facts", "/root/facts.json"], check=False).stderr
    # nothing is written over, nothing is written through a link
    before = w.machine.path(path).read_bytes()
    assert "is there already" in call(w, "collect", "--output", path, code=1).stderr
    w.machine.path("/root/link").symlink_to("/root/victim")
    call(w, "collect", "--output", "/root/link", code=1)
    assert w.machine.path(path).read_bytes() == before and not w.machine.exists("/root/victim")
    # an image: looked at, written into nothing
    for name, text in (("etc/os-release", "ID=debian\nVERSION_ID=12\n"), ("etc/mde-linux/hold", "why\n"),
                       ("usr/bin/mdatp", "#!/bin/sh\ntouch /root/ran\n"), ("opt/microsoft/mdatp/sbin/wdavdaemon", "")):
        w.machine.write(f"/srv/image/{name}", text, 0o755)
    image = w.machine.snapshot(("/srv/image",))
    done = call(w, "collect", "--root", "/srv/image", "--output", "/root/out/image.tar.gz")
    facts = json.loads(unpack(w, "/root/out/image.tar.gz")["facts.json"])
    assert (facts["hold"]["held"], facts["hold"]["reason"]) == ("yes", "why") and facts["sensor"]["files"] == "yes" and "An image" in done.stdout
    assert "kernel" not in facts["machine"]["distro"] and facts["machine"]["fitness"].get("memory", -1) == -1, facts["machine"]
    assert w.machine.snapshot(("/srv/image",)) == image and not w.machine.exists("/root/ran")
    call(w, "collect", "--root", "/srv/image", "--with-sensor-diagnostics", code=2)
    # the sensor's own, by option, beside it
    done = call(w, "collect", "--output", "/root/out/with.tar.gz", "--with-sensor-diagnostics")
    theirs = [each for each in w.machine.path("/root/out").iterdir() if each.name.endswith("-sensor.zip")]
    assert len(theirs) == 1 and theirs[0].read_bytes().startswith(b"PK") and theirs[0].name in done.stdout, done
    assert theirs[0].stat().st_mode & 0o7777 == 0o600
    # who is not root gets what they may see
    done = call(w, "collect", "--output", "/tmp", before=NOBODY)
    assert "Not root" in done.stdout and done.stderr == "", done
    path = next(path for path in w.machine.path("/tmp").iterdir() if path.name.startswith("mde-linux-support-"))
    assert "history.json" not in unpack(w, f"/tmp/{path.name}") and path.stat().st_uid == 65534


def collect(w, *argv, code=0):
    """What it told, and {name: bytes} of the bundle; of a machine with our program and nothing else of ours."""
    done = hand.call(w, "collect", "--output", "/root/out", "--json", *argv)
    assert done.returncode == code and done.stderr == "", done
    told = schema.validate("collect", done.stdout)
    files = unpack(w, told["file"])
    w.machine.run(["rm", told["file"]])
    return told, files


@scenario()
def a_bundle_tells_of_a_run_by_hand(w):
    hand.bring(w)
    hand.give(w, hand.FILE, w.package())
    done = hand.call(w, "onboard", hand.FILE, "--settings", hand.SETTINGS)
    assert done.returncode == 0, done
    hand.taken(w)
    seeds, login = Seeds(w), "http://user:@\N{FULLWIDTH COMMERCIAL AT}proxy.test:3128"

    def in_history(document, new):
        document["secret"] = new()
        document["notes"] = [{"name": "mirror", "level": "warning", "text": f"https://bob:{new()}@mirror.test/x?{new()} is slow"}]

    seeds.edit(f"{STATE}/history/hand.json", in_history)
    seeds.write(f"{hand.LOGS}/mde-linux.log", f"password=@\n{MACHINE_LOG}fetched through {login}\n")
    w.machine.path("/root/out").mkdir()
    told, files = collect(w)
    found = {name: seeds.found_in(data) for name, data in files.items() if seeds.found_in(data)}
    assert not found and len(seeds.texts) == 4, found
    assert {"history.json", "by-hand.log", "state.json"} <= set(files) and "extension.log" not in files, sorted(files)
    record, = json.loads(files["history.json"])
    assert (record["by"], record["verdict"], record["tenant"]) == ("hand", "succeeded", hand.OURS) and record["time"], record
    assert record["notes"][0]["text"] == "https://***@mirror.test/x?*** is slow", record
    assert b"onboard by hand begins" in files["by-hand.log"] and b"fetched through" in files["by-hand.log"]
    why = {each["what"]: each["why"] for each in told["omissions"]}
    assert "1 lines" in why["by-hand.log"], why
    # the sensor's own that cannot be had: said, with an exit code, beside a bundle that is whole
    w.machine.run(["mv", "/usr/bin/mdatp", "/root/mdatp"])
    told, files = collect(w, "--with-sensor-diagnostics", code=1)
    assert "history.json" in files and "sensor_diagnostics" not in told, told
    assert "mdatp" in told["sensor_diagnostics_trouble"] and "Without a sensor" in told["sensor_diagnostics_remedy"], told
    done = hand.call(w, "collect", "--output", "/root/out", "--with-sensor-diagnostics")
    assert done.returncode == 1 and "is written" in done.stdout and "no archive of the sensor's own" in done.stderr, done
    w.machine.write("/usr/bin/mdatp", "#!/bin/sh\necho cannot: no space left\nexit 1\n", 0o755)
    told, files = collect(w, "--with-sensor-diagnostics", code=1)
    assert "no space left" in told["sensor_diagnostics_trouble"] and "systemctl status mdatp" in told["sensor_diagnostics_remedy"], told
    w.machine.run(["mv", "/root/mdatp", "/usr/bin/mdatp"])


# --- generalize


def identity(w):
    health = w.health()
    return health["machineGuid"], health["edrMachineId"]


def a_request_that_comes_meanwhile_is_worked_on(w):
    drop_in = "/run/systemd/system/mdatp.service.d/slow.conf"
    w.machine.write(drop_in, "[Service]\nExecStop=/bin/sh -c 'until [ -e /run/stop ]; do sleep 0.05; done'\n")
    w.machine.run(["systemctl", "daemon-reload"])
    process = w.machine.spawn([PROGRAM, "generalize", "--yes"])
    w.machine.wait(lambda: w.unit("mdatp", "ActiveState")["ActiveState"] == "deactivating", 10, "the sensor to be stopped")
    w.settings_file(2)
    assert w.enable(seq=2).returncode == 0 and w.machine.exists(f"{STATE}/next")
    w.machine.write("/run/stop", "")
    w.machine.wait(lambda: process.poll() is not None, 30, "the end of generalize")
    told = open(process.log).read()
    assert process.returncode == 3 and "came meanwhile" in told and "Nothing was changed" not in told, told
    assert w.wait_ended(2)["status"] == "success" and w.machine.exists(f"{STATE}/history/1.json")
    w.assert_onboarded()
    w.machine.run(["rm", drop_in])
    w.machine.run(["systemctl", "daemon-reload"])


@scenario()
def a_machine_made_from_a_generalized_image_is_another_device(w):
    w.install_unpacked()
    assert w.enable_fresh(1)[0]["status"] == "success"
    w.machine.write(f"{SENSOR}/wdavstate", "identity")
    w.machine.write(f"{SENSOR}/managed/mdatp_managed.json", "{}")
    before = identity(w)
    # not while changes are on hold, nor while something is installed, nor without being sure
    call(w, "hold", "no")
    done = call(w, "generalize", "--yes", code=3).stderr
    assert "on hold (no)" in done and done.endswith(" Nothing was changed.\n"), done
    done = schema.validate("generalize", call(w, "generalize", "--yes", "--json", code=3).stdout)
    assert not done["done"] and done["device"] and done["reason"] == "held" and "on hold (no)" in done["found"], done
    call(w, "unhold")
    w.hold_manager()
    assert "package manager is at work" in call(w, "generalize", "--yes", code=3).stderr
    w.release()
    w.machine.wait(lambda: w.unit("busy-manager", "ActiveState")["ActiveState"] != "active", 30, "the package manager to end")
    files = w.files()
    done = call(w, "generalize", code=3)
    assert ONBOARDING in done.stdout and "is a device of the tenant" in done.stdout and "--yes" in done.stdout, done
    with Terminal(w.machine, [PROGRAM, "generalize"]) as terminal:
        assert terminal.end() == 3 and terminal.text.endswith("Nothing was changed. With --yes it is."), terminal.text
        assert b"\x1b[33m" in terminal.output  # the warning
    dry = schema.validate("generalize", call(w, "generalize", "--dry-run", "--json").stdout)
    assert not dry["done"] and dry["device"] and ONBOARDING in [item["path"] for item in dry["items"]]
    assert w.files() == files and w.unit("mdatp", "ActiveState")["ActiveState"] == "active"
    # nothing is removed through a link that others may have put, nor in what is mounted below
    w.machine.write("/root/victim/file", "kept")
    w.machine.path("/var/log").chmod(0o775)
    w.machine.path("/var/log/mde-linux").symlink_to("/root/victim")
    done = call(w, "generalize", "--yes", code=1)
    assert "/var/log/mde-linux is a link to /root/victim" in done.stderr and not done.stdout, done
    w.machine.run(["rm", "/var/log/mde-linux"])
    mounted = "/var/opt/microsoft/mdatp/quarantine"
    w.machine.run(["mkdir", "-p", mounted])
    w.machine.run(["mount", "--bind", "/root/victim", mounted])
    assert f"mounted on {mounted}" in call(w, "generalize", "--yes", code=1).stderr
    w.machine.run(["umount", mounted])
    assert w.machine.read("/root/victim/file") == "kept" and w.unit("mdatp", "ActiveState")["ActiveState"] == "active"
    a_request_that_comes_meanwhile_is_worked_on(w)
    # done, and done once
    done = schema.validate("generalize", call(w, "generalize", "--yes", "--json").stdout)
    assert done["done"] and done["sensor_stopped"] and done["daily_look"], done
    for gone in (ONBOARDING, f"{SENSOR}/wdavstate", f"{STATE}/history", f"{STATE}/azure.json", LOG,
                 "/etc/systemd/system/mde-linux-recheck.timer", "/var/log/microsoft/mdatp/install.log"):
        assert not w.machine.exists(gone), gone
    assert w.machine.exists(f"{SENSOR}/managed/mdatp_managed.json") and w.package_state()
    unit = w.unit("mdatp", "ActiveState", "UnitFileState")
    assert unit == {"ActiveState": "inactive", "UnitFileState": "enabled"}, unit
    assert "nothing to remove" in call(w, "generalize").stdout
    # the copy: another machine
    w.machine.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n", 0o444)
    w.azure.imds["compute"].update(vmId="cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee")
    w.azure.tag()
    w.machine.run(["systemctl", "start", "mdatp"])
    w.settings_file(3)
    w.enable(seq=3)
    status = w.wait_ended(3)
    assert status["status"] == "success" and not row(status, "cloned"), status
    w.assert_onboarded()
    assert not set(identity(w)) & set(before), identity(w)


# --- hold --until


def look(w):
    w.machine.run(["systemctl", "start", "mde-linux-recheck.service"])


@scenario()
def a_hold_with_an_end_ends_by_itself(w):
    w.install_unpacked()
    for wrong in ("Friday", "2020-01-01", "+0h", "9999-01-01"):
        assert wrong in call(w, "hold", "--until", wrong, "why", code=2).stderr
    assert "--until" in call(w, "hold", "until", "2999-01-01", code=2).stderr
    assert not w.machine.exists(HOLD)
    call(w, "hold", "a", "test")
    w.settings_file(0)
    assert w.enable(seq=0).returncode == 53 and not w.machine.exists("/etc/systemd/system/mde-linux-recheck.timer")
    assert "or daily look" not in call(w, "unhold").stdout
    told = schema.validate("hold", call(w, "hold", "--until", "+2h", "--json", "database", "move").stdout)
    assert told["held"] and w.machine.read(HOLD) == f"database move\nuntil {told['until']}\n"
    w.settings_file(1)
    done = w.enable(seq=1)
    assert done.returncode == 53 and f"database move. It ends at {told['until']}." in done.stderr, done
    # there is somebody who looks when it is over
    assert w.unit("mde-linux-recheck.timer", "ActiveState")["ActiveState"] == "active"
    assert "with the first look after" in call(w, "hold", "--until", "+2h", "database", "move").stdout
    look(w)
    assert w.status(seq=1)["status"] == "error" and not w.package_state()
    # an end that cannot be read is none
    w.machine.write(HOLD, "database move\nuntil it is done\n")
    done = w.enable(seq=1)
    assert done.returncode == 53 and "cannot be read" in done.stderr, done
    # over: an administrator may have changed it
    w.machine.write(HOLD, f"database move\nuntil {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}\n")
    look(w)
    status = w.wait_ended(1)
    note = row(status, "hold")
    assert status["status"] == "success" and note["status"] == "success", status
    assert "is over (database move)" in note["formattedMessage"]["message"], note
    assert not schema.validate("hold", call(w, "unhold", "--json").stdout)["held"] and not w.machine.exists(HOLD)


@scenario()
def the_daily_look_goes_when_the_hold_that_it_was_for_has_ended_in_a_refusal(w):
    """Nothing was met yet: a refusal is nothing to look at every day. What was met stays looked at."""
    timer = "/etc/systemd/system/mde-linux-recheck.timer"
    w.install_unpacked()
    w.settings_file(0)
    holding.hold(w)
    for ended_by in (look, lambda world: world.enable(seq=0)):
        call(w, "hold", "--until", "+2h", "database", "move")
        assert w.enable(seq=0).returncode == 53 and w.machine.exists(timer)
        w.machine.run(["rm", HOLD])
        ended_by(w)
        told = w.wait_ended(0)["formattedMessage"]["message"]
        assert "(conflict)" in told and not w.machine.exists(timer), told
        units = w.machine.run(["systemctl", "list-units", "--all", "--plain", "--no-legend", "mde-linux-recheck*"]).stdout
        assert not units, units
    holding.let_go(w)
    w.settings_file(1)
    w.enable(seq=1)
    assert w.wait_ended(1)["status"] == "success" and w.machine.exists(timer)
    w.settings_file(2, expectedTenantId="00000000-1111-2222-3333-444444444444")
    assert w.enable(seq=2).returncode != 0 and w.machine.exists(timer)
