/*
 * onboard: the mission by hand: what enable does, with a package that a person has or says where to get.
 */
#include "handler/people/commands.h"

#include <string.h>

#include "agent/onboarding/onboarding_content.h"
#include "agent/onboarding/onboarding_inspect.h"
#include "handler/people/by_hand.h"
#include "handler/people/settings_file.h"
#include "handler/setting_keys.h"
#include "handler/setting_uri.h"
#include "platform/base/text.h"
#include "platform/named_file.h"

#define NO_ADDRESS                                                                                                     \
        "this is no address that can be used: https://HOST[:PORT]/PATH of at most 2048 plain characters; right would " \
        "be https://example.com/onboarding.py"
#define ADDRESS_MAX (REQUEST_URI_MAX + 2) /* with the end of its line */

typedef struct Given {
        const char *file, *uri, *settings;
        bool from_azure;
} Given;

static bool is_address(const char *text)
{
        return strlen(text) <= REQUEST_URI_MAX && setting_uri_is(text);
}

static int refuse_uri(const CommandLine *line, const char *uri)
{
        _cleanup_free_ char *shown = uri ? text_escape(uri, 200) : NULL;

        if (!uri || text_equal(uri, "-"))
                return 0;
        /* everybody on the machine can see the words of a command */
        if (strpbrk(uri, "?@"))
                return command_line_refuse(line, "--uri: this address has a query or a login, which everybody on this "
                                                 "machine could read; use '--uri -' and give it on the standard input");
        if (!is_address(uri))
                return command_line_refuse(line, "--uri %s: " NO_ADDRESS, shown);
        return 0;
}

static int refuse_use(const CommandLine *line, const Given *given)
{
        const char *const inputs[] = { given->file, given->uri, given->settings };
        int r;

        if (given->file && given->uri)
                return command_line_refuse(line, "FILE and --uri name two packages: give one of them");
        if (given->file && given->from_azure)
                return command_line_refuse(line, "FILE and --from-azure name two packages: give one of them");
        if (!given->file && !given->uri && !given->from_azure && !given->settings)
                return command_line_refuse(line, "nothing says where the onboarding package is: give FILE, --uri, "
                                                 "--from-azure, or --settings");
        r = settings_file_refuse_twice(line, inputs, ELEMENTSOF(inputs), "FILE, --uri and --settings");
        return r ? r : refuse_uri(line, given->uri);
}

static int fail_reading(const CommandLine *line, const Error *err)
{
        fprintf(stderr, "mde-linux %s: %s\n", line->command->name, err->text);
        return COMMAND_USAGE;
}

static int make_public(const Given *given, Json **ret, Error *err)
{
        _cleanup_json_ Json *object = NULL;

        if (settings_file_read(given->settings, &object, err) < 0)
                return -1;
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
        bytes.data[length] = '\0';
        if (!is_address((const char *)bytes.data))
                return error_set(err, ERROR_INPUT, "--uri -: " NO_ADDRESS);
        *ret = json_object_new_object();
        json_object_object_add(*ret, SETTING_ONBOARDING_URI, json_object_new_string((const char *)bytes.data));
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

        if (hand->configuration.unread.reason)
                return by_hand_refuse(hand, &hand->configuration.unread);
        if ((given->file && onboarding_inspect_read(given->file, &bytes, &err) < 0) ||
            make_public(given, &object, &err) < 0 || read_secret_uri(given, &plain, &err) < 0)
                return fail_reading(hand->line, &err);
        if (settings_by_hand(TAKE_PTR(object), plain, &hand->configuration, &hand->settings, &failure) < 0)
                return failure.reason == REASON_SETTINGS_INVALID ? settings_file_refuse(hand->line, &failure)
                                                                 : by_hand_refuse(hand, &failure);
        if (given->file && take_package(hand, &bytes, &failure) < 0)
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
                r = command_line_look(line, &hand.configuration, &hand.root, &hand.host);
        return r ? r : run(&hand, &given);
}
