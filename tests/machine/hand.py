"""What scenarios of a person's own commands share: our program on a machine, packages in files, what it answers."""

import io
import json
import re
import zipfile

import onboarding
import schema
from onboarding_world import RESOURCE, STATE, WORKSPACE
from server import STORAGE

PROGRAM = "/usr/sbin/mde-linux"
LOGS = "/var/log/mde-linux"
FILE, LEAVE, SETTINGS = "/root/package", "/root/leave", "/root/settings.json"
OFFBOARDING = "/etc/opt/microsoft/mdatp/mdatp_offboard.json"
SIGNATURE = "Hj3nVw8Xq5Zb1Lc7Rk2Td9Mf4Ps6Gy0Ae"
PLACE = f"{STORAGE}/container/package"
SIGNED = f"https://{PLACE}?sv=2022-11-02&sr=b&sp=r&sig={SIGNATURE}%3D"
OURS, OTHER = onboarding.ORG_ID, onboarding.OTHER_ORG_ID


def bring(w, **settings):
    """The program, and a file of settings."""
    if not w.made("machine"):
        w.prepare()
    w.bring_program(PROGRAM)
    w.machine.write(SETTINGS, json.dumps({"azureResourceId": RESOURCE, "defenderForServersWorkspaceId": WORKSPACE,
                                          "maxWaitMinutes": 1, **settings}))


def zipped(content, name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def give(w, path, content):
    """A package in a file of this person's, until taken()."""
    w.machine.write(path, content, 0o600)


def taken(w):
    w.machine.run(["rm", "-f", FILE, LEAVE])


def call(w, *words, **options):
    return w.machine.run([PROGRAM, *words], check=False, timeout=120, **options)


def document(done, name="onboard"):
    assert done.stderr == "", done
    return schema.validate(name, done.stdout)


def refused(done, reason, *words, name="onboard", verdict="refused"):
    answer = document(done, name)
    assert (answer["verdict"], answer["reason"], answer["code"]) == (verdict, reason, done.returncode), answer
    assert all(each in answer["found"] + answer["remedy"] for each in words), answer
    assert "protectedSettings" not in answer["remedy"] and "deploy" not in answer["remedy"], answer


def history(w):
    return json.loads(w.machine.read(f"{STATE}/history/hand.json"))


def last_pid(w):
    """Of the run that began last."""
    return re.findall(r"by hand begins, pid (\d+)", w.machine.read(f"{LOGS}/mde-linux.log"))[-1]
