#include "agent/commands/explain.h"

#include <stdio.h>

#include "agent/commands/screen.h"
#include "agent/answers/explain.h"
#include "agent/answers/remedy.h"
#include "platform/base/text.h"
#include "platform/json_add.h"

#define NAME_WIDTH 9
#define ID_WIDTH 27
#define WORD_SHOWN_MAX 60

static void show_reason(const Screen *screen, const Reason *reason)
{
        const char *by_hand = remedy_by_hand(reason_find(reason->id));

        screen_say(screen, SCREEN_STRONG, 0, "%s", reason->id);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  what", "%s", reason->what);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  why", EXPLAIN_WHY);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  do", "%s", reason->remedy);
        if (!text_equal(by_hand, reason->remedy))
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  by hand", "%s", by_hand);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  whose", "%s", explain_whose(reason));
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  again", "%s", explain_retry(reason));
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  codes", "%d in Azure and as exit code, %d of mde_installer",
                   reason->azure_code, reason->installer_code);
}

static void show_cause(const Screen *screen, const CauseWords *cause)
{
        screen_say(screen, SCREEN_STRONG, 0, "%s, from the doctor", cause->id);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  what", "%s", cause->what);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  why", EXPLAIN_CAUSE_WHY);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "  do", "%s", cause->remedy);
}

static int show(const Explanation *found)
{
        const Screen screen = screen_of(stdout);
        size_t i;

        if (found->exit) {
                screen_row(&screen, SCREEN_PLAIN, 0, "As exit code", "%s", found->exit->what);
                if (found->n_reasons)
                        screen_say(&screen, SCREEN_PLAIN, 0, "Reasons with that code, in Azure or of mde_installer:");
        }
        for (i = 0; i < found->n_reasons; i++) {
                if (i || found->exit)
                        fputc('\n', stdout);
                show_reason(&screen, found->reasons[i]);
        }
        if (found->cause && found->n_reasons)
                fputc('\n', stdout);
        if (found->cause)
                show_cause(&screen, found->cause);
        if (found->row && (found->n_reasons || found->cause))
                fputc('\n', stdout);
        if (found->row)
                screen_row(&screen, SCREEN_PLAIN, 0, found->row->name, "As a row of the status: %s", found->row->what);
        return screen_end(&screen);
}

/* What has many lines is read with a pager: an id and its sentence each. */
static int show_all(void)
{
        const Screen screen = screen_of(stdout);
        const CauseWords *cause;
        const StatusRow *row;
        int i;

        screen_say(&screen, SCREEN_STRONG, 0, "Reasons of a refusal or failure; 'mde-linux explain REASON' says more:");
        for (i = REASON_NONE + 1; i < _REASON_MAX; i++)
                screen_row(&screen, SCREEN_PLAIN, ID_WIDTH, reason_get((ReasonId)i)->id, "%s",
                           reason_get((ReasonId)i)->what);
        fputc('\n', stdout);
        screen_say(&screen, SCREEN_STRONG, 0, "Causes of the doctor beside these reasons:");
        for (cause = cause_words; cause->id; cause++)
                screen_row(&screen, SCREEN_PLAIN, ID_WIDTH, cause->id, "%s", cause->what);
        fputc('\n', stdout);
        screen_say(&screen, SCREEN_STRONG, 0, "Rows of the status:");
        for (row = status_rows; row->name; row++)
                screen_row(&screen, SCREEN_PLAIN, ID_WIDTH, row->name, "%s", row->what);
        return screen_end(&screen);
}

static void add_reason(Json *list, const Reason *reason)
{
        static const char *const retries[] = {
                [REASON_RETRY_NEVER] = "never", [REASON_RETRY_WAIT] = "wait", [REASON_RETRY_NEXT_RUN] = "next-run"
        };
        Json *object = json_add_row(list);

        json_add_text(object, "reason", reason->id);
        json_add_text(object, "what", reason->what);
        json_add_text(object, "remedy", reason->remedy);
        json_add_text(object, "remedy_by_hand", remedy_by_hand(reason_find(reason->id)));
        json_add_text(object, "whose", reason->user ? "customer" : "platform");
        json_add_text(object, "retry", retries[reason->retry]);
        json_add_number(object, "azure_code", reason->azure_code);
        json_add_number(object, "installer_code", reason->installer_code);
}

static void add_cause(Json *list, const CauseWords *cause)
{
        Json *object = json_add_row(list);

        json_add_text(object, "cause", cause->id);
        json_add_text(object, "what", cause->what);
        json_add_text(object, "remedy", cause->remedy);
}

static void add_row(Json *list, const StatusRow *row)
{
        Json *object = json_add_row(list);

        json_add_text(object, "name", row->name);
        json_add_text(object, "what", row->what);
}

static void add_exit(Json *list, const ExplainExit *exit)
{
        Json *object = json_add_row(list);

        json_add_number(object, "code", exit->code);
        json_add_text(object, "what", exit->what);
}

typedef struct Lists {
        Json *reasons, *causes, *rows, *exits;
} Lists;

static void add_found(const Lists *lists, const Explanation *found)
{
        size_t i;

        for (i = 0; i < found->n_reasons; i++)
                add_reason(lists->reasons, found->reasons[i]);
        if (found->cause)
                add_cause(lists->causes, found->cause);
        if (found->row)
                add_row(lists->rows, found->row);
        if (found->exit)
                add_exit(lists->exits, found->exit);
}

static void add_all(const Lists *lists)
{
        const CauseWords *cause;
        const ExplainExit *exit;
        const StatusRow *row;
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++)
                add_reason(lists->reasons, reason_get((ReasonId)i));
        for (cause = cause_words; cause->id; cause++)
                add_cause(lists->causes, cause);
        for (row = status_rows; row->name; row++)
                add_row(lists->rows, row);
        for (exit = explain_exits; exit->code >= 0; exit++)
                add_exit(lists->exits, exit);
}

/* found NULL: all there is. */
static int print_document(const Explanation *found)
{
        _cleanup_json_ Json *document = screen_document("explain", 1);
        Lists lists;

        lists.reasons = json_add_list(document, "reasons");
        lists.causes = json_add_list(document, "causes");
        lists.rows = json_add_list(document, "rows");
        lists.exits = json_add_list(document, "exits");
        if (found)
                add_found(&lists, found);
        else
                add_all(&lists);
        return screen_print_document(TAKE_PTR(document));
}

static int refuse(const char *word, const Explanation *found)
{
        _cleanup_free_ char *shown = text_escape(word, WORD_SHOWN_MAX);
        const Screen screen = screen_of(stderr);
        _cleanup_(text_clear) Text near = { 0 };
        size_t i;

        for (i = 0; i < found->n_near; i++)
                text_append(&near, "%s%s", i ? ", " : "", found->near[i]);
        screen_say(&screen, SCREEN_PLAIN, 0, "mde-linux explain: nothing here is called '%s'.%s%s%s", shown,
                   found->n_near ? " Did you mean: " : " 'mde-linux explain' names all there is.",
                   found->n_near ? near.data : "", found->n_near ? "?" : "");
        return COMMAND_USAGE;
}

int command_explain(const CommandLine *line)
{
        bool as_json = command_line_option(line, "json");
        const char *word = line->n_words ? line->words[0] : NULL;
        Explanation found;

        if (!word)
                return as_json ? print_document(NULL) : show_all();
        if (!explain_word(word, &found))
                return refuse(word, &found);
        return as_json ? print_document(&found) : show(&found);
}
