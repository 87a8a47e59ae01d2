#include "handler/people/by_hand_tell.h"

#include <string.h>

#include "agent/commands/outcome_show.h"
#include "agent/commands/show.h"
#include "platform/base/text.h"

/* The table speaks to those who deploy the extension: what does a person do who has a file in their hand? */
static const struct {
        ReasonId reason;
        const char *remedy;
} remedies[] = {
        { REASON_SETTINGS_INVALID, "Correct that setting or option, and run the command again." },
        { REASON_ONBOARDING_MISSING, "Name the onboarding package: 'mde-linux onboard FILE', with --uri, or with "
                                     "--from-azure." },
        { REASON_ONBOARDING_DAMAGED, "Download the Linux onboarding package again from the Defender portal, and name "
                                     "that file, unchanged." },
        { REASON_ONBOARDING_IS_OFFBOARDING, "Name an onboarding package. To offboard this machine, run 'mde-linux "
                                            "offboard' with this file." },
        { REASON_ONBOARDING_SOURCE, "Download the Linux onboarding package from the Defender portal, and name that "
                                    "file, or correct the address." },
        { REASON_ONBOARDING_UNREACHABLE, "Let this machine reach the host named on port 443, or bring the package here "
                                         "and name the file." },
        { REASON_OFFBOARDING_MISSING, "Name an offboarding package of the tenant that the sensor is in." },
        { REASON_OFFBOARDING_DAMAGED, "Download the Linux offboarding package again from the Defender portal, and name "
                                      "that file, unchanged." },
        { REASON_TENANT_OTHER, "Run 'mde-linux offboard' with an offboarding package of the sensor's present tenant "
                               "first, if this machine is to change its tenant." },
        { REASON_SENSOR_TENANT_DIFFERS, "Run 'mde-linux offboard' with an offboarding package of that tenant, then "
                                        "'mde-linux onboard' again." },
        { REASON_SENSOR_FILES, "Start it if it is in use (systemctl enable --now mdatp), or remove the folder named; "
                               "then run the command again." },
        { REASON_INSTALL_FAILED, "See " BY_HAND_LOGS "/installer.log for all that the package manager said." },
        { REASON_INTERNAL, "Try again; when it stays, report it with what is in " BY_HAND_LOGS "." },
        { REASON_STOPPED, "Run the command again: it goes on from here." },
};

#define PLACE "in protectedSettings"

/* Caller frees; never NULL. */
static char *remedy_of(ReasonId reason)
{
        const char *remedy = reason_get(reason)->remedy, *place;
        size_t i;

        for (i = 0; i < ELEMENTSOF(remedies); i++)
                if (remedies[i].reason == reason)
                        return text_copy(remedies[i].remedy);
        place = strstr(remedy, PLACE);
        return place ? text_format("%.*sas FILE%s", (int)(place - remedy), remedy, place + strlen(PLACE))
                     : text_copy(remedy);
}

static int exit_code(int printed, ReasonId reason)
{
        return reason ? reason_get(reason)->azure_code : printed;
}

static bool is_json(const ByHand *hand)
{
        return command_line_option(hand->line, "json");
}

int by_hand_tell(const ByHand *hand, const Outcome *outcome)
{
        _cleanup_free_ char *remedy = outcome->failure.reason ? remedy_of(outcome->failure.reason) : NULL;
        Screen screen = screen_of(stdout);
        Json *document;

        if (is_json(hand)) {
                document = screen_document(hand->line->command->name, 1);
                outcome_put(document, outcome, remedy);
                return exit_code(screen_print_document(document), outcome->failure.reason);
        }
        outcome_show(&screen, outcome, remedy);
        return exit_code(screen_end(&screen), outcome->failure.reason);
}

static void add_members(Json *document, Json *plan)
{
        static const char *const names[] = { "steps", "notes", "settings" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(names); i++)
                json_object_object_add(document, names[i], json_object_get(json_member(plan, names[i])));
}

int by_hand_tell_plan(const ByHand *hand, const Request *request, const Plan *plan)
{
        _cleanup_json_ Json *json = NULL;
        _cleanup_free_ Outcome *outcome = NULL;
        _cleanup_free_ char *remedy = plan->refusal.reason ? remedy_of(plan->refusal.reason) : NULL;
        Screen screen = screen_of(stdout);
        Json *document;

        if (!is_json(hand)) {
                show_plan(&screen, request, plan);
                return exit_code(screen_end(&screen), plan->refusal.reason);
        }
        outcome = text_allocate(sizeof(Outcome));
        outcome->verdict = plan->refusal.reason ? VERDICT_REFUSED : VERDICT_WORKING;
        outcome->failure = plan->refusal;
        outcome_say(outcome, "Nothing was changed: this was a dry run.");
        document = screen_document(hand->line->command->name, 1);
        outcome_put(document, outcome, remedy);
        json = show_plan_json(request, plan, NULL, 0);
        add_members(document, json);
        return exit_code(screen_print_document(document), plan->refusal.reason);
}
