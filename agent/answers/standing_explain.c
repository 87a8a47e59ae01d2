/*
 * What the last run failed for explains a machine, as a first look sees less than that run did; unless what it met is
 * gone, as far as that look tells.
 */
#include "agent/answers/standing_explain.h"

#include <string.h>

#include "agent/answers/passed.h"
#include "agent/answers/remedy.h"
#include "agent/guest/places.h"
#include "agent/situation.h"
#include "platform/base/text.h"

#define AZURE_CONFIGURATION 53
#define MINUTES_A_DAY (24 * 60)

void standing_explain(Standing *standing, const char *why, const char *remedy)
{
        snprintf(standing->why, sizeof(standing->why), "%s", why);
        snprintf(standing->remedy, sizeof(standing->remedy), "%s", remedy);
}

void standing_explain_failure(Standing *standing, const Failure *failure, bool by_hand)
{
        char why[FAILURE_TEXT_MAX];

        standing->failure = *failure;
        snprintf(standing->why, sizeof(standing->why), "%s", failure_why(failure, why));
        snprintf(standing->remedy, sizeof(standing->remedy), "%s", remedy_of_run(failure->reason, by_hand));
}

/* Not of what is asked, nor of the run itself. */
static bool is_of_machine(const Reason *reason)
{
        return reason->user && reason->retry != REASON_RETRY_NEVER && reason->azure_code != AZURE_CONFIGURATION;
}

/* What was met then is not looked for here, unless facts tell. */
void standing_explain_run(const StandingView *view, Standing *standing, const ExtensionRun *run)
{
        const Reason *reason = reason_get(run->failure.reason);
        size_t length;

        standing_explain_failure(standing, &run->failure, run->sequence == EXTENSION_BY_HAND);
        if (!is_of_machine(reason) || passed_since(view->facts, view->asked->known, run->failure.reason) == TRI_NO)
                return;
        length = strlen(standing->remedy);
        snprintf(standing->remedy + length, sizeof(standing->remedy) - length,
                 " Whether it is still so: mde-linux doctor.");
}

static void explain_passed(Standing *standing, const ExtensionRun *run)
{
        snprintf(standing->why, sizeof(standing->why), "The last run met something that is not there any more (%s).",
                 reason_get(run->failure.reason)->id);
        snprintf(standing->remedy, sizeof(standing->remedy), "%s",
                 run->sequence == EXTENSION_BY_HAND ? "Run the same command again."
                                                    : "Have it tried again: restart the guest agent " GUEST_AGENT_UNITS
                                                      ", or deploy the extension again.");
}

const ExtensionRun *standing_run(const Extension *extension)
{
        const ExtensionFolder *folder = extension_folder(extension);
        const ExtensionRun *hand = extension_run(extension, EXTENSION_BY_HAND);
        const ExtensionRun *run = folder ? extension_run(extension, folder->sequence < 0 ? 0 : folder->sequence) : NULL;

        if (!run || (hand && hand->ended_s > run->ended_s))
                return hand ? hand : !folder && extension->n_runs > 0 ? &extension->runs[0] : NULL;
        return run;
}

static bool is_failed(const ExtensionRun *run)
{
        return run && (run->verdict == VERDICT_REFUSED || run->verdict == VERDICT_FAILED) && run->failure.reason;
}

static bool is_over(const Facts *facts, const Asked *asked, const ExtensionRun *run)
{
        return passed_since(facts, asked->known, run->failure.reason) == TRI_YES;
}

/* What a person asked for on top of what the extension asks says nothing of the latter. NULL: none. */
static const ExtensionRun *last_failed_run(const StandingView *view)
{
        const ExtensionRun *run = standing_run(view->extension);

        if (!is_failed(run) || (run->sequence == EXTENSION_BY_HAND && view->asked->known == TRI_YES))
                return NULL;
        return run;
}

const ExtensionRun *standing_failed_run(const StandingView *view)
{
        const ExtensionRun *run = last_failed_run(view);

        return run && !is_over(view->facts, view->asked, run) ? run : NULL;
}

bool standing_is_refused(const Facts *facts, const Extension *extension, const Asked *asked)
{
        const ExtensionRun *run = standing_run(extension);

        return asked->known == TRI_YES && is_failed(run) && run->verdict == VERDICT_REFUSED &&
               run->sequence != EXTENSION_BY_HAND && !is_over(facts, asked, run);
}

/* A status tells the reason where the run's end was never written to history (settings that cannot be read). */
static bool take_told(const Extension *extension, Failure *ret)
{
        const ExtensionFolder *folder = extension_folder(extension);

        if (!folder || !folder->status.reason || !text_equal(folder->status.status, "error"))
                return false;
        *ret = (Failure){ .reason = folder->status.reason };
        snprintf(ret->found, sizeof(ret->found), "See the status of sequence %d.",
                 folder->sequence < 0 ? 0 : folder->sequence);
        return true;
}

bool standing_explain_known(const StandingView *view, Standing *standing)
{
        const ExtensionRun *run = standing_failed_run(view);
        Failure told;

        if (view->asked->known == TRI_YES && view->asked->plan.refusal.reason)
                standing_explain_failure(standing, &view->asked->plan.refusal, false);
        else if (view->asked->unreadable.reason)
                standing_explain_failure(standing, &view->asked->unreadable, false);
        else if (run)
                standing_explain_run(view, standing, run);
        else if (!last_failed_run(view) && take_told(view->extension, &told) &&
                 passed_since(view->facts, view->asked->known, told.reason) != TRI_YES)
                standing_explain_failure(standing, &told, false);
        else
                return false;
        return true;
}

static void explain_as_root(const StandingView *view, Standing *standing)
{
        standing_explain(standing, "Why is root's to see.", "");
        snprintf(standing->remedy, sizeof(standing->remedy), "Ask again as root: sudo %s status.", view->call);
}

void standing_explain_absence(const StandingView *view, Standing *standing)
{
        const ExtensionRun *run = standing_run(view->extension);

        if (standing_explain_known(view, standing))
                return;
        if (!view->root && (view->extension->visible != TRI_YES || view->extension->state.visible != TRI_YES))
                explain_as_root(view, standing);
        else if (view->extension->n_folders == 0 && view->extension->n_runs == 0)
                standing_explain(standing,
                                 "Nobody has asked for it: no extension has come, and no run by hand is remembered.",
                                 "Deploy the extension, or onboard by hand: mde-linux onboard FILE.");
        else if (view->facts->hold.held == TRI_YES)
                standing_explain(standing, "Changes are on hold.", "Let them go on: mde-linux unhold.");
        else if (run && is_failed(run))
                explain_passed(standing, run);
        else if (run && run->verdict == VERDICT_SUCCEEDED)
                standing_explain(standing, "The last run succeeded; what has changed since is not known.",
                                 "Wait for the next daily look, or find out more: mde-linux doctor.");
        else
                standing_explain(standing, "No run has ended yet that says why.",
                                 "Wait for the next enable or daily look, or find out more: mde-linux doctor.");
}

static void explain_masked(const char *active, Standing *standing)
{
        Failure failure;

        failure_set(&failure, REASON_SERVICE_MASKED, SENSOR_UNIT " is masked, and %s at present.", active);
        standing_explain_failure(standing, &failure, false);
}

bool standing_explain_off(const StandingView *view, Standing *standing)
{
        const char *active = *view->facts->sensor.unit.active ? view->facts->sensor.unit.active : "in an unknown state";

        if (view->facts->sensor.masked != TRI_YES && view->facts->sensor.active != TRI_NO)
                return false;
        if (view->facts->sensor.masked == TRI_YES) {
                explain_masked(active, standing);
                return true;
        }
        snprintf(standing->why, sizeof(standing->why), SENSOR_UNIT " is %s.", active);
        snprintf(standing->remedy, sizeof(standing->remedy),
                 "Start it: systemctl enable --now " SENSOR_UNIT "; if it does not stay up, ask: mde-linux doctor.");
        return true;
}

bool standing_explain_unwell(const StandingView *view, Standing *standing)
{
        const SensorHealth *health = &view->facts->sensor.health;
        char *why = standing->why;
        size_t size = sizeof(standing->why);

        if (situation_is_isolated(view->facts))
                snprintf(why, size, "The portal has isolated this machine from the network.");
        else if (*health->issues)
                snprintf(why, size, "The sensor names issues: %s.", health->issues);
        else if (situation_has_old_definitions(view->facts))
                snprintf(why, size, "Its definitions were updated %lld days ago.",
                         (long long)(health->definitions_age_min / MINUTES_A_DAY));
        else if (health->healthy == TRI_NO && !text_equal_nocase(health->definitions, "updating"))
                snprintf(why, size, "The sensor says that it is not healthy%s%s.",
                         *health->definitions ? "; definitions: " : "", health->definitions);
        return *why;
}
