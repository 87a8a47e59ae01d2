"""What is in the static program, as CycloneDX 1.6 JSON (ECMA-424) has it: one file an architecture, the same bytes each time.

A library is told apart by the Debian source package it was compiled from. Where Debian's own changes are not in it, or somebody
else's are, it is not given out as Debian's: who looks for known holes must not take them for mended.
"""

import hashlib
import json
import time
import uuid
from urllib.parse import quote

import debian
import recipes
import toolchain

NAME = "mde-linux"
SHIMS = ("built for musl with headers and functions of mde-linux, packaging/portable/systemd-on-musl (MIT); "
         "an own copy can be linked instead: see RELINK")
MUSL_LICENCE = "MIT"
LIBGCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"
# Nothing of these is in the program but what a compiler takes from their headers.
HEADERS = {
    "linux-libc-dev": "GPL-2.0-only WITH Linux-syscall-note",
    "libcap-dev": "BSD-3-Clause OR GPL-2.0-only",
    "liblz4-dev": "BSD-2-Clause",
    "liblzma-dev": "0BSD",
    "libzstd-dev": "BSD-3-Clause OR GPL-2.0-only",
}


def _licences(words):
    return [{"expression": words}] if " " in words else [{"license": {"id": words}}]


def _purl(source, release):
    distro = f"&distro={release}" if release else ""
    return f"pkg:deb/debian/{source['name']}@{quote(source['version'], safe=':~')}?arch=source{distro}"


def _component(name, version, licence, purl, scope="required"):
    return {"type": "library", "bom-ref": name, "supplier": {"name": "Debian", "url": ["https://www.debian.org/"]}, "name": name,
            "version": version, "scope": scope, "licenses": _licences(licence), "purl": purl}


def _sources(source):
    return [{"type": "source-distribution", "url": file, "hashes": [{"alg": "SHA-256", "content": digest}]}
            for file, digest in source["files"].items()]


def _patch(name):
    """Debian's, as debian/patches has it."""
    if not name.upper().startswith("CVE-"):
        return {"type": "unofficial", "diff": {"url": f"debian/patches/{name}"}}
    hole = "-".join(name.upper().replace("_", "-").replace(".", "-").split("-")[:3])
    return {"type": "backport", "diff": {"url": f"debian/patches/{name}"}, "resolves": [{"type": "security", "id": hole}]}


def _from_package(name, package, licence, release, scope="required"):
    """Made of a source package of Debian."""
    source = package["source"]
    component = _component(name, source["version"], licence, _purl(source, release), scope)
    if "changed" in package:
        component |= {"supplier": {"name": "whoever built this program"}, "purl": f"pkg:generic/{name}?checksum=sha256:{package['changed']}",
                      "version": f"{source['version']}, source changed"}
    elif not debian.has_changes(package):
        upstream = source["version"].rpartition("-")[0]
        component |= {"version": upstream, "purl": f"pkg:generic/{name}@{quote(upstream)}",
                      "description": f"upstream's part of Debian's {source['name']} {source['version']}, without Debian's changes"}
        source = {"files": {file: digest for file, digest in source["files"].items() if file in package["files"]}}
    return component | ({} if "changed" in package else {"externalReferences": _sources(source)})


def _pedigree(patches, notes=""):
    pedigree = ({"patches": [_patch(name) for name in patches]} if patches else {}) | ({"notes": notes} if notes else {})
    return {"pedigree": pedigree} if pedigree else {}


def _linked(made):
    for name, row in recipes.LIBRARIES.items():
        if row.licence:
            component = _from_package(name, made["packages"][row.source], row.licence, made["release"])
            yield component | _pedigree(made["patches"][name], SHIMS if name == "systemd" else "")
    musl = made["packages"][f"musl-dev:{toolchain.ARCHITECTURES[made['architecture']].debian}"]
    yield _from_package("musl", musl, MUSL_LICENCE, made["release"]) | _pedigree(musl["patches"])
    libgcc = made["runtime"]
    yield _component("libgcc", libgcc["version"], LIBGCC_LICENCE, _purl(libgcc["source"], "")) | {
        "hashes": [{"alg": "SHA-256", "content": libgcc["sha256"]}], "description": f"{libgcc['file']} and the start files of {libgcc['name']}"}


def _headers(made):
    return [_from_package(name, made["packages"][name], licence, made["release"], "excluded") for name, licence in HEADERS.items()]


def _dependencies(linked):
    always = ["musl", "libgcc"]
    yield {"ref": NAME, "dependsOn": [component["bom-ref"] for component in linked]}
    for component in linked:
        name = component["bom-ref"]
        needs = [] if name in always else [*recipes.LIBRARIES[name].needs, *always]
        yield {"ref": name, "dependsOn": needs}


def bill(made, version, epoch):
    """made: libraries.json; version of the program; epoch: seconds since 1970, or None."""
    linked = list(_linked(made))
    when = {} if epoch is None else {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))}
    content = {
        "metadata": when | {
            "lifecycles": [{"phase": "build"}],
            "component": {"type": "application", "bom-ref": NAME, "name": NAME, "version": version, "licenses": _licences("MIT"),
                          "supplier": {"name": "mde-linux authors"}, "purl": f"pkg:generic/{NAME}@{quote(version)}?arch={made['architecture']}"},
        },
        "components": linked + _headers(made),
        "dependencies": list(_dependencies(linked)),
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}", "version": 1} | content
