#include "handler/status_news.h"

#include <string.h>

#include "agent/answers/status_rows.h"
#include "agent/plan.h"
#include "handler/status.h"
#include "platform/base/text.h"
#include "platform/json.h"

void status_news_clear(StatusNews *news)
{
        free(TAKE_PTR(news->rows));
}

static bool is_same_level(Json *a, Json *b)
{
        return text_equal(status_told_level(a), status_told_level(b)) &&
               json_object_get_int(json_member(a, "code")) == json_object_get_int(json_member(b, "code"));
}

static bool has_row(const Outcome *outcome, const char *name)
{
        size_t i;

        for (i = 0; i < outcome->n_rows; i++)
                if (text_equal(outcome->rows[i].name, name))
                        return true;
        return false;
}

/* A step's name may be a judge's as well: what that one warned of is its own to repeat. */
static bool is_of_run(const char *name, bool good)
{
        const StatusRow *row = status_row_find(name);
        size_t i;

        if (row && row->of_run)
                return true;
        for (i = 0; good && i < _STEP_MAX; i++)
                if (text_equal(step_name((StepId)i), name))
                        return true;
        return false;
}

/* What a run did that failed was undone, or is as good as forgotten once all is well without it. */
static bool is_untroubled(Json *status)
{
        return status_told_success(status) && !status_told_row(status_told_rows(status), "drift") &&
               !status_told_row(status_told_rows(status), "refusal");
}

void status_carry(const Host *host, const Environment *environment, int sequence, Outcome *outcome)
{
        _cleanup_json_ Json *document = status_read(host, environment, sequence);
        Json *status = status_told(document), *rows = status_told_rows(status);
        size_t i;

        if (outcome->verdict == VERDICT_SUCCEEDED && !is_untroubled(status))
                return;
        for (i = 0; i < status_told_count(rows) && outcome->n_rows < OUTCOME_ROWS_MAX; i++) {
                Json *row = json_object_array_get_idx(rows, i);
                const char *name = json_string(row, "name");
                bool warns = text_equal(status_told_level(row), "warning");

                if (name && (warns || status_told_success(row)) && is_of_run(name, !warns) && !has_row(outcome, name))
                        outcome_row(outcome, name, warns ? ROW_WARNING : ROW_SUCCESS, "%s", status_told_text(row));
        }
}

static void compare_row(Json *before, Json *row, StatusNews *news, Text *changed)
{
        if (before && is_same_level(before, row)) {
                news->differs = news->differs || !text_equal(status_told_text(before), status_told_text(row));
                return;
        }
        news->differs = true;
        if (!before && status_told_success(row))
                return;
        news->worse = news->worse || !status_told_success(row);
        text_append(changed, "%s%s is %s now%s%s: %s", changed->length ? " " : "", json_string(row, "name"),
                    status_told_level(row), before ? ", was " : "", before ? status_told_level(before) : "",
                    status_told_text(row));
}

static void compare_rows(Json *before, Json *after, StatusNews *news, Text *changed)
{
        size_t i;

        for (i = 0; i < status_told_count(after); i++) {
                Json *row = json_object_array_get_idx(after, i);

                compare_row(status_told_row(before, json_string(row, "name")), row, news, changed);
        }
        for (i = 0; i < status_told_count(before); i++) {
                Json *row = json_object_array_get_idx(before, i);
                const char *name = json_string(row, "name");

                if (status_told_row(after, name))
                        continue;
                news->differs = true;
                if (!status_told_success(row))
                        text_append(changed, "%s%s: the %s is over.", changed->length ? " " : "", name ? name : "-",
                                    status_told_level(row));
        }
}

void status_news_find(const Host *host, const Environment *environment, int sequence, const char *operation,
                      const Outcome *outcome, StatusNews *ret)
{
        _cleanup_free_ char *text = status_format(outcome, operation, 0);
        _cleanup_json_ Json *told = status_read(host, environment, sequence), *telling = NULL;
        _cleanup_(text_clear) Text changed = { 0 };
        Json *before = status_told(told), *after;

        *ret = (StatusNews){ 0 };
        if (json_parse(text, strlen(text), &telling, NULL) < 0)
                abort();
        after = status_told(telling);
        ret->verdict = !before || !is_same_level(before, after);
        ret->differs = ret->verdict || !text_equal(status_told_text(before), status_told_text(after)) ||
                       !text_equal(json_string(before, "operation"), json_string(after, "operation"));
        compare_rows(status_told_rows(before), status_told_rows(after), ret, &changed);
        ret->rows = text_take(&changed);
}
