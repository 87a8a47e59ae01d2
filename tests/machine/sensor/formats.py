"""How a folder of files becomes a package: a deb by dpkg-deb, an rpm by rpmbuild and rpmsign.

Maintainer scripts are written once, with dpkg's names and arguments. In an rpm a few lines before each tell it what rpm's
numbers mean in dpkg's words.
"""

import pathlib
import sys
import tempfile
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vendor"))
import openpgp  # noqa: E402
import pki  # noqa: E402

SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
UNITS = {"deb": "lib/systemd/system", "rpm": "usr/lib/systemd/system"}

CONTROL = """Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: Stand-in <nobody@stand-in.test>
Section: misc
Priority: optional
{depends}Description: stand-in for tests
 Not the real thing.
"""

SPEC = """\
%global debug_package %{{nil}}
%global __os_install_post %{{nil}}
%global _build_id_links none
%global _binary_payload w1.gzdio
Name: {name}
Version: {version}
Release: 1
Summary: stand-in for tests
License: none
AutoReqProv: no
{tags}
%description
Not the real thing.
%install
cp -a {root}/. %{{buildroot}}/
{scripts}
%files
%defattr(-,root,root)
{files}
"""

# rpm counts what will be there when it is done; upgrades run the new package's scripts before the old one's.
SECTIONS = {"preinst": "%pre", "postinst": "%post", "prerm": "%preun", "postrm": "%postun"}
TRANSLATION = {
    "preinst": 'if [ "$1" = 1 ]; then set -- install; else set -- upgrade before; fi',
    "postinst": 'if [ "$1" = 1 ]; then set -- configure ""; else set -- configure before; fi',
    "prerm": 'if [ "$1" = 0 ]; then set -- remove; else set -- upgrade next; fi',
    "postrm": 'if [ "$1" = 0 ]; then set -- remove; else set -- upgrade next; fi',
}


@dataclass(frozen=True)
class Package:
    """depends as dpkg writes it: NAME (>= VERSION), commas between; provides as rpm does. signer: rpms only."""

    name: str
    version: str
    kind: str
    architecture: str = "amd64"
    depends: str = ""
    provides: str = ""
    scripts: tuple = ()
    signer: str | None = None


def identity(package):
    """What else decides how the package turns out: the key that signs it."""
    return openpgp.fingerprint(package.signer) if package.kind == "rpm" and package.signer else ""


def pack(package, root, out_dir):
    return {"deb": _pack_deb, "rpm": _pack_rpm}[package.kind](package, root, out_dir)


def _pack_deb(package, root, out_dir):
    folder = root / "DEBIAN"
    folder.mkdir()
    depends = f"Depends: {package.depends}\n" if package.depends else ""
    (folder / "control").write_text(CONTROL.format(name=package.name, version=package.version, depends=depends,
                                                   architecture=package.architecture))
    for name, text in package.scripts:
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    folder.chmod(0o755)
    deb = pathlib.Path(out_dir, f"{package.name}_{package.version}_{package.architecture}.deb")
    pki.run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(root), str(deb))


def _section(name, text):
    """A scriptlet; rpm would expand what stands behind a per cent sign."""
    text = f"STAND_IN_SCRIPT={name}\n{TRANSLATION[name]}\n{text}"
    return SECTIONS[name] + "\n" + text.replace("%", "%%")


def _files(root):
    """Files, links and the folders of our own; those of the system belong to nobody here."""
    for path in sorted(root.rglob("*")):
        name = "/" + str(path.relative_to(root))
        if path.is_symlink() or path.is_file():
            yield name
        elif name.startswith("/opt/microsoft"):
            yield f"%dir {name}"


def _pack_rpm(package, root, out_dir):
    noarch = package.architecture == "all"
    tags = ["BuildArch: noarch"] if noarch else []
    tags += [f"Requires: {depends}" for depends in package.depends.replace("(", "").replace(")", "").split(",") if depends]
    tags += [f"Provides: {package.provides}"] if package.provides else []
    with tempfile.TemporaryDirectory() as work:
        spec = pathlib.Path(work, "package.spec")
        spec.write_text(SPEC.format(name=package.name, version=package.version, tags="\n".join(tags), root=root,
                                    scripts="\n".join(_section(*script) for script in package.scripts),
                                    files="\n".join(_files(root))))
        pki.run("rpmbuild", "--quiet", "--define", f"_topdir {work}", "-bb", str(spec))
        built, = pathlib.Path(work).glob("RPMS/*/*.rpm")
        if package.signer:
            openpgp.sign_rpm(package.signer, built)
        pathlib.Path(out_dir, built.name).write_bytes(built.read_bytes())
