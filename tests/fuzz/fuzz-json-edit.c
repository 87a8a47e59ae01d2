/*
 * Whatever the bytes are: no crash, no hang; what is edited is the document asked for, its other bytes are where
 * they were, and to do it once more changes nothing. Input: the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/json_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

static void check_edit(const char *text, size_t size, const JsonPath *path, Json *value)
{
        _cleanup_json_ Json *before = NULL, *after = NULL;
        _cleanup_free_ char *edited = NULL, *again = NULL;
        size_t length = 0, again_length = 0;
        Error err = { 0 };

        if (json_edit_set(text, size, path, value, &edited, &length, &err) < 0) {
                check(err.kind == ERROR_INPUT && err.text[0]);
                check(!strstr(err.text, "the result of the change is not")); /* ours to get right */
                return;
        }
        check(json_parse(text, size, &before, NULL) == 0 && json_parse(edited, length, &after, NULL) == 0);
        check(json_object_equal(json_path_get(after, path), value));
        check(json_edit_set(edited, length, path, value, &again, &again_length, &err) == 0);
        check(again_length == length && memcmp(again, edited, length) == 0);
        check(json_edit_repeated(text, size, path) == json_edit_repeated(edited, length, path));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const JsonPath paths[] = { { { "a" }, 1 }, { { "a", "b" }, 2 }, { { "edr", "a", "b" }, 3 } };
        _cleanup_json_ Json *list = json_object_new_array(), *word = json_object_new_string("x\"\n/");
        size_t i;

        json_object_array_add(list, json_object_get(word));
        for (i = 0; i < ELEMENTSOF(paths); i++) {
                check_edit((const char *)data, size, &paths[i], word);
                check_edit((const char *)data, size, &paths[i], list);
        }
        return 0;
}
