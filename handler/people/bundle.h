/*
 * bundle: what support needs to know of a machine, as files in an archive.
 *
 * Each file is made from members and lines that are known here: nothing is copied and then cleaned. Nothing of the
 * machine is changed. In an image, and for who is not root, what cannot be seen is missing, and bundle says so.
 *
 * Files: MANIFEST.json (packaging/schemas/bundle.json), facts.json (facts_json.h, the sensor's managed configuration by
 * known members only), plan.json (without a package; show_plan_json), history.json (runs by hand among them),
 * status.json, units.json, state.json, version.txt, extension.log, by-hand.log.
 */
#pragma once

#include "agent/configuration.h"
#include "platform/base/text.h"
#include "platform/host.h"
#include "platform/json.h"

#define BUNDLE_FILES_MAX 12
#define BUNDLE_OMISSIONS_MAX 24
#define BUNDLE_LOG_MAX ((size_t)256 * 1024) /* bytes of the log's end */
#define BUNDLE_RECORDS_MAX 20               /* histories, statuses: the newest */

typedef struct BundleFile {
        const char *name; /* static */
        const char *what; /* static: one line about it */
        char *data;       /* owned */
        size_t length;
} BundleFile;

typedef struct BundleOmission {
        const char *what; /* static */
        char why[600];
} BundleOmission;

typedef struct Bundle {
        int64_t made_s; /* since 1970 */
        BundleFile files[BUNDLE_FILES_MAX];
        size_t n_files;
        BundleOmission omissions[BUNDLE_OMISSIONS_MAX]; /* what is not in it, and why */
        size_t n_omissions;
} Bundle;

void bundle_clear(Bundle *bundle);

/* Never fails. Takes up to a minute where the sensor does not answer. root: of an image, as it was
 * named; or NULL. unread: why the site's configuration does not count, if so. */
void bundle_gather(const Host *host, const char *root, const Failure *unread, Bundle *ret);

/* The whole as .tar.gz, all of it in a folder of this name; into *ret, empty before. */
int bundle_pack(const Bundle *bundle, const char *folder, Text *ret, Error *err) _must_check_;

/* For documents: [{"name", "bytes", "what"}], [{"what", "why"}]. */
Json *bundle_files_json(const Bundle *bundle);
Json *bundle_omissions_json(const Bundle *bundle);

/* For the parts of a bundle. Each takes what it is given. */
void bundle_add_json(Bundle *bundle, const char *name, const char *what, Json *json);
void bundle_add_text(Bundle *bundle, const char *name, const char *what, char *text);
void bundle_omit(Bundle *bundle, const char *what, const char *format, ...) _printf_(3, 4);

void bundle_add_machine(const Host *host, Bundle *bundle);   /* facts, plan, units, version */
void bundle_add_extension(const Host *host, Bundle *bundle); /* history, status, log, state */

/* The end of a log of ours (log.h), lines of that shape only. */
void bundle_add_log(const Host *host, const char *path, const char *name, const char *what, Bundle *bundle);

/* A line of our own log (log.h); pure. */
bool bundle_is_log_line(const char *line, size_t length);

/* Known members of a status file; NULL: it is none of ours. Pure; the caller's. */
Json *bundle_status(Json *document);

/* Known members of the sensor's managed configuration; never NULL. Pure; the caller's. */
Json *bundle_managed(const char *text, size_t length);
