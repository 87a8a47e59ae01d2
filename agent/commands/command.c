#include "agent/commands/command.h"

#include <string.h>

#define HELP                                                                                                           \
        {                                                                                                              \
                "help", VALUE_NONE, NULL, "print this"                                                                 \
        }
#define JSON                                                                                                           \
        {                                                                                                              \
                "json", VALUE_NONE, NULL, "print a JSON document"                                                      \
        }
#define ROOT                                                                                                           \
        {                                                                                                              \
                "root", VALUE_FOLDER, "DIR", "look at a machine's files in DIR; none is run"                           \
        }

#define IMAGE                                                                                                          \
        {                                                                                                              \
                "root", VALUE_FOLDER, "DIR", "change the image whose files are in DIR; none is run"                    \
        }

#define VERB(verb, words_of_help)                                                                                      \
        {                                                                                                              \
                .name = verb, .caller = CALLER_GUEST_AGENT, .help = words_of_help, .options = { HELP }                 \
        }
#define UNIT(verb, words_of_help)                                                                                      \
        {                                                                                                              \
                .name = verb, .caller = CALLER_UNIT, .help = words_of_help, .options = { HELP }                        \
        }

const Command command_table[] = {
        {
                .name = "check",
                .caller = CALLER_PERSON,
                .anybody = true,
                .help = "whether this machine is fit for the sensor, and what is so on it",
                .options = { { "all", VALUE_NONE, NULL, "print every fact that is looked at" }, ROOT, JSON, HELP },
        },
        {
                .name = "plan",
                .caller = CALLER_PERSON,
                .anybody = true,
                .help = "what enable would do and why; changes nothing",
                .options = { { "facts", VALUE_FILE, "FILE", "of another machine, as its 'check --json' told them" },
                             { "settings", VALUE_FILE, "FILE", "public settings, as a JSON object" },
                             ROOT,
                             JSON,
                             HELP },
        },
        {
                .name = "onboard",
                .caller = CALLER_PERSON,
                .words = "[FILE]",
                .word = VALUE_FILE,
                .max_words = 1,
                .help = "onboard this machine with the package in FILE",
                .options = { { "uri", VALUE_OTHER, "URL", "where the package is, https; -: given on standard input" },
                             { "from-azure", VALUE_NONE, NULL,
                               "the package comes from Azure, by this machine's identity" },
                             { "settings", VALUE_FILE, "FILE", "public settings, as a JSON object" },
                             { "dry-run", VALUE_NONE, NULL, "say what would be done; change nothing" },
                             JSON,
                             HELP },
        },
        {
                .name = "offboard",
                .caller = CALLER_PERSON,
                .words = "FILE",
                .word = VALUE_FILE,
                .min_words = 1,
                .max_words = 1,
                .help = "make the sensor leave its tenant, by the package in FILE",
                .options = { { "dry-run", VALUE_NONE, NULL, "say what would be done; change nothing" }, JSON, HELP },
        },
        {
                .name = "status",
                .caller = CALLER_PERSON,
                .anybody = true,
                .help = "whether this machine is onboarded as asked, and the last run",
                .options = { { "wait", VALUE_NONE, NULL, "first wait until no run is at work" },
                             { "timeout", VALUE_OTHER, "SECONDS", "how long to wait at most" },
                             JSON,
                             ROOT,
                             HELP },
        },
        {
                .name = "doctor",
                .caller = CALLER_PERSON,
                .anybody = true,
                .help = "why this machine is not onboarded, and what to do",
                .options = { { "offline", VALUE_NONE, NULL, "leave the network alone" }, JSON, ROOT, HELP },
        },
        {
                .name = "verify",
                .caller = CALLER_PERSON,
                .anybody = true,
                .words = "FILE",
                .word = VALUE_FILE,
                .min_words = 1,
                .max_words = 1,
                .help = "what an onboarding or offboarding package is, and if it is good",
                .options = { { "root", VALUE_FOLDER, "DIR", "as the site of the image in DIR trusts roots" },
                             JSON,
                             HELP },
        },
        {
                .name = "collect",
                .caller = CALLER_PERSON,
                .anybody = true,
                .help = "pack what support needs to know, without secrets, into a file",
                .options = { { "output", VALUE_FILE, "FILE", "there, not in this folder; FILE may be a folder" },
                             { "with-sensor-diagnostics", VALUE_NONE, NULL,
                               "the sensor's own archive as well, beside it" },
                             ROOT,
                             JSON,
                             HELP },
        },
        {
                .name = "test-alert",
                .caller = CALLER_PERSON,
                .help = "see whether the sensor finds a harmless test file",
                .options = { JSON, HELP },
        },
        {
                .name = "generalize",
                .caller = CALLER_PERSON,
                .help = "prepare this machine for an image that others are made from",
                .options = { { "dry-run", VALUE_NONE, NULL, "show what would be removed, change nothing" },
                             { "yes", VALUE_NONE, NULL, "also when this machine is a device of a tenant" },
                             IMAGE,
                             JSON,
                             HELP },
        },
        {
                .name = "hold",
                .caller = CALLER_PERSON,
                .words = "REASON...",
                .word = VALUE_OTHER,
                .min_words = 1,
                .max_words = 1000,
                .help = "change nothing on this machine until unhold; looking goes on",
                .options = { { "until", VALUE_OTHER, "TIME", "it ends then: 2026-12-01, 2026-12-01T08:00Z, +2h, +3d" },
                             IMAGE,
                             JSON,
                             HELP },
        },
        {
                .name = "unhold",
                .caller = CALLER_PERSON,
                .help = "changes may go on",
                .options = { IMAGE, JSON, HELP },
        },
        {
                .name = "explain",
                .caller = CALLER_PERSON,
                .anybody = true,
                .words = "[CODE|REASON]",
                .word = VALUE_REASON,
                .max_words = 1,
                .help = "what a reason, a code or a row of the status means",
                .options = { JSON, HELP },
        },
        VERB("install", "put the program in place"),
        VERB("enable", "make the machine as the settings ask"),
        VERB("update", "take over from another version"),
        VERB("disable", "stop working; the sensor stays"),
        VERB("uninstall", "remove what is ours; the sensor stays"),
        UNIT("worker", "do the work that was queued"),
        UNIT("conclude", "end what a worker left unfinished"),
        UNIT("recheck", "look whether all is still as asked"),
        { NULL },
};

const Command *command_find(const char *name)
{
        const Command *command;

        for (command = command_table; command->name; command++)
                if (strcmp(command->name, name) == 0)
                        return command;
        return NULL;
}

bool command_has(const Command *command, const char *option)
{
        size_t i;

        for (i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
                if (strcmp(command->options[i].name, option) == 0)
                        return true;
        return false;
}
