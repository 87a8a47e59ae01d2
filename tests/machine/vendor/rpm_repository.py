"""Rpm repositories of the tests as folders for server.py to serve, by the rules of repository.py.

    ROOT/packages.microsoft.com    the vendor: config/, keys/, rhel/9.0/prod/
    ROOT/rpm.distro.test           the distribution's own repository, with the dependency

publish() makes a repository sound; the other methods stage one fault each, on top of what is there.
"""

import os
import pathlib
import shutil
import sys
import tempfile
import time

import openpgp
import pki
import signing_keys
from openpgp import armor, binary
from repository import VENDOR_HOST
from signing_keys import KEY_FILES

MIRROR_HOST = "rpm.distro.test"
MIRROR_KEY = "/etc/pki/rpm-gpg/RPM-GPG-KEY-distro-test"


class Repository(signing_keys.Host):
    """One rpm repository: BASE below the folder of its host."""

    def __init__(self, root, host, base, key):
        self.host = pathlib.Path(root, host)
        self.base, self.key = base, key
        self.archive = self.host / base
        self.uri = f"https://{host}/{base}/"
        self.made = 0

    @property
    def packages(self):
        """The folder of the packages as a path of the server, for its faults."""
        return f"{self.host.name}/{self.base}/Packages/"

    @property
    def lists(self):
        """The folder of the lists, likewise."""
        return f"{self.host.name}/{self.base}/repodata/"

    def rpm(self, version, package="mdatp"):
        """The path of a package."""
        return next(self.archive.glob(f"Packages/*/{package}-{version}-*.rpm"))

    def publish(self, rpms):
        """Offers exactly these packages, in soundly signed metadata."""
        shutil.rmtree(self.archive / "Packages", ignore_errors=True)
        for rpm in map(pathlib.Path, rpms):
            place = self.archive / "Packages" / rpm.name[0]
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(rpm, place / rpm.name)
        self.index()

    def index(self, sign_with=None):
        """Writes repodata from the packages that are there."""
        (self.archive / "Packages").mkdir(parents=True, exist_ok=True)
        self.made += 1
        with tempfile.TemporaryDirectory(dir=self.archive) as work:
            pki.run("createrepo_c", "--quiet", "--no-database", "--general-compress-type=gz", f"--outputdir={work}",
                    f"--revision={int(time.time()) + self.made}", str(self.archive))
            shutil.rmtree(self.archive / "repodata", ignore_errors=True)
            pathlib.Path(work, "repodata").rename(self.archive / "repodata")
        self.sign(sign_with or self.key)

    def sign(self, key):
        """Signs repomd.xml as it is, and puts the key beside it."""
        repodata = self.archive / "repodata"
        listing = repodata / "repomd.xml"
        (repodata / "repomd.xml.asc").write_bytes(openpgp.sign(key, listing.read_bytes(), clear=False))
        (repodata / "repomd.xml.key").write_bytes(armor(binary(key)))
        self.made += 1
        for file in repodata.iterdir():   # two within a second would look the same to who asks whether it changed
            os.utime(file, times=(time.time() + self.made,) * 2)

    # ---- faults ------------------------------------------------------------------------------

    def release_signed_by(self, key="attacker"):
        """The same metadata, signed by another key, which lies beside it."""
        self.sign(key)

    def unsigned(self):
        """No signature of the metadata at all."""
        for name in ("repomd.xml.asc", "repomd.xml.key"):
            (self.archive / "repodata" / name).unlink()

    def alter_package(self, version, package="mdatp"):
        """Changes a package after it was indexed: its size stays, its hash does not."""
        rpm = self.rpm(version, package)
        data = bytearray(rpm.read_bytes())
        data[-20] ^= 1
        self.put(rpm.relative_to(self.host), bytes(data))

    def alter_index(self):
        """Changes the list of packages after repomd.xml was signed."""
        for file in (self.archive / "repodata").glob("*primary.xml.gz"):
            self.put(file.relative_to(self.host), file.read_bytes()[:-1] + b" ")

    def drop_package(self, version, package="mdatp"):
        """Takes a package away that the index still names: 404, as with stale lists."""
        self.rpm(version, package).unlink()

    def package_signed_by(self, version, key="attacker", package="mdatp"):
        """A package with another signature, or with none (key None), in soundly signed metadata."""
        rpm = self.rpm(version, package)
        changed = rpm.with_name("changed")
        shutil.copyfile(rpm, changed)
        openpgp.unsign_rpm(changed)
        if key:
            openpgp.sign_rpm(key, changed)
        changed.rename(rpm)
        self.index()


class Vendor(signing_keys.Keys, Repository):
    """packages.microsoft.com for one distribution and channel.

    DISTRO is the path below config/ and the host: "rhel/9.0". New distributions have the key vendor-2025, and say
    repo_gpgcheck.
    """

    def __init__(self, root, distro="rhel/9.0", key="vendor", channel="prod", slow_id="packages-microsoft-com-slow-prod"):
        super().__init__(root, VENDOR_HOST, f"{distro}/{channel}", key)
        self.names = (root, distro, key)
        self.list = f"config/{distro}/{channel}.repo"
        self.slow_id = slow_id
        self.id = {"prod": "packages-microsoft-com-prod", "insiders-slow": slow_id}.get(channel, f"packages-microsoft-com-{channel}")

    def channel(self, name):
        """The same for another channel: "insiders-fast", "insiders-slow"."""
        return Vendor(*self.names, channel=name, slow_id=self.slow_id)

    def source(self, uri=None, key_uri=None, **changed):
        """The text of the .repo file. CHANGED: other values of its fields; None leaves one out."""
        fields = {"name": self.id, "baseurl": uri or self.uri, "enabled": 1, "gpgcheck": 1,
                  "repo_gpgcheck": 1 if self.key == "vendor-2025" else None,
                  "gpgkey": key_uri or f"https://{VENDOR_HOST}/keys/{KEY_FILES[self.key]}", "sslverify": 1, **changed}
        return f"[{self.id}]\n" + "".join(f"{name}={value}\n" for name, value in fields.items() if value is not None)

    def publish(self, rpms):
        super().publish(rpms)
        self.put(self.list, self.source())
        self.publish_keys()

    # ---- faults ------------------------------------------------------------------------------

    def everything_signed_by(self, key, version):
        """Lists and the sensor."""
        self.package_signed_by(version, key)
        self.release_signed_by(key)

    def html_list(self):
        """A captive portal's page, with status 200, where the .repo should be."""
        self.put(self.list, "<!DOCTYPE html>\n<html><body><h1>Please sign in</h1></body></html>\n")

    def list_with(self, **changed):
        """Any other fields: list_with(gpgcheck=0)."""
        self.put(self.list, self.source(**changed))

    def list_without_check(self):
        self.list_with(gpgcheck=0)

    def list_with_extra_section(self, section="[elsewhere]\nname=elsewhere\nbaseurl=https://elsewhere.test/\nenabled=1\ngpgcheck=0\n"):
        self.put(self.list, self.source() + section)

    def list_with_other_host(self, uri="https://elsewhere.test/rhel/9.0/prod/"):
        self.list_with(uri=uri)

    def list_plain_http(self):
        self.list_with(uri=self.uri.replace("https:", "http:"))

    def list_empty(self):
        self.put(self.list, "")


class Mirror(Repository):
    """rpm.distro.test: where the sensor's dependency comes from."""

    def __init__(self, root, base="BaseOS", key="distribution"):
        super().__init__(root, MIRROR_HOST, base, key)
        self.id = "baseos"

    def source(self, scheme="https"):
        """The text of its .repo file; the key goes to MIRROR_KEY."""
        uri = self.uri.replace("https:", f"{scheme}:")
        return (f"[{self.id}]\nname=Stand-in distribution\nbaseurl={uri}\nenabled=1\nautorefresh=1\ngpgcheck=1\n"
                f"gpgkey=file://{MIRROR_KEY}\n")

    def key_text(self):
        """The text for MIRROR_KEY."""
        return armor(binary(self.key))


def main():
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sensor"))
    import build
    with tempfile.TemporaryDirectory() as work:
        Vendor(sys.argv[1]).publish([build.build(v, work, kind="rpm") for v in build.VERSIONS])
        Mirror(sys.argv[1]).publish([build.build_dependency(work, kind="rpm")])


if __name__ == "__main__":
    main()
