/*
 * Afresh, so that what the sensor parses is what was verified, whatever its parser makes of doubtful input.
 *
 * Of the blob's members the known ones go out, and unknown strings with them: a coming version of the sensor
 * may need one that this program has never heard of, and as the signature covers the body only, the sensor
 * cannot trust them more than we do. Unknown members that are no strings are left behind.
 *
 * Each text is written twice: once to count, once into memory of that size, as memory that grows would
 * leave copies behind.
 */
#include "agent/onboarding/onboarding_file.h"

#include <string.h>

typedef struct Writer {
        unsigned char *to; /* NULL: only count */
        size_t length;
} Writer;

typedef struct Source {
        const char *member;
        Json *blob;
        const Secret *text;
} Source;

static void put(Writer *w, const void *bytes, size_t length)
{
        if (w->to)
                memcpy(w->to + w->length, bytes, length);
        w->length += length;
}

static void put_text(Writer *w, const char *text)
{
        put(w, text, strlen(text));
}

/* One byte of a string that holds no NUL. */
static void put_escaped(Writer *w, char c)
{
        static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
        const char *known = strchr(plain, c);
        char escape[8];

        if (known) {
                snprintf(escape, sizeof(escape), "\\%c", letters[known - plain]);
                put_text(w, escape);
        } else if ((unsigned char)c < 0x20) {
                snprintf(escape, sizeof(escape), "\\u%04x", (unsigned int)(unsigned char)c);
                put_text(w, escape);
        } else {
                put(w, &c, 1);
        }
}

static void put_string(Writer *w, const char *text, size_t length)
{
        size_t i;

        put_text(w, "\"");
        for (i = 0; i < length; i++)
                put_escaped(w, text[i]);
        put_text(w, "\"");
}

static void put_json_string(Writer *w, Json *string)
{
        put_string(w, json_object_get_string(string), (size_t)json_object_get_string_len(string));
}

/* The chain: an array of strings. */
static void put_array(Writer *w, Json *array)
{
        size_t n = (size_t)json_object_array_length(array), i;

        put_text(w, "[");
        for (i = 0; i < n; i++) {
                put_text(w, i ? "," : "");
                put_json_string(w, json_object_array_get_idx(array, i));
        }
        put_text(w, "]");
}

static void put_blob(Writer *w, const Source *source)
{
        const char *separator = "{";

        json_object_object_foreach(source->blob, name, member)
        {
                bool chain = strcmp(name, "chain") == 0;

                if (!chain && !json_object_is_type(member, json_type_string))
                        continue;
                put_text(w, separator);
                put_string(w, name, strlen(name));
                put_text(w, ":");
                if (chain)
                        put_array(w, member);
                else
                        put_json_string(w, member);
                separator = ",";
        }
        put_text(w, "}");
}

static void put_file(Writer *w, const Source *source)
{
        put_text(w, "{");
        put_string(w, source->member, strlen(source->member));
        put_text(w, ":");
        put_string(w, (const char *)source->text->data, source->text->length);
        put_text(w, "}");
}

static void make(void (*put_all)(Writer *, const Source *), const Source *source, Secret *ret)
{
        Writer w = { 0 };

        put_all(&w, source);
        secret_allocate(ret, w.length);
        w = (Writer){ .to = ret->data };
        put_all(&w, source);
}

void onboarding_file_make(const char *member, Json *blob, Secret *ret)
{
        _cleanup_secret_ Secret text = { 0 };
        Source source = { .member = member, .blob = blob, .text = &text };

        make(put_blob, &source, &text);
        make(put_file, &source, ret);
}
