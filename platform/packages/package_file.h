/*
 * package_file: the row type of packages that are files: who signed one, and what it is.
 *
 * A file is judged where nobody else can change it: the caller's own copy. What is looked for beside the file where it
 * came from is copied likewise. Only what a key in check->keys signed is good; nothing of the package is unpacked or
 * read before that is known.
 */
#pragma once

#include "platform/packages/package.h"

#define PACKAGE_FILE_MAX (1024LL * 1024 * 1024)
#define PACKAGE_FILE_SIGNER_MAX 300

typedef struct PackageFileCheck {
        const char *file;         /* the copy */
        const char *origin;       /* the file that it is a copy of */
        const char *architecture; /* of the machine, as uname tells it: "x86_64" */
        const char *keys_binary;  /* files with the trusted keys, and no others */
        const char *keys_armored;
        const char *work; /* a folder of the caller's, removed by it */
} PackageFileCheck;

typedef struct PackageFileIdentity {
        char name[64]; /* escaped, all three */
        char version[PACKAGE_VERSION_MAX];
        char architecture[32];
} PackageFileIdentity;

typedef struct PackageFileFormat {
        const char *extension; /* ".deb" */

        /* ERROR_TRUST: not signed, or not by these keys; ERROR_MISSING: this machine lacks what verifies. signer: by
         * what it is good: "FILE.asc", "the index ...", escaped. */
        int (*verify)(const Host *host, const PackageFileCheck *check, char signer[PACKAGE_FILE_SIGNER_MAX],
                      Error *err);

        bool verify_alone; /* verify() needs nothing but the file: its signature is in it */

        /* Of a file that is verified. ERROR_INPUT: it is no package. */
        int (*read)(const Host *host, const char *file, PackageFileIdentity *ret, Error *err);

        const char *(*architecture)(const char *machine); /* as such packages name it: "amd64" */
} PackageFileFormat;

/* Pure: what "rpmkeys --checksig --verbose" said means that all of the package is signed, and well. */
bool package_file_rpm_is_signed(const char *output, size_t output_length);

/* Pure: of the same output that does not mean that, for people, the line that tells why: the first one that is not OK,
 * or that there is no signature. Escaped; caller frees. */
char *package_file_rpm_complaint(const char *output, size_t output_length);

extern const PackageFileFormat package_file_deb, package_file_rpm;
