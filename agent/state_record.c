#include "agent/state_record.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define FILE_MAX (64 * 1024)

void state_record_read(const Host *host, const StateRecord *what, void *ret)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_free_ void *record = text_allocate(what->size);
        _cleanup_json_ Json *json = NULL;
        size_t length = 0;

        memset(ret, 0, what->size);
        if (fs_read(host, what->file, FILE_MAX, &text, &length, NULL) < 0 || !text ||
            json_parse(text, length, &json, NULL) < 0 ||
            json_object_get_int(json_member(json, "schema")) != what->schema ||
            json_record_read(what->fields, json, record, NULL) < 0)
                return;
        memcpy(ret, record, what->size);
}

int state_record_write(const Host *host, const StateRecord *what, const void *record, Error *err)
{
        _cleanup_json_ Json *json = json_record_make(what->fields, record);
        _cleanup_free_ char *before = NULL;
        const char *text;
        size_t length = 0;

        json_object_object_add(json, "schema", json_object_new_int(what->schema));
        text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY);
        if (fs_read(host, what->file, FILE_MAX, &before, &length, NULL) == 0 && text_equal(before, text))
                return 0;
        return fs_write(host, what->file, text, strlen(text), 0600, err);
}
