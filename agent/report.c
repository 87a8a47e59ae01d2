#include "agent/report.h"

#include "agent/answers/remedy.h"
#include "agent/history.h"
#include "agent/plan.h"
#include "agent/situation.h"

#include "platform/base/text.h"

static void report_onboarding(const Request *request, const SensorHealth *health, Outcome *outcome)
{
        const OnboardingPackage *package = request->onboarding;
        const Failure *failure = &request->onboarding_failure;
        char text[FAILURE_TEXT_MAX];

        if (!package && situation_has_sources(request))
                return; /* what came of them is a note */
        if (!package)
                outcome_row(outcome, "onboarding-package", ROW_WARNING,
                            "The sensor stays onboarded%s%s, but the onboarding package could not be compared "
                            "with it "
                            "(%s): %s %s",
                            *health->org_id ? " to tenant " : "", health->org_id, reason_get(failure->reason)->id,
                            failure_why(failure, text),
                            remedy_of_run(failure->reason, request->sequence == HISTORY_BY_HAND));
        else if (!package->root_pinned)
                outcome_row(outcome, "onboarding-package", ROW_WARNING,
                            "It is signed under a root certificate that is not known here: %s, SHA-256 %s.",
                            package->root.subject_cn, package->root.sha256);
}

static void report_health(const SensorHealth *health, Outcome *outcome)
{
        if (health->healthy == TRI_NO || *health->issues)
                outcome_row(outcome, "health", ROW_WARNING, "healthy %s; issues: %s",
                            health->healthy == TRI_YES ? "true" : "false",
                            *health->issues ? health->issues : "none named");
        else
                outcome_row(outcome, "health", ROW_SUCCESS, "healthy %s",
                            health->healthy == TRI_YES ? "true" : "unknown");
        if (*health->definitions && !text_equal_nocase(health->definitions, "upToDate") &&
            !text_equal_nocase(health->definitions, "up_to_date"))
                outcome_row(outcome, "definitions", ROW_WARNING, "definitions are %s", health->definitions);
        if (*health->machine_id)
                outcome_row(outcome, "cloud", ROW_SUCCESS, "proven: EDR machine id %s", health->machine_id);
        else
                outcome_row(
                        outcome, "cloud", ROW_WARNING,
                        "not proven yet: the sensor has no EDR machine id so far. It is given one when its cloud first "
                        "answers, minutes after it was onboarded; if it stays without, run 'mdatp connectivity "
                        "test' and look at the row connectivity of the run that onboarded it.");
}

/* It asked for one thing and has another. */
static void report_refused_tag(const PlanTag *tag, const char *now, const char *said, Outcome *outcome)
{
        outcome_row(outcome, tag->key, ROW_WARNING,
                    "asked for %s, the sensor keeps %s: %s. It is not tried again for this sequence number; change it "
                    "where "
                    "the sensor is managed.",
                    tag->value, now ? now : "none", said);
}

static void report_tags(const Request *request, const Facts *facts, Outcome *outcome)
{
        const SensorHealth *health = &facts->sensor.health;
        PlanTag tags[PLAN_TAGS];
        size_t i;

        plan_tags(request, facts, tags);
        for (i = 0; i < PLAN_TAGS; i++) {
                const char *now = sensor_tag(health, tags[i].key);
                const char *said = refused_find(&facts->refused, tags[i].key);

                if (said && plan_tag_differs(&tags[i], health))
                        report_refused_tag(&tags[i], now, said, outcome);
                else if (tags[i].value)
                        outcome_row(outcome, tags[i].key, ROW_SUCCESS, "%s", now ? now : tags[i].value);
        }
}

static void report_settings(const Request *request, Outcome *outcome)
{
        size_t i;

        for (i = 0; i < request->n_notes; i++) {
                char name[32];

                snprintf(name, sizeof(name), "settings-%zu", i + 1);
                outcome_row(outcome, name, ROW_WARNING, "%s", request->notes[i]);
        }
}

void report_known_notes(const PlanNote *notes, size_t n, Outcome *outcome)
{
        size_t i;

        for (i = 0; i < n; i++)
                outcome_row(outcome, notes[i].name, notes[i].level == PLAN_WARNING ? ROW_WARNING : ROW_SUCCESS, "%s",
                            notes[i].text);
}

void report_notes(const Plan *plan, Outcome *outcome)
{
        report_known_notes(plan->notes, plan->n_notes, outcome);
}

static void report_left(const Facts *facts, const Plan *plan, Outcome *outcome)
{
        outcome->verdict = VERDICT_SUCCEEDED;
        if (outcome_is_told(outcome, step_name(STEP_OFFBOARD)))
                outcome_say(outcome, "This machine is offboarded: the sensor says that it has no licence any more. The "
                                     "device stays listed in the portal, and is inactive there after seven days.");
        else
                outcome_say(outcome, "There was nothing to do: this machine is not onboarded.");
        if (facts->sensor.files == TRI_YES)
                outcome_row(outcome, "sensor", ROW_SUCCESS, "version %s stays installed, without a tenant",
                            *facts->sensor.health.version ? facts->sensor.health.version : "unknown");
        report_notes(plan, outcome);
}

void report_success(const Request *request, const Facts *facts, const Plan *plan, Outcome *outcome)
{
        const SensorHealth *health = &facts->sensor.health;

        if (request->offboard) {
                report_left(facts, plan, outcome);
                return;
        }
        outcome->verdict = VERDICT_SUCCEEDED;
        if (health->answering == TRI_YES) {
                outcome_say(outcome, "Microsoft Defender for Endpoint is onboarded: tenant %s, sensor %s, ring %s.",
                            health->org_id, health->version, *health->ring ? health->ring : "unknown");
                outcome_row(outcome, "sensor", ROW_SUCCESS, "version %s, unit enabled and active, licensed",
                            health->version);
                outcome_row(outcome, "tenant", ROW_SUCCESS, "%s", health->org_id);
                report_tags(request, facts, outcome);
                report_health(health, outcome);
        } else {
                outcome_say(outcome, "Microsoft Defender for Endpoint is onboarded; the sensor is starting and does "
                                     "not answer yet.");
                outcome_row(outcome, "sensor", ROW_WARNING, "unit %s; it does not answer yet: %s",
                            facts->sensor.unit.active, health->trouble);
        }
        report_onboarding(request, health, outcome);
        report_notes(plan, outcome);
        report_settings(request, outcome);
}
