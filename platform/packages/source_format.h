/*
 * source_format: the row type of how a package manager's sources are written down. Pure, but for find.
 */
#pragma once

#include "platform/packages/package.h"

/* What of a file of sources is of no use on this machine, so that it can be taken out and the rest kept. */
typedef struct SourceMend {
        char *text;     /* what remains; "" when that would be nothing but comments; the caller frees */
        size_t dropped; /* entries; 0: text is what was there */
        char what[160]; /* the first of them, escaped: "an HTML page "<!DOCTYPE html>"" */
} SourceMend;

void source_mend_clear(SourceMend *mend);

/* Names in folder that begin with prefix: what a first refresh of a source brings into being. */
typedef struct SourceTrace {
        char folder[128];
        char prefix[320];
        bool whole;     /* prefix is all of the name */
        bool temporary; /* six letters or digits follow, as mkdtemp() makes them: of what is to become a list */
} SourceTrace;

#define SOURCE_TRACES_MAX 8

typedef struct SourceFormat SourceFormat;
typedef struct SourceTrust SourceTrust;

struct SourceFormat {
        const char *extension;           /* of the vendor's lists: config/PATH/CHANNEL.extension */
        const char *folder;              /* where sources lie */
        const char *const *more_folders; /* where more of them may lie; NULL-terminated or NULL */
        const char *const *more_files;   /* the same */
        const char *const *overrides;    /* two folders of files that go over sections (rpm_override.h); or NULL */
        const SourceTrust *trust;        /* rpm_source_trust.h; NULL: no .repo files */
        const char *const *prefixes; /* of the names PREFIX CHANNEL.extension in folder by which the vendor's own tools
                                        save lists; the first is what we write; NULL-terminated */
        const char *key_file;        /* the vendor's keys; may be shared with other products of the vendor */
        bool key_in_armor;           /* what key_file holds, else binary */
        bool one_keyring;            /* two sources of one place with different keyrings stop everything */
        const char *unverified;      /* for people: the options that make a source PackageSource.unverified */

        /*
         * The one source a fetched list may hold; its options are checked against an allow list, its host and path lie
         * below url_prefix. ERROR_INPUT says what stands there instead, escaped ("an HTML page", "a second line").
         */
        int (*parse)(const char *text, size_t length, const char *url_prefix, PackageSource *ret, Error *err);

        /* The text of a file with source in place of what old (NULL: nothing) has for it; what else is of use there is
         * kept. Caller frees. */
        char *(*format)(const PackageSource *source, const char *architecture, const char *old, size_t length);

        /*
         * An enabled source of the same place as like (URI and suite, trailing slash and letter case of the host aside;
         * by its id, when like has no URI). *ret_found tells. Files that cannot be parsed are skipped, and so is the
         * file beside which one is looked for (NULL: none). Not found: ret is one that is disabled, or enabled
         * and for other architectures only, or its file is "".
         */
        int (*find)(const SourceFormat *format, const Host *host, const PackageSource *like, const char *beside,
                    bool *ret_found, PackageSource *ret, Error *err);

        /*
         * The first enabled entry that the package manager takes packages from without a signature, of all that share
         * like's place with it, and of all that share like's id where like has no URI: also one that find() would not
         * come to. ret is untouched where there is none.
         */
        int (*find_unverified)(const SourceFormat *format, const Host *host, const PackageSource *like, bool *ret_found,
                               PackageSource *ret, Error *err);

        /* The folder that ours is written to on this machine. Caller frees. NULL: folder. */
        char *(*place)(const SourceFormat *format, const Host *host);

        /* Before source is written to file: gives it an id that no other entry has, and passed_over. NULL: its sources
         * have no ids. */
        int (*claim)(const SourceFormat *format, const Host *host, const char *file, PackageSource *source, Error *err);

        /* find() in one file. */
        bool (*find_in)(const Host *host, const char *file, const PackageSource *like, PackageSource *ret);

        /* Dropped is what cannot be parsed, and a source of wanted's place that contradicts it. also_wanted: wanted's
         * place itself, too. */
        void (*mend)(const char *text, size_t length, const PackageSource *wanted, bool also_wanted, SourceMend *ret);

        /*
         * The n-th source below url_prefix that is laid out as wanted's is but for another distribution or release; its
         * place and component. False: there is none. NULL: one that fails is passed over, whatever is done.
         */
        bool (*misplaced)(const char *text, size_t length, const char *url_prefix, const PackageSource *wanted,
                          size_t n, PackageSource *ret);

        /* Their number. */
        size_t (*traces)(const PackageSource *source, SourceTrace ret[SOURCE_TRACES_MAX]);
};

extern const SourceFormat source_format_apt;
extern const SourceFormat source_format_dnf, source_format_dnf5, source_format_yum, source_format_tdnf;
extern const SourceFormat source_format_zypper;
