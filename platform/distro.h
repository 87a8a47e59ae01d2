/*
 * distro: what distribution this is, and the one table of what the sensor supports where.
 *
 * Foreign format: os-release(5). Source of the table: the vendor's package server and support matrix.
 */
#pragma once

#include "platform/host.h"
#include "platform/packages/manager_words.h"

typedef struct Distro {
        char id[32];      /* "debian"; "" unknown */
        char version[32]; /* "12" */
        char codename[32];
        char name[96];         /* for people, escaped */
        char architecture[16]; /* as uname says: x86_64, aarch64 */
        char kernel[64];
} Distro;

typedef struct DistroSupport {
        const char *id;
        const char *version;      /* exactly */
        const char *path;         /* below config/ of the package server: "debian/12" */
        PackageManagerId manager; /* the usual one: package_manager_choose() */
        const char *key_file;     /* below keys/ */
        bool arm64;
        const char *repository_package; /* the distribution's own package that configures the source, whose id it is
                                           as well; NULL: the source comes from the package server */
} DistroSupport;

int distro_read(const Host *host, Distro *ret, Error *err) _must_check_;

/* NULL: not supported. */
const DistroSupport *distro_support(const Distro *distro);

/* "Debian 11, 12, 13; Ubuntu 20.04 ..." for messages. Caller frees. */
char *distro_supported_names(void);

/* The vendor's signing keys: OpenPGP v4 fingerprints of the primary keys; NULL-terminated. */
extern const char *const distro_repository_keys[];
