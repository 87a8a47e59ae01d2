/*
 * apt: Debian's package manager, run by argv: refresh one source, download, install, query.
 *
 * Commands never ask: stdin is empty, DEBIAN_FRONTEND=noninteractive, needrestart suspended, configuration files of
 * the machine kept, nothing removed, nothing taken that is not signed. Downloading is a command of its own, killable,
 * without apt's lock; the transaction after it uses no network and is never signalled. Locks of others are waited for
 * here, natively, with the holder named; each command waits for those locks only that it will take or rely on.
 * apt's own configuration (proxy, certificates) holds; Host.ca_file is not given to apt.
 *
 * Errors: ERROR_MISSING no apt-get, ERROR_TIMEOUT a download or refresh passed the deadline and was ended,
 * ERROR_STOPPED, ERROR_INPUT a name or version that apt would read as something else. What apt said is never an
 * error but AptResult.
 */
#pragma once

#include "platform/locks.h"

typedef enum AptTrouble {
        APT_OK,
        APT_LOCKED,     /* after waiting until the deadline; text names the holder */
        APT_BROKEN,     /* dpkg was interrupted, unmet dependencies of other packages, apt's configuration unreadable */
        APT_SOURCES,    /* a source list that apt cannot read, or two that contradict each other: nothing works */
        APT_NOT_FOUND,  /* no candidate for the package itself */
        APT_DEPENDENCY, /* a dependency has no candidate or cannot be installed */
        APT_NETWORK,    /* cannot fetch: connection, name, TLS, 4xx or 5xx for an index, a captive portal's page */
        APT_STALE,      /* 404 for a package, or not the one that was downloaded: refresh and download again */
        APT_SIGNATURE,  /* not signed, unknown key, expired, hash sum or size mismatch */
        APT_CLOCK,      /* not valid yet: by the clock of this machine */
        APT_DISK,       /* no space */
        APT_SCRIPT,     /* a maintainer script failed */
        APT_OTHER,
} AptTrouble;

typedef struct AptResult {
        AptTrouble trouble;
        bool ours;      /* the trouble names our own source or package */
        bool passing;   /* APT_NETWORK that time may mend: no connection, no name, 5xx; not 403, not a certificate */
        char text[512]; /* the up to three lines that matter, escaped, joined with " | " */
} AptResult;

typedef struct AptRun {
        Deadline deadline; /* for locks and, where it is killable, the command */
        int output_fd;     /* transactions: where the output goes (a file, O_APPEND); what is appended is read back */
        /*
         * Our own folder for downloaded packages, made by the caller with partial/ below it. When apt's user _apt may
         * pass through all folders above, apt downloads as _apt (and gives partial/ to it), else as root.
         */
        const char *archives;
        const char *temporary; /* TMPDIR of transactions: a folder of the caller's; NULL: /tmp */
        const char *url;       /* what lies below it is ours, in what apt says; NULL: Host.packages_url */
        bool reinstall;        /* download, install: also what is installed in that version already */
        /* What is waited for or done, about once a second; pid: of a transaction that runs, else 0. May be NULL. */
        void (*on_progress)(const char *text, pid_t pid, void *userdata);
        /*
         * For what has to be remembered across a crash: with pid 0 just before a transaction is started (-1: then it is
         * not), and with its pid right after.
         */
        int (*on_start)(pid_t pid, void *userdata, Error *err);
        void *userdata;
} AptRun;

/* Until nobody holds any of apt's and dpkg's locks. ERROR_BUSY at the deadline, naming the holder; ERROR_STOPPED. */
int apt_wait_for_locks(const Host *host, const AptRun *run, Error *err) _must_check_;

/*
 * apt-get update of this one source file (one-line or .sources), or of all when list_file is NULL. Failures to fetch
 * what is not ours (AptRun.url) give APT_OK with text.
 */
int apt_refresh(const Host *host, const AptRun *run, const char *list_file, AptResult *ret, Error *err) _must_check_;

/* apt-get install --download-only into archives, with the dependencies it lacks. version NULL: the candidate. */
int apt_download(const Host *host, const AptRun *run, const char *package, const char *version, AptResult *ret,
                 Error *err) _must_check_;

/* The transaction: apt-get install --no-download. Never signalled. */
int apt_install(const Host *host, const AptRun *run, const char *package, const char *version, AptResult *ret,
                Error *err) _must_check_;

/* dpkg --configure -a: a transaction as well. */
int apt_configure_pending(const Host *host, const AptRun *run, AptResult *ret, Error *err) _must_check_;

typedef enum PackageState {
        PACKAGE_UNKNOWN,
        PACKAGE_ABSENT,
        PACKAGE_CONFIG_FILES, /* removed, not purged */
        PACKAGE_BROKEN,       /* half-installed, unpacked, half-configured */
        PACKAGE_INSTALLED,
} PackageState;

/* dpkg-query for one package; version may be "". Reads only. */
int apt_package_state(const Host *host, const char *package, PackageState *ret_state, char version[64],
                      Error *err) _must_check_;

/* dpkg was interrupted: files wait in /var/lib/dpkg/updates and nobody is at work on them. Reads only. */
bool apt_is_interrupted(const Host *host);

#define APT_NAMES_MAX 256

/*
 * Which packages are neither wholly installed nor absent, but for this one and what it needs of them: "a, b", ""
 * when there are none. Reads only.
 */
int apt_broken_others(const Host *host, const char *package, char names[APT_NAMES_MAX], Error *err) _must_check_;

/* What a finished command's output means. Pure; for the functions above and their tests. */
void apt_classify(const char *output, size_t length, int exit_status, const char *package, const char *url_prefix,
                  AptResult *ret);
