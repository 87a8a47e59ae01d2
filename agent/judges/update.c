#include "agent/judge.h"

#include <string.h>

#include "platform/base/text.h"

#define ROW "updates"

static void note_others(const Request *request, const UpdatersFacts *others, Plan *plan)
{
        const char *exclude = updater_exclude(others->name);

        if (request->version)
                judge_note(plan, ROW, PLAN_WARNING,
                           "%s (%s) updates the sensor, and the setting version asks for %s: %s, or ask for no "
                           "version.",
                           others->name, others->where, request->version,
                           exclude ? exclude : "exclude " SENSOR_PACKAGE " there");
        else
                judge_note(plan, ROW, PLAN_INFORMATION, "%s (%s) updates the sensor%s.", others->name, others->where,
                           request->auto_update == TRI_YES ? "; autoUpdate leaves it to that" : "");
}

/* What keeps the daily look from updating it until somebody acts; NULL: nothing that is known. */
static const char *why_never(const Request *request, const Facts *facts)
{
        if (facts->machine.distro_known == TRI_YES && !situation_support(request, facts))
                return "this distribution is not supported, so that it is not known where newer versions come from: "
                       "update the sensor by hand";
        if (facts->package.manager == TRI_NO)
                return "the distribution's package manager is missing: install it";
        if (facts->package.broken == TRI_YES)
                return "the package manager is in a broken state: repair it";
        return facts->hold.held == TRI_YES ? "changes to this machine are on hold: remove " FACTS_HOLD_FILE
                                             " when they may go on"
                                           : NULL;
}

static void note_ours(const Request *request, const Facts *facts, Plan *plan)
{
        const UpdateRecord *record = &facts->update.record;
        const char *never = why_never(request, facts);

        if (never)
                judge_note(plan, ROW, PLAN_WARNING, "autoUpdate does nothing here: %s.", never);
        else if (record->opted_out == TRI_YES)
                judge_note(plan, ROW, PLAN_INFORMATION,
                           "Nobody updates the sensor: the Azure tag ExcludeMdeAutoUpdate of this machine is true.");
        else if (record->opted_out == TRI_UNKNOWN)
                judge_note(
                        plan, ROW, PLAN_WARNING,
                        "autoUpdate waits: it could not be learnt whether the Azure tag ExcludeMdeAutoUpdate is set: "
                        "%s. Let root on this machine reach the metadata service, without a proxy.",
                        record->trouble);
        else if (*record->trouble)
                judge_note(plan, ROW, PLAN_WARNING,
                           "autoUpdate: the last look for a newer version failed and is repeated tomorrow: %s",
                           record->trouble);
        else
                judge_note(plan, ROW, PLAN_INFORMATION,
                           "autoUpdate: the daily look updates the sensor, on one day of each week.");
}

/* The names of those that were looked for, each once. */
static char *known_updaters(void)
{
        _cleanup_(text_clear) Text names = { 0 };
        const Updater *row;
        size_t i;

        for (i = 0; (row = updater_get(i)); i++)
                if (!names.data || !strstr(names.data, row->name))
                        text_append(&names, "%s%s", i ? ", " : "", row->name);
        return TAKE_PTR(names.data);
}

static void note_nobody(Plan *plan)
{
        _cleanup_free_ char *known = known_updaters();

        judge_note(plan, ROW, PLAN_INFORMATION,
                   "Nobody that is known here updates the sensor: autoUpdate is not true, and none of these takes it "
                   "in: %s. What updates it from outside, as Defender for Cloud may, is not seen on the machine.",
                   known);
}

static void note_who(const Request *request, const Facts *facts, Plan *plan)
{
        if (facts->update.others.name)
                note_others(request, &facts->update.others, plan);
        else if (request->version)
                judge_note(plan, ROW, PLAN_INFORMATION, "Nobody updates the sensor: the setting version asks for %s%s.",
                           request->version, request->auto_update == TRI_YES ? ", which goes before autoUpdate" : "");
        else if (request->package_file)
                judge_note(plan, ROW, PLAN_INFORMATION,
                           "Nobody updates the sensor: packageFile names its package, so that no repository is asked.");
        else if (request->auto_update == TRI_YES)
                note_ours(request, facts, plan);
        else
                note_nobody(plan);
}

void judge_update(const Request *request, const Facts *facts, Plan *plan)
{
        const UpdateRecord *record = &facts->update.record;
        char when[TEXT_TIME_MAX];

        if (situation_has_sensor(facts) && !situation_is_unowned(facts) && facts->update.others.known == TRI_YES)
                note_who(request, facts, plan);
        if (*record->skipped && situation_has_sensor(facts))
                judge_note(
                        plan, "update-skipped", PLAN_WARNING,
                        "Version %s was installed by autoUpdate at %s and did not come up, so the one before was put "
                        "back: %s. A newer one than that will be tried.",
                        record->skipped, text_time(record->skipped_s, when), record->skipped_why);
}
