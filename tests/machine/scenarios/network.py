"""The hosts that the sensor needs are asked before anything changes (onboarding.py: which its packages name)."""

import json
import re

import server
from leading import DEFINITIONS, EDR, EVENTS, PROTECTION, TICKETS, also_serve, lead
from onboarding_world import ONBOARDING
from scenario import scenario

INSPECTED, PORTAL, AHEAD, NOBODY = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.9"
OPEN, ASKING = 3128, 3129


def ask(w, seq, **settings):
    return w.enable_fresh(seq, **settings)[0]


def row(status, name):
    found = [each for each in status["substatus"] if each["name"] == name]
    assert found, (name, status)
    return found[0]["status"], found[0]["formattedMessage"]["message"]


def assert_words(text, *words):
    for each in words:
        assert each in text, (each, text)


@scenario(direct=True)
def what_is_not_reached_is_told_and_the_run_goes_on(w):
    w.install_unpacked()
    assert ask(w, 1)["status"] == "success"
    level, text = row(w.status(seq=1), "connectivity")
    assert level == "success", text
    assert_words(text, "all 5 endpoints", "geography EU, streamlined", "directly")
    assert_words(row(w.status(seq=1), "endpoints")[1], *(f"{host} (" for host in server.SENSOR_HOSTS))
    asked = {host for host in server.SENSOR_HOSTS if any(f"HEAD {host} /" in line for line in w.all_requests())}
    assert asked == set(server.SENSOR_HOSTS), w.all_requests()
    took = re.findall(r"connectivity: done ms=(\d+)", w.log())
    assert len(took) == 1, took
    print(f"connectivity took {took[0]} ms")
    # nothing changes: nobody is asked again
    requests = len(w.all_requests())
    assert ask(w, 2)["status"] == "success"
    assert len(w.all_requests()) == requests, w.all_requests()
    # three different troubles at once
    w.make_fresh()
    also_serve(w, INSPECTED, "--http", "0", "--certificate", "foreign")
    also_serve(w, PORTAL, "--https", "0", "--http", "443")
    lead(w, EDR=NOBODY, EVENTS=PORTAL, PROTECTION=INSPECTED, TICKETS=INSPECTED)
    status = ask(w, 3)
    assert status["status"] == "success", status
    level, text = row(status, "connectivity")
    assert level == "warning", text
    assert_words(text, "4 of the sensor's 5 endpoints were not reached", f"{EDR} (commands): cannot connect",
                 "Connection refused", "a captive portal", 'issued by "Elsewhere Inspection CA", is not trusted',
                 "exempt these hosts from inspection", "; likewise ")
    w.assert_onboarded()
    # a site that inspects, and had its machines trust it: the sensor does not
    w.make_fresh()
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    w.machine.write(bundle, w.machine.read(bundle) + server.ca_pem("foreign-ca"))
    lead(w, PROTECTION=INSPECTED)
    status = ask(w, 4)
    assert status["status"] == "success", status
    level, text = row(status, "connectivity")
    assert level == "warning", text
    assert_words(text, "all 5 endpoints", PROTECTION, 'issued by "Elsewhere Inspection CA", not by', "exempt these hosts")


@scenario(direct=True)
def with_strict_nothing_changes_until_the_hosts_are_reached(w):
    w.install_unpacked()
    before = w.snapshot()

    def refused(seq, reason, *words):
        status = ask(w, seq, requireConnectivity="strict")
        message = status["formattedMessage"]["message"]
        assert status["status"] == "error" and f"({reason})" in message, status
        assert_words(message, *words)
        w.assert_untouched(before)
        assert not w.machine.exists(ONBOARDING)
        return status

    # somebody on the way opens TLS: time does not help
    also_serve(w, INSPECTED, "--http", "0", "--certificate", "foreign")
    lead(w, PROTECTION=INSPECTED)
    status = refused(1, "connectivity", "1 of the sensor's 5 endpoints was not reached", f"{PROTECTION} (cloud protection)",
                     "Elsewhere Inspection CA")
    assert status["code"] == 55, status
    also_serve(w, AHEAD, "--http", "0", "--certificate", "future")
    lead(w, EDR=AHEAD)
    refused(2, "clock-wrong", "It is behind by ", EDR)
    # a name that is not there yet is waited for; what the sensor can be without is not
    lead(w, EVENTS=None, DEFINITIONS=INSPECTED)
    w.settings_file(3, requireConnectivity="strict")
    w.enable(seq=3)
    w.machine.wait(lambda: f"the name of {EVENTS} cannot be resolved" in w.status(seq=3)["formattedMessage"]["message"], 30, "the name to be told")
    w.assert_untouched(before)
    lead(w, DEFINITIONS=INSPECTED)
    status = w.wait_ended(3)
    assert status["status"] == "success", status
    level, text = row(status, "connectivity")
    assert level == "warning" and f"{DEFINITIONS} (definitions)" in text and EVENTS not in text, text
    w.assert_onboarded()


@scenario(direct=True)
def the_hosts_are_asked_through_the_sensors_proxy(w):
    w.install_unpacked()
    w.machine.write("/etc/hosts", "127.0.0.1 localhost machine proxy.test\n")
    w.start_proxy(OPEN, "open")
    w.start_proxy(ASKING, "password")
    before = w.snapshot()
    status = ask(w, 1, requireConnectivity="strict", proxy=f"http://proxy.test:{ASKING}")
    assert status["status"] == "error" and "(connectivity)" in status["formattedMessage"]["message"], status
    assert_words(status["formattedMessage"]["message"], f"the proxy proxy.test:{ASKING} answered 407", "it wants credentials", "likewise")
    w.assert_untouched(before)
    status = ask(w, 2, requireConnectivity="strict", proxy=f"http://proxy.test:{OPEN}")
    assert status["status"] == "success", status
    level, text = row(status, "connectivity")
    assert level == "success" and f"through the proxy http://proxy.test:{OPEN} of the setting proxy" in text, text
    ways = (w.folder / f"proxy-{OPEN}.log").read_text()
    for host in server.SENSOR_HOSTS:
        assert f"CONNECT {host}:443 200" in ways, ways


@scenario(direct=True)
def a_proxy_that_the_sensor_is_not_told_of_is_not_its_way(w):
    w.install_unpacked()
    w.start_proxy(OPEN, "open")
    w.start_proxy(ASKING, "password")
    proxy, log = f"http://127.0.0.1:{OPEN}", w.folder / f"proxy-{OPEN}.log"
    own = "/etc/apt/apt.conf.d/80proxy"
    managed = "/etc/opt/microsoft/mdatp/managed/mdatp_managed.json"

    def tell(places):
        for path, text in places.items():
            w.machine.write(path, text)

    # apt's own, which may be a cache, and the machine's: the sensor goes by neither
    tell({own: f'Acquire::http::Proxy "{proxy}";\n', "/etc/environment": f"https_proxy=http://127.0.0.1:{ASKING}\n"})
    status = ask(w, 1, requireConnectivity="strict")
    level, text = row(status, "connectivity")
    assert status["status"] == "success" and level == "success" and "directly" in text, status
    assert not any(host in log.read_text() for host in server.SENSOR_HOSTS), log.read_text()
    w.make_fresh()
    # apt's own is not even tried where nothing leads to them, the machine's is, and is what to do
    lead(w, EDR=NOBODY, EVENTS=NOBODY, TICKETS=NOBODY, PROTECTION=NOBODY, DEFINITIONS=NOBODY)
    tell({"/etc/environment": f"https_proxy={proxy}\nno_proxy=packages.microsoft.com\n", own: ""})
    before = w.snapshot()
    status = ask(w, 2, requireConnectivity="strict")
    message = status["formattedMessage"]["message"]
    assert status["status"] == "error" and "(connectivity)" in message, status
    assert_words(message, f"They are reached only through the proxy {proxy} (named in /etc/environment), which the sensor is not told of",
                 f'add the setting "proxy": "{proxy}"', "Connection refused")
    assert "Through the proxy" not in message, message
    w.assert_untouched(before)
    status = ask(w, 3)
    level, text = row(status, "connectivity")
    assert status["status"] == "success" and level == "warning", status
    assert_words(text, "reached only through the proxy", "is not reported until then")
    w.make_fresh()
    # one that stands in the sensor's own file before there is a sensor
    tell({managed: json.dumps({"cloudService": {"proxy": proxy}}), "/etc/environment": ""})
    status = ask(w, 4, requireConnectivity="strict")
    level, text = row(status, "connectivity")
    assert status["status"] == "success" and level == "success" and f"through the proxy {proxy} of {managed}" in text, status
