/*
 * The sensor first, then what was asked of it: a machine without a licensed sensor is not onboarded whatever the last
 * run said. What the last run failed for explains it, as a first look sees less than that run did.
 */
#include "agent/answers/standing.h"

#include <string.h>

#include "agent/situation.h"
#include "platform/base/text.h"

#define NAME "Microsoft Defender for Endpoint"

typedef struct View {
        const Facts *facts;
        const Extension *extension;
        const Asked *asked;
        bool live, root;
} View;

/* True: it has decided. */
typedef bool Rule(const View *view, Standing *standing);

static bool decide(Standing *standing, StandingVerdict verdict, const char *format, ...) _printf_(3, 4);

static bool decide(Standing *standing, StandingVerdict verdict, const char *format, ...)
{
        va_list ap;

        standing->verdict = verdict;
        va_start(ap, format);
        vsnprintf(standing->headline, sizeof(standing->headline), format, ap);
        va_end(ap);
        return true;
}

static void explain(Standing *standing, const char *why, const char *remedy)
{
        snprintf(standing->why, sizeof(standing->why), "%s", why);
        snprintf(standing->remedy, sizeof(standing->remedy), "%s", remedy);
}

static void explain_failure(Standing *standing, const Failure *failure)
{
        const Reason *reason = reason_get(failure->reason);

        standing->failure = *failure;
        snprintf(standing->why, sizeof(standing->why), "%s%s%s", reason->what, *failure->found ? " " : "",
                 failure->found);
        snprintf(standing->remedy, sizeof(standing->remedy), "%s", reason->remedy);
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

/* The failure that explains how the machine is. What a person asked for on top of what the extension asks says nothing
 * of the latter. NULL: none. */
static const ExtensionRun *failed_run(const View *view)
{
        const ExtensionRun *run = standing_run(view->extension);

        if (!is_failed(run) || (run->sequence == EXTENSION_BY_HAND && view->asked->known == TRI_YES))
                return NULL;
        return run;
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

/* Why it is as it is: what would be refused now, what the last run failed for, what cannot be read. */
static bool explain_known(const View *view, Standing *standing)
{
        const ExtensionRun *run = failed_run(view);
        Failure told;

        if (view->asked->known == TRI_YES && view->asked->plan.refusal.reason)
                explain_failure(standing, &view->asked->plan.refusal);
        else if (view->asked->unreadable.reason)
                explain_failure(standing, &view->asked->unreadable);
        else if (run)
                explain_failure(standing, &run->failure);
        else if (take_told(view->extension, &told))
                explain_failure(standing, &told);
        else
                return false;
        return true;
}

static void explain_absence(const View *view, Standing *standing)
{
        if (explain_known(view, standing))
                return;
        if (!view->root && (view->extension->visible != TRI_YES || view->extension->state.visible != TRI_YES))
                explain(standing, "Why is root's to see.", "Ask again as root: sudo mde-linux status.");
        else if (view->extension->n_folders == 0 && view->extension->n_runs == 0)
                explain(standing, "Nobody has asked for it: no extension has come, and no run by hand is remembered.",
                        "Deploy the extension, or onboard by hand: mde-linux onboard FILE.");
        else if (view->facts->hold.held == TRI_YES)
                explain(standing, "Changes are on hold.", "Let them go on: mde-linux unhold.");
        else
                explain(standing, "No run has ended yet that says why.",
                        "Wait for the next enable or daily look, or find out more: mde-linux doctor.");
}

/* ---- the rules, the first that decides ends it ---------------------------------------------------------------------
 */

static bool rule_image(const View *view, Standing *standing)
{
        const Facts *facts = view->facts;

        if (view->live)
                return false;
        if (facts->sensor.files == TRI_NO)
                return decide(standing, STANDING_NOT_AS_ASKED, "This image holds no sensor.");
        if (facts->sensor.onboarded == TRI_NO)
                return decide(standing, STANDING_NOT_AS_ASKED,
                              "This image holds a sensor that is not onboarded: it has no onboarding file.");
        return decide(standing, STANDING_UNKNOWN,
                      "This image holds a sensor and an onboarding file%s%s; whether they work is seen when it runs.",
                      *facts->sensor.onboarded_org ? " of tenant " : "", facts->sensor.onboarded_org);
}

/* A regular look at a machine that is fine is no news. */
static bool rule_busy(const View *view, Standing *standing)
{
        const Asked *asked = view->asked;
        bool met =
                asked->known != TRI_YES || (asked->plan.n_steps == 0 && !asked->plan.refusal.reason && !asked->cut_off);

        if (extension_is_busy(view->extension) != TRI_YES || (view->facts->sensor.health.licensed == TRI_YES && met))
                return false;
        explain(standing, "", "Wait for its end: mde-linux status --wait.");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is not onboarded as asked yet: a run is at work.");
}

static bool rule_missing(const View *view, Standing *standing)
{
        if (view->facts->sensor.files != TRI_NO)
                return false;
        explain_absence(view, standing);
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is not installed.");
}

static bool rule_starting(const View *view, Standing *standing)
{
        if (view->asked->known != TRI_YES || !view->asked->starting)
                return false;
        explain(standing, view->facts->sensor.health.trouble,
                "Nothing: it is looked at again in minutes. To wait here: mdatp health.");
        return decide(standing, STANDING_NOT_AS_ASKED,
                      NAME " is onboarded as asked; the sensor is starting and does not answer yet.");
}

static bool rule_silent(const View *view, Standing *standing)
{
        const SensorHealth *health = &view->facts->sensor.health;

        if (health->answering == TRI_YES)
                return false;
        if (!explain_known(view, standing))
                explain(standing, health->trouble,
                        "Look at 'systemctl status " SENSOR_UNIT "' and at its journal, or ask: mde-linux doctor.");
        if (!view->root && view->facts->sensor.active != TRI_NO)
                return decide(standing, STANDING_UNKNOWN,
                              "Whether " NAME " is onboarded is not known: the sensor is installed and does not "
                              "answer.");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is installed, and its sensor does not answer.");
}

static bool rule_unlicensed(const View *view, Standing *standing)
{
        if (view->facts->sensor.health.licensed != TRI_NO)
                return false;
        explain_absence(view, standing);
        return decide(standing, STANDING_NOT_AS_ASKED,
                      NAME " is installed and not onboarded: the sensor has no "
                           "licence.");
}

static bool rule_unreadable(const View *view, Standing *standing)
{
        if (!view->asked->unreadable.reason)
                return false;
        explain_failure(standing, &view->asked->unreadable);
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but what was asked cannot be read.");
}

static bool rule_refused(const View *view, Standing *standing)
{
        if (view->asked->known != TRI_YES || !view->asked->plan.refusal.reason)
                return false;
        explain_failure(standing, &view->asked->plan.refusal);
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but not as asked.");
}

static bool rule_different(const View *view, Standing *standing)
{
        const Plan *plan = &view->asked->plan;
        const ExtensionRun *run = failed_run(view);

        if (view->asked->known != TRI_YES || (plan->n_steps == 0 && !view->asked->cut_off))
                return false;
        if (run)
                explain_failure(standing, &run->failure);
        else if (plan->n_steps > 0)
                explain(standing, plan->steps[0].why, "The next enable or daily look does it.");
        else
                explain(standing, "An earlier run was cut off before it had ended.",
                        "The next enable or daily look puts right what it had begun.");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but not as asked.");
}

/* By hand nothing can be compared, so the run's own word counts. */
static bool rule_run(const View *view, Standing *standing)
{
        const ExtensionRun *run = failed_run(view);

        if (view->asked->known == TRI_YES || !run)
                return false;
        explain_failure(standing, &run->failure);
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but the last run %s.",
                      run->verdict == VERDICT_REFUSED ? "was refused" : "failed");
}

static bool rule_inactive(const View *view, Standing *standing)
{
        const Facts *facts = view->facts;

        if (view->asked->known == TRI_YES || facts->sensor.enabled != TRI_NO)
                return false;
        explain(standing, SENSOR_UNIT " is not enabled: the sensor will not come back after a reboot.",
                "Enable it: systemctl enable " SENSOR_UNIT ".");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but its unit is disabled.");
}

static bool rule_fine(const View *view, Standing *standing)
{
        const SensorHealth *health = &view->facts->sensor.health;

        if (health->licensed != TRI_YES)
                return decide(standing, STANDING_UNKNOWN,
                              "Whether " NAME " is onboarded is not known: the sensor answers, and does not say "
                              "whether it is licensed.");
        if (view->asked->known == TRI_YES)
                return decide(standing, STANDING_AS_ASKED, NAME " is onboarded as asked.");
        if (standing_run(view->extension))
                return decide(standing, STANDING_AS_ASKED, NAME " is onboarded, as the last run left it.");
        return decide(standing, STANDING_AS_ASKED, NAME " is onboarded; %s.",
                      view->root ? "nobody has asked for it here" : "what was asked of it is root's to see");
}

static Rule *const rules[] = { rule_image,     rule_busy,       rule_missing,    rule_starting,
                               rule_silent,    rule_unlicensed, rule_unreadable, rule_refused,
                               rule_different, rule_run,        rule_inactive,   rule_fine };

void standing_judge(const Facts *facts, const Extension *extension, const Asked *asked, bool live, bool root,
                    Standing *ret)
{
        const View view = { facts, extension, asked, live, root };
        size_t i;

        *ret = (Standing){ 0 };
        for (i = 0; i < ELEMENTSOF(rules); i++)
                if (rules[i](&view, ret))
                        return;
}
