/*
 * The sensor first, then what was asked of it: a machine without a licensed sensor is not onboarded whatever the last
 * run said.
 */
#include "agent/answers/standing.h"

#include <string.h>

#include "agent/answers/standing_explain.h"
#include "agent/situation.h"
#include "platform/base/text.h"

#define CONFIRMED_S 5 /* the status of a run's end is written right after its record */
#define NAME "Microsoft Defender for Endpoint"

/* True: it has decided. */
typedef bool Rule(const StandingView *view, Standing *standing);

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

int64_t standing_confirmed_s(const Extension *extension, const ExtensionRun *run)
{
        const ExtensionFolder *folder = extension_folder(extension);
        const char *word = run->verdict == VERDICT_SUCCEEDED ? "success" : "error";

        if (!folder || run->sequence == EXTENSION_BY_HAND || folder->sequence != run->sequence ||
            !text_equal(folder->status.status, word) || folder->status.reason != run->failure.reason)
                return 0;
        return folder->status.told_s > run->ended_s + CONFIRMED_S ? folder->status.told_s : 0;
}

/* ---- the rules, the first that decides ends it ---------------------------------------------------------------------
 */

static bool rule_image(const StandingView *view, Standing *standing)
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
static bool rule_busy(const StandingView *view, Standing *standing)
{
        const Asked *asked = view->asked;
        bool met =
                asked->known != TRI_YES || (asked->plan.n_steps == 0 && !asked->plan.refusal.reason && !asked->cut_off);

        if (extension_is_busy(view->extension) != TRI_YES || (view->facts->sensor.health.licensed == TRI_YES && met))
                return false;
        standing_explain(standing, "", "Wait for its end: mde-linux status --wait.");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is not onboarded as asked yet: a run is at work.");
}

static bool rule_missing(const StandingView *view, Standing *standing)
{
        if (view->facts->sensor.files != TRI_NO)
                return false;
        standing_explain_absence(view, standing);
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is not installed.");
}

static bool rule_starting(const StandingView *view, Standing *standing)
{
        if (view->asked->known != TRI_YES || !view->asked->starting)
                return false;
        standing_explain(standing, view->facts->sensor.health.trouble,
                         "Nothing: it is looked at again in minutes. To wait here: mdatp health.");
        return decide(standing, STANDING_NOT_AS_ASKED,
                      NAME " is onboarded as asked; the sensor is starting and does not answer yet.");
}

static bool rule_silent(const StandingView *view, Standing *standing)
{
        const SensorHealth *health = &view->facts->sensor.health;

        if (health->answering == TRI_YES)
                return false;
        if (!standing_explain_known(view, standing) && !standing_explain_off(view, standing))
                standing_explain(standing, health->trouble,
                                 "Look at 'systemctl status " SENSOR_UNIT
                                 "' and at its journal, or ask: mde-linux doctor.");
        if (!view->root && view->facts->sensor.active != TRI_NO)
                return decide(standing, STANDING_UNKNOWN,
                              "Whether " NAME " is onboarded is not known: the sensor is installed and does not "
                              "answer.");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is installed, and its sensor does not answer.");
}

/* By a person, and nothing has onboarded it since. */
static const ExtensionRun *offboarding(const Extension *extension)
{
        const ExtensionRun *hand = extension_run(extension, EXTENSION_BY_HAND);
        size_t i;

        if (!hand || !hand->offboarded_s)
                return NULL;
        for (i = 0; i < extension->n_runs; i++)
                if (extension->runs[i].verdict == VERDICT_SUCCEEDED && extension->runs[i].ended_s > hand->ended_s)
                        return NULL;
        return hand;
}

static bool rule_offboarded(const StandingView *view, Standing *standing)
{
        const ExtensionRun *run = offboarding(view->extension);
        char when[TEXT_TIME_MAX];

        if (view->facts->sensor.health.licensed != TRI_NO || !run)
                return false;
        if (!standing_explain_known(view, standing))
                standing_explain(standing, "A person asked for it: mde-linux offboard.",
                                 "Nothing, if that is meant; to onboard it again: mde-linux onboard FILE.");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is not onboarded: it was offboarded by hand on %s.",
                      text_time(run->offboarded_s, when));
}

static bool rule_unlicensed(const StandingView *view, Standing *standing)
{
        if (view->facts->sensor.health.licensed != TRI_NO)
                return false;
        standing_explain_absence(view, standing);
        return decide(standing, STANDING_NOT_AS_ASKED,
                      NAME " is installed and not onboarded: the sensor has no "
                           "licence.");
}

static bool rule_unreadable(const StandingView *view, Standing *standing)
{
        if (!view->asked->unreadable.reason)
                return false;
        standing_explain_failure(standing, &view->asked->unreadable, false);
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but what was asked cannot be read.");
}

static bool rule_refused(const StandingView *view, Standing *standing)
{
        if (view->asked->known != TRI_YES || !view->asked->plan.refusal.reason)
                return false;
        standing_explain_failure(standing, &view->asked->plan.refusal, false);
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but not as asked.");
}

static bool rule_different(const StandingView *view, Standing *standing)
{
        const Plan *plan = &view->asked->plan;
        const ExtensionRun *run = standing_failed_run(view);

        if (view->asked->known != TRI_YES || (plan->n_steps == 0 && !view->asked->cut_off))
                return false;
        if (run)
                standing_explain_run(view, standing, run);
        else if (plan->n_steps > 0)
                standing_explain(standing, plan->steps[0].why, "The next enable or daily look does it.");
        else
                standing_explain(standing, "An earlier run was cut off before it had ended.",
                                 "The next enable or daily look puts right what it had begun.");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but not as asked.");
}

/* By hand nothing can be compared, so the run's own word counts. */
static bool rule_run(const StandingView *view, Standing *standing)
{
        const ExtensionRun *run = standing_failed_run(view);

        if (view->asked->known == TRI_YES || !run)
                return false;
        standing_explain_run(view, standing, run);
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but the last run %s.",
                      run->verdict == VERDICT_REFUSED ? "was refused" : "failed");
}

static bool rule_inactive(const StandingView *view, Standing *standing)
{
        const Facts *facts = view->facts;

        if (view->asked->known == TRI_YES || facts->sensor.enabled != TRI_NO)
                return false;
        standing_explain(standing, SENSOR_UNIT " is not enabled: the sensor will not come back after a reboot.",
                         "Enable it: systemctl enable " SENSOR_UNIT ".");
        return decide(standing, STANDING_NOT_AS_ASKED, NAME " is onboarded, but its unit is disabled.");
}

static bool rule_unwell(const StandingView *view, Standing *standing)
{
        if (view->facts->sensor.health.licensed != TRI_YES || !standing_explain_unwell(view, standing))
                return false;
        snprintf(standing->remedy, sizeof(standing->remedy), "Find out more: mde-linux doctor.");
        return decide(standing, STANDING_AS_ASKED, NAME " is onboarded%s; its sensor is not well.",
                      view->asked->known == TRI_YES ? " as asked" : "");
}

static bool rule_fine(const StandingView *view, Standing *standing)
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

static Rule *const rules[] = { rule_image,      rule_busy,       rule_missing,    rule_starting, rule_silent,
                               rule_offboarded, rule_unlicensed, rule_unreadable, rule_refused,  rule_different,
                               rule_run,        rule_inactive,   rule_unwell,     rule_fine };

void standing_judge(const Facts *facts, const Extension *extension, const Asked *asked, bool live, const char *call,
                    Standing *ret)
{
        const StandingView view = { facts, extension, asked, live, !call, call };
        size_t i;

        *ret = (Standing){ 0 };
        for (i = 0; i < ELEMENTSOF(rules); i++)
                if (rules[i](&view, ret))
                        return;
}
