"""The templates of packaging/deploy give the extension settings that it takes, and secrets as protected ones only.

    test_deploy.py PROGRAM
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import types
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
TOP = Path(__file__).resolve().parents[2]
FOLDER = TOP / "packaging/deploy"
TEMPLATES = {"vm": ("Microsoft.Compute/virtualMachines", "vmName"), "arc": ("Microsoft.HybridCompute/machines", "machineName")}
SECRETS = {"onboardingScript": "secret-script", "onboardingPackageUri": "https://secret.test/package", "offboardingScript": ""}
HOST = TOP / "tests/hosts/debian-12-x86_64/facts.json"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def table():
    """{name: "SETTING_PUBLIC | SETTING_PROTECTED"} of the handler."""
    text = (TOP / "handler/setting_table.c").read_text()
    text = re.sub(r"\s+", " ", text.split("setting_keys[] = {")[1].split("};\n")[0])
    names = dict(re.findall(r'#define (SETTING_\w+) "(\w+)"', (TOP / "handler/setting_keys.h").read_text()))
    found = dict.fromkeys(re.findall(r'\{ (?:STRING|BOOL)\("(\w+)"', text), "SETTING_PUBLIC")
    found |= dict(re.findall(r'\.name = "(\w+)", \.places = ([\w |]+),', text))
    return found | dict.fromkeys((names[name] for name in re.findall(r"\{ SECRET\((\w+)\)", text)), "SETTING_PROTECTED")


def evaluate(text, given):
    """What Resource Manager would make of "[...]"; its expressions are nearly Python's."""
    if not (isinstance(text, str) and text.startswith("[")):
        return text
    found = types.SimpleNamespace(properties=types.SimpleNamespace(onboardingPackageLinux="package-of-the-subscription"))
    functions = {
        "parameters": lambda name: given[name],
        "if_": lambda condition, yes, no: yes if condition else no,
        "equals": lambda a, b: a == b,
        "empty": lambda value: not value,
        "true": lambda: True,
        "json": json.loads,
        "createObject": lambda *words: dict(zip(words[::2], words[1::2], strict=True)),
        "union": lambda *objects: {name: value for each in objects for name, value in each.items()},
        "format": str.format,
        "resourceId": lambda kind, name: f"/subscriptions/s/resourceGroups/g/providers/{kind}/{name}",
        "subscriptionResourceId": lambda kind, name: f"/subscriptions/s/providers/{kind}/{name}",
        "reference": lambda resource, version, what: found,
        "resourceGroup": lambda: types.SimpleNamespace(location="westeurope"),
    }
    return eval(re.sub(r"\bif\(", "if_(", text[1:-1]), {"__builtins__": {}}, functions)


def deploy(name, **given):
    """The resource as it would be made."""
    template = load(name)
    values = {parameter: evaluate(row["defaultValue"], {}) for parameter, row in template["parameters"].items() if "defaultValue" in row}
    assert set(given) <= set(template["parameters"]), given
    values |= {TEMPLATES[name][1]: "machine", "settings": load("parameters")["parameters"]["settings"]["value"], **given}
    resource, = template["resources"]
    return {**resource, "name": evaluate(resource["name"], values), "location": evaluate(resource["location"], values),
            "properties": {member: evaluate(value, values) for member, value in resource["properties"].items()}}


class Deploy(unittest.TestCase):
    def each(self):
        for name in TEMPLATES:
            choices = load(name)["parameters"]["onboarding"]["allowedValues"]
            self.assertEqual(set(choices), {"subscription", "script", "uri", "machine"})
            for choice in choices:
                yield name, choice, deploy(name, onboarding=choice, **SECRETS)

    def test_the_extension_is_that_of_the_manifest(self):
        image = ElementTree.fromstring((TOP / "packaging/extension/manifest.xml.in").read_text())
        told = {child.tag.partition("}")[2]: child.text for child in image}
        for name, (kind, _) in TEMPLATES.items():
            resource = deploy(name)
            self.assertEqual(resource["type"], f"{kind}/extensions")
            self.assertEqual((resource["name"], resource["location"]), ("machine/MDE.Linux", "westeurope"))
            properties = resource["properties"]
            self.assertEqual((properties["publisher"], properties["type"]), (told["ProviderNameSpace"], told["Type"]))
            self.assertRegex(properties["typeHandlerVersion"], r"^\d+\.\d+$")
        self.assertIn(f"--publisher {told['ProviderNameSpace']} ", (FOLDER / "README.md").read_text())

    def test_settings_stand_where_the_table_has_them(self):
        known = table()
        self.assertGreater(len(known), 30)
        for name, choice, resource in self.each():
            for places, members in (("SETTING_PUBLIC", "settings"), ("SETTING_PROTECTED", "protectedSettings")):
                for setting in resource["properties"][members]:
                    self.assertIn(places, known.get(setting, ""), (name, choice, setting))
        text = "".join(path.read_text() for path in FOLDER.iterdir())
        named = set(re.findall(r"(?:createObject\('|`\{\"|`)((?:azure|onboarding|offboarding|defender|expected|allow)[A-Z]\w+)", text))
        self.assertEqual(named - set(known) - set(load("vm")["parameters"]), set())

    def test_the_program_takes_them(self):
        for name, choice, resource in self.each():
            done, told = self.plan({**resource["properties"]["settings"], "azureResourceId": self.resource_id(resource)})
            self.assertEqual((told["settings"], [row for row in told["refusals"] if row["reason"].startswith("settings")]), ([], []),
                             (name, choice, done))
        told = self.plan({"chanel": "prod"})[1]
        self.assertIn("chanel", "".join(told["settings"]))

    def resource_id(self, resource):
        return resource["properties"]["settings"]["azureResourceId"].replace("/s/", "/11111111-2222-3333-4444-555555555555/", 1)

    def plan(self, settings):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(settings, file)
            file.flush()
            done = subprocess.run([PROGRAM, "plan", "--facts", HOST, "--settings", file.name, "--json"], capture_output=True, text=True)
        return done, json.loads(done.stdout)

    def test_one_source_is_given_at_a_time(self):
        for name in TEMPLATES:
            for choice, protected in (("subscription", {"defenderForEndpointOnboardingScript": "package-of-the-subscription"}),
                                      ("script", {"defenderForEndpointOnboardingScript": "secret-script"}),
                                      ("uri", {"onboardingPackageUri": "https://secret.test/package"}), ("machine", {})):
                properties = deploy(name, onboarding=choice, **SECRETS)["properties"]
                self.assertEqual(properties["protectedSettings"], protected)
                self.assertEqual("onboardingFromAzure" in properties["settings"], choice == "machine")
            both = deploy(name, **{**SECRETS, "offboardingScript": "leave"})["properties"]["protectedSettings"]
            self.assertEqual(both["defenderForEndpointOffboardingScript"], "leave")

    def test_secrets_are_secure_parameters_and_reach_protected_settings_only(self):
        for name in TEMPLATES:
            template = load(name)
            secure = {parameter for parameter, row in template["parameters"].items() if row["type"].startswith("secure")}
            self.assertEqual(secure, set(SECRETS))
            self.assertEqual({template["parameters"][parameter]["defaultValue"] for parameter in secure}, {""})
            self.assertNotIn("outputs", template)
        for name, choice, resource in self.each():
            resource["properties"].pop("protectedSettings")
            self.assertNotIn("secret", json.dumps(resource), (name, choice))

    def test_both_are_the_same_but_for_the_machine(self):
        (kind, name), (other_kind, other_name) = TEMPLATES["vm"], TEMPLATES["arc"]
        text = (FOLDER / "arc.json").read_text().replace(other_kind, kind).replace(other_name, name)
        vm, arc = load("vm"), json.loads(text)
        for template in (vm, arc):
            template.pop("metadata")
            template["parameters"][name].pop("metadata")
            template["resources"][0].pop("apiVersion")
        self.assertEqual(vm, arc)


if __name__ == "__main__":
    unittest.main()
