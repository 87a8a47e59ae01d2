/*
 * command: every command by name, the words it takes, who may run it and what is said of it: data only.
 *
 * --help, completions and the tests read it; who runs a command is main's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Exit codes of people's commands, beside those of a refusal or failure (reasons.h: 51 to 56). */
enum {
        COMMAND_DONE = 0,
        COMMAND_FAILED = 1,
        COMMAND_USAGE = 2,        /* nothing was looked at, nothing done */
        COMMAND_NOT_AS_ASKED = 3, /* it was looked at, and is not as it should be */
        COMMAND_UNKNOWN = 4,      /* it could not be seen */
};

typedef enum CommandCaller { CALLER_GUEST_AGENT, CALLER_UNIT, CALLER_PERSON } CommandCaller;

/* What completions offer for a value or a word. */
typedef enum CommandValue {
        VALUE_NONE,
        VALUE_FILE,
        VALUE_FOLDER,
        VALUE_REASON, /* id of a reason */
        VALUE_OTHER,
} CommandValue;

typedef struct CommandOption {
        const char *name; /* without "--"; NULL ends the list */
        CommandValue value;
        const char *value_name; /* "FILE"; NULL: it takes none */
        const char *help;
} CommandOption;

#define COMMAND_OPTIONS_MAX 12

typedef struct Command {
        const char *name;
        CommandCaller caller;
        bool anybody;      /* not only root: it tells itself what it cannot see */
        const char *words; /* "FILE", "[FILE]", "REASON..."; NULL: none */
        CommandValue word;
        int min_words, max_words;
        const char *help; /* one line, no full stop */
        CommandOption options[COMMAND_OPTIONS_MAX];
} Command;

/* In the order of --help; a row without name ends it. */
extern const Command command_table[];

bool command_has(const Command *command, const char *option);

const Command *command_find(const char *name); /* NULL: no such command */
