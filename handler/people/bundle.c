#include "handler/people/bundle.h"

#include <stdarg.h>
#include <string.h>

#include "platform/base/version.h"
#include "platform/gzip.h"
#include "platform/tar.h"
#include "platform/json_add.h"

#define SHOWN_AS (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

void bundle_clear(Bundle *bundle)
{
        size_t i;

        for (i = 0; i < bundle->n_files; i++)
                free(bundle->files[i].data);
        *bundle = (Bundle){ 0 };
}

void bundle_add_text(Bundle *bundle, const char *name, const char *what, char *text)
{
        if (bundle->n_files == BUNDLE_FILES_MAX)
                abort(); /* there are fewer parts: a mistake of ours */
        bundle->files[bundle->n_files++] =
                (BundleFile){ .name = name, .what = what, .data = text, .length = strlen(text) };
}

void bundle_add_json(Bundle *bundle, const char *name, const char *what, Json *json)
{
        _cleanup_json_ Json *owned = json;

        bundle_add_text(bundle, name, what, text_format("%s\n", json_object_to_json_string_ext(owned, SHOWN_AS)));
}

void bundle_omit(Bundle *bundle, const char *what, const char *format, ...)
{
        BundleOmission *omission = &bundle->omissions[bundle->n_omissions];
        va_list ap;

        if (bundle->n_omissions == BUNDLE_OMISSIONS_MAX)
                abort();
        bundle->n_omissions++;
        omission->what = what;
        va_start(ap, format);
        vsnprintf(omission->why, sizeof(omission->why), format, ap);
        va_end(ap);
}

Json *bundle_files_json(const Bundle *bundle)
{
        Json *list = json_object_new_array();
        size_t i;

        for (i = 0; i < bundle->n_files; i++) {
                Json *file = json_add_row(list);

                json_add_text(file, "name", bundle->files[i].name);
                json_add_number(file, "bytes", bundle->files[i].length);
                json_add_text(file, "what", bundle->files[i].what);
        }
        return list;
}

Json *bundle_omissions_json(const Bundle *bundle)
{
        Json *list = json_object_new_array();
        size_t i;

        for (i = 0; i < bundle->n_omissions; i++) {
                Json *omission = json_add_row(list);

                json_add_text(omission, "what", bundle->omissions[i].what);
                json_add_text(omission, "why", bundle->omissions[i].why);
        }
        return list;
}

static char *manifest(const Bundle *bundle)
{
        _cleanup_json_ Json *json = json_object_new_object();
        char when[TEXT_TIME_MAX];

        json_add_text(json, "schema", "mde-linux.bundle");
        json_add_number(json, "version", 1);
        json_add_text(json, "program", version_text);
        json_add_text(json, "made", text_time(bundle->made_s, when));
        json_object_object_add(json, "files", bundle_files_json(bundle));
        json_object_object_add(json, "omissions", bundle_omissions_json(bundle));
        return text_format("%s\n", json_object_to_json_string_ext(json, SHOWN_AS));
}

static int add(Text *archive, const char *folder, const char *name, const char *data, size_t length, int64_t time_s,
               Error *err)
{
        _cleanup_free_ char *path = text_format("%s/%s", folder, name);

        return tar_add(archive, path, data, length, time_s, err);
}

int bundle_pack(const Bundle *bundle, const char *folder, Text *ret, Error *err)
{
        _cleanup_(text_clear) Text archive = { 0 };
        _cleanup_free_ char *first = manifest(bundle);
        size_t i;

        if (add(&archive, folder, "MANIFEST.json", first, strlen(first), bundle->made_s, err) < 0)
                return -1;
        for (i = 0; i < bundle->n_files; i++) {
                const BundleFile *file = &bundle->files[i];

                if (add(&archive, folder, file->name, file->data, file->length, bundle->made_s, err) < 0)
                        return -1;
        }
        tar_end(&archive);
        return gzip_bytes(archive.data, archive.length, ret, err);
}
