#include "agent/answers/assessment.h"

#include <string.h>

#include "platform/base/text.h"

static bool is_of_machine(const Failure *refusal)
{
        return refusal->reason && refusal->reason != REASON_ONBOARDING_MISSING && refusal->reason != REASON_HELD;
}

static void add(Assessment *assessment, const Failure *refusal, bool conflicts)
{
        if (is_of_machine(refusal) && (refusal->reason == REASON_CONFLICT) == conflicts)
                assessment->refusals[assessment->n_refusals++] = refusal;
}

static void take_refusals(Assessment *assessment, bool conflicts)
{
        size_t i;

        add(assessment, &assessment->plan.refusal, conflicts);
        for (i = 0; i < assessment->plan.n_further; i++)
                add(assessment, &assessment->plan.further[i], conflicts);
}

static bool is_refused(const Assessment *assessment, const PlanNote *note)
{
        size_t i;

        for (i = 0; i < assessment->n_refusals; i++)
                if (text_equal(assessment->refusals[i]->found, note->text))
                        return true;
        return false;
}

static void take_warnings(Assessment *assessment)
{
        size_t i;

        for (i = 0; i < assessment->plan.n_notes; i++) {
                const PlanNote *note = &assessment->plan.notes[i];

                if (note->level == PLAN_WARNING && !is_refused(assessment, note))
                        assessment->warnings[assessment->n_warnings++] = note;
        }
}

static Tri answer(const Assessment *assessment, const Facts *facts)
{
        if (assessment->n_refusals > 0)
                return TRI_NO;
        return unseen_decides(facts) ? TRI_UNKNOWN : TRI_YES;
}

void assessment_make(const Request *request, const Facts *facts, Assessment *ret)
{
        Facts asked = *facts;

        if (facts->look == LOOK_SECOND && facts->package.state == PACKAGE_UNKNOWN && facts->sensor.files == TRI_NO)
                asked.package.state = PACKAGE_ABSENT;
        memset(ret, 0, sizeof(*ret));
        plan_make(request, &asked, &ret->plan);
        take_refusals(ret, true);
        take_refusals(ret, false);
        take_warnings(ret);
        ret->fit = answer(ret, facts);
        ret->n_unseen = unseen_list(facts, ret->unseen);
}

void assessment_refuse(const Failure *site, Assessment *assessment)
{
        size_t i;

        if (!site->reason)
                return;
        assessment->site = *site;
        for (i = assessment->n_refusals++; i > 0; i--)
                assessment->refusals[i] = assessment->refusals[i - 1];
        assessment->refusals[0] = &assessment->site;
        assessment->fit = TRI_NO;
}
