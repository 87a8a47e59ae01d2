#!/usr/bin/python3
"""Makes the two package repositories of the tests as folders for server.py to serve.

    ROOT/packages.microsoft.com    the vendor: config/, keys/, debian/12/prod/
    ROOT/deb.distro.test           the distribution's mirror: debian/, with the dependency

A Vendor or Mirror object stands for one of them. publish() makes it sound; the other methods
stage one fault each, on top of what is there. publish() again makes everything sound again.
What happens on the wire (500s, stalls, broken connections) is server.py's business.

As a program: repository.py ROOT     a sound pair, with every version of the sensor
"""

import os
import pathlib
import shutil
import sys
import time

import openpgp
import pki
import signing_keys
from openpgp import binary, fingerprint

VENDOR_HOST, MIRROR_HOST = "packages.microsoft.com", "deb.distro.test"
VENDOR_KEYRING = "/usr/share/keyrings/microsoft-prod.gpg"
MIRROR_KEYRING = "/usr/share/keyrings/distro-test.gpg"


def fingerprints():
    """All fingerprints: vendor, vendor-2025, distribution, attacker."""
    return {name: fingerprint(name) for name in openpgp.NAMES}


class Archive(signing_keys.Host):
    """One apt repository: BASE below the folder of its host, with a pool and one suite."""

    def __init__(self, root, host, base, suite, key, architectures="amd64", pool="pool"):
        self.host = pathlib.Path(root, host)
        self.archive = self.host / base
        self.suite, self.key, self.architectures, self.pool = suite, key, architectures, pool
        self.signed = 0

    def deb(self, version, package="mdatp"):
        """The path of a package in the pool."""
        return next(self.archive.glob(f"{self.pool}/main/*/{package}/{package}_{version}_*.deb"))

    def _fill_pool(self, debs):
        shutil.rmtree(self.archive / self.pool, ignore_errors=True)
        for deb in map(pathlib.Path, debs):
            name = deb.name.split("_")[0]
            place = self.archive / self.pool / "main" / name[0] / name
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(deb, place / deb.name)

    def publish(self, debs):
        """Offers exactly these packages, in a soundly signed suite."""
        self._fill_pool(debs)
        self.index()

    def index(self, sign_with=None, date=None, valid_until=None):
        """Writes the suite's files from the pool; DATE and VALID_UNTIL as the Release file has them."""
        suite = self.archive / "dists" / self.suite
        packages = suite / "main/binary-amd64"
        shutil.rmtree(suite, ignore_errors=True)
        packages.mkdir(parents=True)
        at = os.getcwd()
        os.chdir(self.archive)          # apt-ftparchive writes the names it is given
        try:
            listing = pki.run("apt-ftparchive", "packages", self.pool)
        finally:
            os.chdir(at)
        (packages / "Packages").write_bytes(listing)
        (packages / "Packages.gz").write_bytes(pki.run("gzip", "-n", "-9", "-c", data=listing))
        fields = {"Origin": f"stand-in {self.host.name}", "Label": "stand-in", "Suite": self.suite,
                  "Codename": self.suite, "Components": "main", "Architectures": self.architectures}
        options = [f"-oAPT::FTPArchive::Release::{name}={value}" for name, value in fields.items()]
        release = pki.run("apt-ftparchive", *options, "release", str(suite)).decode()
        if date:
            lines = [f"Date: {date}" if line.startswith("Date:") else line
                     for line in release.splitlines()]
            release = "\n".join(lines) + "\n"
        if valid_until:
            release = f"Valid-Until: {valid_until}\n" + release
        self.sign(release.encode(), sign_with or self.key)

    def sign(self, release, key):
        """Writes Release and both kinds of signature."""
        suite = self.archive / "dists" / self.suite
        (suite / "Release").write_bytes(release)
        (suite / "Release.gpg").write_bytes(openpgp.sign(key, release, clear=False))
        (suite / "InRelease").write_bytes(openpgp.sign(key, release, clear=True))
        self.signed += 1
        for name in ("Release", "Release.gpg", "InRelease"):   # two within a second would look the same to apt
            os.utime(suite / name, times=(time.time() + self.signed,) * 2)

    # ---- faults ------------------------------------------------------------------------------

    def release_signed_by(self, key="attacker"):
        """The same Release, signed by another key."""
        self.sign((self.archive / "dists" / self.suite / "Release").read_bytes(), key)

    def alter_package(self, version, package="mdatp"):
        """Changes a package after it was indexed: its size stays, its hash does not."""
        deb = self.deb(version, package)
        data = bytearray(deb.read_bytes())
        data[-20] ^= 1
        self.put(deb.relative_to(self.host), bytes(data))

    def alter_index(self):
        """Changes Packages after Release was signed."""
        for file in (self.archive / "dists" / self.suite).glob("main/*/Packages*"):
            self.put(file.relative_to(self.host), file.read_bytes()[:-1] + b" ")

    def drop_package(self, version, package):
        """Takes a package away that the index still names: 404, as with stale lists."""
        self.deb(version, package).unlink()


class Vendor(signing_keys.Keys, Archive):
    """packages.microsoft.com for one distribution."""

    def __init__(self, root, distro="debian", version="12", suite="bookworm", key="vendor", channel="prod"):
        super().__init__(root, VENDOR_HOST, f"{distro}/{version}/prod", suite if channel == "prod" else channel, key,
                         "amd64 arm64 armhf", pool="pool" if channel == "prod" else f"pool-{channel}")
        self.names = (root, distro, version, suite, key)
        self.list = f"config/{distro}/{version}/{channel}.list"
        self.uri = f"https://{VENDOR_HOST}/{distro}/{version}/prod"

    def channel(self, name):
        """The same for another channel: "insiders-fast", "insiders-slow"."""
        return Vendor(*self.names, channel=name)

    @property
    def packages(self):
        """The folder of the packages as a path of the server, for its faults."""
        return f"{VENDOR_HOST}/{self.archive.relative_to(self.host)}/{self.pool}/"

    @property
    def lists(self):
        """The folder of the lists, likewise."""
        return f"{VENDOR_HOST}/{self.archive.relative_to(self.host)}/dists/"

    def source(self, options=f"arch=amd64,arm64,armhf signed-by={VENDOR_KEYRING}", uri=None):
        """The line the vendor's list holds."""
        return f"deb [{options}] {uri or self.uri} {self.suite} main\n"

    def publish(self, debs):
        super().publish(debs)
        self.put(self.list, self.source())
        self.publish_keys()

    # ---- faults ------------------------------------------------------------------------------

    def everything_signed_by(self, key, version):
        self.release_signed_by(key)

    def html_list(self):
        """A captive portal's page, with status 200, where the list should be."""
        self.put(self.list, "<!DOCTYPE html>\n<html><body><h1>Please sign in</h1></body></html>\n")

    def list_with_extra_line(self, line="deb https://elsewhere.test/debian bookworm main\n"):
        self.put(self.list, self.source() + line)

    def list_with_option(self, option="trusted=yes"):
        """A list that turns the signature check off; allow-insecure=yes is another such option."""
        self.put(self.list, self.source(f"arch=amd64 {option} signed-by={VENDOR_KEYRING}"))

    list_without_check = list_with_option

    def list_with_other_host(self, uri="https://elsewhere.test/debian/12/prod"):
        self.put(self.list, self.source(uri=uri))

    def list_plain_http(self):
        self.put(self.list, self.source(uri=self.uri.replace("https:", "http:")))

    def list_empty(self):
        self.put(self.list, "")


class Mirror(Archive):
    """deb.distro.test: where the sensor's dependency comes from."""

    def __init__(self, root, suite="bookworm", key="distribution"):
        super().__init__(root, MIRROR_HOST, "debian", suite, key)

    def source(self, scheme="http"):
        """The line for the machine's sources.list; the key goes to MIRROR_KEYRING."""
        return f"deb [signed-by={MIRROR_KEYRING}] {scheme}://{MIRROR_HOST}/debian {self.suite} main\n"

    def keyring(self):
        """The bytes for MIRROR_KEYRING."""
        return binary("distribution")


def main():
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sensor"))
    import build
    import tempfile
    with tempfile.TemporaryDirectory() as work:
        Vendor(sys.argv[1]).publish([build.build(v, work) for v in build.VERSIONS])
        Mirror(sys.argv[1]).publish([build.build_dependency(work)])
    for name, digits in fingerprints().items():
        print(f"{name:14}{digits}")


if __name__ == "__main__":
    main()
