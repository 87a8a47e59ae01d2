/*
 * offboard: the sensor leaves its tenant, by that tenant's offboarding package, and says so.
 */
#include "handler/people/commands.h"

#include "agent/onboarding/onboarding_content.h"
#include "agent/onboarding/onboarding_inspect.h"
#include "handler/people/by_hand.h"
#include "platform/base/text.h"

/* As whoever owns the tenant has to consent, its signature has to end in a root that is known, always. */
static int take_package(ByHand *hand, const Secret *bytes, Failure *failure)
{
        OnboardingPackage *package = &hand->settings.offboarding;
        Request *request = &hand->settings.request;
        Failure found = { 0 };

        if (onboarding_content_read_any(&hand->host, bytes->data, bytes->length, true, package, &found) < 0)
                return onboarding_fail_offboarding(&found, failure);
        if (package->kind != ONBOARDING_OFFBOARD)
                return failure_set(failure, REASON_OFFBOARDING_DAMAGED, "It is an onboarding package, of tenant %s",
                                   package->org_id);
        request->offboarding = package;
        request->offboard = true;
        return 0;
}

static int run(ByHand *hand)
{
        _cleanup_secret_ Secret bytes = { 0 };
        Failure failure = { 0 };
        Error err = { 0 };

        if (hand->configuration.unread.reason)
                return by_hand_refuse(hand, &hand->configuration.unread);
        if (onboarding_inspect_read(hand->line->words[0], &bytes, &err) < 0) {
                fprintf(stderr, "mde-linux offboard: %s\n", err.text);
                return COMMAND_USAGE;
        }
        if (settings_by_hand(json_object_new_object(), NULL, &hand->configuration, &hand->settings, &failure) < 0 ||
            take_package(hand, &bytes, &failure) < 0)
                return by_hand_refuse(hand, &failure);
        return by_hand_run(hand);
}

int command_offboard(const CommandLine *line)
{
        _cleanup_(by_hand_clear) ByHand hand = { .line = line, .operation = "Offboard" };
        int r = command_line_look(line, &hand.configuration, &hand.root, &hand.host);

        return r ? r : run(&hand);
}
