/*
 * Two products that answer for file access wait for each other, up to a machine that stands still. What would make it
 * so is refused; where it is so already, it is told.
 */
#include "agent/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/machine/conflict.h"
#include "agent/sensor/managed.h"
#include "platform/base/text.h"

/* Rows of the status are told apart by their names. */
static void note(Plan *plan, const char *name, unsigned *n, PlanNoteLevel level, const char *format, ...)
        _printf_(5, 6);
static void note(Plan *plan, const char *name, unsigned *n, PlanNoteLevel level, const char *format, ...)
{
        char numbered[40], words[sizeof(((PlanNote *)NULL)->text)];
        va_list ap;

        if (++*n == 1)
                snprintf(numbered, sizeof(numbered), "%s", name);
        else
                snprintf(numbered, sizeof(numbered), "%s-%u", name, *n);
        va_start(ap, format);
        vsnprintf(words, sizeof(words), format, ap);
        va_end(ap);
        judge_note(plan, numbered, level, "%s", words);
}

/* Who has chosen passive gets a sensor that is, unless another setting asks for one that blocks. */
static bool would_protect_actively(const Request *request, const Facts *facts)
{
        if (request->on_conflict == ON_CONFLICT_IGNORE)
                return false;
        if (managed_leaves_passive(request, facts))
                return true;
        if (!situation_needs_package(request, facts) ||
            facts->sensor.health.passive == TRI_YES) /* an update of a passive one */
                return false;
        return request->on_conflict == ON_CONFLICT_FAIL || !managed_wants_passive(request, facts);
}

/* What asks for a sensor that blocks, where that is not simply a new one. */
static const char *asked_for(const Request *request, const Facts *facts)
{
        if (managed_leaves_passive(request, facts))
                return " The sensor is passive now, and passiveMode (or antivirusEngine.enforcementLevel in "
                       "managedConfig) asks "
                       "it to block as well: take that setting out, or remove the other product.";
        if (request->on_conflict == ON_CONFLICT_PASSIVE)
                return " onConflict is passive, but passiveMode or managedConfig ask for a sensor that is not passive.";
        return "";
}

static void refuse(const Request *request, const Facts *facts, const ConflictGroups *groups, Plan *plan)
{
        char text[CONFLICT_TEXT_MAX];
        _cleanup_(text_clear) Text words = { 0 };
        size_t i, left = 0;

        for (i = 0; i < groups->n; i++) {
                if (groups->items[i].kind != CONFLICT_BLOCKING)
                        continue;
                conflict_describe(&groups->items[i], text);
                if (words.length > 0 && words.length + strlen(text) > ERROR_TEXT_MAX - 256)
                        left++;
                else
                        text_append(&words, "%s%s", words.length > 0 ? "; " : "", text);
        }
        if (left > 0)
                text_append(&words, "; and %zu more", left);
        judge_refuse(plan, REASON_CONFLICT, "Found: %s.%s", words.data, asked_for(request, facts));
}

/* Somebody has decided that both shall run, and they can: nothing is left to be done. */
static bool is_chosen(const Request *request, const Facts *facts)
{
        return request->on_conflict == ON_CONFLICT_PASSIVE && !situation_needs_package(request, facts) &&
               facts->sensor.health.passive == TRI_YES;
}

static const char *advice(const Request *request, const Facts *facts)
{
        if (situation_needs_package(request, facts))
                return request->on_conflict == ON_CONFLICT_PASSIVE
                               ? "onConflict is passive: the sensor is installed in passive mode beside it."
                               : "onConflict is ignore: the sensor is installed all the same.";
        if (facts->sensor.health.passive == TRI_YES)
                return "The sensor is in passive mode, in which both can run.";
        return "Two products that do so can bring a machine to a standstill: remove or stop it, or set passiveMode to "
               "true.";
}

static void tell_suspicious(const ConflictGroup *group, const char *text, unsigned *n, Plan *plan)
{
        if (group->product && group->product->tolerated)
                note(plan, "fanotify", n, PLAN_WARNING,
                     "%s decides about file access too. Both can run; it has to trust the sensor's programs.", text);
        else
                note(plan, "fanotify", n, PLAN_WARNING,
                     "%s may hold file access back, and does not do so at present. If it is another security product, "
                     "keep the sensor in passive mode beside it.",
                     text);
}

static void tell_listeners(const ConflictGroups *groups, Plan *plan)
{
        char text[CONFLICT_TEXT_MAX];
        _cleanup_(text_clear) Text words = { 0 };
        size_t i, n = 0;

        for (i = 0; i < groups->n; i++) {
                if (groups->items[i].kind != CONFLICT_LISTENER || ++n > 3)
                        continue;
                conflict_describe(&groups->items[i], text);
                if (words.length + strlen(text) < 400)
                        text_append(&words, "%s%s", words.length > 0 ? "; " : "", text);
        }
        if (n > 0)
                judge_note(plan, "fanotify-listeners", PLAN_INFORMATION,
                           "Told of file access, and harmless: %zu programs, among them %s.", n, words.data);
}

static void tell_groups(const Request *request, const Facts *facts, const ConflictGroups *groups, bool refused,
                        Plan *plan)
{
        unsigned conflicts = 0, suspicious = 0;
        char text[CONFLICT_TEXT_MAX];
        size_t i;

        for (i = 0; i < groups->n; i++) {
                const ConflictGroup *group = &groups->items[i];

                conflict_describe(group, text);
                if (group->kind == CONFLICT_BLOCKING && !refused)
                        note(plan, "conflict", &conflicts, is_chosen(request, facts) ? PLAN_INFORMATION : PLAN_WARNING,
                             "%s holds file access back through fanotify. %s", text, advice(request, facts));
                if (group->kind == CONFLICT_SUSPICIOUS)
                        tell_suspicious(group, text, &suspicious, plan);
        }
        tell_listeners(groups, plan);
}

static bool is_running(const ConflictGroups *groups, const char *product)
{
        size_t i;

        for (i = 0; i < groups->n; i++)
                if (groups->items[i].product && text_equal(groups->items[i].product->name, product))
                        return true;
        return false;
}

static void tell_stopped(const Facts *facts, const ConflictGroups *groups, Plan *plan)
{
        const StoppedProducts *stopped = &facts->stopped_products;
        unsigned n = 0;
        size_t i;

        for (i = 0; i < stopped->n; i++) {
                const StoppedProduct *item = &stopped->items[i];

                if (!is_running(groups, item->name))
                        note(plan, "stopped-product", &n, item->enabled == TRI_NO ? PLAN_INFORMATION : PLAN_WARNING,
                             "%s is installed; its unit %s does not run (%s), and is %s. Once it does it may hold file "
                             "access "
                             "back: remove it if it is not needed, or keep the sensor in passive mode.",
                             item->name, item->unit, item->state,
                             item->enabled == TRI_YES ? "started with the machine" : "not started with the machine");
        }
}

static bool is_named(const char *names, const char *name)
{
        return *name && strcasestr(names, name);
}

static bool is_named_by_sensor(const char *names, const ConflictGroup *group)
{
        const char *slash = strrchr(group->holder->exe, '/');

        return is_named(names, group->holder->comm) || is_named(names, slash ? slash + 1 : "") ||
               is_named(names, group->product ? group->product->name : "") || is_named(names, group->holder->unit);
}

/* The sensor has a list of its own: what both see needs no more words. */
static void compare_with_sensor(const Facts *facts, const ConflictGroups *groups, Plan *plan)
{
        const SensorHealth *health = &facts->sensor.health;
        char text[CONFLICT_TEXT_MAX];
        bool ours = false;
        size_t i;

        if (health->answering != TRI_YES || facts->fanotify.known != TRI_YES)
                return;
        for (i = 0; i < groups->n; i++) {
                if (groups->items[i].kind != CONFLICT_BLOCKING)
                        continue;
                ours = true;
                if (is_named_by_sensor(health->conflicting, &groups->items[i]))
                        continue;
                conflict_describe(&groups->items[i], text);
                judge_note(plan, "sensor-conflicts", PLAN_INFORMATION,
                           "The sensor's own list of conflicting applications (%s) does not have %s.",
                           *health->conflicting ? health->conflicting : "empty", text);
                return;
        }
        if (*health->conflicting && !ours)
                judge_note(plan, "sensor-conflicts", PLAN_WARNING,
                           "The sensor names conflicting applications: %s. No process was seen that holds file access "
                           "back; 'mdatp health --details' may tell more.",
                           health->conflicting);
}

static void tell_gaps(const Facts *facts, Plan *plan)
{
        const FanotifyFacts *fanotify = &facts->fanotify;

        if (fanotify->known == TRI_UNKNOWN && facts->machine.systemd == TRI_YES)
                judge_note(plan, "fanotify-unknown", PLAN_INFORMATION,
                           "Not all processes could be looked at: whether another product holds file access back is "
                           "not known.");
        else if (fanotify->unreadable > 0 || fanotify->more > 0)
                judge_note(plan, "fanotify-unknown", PLAN_INFORMATION,
                           "Not everything was seen: %u processes could not be looked at, %u that use fanotify are not "
                           "named.",
                           fanotify->unreadable, fanotify->more);
}

void judge_conflict(const Request *request, const Facts *facts, Plan *plan)
{
        bool refused = conflict_exists(facts) && would_protect_actively(request, facts);
        ConflictGroups groups;

        if (facts->fanotify.known == TRI_NOT_ASKED)
                return;
        conflict_groups(facts, &groups);
        if (refused)
                refuse(request, facts, &groups, plan);
        tell_groups(request, facts, &groups, refused, plan);
        tell_stopped(facts, &groups, plan);
        compare_with_sensor(facts, &groups, plan);
        tell_gaps(facts, plan);
}
