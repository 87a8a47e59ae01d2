/*
 * The way of the extension: Azure, the guest agent, the extension's folder, its worker.
 */
#include "agent/doctor/diagnose.h"

#include "agent/answers/passed.h"
#include "agent/answers/remedy.h"
#include "agent/guest/places.h"
#include "platform/base/span.h"
#include "platform/base/text.h"

static bool is_azure(const Signs *signs)
{
        return signs->guest.vm || signs->guest.arc;
}

/* Whether it comes matters only where the sensor is not at work without it. */
static bool is_missing(const Signs *signs)
{
        return is_azure(signs) && signs->extension.there == TRI_NO && !signs_are_licensed(signs);
}

/* Where it is not known whether the extension is there, neither is whether this matters. */
static Finding unless_known(const Signs *signs, Tri fact)
{
        if (!is_azure(signs))
                return FINDING_NOT_ASKED;
        return fact == TRI_UNKNOWN ? FINDING_UNSEEN : fact == TRI_NOT_ASKED ? FINDING_NOT_ASKED : FINDING_NO;
}

Finding look_extensions_off(const Signs *signs, CauseFound *found)
{
        if (signs->guest.extensions_on != TRI_NO)
                return unless_known(signs, signs->guest.extensions_on);
        return cause_found(found, "%s says that Extensions.Enabled is n.", signs->guest.configuration);
}

Finding look_policy(const Signs *signs, CauseFound *found)
{
        if (signs->guest.allowed != TRI_NO)
                return unless_known(signs, signs->guest.allowed);
        if (signs->guest.policy_wrong)
                found->remedy = "Correct that file, or have whoever keeps it do so, and restart the guest "
                                "agent " GUEST_AGENT_UNITS ".";
        return cause_found(found, "%s", signs->guest.policy);
}

Finding look_guest_missing(const Signs *signs, CauseFound *found)
{
        if (!is_azure(signs) || signs->guest.installed != TRI_NO || signs_are_licensed(signs))
                return unless_known(signs, signs->guest.installed);
        return cause_found(found, "systemd knows none of the units %s.",
                           signs->guest.arc ? "extd, himdsd" : "walinuxagent, waagent");
}

static bool is_stopped(const Signs *signs)
{
        return is_azure(signs) && signs->guest.installed == TRI_YES && signs->guest.running == TRI_NO;
}

Finding look_guest_stopped(const Signs *signs, CauseFound *found)
{
        if (!is_stopped(signs) || !is_missing(signs))
                return unless_known(signs, signs->guest.running);
        return cause_found(found, "Its unit %s is %s.", signs->guest.unit, signs->guest.unit_state);
}

/* What has come before that goes on without it. */
Finding look_guest_down(const Signs *signs, CauseFound *found)
{
        if (!is_stopped(signs) || signs->extension.there != TRI_YES)
                return unless_known(signs, signs->guest.running);
        return cause_found(found, "Its unit %s is %s; the extension had come before.", signs->guest.unit,
                           signs->guest.unit_state);
}

Finding look_not_wanted(const Signs *signs, CauseFound *found)
{
        if (!is_missing(signs) || signs->guest.wanted != TRI_NO || signs_name_cloud_cause(signs))
                return unless_known(signs, is_missing(signs) ? signs->guest.wanted : signs->extension.there);
        return cause_found(found, "The newest goal state that the guest agent keeps does not name it, and there is no "
                                  "folder of it.");
}

/* What it says of the extension goes before what it says of Azure. */
static const char *find_trouble(const Signs *signs, const char **ret_who)
{
        *ret_who = signs->guest.log;
        if (*signs->guest.trouble)
                return signs->guest.trouble;
        if (*signs->extension.reported) {
                *ret_who = "report to Azure";
                return signs->extension.reported;
        }
        return signs->guest.goal_trouble;
}

static Finding look_trouble(const Signs *signs, bool of_this_kind, CauseFound *found)
{
        const char *who, *words = find_trouble(signs, &who);

        if (!of_this_kind)
                return FINDING_NOT_ASKED;
        if (!is_missing(signs) || signs->guest.wanted == TRI_NO || !*words)
                return unless_known(signs, signs->extension.there);
        return cause_found(found, "Its %s says: %s", who, words);
}

Finding look_guest_trouble(const Signs *signs, CauseFound *found)
{
        return look_trouble(signs, !signs->guest.arc, found);
}

/* With other addresses, and another service to start anew. */
Finding look_arc_trouble(const Signs *signs, CauseFound *found)
{
        return look_trouble(signs, signs->guest.arc, found);
}

Finding look_never_came(const Signs *signs, CauseFound *found)
{
        const GuestSigns *guest = &signs->guest;
        const char *who;

        if (!is_missing(signs) || guest->wanted == TRI_NO || guest->running == TRI_NO || guest->installed == TRI_NO ||
            *find_trouble(signs, &who) || signs_name_cloud_cause(signs))
                return unless_known(signs, signs->extension.there);
        return cause_found(found, "There is no folder of it, and %s%s.",
                           *guest->log ? "no complaint about it in " : "the guest agent's log could not be read",
                           guest->log);
}

/* ---- the extension itself --------------------------------------------------------------------------------------- */

static bool has_failed(const Signs *signs)
{
        return signs->extension.told == TRI_YES && text_equal(signs->extension.status, "error");
}

static Finding unless_seen(const Signs *signs)
{
        return signs->extension.there == TRI_UNKNOWN ? FINDING_UNSEEN : FINDING_NO;
}

Finding look_working(const Signs *signs, CauseFound *found)
{
        const ExtensionSigns *extension = &signs->extension;

        if (extension->working != TRI_YES || signs_are_licensed(signs))
                return extension->working == TRI_UNKNOWN ? FINDING_UNSEEN : FINDING_NO;
        return cause_found(found, "It runs (pid %d)%s%s.", (int)extension->worker, *extension->doing ? ": " : "",
                           extension->doing);
}

/* Where the last look was refused for it, something waits. */
static bool holds_up(const Signs *signs)
{
        return !signs_are_licensed(signs) || signs->extension.reason == REASON_HELD;
}

/* How long one is forgotten, it says nowhere else. */
static const char *words_of(const Signs *signs, char text[SIGNS_TEXT_MAX])
{
        const Hold *hold = &signs->facts.hold;
        _cleanup_free_ char *sentence = hold_sentence(hold), *end = hold_end_words(hold);
        char span[SPAN_MAX];

        snprintf(text, SIGNS_TEXT_MAX, "%s%s%s%s%s%s", sentence, hold->since_s > 0 ? " It was set " : "",
                 hold->since_s > 0 ? span_words(signs->facts.now_s - hold->since_s, span) : "",
                 hold->since_s > 0 ? " ago." : "", *end ? " " : "", end);
        return text;
}

Finding look_hold(const Signs *signs, CauseFound *found)
{
        char words[SIGNS_TEXT_MAX];

        if (signs->facts.hold.held != TRI_YES || !holds_up(signs))
                return FINDING_NO;
        return cause_reason(found, REASON_HELD, "%s", words_of(signs, words));
}

Finding look_held_but_well(const Signs *signs, CauseFound *found)
{
        char words[SIGNS_TEXT_MAX];

        if (signs->facts.hold.held != TRI_YES || holds_up(signs))
                return FINDING_NO;
        return cause_found(found, "%s", words_of(signs, words));
}

Finding look_waiting(const Signs *signs, CauseFound *found)
{
        if (signs->extension.waiting != TRI_YES || signs->extension.working == TRI_YES)
                return unless_seen(signs);
        return cause_found(found, "/var/lib/mde-linux/next is there, and no worker runs.");
}

Finding look_died(const Signs *signs, CauseFound *found)
{
        if (signs->extension.died != TRI_YES)
                return unless_seen(signs);
        return cause_reason(found, REASON_WORKER_DIED, "Sequence number %d was not ended, and no worker runs.",
                            signs->extension.sequence);
}

/* The daily look cannot be made either, so that nothing of what comes later is noticed. */
Finding look_unreadable(const Signs *signs, CauseFound *found)
{
        if (!signs->unreadable.reason)
                return unless_seen(signs);
        return cause_reason(found, signs->unreadable.reason, "%s", signs->unreadable.found);
}

Finding look_not_installed(const Signs *signs, CauseFound *found)
{
        const char *state = signs->extension.state;

        if (signs->extension.there != TRI_YES ||
            !(text_equal(state, "NotInstalled") || text_equal(state, "FailedUpgrade")))
                return unless_seen(signs);
        return cause_found(found, "The guest agent's state of %s is %s%s%s", signs->extension.folder, state,
                           *signs->extension.reported ? "; it says: " : ".", signs->extension.reported);
}

/* An enable that fails leaves the same state. */
Finding look_disabled(const Signs *signs, CauseFound *found)
{
        if (signs->extension.there != TRI_YES || !text_equal(signs->extension.state, "Installed") ||
            has_failed(signs) || signs_are_licensed(signs))
                return unless_seen(signs);
        return cause_found(found, "The guest agent's state of %s is Installed, not Enabled.", signs->extension.folder);
}

/* What stopped the last run is looked for by a cause of its own, and is not there any more. */
static bool is_gone(const Signs *signs, ReasonId reason)
{
        static const struct {
                ReasonId reason;
                CauseLook *look;
        } seen[] = {
                { REASON_HELD, look_hold },
                { REASON_CONFLICT, look_conflict },
                { REASON_DISTRIBUTION_UNSUPPORTED, look_distribution },
                { REASON_PACKAGE_MANAGER_LOCKED, look_locked },
                { REASON_PACKAGE_MANAGER_BROKEN, look_broken },
                { REASON_REPOSITORY_UNREACHABLE, look_package_server },
                { REASON_CLOCK_WRONG, look_clock },
                { REASON_MEMORY_LOW, look_fitness },
                { REASON_DISK_FULL, look_fitness },
                { REASON_MOUNT_UNUSABLE, look_fitness },
                { REASON_SERVICE_MASKED, look_unusable },
        };
        CauseFound found = { 0 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(seen); i++)
                if (seen[i].reason == reason)
                        return seen[i].look(signs, &found) == FINDING_NO;
        return passed_since(&signs->facts, tri(signs->asked != NULL), reason) == TRI_YES;
}

/* Caller frees. */
static char *name_run(const ExtensionSigns *extension)
{
        return extension->sequence < 0 ? text_copy("run by hand")
                                       : text_format("sequence number %d", extension->sequence);
}

Finding look_failed(const Signs *signs, CauseFound *found)
{
        const ExtensionSigns *extension = &signs->extension;
        _cleanup_free_ char *run = name_run(extension);

        if (*extension->trouble && extension->told == TRI_UNKNOWN)
                return FINDING_UNSEEN;
        if (!has_failed(signs) || is_gone(signs, extension->reason))
                return unless_seen(signs);
        if (extension->sequence < 0)
                found->remedy = remedy_by_hand(extension->reason);
        return cause_reason(found, extension->reason, /* NONE: in the cause's own words */
                            "The last run (%s) ended so: %s", run, extension->message);
}

Finding look_failed_then(const Signs *signs, CauseFound *found)
{
        const ExtensionSigns *extension = &signs->extension;
        _cleanup_free_ char *run = name_run(extension);

        if (!has_failed(signs) || !is_gone(signs, extension->reason))
                return unless_seen(signs);
        if (extension->sequence < 0)
                found->remedy = "Run the same command again.";
        return cause_found(found, "The last run (%s) ended with %s: %s", run, reason_get(extension->reason)->id,
                           extension->message);
}

Finding look_nothing_asked(const Signs *signs, CauseFound *found)
{
        if (is_azure(signs) || signs->extension.there == TRI_YES || signs->facts.sensor.files != TRI_NO)
                return FINDING_NO;
        return cause_found(found,
                           "There is no sensor, no extension, and no guest agent of Azure that could bring one.");
}
