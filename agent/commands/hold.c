#include "agent/commands/hold.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agent/answers/advice.h"
#include "agent/commands/screen.h"
#include "agent/facts.h"
#include "agent/guest/extension_run.h"
#include "agent/guest/places.h"
#include "platform/base/text.h"
#include "platform/host_init.h"
#include "platform/json_add.h"

#define HOLD_FOLDER "/etc/mde-linux"
#define REASON_MAX 200 /* bytes: what a status can show whole */
#define YEAR_S ((int64_t)366 * 86400)

static char *join(int n_words, char *words[])
{
        _cleanup_(text_clear) Text joined = { 0 };
        int i;

        for (i = 0; i < n_words && joined.length <= REASON_MAX; i++)
                text_append(&joined, "%s%.*s", i ? " " : "", REASON_MAX + 1, words[i]);
        return text_trim(text_take(&joined));
}

/* "hold until 2026-12-01": it is not the words that end it. */
static bool names_an_end(const char *reason)
{
        int64_t until;

        return text_starts_with(reason, "until ") && hold_time(reason + strlen("until "), 0, &until);
}

static bool has_control_characters(const char *text)
{
        const unsigned char *p;

        for (p = (const unsigned char *)text; *p; p++)
                if (*p < 0x20 || *p == 0x7f)
                        return true;
        return false;
}

static const char *why_unfit(const char *reason)
{
        if (!*reason)
                return "it has no words";
        if (strlen(reason) > REASON_MAX)
                return "it is too long";
        if (names_an_end(reason))
                return "it is an end, which goes into --until, and no reason";
        return !text_is_utf8(reason, strlen(reason)) || has_control_characters(reason)
                       ? "it holds more than plain text on one line"
                       : NULL;
}

static int refuse_reason(const CommandLine *line, const char *unfit, const char *root)
{
        char option[ADVICE_OPTION_MAX];

        return command_line_refuse(line,
                                   "this reason cannot be taken: %s (at most %d bytes). Say why, as in: "
                                   "mde-linux hold%s maintenance, ask Kim",
                                   unfit, REASON_MAX, advice_option(root, option));
}

/* 0 without --until. */
static int take_until(const CommandLine *line, int64_t now_s, int64_t *ret)
{
        const char *given = command_line_option(line, "until");
        _cleanup_free_ char *shown = text_escape(given ? given : "", 80);
        int64_t until = 0;

        if (given && !hold_time(given, now_s, &until))
                return command_line_refuse(line,
                                           "--until %s is no time: right would be 2026-12-01, 2026-12-01T08:00Z "
                                           "(UTC), +2h, +3d",
                                           shown);
        if (given && until <= now_s)
                return command_line_refuse(line, "--until %s is over already", shown);
        if (given && until > now_s + HOLD_YEARS_MAX * YEAR_S)
                return command_line_refuse(line,
                                           "--until %s is more than %d years away; without --until a hold has "
                                           "no end",
                                           shown, HOLD_YEARS_MAX);
        *ret = until;
        return 0;
}

static int say_failed(const char *command, const char *root, const Error *err)
{
        _cleanup_free_ char *folder = advice_text(root, HOLD_FOLDER);

        fprintf(stderr, "mde-linux %s: %s: %s\n", command, folder, err->text);
        return COMMAND_FAILED;
}

static int write_hold(const Host *host, const char *root, const char *reason, int64_t until_s)
{
        char until[TEXT_TIME_MAX];
        _cleanup_free_ char *text = until_s ? text_format("%s\nuntil %s\n", reason, text_time(until_s, until))
                                            : text_format("%s\n", reason);
        Error err = { 0 };

        return hold_write(host, text, &err) < 0 ? say_failed("hold", root, &err) : COMMAND_DONE;
}

/* What stands in the file now. */
static int print_json(const Host *host)
{
        Json *document = screen_document("hold", 1);
        char until[TEXT_TIME_MAX];
        Hold hold;

        hold_read(host, (int64_t)time(NULL), &hold);
        json_add_flag(document, "held", hold.held == TRI_YES);
        if (*hold.reason)
                json_add_text(document, "reason", hold.reason);
        if (hold.until_s)
                json_add_text(document, "until", text_time(hold.until_s, until));
        return screen_print_document(document);
}

/* By the extension's daily look. */
static bool is_looked_at(const Host *host)
{
        ExtensionRecheck recheck;

        extension_recheck_look(host, &recheck);
        return recheck.present == TRI_YES;
}

static int say_held(const char *root, const char *reason, int64_t until_s, bool looked_at)
{
        const char *still = root ? "A machine that runs from this image is" : "This machine is still";
        Screen screen = screen_of(stdout);
        char until[TEXT_TIME_MAX], option[ADVICE_OPTION_MAX];

        advice_option(root, option);
        screen_say(&screen, SCREEN_PLAIN, 0, "Changes are on hold: %s", reason);
        if (until_s && !looked_at)
                screen_say(&screen, SCREEN_PLAIN, 0,
                           "They go on with the first run after %s, or after 'mde-linux unhold%s'.",
                           text_time(until_s, until), option);
        else if (until_s)
                screen_say(&screen, SCREEN_PLAIN, 0,
                           "%s looked at. They go on with the first look after %s (looks are daily), "
                           "or after 'mde-linux unhold%s'.",
                           still, text_time(until_s, until), option);
        else
                screen_say(&screen, SCREEN_PLAIN, 0, "%s%sThey go on after 'mde-linux unhold%s'.",
                           looked_at ? still : "", looked_at ? " looked at. " : "", option);
        return screen_end(&screen);
}

int command_hold(const CommandLine *line)
{
        _cleanup_free_ char *reason = join(line->n_words, line->words), *root = NULL;
        const char *unfit = why_unfit(reason);
        int64_t until = 0;
        int failed;
        Host host;

        host_init(&host);
        failed = command_line_root(line, &root, &host);
        if (!failed)
                failed = unfit ? refuse_reason(line, unfit, root) : take_until(line, (int64_t)time(NULL), &until);
        if (!failed)
                failed = write_hold(&host, root, reason, until);
        if (failed)
                return failed;
        return command_line_option(line, "json") ? print_json(&host)
                                                 : say_held(root, reason, until, is_looked_at(&host));
}

static void say_let_go(const char *root, bool was_held, bool looked_at)
{
        if (!was_held)
                printf("Changes were not on hold.\n");
        else if (root)
                printf("Changes may go on, on machines that run from this image: with the next enable%s.\n",
                       looked_at ? " or daily look" : ", or when 'mde-linux onboard' is run there");
        else
                printf("Changes may go on; what waits is done at the next enable%s. To have one now, restart the guest "
                       "agent " GUEST_AGENT_UNITS ", or deploy again.\n",
                       looked_at ? " or daily look" : ", or when you say so ('mde-linux onboard')");
}

int command_unhold(const CommandLine *line)
{
        _cleanup_free_ char *root = NULL;
        bool was_held = false;
        Error err = { 0 };
        int refused;
        Host host;

        host_init(&host);
        refused = command_line_root(line, &root, &host);
        if (refused)
                return refused;
        if (hold_remove(&host, &was_held, &err) < 0)
                return say_failed("unhold", root, &err);
        if (command_line_option(line, "json"))
                return print_json(&host);
        say_let_go(root, was_held, is_looked_at(&host));
        return screen_end_file(stdout);
}
