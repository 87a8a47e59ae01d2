"""What must hold whichever package manager a machine has; what differs is data of the manager (managers.py, spellings.py).

By default on apt, dnf 4, dnf 5 and zypper, but where two of them take the same way through our code; with --sweep on every family. Several checks on a machine in a row.
"""

from onboarding_world import RESOURCE, WORKSPACE, onboarding
from refused import assert_no_foreign_key, assert_refused, publish_again
from scenario import for_families

OLD, SENSOR, NEW, NEWEST = "101.24082.0004", "101.24092.0002", "101.25042.0003", "101.25062.0005"
ONE_OF_EACH = ("debian12", "el9", "fedora", "sles15")
OTHERS = ("debian11", "debian13", "ubuntu2204", "el8", "el10", "fedora42", "amzn2023", "sles157", "sles16")
ALIKE = ("ubuntu2404", "ol9", "centos9", "rocky9", "alma9")
FOREIGN_HOST = "repository.foreign.test"


def every(*but, **options):
    """One of each manager by default, but not these; they and all others with --sweep."""
    return for_families(*(name for name in ONE_OF_EACH if name not in but), sweep=(*but, *OTHERS), **options)


def ended(w, seq):
    """A run came to its good end and nothing of its way is left."""
    w.azure.wait_status("success", seq=seq)
    w.assert_onboarded()
    w.assert_quiet()
    assert not w.leftovers() and not w.manager.kept(), (w.leftovers(), w.manager.kept())


def start(w, seq=0, **asked):
    """For a success or a failure that the caller waits for."""
    w.ask(seq=seq, **asked)
    if not w.made("agent"):
        w.publish()
        w.agent.start()


# Installed

def break_foreign_sources(w):
    """Nothing there, no such host, lists signed by a key that has expired: {path: text}."""
    expired = w.manager.foreign(w.served, FOREIGN_HOST, "expired", "expired")
    expired.publish([w.build_dependency()])
    before = w.machine.snapshot(w.manager.configuration)
    w.manager.add_source("foreign", f"https://{FOREIGN_HOST}/nothing/")
    w.manager.add_source("gone", "https://gone.test/nothing/")
    w.manager.add_source("old", f"https://{FOREIGN_HOST}/expired/", "expired")
    return {path: w.machine.read(path) for path in w.machine.snapshot(w.manager.configuration).keys() - before.keys()
            if path.endswith((".list", ".repo"))}


@for_families(*ONE_OF_EACH, "debian11", "debian13", "el10", "sles16",
              sweep=("sles157", "ubuntu2204", "el8", "fedora42", "amzn2023", *ALIKE))
def fresh(w):
    """The newest comes; a second enable does nothing at all; foreign sources that are broken and never read before stop nobody."""
    w.prepare(sensor_versions=(OLD, SENSOR))
    start(w)
    ended(w, 0)
    w.assert_sane()
    assert w.manager.version().startswith(SENSOR), w.manager.version()
    source = "\n" + w.machine.read(w.manager.own_source)
    assert all(words in source for words in w.manager.own_words()), source
    before = w.package_manager_runs()
    start(w, 1)
    ended(w, 1)
    assert w.package_manager_runs() == before
    w.make_fresh()
    w.manager.forget()
    broken = break_foreign_sources(w)
    start(w, 2)
    ended(w, 2)
    assert broken and all(w.machine.read(path) == text for path, text in broken.items())


def request(w, seq, status, **settings):
    """A run to its end without the guest agent, which has no part in this; its message."""
    public = {"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE, "maxWaitMinutes": 1, **settings}
    w.enable_with(seq, public=public, protected=onboarding.protected_settings(w.package()))
    told = w.wait_ended(seq)
    assert told["status"] == status, told
    w.assert_quiet()
    w.machine.wait(lambda: not w.leftovers(), 10, "the end of the run")
    return told["formattedMessage"]["message"]


def assert_version(w, version):
    """As the package manager and the daemon have it."""
    installed, running = w.manager.version(), w.health()["appVersion"]
    assert installed.startswith(version) and version.startswith(running), (installed, running)


@every(direct=True)
def pins(w):
    """What is not offered is told with what is; up at once, down only with leave; a transaction that fails leaves what was there."""
    w.prepare(sensor_versions=(OLD, SENSOR, NEW, NEWEST))
    w.install_unpacked()
    before = w.snapshot()
    told = request(w, 0, "error", version="101.24095.9999")
    assert "(version-not-found)" in told and all(version in told for version in (OLD, SENSOR, NEW)), told
    w.assert_untouched(before)
    request(w, 1, "success", version=SENSOR)
    assert_version(w, SENSOR)
    request(w, 2, "success", version=NEW)
    assert_version(w, NEW)
    before = w.snapshot()
    told = request(w, 3, "error", version=OLD)
    assert "(downgrade-refused)" in told and "allowDowngrade" in told, told
    w.assert_untouched(before)
    w.knobs({"preinst_fail": "yes"})
    for seq, asked in ((4, {"version": NEWEST}), (5, {"version": OLD, "allowDowngrade": True})):
        assert "(install-failed)" in request(w, seq, "error", **asked)
        w.assert_untouched(before)
        w.machine.wait(lambda: w.machine.run(["mdatp", "health"], check=False).returncode == 0, 20, "the sensor")
        assert_version(w, NEW)
    w.knobs({})
    request(w, 6, "success", version=OLD, allowDowngrade=True)
    assert_version(w, OLD)
    w.assert_onboarded()
    w.assert_never_cut_off()
    w.assert_sane()
    assert not w.manager.kept(), w.manager.kept()


@every(direct=True)
def another_one_at_work_is_named_and_waited_for(w):
    """A real one, in a package's script: nothing is signalled, nothing of it is lost."""
    w.prepare()
    w.hold_manager("admin.service")
    start(w)
    told = w.wait_told("admin.service").settings
    pid = w.unit("admin.service", "MainPID")["MainPID"]
    assert w.manager.holds(pid, "admin.service") in told.message, told
    assert any(row.status == "transitioning" and row.message in told.message for row in told.substatus), told
    w.touch("/run/go")
    ended(w, 0)
    w.machine.wait(lambda: w.unit("admin.service", "ActiveState")["ActiveState"] == "inactive", 20, "the other one to end")
    assert w.unit("admin.service", "Result")["Result"] == "success" and w.manager.package_state("slow-stand-in") == "ii"
    w.assert_sane()


@for_families("sles15", sweep=("debian12", "el9", "fedora", *OTHERS), waits=True, timeout=240, direct=True)
def another_one_that_does_not_end_is_told_at_the_deadline(w):
    w.prepare()
    w.hold_manager("admin.service")
    before = w.snapshot()
    start(w)
    message = w.wait_error("package-manager-locked", timeout=90).settings.message
    assert "admin.service" in message and "we waited" in message, message
    w.assert_quiet()
    w.assert_untouched(before)
    assert not w.leftovers(), w.leftovers()
    w.release()
    w.machine.wait(lambda: w.unit("admin.service", "ActiveState")["ActiveState"] == "inactive", 20, "the other one to end")
    w.enable_again()
    ended(w, 0)
    w.assert_sane()


# Not genuine

def faults(w):
    """(stage it, reason, words) of what this manager looks at."""
    v, told = w.vendor, w.manager.told
    other = {"vendor": "microsoft.asc", "vendor-2025": "microsoft-2025.asc"}[w.family.key]
    yield v.html_list, "repository-not-genuine", "an HTML page"
    yield v.list_without_check, "repository-not-genuine", told["no check"]
    yield lambda: v.wrong_key(other), "repository-key", f"packages.microsoft.com/keys/{other}", "not pinned"
    rows = [("package by another", lambda: v.package_signed_by(SENSOR)), ("package unsigned", lambda: v.package_signed_by(SENSOR, None)),
            ("package altered", lambda: v.alter_package(SENSOR)), ("index altered", v.alter_index)]
    if w.manager.checks_lists:
        rows += [("lists by another", v.release_signed_by), ("lists unsigned", lambda: v.unsigned())]
    for what, stage in rows:
        if told[what]:
            yield stage, "package-signature", told[what]
    yield lambda: v.drop_package(SENSOR, "mdatp"), "package-not-found", told["package gone"]


@every(timeout=300, direct=True)
def what_cannot_be_verified_is_not_installed(w):
    """By the words that each manager has for it; repositories, keys, caches and the sensor's folders stay byte by byte the same."""
    w.prepare()
    w.before = w.snapshot()
    cases = list(faults(w))
    for seq, (stage, reason, *words) in enumerate(cases):
        publish_again(w)
        stage()
        start(w, seq)
        assert_refused(w, seq, reason, *words)
    publish_again(w)
    start(w, len(cases))
    ended(w, len(cases))


@for_families("debian12", "el9", sweep=("debian11", "debian13", "el8", "el10", "fedora", "amzn2023", "sles15", "sles16"), direct=True)
def what_is_smuggled_into_the_key_file_is_left_behind(w):
    """A second key, in the same armor and in its own; somebody's subkey; somebody's user id."""
    v = w.vendor
    w.prepare()
    stages = (v.second_key_appended, lambda: v.second_key_appended(own_block=True), v.smuggled_subkey, v.smuggled_user_id)
    for seq, stage in enumerate(stages):
        if seq:
            w.make_fresh()
            w.machine.path(w.manager.own_keys).unlink(missing_ok=True)
            v.publish_keys()
        stage()
        start(w, seq)
        ended(w, seq)
        assert w.machine.path(w.manager.own_keys).read_bytes() == w.manager.own_key(), seq
        assert "attacker" not in w.manager.trusted(), w.manager.trusted()
        assert_no_foreign_key(w)


@every("fedora", direct=True)
def keys_that_rolled_over_are_added_to_those_that_are_there(w):
    """Ours or another's, and whoever's file it is; a run that fails leaves the key files byte by byte the same."""
    w.prepare()
    old = "vendor-2025" if w.family.key == "vendor" else "vendor"
    w.before = w.snapshot()
    w.vendor.everything_signed_by("attacker", SENSOR)
    first = w.manager.trusted()
    start(w, 0)
    assert_refused(w, 0, "package-signature")
    assert w.manager.trusted() == first, w.manager.trusted()
    w.vendor.everything_signed_by(old, SENSOR)
    start(w, 1)
    ended(w, 1)
    settings = w.azure.wait_status("success", seq=1).settings
    assert settings.row("repository-key"), settings
    assert w.manager.trusted() == first | {"vendor", "vendor-2025"}, w.manager.trusted()
    assert w.manager.own_key() in w.machine.path(w.manager.own_keys).read_bytes()
    seq = 2
    for spelling in w.manager.before(w, old):
        w.make_fresh()
        w.machine.path(w.manager.own_keys).unlink(missing_ok=True)
        publish_again(w)
        spelling.write(w)
        text = w.machine.read(spelling.path)
        w.before = w.snapshot()
        w.vendor.alter_package(SENSOR)
        start(w, seq)
        assert_refused(w, seq, "package-signature", "The package manager said")
        publish_again(w)
        start(w, seq + 1)
        ended(w, seq + 1)
        assert spelling.path == w.manager.own_source or w.machine.read(spelling.path) == text
        extended = w.manager.assert_extended(spelling, old)
        rows = w.azure.wait_status("success", seq=seq + 1).settings.substatus
        assert all(any(path in row.message for row in rows) for path in extended), rows
        spelling.take_away(w)
        seq += 2
    w.make_fresh()
    w.vendor.wrong_key()
    w.vendor.wrong_key("microsoft-2025.asc")
    w.before = w.snapshot()
    start(w, seq)
    assert_refused(w, seq, "repository-key")


# Configured already

@every("fedora", timeout=300, direct=True)
def a_source_of_another_product_is_used_as_it_is(w):
    """In many spellings, which the manager might call a conflict if ours stood beside them; a run that fails changes no byte."""
    w.prepare()
    seq = 0
    for spelling in w.manager.spellings(w):
        spelling.write(w)
        w.before = w.snapshot()
        configuration = w.machine.snapshot(w.manager.configuration)
        w.vendor.alter_package(SENSOR)
        start(w, seq)
        assert_refused(w, seq, "package-signature", w.manager.told["altered, another's source"])
        publish_again(w)
        start(w, seq + 1)
        ended(w, seq + 1)
        after = w.machine.snapshot(w.manager.configuration)
        assert {path: after.get(path) for path in configuration} == configuration, spelling
        assert after.keys() - configuration.keys() <= w.manager.may_add, (spelling, after.keys() - configuration.keys())
        if not w.manager.may_add:
            assert not any("/keys/" in line for line in w.requests()), w.requests()
        w.make_fresh()
        spelling.take_away(w)
        seq += 2
    disabled, written, words = w.manager.disabled(w)
    disabled.write(w)
    start(w, seq)
    settings = w.azure.wait_status("success", seq=seq).settings
    ended(w, seq)
    assert disabled.path in settings.row("package-source").message, settings
    assert w.machine.read(disabled.path).startswith(disabled.text) and words in w.machine.read(written)
    w.manager.refresh()
    w.assert_sane()


@for_families("fedora", sweep=("el9", "sles15", "el8", "el10", "fedora42", "amzn2023", "sles157", "sles16"), direct=True)
def a_page_in_place_of_a_foreign_source(w):
    """dnf 4 passes it over; where the manager gives up at it, it is named, and all is as it was."""
    w.prepare()
    page = f"{w.manager.sources}/aaa.repo"
    w.machine.write(page, "<html>\n<body>Please log in</body>\n</html>\n")
    before = w.snapshot()
    start(w)
    if w.family.manager != "dnf":
        message = w.wait_error("package-sources").settings.message
        assert page in message and w.manager.own_source not in message, message
        w.assert_quiet()
        w.assert_untouched(before)
        w.machine.path(page).unlink()
        w.enable_again()
    ended(w, 0)


@for_families("el9", sweep=("fedora", "sles15", "el8", "el10", "fedora42", "amzn2023", "sles157", "sles16"), direct=True)
def a_damaged_database_is_refused_and_left_alone(w):
    w.prepare()
    sqlite, older = (f"{w.family.database}/{name}" for name in ("rpmdb.sqlite", "Packages"))
    place = sqlite if w.machine.exists(sqlite) else older
    whole = w.machine.path(place).read_bytes()
    before = {path: what for path, what in w.snapshot().items() if not path.startswith("rpm:")}
    for name in ("-wal", "-shm"):
        w.machine.path(place + name).unlink(missing_ok=True)
    w.machine.path(place).write_bytes(b"\xa5" * len(whole))
    start(w)
    message = w.wait_error("package-manager-broken").settings.message
    assert "rpm" in message, message
    assert w.machine.path(place).read_bytes() == b"\xa5" * len(whole)
    w.machine.path(place).write_bytes(whole)
    after = {path: what for path, what in w.snapshot().items() if not path.startswith("rpm:")}
    assert after == before, sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    w.enable_again()
    ended(w, 0)


# In the middle

@every("fedora", disk=True, timeout=300, direct=True)
def the_disk_is_full(w):
    """Too little for the download, then for what is in it: told, and all as before."""
    w.prepare(ballast_mib=64)
    before = w.snapshot()
    w.publish()
    w.ask()
    for left in (40, 100):
        w.fill_disk(left)
        w.agent.start() if left == 40 else w.enable_again()
        w.wait_error("disk-full", timeout=90)
        w.assert_untouched(before)
        assert w.machine.run(w.manager.audit).stdout == ""
        w.assert_quiet()
        assert not w.leftovers(), w.leftovers()
        w.empty_disk()
    w.enable_again()
    ended(w, 0)
    w.assert_sane()


def is_running(w):
    return w.machine.run(["pgrep", "-f", w.manager.processes], check=False).returncode == 0


@every("el9", direct=True)
def the_worker_is_killed(w):
    """Before the package all ends with it and nothing is left.

    A transaction goes on, and the next run takes it from there.
    """
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    before = w.snapshot()
    stages = (("/config/", "looking up the package repository"), (w.vendor.lists, "refreshing the package list"),
              (None, "downloading mdatp"))
    let_go = None
    for path, stage in stages:
        then_let_go, let_go = let_go, w.hold_back(path) if path else w.hold_download()
        if then_let_go:
            then_let_go()
            w.enable_again()
        else:
            start(w)
        w.wait_told(stage)
        if path is None:
            w.wait_download()
        if path != "/config/":
            w.machine.wait(lambda: is_running(w), 20, "the manager")
        w.kill_worker()
        w.wait_error("worker-died")
        w.assert_quiet()
        w.machine.wait(lambda: not is_running(w), 10, "the manager to be gone")
        w.assert_untouched(before)
        assert not w.leftovers() and not w.manager.kept(), (w.leftovers(), w.manager.kept())
    w.let_download_go()
    w.enable_again()
    w.wait_postinst()
    w.kill_worker()
    w.wait_error("worker-died")
    w.enable_again()
    w.wait_told("waiting for the run before this one")
    w.release()
    ended(w, 0)
    w.assert_never_cut_off()
    assert w.count_installed() == 1
    w.assert_sane()


@every("el9", "sles15", direct=True)
def the_manager_is_killed_in_a_script(w):
    """As when memory runs out: rpm's database says installed, so the next run lets the scripts run again."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    start(w)
    w.wait_postinst()
    w.machine.run(["pkill", "-KILL", "-f", f"{w.manager.processes}|{w.manager.below}"])
    w.azure.wait_status("error")
    assert w.count_installed() == 0
    w.machine.write("/etc/mdatp-stand-in.conf", "")
    w.enable_again()
    ended(w, 0)
    assert w.count_installed() == 1
    w.assert_sane()


def start_on_disk(w):
    """What the guest agent wrote is on the disk: it does not see to that itself."""
    w.publish()
    w.ask()
    let_go = w.hold_back("/config/")
    w.agent.start()
    w.wait_told("looking up the package repository")
    w.machine.run(["sync"])
    return let_go


@for_families("el9", sweep=("debian12", "fedora", "sles15", *OTHERS), disk=True, timeout=240)
def the_power_is_cut_before_the_package(w):
    """It cannot be had afterwards either: what was there before the cut is there again."""
    w.prepare()
    before = w.snapshot()
    let_go = start_on_disk(w)
    w.hold_download()
    let_go()
    w.wait_download()
    w.machine.run(["sync"])
    w.machine.power_cut()
    w.let_download_go()
    w.vendor.alter_package(SENSOR)
    w.azure.forget_uploads()
    w.machine.boot()
    w.wait_error("package-signature", timeout=120)
    w.assert_quiet()
    w.assert_untouched(before)
    assert not w.leftovers() and not w.manager.kept(), (w.leftovers(), w.manager.kept())


@for_families("debian12", "el9", "sles15", "el8", sweep=("fedora", *(name for name in OTHERS if name != "el8")), disk=True)
def the_power_is_cut_in_a_script(w):
    """rpm's database says installed before the script has ended: it runs once more. That of EL 8 has lost it."""
    w.prepare(knobs={"postinst_wait_file": "/run/go"})
    start_on_disk(w)()
    w.wait_postinst()
    w.machine.power_cut()
    w.machine.write("/etc/mdatp-stand-in.conf", "")
    w.azure.forget_uploads()
    w.machine.boot()
    ended(w, 0)
    w.assert_sane()
    assert w.count_installed() == 1
