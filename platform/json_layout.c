#include "platform/json_layout.h"

static void put_span(Text *out, JsonSpan span)
{
        text_append_bytes(out, span.at, span.length);
}

void json_layout_line(Text *out, const JsonLayout *layout, size_t depth)
{
        if (!layout->lines)
                return;
        text_append(out, "%s", layout->newline);
        put_span(out, layout->indent);
        while (depth-- > 0)
                put_span(out, layout->unit);
}

void json_layout_comma(Text *out, const JsonLayout *layout)
{
        bool wide = layout->colon.length > 1;

        text_append(out, "%s", layout->lines || !wide ? "," : ", ");
}

void json_layout_member(Text *out, const char *name, Json *value, const JsonLayout *layout, size_t depth)
{
        _cleanup_json_ Json *string = json_object_new_string(name);

        json_layout_value(out, string, layout, depth);
        put_span(out, layout->colon);
        json_layout_value(out, value, layout, depth);
}

static void put_object(Text *out, Json *object, const JsonLayout *layout, size_t depth)
{
        bool first = true;

        text_append(out, "{");
        json_object_object_foreach(object, name, member)
        {
                if (!first)
                        json_layout_comma(out, layout);
                first = false;
                json_layout_line(out, layout, depth + 1);
                json_layout_member(out, name, member, layout, depth + 1);
        }
        if (!first)
                json_layout_line(out, layout, depth);
        text_append(out, "}");
}

static void put_array(Text *out, Json *array, const JsonLayout *layout, size_t depth)
{
        size_t n = (size_t)json_object_array_length(array), i;

        text_append(out, "[");
        for (i = 0; i < n; i++) {
                if (i > 0)
                        json_layout_comma(out, layout);
                json_layout_line(out, layout, depth + 1);
                json_layout_value(out, json_object_array_get_idx(array, i), layout, depth + 1);
        }
        if (n > 0)
                json_layout_line(out, layout, depth);
        text_append(out, "]");
}

/* As deep as json_parse() lets a document be. */
void json_layout_value(Text *out, Json *value, const JsonLayout *layout, size_t depth)
{
        if (json_object_is_type(value, json_type_object))
                put_object(out, value, layout, depth);
        else if (json_object_is_type(value, json_type_array))
                put_array(out, value, layout, depth);
        else
                text_append(
                        out, "%s",
                        json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}
