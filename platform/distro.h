/*
 * distro: what distribution this is, and the one table of what the sensor supports where.
 *
 * Foreign formats: os-release(5); where there is none, the one line of /etc/redhat-release and its like ("CentOS
 * release 6.10 (Final)"). Source of the table: the vendor's support matrix and package server.
 */
#pragma once

#include "platform/host.h"
#include "platform/packages/manager_words.h"

/* All of it escaped; "": not told. */
typedef struct Distro {
        char id[32];      /* "debian" */
        char version[32]; /* "12", "9.4"; CentOS 7 with the minor version of its release file: "7.9" */
        char codename[32];
        char name[96];            /* for people */
        char like[96];            /* ID_LIKE: "rhel centos fedora" */
        char platform[32];        /* PLATFORM_ID: "platform:el9" */
        char ubuntu_codename[32]; /* UBUNTU_CODENAME: "noble" */
        char debian_version[32];  /* of /etc/debian_version: "12.5", "trixie/sid" */
        char architecture[16];    /* of the kernel, as uname says: x86_64, aarch64, i686 */
        char programs[16];        /* what /bin/sh is made for, in the same words */
        char kernel[64];
} Distro;

#define DISTRO_KERNEL_MIN "3.10.0-327"
#define DISTRO_KERNEL_EBPF "4.15"

/* A distribution's release, or several of the same place. */
typedef struct DistroSupport {
        const char *id;      /* os-release's ID; the letter case does not count */
        const char *version; /* with a dot: exactly this one; else the major version */
        const char *path;    /* below config/ of the package server: "debian/12"; NULL: it has repository_package */
        PackageManagerId manager; /* the usual one: package_manager_choose() */
        const char *key_file;     /* below keys/; NULL likewise */
        bool arm64;
        const char *repository_package; /* the distribution's own package that configures the source; NULL: the source
                                           comes from the package server */

        const char *name;    /* for people: "Debian" */
        const char *aliases; /* other IDs that mean the same, blank separated; or NULL */
        int minor;           /* the least minor version; a release that tells none has any */
        int arm64_minor;
        int until; /* major versions from version to this one; 0: version alone */
        const char *codename;

        const char *repository_id;              /* of the source that repository_package configures */
        const char *repository_package_preview; /* the same for both insiders channels */
        const char *repository_id_preview;

        const char *kernel_ebpf;       /* NULL: DISTRO_KERNEL_EBPF */
        const char *kernel_ebpf_other; /* for kernels of another series (3.10, 5.4) than kernel_ebpf's; or NULL */
        const char *kernel_bad;        /* how versions begin that hang or panic with the sensor's eBPF programs */

        bool untried; /* its package manager was neither run with this program nor recorded */
} DistroSupport;

/* The table, rows of one distribution together, oldest first. */
extern const DistroSupport distro_rows[];
extern const size_t distro_n_rows;

/* ERROR_MISSING: nothing tells which distribution this is. Of what tells, but gives no ID, that is "linux". */
int distro_read(const Host *host, Distro *ret, Error *err) _must_check_;

/* NULL: not supported. Which architecture it has is another question. */
const DistroSupport *distro_support(const Distro *distro);

/* For the architecture of this machine, which is of that row's release or derived from it. */
bool distro_has_sensor(const DistroSupport *row, const Distro *distro);

/* What a distribution that is not in the table is derived from. */
typedef struct DistroDerivation {
        const DistroSupport *row; /* NULL: nothing in the table, or it does not tell which release */
        char text[512]; /* "It is derived from ..." and what tells that; "": from nothing that is in the table */
} DistroDerivation;

void distro_derive(const Distro *distro, DistroDerivation *ret);

/* The row alone. */
const DistroSupport *distro_derived(const Distro *distro);

/* What a machine is like, supported or not: its row, or what it is derived from; NULL: nothing that is known. */
const DistroSupport *distro_row(const Distro *distro);

/* Why there is no support, as far as that can be told, as a sentence: "It is newer than ..."; "" for a distribution
 * that is not in the table at all. */
const char *distro_complaint(const Distro *distro);

/* Its oldest row; NULL: the table does not know it. */
const DistroSupport *distro_family(const char *id);

/* "Debian 11, 12, 13; RHEL 7.2+, 8": of the distribution of this row; of all when that would be none, or family is
 * NULL. arm64: only those with a sensor for that. Caller frees. */
char *distro_supported_names(const DistroSupport *family, bool arm64);

/* "RHEL 9". Caller frees. */
char *distro_row_name(const DistroSupport *row);

/* The vendor's signing keys: OpenPGP v4 fingerprints of the primary keys; NULL-terminated. */
extern const char *const distro_repository_keys[];

/* One of them, or of those that the site adds (Host.repository_keys). */
bool distro_key_is_pinned(const Host *host, const char *fingerprint);
