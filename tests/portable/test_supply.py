"""Where the static program's libraries come from, and what its users are told of them: no compiler is run here."""

import contextlib
import functools
import http.server
import importlib.machinery
import importlib.util
import io
import json
import os
import re
import shutil
import socketserver
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest
from hashlib import sha256
from pathlib import Path
from unittest import mock

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "packaging/portable"))
import debian  # noqa: E402
import recipes  # noqa: E402
import sbom  # noqa: E402
import sources  # noqa: E402

EPOCH = 1_700_000_000
PURL = r"pkg:[a-z]+/[A-Za-z0-9.+/-]+@[A-Za-z0-9.~:%+-]+(\?[a-z]+=[^&]+(&[a-z]+=[^&]+)*)?"


def package(name, version, source="", newest="", changes=True):
    upstream = version.rpartition("-")[0]
    files = {f"{name}_{upstream}.orig.tar.gz": "1" * 64} | ({f"{name}_{version}.debian.tar.xz": "2" * 64} if changes else {})
    both = files | {f"{name}_{version}.debian.tar.xz": "2" * 64, f"{name}_{version}.dsc": "3" * 64}
    return debian.Package(name, version, files, {"name": source or name, "version": version, "files": both}, newest or version).as_json()


def made():
    """libraries.json as build-libraries writes it."""
    rows = [package(row.source, "1.2+ds-3~deb13u1", changes=row.source != "json-c") for row in recipes.LIBRARIES.values() if row.licence]
    rows += [package(name, "1:2.0-1", source=f"{name}-src") for name in ("linux-libc-dev", *sources.HEADERS)]
    rows = {row["name"]: row for row in rows} | {"musl-dev:amd64": package("musl-dev", "1.2.5-3", source="musl") | {"patches": ["a.patch"]}}
    patches = {name: ["use-less.patch", "CVE-2026-1965_2.patch"] if name == "curl" else [] for name, row in recipes.LIBRARIES.items() if row.licence}
    return {"architecture": "x86_64", "release": "trixie", "packages": rows, "patches": patches, "runtime": {
        "name": "libgcc-12-dev", "version": "12.2", "file": "libgcc.a", "sha256": "4" * 64, "source": {"name": "gcc-12", "version": "12.2"}}}


def entered(test, manager):
    """As enterContext(), which Python has from 3.11 on."""
    value = manager.__enter__()
    test.addCleanup(manager.__exit__, None, None, None)
    return value


class Shortfalls(unittest.TestCase):
    def test_what_is_the_newest_is_not_named(self):
        self.assertEqual(list(debian.shortfalls({"curl": package("curl", "8.1-1")})), [])

    def test_an_older_one_is_named_with_what_was_wanted_and_got(self):
        line, = debian.shortfalls({"curl": package("curl", "8.1-1", newest="8.1-2")})
        self.assertEqual(line, "curl: the index names 8.1-2, the pool gave 8.1-1")

    def test_the_newest_without_its_patches_is_named(self):
        line, = debian.shortfalls({"json-c": package("json-c", "0.18-1", changes=False)})
        self.assertIn("without Debian's changes", line)

    def test_security_updates_that_were_not_asked_for_are_named_once(self):
        rows = [package(name, "8.1-1") | {"unasked": ["trixie-security"]} for name in ("curl", "openssl")]
        line, = debian.shortfalls({row["name"]: row for row in rows})
        self.assertRegex(line, "^trixie-security was not asked.*deb http://HOST/debian-security bookworm-security main")

    def test_what_only_tests_use_does_not_count(self):
        left = sources.released({"cmocka": package("cmocka", "1-1", newest="1-2"), "curl": package("curl", "8.1-1")})
        self.assertEqual(list(left), ["curl"])


class Places(unittest.TestCase):
    def test_the_release_and_its_security_updates_come_from_where_the_machine_gets_its_own(self):
        said = "http://one/debian/ bookworm\nhttp://one/debian/ bookworm-updates\nhttp://two/debian-security/ bookworm-security\nhttps://x/ nodistro\n"
        self.assertEqual(debian.places(said), {"trixie": "http://one/debian/", "trixie-security": "http://two/debian-security/"})

    def test_no_security_updates_are_no_place(self):
        self.assertEqual(list(debian.places("http://one/debian/ bookworm\n")), ["trixie"])

    def test_what_is_wanted_names_both(self):
        with self.assertRaisesRegex(RuntimeError, "deb http://HOST/debian bookworm main.*deb http://HOST/debian-security bookworm-security main"):
            debian.places("http://two/debian-security/ bookworm-security\n")


def binary(folder, version):
    """A package in folder, and what the index says of it."""
    control = f"Package: thing\nVersion: {version}\nArchitecture: amd64\nMaintainer: nobody <n@example.com>\nDescription: a thing\n"
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        (Path(place) / "DEBIAN").mkdir()
        (Path(place) / "DEBIAN/control").write_text(control)
        subprocess.run(["dpkg-deb", "--build", "-Znone", place, folder / "thing.deb"], check=True, capture_output=True)
    data = (folder / "thing.deb").read_bytes()
    return f"{control}Filename: thing.deb\nSize: {len(data)}\nSHA256: {sha256(data).hexdigest()}\n"


class Repository:
    """On loopback: an index of one package's sources and of its binary, and those of their files that the pool still has."""

    def __init__(self, folder, versions, gone, trusted=True):
        self.option = "[trusted=yes] " if trusted else ""
        self.stanzas = []
        for version in versions:
            files = {f"thing_{version.partition('-')[0]}.orig.tar.gz": b"upstream", f"thing_{version}.debian.tar.xz": version.encode(),
                     f"thing_{version}.dsc": b"Format: 3.0 (quilt)\n"}
            for name, content in files.items():
                if name not in gone:
                    (folder / name).write_bytes(content)
            lines = "".join(f" {sha256(content).hexdigest()} {len(content)} {name}\n" for name, content in files.items())
            self.stanzas.append(f"Package: thing\nFormat: 3.0 (quilt)\nBinary: thing\nArchitecture: any\nVersion: {version}\n"
                                f"Directory: .\nChecksums-Sha256:\n{lines}")
        for name, stanzas in {"source/Sources": self.stanzas, "binary-amd64/Packages": [binary(folder, versions[-1])], "binary-arm64/Packages": []}.items():
            path = folder / "dists/trixie/main" / name
            path.parent.mkdir(parents=True)
            path.write_text("\n".join(stanzas))
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
        handler.func.log_message = lambda *_: None
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def line(self):
        return "".join(f"{kind} {self.option}http://127.0.0.1:{self.server.server_address[1]}/ trixie main\n" for kind in ("deb", "deb-src"))


BOTH = "http://one/debian/ bookworm\nhttp://one/debian-security/ bookworm-security\n"
# The worst that a machine's apt.conf.d may say.
LENIENT = """Acquire::Retries "0"; Acquire::Check-Valid-Until "false"; Acquire::AllowInsecureRepositories "true"; APT::Update::Error-Mode "";
Acquire::AllowWeakRepositories "true"; APT::Get::AllowUnauthenticated "true"; Dir::Etc::sourcelist "/dev/null";"""
NOBODY = "deb-src [trusted=yes] http://127.0.0.1:1/ ./\n"


class Pool(unittest.TestCase):
    @contextlib.contextmanager
    def apt(self, versions, gone=(), more="", configured=BOTH, trusted=True):
        with tempfile.TemporaryDirectory() as served, tempfile.TemporaryDirectory() as work:
            repository = Repository(Path(served), versions, gone, trusted)
            self.addCleanup(repository.close)
            direct = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
            world = {"_lines": lambda _: repository.line() + more, "_configured": lambda: configured,
                     "CONFIGURATION": debian.CONFIGURATION + LENIENT}
            with mock.patch.multiple(debian, **world), mock.patch.dict(os.environ, direct, clear=True):
                yield debian.Apt(Path(work) / "apt", Path(work) / "files")

    def source(self, versions, bare=False, **world):
        with self.apt(versions, **world) as apt:
            return apt.source("thing", bare).as_json() | {"missing": apt.missing}

    def test_the_newest_is_taken(self):
        got = self.source(["1.0-9", "1.0-10"])
        self.assertEqual((got["version"], list(debian.shortfalls({"thing": got}))), ("1.0-10", []))
        self.assertEqual(got["files"]["thing_1.0-10.debian.tar.xz"], sha256(b"1.0-10").hexdigest())
        self.assertIn("thing_1.0-10.dsc", got["source"]["files"])

    def test_one_that_the_pool_lost_is_not_passed_over_in_silence(self):
        got = self.source(["1.0-9", "1.0-10"], gone=["thing_1.0-10.debian.tar.xz"])
        self.assertEqual(list(debian.shortfalls({"thing": got})), ["thing: the index names 1.0-10, the pool gave 1.0-9"])

    def test_upstreams_part_alone_is_taken_where_that_may_be_and_said(self):
        got = self.source(["1.0-9"], gone=["thing_1.0-9.debian.tar.xz"], bare=True)
        self.assertEqual(list(debian.shortfalls({"thing": got})), ["thing: the index names 1.0-9, the pool gave 1.0-9 without Debian's changes"])

    def test_nothing_at_all_is_an_error(self):
        with self.assertRaisesRegex(RuntimeError, "no complete source of thing.*1.0-9"):
            self.source(["1.0-9"], gone=["thing_1.0-9.debian.tar.xz"])

    def test_a_binary_is_taken_with_its_source(self):
        with self.apt(["1.0-9"]) as apt:
            got = apt.binary("thing", "amd64")
        self.assertEqual((got.version, got.source["version"], list(got.files)), ("1.0-9", "1.0-9", ["thing_1.0-9_amd64.deb"]))

    def test_what_was_kept_with_other_bytes_is_fetched_again_and_said(self):
        with self.apt(["1.0-9"]) as apt, mock.patch.object(debian, "say") as say:
            for name in ("thing_1.0-9_amd64.deb", "thing_1.0.orig.tar.gz"):
                (apt.files / name).write_text("changed")
            for got in (apt.binary("thing", "amd64"), apt.source("thing")):
                for name, digest in got.files.items():
                    self.assertEqual(sha256((apt.files / name).read_bytes()).hexdigest(), digest)
        first, second = [call.args[0] for call in say.call_args_list]
        self.assertRegex(first, "thing_1.0-9_amd64.deb has the SHA-256 .* not used$")
        self.assertRegex(second, "thing_1.0.orig.tar.gz has the SHA-256 .* not used$")

    def test_what_is_kept_is_not_fetched_again(self):
        with self.apt(["1.0-9"]) as apt:
            apt.binary("thing", "amd64")
            times = {path: path.stat().st_mtime_ns for path in apt.files.iterdir()}
            apt.binary("thing", "amd64")
            self.assertEqual({path: path.stat().st_mtime_ns for path in apt.files.iterdir()}, times)

    def test_an_index_that_cannot_be_had_is_an_error(self):
        with self.assertRaisesRegex(RuntimeError, "apt-get .*update: exit 100"):
            self.source(["1.0-9"], more=NOBODY)

    def test_nor_does_an_apt_that_knows_no_such_error_take_it_for_none(self):
        with mock.patch.object(debian, "STRICT", {}), self.assertRaisesRegex(RuntimeError, "got 0 of 4 indexes"):
            self.source(["1.0-9"], more=NOBODY)

    def test_that_no_security_updates_were_asked_for_is_known(self):
        self.assertEqual(self.source(["1.0-9"])["missing"], [])
        self.assertEqual(self.source(["1.0-9"], configured="http://one/debian/ bookworm\n")["missing"], ["trixie-security"])

    def test_an_index_without_a_signature_is_refused_whatever_the_machine_allows(self):
        with self.assertRaisesRegex(RuntimeError, "does not have a Release file|is not signed"):
            self.source(["1.0-9"], trusted=False)

    def test_nothing_that_the_machine_allows_is_allowed_here(self):
        with self.apt(["1.0-9"]) as apt:
            said = apt._call("apt-config", "dump")
        for name, value in debian.STRICT.items():
            self.assertIn(f'{name} "{value}";', said)


class Kept(unittest.TestCase):
    """sources.json and the files that it names."""

    def setUp(self):
        place = entered(self, tempfile.TemporaryDirectory())
        self.files, self.kept = Path(place) / "files", Path(place) / "sources.json"
        self.files.mkdir()
        (self.files / "one.deb").write_text("one")
        self.packages = {name: {"files": {"one.deb": sha256(b"one").hexdigest()}} for name in sources._wanted()}
        self.kept.write_text(json.dumps(self.packages))
        self.say = entered(self, mock.patch.object(debian, "say"))
        entered(self, mock.patch.multiple(sources, FILES=self.files, KEPT=self.kept))

    def find(self):
        with mock.patch.object(sources, "_asked", return_value="asked"):
            return sources.find(False)

    def test_what_was_used_last_is_used_again_in_silence(self):
        self.assertEqual(self.find(), self.packages)
        self.assertFalse(self.say.called)

    def test_a_file_with_other_bytes_is_not_used(self):
        (self.files / "one.deb").write_text("two")
        self.assertEqual(self.find(), "asked")
        self.assertRegex(self.say.call_args.args[0], "^one.deb cannot be taken from")

    def test_what_is_missing_is_asked_for(self):
        (self.files / "one.deb").unlink()
        self.assertEqual(self.find(), "asked")
        self.packages.pop("curl")
        self.kept.write_text(json.dumps(self.packages))
        self.assertEqual(self.find(), "asked")
        self.assertRegex(self.say.call_args.args[0], "^curl, one.deb cannot")

    def test_what_cannot_be_understood_is_asked_for_anew_and_said(self):
        for text in (json.dumps(self.packages)[:-9], "", "[]", '{"curl": {"version": "1"}}', '{"curl": 1}', "\udcff"):
            with self.subTest(text):
                self.kept.write_bytes(text.encode("utf-8", "surrogateescape"))
                self.assertEqual(self.find(), "asked")
                self.assertRegex(self.say.call_args.args[0], "sources.json cannot be understood .* asked anew")

    def test_it_is_the_old_or_the_new_one_whole(self):
        with mock.patch.object(debian, "Apt") as apt, mock.patch.object(sources.json, "dumps", return_value="new"), \
                mock.patch.object(Path, "replace", side_effect=OSError):
            apt.return_value.missing = []
            with self.assertRaises(OSError):
                sources.find(True)
        self.assertEqual(json.loads(self.kept.read_text()), self.packages)


class Patches(unittest.TestCase):
    def archive(self, name):
        path = Path(entered(self, tempfile.TemporaryDirectory())) / "x.debian.tar.xz"
        with tarfile.open(path, "w:xz") as archive:
            archive.add(__file__, "debian/control")
            entry = tarfile.TarInfo(name)
            entry.size = len(b"one.patch # why\n\n")
            archive.addfile(entry, io.BytesIO(b"one.patch # why\n\n"))
        return path

    def test_they_are_those_of_the_series(self):
        self.assertEqual(debian.series_in(self.archive("debian/patches/series")), ["one.patch"])

    def test_there_may_be_none(self):
        self.assertEqual(debian.series_in(self.archive("debian/other")), [])

    def test_an_archive_that_cannot_be_read_is_an_error(self):
        path = self.archive("debian/patches/series")
        path.write_bytes(path.read_bytes()[:60])
        with self.assertRaisesRegex(RuntimeError, "^tar --list .*x.debian.tar.xz: exit"):
            debian.series_in(path)


class Bill(unittest.TestCase):
    def setUp(self):
        self.bill = sbom.bill(made(), "1.0.0.1", EPOCH)
        self.rows = {row["bom-ref"]: row for row in self.bill["components"]}

    def test_the_envelope_is_cyclonedx(self):
        self.assertEqual((self.bill["bomFormat"], self.bill["specVersion"], self.bill["version"]), ("CycloneDX", "1.6", 1))
        self.assertRegex(self.bill["serialNumber"], r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertEqual(self.bill["metadata"]["timestamp"], "2023-11-14T22:13:20Z")
        self.assertEqual(self.bill["metadata"]["component"]["version"], "1.0.0.1")
        known = {"$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"}
        self.assertEqual(set(self.bill), known)

    def test_all_that_is_linked_is_in_it(self):
        linked = {name for name, row in self.rows.items() if row["scope"] == "required"}
        self.assertEqual(linked, {name for name, row in recipes.LIBRARIES.items() if row.licence} | {"musl", "libgcc"})

    def test_each_has_who_what_licence_and_where_from(self):
        for name, row in self.rows.items():
            with self.subTest(name):
                self.assertEqual(row["type"], "library")
                self.assertTrue(row["supplier"]["name"] and row["version"])
                self.assertRegex(row["purl"], f"^{PURL}$")
                licence, = row["licenses"]
                self.assertTrue(licence.get("expression") or licence["license"]["id"])
                hashes = row.get("hashes", []) + [entry for place in row.get("externalReferences", []) for entry in place["hashes"]]
                self.assertTrue(hashes)
                for entry in hashes:
                    self.assertEqual(entry["alg"], "SHA-256")
                    self.assertRegex(entry["content"], "^[0-9a-f]{64}$")

    def test_the_source_package_is_named_whole(self):
        row = self.rows["openssl"]
        self.assertEqual(row["purl"], "pkg:deb/debian/openssl@1.2%2Bds-3~deb13u1?arch=source&distro=trixie")
        self.assertEqual({place["url"].rpartition(".")[2] for place in row["externalReferences"]}, {"gz", "xz", "dsc"})

    def test_patches_are_named_and_the_holes_they_mend(self):
        patches = self.rows["curl"]["pedigree"]["patches"]
        self.assertEqual([patch["diff"]["url"] for patch in patches], ["debian/patches/use-less.patch", "debian/patches/CVE-2026-1965_2.patch"])
        self.assertEqual(patches[1]["resolves"], [{"type": "security", "id": "CVE-2026-1965"}])

    def test_upstreams_part_alone_is_not_given_out_as_debians(self):
        row = self.rows["json-c"]
        self.assertEqual((row["version"], row["purl"]), ("1.2+ds", "pkg:generic/json-c@1.2%2Bds"))
        self.assertEqual(len(row["externalReferences"]), 1)

    def test_a_changed_source_is_not_given_out_as_debians(self):
        other = made()
        other["packages"]["systemd"]["changed"] = "5" * 64
        row = {row["bom-ref"]: row for row in sbom.bill(other, "1.0.0.1", EPOCH)["components"]}["systemd"]
        self.assertNotIn("deb/debian", row["purl"])
        self.assertNotEqual(row["supplier"]["name"], "Debian")
        self.assertIn("changed", row["version"])

    def test_every_dependency_is_known(self):
        refs = {*self.rows, "mde-linux"}
        self.assertEqual(len(refs), len(self.bill["components"]) + 1)
        for entry in self.bill["dependencies"]:
            self.assertLessEqual({entry["ref"], *entry["dependsOn"]}, refs)

    def test_the_same_input_gives_the_same_bytes(self):
        self.assertEqual(json.dumps(sbom.bill(made(), "1.0.0.1", EPOCH)), json.dumps(self.bill))
        self.assertNotEqual(sbom.bill(made(), "1.0.0.2", EPOCH)["serialNumber"], self.bill["serialNumber"])


class Changed(unittest.TestCase):
    def test_the_digest_of_a_folder_goes_by_what_is_in_it(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "a").mkdir()
            (folder / "a/file").write_text("one")
            (folder / "link").symlink_to("a")
            before = sources.digest_of_tree(folder)
            os.utime(folder / "a/file", (1, 1))
            (folder / ".git").mkdir()
            (folder / ".git/index").write_text("x")
            self.assertEqual(sources.digest_of_tree(folder), before)
            (folder / "a/file").write_text("two")
            self.assertNotEqual(sources.digest_of_tree(folder), before)

    def test_what_is_no_library_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "bzip2 is no library of the program; there are .*systemd"):
            sources.with_changed({}, {"bzip2": Path("/")})
        with self.assertRaisesRegex(RuntimeError, "/nowhere is no folder"):
            sources.with_changed({}, {"systemd": Path("/nowhere")})

    def test_how_to_relink_names_what_there_is(self):
        text = (TOP / "packaging/portable/RELINK").read_text()
        for word in set(re.findall(r"(?:scripts|packaging)/[a-z_/-]+(?:\.py)?", text)):
            self.assertTrue((TOP / word).exists(), word)
        self.assertIn("MDE_LINUX_SOURCES", (TOP / "scripts/build-portable").read_text())


class Told(unittest.TestCase):
    """What was built this time, and how long it took."""

    def setUp(self):
        self.top = Path(entered(self, tempfile.TemporaryDirectory()))

    def program(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nset -eu\n{text}\n")
        path.chmod(0o755)

    def test_libraries_that_were_built_are_counted(self):
        loader = importlib.machinery.SourceFileLoader("build_libraries", str(TOP / "packaging/portable/build-libraries"))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("build_libraries", loader))
        loader.exec_module(module)
        names = list(recipes.LIBRARIES)

        class Work:
            def __init__(work, arch, name, *_):
                work.final, work.build = self.top / arch / name, Path.mkdir

        for name in names[1:]:
            (self.top / "x86_64" / name).mkdir(parents=True)
        with mock.patch.multiple(module, CACHE=self.top, Work=Work, make_compiler=lambda *_: Path("compiler"), gather=lambda arch, folder, *_: folder.mkdir()):
            for built in (1, 0):
                with mock.patch("builtins.print") as told:
                    module.libraries("x86_64", {}, {})
                self.assertEqual(told.call_args.args, (f"{len(names)} libraries: {built} built, {len(names) - built} kept",))

    def test_the_last_line_of_build_portable_has_it_with_seconds(self):
        self.program("scripts/prepare", "")
        self.program("packaging/portable/build-libraries", 'mkdir -p "$2-made"; ln -sfn "$2-made" "$2"; echo "9 libraries: 2 built, 7 kept"')
        self.program("bin/meson", '[ "$1" != setup ] || { mkdir -p "$2"; touch "$2/build.ninja"; }')
        shutil.copy(TOP / "scripts/build-portable", self.top / "scripts")
        done = subprocess.run([self.top / "scripts/build-portable", "x86_64", self.top / "build"], capture_output=True, text=True,
                              env={**os.environ, "PATH": f"{self.top}/bin:{os.environ['PATH']}"})
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertRegex(done.stderr.splitlines()[-1], "^build-portable: x86_64: 9 libraries: 2 built, 7 kept, [0-9]+ s; the program [0-9]+ s$")


if __name__ == "__main__":
    unittest.main()
