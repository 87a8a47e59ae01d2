#include "handler/shown.h"

static bool is_bad(const Outcome *outcome)
{
        return outcome->verdict == VERDICT_REFUSED || outcome->verdict == VERDICT_FAILED;
}

static bool is_drift(const Outcome *outcome, const Telling *telling)
{
        return telling->fulfilled && is_bad(outcome) && outcome->failure.reason != REASON_STOPPED &&
               outcome->failure.reason != REASON_SUPERSEDED;
}

ShownAs shown_as(const Outcome *outcome, const Telling *telling)
{
        if (is_drift(outcome, telling))
                return telling->drift_as_error ? SHOWN_AS_IT_IS : SHOWN_AS_DRIFT;
        return outcome->verdict == VERDICT_REFUSED && telling->refusal_as_report ? SHOWN_AS_REFUSAL : SHOWN_AS_IT_IS;
}

/* No row of a success may be an error. */
static void soften(Outcome *shown)
{
        size_t i;

        shown->verdict = VERDICT_SUCCEEDED;
        for (i = 0; i < shown->n_rows; i++)
                if (shown->rows[i].level == ROW_ERROR)
                        shown->rows[i].level = ROW_WARNING;
}

ShownAs shown_make(const Outcome *outcome, const Telling *telling, Outcome *ret)
{
        ShownAs as = shown_as(outcome, telling);
        const char *id = reason_get(outcome->failure.reason)->id;
        char text[FAILURE_TEXT_MAX];

        *ret = *outcome;
        if (as != SHOWN_AS_IT_IS)
                soften(ret);
        if (is_drift(outcome, telling))
                outcome_row(ret, "drift", as == SHOWN_AS_DRIFT ? ROW_WARNING : ROW_ERROR, "%s: %s", id,
                            failure_explain(&outcome->failure, text));
        if (as == SHOWN_AS_DRIFT)
                outcome_say(ret, "This machine was onboarded as asked, and is not any more (%s): %s", id,
                            failure_explain(&outcome->failure, text));
        if (as == SHOWN_AS_REFUSAL) {
                outcome_row(ret, "refusal", ROW_WARNING, "%s: %s", id, failure_explain(&outcome->failure, text));
                outcome_say(ret, "Not onboarded: %s (%s)", failure_explain(&outcome->failure, text), id);
        }
        return as;
}
