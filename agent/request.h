/*
 * request: what is asked of us, from settings or from a person's command line, within what the site's policy allows.
 * Data only; all strings and documents are borrowed from the document or arguments that made it and outlive it.
 */
#pragma once

#include "agent/onboarding/onboarding.h"
#include "agent/reasons.h"
#include "platform/base/tri.h"
#include "platform/json.h"

#define REQUEST_MAX_WAIT_MINUTES 45
#define REQUEST_NOTES_MAX 16
#define REQUEST_LIST_MAX 32
#define REQUEST_URL_MAX 201
#define REQUEST_URI_MAX 2048 /* bytes */

typedef enum OnConflict {
        ON_CONFLICT_FAIL,    /* nothing is installed, nothing is changed */
        ON_CONFLICT_PASSIVE, /* the sensor is installed, and passive from its first second */
        ON_CONFLICT_IGNORE,  /* a warning, no more */
} OnConflict;

typedef struct RequestList {
        const char *items[REQUEST_LIST_MAX];
        size_t n;
} RequestList;

/* Where the onboarding package may come from when it was not given itself; in this order. */
typedef struct RequestSources {
        const char *uri;      /* https://...; its query may be a secret: never shown, never logged; NULL: none */
        const char *sha256;   /* of what the uri answers, 64 hex digits; NULL: not told */
        bool from_azure;      /* from Defender for Cloud, with the machine's identity */
        const char *identity; /* of several: client or resource id; NULL: the machine's own, or the only one */
        bool tried;           /* in this run already: without a package in the request, none of them can be used */
        const char *came_by;  /* tried: which one gave the package, and why none before it; escaped */
} RequestSources;

typedef struct Request {
        int sequence;                   /* HISTORY_BY_HAND (-1): by hand */
        const char *azure_resource_id;  /* NULL: not asked */
        const char *workspace_id;       /* NULL: not asked */
        const char *group_tag;          /* NULL: not asked */
        const char *channel;            /* NULL: prod for a new sensor, as it is for an existing one */
        const char *version;            /* NULL: the newest for a new sensor, as it is for an existing one */
        bool allow_downgrade;           /* to version, where a newer one is */
        Tri auto_update;                /* NOT_ASKED, NO, YES: the daily look looks for a newer one now and then */
        const char *install_path;       /* NULL: /opt; for a new sensor only */
        const char *expected_tenant_id; /* NULL: any */
        bool allow_unsupported_distro;  /* one that is derived from a supported one is treated as that */
        bool allow_tenant_change;       /* with an offboarding package of the sensor's present tenant */
        bool force_reonboarding;
        bool repair_package_manager;
        bool use_existing_repo;           /* only what this machine has configured already; nothing is added */
        const char *package_file;         /* the package is this file; NULL: it comes from the sources */
        char mirror_url[REQUEST_URL_MAX]; /* that stands for the package server; no slash at the end; "" none */
        bool verify_strict;
        bool refusal_as_report; /* a refusal is told with a top-level success */
        bool drift_as_error;    /* what turned bad after a success is told with a top-level error */
        OnConflict on_conflict;
        RequestList skip_checks; /* names of fitness checks */
        int max_wait_minutes;
        bool require_connectivity; /* nothing is changed until the sensor's endpoints are reached */

        /* of the sensor; where they are not asked, they are left as they are */
        Tri passive;       /* NOT_ASKED, NO, YES */
        const char *proxy; /* "http://host:port" */
        RequestList group_ids;
        Json *managed_config; /* an object to be merged into the sensor's managed JSON */

        const OnboardingPackage *onboarding; /* NULL: none that can be used; onboarding_failure says why */
        Failure onboarding_failure;
        RequestSources sources; /* of the package, when onboarding is NULL */
        bool offboard; /* the goal: the sensor has left its tenant, by the package below; all else is not asked */
        const OnboardingPackage *offboarding; /* NULL: none that can be used; offboarding_failure says why */
        Failure offboarding_failure;          /* reason NONE: none was given */

        const char *const *allowed_tenants; /* [policy]: org ids, NULL-terminated; NULL: any */

        const char *notes[REQUEST_NOTES_MAX]; /* unknown keys, keys without effect: told, never fatal */
        size_t n_notes;

        char digest[CRYPTO_SHA256_HEX]; /* of all of the above that decides: the same request again has the same */
} Request;
