#include "agent/history.h"

#include <string.h>

#include "agent/state.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"

#define SCHEMA 1
#define WARNING "warning"
#define SIZE_MAX_BYTES (256 * 1024)

static const char *const verdicts[] = {
        [VERDICT_WORKING] = "working",
        [VERDICT_SUCCEEDED] = "succeeded",
        [VERDICT_REFUSED] = "refused",
        [VERDICT_FAILED] = "failed",
};

static char *path_of(int sequence)
{
        return sequence == HISTORY_BY_HAND ? text_copy(HISTORY_FOLDER "/hand.json")
                                           : text_format(HISTORY_FOLDER "/%d.json", sequence);
}

static void take(Json *json, const char *name, char *buffer, size_t size)
{
        const char *value = json_string(json, name);

        snprintf(buffer, size, "%s", value ? value : "");
}

/* Words about what was found: an earlier program may have written an address whole. */
static void take_words(Json *json, const char *name, char *buffer, size_t size)
{
        take(json, name, buffer, size);
        text_hide_logins(buffer);
}

static Verdict verdict_of(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(verdicts); i++)
                if (text_equal(verdicts[i], name))
                        return (Verdict)i;
        return VERDICT_WORKING;
}

static void take_notes(Json *notes, HistoryRecord *record)
{
        size_t n = json_object_is_type(notes, json_type_array) ? (size_t)json_object_array_length(notes) : 0, i;

        for (i = 0; i < n && i < PLAN_NOTES_MAX; i++) {
                Json *json = json_object_array_get_idx(notes, i);
                PlanNote *note = &record->notes[record->n_notes++];

                take(json, "name", note->name, sizeof(note->name));
                take_words(json, "text", note->text, sizeof(note->text));
                note->level = text_equal(json_string(json, "level"), WARNING) ? PLAN_WARNING : PLAN_INFORMATION;
        }
}

static void take_refused(Json *json, Refused *refused)
{
        if (!json_object_is_type(json, json_type_object))
                return;
        json_object_object_foreach(json, what, said)
        {
                _cleanup_free_ char *words =
                        text_copy(json_object_is_type(said, json_type_string) ? json_object_get_string(said) : "");

                if (json_object_is_type(said, json_type_string))
                        refused_add(refused, what, text_hide_logins(words));
        }
}

void history_read(const Host *host, int sequence, HistoryRecord *ret)
{
        _cleanup_free_ char *path = path_of(sequence), *text = NULL;
        _cleanup_json_ Json *json = NULL;
        size_t length;

        *ret = (HistoryRecord){ 0 };
        if (fs_read(host, path, SIZE_MAX_BYTES, &text, &length, NULL) < 0 || !text ||
            json_parse(text, length, &json, NULL) < 0)
                return;
        if (json_object_get_int(json_member(json, "schema")) != SCHEMA)
                return;
        take(json, "request", ret->digest, sizeof(ret->digest));
        take(json, "tenant", ret->tenant, sizeof(ret->tenant));
        take(json, "boot", ret->boot, sizeof(ret->boot));
        take(json, "program", ret->program, sizeof(ret->program));
        take_words(json, "found", ret->failure.found, sizeof(ret->failure.found));
        take(json, "fulfilled", ret->fulfilled, sizeof(ret->fulfilled));
        take(json, "fulfilledBlind", ret->fulfilled_blind, sizeof(ret->fulfilled_blind));
        take_notes(json_member(json, "notes"), ret);
        take_refused(json_member(json, "refused"), &ret->refused);
        ret->verdict = verdict_of(json_string(json, "verdict"));
        ret->offboarded_s = json_object_get_int64(json_member(json, "offboarded"));
        ret->failure.reason = reason_find(json_string(json, "reason"));
}

static void put(Json *json, const char *name, const char *value)
{
        json_object_object_add(json, name, json_object_new_string(value));
}

static void put_notes(Json *json, const HistoryRecord *record)
{
        Json *notes = json_object_new_array();
        size_t i;

        for (i = 0; i < record->n_notes; i++) {
                Json *note = json_object_new_object();

                put(note, "name", record->notes[i].name);
                put(note, "level", record->notes[i].level == PLAN_WARNING ? WARNING : "information");
                put(note, "text", record->notes[i].text);
                json_object_array_add(notes, note);
        }
        json_object_object_add(json, "notes", notes);
}

static void put_refused(Json *json, const Refused *refused)
{
        Json *all = json_object_new_object();
        size_t i;

        for (i = 0; i < refused->n; i++)
                put(all, refused->items[i].what, refused->items[i].said);
        json_object_object_add(json, "refused", all);
}

Json *history_json(const HistoryRecord *record)
{
        Json *json = json_object_new_object();

        json_object_object_add(json, "schema", json_object_new_int(SCHEMA));
        put(json, "request", record->digest);
        put(json, "verdict", verdicts[record->verdict]);
        put(json, "reason", record->failure.reason ? reason_get(record->failure.reason)->id : "");
        put(json, "found", record->failure.reason ? record->failure.found : "");
        put(json, "tenant", record->tenant);
        put(json, "boot", record->boot);
        put(json, "program", record->program);
        put(json, "fulfilled", record->fulfilled);
        put(json, "fulfilledBlind", record->fulfilled_blind);
        if (record->offboarded_s > 0)
                json_object_object_add(json, "offboarded", json_object_new_int64(record->offboarded_s));
        put_notes(json, record);
        if (record->refused.n > 0)
                put_refused(json, &record->refused);
        return json;
}

int history_write(const Host *host, int sequence, const HistoryRecord *record, Error *err)
{
        _cleanup_free_ char *path = path_of(sequence), *before = NULL;
        _cleanup_json_ Json *json = history_json(record);
        const char *text;
        size_t length = 0;

        text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY);
        if (sequence != HISTORY_BY_HAND && fs_read(host, path, SIZE_MAX_BYTES, &before, &length, NULL) == 0 &&
            text_equal(before, text))
                return 0;
        if (fs_make_folder(host, HISTORY_FOLDER, 0700, err) < 0)
                return -1;
        return fs_write(host, path, text, strlen(text), 0600, err);
}

size_t history_count(const Host *host)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t n = 0, i;

        if (fs_list(host, HISTORY_FOLDER, &names, NULL) < 0)
                return 0;
        for (i = 0; names && names[i]; i++)
                n += text_ends_with(names[i], ".json");
        return n;
}

static bool is_met(const Host *host, const char *name)
{
        _cleanup_free_ char *number = text_ends_with(name, ".json") ? text_copy_n(name, strlen(name) - 5) : NULL;
        _cleanup_free_ HistoryRecord *record = text_allocate(sizeof(*record));
        int64_t sequence;

        if (!number || !text_to_int64(number, 0, INT32_MAX, &sequence))
                return false;
        history_read(host, (int)sequence, record);
        return *record->fulfilled || *record->fulfilled_blind;
}

bool history_is_any_met(const Host *host)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        bool met = false;
        size_t i;

        if (fs_list(host, HISTORY_FOLDER, &names, NULL) < 0)
                return true; /* not known */
        for (i = 0; !met && names && names[i]; i++)
                met = is_met(host, names[i]);
        return met;
}

bool history_is_fulfilled(const HistoryRecord *record, const char *digest)
{
        return *digest && (text_equal(record->fulfilled, digest) || text_equal(record->fulfilled_blind, digest));
}

bool history_is_blind(const HistoryRecord *record, const char *digest)
{
        return *digest && text_equal(record->fulfilled_blind, digest) && !text_equal(record->fulfilled, digest);
}

void history_fulfil(HistoryRecord *record, const char *digest, bool blind)
{
        char *place = blind ? record->fulfilled_blind : record->fulfilled;

        if (blind ? history_is_fulfilled(record, digest) : text_equal(record->fulfilled, digest))
                return;
        if (!blind)
                record->fulfilled_blind[0] = '\0';
        snprintf(place, CRYPTO_SHA256_HEX, "%s", digest);
}

void history_carry_fulfilled(HistoryRecord *record, const HistoryRecord *before)
{
        if (!*before->fulfilled && !*before->fulfilled_blind)
                return;
        memcpy(record->fulfilled, before->fulfilled, sizeof(record->fulfilled));
        memcpy(record->fulfilled_blind, before->fulfilled_blind, sizeof(record->fulfilled_blind));
        memcpy(record->tenant, before->tenant, sizeof(record->tenant));
}

void history_keep_notes(HistoryRecord *record, const Plan *plan)
{
        memcpy(record->notes, plan->notes, sizeof(record->notes));
        record->n_notes = plan->n_notes;
}
