/*
 * The text is walked member by member along the path; what it says elsewhere is skipped, not understood. It was
 * parsed before, so that the walk may rely on its grammar; and what comes out is parsed and compared with the
 * document that was asked for, so that no mistake here reaches a file.
 */
#include "platform/json_edit.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/json_layout.h"

#define UNIT_DEFAULT "    "
#define NAME_SHOWN_MAX 60

/* Offsets. The blanks before a member begin after the bracket or comma before it. */
typedef struct Member {
        size_t blanks, name, name_end, value, end;
} Member;

/* As far as the path is there. */
typedef struct Place {
        size_t object;   /* the bracket of the innermost object */
        size_t depth;    /* names of the path that were found */
        Member found;    /* the last of them; valid when depth > 0 */
        Member last;     /* of the innermost object; valid unless empty */
        bool empty;      /* the innermost object has no member */
        bool complete;   /* found is what is to be replaced: the end of the path, or a null on the way */
        size_t repeated; /* the first depth at which a member stood twice; 0: none */
} Place;

static size_t skip_blanks(JsonSpan text, size_t at)
{
        while (at < text.length && strchr(" \t\r\n", text.at[at]) && text.at[at])
                at++;
        return at;
}

static size_t skip_string(JsonSpan text, size_t at)
{
        for (at++; at < text.length && text.at[at] != '"'; at++)
                if (text.at[at] == '\\')
                        at++;
        return at + 1;
}

static size_t skip_container(JsonSpan text, size_t at)
{
        size_t depth = 0;

        do {
                if (text.at[at] == '"') {
                        at = skip_string(text, at);
                        continue;
                }
                if (text.at[at] == '{' || text.at[at] == '[')
                        depth++;
                else if (text.at[at] == '}' || text.at[at] == ']')
                        depth--;
                at++;
        } while (depth > 0 && at < text.length);
        return at;
}

static size_t skip_value(JsonSpan text, size_t at)
{
        if (text.at[at] == '"')
                return skip_string(text, at);
        if (text.at[at] == '{' || text.at[at] == '[')
                return skip_container(text, at);
        while (at < text.length && text.at[at] && !strchr(" \t\r\n,]}", text.at[at]))
                at++;
        return at;
}

/* The member that begins after the bracket or comma before at; false: there is none. */
static bool next_member(JsonSpan text, size_t at, Member *ret)
{
        Member member = { .blanks = at };

        member.name = skip_blanks(text, at);
        if (member.name >= text.length || text.at[member.name] != '"')
                return false;
        member.name_end = skip_string(text, member.name);
        member.value = skip_blanks(text, skip_blanks(text, member.name_end) + 1);
        if (member.value >= text.length)
                return false;
        member.end = skip_value(text, member.value);
        *ret = member;
        return true;
}

static bool is_name(JsonSpan text, const Member *member, const char *name)
{
        const char *token = text.at + member->name;
        size_t length = member->name_end - member->name, wanted = strlen(name);
        _cleanup_json_ Json *decoded = NULL;

        if (!memchr(token, '\\', length))
                return length == wanted + 2 && memcmp(token + 1, name, wanted) == 0;
        return json_parse(token, length, &decoded, NULL) == 0 && text_equal(json_object_get_string(decoded), name);
}

/* Looks through the innermost object; how often name stands in it. The last one becomes place->found. */
static size_t look_for(JsonSpan text, const char *name, Place *place)
{
        size_t at = place->object + 1, n = 0;
        Member member;

        place->empty = true;
        while (next_member(text, at, &member)) {
                place->empty = false;
                place->last = member;
                if (is_name(text, &member, name)) {
                        place->found = member;
                        n++;
                }
                at = skip_blanks(text, member.end);
                if (at >= text.length || text.at[at] != ',')
                        break;
                at++;
        }
        return n;
}

static int find(JsonSpan text, const JsonPath *path, Place *ret, Error *err)
{
        Place place = { .object = skip_blanks(text, 0) };

        while (place.depth < path->n) {
                size_t n = look_for(text, path->names[place.depth], &place);

                if (n == 0)
                        break;
                place.depth++;
                if (n > 1 && !place.repeated)
                        place.repeated = place.depth;
                place.complete = place.depth == path->n || text.at[place.found.value] == 'n';
                if (place.complete)
                        break;
                if (text.at[place.found.value] != '{') {
                        _cleanup_free_ char *shown = json_path_text(path, place.depth);

                        return error_set(err, ERROR_INPUT, "%s is there already, and is no object", shown);
                }
                place.object = place.found.value;
        }
        *ret = place;
        return 0;
}

/* --- how the text is laid out --------------------------------------------------------------------------- */

/* The blanks between the last line end in [from, to) and to; false: no line ends there. */
static bool find_indent(JsonSpan text, size_t from, size_t to, JsonSpan *ret)
{
        size_t at = to;

        while (at > from && text.at[at - 1] != '\n')
                at--;
        if (at == from)
                return false;
        *ret = (JsonSpan){ text.at + at, to - at };
        return true;
}

static JsonSpan colon_of(JsonSpan text, const Member *member)
{
        JsonSpan colon = { text.at + member->name_end, member->value - member->name_end };

        return memchr(colon.at, '\n', colon.length) || colon.length > 8 ? (JsonSpan){ ": ", 2 } : colon;
}

static JsonLayout layout_of(JsonSpan text, const Place *place)
{
        const char *line_end = memchr(text.at, '\n', text.length);
        JsonLayout layout = { .newline = line_end && line_end > text.at && line_end[-1] == '\r' ? "\r\n" : "\n",
                              .unit = { UNIT_DEFAULT, strlen(UNIT_DEFAULT) },
                              .indent = { "", 0 },
                              .colon = { ": ", 2 } };
        size_t top = skip_blanks(text, 0);
        JsonSpan unit = { 0 };
        Member first;

        if (next_member(text, top + 1, &first)) {
                layout.colon = colon_of(text, &first);
                if (find_indent(text, first.blanks, first.name, &unit) && unit.length > 0)
                        layout.unit = unit;
        }
        if (place->complete || !place->empty) {
                const Member *beside = place->complete ? &place->found : &place->last;

                layout.colon = colon_of(text, beside);
                layout.lines = find_indent(text, beside->blanks, beside->name, &layout.indent);
        } else if (place->depth > 0) {
                layout.lines = find_indent(text, place->found.blanks, place->found.name, &layout.indent);
        } else {
                layout.lines = true; /* the text is an empty object: nobody's style */
        }
        return layout;
}

/* --- the change ----------------------------------------------------------------------------------------- */

/* value inside objects for the names of path from the given one on. */
static Json *wrap(const JsonPath *path, size_t from, Json *value)
{
        Json *inner = json_object_get(value);
        size_t i;

        for (i = path->n; i > from; i--) {
                Json *object = json_object_new_object();

                json_object_object_add(object, path->names[i - 1], inner);
                inner = object;
        }
        return inner;
}

static void put_edited(Text *out, JsonSpan text, const JsonPath *path, const Place *place, Json *value)
{
        size_t from = place->complete ? place->found.value
                      : place->empty  ? place->object + 1
                                      : place->last.end,
               to = place->complete ? place->found.end
                    : place->empty  ? skip_blanks(text, place->object + 1)
                                    : from;
        _cleanup_json_ Json *added = wrap(path, place->complete ? place->depth : place->depth + 1, value);
        JsonLayout layout = layout_of(text, place);

        text_append_bytes(out, text.at, from);
        if (place->complete) {
                json_layout_value(out, added, &layout, 0);
        } else if (place->empty) {
                json_layout_line(out, &layout, 1);
                json_layout_member(out, path->names[place->depth], added, &layout, 1);
                json_layout_line(out, &layout, 0);
        } else {
                json_layout_comma(out, &layout);
                json_layout_line(out, &layout, 0);
                json_layout_member(out, path->names[place->depth], added, &layout, 0);
        }
        text_append_bytes(out, text.at + to, text.length - to);
}

/* The same in the tree. */
static void set_in_tree(Json *root, const JsonPath *path, Json *value)
{
        size_t i;

        for (i = 0; i + 1 < path->n; i++) {
                Json *next = json_member(root, path->names[i]);

                if (!next) {
                        next = json_object_new_object();
                        json_object_object_add(root, path->names[i], next);
                }
                root = next;
        }
        json_object_object_add(root, path->names[i], json_object_get(value));
}

static int check(const char *text, size_t length, Json *expected, Error *err)
{
        _cleanup_json_ Json *got = NULL;

        if (json_parse(text, length, &got, err) < 0)
                return error_prefix(err, "the result of the change");
        if (!json_object_equal(got, expected))
                return error_set(err, ERROR_INPUT, "the result of the change is not the document that was asked for");
        return 0;
}

static size_t mark_length(const char *text, size_t length)
{
        return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int json_edit_set(const char *text, size_t length, const JsonPath *path, Json *value, char **ret, size_t *ret_length,
                  Error *err)
{
        size_t mark = mark_length(text, length);
        JsonSpan body = { text + mark, length - mark };
        _cleanup_json_ Json *tree = NULL;
        _cleanup_(text_clear) Text out = { 0 };
        Place place;

        if (json_parse(text, length, &tree, err) < 0)
                return -1;
        if (!json_object_is_type(tree, json_type_object))
                return error_set(err, ERROR_INPUT, "its top level is of type %s, not object", json_kind(tree));
        if (find(body, path, &place, err) < 0)
                return -1;
        text_append_bytes(&out, text, mark);
        put_edited(&out, body, path, &place, value);
        set_in_tree(tree, path, value);
        if (check(out.data, out.length, tree, err) < 0)
                return -1;
        *ret_length = out.length;
        *ret = text_take(&out);
        return 0;
}

size_t json_edit_repeated(const char *text, size_t length, const JsonPath *path)
{
        size_t mark = mark_length(text, length);
        JsonSpan body = { text + mark, length - mark };
        size_t top = skip_blanks(body, 0);
        Place place;

        if (top >= body.length || body.at[top] != '{' || find(body, path, &place, NULL) < 0)
                return 0;
        return place.repeated;
}

char *json_path_text(const JsonPath *path, size_t n)
{
        _cleanup_(text_clear) Text out = { 0 };
        size_t i;

        for (i = 0; i < n && i < path->n; i++) {
                _cleanup_free_ char *name = text_escape(path->names[i], NAME_SHOWN_MAX);

                text_append(&out, "%s%s", i ? "." : "", name);
        }
        return text_take(&out);
}

Json *json_path_get(Json *root, const JsonPath *path)
{
        size_t i;

        for (i = 0; i < path->n && root; i++)
                root = json_member(root, path->names[i]);
        return root;
}
