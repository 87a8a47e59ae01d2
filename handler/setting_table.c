/*
 * The table itself, with what taking each value means.
 */
#include "handler/setting_keys.h"

#include <string.h>

#include "handler/setting_uri.h"
#include "platform/base/text.h"

static bool is_resource_id(const char *text)
{
        char start[sizeof("/subscriptions/")];

        snprintf(start, sizeof(start), "%s", text);
        return text_equal_nocase(start, "/subscriptions/") && text[sizeof(start) - 1];
}

static bool is_plain_id(const char *text)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-";

        return strspn(text, allowed) == strlen(text);
}

static bool is_version(const char *text)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~-";

        return *text >= '0' && *text <= '9' && strspn(text, allowed) == strlen(text);
}

/* A name, or an IP address, in brackets when it has colons. */
static bool is_plain_host(const char *host, size_t length)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_[]:";

        return length > 0 && strspn(host, allowed) >= length && (*host == '[') == (memchr(host, ':', length) != NULL);
}

/* Of plain characters, so that it can stand in any file and command of anybody. */
static bool is_folder(const char *text)
{
        return *text == '/' && text[1] && is_plain_id(text) && !strstr(text, "//") && !strstr(text, "/./") &&
               !strstr(text, "/../") && !text_ends_with(text, "/.") && !text_ends_with(text, "/..");
}

static bool is_proxy(const char *text)
{
        const char *host = text + strlen("http://"), *port = strrchr(text, ':');
        int64_t number;

        if (!text_starts_with(text, "http://") || !port || port <= host || !is_plain_host(host, (size_t)(port - host)))
                return false;
        return text_to_int64(port + 1, 1, 65535, &number);
}

/* [PATH], of plain characters, without .. in it. */
static bool is_url_path(const char *path)
{
        return is_plain_id(path) && !strstr(path, "//") && !strstr(path, "/.");
}

/* https://HOST[:PORT][PATH] */
static bool is_mirror(const char *text)
{
        const char *host = text + strlen("https://"), *bracket, *port;
        _cleanup_free_ char *authority = NULL;
        int64_t number;

        if (!text_starts_with(text, "https://") || !is_url_path(host + strcspn(host, "/")))
                return false;
        authority = text_copy_n(host, strcspn(host, "/"));
        bracket = strrchr(authority, ']');
        port = strrchr(bracket ? bracket : authority, ':');
        if (port && !text_to_int64(port + 1, 1, 65535, &number))
                return false;
        return is_plain_host(authority, port ? (size_t)(port - authority) : strlen(authority));
}

static bool is_sha256(const char *text)
{
        return strlen(text) == CRYPTO_SHA256_HEX - 1 && strspn(text, "0123456789abcdefABCDEF") == strlen(text);
}

/* Of a user-assigned identity. */
static bool is_identity(const char *text)
{
        return text_is_guid(text) || (is_resource_id(text) && is_plain_id(text) &&
                                      strcasestr(text, "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"));
}

static void take_uri(Request *request, const SettingValue *value)
{
        request->sources.uri = value->text;
}

static void take_sha256(Request *request, const SettingValue *value)
{
        request->sources.sha256 = value->text;
}

static void take_from_azure(Request *request, const SettingValue *value)
{
        request->sources.from_azure = value->yes;
}

static void take_identity(Request *request, const SettingValue *value)
{
        request->sources.identity = value->text;
}

static void take_resource_id(Request *request, const SettingValue *value)
{
        request->azure_resource_id = value->text;
}

static void take_workspace_id(Request *request, const SettingValue *value)
{
        request->workspace_id = value->text;
}

static void take_force(Request *request, const SettingValue *value)
{
        request->force_reonboarding = value->yes;
}

static void take_channel(Request *request, const SettingValue *value)
{
        request->channel = value->text;
}

static void take_expected_tenant(Request *request, const SettingValue *value)
{
        request->expected_tenant_id = value->text;
}

static void take_repair(Request *request, const SettingValue *value)
{
        request->repair_package_manager = value->yes;
}

static void take_use_existing(Request *request, const SettingValue *value)
{
        request->use_existing_repo = value->yes;
}

static void take_mirror(Request *request, const SettingValue *value)
{
        size_t length = strlen(value->text);

        while (length > 0 && value->text[length - 1] == '/')
                length--;
        snprintf(request->mirror_url, sizeof(request->mirror_url), "%.*s", (int)length, value->text);
}

static void take_verify(Request *request, const SettingValue *value)
{
        request->verify_strict = text_equal(value->text, "strict");
}

static void take_require_connectivity(Request *request, const SettingValue *value)
{
        request->require_connectivity = text_equal(value->text, "strict");
}

static void take_version(Request *request, const SettingValue *value)
{
        request->version = value->text;
}

static void take_downgrade(Request *request, const SettingValue *value)
{
        request->allow_downgrade = value->yes;
}

static void take_auto_update(Request *request, const SettingValue *value)
{
        request->auto_update = tri(value->yes);
}

static void take_install_path(Request *request, const SettingValue *value)
{
        request->install_path = value->text;
}

static void take_package_file(Request *request, const SettingValue *value)
{
        request->package_file = value->text;
}

static void take_passive(Request *request, const SettingValue *value)
{
        request->passive = tri(value->yes);
}

static void take_proxy(Request *request, const SettingValue *value)
{
        request->proxy = value->text;
}

static void take_managed_config(Request *request, const SettingValue *value)
{
        request->managed_config = value->json;
}

static void take_tenant_change(Request *request, const SettingValue *value)
{
        request->allow_tenant_change = value->yes;
}

static void take_unsupported_distro(Request *request, const SettingValue *value)
{
        request->allow_unsupported_distro = value->yes;
}

static void take_refusal(Request *request, const SettingValue *value)
{
        request->refusal_as_report = text_equal(value->text, "report");
}

static void take_drift(Request *request, const SettingValue *value)
{
        request->drift_as_error = text_equal(value->text, "error");
}

static void take_on_conflict(Request *request, const SettingValue *value)
{
        request->on_conflict = text_equal(value->text, "passive")  ? ON_CONFLICT_PASSIVE
                               : text_equal(value->text, "ignore") ? ON_CONFLICT_IGNORE
                                                                   : ON_CONFLICT_FAIL;
}

static void take_list(RequestList *list, Json *json)
{
        for (list->n = 0; list->n < json_object_array_length(json); list->n++)
                list->items[list->n] = json_object_get_string(json_object_array_get_idx(json, list->n));
}

static void take_group_ids(Request *request, const SettingValue *value)
{
        take_list(&request->group_ids, value->json);
}

static void take_skip_checks(Request *request, const SettingValue *value)
{
        take_list(&request->skip_checks, value->json);
}

static void take_max_wait(Request *request, const SettingValue *value)
{
        request->max_wait_minutes = (int)value->number;
}

static void take_group(Request *request, const SettingValue *value)
{
        request->group_tag = value->text;
}

#define STRING(key, word) .name = key, .places = SETTING_PUBLIC, .type = SETTING_STRING, .effect = word
#define BOOL(key, word) .name = key, .places = SETTING_PUBLIC, .type = SETTING_BOOL, .effect = word, .example = "true"
#define SECRET(key)                                                                                                    \
        .name = key, .places = SETTING_PROTECTED, .type = SETTING_STRING, .effect = SETTING_ACTS, .confidential = true

const SettingKey setting_keys[] = {
        { STRING("azureResourceId", SETTING_ACTS), .fits = is_resource_id, .take = take_resource_id,
          .wanted = "the resource ID of this machine, at most 1024 characters, beginning with /subscriptions/",
          .example = "\"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/"
                     "Microsoft.Compute/virtualMachines/vm\"" },
        { STRING("defenderForServersWorkspaceId", SETTING_ACTS), .max = 200, .fits = is_plain_id,
          .take = take_workspace_id, .wanted = "at most 200 letters, digits and . _ / -",
          .example = "\"11111111-2222-3333-4444-555555555555\"" },
        { BOOL("forceReOnboarding", SETTING_ACTS), .take = take_force },
        { .name = "tags",
          .places = SETTING_PUBLIC,
          .type = SETTING_OBJECT,
          .effect = SETTING_ACTS, /* its members are taken one by one */
          .example = "{\"GROUP\": \"servers\"}" },
        { STRING("channel", SETTING_ACTS), .choices = "prod|insiders-fast|insiders-slow", .take = take_channel,
          .example = "\"prod\"" },
        { STRING("expectedTenantId", SETTING_ACTS), .fits = text_is_guid, .take = take_expected_tenant,
          .wanted = "a tenant ID (GUID)", .example = "\"11111111-2222-3333-4444-555555555555\"" },
        { BOOL("repairPackageManager", SETTING_ACTS), .take = take_repair },
        { STRING("verifyOnboarding", SETTING_ACTS), .choices = "warn|strict", .take = take_verify,
          .example = "\"strict\"" },
        { STRING("requireConnectivity", SETTING_ACTS), .choices = "warn|strict", .take = take_require_connectivity,
          .example = "\"strict\"" },
        { .name = "maxWaitMinutes",
          .places = SETTING_PUBLIC,
          .type = SETTING_INTEGER,
          .effect = SETTING_ACTS,
          .min = 1,
          .max = 90,
          .take = take_max_wait,
          .wanted = "a whole number from 1 to 90",
          .example = "45" },

        { BOOL("vNextEnabled", SETTING_SILENT) },
        { BOOL("autoUpdate", SETTING_ACTS), .take = take_auto_update },
        { STRING("provisionedBy", SETTING_SILENT), .example = "\"Manual\"" },
        { STRING("installedBy", SETTING_SILENT), .example = "\"Policy\"" },

        { STRING("version", SETTING_ACTS), .max = 64, .fits = is_version, .take = take_version,
          .wanted = "a version of the package mdatp", .example = "\"101.24072.0003\"" },
        { BOOL("allowDowngrade", SETTING_ACTS), .take = take_downgrade },
        { STRING("installPath", SETTING_ACTS), .max = 200, .fits = is_folder, .take = take_install_path,
          .wanted = "an absolute path of letters, digits and . _ - /, without . and .. in it",
          .example = "\"/data/mdatp\"" },
        { BOOL("passiveMode", SETTING_ACTS), .take = take_passive },
        { STRING("proxy", SETTING_ACTS), .max = 300, .confidential = true, .fits = is_proxy, .take = take_proxy,
          .wanted = "http://HOST:PORT, without a name and password: the sensor cannot use them",
          .example = "\"http://proxy.example.com:3128\"" },
        { .name = "groupIds",
          .places = SETTING_PUBLIC,
          .type = SETTING_LIST,
          .effect = SETTING_ACTS,
          .take = take_group_ids,
          .example = "[\"group1\"]" },
        { .name = "managedConfig",
          .places = SETTING_PUBLIC,
          .type = SETTING_OBJECT,
          .effect = SETTING_ACTS,
          .take = take_managed_config,
          .confidential = true,
          .example = "{\"cloudService\": {\"enabled\": true}}" },
        { STRING("onConflict", SETTING_ACTS), .choices = "fail|passive|ignore", .take = take_on_conflict,
          .example = "\"fail\"" },
        { STRING("refusalAs", SETTING_ACTS), .choices = "error|report", .take = take_refusal, .example = "\"error\"" },
        { STRING("driftAs", SETTING_ACTS), .choices = "report|error", .take = take_drift, .example = "\"report\"" },
        { .name = "skipChecks",
          .places = SETTING_PUBLIC,
          .type = SETTING_LIST,
          .effect = SETTING_ACTS,
          .take = take_skip_checks,
          .example = "[\"memory\"]" },
        { BOOL("useExistingRepo", SETTING_ACTS), .take = take_use_existing },
        { STRING("mirrorUrl", SETTING_ACTS), .max = REQUEST_URL_MAX - 1, .confidential = true, .fits = is_mirror,
          .take = take_mirror,
          .wanted = "https://HOST[:PORT][/PATH] of at most 200 characters, without a name and password",
          .example = "\"https://mirror.example.com/microsoft\"" },
        { STRING("packageFile", SETTING_ACTS), .max = 200, .fits = is_folder, .take = take_package_file,
          .wanted = "an absolute path of letters, digits and . _ - /, without . and .. in it",
          .example = "\"/var/tmp/mdatp.deb\"" },
        { BOOL("allowUnsupportedDistro", SETTING_ACTS), .take = take_unsupported_distro },
        { BOOL("allowTenantChange", SETTING_ACTS), .take = take_tenant_change },
        { .name = "onboardingPackageUri",
          .places = SETTING_PUBLIC | SETTING_PROTECTED,
          .type = SETTING_STRING,
          .effect = SETTING_ACTS,
          .confidential = true,
          .max = REQUEST_URI_MAX,
          .fits = setting_uri_is,
          .hides = setting_uri_hides,
          .take = take_uri,
          .wanted = "https://HOST[:PORT]/PATH of at most 2048 plain characters, with or without a query",
          .example = "\"https://example.com/onboarding.py\"" },
        { STRING("onboardingPackageSha256", SETTING_ACTS), .max = 64, .fits = is_sha256, .take = take_sha256,
          .wanted = "the SHA-256 of what onboardingPackageUri leads to, 64 hexadecimal digits",
          .example = "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"" },
        { BOOL("onboardingFromAzure", SETTING_ACTS), .take = take_from_azure },
        { STRING("azureIdentity", SETTING_ACTS), .fits = is_identity, .take = take_identity,
          .wanted = "the client ID (GUID) or the resource ID of a user-assigned identity",
          .example = "\"11111111-2222-3333-4444-555555555555\"" },

        { SECRET(SETTING_ONBOARDING_SCRIPT) },
        { SECRET(SETTING_OFFBOARDING_SCRIPT) },
};

const SettingKey setting_key_group = { STRING("GROUP", SETTING_ACTS), .max = 200, .take = take_group,
                                       .wanted = "at most 200 printable characters", .example = "\"servers\"" };

const size_t setting_keys_count = ELEMENTSOF(setting_keys);
