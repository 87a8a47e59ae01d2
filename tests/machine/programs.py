"""Small C programs of the tests, for machines of any tree."""

import hashlib

import onboarding_world  # noqa: F401 (before pki: it says where that is)
import pki


def program(source):
    """The bytes of the static program that source (a path) is compiled to."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    name = source.stem
    return (pki.cached(pki.CACHE / f"{name}-{digest}", lambda folder: pki.run(
        "gcc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2", "-static", "-s", "-o", str(folder / name), str(source)))
        / name).read_bytes()
