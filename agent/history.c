#include "agent/history.h"

#include <string.h>

#include "agent/state.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"

#define FOLDER STATE_FOLDER "/history"
#define SCHEMA 1

static const char *const verdicts[] = {
        [VERDICT_WORKING] = "working",
        [VERDICT_SUCCEEDED] = "succeeded",
        [VERDICT_REFUSED] = "refused",
        [VERDICT_FAILED] = "failed",
};

static char *path_of(int sequence)
{
        return text_format(FOLDER "/%d.json", sequence);
}

static void take(Json *json, const char *name, char *buffer, size_t size)
{
        const char *value = json_string(json, name);

        snprintf(buffer, size, "%s", value ? value : "");
}

static Verdict verdict_of(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(verdicts); i++)
                if (text_equal(verdicts[i], name))
                        return (Verdict)i;
        return VERDICT_WORKING;
}

void history_read(const Host *host, int sequence, HistoryRecord *ret)
{
        _cleanup_free_ char *path = path_of(sequence), *text = NULL;
        _cleanup_json_ Json *json = NULL;
        size_t length;

        *ret = (HistoryRecord){ 0 };
        if (fs_read(host, path, 65536, &text, &length, NULL) < 0 || !text || json_parse(text, length, &json, NULL) < 0)
                return;
        if (json_object_get_int(json_member(json, "schema")) != SCHEMA)
                return;
        take(json, "request", ret->digest, sizeof(ret->digest));
        take(json, "tenant", ret->tenant, sizeof(ret->tenant));
        take(json, "boot", ret->boot, sizeof(ret->boot));
        take(json, "found", ret->failure.found, sizeof(ret->failure.found));
        ret->verdict = verdict_of(json_string(json, "verdict"));
        ret->failure.reason = reason_find(json_string(json, "reason"));
}

static void put(Json *json, const char *name, const char *value)
{
        json_object_object_add(json, name, json_object_new_string(value));
}

int history_write(const Host *host, int sequence, const HistoryRecord *record, Error *err)
{
        _cleanup_free_ char *path = path_of(sequence), *before = NULL;
        _cleanup_json_ Json *json = json_object_new_object();
        const char *text;
        size_t length = 0;

        json_object_object_add(json, "schema", json_object_new_int(SCHEMA));
        put(json, "request", record->digest);
        put(json, "verdict", verdicts[record->verdict]);
        put(json, "reason", record->failure.reason ? reason_get(record->failure.reason)->id : "");
        put(json, "found", record->failure.reason ? record->failure.found : "");
        put(json, "tenant", record->tenant);
        put(json, "boot", record->boot);
        text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY);
        if (fs_read(host, path, 65536, &before, &length, NULL) == 0 && text_equal(before, text))
                return 0;
        if (fs_make_folder(host, FOLDER, 0700, err) < 0)
                return -1;
        return fs_write(host, path, text, strlen(text), 0600, err);
}
