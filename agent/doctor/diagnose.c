#include "agent/doctor/diagnose.h"

#include <stdarg.h>
#include <string.h>

#include "agent/commands/command.h"
#include "agent/configuration.h"
#include "agent/doctor/cause_words.h"
#include "agent/guest/places.h"
#include "platform/base/text.h"

static const char *const group_names[_GROUP_MAX] = {
        [GROUP_CLOUD] = "cloud",     [GROUP_GUEST] = "guest agent", [GROUP_EXTENSION] = "extension",
        [GROUP_MACHINE] = "machine", [GROUP_OTHERS] = "others",     [GROUP_PACKAGES] = "packages",
        [GROUP_NETWORK] = "network", [GROUP_SENSOR] = "sensor",     [GROUP_TENANT] = "tenant",
};

const char *cause_group_name(CauseGroup group)
{
        return group_names[group];
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static bool is_told(const Diagnosis *diagnosis, const char *id)
{
        size_t i;

        for (i = 0; i < diagnosis->n; i++)
                if (text_equal(diagnosis->causes[i].id, id))
                        return true;
        return false;
}

/* Which of the units it is, is known here. */
static void tell_remedy(const Signs *signs, const char *words, char ret[CAUSE_REMEDY_MAX])
{
        static const struct {
                const char *any, *command;
        } units[] = { { GUEST_AGENT_UNITS, "systemctl restart" }, { GUEST_AGENT_START, "systemctl enable --now" } };
        const char *at;
        size_t i;

        snprintf(ret, CAUSE_REMEDY_MAX, "%s", words);
        for (i = 0; i < ELEMENTSOF(units) && *signs->guest.unit; i++) {
                at = strstr(words, units[i].any);
                if (at)
                        snprintf(ret, CAUSE_REMEDY_MAX, "%.*s(%s %s)%s", (int)(at - words), words, units[i].command,
                                 signs->guest.unit, at + strlen(units[i].any));
        }
}

static void add(const Signs *signs, const Cause *cause, const CauseFound *found, Diagnosis *ret)
{
        const Reason *reason = found->reason ? reason_get(found->reason) : NULL;
        const CauseWords *words = cause_words_find(cause->id);
        DiagnosisCause *place = &ret->causes[ret->n];
        const char *id = reason ? reason->id : cause->id;

        if (ret->n == DIAGNOSIS_MAX || is_told(ret, id))
                return;
        *place = (DiagnosisCause){
                .id = id, .what = reason ? reason->what : words->what, .group = cause->group, .known = cause->known
        };
        snprintf(place->why, sizeof(place->why), "%s", found->why);
        tell_remedy(signs, found->remedy ? found->remedy : reason ? reason->remedy : words->remedy, place->remedy);
        ret->n++;
        ret->n_faults += !cause->known;
}

/* A fault goes before what was not seen, and that before what was. */
static void mark(Finding *group, Finding finding)
{
        static const int weights[] = {
                [FINDING_NO] = 1, [FINDING_NOT_ASKED] = 0, [FINDING_UNSEEN] = 2, [FINDING_YES] = 3
        };

        if (weights[finding] > weights[*group])
                *group = finding;
}

static void look_at(const Signs *signs, const Cause *cause, Diagnosis *ret)
{
        CauseFound found = { 0 };
        Finding finding = cause->look(signs, &found);

        if (finding == FINDING_YES)
                add(signs, cause, &found, ret);
        if (!cause->fallback && !(cause->known && finding != FINDING_NO))
                mark(&ret->groups[cause->group], finding);
}

/* Somebody has tried to onboard this machine. */
static bool signs_have_attempt(const Signs *signs)
{
        return signs->facts.sensor.files == TRI_YES || signs->extension.there == TRI_YES ||
               signs->extension.fulfilled == TRI_YES;
}

/* What keeps an attempt from succeeding is more likely than what kept it away only where one was made. */
static void look_at_all(const Signs *signs, Diagnosis *ret)
{
        bool attempt = signs_have_attempt(signs), later;
        size_t i;
        int pass;

        for (pass = 0; pass < 4; pass++)
                for (i = 0; i < causes_n; i++) {
                        later = causes[i].of_attempt && !attempt;
                        if (pass == (causes[i].known      ? 3
                                     : causes[i].fallback ? 2
                                                          : later) &&
                            (!causes[i].fallback || ret->n_faults == 0))
                                look_at(signs, &causes[i], ret);
                }
}

/* ---- what is fine, what was not seen ------------------------------------------------------------------------------
 */

static void say(Diagnosis *ret, CauseGroup group, const char *format, ...) _printf_(3, 4);
static void say(Diagnosis *ret, CauseGroup group, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        if (ret->groups[group] == FINDING_NO)
                vsnprintf(ret->fine[group], sizeof(ret->fine[group]), format, ap);
        va_end(ap);
}

static void say_machine(const Signs *signs, Diagnosis *ret)
{
        const Distro *distro = &signs->facts.machine.distro;

        say(ret, GROUP_MACHINE, "%s on %s is supported and fit for the sensor",
            *distro->name ? distro->name : "this distribution", distro->architecture);
        say(ret, GROUP_OTHERS, "no other product blocks file access");
        if (signs->locks.held != TRI_YES && signs->facts.package.broken != TRI_YES)
                say(ret, GROUP_PACKAGES, "%s is whole, and nobody holds it",
                    package_manager_words(signs->facts.package.manager_id)->name);
}

static void say_sensor(const Signs *signs, Diagnosis *ret)
{
        const SensorHealth *health = &signs->facts.sensor.health;

        if (health->answering != TRI_YES)
                return;
        say(ret, GROUP_SENSOR, "version %s, enabled, active, %s", health->version,
            health->healthy == TRI_YES ? "healthy" : "answering");
        if (signs_are_licensed(signs))
                say(ret, GROUP_TENANT, "licensed in %s%s%s", health->org_id,
                    *health->machine_id ? ", EDR machine id " : "", health->machine_id);
}

static void say_network(const Signs *signs, Diagnosis *ret)
{
        const NetworkSigns *network = &signs->network;

        char hosts[40] = "the host asked was reached";

        if (network->asked != TRI_YES)
                return;
        if (network->n != 1)
                snprintf(hosts, sizeof(hosts), "all %zu hosts asked were reached", network->n);
        say(ret, GROUP_NETWORK, "%s%s%s%s%s", hosts, *network->geo ? " (geography " : "", network->geo,
            *network->geo ? ")" : "", network->has_clock == TRI_YES ? ", and the clock is right" : "");
}

static void say_extension(const Signs *signs, Diagnosis *ret)
{
        const ExtensionSigns *extension = &signs->extension;

        if (signs->guest.vm || signs->guest.arc)
                say(ret, GROUP_GUEST, "it runs%s%s", *signs->guest.unit ? " as " : "", signs->guest.unit);
        if (extension->there == TRI_YES && extension->told == TRI_YES)
                say(ret, GROUP_EXTENSION, "version %s, sequence number %d: %s", extension->version, extension->sequence,
                    extension->status);
        else if (extension->there == TRI_NO && signs_are_licensed(signs))
                say(ret, GROUP_EXTENSION, "there is none, and the sensor does without");
}

static void say_cloud(const Signs *signs, Diagnosis *ret)
{
        char text[SIGNS_TEXT_MAX];

        cloud_say(signs, text);
        say(ret, GROUP_CLOUD, "%s", text);
}

static void unseen(Diagnosis *ret, const char *how, const char *format, ...) _printf_(3, 4);
static void unseen(Diagnosis *ret, const char *how, const char *format, ...)
{
        va_list ap;

        if (ret->n_unseen == DIAGNOSIS_UNSEEN_MAX)
                return;
        snprintf(ret->unseen[ret->n_unseen].how, UNSEEN_HOW_MAX, "%.*s", UNSEEN_HOW_MAX - 1, how);
        va_start(ap, format);
        vsnprintf(ret->unseen[ret->n_unseen].what, sizeof(ret->unseen[0].what), format, ap);
        va_end(ap);
        ret->n_unseen++;
}

/* A run that met it as well, and is told: its id; NULL: none. */
static const char *who_tells(const Diagnosis *diagnosis, const char *trouble)
{
        size_t i;

        for (i = 0; i < diagnosis->n && *trouble; i++)
                if (strstr(diagnosis->causes[i].why, trouble))
                        return diagnosis->causes[i].id;
        return NULL;
}

static void tell_unseen(const Signs *signs, Diagnosis *ret)
{
        const NetworkSigns *network = &signs->network;
        char text[SIGNS_TEXT_MAX], as_root[UNSEEN_HOW_MAX], anew[CAUSE_REMEDY_MAX];
        bool hidden = !signs->root && situation_has_sensor(&signs->facts) && signs->facts.sensor.onboarded != TRI_NO;
        _cleanup_free_ char *trouble = cloud_trouble(signs);
        const char *how;

        snprintf(as_root, sizeof(as_root), "Run 'sudo %s doctor'.", signs->call ? signs->call : "mde-linux");
        if (!signs->live)
                unseen(ret, "Run this on the machine itself.",
                       "an image: its services, processes, locks, network, and what the sensor says of itself");
        else if (!signs->root)
                unseen(ret, as_root,
                       "not root: the extension and its guest agent, who blocks file access, the package manager's "
                       "state and locks, and whether this machine is fit");
        if (signs->site_hidden)
                unseen(ret, as_root,
                       "not root: what this site's configuration (" CONFIGURATION_FILE ") says of addresses and trust");
        if (signs->offline && signs->live)
                unseen(ret, "Run it without --offline.", "--offline: the network and the clock%s",
                       signs->guest.vm || signs->guest.arc ? ", and what Azure says" : "");
        else if (network->asked == TRI_NO)
                unseen(ret, "Mend that, then run it again.", "the network: %s", network->trouble);
        else if (network->asked == TRI_YES && !network->endpoints_known)
                unseen(ret, hidden ? as_root : "Run it again when the sensor has its onboarding file.",
                       "the sensor's own endpoints: %s tells which they are",
                       hidden ? "its onboarding file, which is root's," : "only an onboarding package");
        if (cloud_tell_unseen(signs, who_tells(ret, trouble), text, &how))
                unseen(ret, how, "%s", text);
        if (signs->live && signs->root && (signs->guest.vm || signs->guest.arc) && !*signs->guest.log)
                unseen(ret, "Look where the guest agent logs.", "the guest agent's log: it is not where it usually is");
        if (*signs->extension.trouble && signs->extension.told == TRI_UNKNOWN) {
                tell_remedy(signs, EXTENSION_STATUS_ANEW, anew);
                unseen(ret, anew, "what the extension told last: %s", signs->extension.trouble);
        }
        if (signs->root && signs->guest.allowed == TRI_UNKNOWN && *signs->guest.policy)
                unseen(ret, "Look in the guest agent's log for what it says of its policy.",
                       "the guest agent's policy: %s", signs->guest.policy);
        if (situation_has_sensor(&signs->facts) && signs->facts.sensor.active == TRI_UNKNOWN && signs->live)
                unseen(ret, "Look at 'systemctl status'.", "services: systemd did not say how they are");
        if (situation_has_sensor(&signs->facts) && signs->facts.sensor.health.answering != TRI_YES && signs->live)
                unseen(ret, "Have the sensor run, then run this again.",
                       "licence, tenant, mode and definitions: the sensor does not answer");
}

void diagnose(const Signs *signs, Diagnosis *ret)
{
        size_t i;

        memset(ret, 0, sizeof(*ret));
        for (i = 0; i < _GROUP_MAX; i++)
                ret->groups[i] = FINDING_NOT_ASKED;
        ret->onboarded = signs_are_licensed(signs);
        look_at_all(signs, ret);
        say_cloud(signs, ret);
        say_extension(signs, ret);
        say_machine(signs, ret);
        say_network(signs, ret);
        say_sensor(signs, ret);
        tell_unseen(signs, ret);
}

int diagnosis_exit_code(const Diagnosis *diagnosis)
{
        size_t i;

        if (diagnosis->n_faults > 0)
                return COMMAND_NOT_AS_ASKED;
        for (i = 0; i < _GROUP_MAX; i++)
                if (diagnosis->groups[i] == FINDING_UNSEEN && !diagnosis->onboarded)
                        return COMMAND_UNKNOWN;
        return COMMAND_DONE;
}
