#include "agent/commands/outcome_show.h"

#include <string.h>

#include "agent/commands/show.h"
#include "platform/base/text.h"
#include "platform/json_add.h"

#define NAME_WIDTH_MAX 20

static const char *const verdicts[] = {
        [VERDICT_WORKING] = "planned",
        [VERDICT_SUCCEEDED] = "succeeded",
        [VERDICT_REFUSED] = "refused",
        [VERDICT_FAILED] = "failed",
};

static const struct {
        const char *name;
        const char *before; /* what the words say that the colour says */
        ScreenLevel screen;
} levels[] = {
        [ROW_SUCCESS] = { "success", "", SCREEN_GOOD },
        [ROW_WARNING] = { "warning", "warning: ", SCREEN_WARNING },
        [ROW_ERROR] = { "error", "error: ", SCREEN_BAD },
        [ROW_WORKING] = { "working", "", SCREEN_PLAIN },
};

/* Rows of stages that were left say nothing, and a failure's own row what was said above it. On a terminal all has to
 * fit: what went well was seen while it went. */
static bool is_shown(const Screen *screen, const Outcome *outcome, const OutcomeRow *row)
{
        const char *what = outcome->failure.reason ? reason_get(outcome->failure.reason)->what : NULL;

        switch (row->level) {
        case ROW_WARNING:
                return true;
        case ROW_ERROR:
                return !what || strncmp(row->text, what, strlen(what) - 1) != 0; /* but for the full stop */
        case ROW_SUCCESS:
                return !screen->terminal;
        case ROW_WORKING:
        default:
                return false;
        }
}

static unsigned name_width(const Screen *screen, const Outcome *outcome)
{
        size_t i, length, width = 0;

        for (i = 0; i < outcome->n_rows; i++) {
                length = strlen(outcome->rows[i].name);
                if (length > width && length <= NAME_WIDTH_MAX && is_shown(screen, outcome, &outcome->rows[i]))
                        width = length;
        }
        return (unsigned)width;
}

void outcome_show(const Screen *screen, const Outcome *outcome, const char *remedy)
{
        unsigned width = name_width(screen, outcome);
        size_t i;

        if (outcome->failure.reason)
                show_refusal(screen, verdicts[outcome->verdict], &outcome->failure, remedy);
        else
                screen_say(screen, SCREEN_STRONG, 0, "%s", outcome->message);
        for (i = 0; i < outcome->n_rows; i++) {
                const OutcomeRow *row = &outcome->rows[i];

                if (is_shown(screen, outcome, row))
                        screen_row(screen, levels[row->level].screen, width, row->name, "%s%s",
                                   levels[row->level].before, row->text);
        }
}

static void put_failure(Json *document, const Failure *failure, const char *remedy)
{
        const Reason *reason = failure->reason ? reason_get(failure->reason) : NULL;

        json_add_text(document, "reason", reason ? reason->id : NULL);
        json_add_number(document, "code", reason ? reason->azure_code : 0);
        if (!reason)
                return;
        json_add_text(document, "found", failure->found);
        json_add_text(document, "remedy", remedy ? remedy : reason->remedy);
}

void outcome_put(Json *document, const Outcome *outcome, const char *remedy)
{
        Json *rows;
        size_t i;

        json_add_text(document, "verdict", verdicts[outcome->verdict]);
        json_add_text(document, "message",
                      outcome->failure.reason ? reason_get(outcome->failure.reason)->what : outcome->message);
        put_failure(document, &outcome->failure, remedy);
        rows = json_add_list(document, "rows");
        for (i = 0; i < outcome->n_rows; i++) {
                Json *row;

                if (outcome->rows[i].level == ROW_WORKING)
                        continue;
                row = json_add_row(rows);
                json_add_text(row, "name", outcome->rows[i].name);
                json_add_text(row, "level", levels[outcome->rows[i].level].name);
                json_add_text(row, "text", outcome->rows[i].text);
        }
}
