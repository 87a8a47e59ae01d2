/*
 * Which packages an interrupted dpkg left behind, from two questions to dpkg-query: the states of all, then what the
 * few that are not whole depend on. Alternatives and versions do not matter: a name that is depended on and itself
 * not whole is what holds the package up.
 */
#include "platform/packages/apt.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/process.h"

#define QUERY_MS 30000
#define PACKAGES_MAX 32
#define NAME_BYTES "abcdefghijklmnopqrstuvwxyz0123456789+-."
#define STATE_MARK "s="
#define NEEDS_MARK "n="

typedef struct Broken {
        char *names[PACKAGES_MAX];
        char *needs[PACKAGES_MAX]; /* its dependencies, as dpkg writes them */
        bool wanted[PACKAGES_MAX]; /* the package itself, or something it needs */
        size_t n;
        bool more;
} Broken;

static void broken_clear(Broken *broken)
{
        for (; broken->n > 0; broken->n--) {
                free(broken->names[broken->n - 1]);
                free(broken->needs[broken->n - 1]);
        }
}

static int query(const Host *host, const char *const argv[], ProcessResult *result, Error *err)
{
        const ProcessSpec spec = { .argv = argv, .deadline = deadline_in(QUERY_MS), .output_fd = -1 };
        _cleanup_free_ char *line = NULL;

        if (process_run(host, &spec, result, err) < 0)
                return -1;
        if (result->exit_status == 0 && !result->truncated)
                return 0;
        line = process_last_line(result->output, 200);
        return error_set(err, ERROR_COMMAND, "dpkg-query ended with status %d: %s", result->exit_status, line);
}

/* "iU name": wanted, state. */
static void take_state(const char *line, Broken *broken)
{
        const char *name = line + strcspn(line, " ");
        bool reinstall = name - line > 2 && line[2] == 'R';

        if (strlen(line) < 4 || (!strchr("UFH", line[1]) && !reinstall))
                return;
        name += strspn(name, " ");
        if (!*name || name[strspn(name, NAME_BYTES)])
                return;
        broken->more = broken->n == PACKAGES_MAX;
        if (!broken->more)
                broken->names[broken->n++] = text_copy(name);
}

static int read_states(const Host *host, Broken *broken, Error *err)
{
        const char *const argv[] = { "dpkg-query", "-W", "-f=" STATE_MARK "${db:Status-Abbrev} ${Package}\n", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const char *cursor, *line;
        size_t length;

        if (query(host, argv, &result, err) < 0)
                return -1;
        for (cursor = result.output;
             text_next_line(&cursor, result.output + result.output_length, &line, &length) && !broken->more;) {
                _cleanup_free_ char *copy = text_copy_n(line, length);

                if (text_starts_with(copy, STATE_MARK))
                        take_state(copy + strlen(STATE_MARK), broken);
        }
        return 0;
}

static void take_needs(char *line, Broken *broken)
{
        char *needs = line + strcspn(line, " ");
        size_t i;

        if (*needs)
                *needs++ = '\0';
        for (i = 0; i < broken->n; i++)
                if (!broken->needs[i] && text_equal(broken->names[i], line)) {
                        broken->needs[i] = text_copy(needs);
                        return;
                }
}

static int read_needs(const Host *host, Broken *broken, Error *err)
{
        const char *argv[PACKAGES_MAX + 8] = { "dpkg-query", "-W",
                                               "-f=" NEEDS_MARK "${Package} ${Pre-Depends}, ${Depends}\n", "--" };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const char *cursor, *line;
        size_t length, i;

        for (i = 0; i < broken->n; i++)
                argv[4 + i] = broken->names[i];
        if (query(host, argv, &result, err) < 0)
                return -1;
        for (cursor = result.output; text_next_line(&cursor, result.output + result.output_length, &line, &length);) {
                _cleanup_free_ char *copy = text_copy_n(line, length);

                if (text_starts_with(copy, NEEDS_MARK))
                        take_needs(copy + strlen(NEEDS_MARK), broken);
        }
        return 0;
}

static bool is_needed(const char *needs, const char *name)
{
        size_t length = strlen(name);
        const char *at;

        for (at = needs; at && *at; at += strcspn(at, ",|")) {
                at += strspn(at, ",| ");
                if (strspn(at, NAME_BYTES) == length && strncmp(at, name, length) == 0)
                        return true;
        }
        return false;
}

/* Marks what the marked ones need; false: nothing new. */
static bool mark_once(Broken *broken)
{
        bool marked = false;
        size_t i, j;

        for (i = 0; i < broken->n; i++)
                for (j = 0; broken->wanted[i] && j < broken->n; j++)
                        if (!broken->wanted[j] && is_needed(broken->needs[i], broken->names[j]))
                                marked = broken->wanted[j] = true;
        return marked;
}

int dpkg_broken_others(const Host *host, const char *package, char names[PACKAGE_NAMES_MAX], Error *err)
{
        _cleanup_(broken_clear) Broken broken = { 0 };
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        if (read_states(host, &broken, err) < 0 || (broken.n > 0 && read_needs(host, &broken, err) < 0))
                return -1;
        for (i = 0; i < broken.n; i++)
                broken.wanted[i] = text_equal(broken.names[i], package);
        while (mark_once(&broken))
                ;
        for (i = 0; i < broken.n && text.length + strlen(broken.names[i]) + 16 < PACKAGE_NAMES_MAX; i++)
                if (!broken.wanted[i])
                        text_append(&text, "%s%s", text.length > 0 ? ", " : "", broken.names[i]);
        if (i < broken.n || broken.more)
                text_append(&text, "%smore", text.length > 0 ? " and " : "");
        snprintf(names, PACKAGE_NAMES_MAX, "%s", text.data ? text.data : "");
        return 0;
}
