/*
 * package: the words that all package managers share: what is asked of them, what came of it, where packages come from.
 * Data only.
 */
#pragma once

#include <stdint.h>

#include "platform/host.h"

typedef enum PackageTrouble {
        TROUBLE_NONE,
        TROUBLE_LOCKED,     /* after waiting until the deadline; text names the holder */
        TROUBLE_BROKEN,     /* interrupted, database damaged, other packages' dependencies unmet
                             */
        TROUBLE_SOURCES,    /* its configuration or a source that cannot be read, or two that contradict each other:
                               nothing works */
        TROUBLE_NOT_FOUND,  /* no candidate for the package itself */
        TROUBLE_DEPENDENCY, /* a dependency has no candidate or cannot be installed */
        TROUBLE_NETWORK,    /* cannot fetch: connection, name, TLS, 4xx or 5xx for an index, a captive portal's page */
        TROUBLE_STALE,      /* 404 for a package, or not the one that was downloaded: refresh and download again */
        TROUBLE_SIGNATURE,  /* not signed, a bad signature, hash sum or size mismatch */
        TROUBLE_DIGEST,     /* it has no digest of a kind that this machine's cryptography (FIPS mode, policy) allows */
        TROUBLE_KEY,        /* signed, as it seems, by a key that is not known or trusted here, or cannot be read */
        TROUBLE_CLOCK,      /* not valid yet: by the clock of this machine */
        TROUBLE_EXPIRED,    /* signed, but valid no more: by the clock of this machine */
        TROUBLE_DISK,       /* no space */
        TROUBLE_SCRIPT,     /* a maintainer script failed */
        TROUBLE_ELSEWHERE,  /* what was downloaded is not what PackageRun.source lists */
        TROUBLE_KEPT,  /* a hold, lock, exclude or pin of this machine keeps it, or what it needs, as it is or out */
        TROUBLE_NEWER, /* a newer version is installed, and going back was not asked for */
        TROUBLE_OTHER,
} PackageTrouble;

#define PACKAGE_VERSION_MAX 64
#define PACKAGE_NAMES_MAX 256
#define PACKAGE_SIGN_MAX 200
#define SOURCE_WEAKNESS_MAX 200
#define PACKAGE_OFFERS_MAX 128

typedef struct PackageResult {
        PackageTrouble trouble;
        bool ours;    /* the trouble names our own source or package */
        bool passing; /* TROUBLE_NETWORK that time may mend: no connection, no name, 5xx; not 403, not a certificate */
        bool own_words;                    /* text is a sentence of ours, not what it said */
        char text[512];                    /* the up to three lines that matter, escaped, joined with " | " */
        char version[PACKAGE_VERSION_MAX]; /* download, by a manager that compares: what came, as source lists it */
} PackageResult;

typedef enum PackageState {
        PACKAGE_UNKNOWN,
        PACKAGE_ABSENT,
        PACKAGE_CONFIG_FILES, /* dpkg: removed, not purged */
        PACKAGE_BROKEN,       /* dpkg: half-installed, unpacked, half-configured; rpm: registered twice */
        PACKAGE_INSTALLED,
} PackageState;

/* A repository, as a file of the machine configures it or as one that was fetched does. */
typedef struct PackageSource {
        char id[128];          /* .repo: its section; apt: "" */
        char name[128];        /* .repo: for people; apt: "" */
        char uri[256];         /* https://packages.microsoft.com/debian/12/prod; no trailing slash */
        char suite[64];        /* apt; else "" */
        char component[64];    /* apt: one; an existing source may have several: the first that matches */
        char signed_by[256];   /* absolute path of a file with the keys that are trusted for it, or "" */
        char index_keys[128];  /* a file with those of signed_by alone that its index may be signed with, or "" */
        char file[256];        /* the file an existing one was read from; "" for a fetched one */
        char passed_over[128]; /* .repo: an id that other files disable: entries of it stay beside ours; "": none */
        bool enabled;
        bool signed_index;   /* .repo: repo_gpgcheck */
        bool packaged;       /* the distribution's own package brings it, and its keys are the distribution's */
        char key_files[512]; /* packaged: all that gpgkey names on this machine, blanks between them */
        bool unverified;     /* an existing one whose options let the package manager do without a signature or
                                certificate: trusted=yes, allow-insecure=yes; gpgcheck=0, sslverify=0 */
        char weakness[SOURCE_WEAKNESS_MAX]; /* by what it is unverified, escaped, to follow "the entry": "says
                                               gpgcheck=0"; "": SourceFormat.unverified tells */
} PackageSource;

/* One version of a package, and where it is offered; newest first wherever there are several. */
typedef struct PackageOffer {
        char version[PACKAGE_VERSION_MAX]; /* as PackageWanted.version takes it; rpm: VERSION-RELEASE */
        char id[128];                      /* of a .repo's source; "" else */
        char uri[256];                     /* apt; no trailing slash; "" else */
        char suite[64];
} PackageOffer;

typedef struct PackageOffers {
        char candidate[PACKAGE_VERSION_MAX]; /* what would be installed; "": none */
        PackageOffer offers[PACKAGE_OFFERS_MAX];
        size_t n_offers; /* newest version first; what is only installed is none */
        bool excluded;   /* there are some, and this machine's configuration hides them all */
} PackageOffers;

typedef enum PackageAction {
        PACKAGE_INSTALL, /* or upgrade */
        PACKAGE_REINSTALL,
        PACKAGE_DOWNGRADE,
} PackageAction;

typedef struct PackageWanted {
        const char *package;
        const char *version; /* NULL: the candidate */
        const char *file;    /* this file in place of what the sources have: its signature was checked by the caller */
        PackageAction action;
} PackageWanted;

/* What is waited for or done. */
typedef struct PackageProgress {
        const char *text;
        pid_t pid;           /* of a transaction that runs, else 0 */
        int64_t done, total; /* bytes of a download; total 0: it is none, or nobody knows how large it is */
} PackageProgress;

typedef struct PackageRun {
        Deadline deadline; /* for locks and, where it is killable, the command */
        int output_fd;     /* transactions: where the output goes (a file, O_APPEND); what is appended is read back */
        /*
         * Our own folder for downloaded packages, made by the caller with partial/ below it; what lies there stays, so
         * that several versions may be downloaded before one is installed. When apt's user _apt may
         * pass through all folders above, apt downloads as _apt (and gives partial/ to it), else as root.
         */
        const char *archives;
        const char *temporary;       /* TMPDIR of transactions: a folder of the caller's; NULL: /tmp */
        const char *url;             /* what lies below it is ours, in what is said; NULL: Host.packages_url */
        const PackageSource *source; /* where the package is to come from; NULL: whatever is configured */
        bool refresh; /* download: the list of source is read anew by it; where PackageManager.reads_list says that it
                         can */
        /*
         * download: the caller judges the package before the transaction, so that the manager need not judge what comes
         * of source now. Without effect on what comes from elsewhere.
         */
        bool judged_later;
        /*
         * Transactions: the caller has judged the package. Where source's index is signed, which answers for all else
         * that comes of it, the manager need not do so again. Without effect on what comes from elsewhere.
         */
        bool judged;
        bool any_source;   /* the package may come from whatever is configured; else what is downloaded has to be what
                              source lists, or it is TROUBLE_ELSEWHERE. Without effect where packages are signed */
        const char *proxy; /* "http://host:port" for this run; NULL: as the machine is configured */
        const char *no_proxy; /* hosts and domains that are reached without it, comma separated; or NULL */
        void (*on_progress)(const PackageProgress *now, void *userdata); /* about once a second; may be NULL */
        /*
         * For what has to be remembered across a crash: with pid 0 just before a transaction is started (-1: then it is
         * not), and with its pid right after.
         */
        int (*on_start)(pid_t pid, void *userdata, Error *err);
        void *userdata;
} PackageRun;
