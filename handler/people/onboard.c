/*
 * onboard: the mission by hand: what enable does, with a package that a person has or says where to get.
 */
#include "handler/people/commands.h"

#include <string.h>

#include "agent/onboarding/onboarding_content.h"
#include "agent/onboarding/onboarding_inspect.h"
#include "handler/people/by_hand.h"
#include "handler/setting_keys.h"
#include "platform/base/text.h"
#include "platform/named_file.h"

#define ADDRESS_MAX (REQUEST_URI_MAX + 2) /* with the end of its line */

typedef struct Given {
        const char *file, *uri, *settings;
        bool from_azure;
} Given;

static int refuse_use(const CommandLine *line, const Given *given)
{
        if (given->file && given->uri)
                return command_line_refuse(line, "FILE and --uri name two packages: give one of them");
        if (given->file && given->from_azure)
                return command_line_refuse(line, "FILE and --from-azure name two packages: give one of them");
        if (!given->file && !given->uri && !given->from_azure && !given->settings)
                return command_line_refuse(line, "nothing says where the onboarding package is: give FILE, --uri, "
                                                 "--from-azure, or --settings");
        /* everybody on the machine can see the words of a command */
        if (given->uri && strpbrk(given->uri, "?@"))
                return command_line_refuse(line, "--uri: this address has a query or a login, which everybody on this "
                                                 "machine could read; use '--uri -' and give it on the standard input");
        return 0;
}

static int fail_reading(const CommandLine *line, const Error *err)
{
        fprintf(stderr, "mde-linux %s: %s\n", line->command->name, err->text);
        return COMMAND_USAGE;
}

static int make_public(const Given *given, Json **ret, Error *err)
{
        _cleanup_json_ Json *object = NULL;

        if (!given->settings)
                object = json_object_new_object();
        else if (named_file_read_json(given->settings, &object, err) < 0)
                return -1;
        if (!json_object_is_type(object, json_type_object))
                return error_set(err, ERROR_INPUT, "%s is of type %s, not an object of settings", given->settings,
                                 json_kind(object));
        if (given->uri && !text_equal(given->uri, "-"))
                json_object_object_add(object, SETTING_ONBOARDING_URI, json_object_new_string(given->uri));
        if (given->from_azure)
                json_object_object_add(object, "onboardingFromAzure", json_object_new_boolean(true));
        *ret = TAKE_PTR(object);
        return 0;
}

/* Of one line; as if it had come in protected settings. *ret NULL: it was not given so. */
static int read_secret_uri(const Given *given, Json **ret, Error *err)
{
        _cleanup_secret_ Secret bytes = { 0 };
        size_t length;

        if (!text_equal(given->uri, "-"))
                return 0;
        if (named_file_read("-", ADDRESS_MAX, "address", &bytes, err) < 0)
                return -1;
        length = strcspn((const char *)bytes.data, "\r\n");
        if (length == 0 || length > REQUEST_URI_MAX || length + 2 < bytes.length)
                return error_set(err, ERROR_INPUT, "the standard input does not hold one address on one line");
        *ret = json_object_new_object();
        json_object_object_add(*ret, SETTING_ONBOARDING_URI,
                               json_object_new_string_len((const char *)bytes.data, (int)length));
        return 0;
}

static int take_package(ByHand *hand, const Secret *bytes, Failure *failure)
{
        Settings *settings = &hand->settings;
        Request *request = &settings->request;

        if (onboarding_content_read(&hand->host, bytes->data, bytes->length, request->verify_strict,
                                    &settings->onboarding, failure) < 0)
                return -1;
        request->onboarding = &settings->onboarding;
        request->onboarding_failure = (Failure){ 0 };
        return 0;
}

static int run(ByHand *hand, const Given *given)
{
        _cleanup_json_ Json *object = NULL;
        _cleanup_json_wipe_ Json *plain = NULL;
        _cleanup_secret_ Secret bytes = { 0 };
        Failure failure = { 0 };
        Error err = { 0 };

        if ((given->file && onboarding_inspect_read(given->file, &bytes, &err) < 0) ||
            make_public(given, &object, &err) < 0 || read_secret_uri(given, &plain, &err) < 0)
                return fail_reading(hand->line, &err);
        if (settings_by_hand(TAKE_PTR(object), plain, &hand->configuration, &hand->settings, &failure) < 0 ||
            (given->file && take_package(hand, &bytes, &failure) < 0))
                return by_hand_refuse(hand, &failure);
        return by_hand_run(hand);
}

int command_onboard(const CommandLine *line)
{
        _cleanup_(by_hand_clear) ByHand hand = { .line = line, .operation = "Onboard" };
        const Given given = { .file = line->n_words > 0 ? line->words[0] : NULL,
                              .uri = command_line_option(line, "uri"),
                              .settings = command_line_option(line, "settings"),
                              .from_azure = command_line_option(line, "from-azure") };
        int r = refuse_use(line, &given);

        if (r == 0)
                r = command_line_host(line, &hand.configuration, &hand.root, &hand.host);
        return r ? r : run(&hand, &given);
}
