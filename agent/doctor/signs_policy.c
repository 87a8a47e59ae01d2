/*
 * The guest agent's policy of extensions. With one that is not valid the guest agent runs no extension at all.
 *
 * Foreign format (WALinuxAgent 2.16): {"policyVersion": "0.1.0", "extensionPolicies": {"allowListedExtensionsOnly":
 * bool, "signatureRequired": bool, "extensions": {NAME: {"signatureRequired": bool, "runtimePolicy": any}}}}. All but
 * the version may be absent or null; nothing else may stand there; NAME is in any letter case.
 */
#include "agent/doctor/signs.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/json.h"

#define VERSION_MAX "0.1.0" /* the highest that is known */
#define VERSION_PARTS 3
#define NAME_SHOWN_MAX 80
#define WORDS_MAX 300

typedef struct Policy {
        char wrong[WORDS_MAX]; /* what is not valid; "": nothing */
        bool listed_only, lists_us, wants_signature;
} Policy;

static bool wrong(Policy *policy, const char *format, ...) _printf_(2, 3);
static bool wrong(Policy *policy, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        vsnprintf(policy->wrong, sizeof(policy->wrong), format, ap);
        va_end(ap);
        return false;
}

/* "a string" */
static const char *kind_of(const Json *value, char ret[16])
{
        const char *kind = json_kind(value);

        snprintf(ret, 16, "%s%s", !value ? "" : strchr("ao", *kind) ? "an " : "a ", kind);
        return ret;
}

/* Absent or null, or of that kind. */
static bool has_kind(Json *object, const char *name, json_type type, const char *asked, Policy *policy)
{
        Json *value = json_member(object, name);
        char kind[16];

        if (!value || json_object_is_type(value, type))
                return true;
        return wrong(policy, "%s is %s, not %s", name, kind_of(value, kind), asked);
}

static bool has_only(Json *object, const char *where, const char *const *names, Policy *policy)
{
        size_t i;

        json_object_object_foreach(object, name, value)
        {
                _cleanup_free_ char *shown = text_escape(name, NAME_SHOWN_MAX);

                (void)value;
                for (i = 0; names[i] && !text_equal(names[i], name); i++)
                        ;
                if (!names[i])
                        return wrong(policy, "the guest agent knows no \"%s\" in %s", shown, where);
        }
        return true;
}

static bool wants_signature(Json *object, Policy *policy)
{
        if (!has_kind(object, "signatureRequired", json_type_boolean, "a boolean", policy))
                return false;
        policy->wants_signature |= json_object_get_boolean(json_member(object, "signatureRequired"));
        return true;
}

/* MAJOR[.MINOR[.PATCH]]; false: it is none. */
static bool read_version(const char *text, unsigned long ret[VERSION_PARTS])
{
        size_t i;
        char *end;

        memset(ret, 0, VERSION_PARTS * sizeof(*ret));
        for (i = 0; i < VERSION_PARTS; i++) {
                if (!isdigit((unsigned char)*text))
                        return false;
                ret[i] = strtoul(text, &end, 10);
                if (!*end)
                        return true;
                if (*end != '.')
                        return false;
                text = end + 1;
        }
        return false;
}

static bool check_version(Json *json, Policy *policy)
{
        const char *text = json_string(json, "policyVersion");
        _cleanup_free_ char *shown = text_escape(text ? text : "", NAME_SHOWN_MAX);
        unsigned long version[VERSION_PARTS], most[VERSION_PARTS];
        size_t i;

        if (!json_member(json, "policyVersion"))
                return wrong(policy, "it has no policyVersion");
        if (!has_kind(json, "policyVersion", json_type_string, "a string", policy))
                return false;
        if (!text || !read_version(text, version))
                return wrong(policy, "policyVersion \"%s\" is no version such as " VERSION_MAX, shown);
        read_version(VERSION_MAX, most);
        for (i = 0; i < VERSION_PARTS - 1 && version[i] == most[i]; i++)
                ;
        return version[i] <= most[i] ||
               wrong(policy, "policyVersion %s is above " VERSION_MAX ", the highest that guest agents up to 2.16 know",
                     shown);
}

static bool check_extension(const char *name, Json *entry, Policy *policy)
{
        static const char *const known[] = { "signatureRequired", "runtimePolicy", NULL };
        _cleanup_free_ char *shown = text_escape(name, NAME_SHOWN_MAX);
        _cleanup_free_ char *where = text_format("the entry of \"%s\"", shown);
        char kind[16];

        if (!json_object_is_type(entry, json_type_object))
                return wrong(policy, "%s is %s, not an object", where, kind_of(entry, kind));
        policy->lists_us |= text_equal_nocase(name, EXTENSION_NAME);
        return has_only(entry, where, known, policy) && wants_signature(entry, policy);
}

static bool check_extensions(Json *policies, Policy *policy)
{
        Json *extensions = json_member(policies, "extensions");

        if (!has_kind(policies, "extensions", json_type_object, "an object", policy))
                return false;
        if (!extensions)
                return true;
        json_object_object_foreach(extensions, name, entry)
        {
                if (!check_extension(name, entry, policy))
                        return false;
        }
        return true;
}

static bool check_policies(Json *json, Policy *policy)
{
        static const char *const known[] = { "allowListedExtensionsOnly", "signatureRequired", "extensions", NULL };
        Json *policies = json_member(json, "extensionPolicies");

        if (!has_kind(json, "extensionPolicies", json_type_object, "an object", policy))
                return false;
        if (!policies)
                return true;
        policy->listed_only = json_object_get_boolean(json_member(policies, "allowListedExtensionsOnly"));
        return has_only(policies, "extensionPolicies", known, policy) &&
               has_kind(policies, "allowListedExtensionsOnly", json_type_boolean, "a boolean", policy) &&
               wants_signature(policies, policy) && check_extensions(policies, policy);
}

static bool check(Json *json, Policy *policy)
{
        static const char *const known[] = { "policyVersion", "extensionPolicies", NULL };
        char kind[16];

        if (!json_object_is_type(json, json_type_object))
                return wrong(policy, "it is %s, not an object", kind_of(json, kind));
        return check_version(json, policy) && has_only(json, "it", known, policy) && check_policies(json, policy);
}

static void deny(const char *file, const char *words, const char *what, GuestSigns *ret)
{
        ret->allowed = TRI_NO;
        ret->policy_wrong = true;
        snprintf(ret->policy, sizeof(ret->policy),
                 "%s is %s, and with such a policy the guest agent runs no extension: %.300s.", file, words, what);
}

static int parse(const char *text, size_t length, Json **ret, Error *err)
{
        static const char mark[] = "\xEF\xBB\xBF"; /* not to the guest agent's parser */

        if (length >= sizeof(mark) - 1 && memcmp(text, mark, sizeof(mark) - 1) == 0)
                return error_set(err, ERROR_INPUT, "it begins with a byte order mark");
        return json_parse(text, length, ret, err);
}

void signs_guest_policy(const char *file, const char *text, size_t length, GuestSigns *ret)
{
        _cleanup_json_ Json *json = NULL;
        Policy policy = { 0 };
        Error err = { 0 };

        ret->allowed = TRI_YES;
        *ret->policy = '\0';
        if (parse(text, length, &json, &err) < 0) {
                deny(file, "no JSON", err.text, ret);
        } else if (!check(json, &policy)) {
                deny(file, "not valid", policy.wrong, ret);
        } else if (policy.listed_only && !policy.lists_us) {
                ret->allowed = TRI_NO;
                snprintf(ret->policy, sizeof(ret->policy),
                         "%s allows only the extensions that it lists, and this one is not among them.", file);
        } else if (policy.wants_signature) {
                ret->allowed = TRI_UNKNOWN;
                snprintf(ret->policy, sizeof(ret->policy),
                         "%s asks for signatures (signatureRequired): on a machine that is no confidential one the "
                         "guest agent runs no extension then",
                         file);
        }
}
