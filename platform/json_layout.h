/*
 * json_layout: writes JSON values the way the text around them is written. Pure.
 */
#pragma once

#include "platform/base/text.h"
#include "platform/json.h"

/* Borrowed, not terminated. */
typedef struct JsonSpan {
        const char *at;
        size_t length;
} JsonSpan;

typedef struct JsonLayout {
        bool lines;          /* one member a line; else all on one */
        const char *newline; /* "\n", "\r\n" */
        JsonSpan indent;     /* of the line that the value begins in */
        JsonSpan unit;       /* one level more */
        JsonSpan colon;      /* with the blanks around it */
} JsonLayout;

/* depth: levels below the line that the value begins in. value NULL: null. At most as deep as json_parse() takes. */
void json_layout_value(Text *out, Json *value, const JsonLayout *layout, size_t depth);
void json_layout_member(Text *out, const char *name, Json *value, const JsonLayout *layout, size_t depth);
void json_layout_comma(Text *out, const JsonLayout *layout);
void json_layout_line(Text *out, const JsonLayout *layout, size_t depth); /* begins a line, if members have their own */
