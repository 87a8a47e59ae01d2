"""How each library is built: as small as it gets, and without what could read a file or load code of the host on its own."""

import shutil
from dataclasses import dataclass

import systemd_library
from toolchain import ARCHITECTURES, FLAGS, cmake_file


@dataclass(frozen=True)
class Library:
    """source  Debian's source package
    build   function(work): into work.prefix, from work.source
    needs   names of rows before this one
    without Debian's changes that are for packages of theirs only
    bare    upstream's release alone will do
    licence as SPDX says it; of what is only in the tests none
    archives what is linked, in the linker's order
    pc      what meson.build calls it
    defines for who includes its headers
    """

    source: str
    build: object
    needs: tuple = ()
    without: tuple = ()
    bare: bool = False
    licence: str = ""
    archives: tuple = ()
    pc: str = ""
    defines: str = ""


def _openssl(work):
    """No configuration file, no provider or engine from a file. DES stays: the platform's CMS may use it."""
    work.run("perl", work.source / "Configure", ARCHITECTURES[work.arch].openssl, "--prefix=/nonexistent", "--libdir=lib", "--openssldir=/nonexistent", "no-shared", "no-module", "no-legacy", "no-dso", "no-engine", "no-autoload-config", "no-tests",
             "no-apps", "no-docs", "no-comp", "no-quic", "no-dtls", "no-srp", "no-psk", "no-ssl3", "no-idea", "no-camellia", "no-seed", "no-aria",
             "no-sm2", "no-sm3", "no-sm4", "no-gost", "no-rc2", "no-rc4", "no-rc5", "no-mdc2", "no-md4", "no-whirlpool", "no-bf", "no-cast",
             "no-siphash", "no-scrypt", "no-cmp", "no-ct", "no-ts", "no-rfc3779", "no-nextprotoneg", "no-srtp", "no-weak-ssl-ciphers",
             "no-afalgeng", "no-ktls", "no-sctp", "no-ec2m", "no-slh-dsa", "no-ui-console", *FLAGS)
    work.make("build_libs")
    work.run("make", "install_dev", f"DESTDIR={work.folder}/installed")
    shutil.copytree(work.folder / "installed/nonexistent", work.prefix, dirs_exist_ok=True)


def _cmake(work, *options):
    toolchain = work.folder / "machine.cmake"
    toolchain.write_text(cmake_file(work.arch, work.compiler, [work.of(name) for name in work.library.needs]), encoding="ascii")
    work.run("cmake", "-G", "Ninja", "-S", work.source, "-B", work.folder / "build", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}",
             f"-DCMAKE_INSTALL_PREFIX={work.prefix}", "-DCMAKE_INSTALL_LIBDIR=lib", "-DCMAKE_BUILD_TYPE=None", "-DBUILD_SHARED_LIBS=OFF", *options)
    work.run("ninja", "-j2", "-C", work.folder / "build", "install")


def _c_ares(work):
    _cmake(work, "-DCARES_STATIC=ON", "-DCARES_SHARED=OFF", "-DCARES_BUILD_TOOLS=OFF", "-DCARES_THREADS=OFF")


def _json_c(work):
    _cmake(work, "-DBUILD_STATIC_LIBS=ON", "-DBUILD_APPS=OFF", "-DBUILD_TESTING=OFF", "-DDISABLE_EXTRA_LIBS=ON", "-DDISABLE_WERROR=ON")


def _cmocka(work):
    """For the unit tests only."""
    _cmake(work, "-DWITH_STATIC_LIB=ON", "-DWITH_EXAMPLES=OFF", "-DUNIT_TESTING=OFF")


def _zlib(work):
    """What inflates and deflates, and nothing of gzip's files; Debian's source has no file that its CMakeLists.txt names."""
    names = ("adler32", "crc32", "deflate", "inffast", "inflate", "inftrees", "trees", "zutil")
    for name in names:
        work.run(work.compiler / "bin/cc", *FLAGS, "-DNO_GZIP", "-DHAVE_HIDDEN", "-c", work.source / f"{name}.c", "-o", work.folder / f"{name}.o")
    for folder in ("include", "lib"):
        (work.prefix / folder).mkdir(parents=True)
    work.run(work.compiler / "bin/ar", "rcsD", work.prefix / "lib/libz.a", *(work.folder / f"{name}.o" for name in names))
    for name in ("zlib.h", "zconf.h"):
        shutil.copy(work.source / name, work.prefix / "include")


OFF = ("ALTSVC", "AWS", "COOKIES", "DICT", "DOH", "FILE", "FTP", "GOPHER", "HSTS", "IMAP", "IPFS", "KERBEROS_AUTH", "LDAP", "LDAPS", "MIME",
       "MQTT", "NEGOTIATE_AUTH", "NETRC", "POP3", "RTSP", "SMB", "SMTP", "SOCKETPAIR", "TELNET", "TFTP", "WEBSOCKETS", "VERBOSE_STRINGS")


def _curl(work):
    """http and https, by way of proxies. c-ares resolves: musl asks all name servers at once, and the first answer wins."""
    on = {"BUILD_CURL_EXE", "BUILD_LIBCURL_DOCS", "BUILD_MISC_DOCS", "BUILD_TESTING", "ENABLE_CURL_MANUAL", "CURL_USE_LIBPSL", "CURL_USE_LIBSSH2",
          "CURL_ZLIB", "CURL_BROTLI", "CURL_ZSTD", "USE_NGHTTP2", "USE_LIBIDN2", "CURL_USE_PKGCONFIG", "ENABLE_THREADED_RESOLVER",
          "ENABLE_UNIX_SOCKETS", "CURL_CA_SEARCH_SAFE"}
    _cmake(work, *(f"-DCURL_DISABLE_{name}=ON" for name in OFF if name != "SOCKETPAIR"), *(f"-D{name}=OFF" for name in sorted(on)),
           "-DHTTP_ONLY=ON", "-DENABLE_ARES=ON", "-DCURL_USE_OPENSSL=ON", "-DCURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG=ON", "-DCURL_CA_BUNDLE=none",
           "-DCURL_CA_PATH=none", "-DENABLE_IPV6=ON", f"-DOPENSSL_ROOT_DIR={work.of('openssl')}", "-DOPENSSL_USE_STATIC_LIBS=TRUE",
           f"-DCARES_INCLUDE_DIR={work.of('c-ares')}/include", f"-DCARES_LIBRARY={work.of('c-ares')}/lib/libcares.a")


LIBRARIES = {
    "openssl": Library("openssl", _openssl, archives=("ssl", "crypto"), pc="openssl", licence="Apache-2.0"),
    "c-ares": Library("c-ares", _c_ares, archives=("cares",), pc="libcares", without=("use-debian-googletest.diff",), licence="MIT"),
    "json-c": Library("json-c", _json_c, archives=("json-c",), pc="json-c", bare=True, licence="MIT"),
    "curl": Library("curl", _curl, needs=("openssl", "c-ares"), archives=("curl",), pc="libcurl", defines="-DCURL_STATICLIB", without=("ZZZgnutls-build.patch",), licence="curl"),
    "systemd": Library("systemd", systemd_library.build, archives=("systemd",), pc="libsystemd", licence="LGPL-2.1-or-later"),
    "zlib": Library("zlib", _zlib, archives=("z",), pc="zlib", licence="Zlib"),
    "cmocka": Library("cmocka", _cmocka, archives=("cmocka",), pc="cmocka", defines="-D_UINTPTR_T_DEFINED", bare=True),
}
