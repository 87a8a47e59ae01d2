/*
 * Walks the tables of facts beside packaging/schemas/check.json: what check may print is described there with its type
 * and its words, and nothing else is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/facts_json.h"
#include "platform/base/text.h"

#define SCHEMA "packaging/schemas/check.json"

static Json *follow(Json *document, Json *member)
{
        const char *reference = json_string(member, "$ref");
        static const char start[] = "#/definitions/";

        if (!reference)
                return member;
        assert_true(text_starts_with(reference, start));
        return json_member(json_member(document, "definitions"), reference + strlen(start));
}

static void has_words(const char *path, const JsonField *field, Json *words)
{
        size_t i, j, n = 0;

        assert_int_equal(json_object_get_type(words), json_type_array);
        for (i = 0; i < field->n_words; i++) {
                if (!field->words[i])
                        continue;
                n++;
                for (j = 0; j < json_object_array_length(words); j++)
                        if (text_equal(json_object_get_string(json_object_array_get_idx(words, j)), field->words[i]))
                                break;
                if (j == json_object_array_length(words))
                        fail_msg("%s may be '%s', which " SCHEMA " does not know", path, field->words[i]);
        }
        if (n != json_object_array_length(words))
                fail_msg("%s has words in " SCHEMA " that are never printed", path);
}

static const char *type_of(const JsonField *field)
{
        static const char *const names[] = {
                [JSON_FIELD_INTEGER] = "integer", [JSON_FIELD_BITS] = "string", [JSON_FIELD_BOOL] = "boolean",
                [JSON_FIELD_NAME] = "string",     [JSON_FIELD_TEXT] = "string", [JSON_FIELD_OWNED] = "string",
                [JSON_FIELD_OBJECT] = "object",   [JSON_FIELD_LIST] = "array",
        };

        return names[field->type];
}

static const JsonField *find(const JsonField *fields, const char *name)
{
        while (fields->name && !text_equal(fields->name, name))
                fields++;
        return fields->name ? fields : NULL;
}

static void matches(Json *document, const char *path, const JsonField *fields, Json *properties);

static void matches_field(Json *document, const char *path, const JsonField *field, Json *member)
{
        Json *meant = follow(document, member);

        if (!json_string(member, "description"))
                fail_msg("%s is not described in " SCHEMA, path);
        if (field->type == JSON_FIELD_WORD)
                has_words(path, field, json_member(meant, "enum"));
        else if (!text_equal(json_string(meant, "type"), type_of(field)))
                fail_msg("%s is of type %s, not as " SCHEMA " says", path, type_of(field));
        if (field->type == JSON_FIELD_LIST)
                meant = json_member(meant, "items");
        if (field->fields)
                matches(document, path, field->fields, json_member(meant, "properties"));
}

static void matches(Json *document, const char *path, const JsonField *fields, Json *properties)
{
        const JsonField *field;

        for (field = fields; field->name; field++) {
                _cleanup_free_ char *below = text_format("%s.%s", path, field->name);

                matches_field(document, below, field, json_member(properties, field->name));
        }
        json_object_object_foreach(properties, name, member)
        {
                if (!find(fields, name) && !json_member(member, "const") && !text_equal(name, "program"))
                        fail_msg("%s.%s is described in " SCHEMA " and never printed", path, name);
        }
}

static void facts_are_described_as_they_are_printed(void **test)
{
        _cleanup_json_ Json *document = json_object_from_file(SCHEMA);
        Json *facts = json_member(json_member(document, "properties"), "facts");

        assert_non_null(facts);
        matches(document, "facts", facts_json_fields, json_member(facts, "properties"));
}

int main(void)
{
        const struct CMUnitTest tests[] = { cmocka_unit_test(facts_are_described_as_they_are_printed) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
