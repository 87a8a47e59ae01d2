#include "handler/protected.h"

#include <string.h>

#include "handler/document.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/crypto.h"
#include "platform/fs.h"

#define AGENT_FOLDER "/var/lib/waagent"
#define THUMBPRINT_LENGTH 40
#define PEM_MAX (64 * 1024)

/* Bytes of a file that must not stay in memory. */
typedef struct Bytes {
        char *data;
        size_t length;
} Bytes;

static void bytes_clear(Bytes *bytes)
{
        if (bytes->data)
                secret_wipe(bytes->data, bytes->length);
        free(bytes->data);
        *bytes = (Bytes){ 0 };
}

static bool is_thumbprint(const char *text)
{
        return strlen(text) == THUMBPRINT_LENGTH && strspn(text, "0123456789abcdefABCDEF") == THUMBPRINT_LENGTH;
}

static char *with_case(const char *text, char first, char last)
{
        char *copy = text_copy(text), *p;

        for (p = copy; *p; p++)
                if (*p >= first && *p <= last)
                        *p ^= 'a' ^ 'A';
        return copy;
}

/* CONFIG/../.. by name: the agent's own folder, wherever an administrator has put it. */
static char *folder_above(const char *config_folder)
{
        char *path = text_copy(config_folder), *slash;
        int i;

        for (i = 0; i < 2; i++) {
                slash = strrchr(path, '/');
                if (slash)
                        *slash = '\0';
        }
        return path;
}

static bool exists(const Host *host, const char *stem, const char *suffix)
{
        _cleanup_free_ char *path = text_format("%s%s", stem, suffix);

        return fs_exists(host, path);
}

/* "FOLDER/THUMB", where both .crt and .prv are; NULL: none. *ret_half: where only the certificate is. */
static char *find_in_folder(const Host *host, const char *folder, const char *thumbprint, char **ret_half)
{
        _cleanup_free_ char *upper = with_case(thumbprint, 'a', 'f'), *lower = with_case(thumbprint, 'A', 'F');
        const char *const names[] = { upper, lower, thumbprint };
        size_t i;

        for (i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_free_ char *stem = text_format("%s/%s", folder, names[i]);

                if (!exists(host, stem, ".crt"))
                        continue;
                if (exists(host, stem, ".prv"))
                        return TAKE_PTR(stem);
                if (!*ret_half)
                        *ret_half = TAKE_PTR(stem);
        }
        return NULL;
}

static int find_pair(const Host *host, const Environment *environment, const char *thumbprint, char **ret_stem,
                     Failure *failure)
{
        _cleanup_free_ char *above = folder_above(environment->config_folder), *half = NULL,
                            *upper = with_case(thumbprint, 'a', 'f');

        *ret_stem = find_in_folder(host, above, thumbprint, &half);
        if (!*ret_stem && !text_equal(above, AGENT_FOLDER))
                *ret_stem = find_in_folder(host, AGENT_FOLDER, thumbprint, &half);
        if (*ret_stem)
                return 0;
        if (half)
                return failure_set(failure, REASON_CERTIFICATE_MISSING, "%s.prv is not there beside its certificate",
                                   half);
        return failure_set(failure, REASON_CERTIFICATE_MISSING, "%s/%s.crt is not there%s", above, upper,
                           text_equal(above, AGENT_FOLDER) ? "" : ", nor in " AGENT_FOLDER);
}

static int read_pem(const Host *host, const char *stem, const char *suffix, bool trusted, Bytes *ret, Failure *failure)
{
        _cleanup_free_ char *path = text_format("%s%s", stem, suffix);
        Error err;

        if (trusted && fs_check_trusted(host, path, &err) < 0)
                return failure_from(failure, REASON_CERTIFICATE_WRONG, &err);
        if (fs_read(host, path, PEM_MAX, &ret->data, &ret->length, &err) < 0)
                return failure_from(failure, REASON_CERTIFICATE_MISSING, &err);
        if (!ret->data)
                return failure_set(failure, REASON_CERTIFICATE_MISSING, "%s is not there", path);
        return 0;
}

static int open_with(const Host *host, const char *stem, const Secret *der, Secret *ret_plain, Failure *failure)
{
        _cleanup_(bytes_clear) Bytes certificate = { 0 }, key = { 0 };
        CryptoCmsRequest request;
        Error err;

        if (read_pem(host, stem, ".crt", false, &certificate, failure) < 0 ||
            read_pem(host, stem, ".prv", true, &key, failure) < 0)
                return -1;
        request = (CryptoCmsRequest){
                .der = der->data,
                .der_length = der->length,
                .certificate_pem = certificate.data,
                .certificate_length = certificate.length,
                .key_pem = key.data,
                .key_length = key.length,
        };
        if (crypto_cms_open(host, &request, ret_plain, &err) == 0)
                return 0;
        error_prefix(&err, "protectedSettings with %s.crt", stem);
        if (err.kind == ERROR_TRUST || err.kind == ERROR_INPUT)
                return failure_from(
                        failure, err.kind == ERROR_TRUST ? REASON_CERTIFICATE_WRONG : REASON_PROTECTED_SETTINGS_DAMAGED,
                        &err);
        return failure_from_crypto(failure, &err);
}

static bool is_readable_text(const Secret *plain)
{
        size_t i;

        for (i = 0; i < plain->length; i++)
                if ((plain->data[i] < 0x20 && !memchr("\t\r\n", plain->data[i], 3)) || plain->data[i] == 0x7f)
                        return false;
        return text_is_utf8((const char *)plain->data, plain->length);
}

/* A key that does not fit may "open" content into garbage: that is a wrong certificate, not a broken document. */
static int parse_plain(const Secret *plain, const char *thumbprint, Json **ret, Failure *failure)
{
        _cleanup_json_wipe_ Json *json = NULL;
        Error err;

        if (!is_readable_text(plain))
                return failure_set(failure, REASON_CERTIFICATE_WRONG,
                                   "Opened with certificate %s, protectedSettings is not text", thumbprint);
        if (document_parse((const char *)plain->data, plain->length, &json, &err) < 0)
                return failure_set(failure, REASON_PROTECTED_SETTINGS_DAMAGED,
                                   "Decrypted, protectedSettings is not a JSON object: %s", err.text);
        if (!json_object_is_type(json, json_type_object))
                return failure_set(failure, REASON_PROTECTED_SETTINGS_DAMAGED,
                                   "Decrypted, protectedSettings is not a JSON object but %s",
                                   plain->length == 0 ? "empty" : json_kind(json));
        *ret = TAKE_PTR(json);
        return 0;
}

static int read_thumbprint(Json *handler_settings, char **ret, Failure *failure)
{
        const char *member = "protectedSettingsCertThumbprint", *given = json_string(handler_settings, member);
        _cleanup_free_ char *thumbprint = text_trim(text_copy(given ? given : "")), *shown = NULL;

        if (!*thumbprint && (given || !json_member(handler_settings, member)))
                return failure_set(failure, REASON_CERTIFICATE_MISSING,
                                   "%s is missing, so nothing says which certificate opens protectedSettings", member);
        if (!is_thumbprint(thumbprint)) {
                shown = text_escape(thumbprint, 60);
                return failure_set(failure, REASON_CERTIFICATE_MISSING, "%s is \"%s\", not %d hexadecimal digits",
                                   member, shown, THUMBPRINT_LENGTH);
        }
        *ret = TAKE_PTR(thumbprint);
        return 0;
}

static int open_text(const Host *host, const Environment *environment, Json *handler_settings, const char *text,
                     Json **ret, Failure *failure)
{
        _cleanup_free_ char *thumbprint = NULL, *stem = NULL;
        _cleanup_secret_ Secret der = { 0 }, plain = { 0 };
        Error err;

        if (read_thumbprint(handler_settings, &thumbprint, failure) < 0)
                return -1;
        if (crypto_base64_decode(text, strlen(text), &der, &err) < 0)
                return failure_set(failure, REASON_PROTECTED_SETTINGS_DAMAGED, "protectedSettings is not base64: %s",
                                   err.text);
        if (find_pair(host, environment, thumbprint, &stem, failure) < 0)
                return -1;
        log_debug("protected settings: %zu bytes, opened with %s.crt", der.length, stem);
        if (open_with(host, stem, &der, &plain, failure) < 0)
                return -1;
        return parse_plain(&plain, thumbprint, ret, failure);
}

int protected_read(const Host *host, const Environment *environment, Json *handler_settings, Json **ret,
                   Failure *failure)
{
        Json *member = json_member(handler_settings, "protectedSettings");
        const char *text = json_string(handler_settings, "protectedSettings");

        if (!member || (text && text[strspn(text, " \t\r\n")] == '\0')) {
                *ret = NULL;
                return 0;
        }
        if (!text)
                return failure_set(failure, REASON_PROTECTED_SETTINGS_DAMAGED,
                                   "protectedSettings is of type %s, not base64 text", json_kind(member));
        return open_text(host, environment, handler_settings, text, ret, failure);
}
