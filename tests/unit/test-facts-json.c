/*
 * Walks the tables themselves: what a row can hold is tried with random values, and bytes of Facts that no row holds
 * are found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/facts_json.h"
#include "platform/base/text.h"

#define ROUNDS 200

static uint64_t next_random(uint64_t *state)
{
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        return *state;
}

static void random_text(char *text, size_t size, uint64_t *state)
{
        static const char *const letters[] = {
                "a", "Z", "0", "\"", "\\", "\n", "/", "\t", "\x01", "\xc3\xa4", "@", " "
        };
        size_t length = next_random(state) % size, used = 0;

        while (used + 2 <= length) {
                const char *letter = letters[next_random(state) % ELEMENTSOF(letters)];

                memcpy(text + used, letter, strlen(letter));
                used += strlen(letter);
        }
}

static void fill(const JsonField *fields, char *record, uint64_t *state);

static void fill_number(const JsonField *field, char *at, uint64_t *state)
{
        uint64_t value = next_random(state) >> (next_random(state) % 64);

        if (!field->is_signed && field->size == 8)
                value &= INT64_MAX;
        memcpy(at, &value, field->size);
}

static void fill_field(const JsonField *field, char *record, uint64_t *state)
{
        char *at = record + field->offset;
        size_t i, n;

        if (field->type == JSON_FIELD_INTEGER || field->type == JSON_FIELD_BITS) {
                fill_number(field, at, state);
        } else if (field->type == JSON_FIELD_BOOL) {
                *(bool *)at = next_random(state) & 1;
        } else if (field->type == JSON_FIELD_WORD) {
                *(unsigned *)at = (unsigned)(next_random(state) % field->n_words);
        } else if (field->type == JSON_FIELD_NAME) {
                *(const char **)at = NULL;
        } else if (field->type == JSON_FIELD_TEXT) {
                random_text(at, field->size, state);
        } else if (field->type == JSON_FIELD_OWNED) {
                *(char **)at = text_allocate(400);
                random_text(*(char **)at, 400, state);
                *(size_t *)(record + field->at_length) = strlen(*(char **)at);
        } else if (field->type == JSON_FIELD_OBJECT) {
                fill(field->fields, at, state);
        } else {
                n = next_random(state) % (field->max + 1);
                *(size_t *)(record + field->at_length) = n;
                for (i = 0; i < n; i++)
                        fill(field->fields, at + i * field->size, state);
        }
}

static void fill(const JsonField *fields, char *record, uint64_t *state)
{
        for (; fields->name; fields++)
                fill_field(fields, record, state);
}

static void must_parse(const char *text, Facts *ret)
{
        _cleanup_json_ Json *json = NULL;
        Error err = { 0 };

        if (json_parse_unique(text, strlen(text), &json, &err) < 0 || facts_json_read(json, ret, &err) < 0)
                fail_msg("%s: %.200s", err.text, text);
}

static char *text_of(const Facts *facts)
{
        _cleanup_json_ Json *json = facts_json_make(facts);

        return text_copy(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY));
}

/* All but what points elsewhere. */
static void assert_same(const Facts *a, const Facts *b)
{
        _cleanup_free_ Facts *left = text_allocate(sizeof(Facts)), *right = text_allocate(sizeof(Facts));

        assert_int_equal(a->sensor.managed_length, b->sensor.managed_length);
        if (a->sensor.managed_json || b->sensor.managed_json)
                assert_string_equal(a->sensor.managed_json, b->sensor.managed_json);
        memcpy(left, a, sizeof(Facts));
        memcpy(right, b, sizeof(Facts));
        left->sensor.managed_json = right->sensor.managed_json = NULL;
        left->machine.support = right->machine.support = NULL;
        assert_memory_equal(left, right, sizeof(Facts));
}

static void every_byte_of_random_facts_survives(void **test)
{
        uint64_t state = 0x9e3779b97f4a7c15;
        int round;

        for (round = 0; round < ROUNDS; round++) {
                _cleanup_free_ Facts *before = text_allocate(sizeof(Facts)), *after = text_allocate(sizeof(Facts));
                _cleanup_free_ char *text = NULL;

                fill(facts_json_fields, (char *)before, &state);
                text = text_of(before);
                must_parse(text, after);
                assert_same(before, after);
                facts_clear(before);
                facts_clear(after);
        }
}

/* Of each byte of Facts: is it in a table; may there be padding before it, and up to which alignment. */
typedef struct Byte {
        bool seen;
        unsigned char alignment;
} Byte;

static void mark(const JsonField *fields, Byte *bytes, size_t offset);

static void mark_leaf(Byte *bytes, size_t size, size_t alignment)
{
        size_t i;

        for (i = 0; i < size; i++)
                bytes[i].seen = true;
        if (bytes->alignment < alignment)
                bytes->alignment = (unsigned char)alignment;
}

static size_t alignment_of(const JsonField *fields)
{
        size_t most = 1, own;

        for (; fields->name; fields++) {
                own = fields->type == JSON_FIELD_OBJECT ? alignment_of(fields->fields)
                      : fields->type == JSON_FIELD_TEXT ? 1
                      : fields->type == JSON_FIELD_LIST || fields->type == JSON_FIELD_OWNED ? 8
                                                                                            : fields->size;
                most = own > most ? own : most;
        }
        return most;
}

/* A struct is aligned as its largest member, at its begin and its end; of a group (size 0) only the begin is known. */
static void mark_struct(const JsonField *fields, Byte *bytes, size_t offset, size_t size)
{
        unsigned char alignment = (unsigned char)(size ? alignment_of(fields) : 8);

        mark(fields, bytes, offset);
        bytes[offset + fields->offset].alignment = alignment;
        if (size)
                bytes[offset + size].alignment = alignment;
}

static void mark_field(const JsonField *field, Byte *bytes, size_t offset)
{
        size_t at = offset + field->offset, i;

        switch (field->type) {
        case JSON_FIELD_OBJECT:
                mark_struct(field->fields, bytes, at, field->size);
                break;
        case JSON_FIELD_LIST:
                for (i = 0; i < field->max; i++)
                        mark_struct(field->fields, bytes, at + i * field->size, field->size);
                bytes[at].alignment = 8; /* may begin a struct that ends with the number */
                mark_leaf(bytes + offset + field->at_length, sizeof(size_t), 8);
                break;
        case JSON_FIELD_OWNED:
                mark_leaf(bytes + at, sizeof(void *), 8);
                mark_leaf(bytes + offset + field->at_length, sizeof(size_t), 8);
                break;
        case JSON_FIELD_TEXT:
                mark_leaf(bytes + at, field->size, 1);
                break;
        case JSON_FIELD_INTEGER:
        case JSON_FIELD_BITS:
        case JSON_FIELD_BOOL:
        case JSON_FIELD_WORD:
        case JSON_FIELD_NAME:
                mark_leaf(bytes + at, field->size, field->size);
                break;
        }
}

static void mark(const JsonField *fields, Byte *bytes, size_t offset)
{
        for (; fields->name; fields++)
                mark_field(fields, bytes, offset);
}

static void every_member_of_facts_has_a_row(void **test)
{
        _cleanup_free_ Byte *bytes = text_allocate((sizeof(Facts) + 1) * sizeof(Byte));
        size_t i, n;

        mark(facts_json_fields, bytes, 0);
        mark_leaf(bytes + offsetof(Facts, machine.support), sizeof(void *), 8);
        mark_leaf(bytes + offsetof(Facts, machine.derived), sizeof(void *), 8);
        bytes[sizeof(Facts)].alignment = 8;
        for (i = 0; i < sizeof(Facts); i += n + 1) {
                for (n = 0; i + n < sizeof(Facts) && !bytes[i + n].seen; n++)
                        ;
                if (n > 0 && n >= bytes[i + n].alignment)
                        fail_msg("%zu bytes of Facts at %zu are in no table of facts_json.c", n, i);
        }
}

static void what_was_not_asked_is_absent(void **test)
{
        _cleanup_free_ Facts *facts = text_allocate(sizeof(Facts));
        _cleanup_free_ char *text = NULL;

        must_parse("{\"schema\": 1}", facts);
        assert_int_equal(facts->machine.systemd, TRI_NOT_ASKED);
        assert_int_equal(facts->machine.fitness.memory, -1);
        assert_int_equal(facts->machine.fitness.oom_kills, -1);
        assert_null(facts->machine.support);
        assert_null(facts->sensor.managed_json);
        text = text_of(facts);
        assert_null(strstr(text, "sensor"));
        assert_null(strstr(text, "memory"));
}

static void words_and_numbers_mean_what_they_say(void **test)
{
        _cleanup_free_ Facts *facts = text_allocate(sizeof(Facts));

        must_parse("{\"schema\": 1, \"look\": \"second\", \"unheard_of\": [1], \"package\": {\"state\": \"broken\"},"
                   "\"machine\": {\"systemd\": \"no\", \"fitness\": {\"known\": \"unknown\", \"mounts\":"
                   "[{\"folder\": \"/opt\", \"noexec\": \"yes\"}]}, \"distro\": {\"id\": \"debian\", \"version\": "
                   "\"12\"}},"
                   "\"fanotify\": {\"holders\": [{\"pid\": 7, \"permission_bits\": \"0x10000\", \"class\": "
                   "\"content\"}]}}",
                   facts);
        assert_int_equal(facts->look, LOOK_SECOND);
        assert_int_equal(facts->package.state, PACKAGE_BROKEN);
        assert_int_equal(facts->machine.systemd, TRI_NO);
        assert_int_equal(facts->machine.fitness.known, TRI_UNKNOWN);
        assert_int_equal(facts->machine.fitness.mounts[0].noexec, TRI_YES);
        assert_int_equal(facts->machine.fitness.mounts[0].free_bytes, -1);
        assert_int_equal(facts->fanotify.n_holders, 1);
        assert_int_equal(facts->fanotify.holders[0].permission_bits, 0x10000);
        assert_int_equal(facts->fanotify.holders[0].class, FANOTIFY_CONTENT);
        assert_string_equal(facts->machine.support->path, "debian/12");
}

static void what_is_wrong_is_named_by_its_path(void **test)
{
        static const struct {
                const char *text, *words;
        } rows[] = {
                { "[]", "the document" },
                { "{}", "schema 1" },
                { "{\"schema\": 2}", "schema 1" },
                { "{\"schema\": 1, \"look\": \"third\"}", "look is the string \"third\", not one of first, second" },
                { "{\"schema\": 1, \"look\": 5}", "look is the number \"5\"" },
                { "{\"schema\": 1, \"now_s\": 1.5}", "now_s is the number \"1.5\", not a whole number" },
                { "{\"schema\": 1, \"machine\": []}", "machine is of type array, not an object" },
                { "{\"schema\": 1, \"machine\": {\"fitness\": {\"mounts\": [{}, {\"noexec\": true}]}}}",
                  "machine.fitness.mounts[1].noexec is the boolean \"true\", not one of unknown, no, yes" },
                { "{\"schema\": 1, \"machine\": {\"fitness\": {\"mounts\": [1]}}}", "mounts[0] is the number" },
                { "{\"schema\": 1, \"machine\": {\"fitness\": {\"mounts\": "
                  "[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}}}",
                  "mounts has 17 elements, more than" },
                { "{\"schema\": 1, \"machine\": {\"fitness\": {\"cpus\": 2147483648}}}", "to 2147483647" },
                { "{\"schema\": 1, \"fanotify\": {\"more\": -1}}", "from 0 to 4294967295" },
                { "{\"schema\": 1, \"fanotify\": {\"holders\": [{\"permission_bits\": \"7\"}]}}", "like \"0x10000\"" },
                { "{\"schema\": 1, \"machine\": {\"distro\": {\"id\": \"a234567890123456789012345678901b\"}}}",
                  "at most 31 bytes" },
                { "{\"schema\": 1, \"sensor\": {\"managed_json\": {}}}", "sensor.managed_json" },
                { "{\"schema\": 1, \"sensor\": {\"managed_json\": \"{}\", \"zz\": 1}, \"hold\": {\"held\": 1}}",
                  "hold" },
        };
        Facts *untouched = text_allocate(sizeof(Facts));
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_json_ Json *json = NULL;
                Error err = { 0 };

                assert_int_equal(json_parse(rows[i].text, strlen(rows[i].text), &json, &err), 0);
                assert_int_equal(facts_json_read(json, untouched, &err), -1);
                assert_int_equal(err.kind, ERROR_INPUT);
                if (!strstr(err.text, rows[i].words))
                        fail_msg("'%s' does not say '%s'", err.text, rows[i].words);
                assert_int_equal(untouched->look, LOOK_FIRST);
        }
        free(untouched);
}

static void names_and_passwords_of_proxies_are_not_written(void **test)
{
        static const char managed[] =
                "{\"cloudService\": {\"proxy\": \"http:\\/\\/DOM\\\\user:pa@ss@proxy:1\", \"b\": \"a@b\"}}";
        _cleanup_free_ Facts *facts = text_allocate(sizeof(Facts));
        _cleanup_free_ char *text = NULL;

        strcpy(facts->sensor.health.proxy, "http://user:pass@proxy:3128/x@y");
        facts->sensor.managed_json = text_copy(managed);
        facts->sensor.managed_length = strlen(managed);
        text = text_of(facts);
        assert_null(strstr(text, "user"));
        assert_null(strstr(text, "pa@ss"));
        assert_null(strstr(text, "pass"));
        assert_non_null(strstr(text, "***@proxy"));
        assert_non_null(strstr(text, "a@b"));
        facts_clear(facts);
}

static void bytes_that_are_no_text_are_escaped(void **test)
{
        _cleanup_free_ Facts *facts = text_allocate(sizeof(Facts)), *again = text_allocate(sizeof(Facts));
        _cleanup_free_ char *text = NULL;

        strcpy(facts->machine.distro.id, "d\xff");
        text = text_of(facts);
        must_parse(text, again);
        assert_string_equal(again->machine.distro.id, "d\\xff");
}

static void a_managed_json_too_large_is_left_out(void **test)
{
        _cleanup_free_ Facts *facts = text_allocate(sizeof(Facts));
        _cleanup_free_ char *text = NULL;

        facts->sensor.managed = TRI_YES;
        facts->sensor.managed_length = FACTS_JSON_MANAGED_MAX + 1;
        facts->sensor.managed_json = text_allocate(facts->sensor.managed_length + 1);
        memset(facts->sensor.managed_json, '\\', facts->sensor.managed_length);
        text = text_of(facts);
        assert_null(strstr(text, "managed_json"));
        assert_true(strlen(text) < 1000);
        facts_clear(facts);
}

static const char *const colours[] = { "red", "green" };

static const char *find_colour(const char *text)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(colours); i++)
                if (text_equal(colours[i], text))
                        return colours[i];
        return NULL;
}

static void a_name_of_a_table_comes_back_as_the_tables_own(void **test)
{
        typedef struct Wall {
                const char *colour;
        } Wall;
        static const JsonField fields[] = { JSON_NAME(Wall, colour, "colour", find_colour), { 0 } };
        Wall wall = { colours[1] }, other = { NULL };
        _cleanup_json_ Json *json = json_record_make(fields, &wall);
        Error err = { 0 };

        assert_int_equal(json_record_read(fields, json, &other, &err), 0);
        assert_ptr_equal(other.colour, colours[1]);
        json_object_object_add(json, "colour", json_object_new_string("grey"));
        assert_int_equal(json_record_read(fields, json, &other, &err), -1);
        assert_non_null(strstr(err.text, "colour is the string \"grey\""));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_byte_of_random_facts_survives),
                cmocka_unit_test(every_member_of_facts_has_a_row),
                cmocka_unit_test(what_was_not_asked_is_absent),
                cmocka_unit_test(words_and_numbers_mean_what_they_say),
                cmocka_unit_test(what_is_wrong_is_named_by_its_path),
                cmocka_unit_test(names_and_passwords_of_proxies_are_not_written),
                cmocka_unit_test(bytes_that_are_no_text_are_escaped),
                cmocka_unit_test(a_managed_json_too_large_is_left_out),
                cmocka_unit_test(a_name_of_a_table_comes_back_as_the_tables_own),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
