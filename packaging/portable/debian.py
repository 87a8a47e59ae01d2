"""Source and binary packages of one Debian release, through apt: its signed indexes say which bytes are right.

apt gets folders and a list of sources of its own, so the machine's are neither used nor changed; where the packages are is taken
from the machine's (a mirror is its owner's choice). A file that a mirror does not have, or no longer has, makes the next older
version in the indexes the one that is used; shortfalls() says so.
"""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

RELEASE = "trixie"
SECURITY = f"{RELEASE}-security"
SECURITY_ENTRY = "deb http://HOST/debian-security bookworm-security main"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
ARCHITECTURES = ("amd64", "arm64")
CONFIGURATION = f'APT::Architecture "{ARCHITECTURES[0]}";\nAPT::Architectures {{ {" ".join(f"{name};" for name in ARCHITECTURES)} }};\n'
# Said with each call, as there they count for more than the machine's apt.conf.d. Error-Mode is of apt 2.1.8.
STRICT = {"APT::Update::Error-Mode": "any", "APT::Get::AllowUnauthenticated": "false", "Acquire::Check-Valid-Until": "true",
          "Acquire::AllowInsecureRepositories": "false", "Acquire::AllowDowngradeToInsecureRepositories": "false",
          "Acquire::AllowWeakRepositories": "false"}


@dataclass(frozen=True)
class Package:
    """files   name -> SHA-256 of what is used; of a source package the release of upstream, then Debian's changes
    source  the source package that it is, or was made of: name, version, files as the index has them (none: it has them no more)
    newest  the newest version that the index names
    """

    name: str
    version: str
    files: dict
    source: dict
    newest: str

    def as_json(self):
        return asdict(self)


def say(text):
    print(f"build-libraries: {text}", file=sys.stderr, flush=True)


def has_changes(package):
    """Is what Debian changed there, too? package is a Package as JSON."""
    return package["name"] != package["source"]["name"] or any(".debian." in file for file in package["files"])


def shortfalls(packages):
    """What was not asked, and what the mirror's index names and its pool did not give, a line each."""
    for suite in sorted({suite for package in packages.values() for suite in package.get("unasked", ())}):
        yield f"{suite} was not asked, as /etc/apt names no mirror of it: add an entry like '{SECURITY_ENTRY}', then apt-get update and MDE_LINUX_REFRESH=1"
    for name, package in packages.items():
        changes = "" if has_changes(package) else " without Debian's changes"
        if package["version"] != package["newest"] or changes:
            yield f"{name}: the index names {package['newest']}, the pool gave {package['version']}{changes}"


def series(text):
    """The names in debian/patches/series."""
    return [name for name in (line.split("#")[0].strip() for line in text.splitlines()) if name]


def series_in(archive):
    """The same, of the archive of Debian's changes; none if it has no such file."""
    name = "debian/patches/series"
    return series(_tar("--extract", "--to-stdout", "--file", archive, name)) if name in _tar("--list", "--file", archive).splitlines() else []


def _tar(*argv):
    done = subprocess.run(["tar", *argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise RuntimeError(f"tar {' '.join(map(str, argv))}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Apt:
    def __init__(self, folder, files):
        """What apt keeps is below folder, which apt's own user has to be able to reach; the packages themselves below files."""
        self.folder, self.files = folder, files
        self.files.mkdir(parents=True, exist_ok=True)
        for part in ("lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        where = places(_configured())
        self.missing = [suite for suite in (SECURITY,) if suite not in where]
        lines = _lines(where)
        (folder / "sources.list").write_text(lines, encoding="ascii")
        (folder / "apt.conf").write_text(CONFIGURATION, encoding="ascii")
        options = STRICT | {"Dir::Etc::sourcelist": f"{folder}/sources.list", "Dir::Etc::sourceparts": "/dev/null",
                            "Dir::Etc::preferences": "/dev/null", "Dir::Etc::preferencesparts": "/dev/null", "Dir::State": folder,
                            "Dir::State::status": f"{folder}/status", "Dir::Cache": f"{folder}/cache"}
        self._options = [f"--option={name}={value}" for name, value in options.items()]
        self._environment = {**os.environ, "APT_CONFIG": str(folder / "apt.conf"), "LC_ALL": "C.UTF-8"}
        self._call("apt-get", "--quiet", "update")
        self._check_lists(lines.splitlines())

    def source(self, name, bare=False):
        """The newest version of which all is there. bare: upstream's release alone will do when Debian's changes are not."""
        offers = sorted(self._offers(name), key=_Comparable, reverse=True)
        for offer in offers:
            files = self._take(name, offer)
            if files and (len(files) == 2 or bare):
                return Package(name, offer["Version"], files, self._source(name, offer["Version"]), offers[0]["Version"])
        raise RuntimeError(f"the mirror has no complete source of {name}; its index names {[offer['Version'] for offer in offers]}")

    def binary(self, name, debian_arch):
        """A .deb, downloaded only."""
        wanted = f"{name}:{debian_arch}"
        said = self._call("apt-get", "--quiet", "download", "--print-uris", wanted)
        found = re.search(r"^'[^']+' (\S+) \d+ SHA256:([0-9a-f]{64})$", said, re.M)
        if not found:
            raise RuntimeError(f"apt names no file and SHA-256 of {wanted}; it said: {said.strip()}")
        file, digest = found.groups()
        version = file.split("_")[1].replace("%3a", ":")
        if not self._fetch({file: digest}, "download", f"{wanted}={version}"):
            raise RuntimeError(f"{wanted} {version} cannot be downloaded: ask again later, or another mirror")
        return Package(name, version, {file: digest}, self._source(*_source_of(self.files / file)), version)

    def patches(self, source):
        """The names of Debian's patches in a source package whose binary is used; none where they cannot be had."""
        files = self._take(source["name"], {"Version": source["version"], "files": [(digest, file) for file, digest in source["files"].items()]})
        changes = [self.files / file for file in files or () if ".debian." in file]
        return series_in(changes[0]) if changes else []

    def _check_lists(self, lines):
        """An apt that knows no Error-Mode takes an index that could not be had for one that it does not need."""
        got = self._call("apt-get", "indextargets", "--format", "$(CREATED_BY) $(SITE) $(RELEASE) $(ARCHITECTURE)").splitlines()
        wanted = sum(1 if line.startswith("deb-src") else len(ARCHITECTURES) for line in lines)
        if len(got) != wanted:
            raise RuntimeError(f"apt-get update got {len(got)} of {wanted} indexes ({', '.join(got) or 'none'}), so what is new cannot be known: "
                               "ask again later, or another mirror")

    def _offers(self, name):
        for stanza in self._call("apt-cache", "showsrc", name).split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z0-9-]+):((?:.*)(?:\n .*)*)", stanza, re.M))
            if fields.get("Package", "").strip() == name:
                yield {"Version": fields["Version"].strip(), "files": re.findall(r" ([0-9a-f]{64}) \d+ (\S+)", fields["Checksums-Sha256"])}

    def _source(self, name, version):
        files = next((offer["files"] for offer in self._offers(name) if offer["Version"] == version), [])
        return {"name": name, "version": version, "files": {file: digest for digest, file in sorted(files, key=lambda pair: pair[1])}}

    def _take(self, name, offer):
        """{file: SHA-256} of those of the two archives that could be had."""
        wanted = {file: digest for digest, file in offer["files"] if re.search(r"\.(orig|debian)\.tar\.[a-z0-9]+$", file)}
        have = self._fetch(wanted, "source", "--download-only", f"{name}={offer['Version']}")
        return have if any(".orig." in file for file in have) else None

    def _fetch(self, wanted, *argv):
        """Those of wanted ({file: SHA-256}) that are in files, after apt-get argv brought what was not there or was not that."""
        if not all(is_there(self.files / file, digest) for file, digest in wanted.items()):
            with tempfile.TemporaryDirectory(dir=self.folder) as place:
                if os.geteuid() == 0:
                    shutil.chown(place, _sandbox_user())
                self._call("apt-get", "--quiet", *argv, cwd=place, check=False)
                for file, digest in wanted.items():
                    if (Path(place) / file).exists():
                        _keep(Path(place) / file, self.files / file, digest)
        return {file: digest for file, digest in wanted.items() if is_there(self.files / file, digest)}

    def _call(self, program, *argv, check=True, **options):
        done = subprocess.run([program, *self._options, *argv], env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **options)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join((program, *argv))}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout


class _Comparable:
    def __init__(self, offer):
        self.version = offer["Version"]

    def __lt__(self, other):
        return subprocess.run(["dpkg", "--compare-versions", self.version, "lt", other.version], check=False).returncode == 0


def _source_of(deb):
    """(name, version) of the source package."""
    fields = subprocess.run(["dpkg-deb", "--show", "--showformat=${source:Package} ${source:Version}", deb],
                            check=True, capture_output=True, text=True).stdout
    return fields.split()


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()


def is_there(path, digest):
    """Not if it has other bytes, which is said."""
    if not path.exists():
        return False
    found = _sha256(path)
    if found != digest:
        say(f"{path} has the SHA-256 {found}, not {digest} as the index says: it is not used")
    return found == digest


def _keep(path, final, digest):
    """A copy, as what was downloaded belongs to apt's user, who might change it after it was looked at."""
    new = final.with_name(f"{final.name}.new")
    shutil.copyfile(path, new)
    if _sha256(new) != digest:
        new.unlink()
        raise RuntimeError(f"apt gave {path.name} with other bytes than its index says (SHA-256 {digest}): ask another mirror")
    new.replace(final)


def _sandbox_user():
    """Whom apt downloads as; root where a system has no such user."""
    try:
        return pwd.getpwnam("_apt").pw_uid
    except KeyError:
        return 0


def _configured():
    """A line "URI SUITE" for each index that the machine's apt has."""
    return subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
                          check=True, capture_output=True, text=True).stdout


def places(configured):
    """{suite: URI}: where the machine itself gets Debian and its security updates."""
    found = {}
    for uri, suite in (line.split() for line in configured.splitlines()):
        if uri.rstrip("/").endswith("/debian"):
            found[RELEASE] = uri
        elif suite.endswith("-security") and "debian" in uri:
            found[SECURITY] = uri
    if RELEASE not in found:
        raise RuntimeError("no Debian mirror is configured in /etc/apt: entries are needed like 'deb http://HOST/debian bookworm main' and "
                           f"'{SECURITY_ENTRY}', and an apt-get update")
    return found


def _lines(where):
    return "".join(f"{kind} [signed-by={KEYRING}] {uri} {suite} main\n" for suite, uri in where.items() for kind in ("deb", "deb-src"))
