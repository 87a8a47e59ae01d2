#include "agent/answers/advice.h"

#include <stdio.h>
#include <string.h>

#include "agent/commands/command.h"
#include "platform/base/text.h"

#define OURS "mde-linux "
#define NAME_MAX_BYTES (ADVICE_OPTION_MAX - 16)
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+,:@=-"
#define ENDS_PATH " '\"(),;"

static const char *shown(const char *root)
{
        bool plain = strspn(root, PLAIN) == strlen(root) && strlen(root) <= NAME_MAX_BYTES;

        return plain && !text_starts_with(root, "/proc/self/") ? root : "DIR";
}

const char *advice_option(const char *root, char ret[ADVICE_OPTION_MAX])
{
        snprintf(ret, ADVICE_OPTION_MAX, "%s%.*s", root ? " --root " : "", NAME_MAX_BYTES, root ? shown(root) : "");
        return ret;
}

/* ---- commands of ours -------------------------------------------------------------------------------------------- */

/* The command that "mde-linux NAME" at this place names; NULL: none. */
static const Command *command_at(const char *text)
{
        _cleanup_free_ char *name = NULL;

        if (!text_starts_with(text, OURS))
                return NULL;
        text += strlen(OURS);
        name = text_copy_n(text, strspn(text, "abcdefghijklmnopqrstuvwxyz-"));
        return command_find(name);
}

/* It has to be done where the image runs. */
static bool needs_the_machine(const char *words)
{
        static const char *const others[] = { "systemctl ", "journalctl ", "guest agent", "'mdatp ",
                                              ": mdatp ",   "azcmagent ",  "waagent -" };
        const char *p;
        size_t i;

        for (i = 0; i < ELEMENTSOF(others); i++)
                if (strstr(words, others[i]))
                        return true;
        for (p = strstr(words, OURS); p; p = strstr(p + 1, OURS)) {
                const Command *command = command_at(p);

                if (command && !command_has(command, "root"))
                        return true;
        }
        return false;
}

/* ---- paths ------------------------------------------------------------------------------------------------------- */

/* Of the machine's own; not that of a program of ours which is called. */
static bool is_path_at(const char *text, const char *start)
{
        static const char *const tops[] = { "/etc/", "/var/", "/opt/", "/usr/", "/run/" };
        const char *end = text + strcspn(text, ENDS_PATH);
        size_t name = strlen(OURS) - 1, i;

        if (text > start && !strchr(" '\"(", text[-1]))
                return false;
        if ((size_t)(end - text) > name && command_at(end - name))
                return false;
        for (i = 0; i < ELEMENTSOF(tops); i++)
                if (text_starts_with(text, tops[i]))
                        return true;
        return false;
}

char *advice_text(const char *root, const char *text)
{
        _cleanup_(text_clear) Text ret = { 0 };
        char option[ADVICE_OPTION_MAX];
        const char *p = text;

        if (!root)
                return text_copy(text);
        advice_option(root, option);
        while (*p) {
                const Command *command = command_at(p);

                if (command && command_has(command, "root")) {
                        text_append(&ret, OURS "%s%s", command->name, option);
                        p += strlen(OURS) + strlen(command->name);
                        continue;
                }
                text_append(&ret, "%s%c", is_path_at(p, text) ? shown(root) : "", *p);
                p++;
        }
        return text_take(&ret);
}

char *advice_words(const char *root, const char *words)
{
        if (root && needs_the_machine(words))
                return text_format("On a machine that runs from this image: %s", words);
        return advice_text(root, words);
}

char *advice_note(const char *root, const char *text)
{
        const char *p = strstr(text, OURS);

        while (p && !command_at(p))
                p = strstr(p + 1, OURS);
        return p ? advice_text(root, text) : text_copy(text);
}
