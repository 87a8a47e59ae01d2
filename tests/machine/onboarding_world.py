"""The world of the extension's own scenarios: vendor repository, distribution mirror, stand-in sensor, settings.

    @scenario()
    def fresh_machine(w):
        w.onboard()
"""

import functools
import json
import os
import re
import shutil
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in (HERE.parent / "fixtures", HERE / "sensor", HERE / "vendor"):
    sys.path.insert(0, str(folder))
sys.path.append(str(HERE.parent))  # schema.py

import build as sensor
import families
import goalstate
import identity
import linkage
import managers
import onboarding
import repository
import roots_libraries
import secrets_check
import server
from scenario import after_every, use_world
from unpacked import LOG, VERSION, Unpacked
from world import World

NAME = "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
NEWER = "1.0.0.2"
RESOURCE = ("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Group"
            "/providers/Microsoft.Compute/virtualMachines/machine")
WORKSPACE = "99999999-8888-7777-6666-555555555555"
STATE = "/var/lib/mde-linux"
PROGRAM = "/usr/local/lib/mde-linux/bin/mde-linux"
WORKER = "mde-linux-worker.service"
ONBOARDING = "/etc/opt/microsoft/mdatp/mdatp_onboard.json"
SITE = """\
[trust]
onboarding-roots = {root}
repository-keys = {keys}
"""
AGENTS_OWN = ("/var/lib/waagent/", "/var/log/", "/tmp/", "/var/tmp/", "/var/lib/systemd/", "/root/.")
DEFAULT = object()


@use_world
class OnboardingWorld(Unpacked, World):
    """w.vendor, w.mirror: the repositories; w.faults({...}): what their server does wrong; w.knobs({...}): the sensor."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.needles = set()
        self.logins = set()  # passwords in addresses: never said, wherever they were written
        self.watch = None
        self.under = ()  # argv before a verb of the extension

    # Around the machine

    @functools.cached_property
    def family(self):
        """The distribution: a row of families.py."""
        return families.of(self.options)

    @functools.cached_property
    def manager(self):
        return managers.KINDS[self.family.manager](self)

    def dress(self, machine):
        families.dress(machine, self.family)

    def build_sensor(self, version, **more):
        """A sensor package of the family's kind, signed as its repository is."""
        return sensor.build(version, self.folder / "debs", **{"kind": self.family.kind, "signer": self.family.key, **more})

    def build_dependency(self, version="1.0"):
        return sensor.build_dependency(self.folder / "debs", version, kind=self.family.kind)

    def build_slow(self, **more):
        return sensor.build_slow(self.folder / "debs", kind=self.family.kind, **more)

    def release_package(self, name, release):
        return sensor.build_release(self.folder / "debs", name, release)

    def prepare(self, knobs=None, lists=None, sensor_versions=("101.24092.0002",), **more):
        """A machine ready for the extension.

        lists: "fresh" or "empty" (the distribution's package lists); by default fresh with apt, else empty.
        """
        self.watch = secrets_check.Watch(self.needles, self.logins)
        self.vendor.publish([self.build_sensor(version, **more) for version in sensor_versions])
        self.mirror.publish([self.build_dependency()])
        machine = self.machine
        machine.write("/etc/hosts", f"127.0.0.1 localhost {' '.join(server.HOSTS)}\n")
        bundle = machine.read("/etc/ssl/certs/ca-certificates.crt")
        machine.write("/etc/ssl/certs/ca-certificates.crt", bundle + server.ca_pem())
        self.manager.prepare()
        if self.family.kind == "rpm":
            self.first_keys = self.manager.keys()
        prints = repository.fingerprints()
        machine.write("/etc/mde-linux/mde-linux.conf", SITE.format(
            root=onboarding.root_sha256(), keys=f"{prints['vendor']}, {prints['vendor-2025']}"))
        self.knobs(knobs or {})
        self.serve()
        if (lists or self.manager.lists) == "fresh":
            self.manager.refresh()
        return self

    @functools.cached_property
    def served(self):
        path = self.folder / "served"
        path.mkdir()
        return path

    @functools.cached_property
    def vendor(self):
        return self.manager.vendor(self.served)

    @functools.cached_property
    def mirror(self):
        return self.manager.mirror(self.served)

    @functools.cached_property
    def identity(self):
        """Its identity in Azure, and what that may read (identity.py)."""
        return identity.Identity(self)

    def serve(self, certificate="good"):
        """(Re)start the server of both hosts."""
        if self.made("server"):
            self.server.kill()
            self.server.wait()
        self.server = self.machine.spawn_outside(
            [sys.executable, "-B", str(HERE / "vendor/server.py"), "--root", str(self.served), "--log", str(self.access_log),
             "--faults", str(self.folder / "faults.json"), "--certificate", certificate,
             "--identity", str(identity.folder(self.machine))])
        self.machine.wait(lambda: "ready" in Path(self.server.log).read_text(), 20, "the package server")

    @property
    def access_log(self):
        return self.folder / "access.log"

    def start_proxy(self, port, mode="open"):
        """A proxy in the machine's network (proxy_server.py); what it was asked goes to proxy-PORT.log."""
        log = self.folder / f"proxy-{port}.log"
        log.touch()
        process = self.machine.spawn_outside(
            [sys.executable, "-B", str(HERE / "proxy_server.py"), "--port", str(port), "--mode", mode,
             "--user", "name:pass-word-7", "--log", str(log)])
        self.machine.wait(lambda: "ready" in Path(process.log).read_text(), 20, "the proxy")

    def requests(self):
        """What the repositories were asked."""
        return [line for line in self.all_requests() if line.split()[1] not in server.SENSOR_HOSTS]

    def all_requests(self):
        """The hosts that the sensor needs among them."""
        return self.access_log.read_text().splitlines() if self.access_log.exists() else []

    def faults(self, faults):
        server.write_faults(self.folder / "faults.json", faults)

    def knobs(self, knobs):
        self.machine.write("/etc/mdatp-stand-in.conf", "".join(f"{key}={value}\n" for key, value in knobs.items()))

    # The extension

    def publish(self, *versions):
        for version in versions or (VERSION,):
            self.azure.publish(version, self.zip(version))

    def zip_of_build(self, version=VERSION):
        return self.build / f"extension-{version}.zip"

    def zip(self, version=VERSION):
        """The extension that runs on this tree."""
        package = self.zip_of_build(version)
        old = self.machine.exists(roots_libraries.PLACE) and not linkage.is_static(package)
        return roots_libraries.old_zip(package) if old else package

    def package(self, kind="sound", **more):
        """An onboarding script, watched for from now on."""
        script = onboarding.kind(kind, **more)
        self.keep_secret(script)
        return script

    def keep_secret(self, script):
        text = script.decode("utf-8", "replace")
        sent = onboarding.protected_settings(script)["defenderForEndpointOnboardingScript"]
        signature = text[text.find("sha256sig"):][:500]
        self.needles |= secrets_check.markers([signature, sent])

    def keep_login(self, address):
        """An address with a login, watched for from now on."""
        self.logins |= secrets_check.logins([address])
        return address

    def ask(self, seq=0, version=VERSION, protected=DEFAULT, resource=RESOURCE, workspace=WORKSPACE, public=DEFAULT,
            encryption=None, **settings):
        """Set the goal state. protected: as Azure.goal_state takes it; settings: further public ones."""
        if protected is DEFAULT:
            protected = onboarding.protected_settings(self.package())
        if public is DEFAULT:
            public = {"azureResourceId": resource, "defenderForServersWorkspaceId": workspace, "maxWaitMinutes": 1, **settings}
        self.azure.goal_state(version, seq=seq, public=public, protected=protected, **(encryption or {}))

    def enable_with(self, seq, public=DEFAULT, protected=None, encryption=None, file=None):
        """Put a settings file in place and run enable, as the guest agent does. file: its very text."""
        if public is DEFAULT:
            public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1}
        if file is None:
            handler_settings = self.azure.handler_settings(public, protected, **(encryption or {}))
            file = json.dumps({"runtimeSettings": [{"handlerSettings": handler_settings}]})
        self.machine.write(f"{self.base()}/config/{seq}.settings", file, 0o600)
        return self.enable(seq=seq)

    def onboard(self, version=VERSION, timeout=90, prepare=None, **asked):
        """Fresh machine to terminal success."""
        if not self.made("machine"):
            self.prepare(**(prepare or {}))
        self.publish(version)
        self.ask(version=version, **asked)
        self.agent.start()
        return self.azure.wait_status("success", seq=asked.get("seq", 0), version=version, timeout=timeout)

    def wait_told(self, words, status="transitioning", timeout=30):
        """The first upload since the goal state whose message holds these words."""
        return self.azure.wait_report(
            lambda report: report and report.settings and report.settings.status == status
            and words in report.settings.message, f"{status} with {words!r}", timeout)

    def wait_error(self, reason, timeout=60, **which):
        """The terminal error with this reason."""
        report = self.azure.wait_status("error", timeout=timeout, **which)
        assert f"({reason})" in report.settings.message, report.settings.message
        return report

    def enable_again(self):
        """What the platform does when anything else on the machine changes: enable with the same settings."""
        self.azure.goal_state_again()

    def base(self, version=VERSION):
        return f"/var/lib/waagent/{NAME}-{version}"

    def enable(self, version=VERSION, seq=0, check=False):
        """Run enable as the guest agent does, without waiting for it to come by."""
        done = self.verb("enable", version, seq)
        assert done.returncode == 0 or not check, done
        return done

    def verb(self, verb, version=VERSION, seq=0):
        """Run a verb as the guest agent does; its CompletedProcess."""
        return self.machine.run([*self.under, f"{self.base(version)}/bin/mde-linux", verb], check=False, env={
            "AZURE_GUEST_AGENT_EXTENSION_PATH": self.base(version), "ConfigSequenceNumber": str(seq)})

    def disable(self, version=VERSION, seq=0):
        return self.verb("disable", version, seq)

    def signal_worker(self, signal):
        self.machine.run(["systemctl", "kill", "--kill-whom=main", f"--signal={signal}", WORKER])

    def spawn_enable(self, seq, version=VERSION):
        """The same, in the background; .log has its output."""
        return self.machine.spawn([*self.under, f"{self.base(version)}/bin/mde-linux", "enable"], env={
            "AZURE_GUEST_AGENT_EXTENSION_PATH": self.base(version), "ConfigSequenceNumber": str(seq)})

    def settings_file(self, seq, protected=DEFAULT, resource=RESOURCE, workspace=WORKSPACE, version=VERSION, **settings):
        """Write SEQ.settings as the guest agent would, for enables that the scenario runs itself."""
        if protected is DEFAULT:
            protected = self.azure.encrypt(json.dumps(onboarding.protected_settings(self.package())).encode())
        values = goalstate.handler_settings(
            {"azureResourceId": resource, "defenderForServersWorkspaceId": workspace, "maxWaitMinutes": 1, **settings},
            protected, self.azure.thumbprint)
        self.machine.write(f"{self.base(version)}/config/{seq}.settings",
                           json.dumps({"runtimeSettings": [{"handlerSettings": values}]}), mode=0o600)

    def install_only(self, version=VERSION):
        """The extension unpacked and installed by a guest agent that is gone again; nothing done to the machine."""
        if not self.made("machine"):
            self.prepare()
        self.publish(version)
        self.azure.goal_state(version, public={}, protected=None)
        self.agent.start()
        self.azure.wait_status("error", seq=0)
        self.agent.stop()

    def make_fresh(self):
        """As if the sensor and we had never been here (the extension stays unpacked)."""
        self.manager.remove_all()

    def onboarding_file(self):
        status = self.machine.path(ONBOARDING).stat()
        return status.st_ino, status.st_mtime_ns

    def hold_postinst(self):
        """From now on the sensor's postinst waits for release()."""
        self.machine.run(["rm", "-f", "/run/go"])
        self.knobs({"postinst_wait_file": "/run/go"})

    def wait_postinst(self):
        self.machine.wait(lambda: "postinst configure  begin" in self.sensor_log(), 60, "the postinst to begin")

    def release(self):
        self.machine.write("/run/go", "")

    def hold_download(self):
        """From now on the sensor's package stops after its first bytes, until let_download_go()."""
        self.faults({self.vendor.packages: {"stall": 1000}})

    def wait_download(self):
        self.machine.wait(lambda: any(self.vendor.packages.partition("/")[2] in line for line in self.requests()), 60, "the download to begin")

    def let_download_go(self):
        self.faults({})

    def status(self, version=VERSION, seq=0):
        """The status file as it is now: its status object, or None."""
        path = f"{self.base(version)}/status/{seq}.status"
        if not self.machine.exists(path):
            return None
        return json.loads(self.machine.read(path))[0]["status"]

    # What is so

    def health(self):
        done = self.machine.run(["mdatp", "health", "--output", "json"])
        return json.loads(done.stdout[done.stdout.index("{"):])

    def tags(self):
        return {tag["key"]: tag["value"] for tag in self.health()["edrDeviceTags"]["value"]}

    def unit(self, name, *properties):
        done = self.machine.run(["systemctl", "show", name, *(f"--property={each}" for each in properties)])
        return dict(line.split("=", 1) for line in done.stdout.splitlines() if line)

    def package_state(self):
        return self.manager.package_state()

    def log(self):
        path = f"{LOG}/MdeExtensionHandlerLog.log"
        return self.machine.read(path) if self.machine.exists(path) else ""

    def runs(self):
        """How often a worker began."""
        return self.log().count("the worker begins")

    def wait_ended(self, seq, version=VERSION, timeout=60):
        """Wait for the terminal status of a sequence number in the file; returns it."""
        def ended():
            status = self.status(version, seq)
            return status if status and status["status"] in ("success", "error") else None
        return self.machine.wait(ended, timeout, f"a terminal status of sequence {seq}")

    def installations(self):
        return self.sensor_log().count("postinst configure  begin")

    def cli_calls(self):
        """What mdatp was called with, one line a call."""
        path = "/var/log/mdatp-stand-in-cli.log"
        return self.machine.read(path).splitlines() if self.machine.exists(path) else []

    def files(self):
        """Every file and link the machine made or changed: {path: (inode, size, mtime)}; the guest agent's and logs left out."""
        found = {}
        for path in sorted(self.machine.upper.rglob("*")):
            name = "/" + str(path.relative_to(self.machine.upper))
            if path.is_dir() and not path.is_symlink() or name.startswith(AGENTS_OWN):
                continue
            status = path.lstat()
            found[name] = (status.st_ino, status.st_size, status.st_mtime_ns)
        return found

    def package_manager_runs(self):
        """What the package manager and its scripts left behind: equal means it did not run."""
        texts = [self.machine.read(path) for path in self.manager.logs
                 if self.machine.exists(path)]
        return texts, len(self.requests())

    def count_installed(self, package="mdatp"):
        """How often the package came to its installed state."""
        return self.manager.count_installed(package)

    def lines(self, path):
        return self.machine.read(path).splitlines() if self.machine.exists(path) else []

    def touch(self, path):
        self.machine.write(path, "")

    def start_unit(self, name, *argv, **properties):
        """Start a program in the machine as a transient unit, and do not wait for it."""
        self.machine.run(["systemd-run", "--quiet", "--no-block", f"--unit={name}",
                          *(f"--property={key}={value}" for key, value in properties.items()), *argv])

    def hold_locks(self, *paths, unit="busy-apt.service", program="/root/hold-lock"):
        """Hold the package manager's locks (all of them, or these) until the unit is stopped."""
        self.machine.write(program, (HERE.parent / "fixtures/hold-lock").read_text(), 0o755)
        self.start_unit(unit, "/bin/sh", "-c", f"sleep infinity | exec python3 {program} {' '.join(paths)} > /run/held")
        self.machine.wait(lambda: self.machine.exists("/run/held") and "held" in self.machine.read("/run/held"), 10, "the locks")

    def hold_manager(self, unit="busy-manager.service"):
        """The real manager installs somebody's package, whose script does not end until release(); so it holds its locks."""
        self.machine.run(["rm", "-f", "/run/go", "/run/go.wanted"])
        self.mirror.publish([self.build_dependency(), self.build_slow()])
        self.manager.refresh()
        self.start_unit(unit, *self.manager.install("slow-stand-in"))
        self.machine.wait(lambda: self.machine.exists("/run/go.wanted"), 60, "the slow package's script")

    def copy_to_company_mirror(self, path="microsoft"):
        """All that the vendor serves now, also below https://mirror.company.test/PATH; returns that address."""
        shutil.copytree(self.served / repository.VENDOR_HOST, self.served / "mirror.company.test" / path, dirs_exist_ok=True)
        return f"https://mirror.company.test/{path}"

    def hold_back(self, path):
        """From now on the server holds its answers for this path, and only for it, back; returns what lets them go."""
        go = self.folder / f"go-{time.monotonic_ns()}"
        self.faults({path: {"wait_file": str(go)}})
        return go.touch

    def kill_worker(self):
        """As the kernel would when memory is out: the worker itself, not what it had started."""
        self.machine.run(["systemctl", "kill", "--kill-who=main", "--signal=KILL", WORKER])

    def cut_power(self):
        """And power comes back. The guest agent, if it was started, starts again."""
        self.machine.power_cut()
        self.azure.forget_uploads()
        self.machine.boot()

    def fill_disk(self, leave_mib):
        """Let so much be left (disk=True)."""
        disk = self.machine.disk
        os.sync()
        filler = disk / "filler"
        with open(filler, "ab") as file:
            left = os.statvfs(disk)
            more = left.f_bfree * left.f_frsize - (leave_mib << 20)
            os.posix_fallocate(file.fileno(), file.tell(), max(more, 1))

    def empty_disk(self):
        (self.machine.disk / "filler").unlink()

    def leftovers(self):
        """Files of ours that only a run needs."""
        found = self.machine.run(["find", "/etc", "/usr", "/var", "/opt", "/root", "-xdev", "-name", "*.mde-linux-*"],
                                 check=False).stdout.split()  # one of them may be gone with a package
        return found + [path for path in ("/var/cache/mde-linux", f"{STATE}/undo", f"{STATE}/next", f"{STATE}/current")
                        if self.machine.exists(path)]

    def assert_sane(self):
        """The end of a bumpy road: the package manager is content, nothing of the journey is left."""
        self.manager.assert_sane()
        self.assert_quiet()
        assert not self.leftovers(), self.leftovers()

    def scripts(self):
        """What the sensor's maintainer scripts said: [("postinst configure", "begin"), ...]"""
        lines = [line.split(" ", 2)[2] for line in self.sensor_log().splitlines()]
        return [tuple(re.match(r"(.*?) ((?:begin|end|signal|output).*)", line).groups()) for line in lines]

    def assert_never_cut_off(self):
        """Each maintainer script that began ended by itself; nobody signalled it or took its output away."""
        said = self.scripts()
        bad = [line for line in said if line[1].startswith(("signal", "output"))]
        assert not bad, said
        begun = sum(what == "begin" for _, what in said)
        assert begun == sum(what.startswith("end") for _, what in said), said

    def sensor_log(self):
        path = "/var/log/mdatp-stand-in.log"
        return self.machine.read(path) if self.machine.exists(path) else ""

    def snapshot(self):
        return self.manager.snapshot()

    def assert_onboarded(self, resource=RESOURCE, workspace=WORKSPACE, org=onboarding.ORG_ID):
        health = self.health()
        assert health["licensed"] is True and health["orgId"] == org, health
        tags = self.tags()
        assert tags.get("AzureResourceId") == resource and tags.get("SecurityWorkspaceId") == workspace, tags
        unit = self.unit("mdatp", "UnitFileState", "ActiveState")
        assert unit == {"UnitFileState": "enabled", "ActiveState": "active"}, unit
        assert self.package_state() == "ii", self.package_state()
        written = self.machine.path(ONBOARDING)
        assert onboarding.verify(written.read_bytes()) == org
        assert written.stat().st_mode & 0o7777 == 0o640 and written.stat().st_uid == 0

    def assert_untouched(self, before):
        """Nothing that a package manager or the sensor reads changed, once what goes back after a run's end has gone back."""
        self.machine.wait(lambda: self.unit(WORKER, "ActiveState")["ActiveState"] != "deactivating", 20, "the end of the run")
        after = self.snapshot()
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        assert not changed, sorted(changed)

    def is_quiet(self):
        return self.unit(WORKER, "ActiveState")["ActiveState"] in ("inactive", "failed")

    def assert_quiet(self):
        """Nothing of ours is running."""
        self.machine.wait(self.is_quiet, 20, "the worker's unit to end")

    def close(self, keep=False):
        if self.watch:
            self.watch.stop()
        super().close(keep=keep)


@after_every
def no_secrets(w):
    if not (w.needles or w.logins) or not w.made("machine"):
        return
    w.watch.stop()
    assert not w.watch.seen, w.watch.seen[:5]
    found = secrets_check.in_files(w.machine.upper, w.needles)
    found += secrets_check.in_files(w.machine.upper, w.logins, secrets_check.WRITTEN)
    if w.machine.leader:
        root = Path(f"/proc/{w.machine.leader}/root")
        for folder in secrets_check.VOLATILE:
            found += secrets_check.in_files(root / folder, w.needles | w.logins)
        journal = w.machine.run(["journalctl", "--no-pager", "--all", "--output=export"]).stdout.encode()
        assert not any(needle in journal for needle in w.needles | w.logins), "a secret is in the journal"
    assert not found, found
    uploads = json.dumps(w.azure.uploads).encode() if w.made("azure") else b""
    assert not any(needle in uploads for needle in w.needles | w.logins), "a secret was uploaded"
