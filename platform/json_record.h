/*
 * json_record: a C struct as a JSON object and back, by one table of fields.
 *
 * A member stands in the object when it differs from its absent value; one that is absent or null has that value when
 * it is read. Members that no field names are ignored; one of the wrong type, out of range, or with a word that is not
 * among its words is ERROR_INPUT naming its path ("machine.fitness.mounts[2].noexec"), what was found and what is
 * wanted.
 *
 * Texts are written as they are but for two things: bytes that are not UTF-8 are escaped (text_escape), and
 * names and passwords in URLs ("://NAME:PASSWORD@") become "***".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/json.h"

typedef enum JsonFieldType {
        JSON_FIELD_INTEGER,
        JSON_FIELD_BITS, /* uint64_t, as "0x1f" */
        JSON_FIELD_BOOL,
        JSON_FIELD_WORD,   /* an enum, by name */
        JSON_FIELD_NAME,   /* const char * into a table; find() knows its texts */
        JSON_FIELD_TEXT,   /* char[size] */
        JSON_FIELD_OWNED,  /* char *, with its length in a size_t; NULL: absent */
        JSON_FIELD_OBJECT, /* a struct */
        JSON_FIELD_LIST,   /* an array of structs, with their number in a size_t */
} JsonFieldType;

typedef struct JsonField JsonField;

struct JsonField {
        const char *name; /* NULL ends a table */
        JsonFieldType type;
        size_t offset;
        size_t size;              /* of the member; lists: of one element; owned: the most bytes that are written */
        bool is_signed;           /* integers */
        int64_t absent;           /* integers: most have 0, those that use it for "unknown" -1 */
        size_t at_length;         /* lists and owned texts: where their number stands */
        size_t max;               /* lists */
        const char *const *words; /* by value; NULL at 0: that one is absent */
        size_t n_words;
        const char *(*find)(const char *text); /* names: the table's own; NULL: not in it */
        const JsonField *fields;               /* objects and lists */
};

/* Rows of tables: the struct, its member, the name in JSON. */
#define JSON_INTEGER_OR(type_, member_, name_, absent_)                                                                \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_INTEGER, .offset = offsetof(type_, member_),                         \
                .size = sizeof(((type_ *)0)->member_),                                                                 \
                .is_signed = (__typeof__(((type_ *)0)->member_))-1 < (__typeof__(((type_ *)0)->member_))1,             \
                .absent = absent_                                                                                      \
        }
#define JSON_INTEGER(type_, member_, name_) JSON_INTEGER_OR(type_, member_, name_, 0)
#define JSON_BITS(type_, member_, name_)                                                                               \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_BITS, .offset = offsetof(type_, member_), .size = sizeof(uint64_t)   \
        }
#define JSON_BOOL(type_, member_, name_)                                                                               \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_BOOL, .offset = offsetof(type_, member_), .size = sizeof(bool)       \
        }
#define JSON_WORD(type_, member_, name_, words_)                                                                       \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_WORD, .offset = offsetof(type_, member_),                            \
                .size = sizeof(((type_ *)0)->member_), .words = words_, .n_words = ELEMENTSOF(words_)                  \
        }
#define JSON_NAME(type_, member_, name_, find_)                                                                        \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_NAME, .offset = offsetof(type_, member_), .size = sizeof(char *),    \
                .find = find_                                                                                          \
        }
#define JSON_TEXT(type_, member_, name_)                                                                               \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_TEXT, .offset = offsetof(type_, member_),                            \
                .size = sizeof(((type_ *)0)->member_)                                                                  \
        }
#define JSON_OWNED(type_, member_, length_, name_, most_)                                                              \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_OWNED, .offset = offsetof(type_, member_), .size = most_,            \
                .at_length = offsetof(type_, length_)                                                                  \
        }
#define JSON_OBJECT(type_, member_, name_, fields_)                                                                    \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_OBJECT, .offset = offsetof(type_, member_),                          \
                .size = sizeof(((type_ *)0)->member_), .fields = fields_                                               \
        }
/* Members of the same struct, gathered in an object of their own. */
#define JSON_GROUP(name_, fields_)                                                                                     \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_OBJECT, .fields = fields_                                            \
        }
#define JSON_LIST(type_, member_, number_, name_, fields_)                                                             \
        {                                                                                                              \
                .name = name_, .type = JSON_FIELD_LIST, .offset = offsetof(type_, member_),                            \
                .size = sizeof(((type_ *)0)->member_[0]), .at_length = offsetof(type_, number_),                       \
                .max = ELEMENTSOF(((type_ *)0)->member_), .fields = fields_                                            \
        }

Json *json_record_make(const JsonField *fields, const void *record);

/*
 * record is zeroed by the caller, and cleared by it after a failure too: some of it is filled then. Texts of owned
 * members are the caller's.
 */
int json_record_read(const JsonField *fields, Json *json, void *record, Error *err) _must_check_;
