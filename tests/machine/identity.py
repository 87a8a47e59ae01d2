"""w.identity: this machine's identity in Azure, and the onboarding package that it may have.

    w.identity.offer(w.package())               # Resource Manager has it
    w.identity.assign()                         # a VM with a system assigned identity (identity_pages.py: what else)
    w.identity.arc()                            # or a machine of Azure Arc: its agent's folders, and HIMDS
    w.identity.stage("arm", "/subscriptions", {"status": 503}, None)    # the first request fails, the others do not
    w.identity.protect(plan=None, linux_out=True)      # Defender for Cloud: what is not as it is to be
    w.identity.requests("arm")                  # paths and statuses

Nobody has an identity, and nothing is offered, before that is said. The token is looked for after the scenario as all secrets are.
"""

import base64
import json
import secrets
import sys
from pathlib import Path

import identity_pages
import secrets_check
from scenario import after_every

HERE = Path(__file__).resolve().parent
ARC_RESOURCE = (f"/subscriptions/{identity_pages.SUBSCRIPTION}/resourceGroups/Group"
                "/providers/Microsoft.HybridCompute/machines/machine")
DIRECTORY = "99999999-2222-4333-8444-555555555555"
OWNER = (998, 997)  # himds
DROP_IN = ('[Manager]\nDefaultEnvironment="IMDS_ENDPOINT=http://localhost:40342"'
           ' "IDENTITY_ENDPOINT=http://localhost:40342/metadata/identity/oauth2/token"\n')


class Identity:
    def __init__(self, world):
        self.world, self.machine = world, world.machine
        self.folder = folder(self.machine)
        self.folder.mkdir()
        self.himds = None
        self.state = {"token": f"eyJ0eXAi.{claims()}.{secrets.token_hex(24)}", "cloud": {},
                      "audience": "https://management.azure.com/",
                      "identities": {}, "onboardings": {}, "faults": {}, "realm": None, "key": secrets.token_hex(24), "owner": OWNER}
        world.needles |= secrets_check.markers([self.state["token"], self.state["key"]])
        self.put()

    def put(self, **changes):
        """Changes what identity_pages.py knows."""
        self.state.update(changes)
        new = self.folder / "new"
        new.write_text(json.dumps(self.state))
        new.replace(self.folder / "identity.json")

    def assign(self, *identities, system=True):
        self.put(identities={**({"": "system"} if system else {}), **{each: True for each in identities}})

    def offer(self, script, name="default"):
        """script: as w.package() gives it."""
        self.put(onboardings={**self.state["onboardings"], name: base64.b64encode(script).decode()})

    def protect(self, plan="P2", integration=True, linux_out=False, extension=None, message="", machine_plan=None):
        """What Resource Manager says. plan: None: Free; extension: its provisioning state, None: there is none."""
        security = identity_pages.SECURITY
        cloud = {f"{security}/settings/WDATP": {"enabled": integration},
                 f"{security}/settings/WDATP_EXCLUDE_LINUX_PUBLIC_PREVIEW": {"enabled": linux_out},
                 f"{security}/settings/WDATP_UNIFIED_SOLUTION": {"enabled": True},
                 f"{security}/pricings/VirtualMachines": price(plan)}
        if machine_plan:
            cloud["/machines/machine/providers/Microsoft.Security/pricings/VirtualMachines"] = price(machine_plan)
        if extension:
            told = {"code": f"ProvisioningState/{extension.lower()}", "level": "Info", "message": message}
            cloud["/virtualMachines/machine/extensions/MDE.Linux"] = {"provisioningState": extension, "instanceView": {"statuses": [told]}}
            cloud["/machines/machine/extensions/MDE.Linux"] = {"provisioningState": extension, "instanceView": {"status": told}}
        self.put(cloud=cloud)

    def stage(self, service, prefix, *answers):
        """What imds, himds or arm answers for these paths: an answer a request, the last for all further; None: as it is."""
        self.put(faults={**self.state["faults"], f"{service} {prefix}": answers})

    def unstage(self):
        self.put(faults={})

    def arc(self, serve=True):
        """Lays out Arc's agent (by hand, as its package would) and starts HIMDS."""
        machine = self.machine
        passwd = machine.read("/etc/passwd")
        machine.write("/etc/passwd", f"{passwd}himds:x:{OWNER[0]}:{OWNER[1]}::/var/opt/azcmagent:/bin/false\n")
        machine.write("/opt/azcmagent/bin/himds", "#!/bin/false\n", 0o755)
        machine.write("/lib/systemd/system.conf.d/azcmagent.conf", DROP_IN)
        machine.write("/var/opt/azcmagent/agentconfig.json", json.dumps({
            "subscriptionId": identity_pages.SUBSCRIPTION, "resourceGroup": "Group", "resourceName": "machine",
            "location": "westeurope", "cloud": "AzureCloud"}), 0o640)
        machine.run(["install", "-d", "-o", str(OWNER[0]), "-g", str(OWNER[1]), "-m", "0750", identity_pages.REALM])
        machine.run(["chown", f"{OWNER[0]}:{OWNER[1]}", "/var/opt/azcmagent", "/var/opt/azcmagent/agentconfig.json"])
        compute = {"azEnvironment": "AzurePublicCloud", "location": "westeurope", "name": "machine", "osType": "Linux",
                   "resourceGroupName": "Group", "resourceId": ARC_RESOURCE, "subscriptionId": identity_pages.SUBSCRIPTION,
                   "tagsList": [], "vmId": "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"}
        self.put(compute=compute, keys=str(machine.path(identity_pages.REALM)))
        if serve:
            self.start_himds()

    def start_himds(self):
        self.himds = self.machine.spawn_outside([sys.executable, "-B", str(HERE / "identity_pages.py"), str(self.folder)])
        self.machine.wait(lambda: "ready" in Path(self.himds.log).read_text(), 20, "HIMDS")

    def stop_himds(self):
        self.himds.kill()
        self.himds.wait()

    def forget_keys(self):
        """HIMDS' files, which it would remove by itself: no leak of ours."""
        keys = self.machine.path(identity_pages.REALM)
        for file in keys.glob("*.key") if keys.is_dir() else ():
            file.unlink()

    def requests(self, service=None):
        log = self.folder / "requests.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.split(" ", 1)[1] for line in lines if service in (None, line.split(" ", 1)[0])]


def claims():
    """The part of a token that says whose it is."""
    text = json.dumps({"tid": DIRECTORY, "uti": secrets.token_hex(24)})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def price(plan):
    return {"pricingTier": "Standard" if plan else "Free", **({"subPlan": plan} if plan else {})}


def folder(machine):
    return machine.folder / "identity"


@after_every
def only_right_requests(w):
    """Azure's metadata services and Resource Manager were asked as they are to be asked."""
    if not w.made("machine"):
        return
    if w.made("identity"):
        w.identity.forget_keys()
    wrong = folder(w.machine) / "wrong"
    assert not wrong.exists(), wrong.read_text()
