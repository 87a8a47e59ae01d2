"""Machines that reach the repositories through a proxy only: nobody but the proxy resolves their names."""

from onboarding_world import ONBOARDING
from scenario import for_families, scenario

OPEN, ASKING, REFUSING = 3128, 3129, 3130
NAME = "http://proxy.test"
HOSTS = "127.0.0.1 localhost machine proxy.test\n"
VENDOR = "CONNECT packages.microsoft.com:443 200"
APT = "/etc/apt/apt.conf.d/80proxy"
ARC = "/lib/systemd/system.conf.d/azcmagent.conf"
PLACES = ("/etc/apt", "/etc/environment", "/etc/systemd/system.conf", "/etc/systemd/system.conf.d",
          "/lib/systemd/system.conf.d", "/etc/waagent.conf")


def behind(w, *modes):
    """A machine with the extension installed, cut off from everything but the proxies."""
    w.install_only()
    w.machine.write("/etc/hosts", HOSTS)
    for port, mode in modes:
        w.start_proxy(port, mode)


def seen(w, port):
    return (w.folder / f"proxy-{port}.log").read_text().splitlines()


def forget(w):
    for log in w.folder.glob("proxy-*.log"):
        log.write_text("")


def ask(w, seq, **settings):
    w.settings_file(seq, **settings)
    w.enable(seq=seq)
    return w.wait_ended(seq)


def rows(status):
    return {row["name"]: row["formattedMessage"]["message"] for row in status["substatus"]}


def onboarded_by(w, seq, **settings):
    """Succeeds, and what the package manager and the machine are configured to use is as it was."""
    before = w.machine.snapshot(PLACES)
    status = ask(w, seq, **settings)
    assert status["status"] == "success", status
    after = w.machine.snapshot(PLACES)
    new = {path for path in after if before.get(path) != after[path]}
    assert new == {"/etc/apt/sources.list.d/microsoft-prod.list"}, new
    told = rows(status)
    w.make_fresh()
    return told


@scenario(direct=True)
def the_proxy_that_is_asked_for_is_used_for_this_run_only(w):
    behind(w, (OPEN, "open"))
    # apt's own leads nowhere, even for this very host: the setting goes before it
    w.machine.write(APT, 'Acquire::http::Proxy "http://nowhere.invalid:1";\n'
                    'Acquire::https::Proxy::packages.microsoft.com "http://nowhere.invalid:2";\n')
    told = onboarded_by(w, 1, proxy=f"{NAME}:{OPEN}")
    assert f"through the proxy {NAME}:{OPEN}, which the setting proxy names" in told["package-proxy"], told
    assert "sensor-proxy" not in told, told
    ways = seen(w, OPEN)
    assert sum(line.startswith(VENDOR) for line in ways) >= 2, ways  # ours and apt's
    assert any("http://deb.distro.test/" in line for line in ways), ways
    assert all("config/" not in line for line in ways), ways


@scenario(direct=True)
def what_the_machine_is_told_is_found(w):
    behind(w, (OPEN, "open"), (ASKING, "password"))
    proxy = f"{NAME}:{OPEN}"
    own = w.machine.read("/etc/waagent.conf")

    def found(seq, file, text, original=None):
        w.machine.write(file, text)
        forget(w)
        told = onboarded_by(w, seq)
        assert f"through the proxy {proxy}, which {file} names" in told["package-proxy"], told
        # apt's own may be a cache: the sensor is not sent there
        assert (f'"proxy": "{proxy}"' in told["sensor-proxy"]) == (file != APT), told
        assert ("may be a cache of packages" in told["sensor-proxy"]) == (file == APT), told
        if original is None:
            w.machine.path(file).unlink()
        else:
            w.machine.write(file, original)
        return told

    told = found(1, "/etc/waagent.conf", f"{own}\nHttpProxy.Host=proxy.test\nHttpProxy.Port={OPEN}\n", own)
    assert "for this run only" in told["package-proxy"], told
    found(2, ARC, f'[Manager]\nDefaultEnvironment="https_proxy={proxy}" "no_proxy=.corp.test"\n')
    told = found(3, APT, f'Acquire {{ http {{ Proxy "{proxy}"; }}; }};\n')
    assert "for this run only" not in told["package-proxy"], told


@scenario(waits=True, direct=True)
def a_proxy_with_a_password_stays_the_package_managers(w):
    behind(w, (OPEN, "open"), (ASKING, "password"))
    w.machine.write(APT, f'Acquire::http::Proxy "http://name:pass-word-7@proxy.test:{ASKING}";\n')
    w.machine.write("/etc/environment", f"https_proxy={NAME}:{OPEN}\n")
    told = onboarded_by(w, 1)
    assert APT in told["proxy-passed-over"] and "name and password" in told["proxy-passed-over"], told
    assert f"{NAME}:{OPEN}, which /etc/environment names; the package manager goes by its own, of {APT}" in told["package-proxy"], told
    # apt went by its own, we by the other
    assert any(line == f"{VENDOR} name" for line in seen(w, ASKING)), seen(w, ASKING)
    assert all(line.startswith("CONNECT ") for line in seen(w, OPEN)), seen(w, OPEN)
    assert not any("deb.distro.test" in line for line in seen(w, OPEN)), seen(w, OPEN)
    shown = [path for path in w.machine.upper.rglob("*") if path.is_file() and not path.is_symlink()
             and b"pass-word-7" in path.read_bytes() and not str(path).endswith(APT)]
    assert not shown, shown
    journal = w.machine.run(["journalctl", "--no-pager", "--all", "--output=export"]).stdout
    assert "pass-word-7" not in journal
    # what apt meets is not told of our own proxy
    w.machine.write(APT, f'Acquire::http::Proxy "http://name:wrong@proxy.test:{ASKING}";\n')
    before = w.snapshot()
    status = ask(w, 2)
    message = status["formattedMessage"]["message"]
    assert f"The package manager goes by its own proxy of {APT}. It said: " in message and NAME not in message, message
    assert rows(status)["repository-key-added"].endswith("; it was taken back"), status
    w.assert_untouched(before)


@scenario(direct=True)
def a_proxy_that_does_not_let_us_through_is_named(w):
    behind(w, (OPEN, "open"), (ASKING, "password"), (REFUSING, "refuse"))
    before = w.snapshot()

    def refused(seq, *words, **settings):
        status = ask(w, seq, **settings)
        message = status["formattedMessage"]["message"]
        assert status["status"] == "error" and status["code"] == 55 and "(proxy)" in message, status
        for each in words:
            assert each in message, (each, message)
        w.assert_untouched(before)
        assert not w.machine.exists(ONBOARDING)

    refused(1, f"Through the proxy {NAME}:{ASKING} of the setting proxy", "answered 407", "it wants credentials",
            proxy=f"{NAME}:{ASKING}")
    w.machine.write("/etc/environment", f'https_proxy="{NAME}:{REFUSING}"\n')
    refused(2, f"Through the proxy {NAME}:{REFUSING} of /etc/environment", "answered 403")
    # one whose name is not there yet is waited for
    w.machine.write("/etc/environment", f"https_proxy=http://later.test:{OPEN}\n")
    w.settings_file(3)
    w.enable(seq=3)
    w.machine.wait(lambda: "the name of the proxy later.test:3128 cannot be resolved" in
                   w.status(seq=3)["formattedMessage"]["message"], 20, "the name to be told")
    w.machine.write("/etc/hosts", HOSTS.replace("proxy.test", "proxy.test later.test"))
    assert w.wait_ended(3)["status"] == "success"


LIBPROXY = "/usr/lib/x86_64-linux-gnu/libproxy.so.1"
OWN = {"apt": (APT, 'Acquire::https::Proxy "{}";\nAcquire::http::Proxy "{}";\n'), "dnf": ("/etc/dnf/dnf.conf", "[main]\nproxy={}\n"),
       "dnf5": ("/etc/dnf/dnf.conf", "[main]\nproxy={}\n"),
       "zypper": ("/etc/sysconfig/proxy", 'PROXY_ENABLED="yes"\nHTTP_PROXY="{}"\nHTTPS_PROXY="{}"\nNO_PROXY="localhost"\n')}


@for_families("debian13", "el9", "fedora43", "sles15", sweep=("debian11", "el8", "el10", "amzn2023", "sles157", "sles16"), direct=True)
def families(w):
    """Every package manager goes by what it is given, then by its own; but zypper by its own first where libproxy is not there."""
    behind(w, (OPEN, "open"), (REFUSING, "refuse"))
    file, text = OWN[w.family.manager]
    w.machine.write(file, text.replace("{}", f"{NAME}:{REFUSING}"))
    before = w.machine.read(file)
    status = ask(w, 1, proxy=f"{NAME}:{OPEN}")
    assert w.machine.read(file) == before, status
    if w.family.manager == "zypper":
        assert f"{file} names another" in rows(status)["package-proxy"], status
    if w.family.manager == "zypper" and not w.machine.exists(LIBPROXY):
        way = f"Through the proxy {NAME}:{OPEN} of the setting proxy, or the other one of {file}"
        assert status["status"] == "error" and way in status["formattedMessage"]["message"], status
    else:
        assert status["status"] == "success", status
        ways = seen(w, OPEN)
        assert sum(line.startswith(VENDOR) for line in ways) >= 2 and any("distro.test" in line for line in ways), ways
        assert not seen(w, REFUSING), seen(w, REFUSING)
    w.make_fresh()
    w.manager.forget()
    forget(w)
    w.machine.write(file, text.replace("{}", f"{NAME}:{OPEN}"))
    status = ask(w, 2)
    assert status["status"] == "success" and file in rows(status)["package-proxy"], status
    assert sum(line.startswith(VENDOR) for line in seen(w, OPEN)) >= 2, seen(w, OPEN)
    assert not seen(w, REFUSING), seen(w, REFUSING)
