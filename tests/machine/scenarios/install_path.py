"""The sensor in a folder of the customer's choice: only where root alone decides, and without a trace when it fails."""

import json

import onboarding_world
from scenario import scenario

FOLDER = "/data/security"
HOME = f"{FOLDER}/microsoft_mdatp/opt/microsoft/mdatp"
LINK = "/opt/microsoft/mdatp"
PATH_FILE = "/etc/opt/microsoft/mdatp/mde_path.json"
KNOWING = {"sensor_versions": ("101.25062.0005",)}


def traces(w):
    """What the way to an installation may leave, but for packages pulled in."""
    trees = ("/etc/apt", "/etc/opt", "/opt", "/data", "/usr/share/keyrings", "/var/lib/apt/lists", "/var/lib/dpkg/info")
    return {path: seen for path, seen in w.machine.snapshot(trees).items() if "libmnl-stand-in" not in path}


def assert_no_traces(w, before):
    after = traces(w)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert not changed, sorted(changed)
    assert not w.leftovers(), w.leftovers()


def assert_in_place(w):
    assert w.machine.run(["readlink", LINK]).stdout.strip() == HOME
    assert json.loads(w.machine.read(PATH_FILE)) == {"path": f"{FOLDER}/microsoft_mdatp"}
    assert w.machine.path(PATH_FILE).stat().st_mode & 0o7777 == 0o644
    modes = w.machine.run(["stat", "-c", "%a %u", FOLDER, f"{FOLDER}/microsoft_mdatp", HOME, PATH_FILE.rsplit("/", 1)[0]]).stdout
    assert set(modes.split("\n")[:-1]) == {"755 0"}, modes
    pid = w.unit("mdatp", "MainPID")["MainPID"]
    assert w.machine.run(["readlink", f"/proc/{pid}/exe"]).stdout.strip() == f"{HOME}/sbin/wdavdaemon"


@scenario(direct=True)
def the_sensor_is_installed_where_it_is_asked_for(w):
    w.onboard(prepare=KNOWING, installPath=FOLDER + "/")
    w.assert_onboarded()
    assert_in_place(w)
    w.assert_sane()
    runs, files = w.runs(), w.files()
    w.enable_again()
    w.azure.wait_status("success")
    w.ask(seq=1, installPath="/opt/elsewhere")
    report = w.azure.wait_status("success", seq=1)
    assert w.runs() == runs, report
    assert_in_place(w)
    assert files[PATH_FILE] == w.files()[PATH_FILE]


def bad_folders(w):
    """(installPath, words)"""
    run = w.machine.run
    run(["sh", "-c", "mkdir -p /data/mine /data/open /data/real /data/full/microsoft_mdatp/opt/microsoft/mdatp/sbin"
         " && chown daemon /data/mine && chmod 777 /data/open && ln -s real /data/link && touch /data/file"])
    run(["sh", "-c", "mkdir /data/ram /data/noexec && mount -t tmpfs -o mode=755 none /data/ram && mount --bind /data/noexec /data/noexec"
         " && mount -o remount,bind,noexec /data/noexec"])
    yield "/data/mine/x", "/data/mine belongs to user 1, not to root"
    yield "/data/open", "/data/open has mode 0777: others than root may write to it"
    yield "/data/link/x", "/data/link is a link to real"
    yield "/data/file/x", "/data/file is no folder"
    yield "/data/full", "exists and is not empty"
    yield "/data/ram", "type tmpfs"
    yield "/usr/local/x", "/usr is a folder of the system"
    yield "/var/tmp/x", "/var/tmp is a folder of the system"
    yield "/opt/microsoft", "/opt/microsoft is a folder of the system"


@scenario(direct=True)
def a_folder_that_is_not_roots_alone_is_refused(w):
    w.install_only()
    folders = list(bad_folders(w))
    before, runs = traces(w), w.runs()
    protected = onboarding_world.onboarding.protected_settings(w.package())
    for seq, (folder, words) in enumerate(folders, 1):
        done = w.enable_with(seq, public={"installPath": folder}, protected=protected)
        message = w.status(seq=seq)["formattedMessage"]["message"]
        assert done.returncode == 53 and "(install-path)" in message and words in message, (folder, message)
        assert message.split(" ")[16] == "52", message
    assert_no_traces(w, before)
    assert w.runs() == runs
    # what the file system is like is looked at by the worker, as of any other folder
    w.enable_with(len(folders) + 1, public={"installPath": "/data/noexec/x", "maxWaitMinutes": 1}, protected=protected)
    message = w.wait_ended(len(folders) + 1)["formattedMessage"]["message"]
    assert "(mount-unusable)" in message and "/data/noexec/x" in message and "noexec" in message, message
    assert_no_traces(w, before)
    # put right, the very same settings do
    w.machine.run(["chmod", "755", "/data/open"])
    w.enable_with(2, public={"installPath": "/data/open", "maxWaitMinutes": 1}, protected=protected)
    assert w.wait_ended(2)["status"] == "success"
    assert w.machine.exists("/data/open/microsoft_mdatp/opt/microsoft/mdatp/sbin/wdavdaemon")


@scenario(direct=True)
def nothing_of_it_stays_when_the_package_does_not_come(w):
    w.prepare(**KNOWING)
    before = traces(w)
    w.publish()
    w.faults({"packages.microsoft.com/debian/12/prod/pool/": {"status": 404}})
    w.ask(installPath=FOLDER)
    w.agent.start()
    w.wait_error("package-not-found")
    assert_no_traces(w, before)
    # begun, and not installed
    w.faults({})
    w.knobs({"preinst_fail": "yes"})
    w.enable_again()
    report = w.wait_error("install-failed")
    assert report.settings.row("install-path").status == "success" and report.settings.row("undo").status == "success", report
    assert_no_traces(w, before)
    # a crash with all of it in place
    w.knobs({})
    w.hold_download()
    w.enable_again()
    w.wait_told("downloading mdatp")
    assert w.machine.run(["readlink", LINK]).stdout.strip() == HOME
    w.kill_worker()
    w.wait_error("worker-died")
    w.assert_quiet()
    assert_no_traces(w, before)
    # half installed it stays where it is, and is finished there
    w.let_download_go()
    w.knobs({"postinst_fail": "once"})
    w.enable_again()
    w.wait_error("install-failed")
    assert w.package_state() == "iF"
    w.enable_again()
    w.azure.wait_status("success")
    w.assert_onboarded()
    assert_in_place(w)
    w.assert_sane()
