/*
 * Rows without anything to say are left out, so that a sound machine fills half a screen; one screen is what a serial
 * console shows as well.
 */
#include "agent/commands/status_show.h"

#include "agent/answers/advice.h"
#include "agent/commands/command.h"
#include "agent/commands/page.h"
#include "agent/commands/status_words.h"
#include "agent/situation.h"
#include "platform/base/text.h"

#define NAME_WIDTH 11
#define DIFFERENCES_MAX 5
#define WARNINGS_MAX 4
#define WARNING_MAX 150 /* bytes of a warning: the rest is in the status and in --json */

/* ---- the sensor ----------------------------------------------------------------------------------------------------
 */

static const char *word(Tri tri, const char *yes, const char *no, const char *unknown)
{
        return tri == TRI_YES ? yes : tri == TRI_NO ? no : unknown;
}

static void show_definitions(const StatusView *view, const Screen *screen)
{
        const SensorHealth *health = &view->facts->sensor.health;
        _cleanup_free_ char *age = health->definitions_age_min ? status_span(health->definitions_age_min * 60) : NULL;

        if (*health->definitions || age)
                screen_row(screen, situation_has_old_definitions(view->facts) ? SCREEN_WARNING : SCREEN_PLAIN,
                           NAME_WIDTH, "definitions", "%s%s%s%s%s", health->definitions,
                           *health->definitions && age ? ", " : "", age ? "updated " : "", age ? age : "",
                           age ? " ago" : "");
}

static void show_sensor(const StatusView *view, const Screen *screen)
{
        const Facts *facts = view->facts;
        const SensorHealth *health = &facts->sensor.health;
        bool bad = health->answering != TRI_YES || facts->sensor.active == TRI_NO || facts->sensor.enabled == TRI_NO;
        _cleanup_(text_clear) Text text = { 0 };

        if (facts->sensor.files != TRI_YES) {
                screen_row(screen, SCREEN_BAD, NAME_WIDTH, "sensor", "not installed");
                return;
        }
        text_append(&text, "%s", *health->version ? health->version : "installed, version not known");
        if (view->live)
                text_append(&text, ", unit %s and %s, %s, health %s",
                            *facts->sensor.unit.active ? facts->sensor.unit.active : "unknown",
                            *facts->sensor.unit.file ? facts->sensor.unit.file : "unknown",
                            word(health->answering, "answers", "does not answer", "not asked"),
                            word(health->healthy, "good", "not good", "not known"));
        screen_row(screen,
                   !view->live                  ? SCREEN_UNKNOWN
                   : bad                        ? SCREEN_BAD
                   : health->healthy == TRI_YES ? SCREEN_GOOD
                                                : SCREEN_WARNING,
                   NAME_WIDTH, "sensor", "%s", text.data);
        if (*health->issues)
                screen_row(screen, SCREEN_WARNING, NAME_WIDTH, "issues", "%s", health->issues);
        show_definitions(view, screen);
}

static void show_tenant(const StatusView *view, const Screen *screen)
{
        const SensorHealth *health = &view->facts->sensor.health;
        const char *tenant = situation_tenant(view->facts);

        if (*tenant)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "tenant", "%s%s", tenant,
                           health->licensed == TRI_YES ? "" : " (by its onboarding file)");
        if (health->answering != TRI_YES)
                return;
        if (*health->machine_id)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "cloud", "proven: EDR machine id %s", health->machine_id);
        else if (health->licensed == TRI_YES)
                screen_row(screen, SCREEN_WARNING, NAME_WIDTH, "cloud", "not proven yet: no EDR machine id so far");
}

static void show_tags(const StatusView *view, const Screen *screen)
{
        const SensorHealth *health = &view->facts->sensor.health;
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        for (i = 0; i < health->n_tags; i++) {
                _cleanup_free_ char *key = text_escape(health->tags[i].key, 60);
                _cleanup_free_ char *value = text_escape(health->tags[i].value, 200);

                text_append(&text, "%s%s=%s", i ? "; " : "", key, value);
        }
        if (text.length > 0)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "tags", "%s", text.data);
}

static void show_mode(const StatusView *view, const Screen *screen)
{
        const SensorHealth *health = &view->facts->sensor.health;
        const char *mode;
        bool named;

        if (health->answering != TRI_YES)
                return;
        mode = word(health->passive, "passive", "active", "not known");
        named = *health->mode && !text_equal_nocase(health->mode, mode);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "mode", "%s%s%s%s%s%s", mode, named ? ", functionality " : "",
                   named ? health->mode : "", *health->managed_by ? ", managed by " : "", health->managed_by,
                   health->troubleshooting == TRI_YES ? ", troubleshooting mode" : "");
        if (*health->proxy)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "proxy", "%s", health->proxy);
        if (*health->ring && !text_equal_nocase(health->ring, "Production"))
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "ring", "%s", health->ring);
}

/* ---- what was asked and done ---------------------------------------------------------------------------------------
 */

static void show_steps(const StatusView *view, const Screen *screen)
{
        const Plan *plan = &view->asked->plan;
        char option[ADVICE_OPTION_MAX];
        size_t i;

        for (i = 0; i < plan->n_steps && i < DIFFERENCES_MAX; i++)
                screen_row(screen, SCREEN_BAD, NAME_WIDTH, "to do", "%s: %s", step_name(plan->steps[i].id),
                           plan->steps[i].why);
        if (plan->n_steps > DIFFERENCES_MAX)
                screen_row(screen, SCREEN_BAD, NAME_WIDTH, "to do", "and %zu more: mde-linux status%s --json",
                           plan->n_steps - DIFFERENCES_MAX, advice_option(view->image, option));
}

static void show_differences(const StatusView *view, const Screen *screen)
{
        size_t i;

        if (view->asked->known != TRI_YES || view->asked->starting || extension_is_busy(view->extension) == TRI_YES)
                return;
        if (!standing_is_refused(view->facts, view->extension, view->asked))
                show_steps(view, screen);
        for (i = 0; i < view->asked->n_tags; i++)
                screen_row(screen, SCREEN_BAD, NAME_WIDTH, "tag", "%s is %s, asked for %s", view->asked->tags[i].key,
                           *view->asked->tags[i].is ? view->asked->tags[i].is : "not set", view->asked->tags[i].wanted);
}

/* Of this very program, now; whatever a run has told. */
static void show_old(const StatusView *view, const Screen *screen)
{
        _cleanup_free_ char *old = status_old(view);

        if (*old)
                screen_row(screen, SCREEN_WARNING, NAME_WIDTH, "warning", STATUS_OLD ": %s", old);
}

/* What the last status told; the standing itself says whether it has drifted now. */
static bool show_warning(const StatusView *view, const ExtensionFolder *folder, const ExtensionRow *row,
                         const Screen *screen)
{
        _cleanup_free_ char *text = text_escape(row->text, WARNING_MAX);
        _cleanup_free_ char *age = status_span(view->facts->now_s - folder->status.told_s);
        bool drifted = text_equal(row->name, "drift") && view->asked->known == TRI_YES;

        if (!text_equal(row->status, "warning") || (drifted && view->standing->verdict != STANDING_AS_ASKED))
                return false;
        screen_row(screen, SCREEN_WARNING, NAME_WIDTH, "warning", "%s%s%s%s: %s", row->name,
                   folder->status.told_s > 0 ? " (told " : "", folder->status.told_s > 0 ? age : "",
                   folder->status.told_s > 0 ? " ago)" : "",
                   drifted ? "it is not so any more, and the next look says so" : text);
        return true;
}

static void show_warnings(const StatusView *view, const Screen *screen)
{
        const ExtensionFolder *folder = extension_folder(view->extension);
        _cleanup_free_ char *old = status_old(view);
        size_t i, shown = 0;

        if (folder && folder->status.damaged == TRI_YES)
                screen_row(screen, SCREEN_WARNING, NAME_WIDTH, "warning",
                           "%s: Azure is not told how this machine is. %s", folder->status.trouble,
                           EXTENSION_STATUS_ANEW);
        for (i = 0; folder && i < folder->status.n_rows && shown < WARNINGS_MAX; i++)
                if (!*old || !text_equal(folder->status.rows[i].name, STATUS_OLD))
                        shown += show_warning(view, folder, &folder->status.rows[i], screen);
}

static char *name_run(const ExtensionRun *run)
{
        return run->sequence == EXTENSION_BY_HAND ? text_copy("by hand") : text_format("sequence %d", run->sequence);
}

static void show_run(const StatusView *view, const Screen *screen)
{
        const ExtensionRun *run = standing_run(view->extension);
        const Failure *failure = run ? &run->failure : NULL;
        int64_t confirmed_s = run ? standing_confirmed_s(view->extension, run) : 0;
        _cleanup_free_ char *name = run ? name_run(run) : NULL, *when = NULL, *confirmed = NULL;

        if (!run) {
                screen_row(screen, SCREEN_UNKNOWN, NAME_WIDTH, "last run", "%s",
                           view->extension->state.visible == TRI_YES ? "none is remembered" : "not known");
                return;
        }
        when = status_moment(run->ended_s, view->facts->now_s);
        confirmed = confirmed_s ? status_moment(confirmed_s, view->facts->now_s) : NULL;
        screen_row(screen, run->verdict == VERDICT_SUCCEEDED ? SCREEN_GOOD : SCREEN_BAD, NAME_WIDTH, "last run",
                   "%s %s%s%s%s, %s%s%s", name, status_run_word(run), failure->reason ? " (" : "",
                   failure->reason ? reason_get(failure->reason)->id : "", failure->reason ? ")" : "", when,
                   confirmed ? "; found so again " : "", confirmed ? confirmed : "");
}

static void show_work(const StatusView *view, const Screen *screen)
{
        const ExtensionState *state = &view->extension->state;
        const char *now = status_now(view);
        _cleanup_free_ char *age =
                state->holder.pid && state->holder.age_s >= 0 ? status_span(state->holder.age_s) : NULL;

        if (extension_is_busy(view->extension) == TRI_YES)
                screen_row(screen, SCREEN_STRONG, NAME_WIDTH, "now", "%s (pid %d%s%s): %s",
                           *state->holder.unit ? state->holder.unit : "a run", (int)state->holder.pid,
                           age ? ", for " : "", age ? age : "", *now ? now : "at work");
        else if (state->current.present == TRI_YES && state->worked_on == TRI_NO)
                screen_row(screen, SCREEN_WARNING, NAME_WIDTH, "now",
                           "the run of sequence %d died, nobody has said so yet", state->current.sequence);
        if (state->next.present == TRI_YES)
                screen_row(screen, SCREEN_WARNING, NAME_WIDTH, "queued", "sequence %d waits for its turn",
                           state->next.sequence);
}

static void show_hold(const StatusView *view, const Screen *screen)
{
        const Hold *hold = &view->facts->hold;
        _cleanup_free_ char *end = hold_end_words(hold), *reason = hold_reason_words(hold);
        char option[ADVICE_OPTION_MAX];
        _cleanup_free_ char *age = hold->since_s > 0 ? status_span(view->facts->now_s - hold->since_s) : NULL;

        if (hold->held == TRI_YES)
                screen_row(screen, SCREEN_WARNING, NAME_WIDTH, "hold",
                           "%s%s%s%s (nothing is changed until mde-linux unhold%s)%s%s", reason, age ? ", set " : "",
                           age ? age : "", age ? " ago" : "", advice_option(view->image, option), *end ? ". " : "",
                           end);
}

static void show_recheck(const StatusView *view, const Screen *screen)
{
        const ExtensionRecheck *recheck = &view->extension->recheck;
        _cleanup_free_ char *next = NULL;

        if (recheck->present != TRI_YES)
                return;
        next = recheck->next_s ? status_moment(recheck->next_s, view->facts->now_s) : NULL;
        if (next)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "next look", "%s", next);
        else
                screen_row(screen, recheck->active == TRI_NO ? SCREEN_WARNING : SCREEN_UNKNOWN, NAME_WIDTH, "next look",
                           "%s", recheck->active == TRI_NO ? RECHECK_TIMER " is not active" : "not known");
}

static void show_extension(const StatusView *view, const Screen *screen)
{
        const ExtensionFolder *folder = extension_folder(view->extension);
        size_t others = view->extension->n_folders - (folder != NULL);

        if (!folder) {
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "extension", "%s",
                           view->extension->visible == TRI_YES ? "none on this machine" : "not known");
                return;
        }
        screen_row(screen, folder->enabled == TRI_NO ? SCREEN_WARNING : SCREEN_PLAIN, NAME_WIDTH, "extension",
                   "version %s%s%s%s, %s %d%s%s%s", folder->version, *folder->state ? ", " : "", folder->state,
                   folder->enabled == TRI_NO ? " (not enabled)" : "",
                   folder->sequence < 0 ? "no settings, sequence" : "sequence",
                   folder->sequence < 0 ? 0 : folder->sequence, *folder->status.status ? ", told " : "",
                   folder->status.status, others ? "; another version beside it" : "");
}

static void show_program(const StatusView *view, const Screen *screen)
{
        if (view->extension->program.present == TRI_YES)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "program", "%s%s%s", view->extension->program.path,
                           *view->extension->program.version ? ", version " : "", view->extension->program.version);
}

/* ---- all of it -----------------------------------------------------------------------------------------------------
 */

static void show_headline(const StatusView *view, const Screen *screen)
{
        static const ScreenLevel levels[] = { [STANDING_AS_ASKED] = SCREEN_GOOD,
                                              [STANDING_NOT_AS_ASKED] = SCREEN_BAD,
                                              [STANDING_UNKNOWN] = SCREEN_UNKNOWN };

        const Standing *standing = view->standing;
        bool unwell = standing->verdict == STANDING_AS_ASKED && *standing->why;

        screen_say(screen, unwell ? SCREEN_WARNING : levels[standing->verdict], 0, "%s", standing->headline);
}

static void show_why(const StatusView *view, const Screen *screen)
{
        const Standing *standing = view->standing;

        if (*standing->why)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "why", "%s%s%s", standing->why,
                           standing->failure.reason ? " Reason: " : "",
                           standing->failure.reason ? reason_get(standing->failure.reason)->id : "");
}

static void show_remedy(const StatusView *view, const Screen *screen)
{
        if (*view->standing->remedy)
                screen_row(screen, SCREEN_STRONG, NAME_WIDTH, "do", "%s", view->standing->remedy);
}

static void show_unseen(const StatusView *view, const Screen *screen)
{
        _cleanup_free_ char *unseen = status_unseen(view);

        if (*unseen)
                screen_say(screen, SCREEN_UNKNOWN, 2, "(%s)", unseen);
}

static const struct {
        void (*show)(const StatusView *view, const Screen *screen);
        unsigned char rank; /* where not all fits one screen: page_show_all() */
} parts[] = {
        { .show = show_headline, .rank = 1 },
        { .show = show_why, .rank = 4 },
        { .show = show_remedy, .rank = 2 },
        { .show = show_work },
        { .show = show_hold },
        { .show = show_differences },
        { .show = show_sensor },
        { .show = show_tenant },
        { .show = show_tags },
        { .show = show_mode },
        { .show = show_run, .rank = 3 },
        { .show = show_warnings },
        { .show = show_recheck },
        { .show = show_extension },
        { .show = show_program },
        { .show = show_old },
        { .show = show_unseen },
};

int status_show(const StatusView *view)
{
        unsigned char ranks[ELEMENTSOF(parts)];
        Page pages[ELEMENTSOF(parts)];
        Screen screen = screen_of(stdout);
        _cleanup_free_ char *more = advice_text(view->image, "mde-linux status --json");
        size_t i;

        for (i = 0; i < ELEMENTSOF(parts); i++) {
                ranks[i] = parts[i].rank;
                page_begin(&pages[i], &screen);
                parts[i].show(view, &pages[i].screen);
                page_end(&pages[i]);
        }
        page_show_all(&screen, pages, ranks, ELEMENTSOF(parts), more);
        for (i = 0; i < ELEMENTSOF(parts); i++)
                page_clear(&pages[i]);
        return screen_end(&screen) ? COMMAND_FAILED : status_code(view->standing);
}
