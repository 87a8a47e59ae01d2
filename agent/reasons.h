/*
 * reasons: the one table of what can go wrong, by stable id. Every refusal and every failure is a row.
 *
 * A Failure is a row plus what was found this time. Ids and codes never change; words may improve.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/base/error.h"

typedef enum ReasonId {
        REASON_NONE,
        /* settings and the onboarding package */
        REASON_SETTINGS_INVALID,
        REASON_ONBOARDING_MISSING,
        REASON_CERTIFICATE_MISSING,
        REASON_CERTIFICATE_WRONG,
        REASON_PROTECTED_SETTINGS_DAMAGED,
        REASON_OPENSSL_UNUSABLE,
        REASON_CRYPTO_REFUSED,
        REASON_ONBOARDING_DAMAGED,
        REASON_ONBOARDING_IS_OFFBOARDING,
        REASON_ONBOARDING_SIGNATURE,
        REASON_ONBOARDING_ROOT_UNKNOWN,
        REASON_ONBOARDING_SOURCE,
        REASON_ONBOARDING_UNREACHABLE,
        REASON_ONBOARDING_STALLED,
        REASON_ONBOARDING_CERTIFICATE,
        REASON_TENANT_UNEXPECTED,
        REASON_TENANT_OTHER,
        REASON_TENANT_NOT_ALLOWED,
        REASON_OFFBOARDING_MISSING,
        REASON_OFFBOARDING_DAMAGED,
        REASON_OFFBOARDING_ROOT_UNKNOWN,
        REASON_OFFBOARDING_EXPIRED,
        REASON_OFFBOARDING_OTHER_TENANT,
        REASON_CONFIGURATION_UNTRUSTED,
        /* the machine */
        REASON_SYSTEMD_MISSING,
        REASON_DISTRIBUTION_UNSUPPORTED,
        REASON_ARCHITECTURE_UNSUPPORTED,
        REASON_PACKAGE_MANAGER_MISSING,
        REASON_PACKAGE_MANAGER_BROKEN,
        REASON_PACKAGE_MANAGER_LOCKED,
        REASON_PACKAGE_SOURCES,
        REASON_PACKAGE_HTTPS_MISSING,
        REASON_DISK_FULL,
        REASON_CONFLICT,
        REASON_HELD,
        REASON_KERNEL_UNSUPPORTED,
        REASON_FANOTIFY_MISSING,
        REASON_MEMORY_LOW,
        REASON_OUT_OF_MEMORY,
        REASON_MOUNT_UNUSABLE,
        REASON_USER_DATABASE,
        REASON_CLOCK_WRONG,
        REASON_INSTALL_PATH,
        REASON_INSTALL_PATH_SETUP,
        /* repository and package */
        REASON_TLS_MISSING,
        REASON_PROXY,
        REASON_CONNECTIVITY,
        REASON_REPOSITORY_UNREACHABLE,
        REASON_REPOSITORY_CERTIFICATE,
        REASON_REPOSITORY_NOT_OURS,
        REASON_REPOSITORY_KEY,
        REASON_REPOSITORY_KEY_UNKNOWN,
        REASON_REPOSITORY_UNVERIFIED,
        REASON_REPOSITORY_NONE,
        REASON_REPOSITORY_REFRESH,
        REASON_PACKAGE_NOT_FOUND,
        REASON_VERSION_NOT_FOUND,
        REASON_PACKAGE_KEPT,
        REASON_PACKAGE_FILE,
        REASON_PACKAGE_FILE_SIGNATURE,
        REASON_SIGNATURE_PROGRAM_MISSING,
        REASON_DOWNGRADE_REFUSED,
        REASON_PACKAGE_SIGNATURE,
        REASON_PACKAGE_DIGEST,
        REASON_PACKAGE_DOWNLOAD,
        REASON_DEPENDENCY,
        REASON_INSTALL_FAILED,
        REASON_INSTALL_STILL_RUNNING,
        REASON_UPDATE_FAILED,
        /* the sensor */
        REASON_ONBOARDING_WRITE,
        REASON_SERVICE_FAILED,
        REASON_SENSOR_NOT_ANSWERING,
        REASON_SENSOR_NOT_LICENSED,
        REASON_SENSOR_TENANT_DIFFERS,
        REASON_SENSOR_TAG,
        REASON_SENSOR_REMOVED,
        REASON_SENSOR_OFFBOARDED,
        REASON_SENSOR_FILES,
        REASON_SENSOR_EXPIRED,
        REASON_SENSOR_TOO_OLD,
        REASON_SERVICE_MASKED,
        REASON_OFFBOARDING_FAILED,
        REASON_MANAGED_CONFIG,
        /* the package from Azure */
        REASON_AZURE_IDENTITY,
        REASON_AZURE_METADATA,
        REASON_AZURE_METADATA_DENIED,
        REASON_AZURE_ACCESS,
        REASON_AZURE_UNREACHABLE,
        REASON_AZURE_BLOCKED,
        REASON_AZURE_ONBOARDING,
        REASON_CLOUD_UNSUPPORTED,
        /* ourselves */
        REASON_SUPERSEDED,
        REASON_STOPPED,
        REASON_WORKER_DIED,
        REASON_WORKER_START,
        REASON_ENVIRONMENT,
        REASON_STATE_UNUSABLE,
        REASON_INTERNAL,
        _REASON_MAX
} ReasonId;

typedef enum ReasonRetry {
        REASON_RETRY_NEVER,    /* the same settings on the same machine fail the same way */
        REASON_RETRY_WAIT,     /* time can mend it within this run */
        REASON_RETRY_NEXT_RUN, /* a later run may succeed */
} ReasonRetry;

typedef struct Reason {
        const char *id;     /* "tenant-other": stable, what people search for */
        int installer_code; /* as mde_installer.sh would exit: fleet reports read it */
        int azure_code;     /* 51 unsupported, 52 missing dependency, 53 configuration, 55 network, 56 locked, 1 ours */
        bool user;          /* the customer can mend it; false: the platform or we */
        ReasonRetry retry;
        const char *what;   /* one sentence, with its full stop */
        const char *remedy; /* one sentence: what to do */
} Reason;

const Reason *reason_get(ReasonId id); /* never NULL */
ReasonId reason_find(const char *id);  /* REASON_NONE: no such id */

typedef struct Failure {
        ReasonId reason;            /* REASON_NONE: no failure */
        char found[ERROR_TEXT_MAX]; /* why: a sentence with the values found */
        bool by_manager;            /* the package manager met it, not a download of our own */
        bool way_told;              /* found says already which proxy it went through */
        int64_t asked_ms;           /* who failed us asks to be left alone for so long; 0: it does not */
} Failure;

/* How found begins where it gives the package manager's own words. */
#define FAILURE_MANAGER_SAID "The package manager said: "

/* Fills *failure (by_manager, way_told: false, asked_ms: 0) and returns -1, like error_set. */
int failure_set(Failure *failure, ReasonId reason, const char *format, ...) _printf_(3, 4);
int failure_from(Failure *failure, ReasonId reason, const Error *err);

/* The same, but what stopped a run, held it up or filled the disk has a reason of its own. */
int failure_by_kind(Failure *failure, ReasonId otherwise, const Error *err);

/* For what platform/crypto.h says beyond ERROR_INPUT and ERROR_TRUST: this machine cannot, or may not, do it. */
int failure_from_crypto(Failure *failure, const Error *err);

#define FAILURE_TEXT_MAX 2048

/* What found needs at its end where a sentence follows: "." or "". */
const char *failure_stop(const Failure *failure);

/* "WHAT WHY", with a full stop at its end: what it means, and what was found. Returns text. */
const char *failure_why(const Failure *failure, char text[FAILURE_TEXT_MAX]);

/* "WHAT WHY DO": the same without the words around it. Returns text. */
const char *failure_explain(const Failure *failure, char text[FAILURE_TEXT_MAX]);

/* The whole message a person reads: its 17th blank-separated word is the installer code. Returns text. */
const char *failure_message(const Failure *failure, char text[FAILURE_TEXT_MAX]);
