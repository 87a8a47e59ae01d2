"""Goal state documents as the guest agent expects them. Pure functions: values in, text out.

One request is rendered for both ways a VM learns of it: ExtensionsConfig (Fabric) and vmSettings
(Fast Track).
"""

import json
import time
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

NAME = "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
STORAGE = "http://storage.stand-in.test"
MANIFEST = f"{STORAGE}/blobs/manifest.xml"
STATUS = f"{STORAGE}/status/machine.status?sig=not-a-real-signature"
ACTIVITY = "2e7f8b5d-f637-4721-b757-cb190d49b4e9"
CORRELATION = "72b1b3ab-43fb-4b30-8be0-1ef9b0e3e6d1"


@dataclass(frozen=True)
class Extension:
    """What the goal state says about our extension."""

    version: str
    state: str  # enabled, disabled, uninstall
    seq: int
    settings: dict | None  # handlerSettings; None: no settings at all


def ticks(unix=None):
    """.NET ticks, as goal states are dated."""
    return int(((time.time() if unix is None else unix) + 62135596800) * 10_000_000)


def handler_settings(public, protected, thumbprint):
    """The handlerSettings object; members that are None are left out, as CRP does."""
    values = {"protectedSettingsCertThumbprint": thumbprint, "protectedSettings": protected,
              "publicSettings": public}
    return {name: value for name, value in values.items() if value is not None}


def extensions_config(extension, number, created):
    """ExtensionsConfig; extension None: a VM without our extension."""
    plugins = settings = ""
    if extension:
        version = f"name={quoteattr(NAME)} version={quoteattr(extension.version)}"
        plugins = (f"<Plugin {version} location={quoteattr(MANIFEST)} "
                   f"state={quoteattr(extension.state)} autoUpgrade=\"false\" "
                   "runAsStartupTask=\"false\" isJson=\"true\" useExactVersion=\"true\"/>")
        if extension.settings is not None:
            runtime = json.dumps({"runtimeSettings": [{"handlerSettings": extension.settings}]})
            settings = (f"<Plugin {version}><RuntimeSettings seqNo=\"{extension.seq}\">"
                        f"{escape(runtime)}</RuntimeSettings></Plugin>")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<Extensions version="1.0.0.0" goalStateIncarnation="1">'
        "<GuestAgentExtension><GAFamilies></GAFamilies></GuestAgentExtension>"
        f"<Plugins>{plugins}</Plugins><PluginSettings>{settings}</PluginSettings>"
        f'<StatusUploadBlob statusBlobType="BlockBlob">{escape(STATUS)}</StatusUploadBlob>'
        f'<InVMGoalStateMetaData inSvdSeqNo="{number}" createdOnTicks="{created}" '
        f'activityId="{ACTIVITY}" correlationId="{CORRELATION}"/>'
        "</Extensions>")


def vm_settings(extension, number, created, source):
    """vmSettings; source is "Fabric" or "FastTrack"."""
    goal_states = []
    if extension:
        goal_states.append({
            "name": NAME, "version": extension.version, "location": MANIFEST,
            "state": extension.state, "autoUpgrade": False, "runAsStartupTask": False,
            "isJson": True, "useExactVersion": True})
        if extension.settings is not None:
            settings = dict(extension.settings)
            if "publicSettings" in settings:
                settings["publicSettings"] = json.dumps(settings["publicSettings"])
            goal_states[0].update(settingsSeqNo=extension.seq, settings=[settings])
    return {
        "hostGAPluginVersion": "1.0.8.133", "vmSettingsSchemaVersion": "0.0",
        "activityId": ACTIVITY, "correlationId": CORRELATION, "inSvdSeqNo": number,
        "extensionsLastModifiedTickCount": created, "extensionGoalStatesSource": source,
        "onHold": False, "gaFamilies": [],
        "statusUploadBlob": {"statusBlobType": "BlockBlob", "value": STATUS},
        "extensionGoalStates": goal_states}


def manifest(urls):
    """The version manifest of {version: url}."""
    plugins = "".join(f"<Plugin><Version>{version}</Version><Uris><Uri>{escape(url)}</Uri></Uris>"
                      "</Plugin>" for version, url in urls.items())
    return ('<?xml version="1.0" encoding="utf-8"?>\n<PluginVersionManifest><Plugins>'
            f"{plugins}</Plugins></PluginVersionManifest>")
