/*
 * Every member may be missing: the guest agent on an Azure machine writes them all, Arc's extension manager
 * does not promise to. What is missing is where the guest agent would have put it.
 */
#include "handler/environment.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "handler/document.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/fs.h"

#define FILE_NAME "HandlerEnvironment.json"
#define NAME_DEFAULT "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
#define NAME_MAX_LENGTH 200
#define VERSION_MAX_LENGTH 40

void environment_clear(Environment *environment)
{
        free(environment->base);
        free(environment->name);
        free(environment->version);
        free(environment->config_folder);
        free(environment->status_folder);
        free(environment->log_folder);
        free(environment->events_folder);
        *environment = (Environment){ 0 };
}

static void strip_slashes(char *path)
{
        size_t length = strlen(path);

        while (length > 1 && path[length - 1] == '/')
                path[--length] = '\0';
}

static bool is_folder_name(const char *path)
{
        const unsigned char *p;

        if (*path != '/' || strlen(path) >= PATH_MAX)
                return false;
        for (p = (const unsigned char *)path; *p; p++)
                if (*p < 0x20 || *p == 0x7f)
                        return false;
        return true;
}

static bool is_version(const char *text)
{
        size_t length = text ? strlen(text) : 0;

        return length > 0 && length <= VERSION_MAX_LENGTH && strspn(text, "0123456789.") == length && *text != '.';
}

static bool is_name(const char *text)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
        size_t length = text ? strlen(text) : 0;

        return length > 0 && length <= NAME_MAX_LENGTH && strspn(text, allowed) == length && *text != '.';
}

/* Folders are called NAME-VERSION, and a name holds no '-'. */
static void take_name_and_version(const char *base, Json *root, Environment *ret)
{
        const char *given = json_string(root, "name"), *from_agent = getenv("AZURE_GUEST_AGENT_EXTENSION_VERSION");
        const char *folder = strrchr(base, '/') + 1, *dash = strrchr(folder, '-');
        _cleanup_free_ char *stem = dash ? text_copy_n(folder, (size_t)(dash - folder)) : text_copy("");

        ret->name = text_copy(is_name(given) ? given : is_name(stem) ? stem : NAME_DEFAULT);
        if (dash && is_version(dash + 1))
                ret->version = text_copy(dash + 1);
        else
                ret->version = text_copy(is_version(from_agent) ? from_agent : version_text);
}

/* *ret stays NULL when there is no such member. */
static int take_folder(Json *folders, const char *member, char **ret, Error *err)
{
        Json *value = json_member(folders, member);
        const char *path = json_string(folders, member);
        _cleanup_free_ char *shown = NULL;

        if (!value || (path && !*path))
                return 0;
        if (!path)
                return error_set(err, ERROR_INPUT, "%s of " FILE_NAME " is a %s, not the path of a folder", member,
                                 json_kind(value));
        if (!is_folder_name(path)) {
                shown = text_escape(path, 60);
                return error_set(err, ERROR_INPUT, "%s of " FILE_NAME " is \"%s\", not an absolute path", member,
                                 shown);
        }
        *ret = text_copy(path);
        strip_slashes(*ret);
        return 0;
}

static int take_folders(Json *folders, Environment *ret, Error *err)
{
        if (take_folder(folders, "configFolder", &ret->config_folder, err) < 0 ||
            take_folder(folders, "statusFolder", &ret->status_folder, err) < 0 ||
            take_folder(folders, "logFolder", &ret->log_folder, err) < 0 ||
            take_folder(folders, "eventsFolder", &ret->events_folder, err) < 0)
                return -1;
        if (!ret->events_folder && take_folder(folders, "eventsFolder_preview", &ret->events_folder, err) < 0)
                return -1;
        if (!ret->config_folder)
                ret->config_folder = text_format("%s/config", ret->base);
        if (!ret->status_folder)
                ret->status_folder = text_format("%s/status", ret->base);
        if (!ret->log_folder)
                ret->log_folder = text_format("/var/log/azure/%s", ret->name);
        return 0;
}

/* The one object, bare or as the first of an array; NULL: neither. */
static Json *root_object(Json *document)
{
        if (json_object_is_type(document, json_type_array))
                document = json_object_array_length(document) > 0 ? json_object_array_get_idx(document, 0) : NULL;
        return json_object_is_type(document, json_type_object) ? document : NULL;
}

static int read_document(const Host *host, const char *path, Json **ret, Error *err)
{
        if (!fs_exists(host, path))
                return error_set(err, ERROR_MISSING, "%s is not there", path);
        if (document_read(host, path, ret, err) < 0)
                return -1;
        return *ret ? 0 : error_set(err, ERROR_INPUT, "%s is empty", path);
}

int environment_read(const Host *host, const char *base, Environment *ret, Error *err)
{
        _cleanup_(environment_clear) Environment environment = { 0 };
        _cleanup_json_ Json *document = NULL;
        _cleanup_free_ char *path = NULL;
        Json *root, *folders;

        if (!is_folder_name(base))
                return error_set(err, ERROR_INPUT, "the extension's folder is not given as an absolute path");
        environment.base = text_copy(base);
        strip_slashes(environment.base);
        path = text_format("%s/" FILE_NAME, environment.base);
        if (read_document(host, path, &document, err) < 0)
                return -1;
        root = root_object(document);
        folders = json_member(root, "handlerEnvironment");
        if (!json_object_is_type(folders, json_type_object))
                return error_set(err, ERROR_INPUT, "%s holds no object \"handlerEnvironment\"", path);
        take_name_and_version(environment.base, root, &environment);
        if (take_folders(folders, &environment, err) < 0)
                return -1;
        *ret = environment;
        environment = (Environment){ 0 };
        return 0;
}

static char *working_folder(void)
{
        char path[PATH_MAX];

        return getcwd(path, sizeof(path)) ? text_copy(path) : NULL;
}

/* The folder of our own program, or n above it. */
static char *program_folder(int above)
{
        char path[PATH_MAX];
        ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
        char *slash;

        if (length < 0)
                return NULL;
        path[length] = '\0';
        for (; above >= 0 && (slash = strrchr(path, '/')); above--)
                *slash = '\0';
        return *path ? text_copy(path) : NULL;
}

/* A person may stand in a folder that somebody else filled: there, only root's file is believed. */
static bool is_believable(const Host *host, const char *path)
{
        Error err;

        if (fs_check_trusted(host, path, &err) == 0)
                return true;
        log_warning("not used: %s", err.text);
        return false;
}

int environment_find(const Host *host, Environment *ret, Error *err)
{
        _cleanup_free_ char *given = text_copy(getenv("AZURE_GUEST_AGENT_EXTENSION_PATH")), *here = working_folder(),
                            *above = program_folder(1), *beside = program_folder(0);
        const char *const places[] = { given, here, above, beside };
        _cleanup_(text_clear) Text looked = { 0 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(places); i++) {
                _cleanup_free_ char *path = NULL, *shown = NULL;

                if (!places[i] || !is_folder_name(places[i]))
                        continue;
                path = text_format("%s/" FILE_NAME, places[i]);
                if (fs_exists(host, path) && (places[i] != here || is_believable(host, path)))
                        return environment_read(host, places[i], ret, err);
                shown = text_escape(places[i], 150);
                text_append(&looked, "%s%s", looked.length ? ", " : "", shown);
        }
        return error_set(err, ERROR_MISSING, FILE_NAME " is in none of: %s", looked.length ? looked.data : "-");
}
