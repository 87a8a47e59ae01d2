#include "agent/commands/hold.h"

#include <stdio.h>
#include <string.h>

#include "agent/facts.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_init.h"

#define REASON_MAX 200 /* bytes: what a status can show whole */

static char *join(int n_words, char *words[])
{
        _cleanup_(text_clear) Text joined = { 0 };
        int i;

        for (i = 0; i < n_words && joined.length <= REASON_MAX; i++)
                text_append(&joined, "%s%.*s", i ? " " : "", REASON_MAX + 1, words[i]);
        return text_trim(text_take(&joined));
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
        return !text_is_utf8(reason, strlen(reason)) || has_control_characters(reason)
                       ? "it holds more than plain text on one line"
                       : NULL;
}

int command_hold(const CommandLine *line)
{
        _cleanup_free_ char *reason = join(line->n_words, line->words), *text = NULL;
        const char *unfit = why_unfit(reason);
        Error err = { 0 };
        Host host;

        if (unfit) {
                fprintf(stderr,
                        "mde-linux hold: this reason cannot be taken: %s (at most %d bytes). Say why, as in: "
                        "mde-linux hold maintenance until Friday, ask Kim\n",
                        unfit, REASON_MAX);
                return COMMAND_USAGE;
        }
        host_init(&host);
        text = text_format("%s\n", reason);
        if (fs_make_folder(&host, "/etc/mde-linux", 0755, &err) < 0 ||
            fs_write(&host, FACTS_HOLD_FILE, text, strlen(text), 0644, &err) < 0) {
                fprintf(stderr, "mde-linux hold: %s\n", err.text);
                return 1;
        }
        printf("Changes are on hold: %s\nThis machine is still looked at. They go on after 'mde-linux unhold'.\n",
               reason);
        return 0;
}

int command_unhold(const CommandLine *line)
{
        Error err = { 0 };
        Host host;

        host_init(&host);
        if (!facts_are_held(&host)) {
                printf("Changes were not on hold.\n");
                return 0;
        }
        if (fs_remove_durably(&host, FACTS_HOLD_FILE, &err) < 0) {
                fprintf(stderr, "mde-linux unhold: %s\n", err.text);
                return 1;
        }
        printf("Changes may go on; what waits is done at the next enable (restart the guest agent, or deploy again) or "
               "daily "
               "look.\n");
        return 0;
}
