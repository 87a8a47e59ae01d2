"""What Azure answers about a machine's identity: metadata services (IMDS, HIMDS) and Resource Manager.

answer(folder, service, path, headers) is all; azure_server.py (IMDS), vendor/server.py (Resource Manager) and this program (HIMDS,
on 127.0.0.1:40342) call it. Every header of a request of ours is checked; what is wrong goes to FOLDER/wrong, a line each, and
fails the scenario (identity.py). FOLDER/requests.log has "SERVICE path status". FOLDER/identity.json says how it is:

    token       what a right request gets;  audience  whom it is for
    identities  IMDS: {"": client id of the system's, or absent; CLIENT ID or RESOURCE ID of an assigned one: true}
    compute     the compute metadata of Arc's machine (a VM's are azure_server.py's)
    keys        the machine's folder for HIMDS' key files, as the host sees it;  realm: another path to name, or null
    onboardings {name: base64 of the package}, as Resource Manager lists them
    cloud       {how its path ends: properties}: Defender for Cloud's settings and plans, the extension; others there are none
    faults      {"SERVICE PATH-PREFIX": [{"status", "body", "headers"}, ...]}: each used for one request, the last for all further
"""

import argparse
import json
import os
import pathlib
import re
import secrets
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OURS = "mde-linux/"
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
PLACE = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/mdeOnboardings"
REALM = "/var/opt/azcmagent/tokens"
TOKEN = "/metadata/identity/oauth2/token"
COMPUTE = "/metadata/instance/compute"
HOSTS = {"arm": ("management.azure.com", "management.usgovcloudapi.net"), "imds": ("169.254.169.254",), "himds": ("127.0.0.1:40342",)}
VERSIONS = {("imds", TOKEN): "2018-02-01", ("imds", COMPUTE): "2021-02-01", ("himds", TOKEN): "2020-06-01",
            ("himds", COMPUTE): "2020-06-01", ("arm", PLACE): "2021-10-01-preview", ("arm", f"{PLACE}/default"): "2021-10-01-preview"}
SECURITY = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security"
CLOUD_VERSIONS = ((r"/providers/Microsoft\.Security/settings/[A-Z_]+", ("2022-05-01", "2021-06-01")),
                  (r"/providers/Microsoft\.Security/pricings/VirtualMachines", ("2024-01-01",)),
                  (r"/Microsoft\.Compute/virtualMachines/[^/]+/extensions/MDE\.Linux", ("2024-07-01",)),
                  (r"/Microsoft\.HybridCompute/machines/[^/]+/extensions/MDE\.Linux", ("2024-07-10",)))

_used = {}
_lock = threading.Lock()


def answer(folder, service, path, headers):
    """(status, headers, body as bytes) for a GET of ours, or None: whoever asks has the answer."""
    folder = pathlib.Path(folder)
    try:
        state = json.loads((folder / "identity.json").read_text())
    except FileNotFoundError:
        return None
    url = urllib.parse.urlsplit(path)
    query = dict(urllib.parse.parse_qsl(url.query))
    for wrong in complaints(service, url.path, query, {name.lower(): value for name, value in headers.items()}):
        append(folder / "wrong", f"{service} {path}: {wrong}")
    found = fault(state, service, url.path) or PAGES[service](folder, state, url.path, query, headers)
    if not found:
        append(folder / "requests.log", f"{service} {path} elsewhere")
        return None
    status, more, body = found
    append(folder / "requests.log", f"{service} {path} {status}")
    body = body if isinstance(body, bytes) else json.dumps(body).encode() if not isinstance(body, str) else body.encode()
    return status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **more}, body


def append(file, line):
    with _lock, open(file, "a", encoding="utf-8") as out:
        out.write(line + "\n")


def complaints(service, path, query, headers):
    wanted = {"host", "user-agent", "accept"} | ({"metadata"} if service != "arm" else set())
    if service == "arm":
        wanted.add("authorization")
    allowed = wanted | ({"authorization"} if (service, path) == ("himds", TOKEN) else set())
    if not wanted <= set(headers) <= allowed:
        yield f"the headers {sorted(headers)}"
    if headers.get("host") not in HOSTS[service]:
        yield f"the host {headers.get('host')}"
    if headers.get("accept") != "application/json":
        yield f"Accept: {headers.get('accept')}"
    if service != "arm" and headers.get("metadata") != "true":
        yield f"Metadata: {headers.get('metadata')}"
    if query.get("api-version") not in versions(service, path):
        yield f"the version {query.get('api-version')}"
    view = {"$expand"} if service == "arm" and "/Microsoft.Compute/" in path and "/extensions/" in path else set()
    if view and query.get("$expand") != "instanceView":
        yield f"the query {query}"
    extra = set(query) - {"api-version"} - view - ({"resource", "client_id", "msi_res_id"} if path == TOKEN else set())
    if extra or {"client_id", "msi_res_id"} <= set(query):
        yield f"the query {query}"


def versions(service, path):
    """api-version of a path."""
    if (service, path) in VERSIONS:
        return (VERSIONS[service, path],)
    return next((known for pattern, known in CLOUD_VERSIONS if service == "arm" and re.search(f"{pattern}$", path)), ())


def fault(state, service, path):
    """The one that is staged for this, in turn."""
    for where, staged in state["faults"].items():
        of, _, prefix = where.partition(" ")
        if of == service and path.startswith(prefix):
            with _lock:
                used = _used[where] = _used.get(where, 0) + 1
            found = staged[min(used, len(staged)) - 1]
            return found and (found["status"], found.get("headers", {}), found.get("body", ""))
    return None


def token(state):
    return 200, {}, {"access_token": state["token"], "client_id": "c", "expires_in": "86399", "resource": state["audience"],
                     "token_type": "Bearer"}


def oauth_error(status, words):
    return status, {}, {"error": "invalid_request", "error_description": words}


def imds(folder, state, path, query, headers):
    if path != TOKEN:
        return None
    if query.get("resource") != state["audience"]:
        return oauth_error(400, "AADSTS500011: no such resource")
    wanted = query.get("client_id") or query.get("msi_res_id")
    assigned = state["identities"]
    if not wanted and "" not in assigned and len(assigned) > 1:
        return oauth_error(400, "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request")
    if not assigned or (wanted and wanted not in assigned):
        return oauth_error(400, "Identity not found")
    return token(state)


def himds(folder, state, path, query, headers):
    if path == COMPUTE:
        return 200, {}, state["compute"]
    if path != TOKEN:
        return 404, {}, ""
    sent = headers.get("Authorization")
    keys = pathlib.Path(state["keys"])
    if sent is None:
        name = f"{secrets.token_hex(8)}.key"
        (keys / name).write_text(state["key"])
        os.chown(keys / name, *state["owner"])
        os.chmod(keys / name, 0o440)
        return 401, {"WWW-Authenticate": f"Basic realm={state['realm'] or f'{REALM}/{name}'}"}, ""
    for file in keys.glob("*.key"):
        if sent == f"Basic {file.read_text()}":
            file.unlink()
            return token(state)
    append(folder / "wrong", "himds: an Authorization that is no key's")
    return 401, {}, ""


def onboarding(name, package):
    return {"id": f"{PLACE}/{name}", "name": name, "type": "Microsoft.Security/mdeOnboardings",
            "properties": {"onboardingPackageWindows": "d2luZG93cw==", "onboardingPackageLinux": package}}


def arm(folder, state, path, query, headers):
    if headers.get("Authorization") != f"Bearer {state['token']}":
        append(folder / "wrong", "arm: an Authorization that is not the token")
    offered = state["onboardings"]
    if path == PLACE:
        return 200, {}, {"value": [onboarding(*each) for each in offered.items()]}
    if path == f"{PLACE}/default" and "default" in offered:
        return 200, {}, onboarding("default", offered["default"])
    for end, properties in state["cloud"].items():
        if path.endswith(end):
            return 200, {}, {"id": path, "name": path.rpartition("/")[2], "properties": properties}
    return 404, {}, {"error": {"code": "ResourceNotFound", "message": "There is no such thing."}}


PAGES = {"imds": imds, "himds": himds, "arm": arm}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        status, headers, body = answer(self.server.folder, "himds", self.path, self.headers)
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=40342)
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads, server.folder = True, options.folder
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
