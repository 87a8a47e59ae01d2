"""The guest agent's configuration and policy, read by its own parsers and by the doctor.

What the guest agent makes of a file is asked in the machine, of the modules that it runs there: nothing here says what is right.
"""

import json

NEWEST = "/opt/waagent-newest/usr/lib/python3/dist-packages"

ENABLED = ["n", "N", "y", "no", "false", "False", "0", '"n"', ' "n" ', "'n'", "n # off", "n#off", "n\r", '"n"\r', "n\t", "None", "", "# n", "n n",
           "y\nExtensions.Enabled=n", "n\nExtensions.Enabled=y", "n\nExtensions.Enabled=maybe", "n\nExtensions.Enabled=None", "n=y"]
CONFIGURATIONS = [
    *[f"Extensions.Enabled={value}\n" for value in ENABLED],
    "Extensions.Enabled = n\n", " Extensions.Enabled=n\n", "\tExtensions.Enabled\t=\tn", "# Extensions.Enabled=n\n", " # Extensions.Enabled=n\n",
    "extensions.enabled=n\n", "Extensions.Enabled\n", "export Extensions.Enabled=n\n",
    *[f"Debug.EnableExtensionPolicy={value}\n" for value in ("n", "false", '"N"', "y")], " Debug.EnableExtensionPolicy = n # for now\n",
    *[f"Policy.PolicyFilePath={value}\n" for value in ("/etc/other.json", '"/etc/other.json"', "/etc/none.json", "None", "", "/etc")],
]
US = "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
VERSIONS = ["0.1.0", "0", "0.1", "0.0.9", "00.01.00", "9.0.0", "0.1.1", "0.2", "1", "", "0.1.", ".1", "0.1.0.0", "v0.1.0", "-1", "0.1.0 ", None, 0.1, 1, [], {}, True]
POLICIES = [
    {"allowListedExtensionsOnly": True}, {"allowListedExtensionsOnly": False}, {"allowListedExtensionsOnly": None}, {}, None, [], [1], "x", 1, True,
    {"allowListedExtensionsOnly": "false"}, {"allowListedExtensionsOnly": "true"}, {"allowListedExtensionsOnly": 1}, {"allowListedExtensionsOnly": 0},
    {"allowlistedextensionsonly": True}, {"allowListedExtensions": True}, {"signatureRequired": True}, {"signatureRequired": False}, {"signatureRequired": None},
    {"signatureRequired": "true"}, {"signatureRequired": 1}, {"extensions": [US]}, {"extensions": US}, {"extensions": {US: None}},
    {"signatureRequired": True, "allowListedExtensionsOnly": True},
    *[{"allowListedExtensionsOnly": True, "extensions": extensions} for extensions in (
        None, {}, [], [US], {US: {}}, {US.lower(): {}}, {US.upper(): {}}, {US + "x": {}}, {"Other.Name": {}}, {US: None}, {US: True}, {US: []}, {US: "allow"},
        {US: {"signatureRequired": False}}, {US: {"signatureRequired": True}}, {US: {"signatureRequired": "no"}}, {US: {"runtimePolicy": [1, {"a": None}]}},
        {US: {"version": "1.0"}}, {US: {}, "Other.Name": {"signatureRequired": 0}}, {US: {}, "Other.Name": True}, {US: {}, US.lower(): {}})],
]
TEXTS = ["", " ", "{", "no JSON", "[]", "null", "1", '"x"', "{}", '{"policyVersion": "0.1.0"} x', '\ufeff{"policyVersion": "0.1.0"}', "{'policyVersion': '0.1.0'}",
         '{"policyVersion": "0.1.0",}', '{"policyVersion": "9.0.0", "policyVersion": "0.1.0"}', '{"policyVersion": "0.1.0", "other": 1}',
         '{"PolicyVersion": "0.1.0"}', '{"policyVersion": "0.1.0", "extensionPolicy": {}}', '{"policyVersion": "0.1.0" /* first */}', '{"policyVersion": "0.1\n.0"}']

# On stdin {"program", "modules", "cases": [[configuration, policy]]}; the cases that are not taken alike, one JSON a line.
READER = r'''
import json, os, subprocess, sys

asked = json.load(sys.stdin)
sys.path.insert(0, asked["modules"])
from azurelinuxagent.common import conf
from azurelinuxagent.ga.confidential_vm_info import ConfidentialVMInfo
from azurelinuxagent.ga.policy import policy_engine

NAME = "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
policy_engine._PolicyEngine._log_policy_event = staticmethod(lambda *more, **named: None)
History = type("History", (), {"save": lambda self, *more: None})


def is_allowed(confidential):
    ConfidentialVMInfo._is_confidential_vm = confidential
    engine = policy_engine.ExtensionPolicyEngine()
    try:
        engine.update_policy(History())
        return bool(engine._should_allow_extension(NAME))
    except policy_engine.InvalidPolicyError:
        return False


def as_agent(root):
    conf.__conf__.values.clear()
    conf.load_conf_from_file(root + "/etc/waagent.conf")
    enabled, policy = conf.get_extensions_enabled(), conf.get_policy_file_path()
    conf.__conf__.values["Policy.PolicyFilePath"] = policy and root + policy
    allowed = {is_allowed(False), is_allowed(True)}
    return [enabled, allowed.pop() if len(allowed) == 1 else None]


def as_doctor(root):
    done = subprocess.run([asked["program"], "doctor", "--json", "--root", root], capture_output=True, text=True)
    assert done.returncode in (0, 3, 4) and not done.stderr, done
    told = json.loads(done.stdout)
    ids = [cause["id"] for cause in told["causes"]]
    unseen = any("the guest agent's policy:" in each["what"] for each in told["unseen"])
    return ["extensions-off" not in ids, None if unseen else "extension-denied" not in ids]


for number, (configuration, policy) in enumerate(asked["cases"]):
    root = "/tmp/agent-reads/%d" % number
    os.makedirs(root + "/etc")
    os.makedirs(root + "/var/lib/waagent/x")
    for name, text in (("waagent.conf", configuration), ("waagent_policy.json", policy), ("other.json", '{"policyVersion": "9"}')):
        with open(root + "/etc/" + name, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    agent, doctor = as_agent(root), as_doctor(root)
    if agent != doctor:
        print(json.dumps({"configuration": configuration, "policy": policy, "agent": agent, "doctor": doctor}))
'''


def cases():
    """(configuration, policy)"""
    whole = '{"policyVersion": "0.1.0"}'
    yield from ((configuration, '{"policyVersion": "9"}' if "olicy" in configuration else whole) for configuration in CONFIGURATIONS)
    yield from (("A=b\n", json.dumps({"policyVersion": version})) for version in VERSIONS)
    yield from (("A=b\n", json.dumps({"policyVersion": "0.1.0", "extensionPolicies": policies})) for policies in POLICIES)
    yield from (("A=b\n", text) for text in TEXTS)


def read_differently(w, program):
    """The cases that the doctor takes otherwise than the guest agent."""
    asked = {"program": program, "modules": NEWEST, "cases": list(cases())}
    w.machine.write("/root/agent-reads.py", READER)
    w.machine.write("/root/agent-reads.json", json.dumps(asked))
    done = w.machine.run(["sh", "-c", "python3 -B /root/agent-reads.py </root/agent-reads.json"])
    return done.stdout.splitlines()
