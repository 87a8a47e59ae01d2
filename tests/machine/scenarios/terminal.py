"""check and plan for people: on a terminal of 80x24, piped, as nobody, of an image."""

import json

import schema
from scenario import scenario
from scenarios.conflicts import hold
from terminal import Terminal

AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
TENANT = "11111111-2222-3333-4444-555555555555"
APT = [f"/usr/bin/{name}" for name in ("apt-get", "apt-cache", "dpkg", "dpkg-query", "dpkg-deb")]


def on_terminal(w, *argv, code, **options):
    """The screen of a command that fits it whole."""
    with Terminal(w.machine, argv, **options) as terminal:
        assert terminal.end() == code, (argv, terminal.text)
        assert terminal.output.count(b"\n") < 24, terminal.text
        return terminal


@scenario()
def help_check_and_plan_on_a_terminal(w):
    program = w.bring_program()
    assert on_terminal(w, program, "--help", code=0).lines[0].startswith("Usage: mde-linux")
    before = w.machine.snapshot(["/etc", "/opt", "/usr", "/var/lib"])
    # fit
    screen = on_terminal(w, program, "check", code=0)
    assert screen.lines[0] == "This machine is fit for the sensor." and screen.colour("This machine") == "green", screen.text
    for words in ("Sensor:          not installed", "Debian GNU/Linux 12 (bookworm), x86_64", "Packages:        apt"):
        assert words in screen.text, screen.text
    document = schema.validate("check", w.machine.run([program, "check", "--json"]).stdout)
    assert (document["fit"], document["refusals"], document["unseen"]) == ("yes", [], []), document
    # what plan says, live and replayed by anybody
    w.machine.write("/tmp/settings.json", json.dumps({"tenant": TENANT}))
    w.machine.write("/tmp/check.json", json.dumps(document))
    screen = on_terminal(w, program, "plan", "--settings", "/tmp/settings.json", code=0)
    assert screen.lines[0] == "to do:" and "  package: the package is not installed" in screen.lines, screen.text
    schema.validate("plan", w.machine.run([program, "plan", "--settings", "/tmp/settings.json", "--json"]).stdout)
    live = w.machine.run([program, "plan", "--settings", "/tmp/settings.json"]).stdout
    replayed = w.machine.run([*AS_NOBODY, program, "plan", "--facts", "/tmp/check.json", "--settings", "/tmp/settings.json"])
    assert replayed.stdout == live and "\x1b" not in live, (replayed, live)
    # as nobody: what can be seen, and what was not
    screen = on_terminal(w, *AS_NOBODY, program, "check", code=4)
    assert screen.lines[0].startswith("Not all could be seen") and screen.colour("Not all") == "cyan", screen.text
    assert "not run by root: which programs hold file access back" in " ".join(screen.text.split()), screen.text
    assert "Debian GNU/Linux 12" in screen.text and w.machine.run([*AS_NOBODY, program, "plan"], check=False).returncode == 53
    assert w.machine.snapshot(["/etc", "/opt", "/usr", "/var/lib"]) == before
    # two things against it, each with what to do; on a dumb serial console too
    w.machine.write("/etc/os-release", 'ID=nixos\nVERSION_ID="25.05"\nPRETTY_NAME="NixOS 25.05"\n')
    w.machine.run(["rm", "-f", "/usr/lib/os-release", "/etc/debian_version"])
    w.machine.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", "/opt"])
    for term in ("xterm", "dumb"):
        with Terminal(w.machine, [program, "check"], term=term, rows=50) as terminal:
            assert terminal.end() == 51, terminal.text
            assert terminal.lines[0] == "2 things speak against the sensor on this machine.", terminal.text
            assert (b"\x1b" in terminal.output) == (term == "xterm"), terminal.output
    refusals = schema.validate("check", w.machine.run([program, "check", "--json"], check=False).stdout)["refusals"]
    assert [each["reason"] for each in refusals] == ["distribution-unsupported", "mount-unusable"], refusals


@scenario()
def another_product_comes_first_and_an_image_is_only_read(w):
    program = w.bring_program()
    w.machine.write("/etc/os-release", 'ID=nixos\nVERSION_ID="25.05"\nPRETTY_NAME="NixOS 25.05"\n')
    hold(w, program="/usr/bin/clamonacc", name="clamonacc")
    with Terminal(w.machine, [program, "check"], rows=50) as terminal:
        assert terminal.end() == 51, terminal.text
        text = " ".join(terminal.text.split())
        assert text.index("(code 51) what: Another security product") < text.index("distribution-unsupported"), text
        assert terminal.lines[1] == "Refused: conflict (code 51)" and terminal.colour("Refused") == "red", terminal.text
        assert "Other products: ClamAV holds file access back" in text, text
    # its own tree, as an image: what runs does not count, and nothing changes in it
    w.machine.run(["mkdir", "/srv/image"])
    w.machine.run(["cp", "-a", "/etc", "/srv/image/etc"])
    w.machine.run(["cp", "-a", "--parents", "/var/lib/dpkg/status", "/usr/bin/dash", "/usr/bin/sh", *APT, "/srv/image"])
    w.machine.write("/srv/image/usr/lib/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian of the image"\n')
    w.machine.run(["ln", "-sfn", "/usr/lib/os-release", "/srv/image/etc/os-release"])
    before = w.machine.snapshot(["/srv/image"])
    screen = on_terminal(w, program, "check", "--root", "/srv/image", code=0)
    assert screen.lines[0] == "This image is fit for the sensor.", screen.text
    assert "Debian of the image" in screen.text and "was not looked at" in " ".join(screen.text.split()), screen.text
    assert w.machine.run([program, "plan", "--root", "/srv/image", "--json"], check=False).returncode == 53
    assert w.machine.snapshot(["/srv/image"]) == before
