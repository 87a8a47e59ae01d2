/*
 * Three JSON texts inside each other. Each is parsed on its own, strictly: what a lenient parser would make
 * of a doubtful text may differ from what the sensor's makes of it, and only one of the two was verified.
 */
#include "agent/onboarding/onboarding.h"

#include <string.h>

#include "agent/onboarding/onboarding_file.h"
#include "agent/onboarding/onboarding_script.h"
#include "agent/onboarding/onboarding_trust.h"
#include "platform/base/text.h"
#include "platform/json.h"

#define FILETIME_TICKS_PER_S 10000000
#define FILETIME_TO_UNIX_S 11644473600 /* from 1601 to 1970 */

void onboarding_package_clear(OnboardingPackage *package)
{
        secret_clear(&package->file);
        *package = (OnboardingPackage){ 0 };
}

static int damaged(Failure *failure, const char *what, Error *err)
{
        if (what)
                error_prefix(err, "%s", what);
        return failure_from(failure, REASON_ONBOARDING_DAMAGED, err);
}

/* One layer: an object. */
static int parse_layer(const char *what, const char *text, size_t length, Json **ret, Failure *failure)
{
        _cleanup_json_wipe_ Json *json = NULL;
        Error err;

        if (json_parse_unique(text, length, &json, &err) < 0)
                return damaged(failure, what, &err);
        if (!json_object_is_type(json, json_type_object))
                return failure_set(failure, REASON_ONBOARDING_DAMAGED, "%s is no JSON object but %s", what,
                                   json_kind(json));
        *ret = TAKE_PTR(json);
        return 0;
}

/* The outer layer: exactly one member, which tells the kind. */
static int read_member(Json *document, OnboardingKind *ret_kind, const char **ret_text, Failure *failure)
{
        const char *onboarding = json_string(document, ONBOARDING_MEMBER);
        const char *offboarding = json_string(document, OFFBOARDING_MEMBER);

        if (json_object_object_length(document) != 1 || (!onboarding && !offboarding))
                return failure_set(failure, REASON_ONBOARDING_DAMAGED,
                                   "The package has %d members; exactly one, \"%s\" with a string, is expected",
                                   json_object_object_length(document), ONBOARDING_MEMBER);
        *ret_kind = onboarding ? ONBOARDING_ONBOARD : ONBOARDING_OFFBOARD;
        *ret_text = onboarding ? onboarding : offboarding;
        return 0;
}

static int read_blob(Json *json, OnboardingBlob *ret, Failure *failure)
{
        static const char *const strings[] = { "body", "cert", "sig", "sha256sig" };
        Json *chain = json_member(json, "chain");
        size_t i;

        for (i = 0; i < ELEMENTSOF(strings); i++) {
                Json *member = NULL;
                bool there = json_object_object_get_ex(json, strings[i], &member);

                if ((there || i < 2) && !json_object_is_type(member, json_type_string))
                        return failure_set(failure, REASON_ONBOARDING_DAMAGED,
                                           "The member %s has to be a string but is %s", strings[i],
                                           there ? json_kind(member) : "missing");
        }
        if (!json_object_is_type(chain, json_type_array))
                return failure_set(failure, REASON_ONBOARDING_DAMAGED, "The member chain has to be an array but is %s",
                                   json_object_object_get_ex(json, "chain", NULL) ? json_kind(chain) : "missing");
        *ret = (OnboardingBlob){ .body = json_string(json, "body"),
                                 .cert = json_string(json, "cert"),
                                 .sig = json_string(json, "sig"),
                                 .sha256sig = json_string(json, "sha256sig"),
                                 .chain = chain };
        return 0;
}

/* Short names for messages, "" when it is none. */
static void copy_name(const char *text, char *to, size_t size)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
        bool is_name = text && strlen(text) < size && strspn(text, allowed) == strlen(text);

        snprintf(to, size, "%s", is_name ? text : "");
}

/* https://NAME[:443][/...]: a name with a dot and a letter in its last part, so no address of this machine or its link.
 */
static void copy_host(const char *url, char to[ONBOARDING_HOST_MAX])
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
        const char *host = url && text_starts_with(url, "https://") ? url + strlen("https://") : "";
        size_t length = strspn(host, allowed);
        const char *end = host + length, *dot;

        *to = '\0';
        if (text_starts_with(end, ":443"))
                end += strlen(":443");
        if (length == 0 || length >= ONBOARDING_HOST_MAX || *host == '.' || *host == '-' || (*end && *end != '/'))
                return;
        snprintf(to, ONBOARDING_HOST_MAX, "%.*s", (int)length, host);
        dot = strrchr(to, '.');
        if (!dot || strcspn(dot + 1, "0123456789-") == 0 || !dot[1] || strstr(to, ".."))
                *to = '\0';
}

/* False: not a GUID. Lower case, for comparing. */
static bool copy_guid(const char *text, char to[37])
{
        size_t i;

        if (!text_is_guid(text))
                return false;
        for (i = 0; i <= 36; i++)
                to[i] = (char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] | 0x20 : text[i]);
        return true;
}

/* An offboarding package may name its organisation in a list only. */
static const char *find_org_id(Json *body, OnboardingKind kind)
{
        Json *list = json_member(body, "orgIds"), *first;

        if (kind == ONBOARDING_ONBOARD || json_member(body, "orgId") || !json_object_is_type(list, json_type_array) ||
            json_object_array_length(list) != 1)
                return json_string(body, "orgId");
        first = json_object_array_get_idx(list, 0);
        return json_object_is_type(first, json_type_string) ? json_object_get_string(first) : NULL;
}

static int read_org_id(Json *body, OnboardingKind kind, char ret[37], Failure *failure)
{
        const char *org_id = find_org_id(body, kind);

        if (!org_id)
                return failure_set(failure, REASON_ONBOARDING_DAMAGED, "Its signed body names no orgId");
        if (!copy_guid(org_id, ret))
                return failure_set(failure, REASON_ONBOARDING_DAMAGED, "The orgId in its signed body is not a GUID");
        return 0;
}

/* Windows counts in 100 ns since 1601. */
static int read_expiry(Json *body, int64_t *ret, Failure *failure)
{
        Json *ticks = json_member(body, "expirationTimestamp");
        int64_t value = 0;

        if (json_object_is_type(ticks, json_type_int))
                value = json_object_get_int64(ticks);
        else if (json_object_is_type(ticks, json_type_string) &&
                 !text_to_int64(json_object_get_string(ticks), 1, INT64_MAX, &value))
                value = 0;
        if (value <= 0)
                return failure_set(failure, REASON_ONBOARDING_DAMAGED,
                                   "Its signed body has no expirationTimestamp, as offboarding packages have");
        *ret = value / FILETIME_TICKS_PER_S - FILETIME_TO_UNIX_S;
        return 0;
}

static bool is_streamlined(Json *body)
{
        const char *partner = json_string(body, "partnerGeoLocation"), *url = json_string(body, "geoLocationUrl");

        return (partner && text_starts_with(partner, "GW_")) || (url && text_starts_with(url, "https://edr-"));
}

static int read_body(const char *text, OnboardingPackage *package, Failure *failure)
{
        _cleanup_json_wipe_ Json *body = NULL;

        if (parse_layer("Its signed body", text, strlen(text), &body, failure) < 0 ||
            read_org_id(body, package->kind, package->org_id, failure) < 0)
                return -1;
        if (package->kind == ONBOARDING_OFFBOARD && read_expiry(body, &package->expires, failure) < 0)
                return -1;
        copy_name(json_string(body, "version"), package->version, sizeof(package->version));
        copy_name(json_string(body, "vortexGeoLocation"), package->geo, sizeof(package->geo));
        copy_host(json_string(body, "geoLocationUrl"), package->edr_host);
        copy_host(json_string(body, "vortexServerUrl"), package->events_host);
        copy_host(json_string(body, "vortexTicketUrl"), package->ticket_host);
        package->streamlined = is_streamlined(body);
        crypto_sha256_hex(text, strlen(text), package->digest);
        return 0;
}

static int read_document(const Host *host, const Secret *text, OnboardingPackage *package, Failure *failure)
{
        _cleanup_json_wipe_ Json *document = NULL, *blob = NULL;
        const char *blob_text = NULL;
        OnboardingBlob parts;

        if (parse_layer("The package", (const char *)text->data, text->length, &document, failure) < 0 ||
            read_member(document, &package->kind, &blob_text, failure) < 0 ||
            parse_layer("The text inside the package", blob_text, strlen(blob_text), &blob, failure) < 0 ||
            read_blob(blob, &parts, failure) < 0 || onboarding_trust_check(host, &parts, package, failure) < 0 ||
            read_body(parts.body, package, failure) < 0)
                return -1;
        onboarding_file_make(package->kind == ONBOARDING_ONBOARD ? ONBOARDING_MEMBER : OFFBOARDING_MEMBER, blob,
                             &package->file);
        return 0;
}

int onboarding_read(const Host *host, const void *bytes, size_t length, bool strict, OnboardingPackage *ret,
                    Failure *failure)
{
        _cleanup_(onboarding_package_clear) OnboardingPackage package = { 0 };
        _cleanup_secret_ Secret document = { 0 };
        Error err;

        if (length > ONBOARDING_SCRIPT_MAX)
                return failure_set(failure, REASON_ONBOARDING_DAMAGED, "It has %zu bytes; at most %d are read", length,
                                   ONBOARDING_SCRIPT_MAX);
        if (onboarding_script_read(bytes, length, &document, &err) < 0)
                return damaged(failure, NULL, &err);
        if (read_document(host, &document, &package, failure) < 0)
                return -1;
        if (strict && !package.root_pinned)
                return failure_set(failure, REASON_ONBOARDING_ROOT_UNKNOWN, "That root is \"%s\", SHA-256 %s",
                                   package.root.subject_cn, package.root.sha256);
        *ret = package;
        package.file = (Secret){ 0 };
        return 0;
}

bool onboarding_kind(const void *bytes, size_t length, OnboardingKind *ret)
{
        _cleanup_secret_ Secret text = { 0 };
        _cleanup_json_wipe_ Json *document = NULL;
        const char *blob = NULL;
        Failure failure;
        Error err;

        return length <= ONBOARDING_SCRIPT_MAX && onboarding_script_read(bytes, length, &text, &err) == 0 &&
               parse_layer("The package", (const char *)text.data, text.length, &document, &failure) == 0 &&
               read_member(document, ret, &blob, &failure) == 0;
}

int onboarding_fail_offboarding(const Failure *found, Failure *failure)
{
        ReasonId reason = found->reason;

        if (reason == REASON_OPENSSL_UNUSABLE || reason == REASON_CRYPTO_REFUSED)
                return failure_set(failure, reason, "%s", found->found);
        if (reason == REASON_ONBOARDING_ROOT_UNKNOWN)
                return failure_set(failure, REASON_OFFBOARDING_ROOT_UNKNOWN, "%s", found->found);
        return failure_set(failure, REASON_OFFBOARDING_DAMAGED, "%s%s",
                           reason == REASON_ONBOARDING_SIGNATURE ? "Its signature is not valid: " : "", found->found);
}

bool onboarding_file_org_id(const char *json, size_t length, char org_id[37])
{
        _cleanup_json_wipe_ Json *file = NULL, *blob = NULL, *body = NULL;
        const char *text;

        if (json_parse(json, length, &file, NULL) < 0)
                return false;
        text = json_string(file, ONBOARDING_MEMBER);
        if (!text || json_parse(text, strlen(text), &blob, NULL) < 0)
                return false;
        text = json_string(blob, "body");
        if (!text || json_parse(text, strlen(text), &body, NULL) < 0)
                return false;
        return copy_guid(json_string(body, "orgId"), org_id);
}
