#include "platform/packages/apt.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/locks.h"
#include "platform/process.h"

#define QUERY_MS 30000
#define SHOWN_MAX 200
#define MARK "state="
#define INFO "/var/lib/dpkg/info"

/* dpkg's three letters: wanted, state, "R" when it must be installed again. Triggers that wait do not make it broken.
 */
static PackageState state_of(const char *letters)
{
        if (letters[2] == 'R')
                return PACKAGE_BROKEN;
        switch (letters[1]) {
        case 'n':
                return PACKAGE_ABSENT;
        case 'c':
                return PACKAGE_CONFIG_FILES;
        case 'i':
        case 't':
        case 'W':
                return PACKAGE_INSTALLED;
        case 'U':
        case 'H':
        case 'F':
                return PACKAGE_BROKEN;
        default:
                return PACKAGE_UNKNOWN;
        }
}

/* The line that begins with our mark: dpkg may warn of other packages before it, on stderr. */
static void read_state(const ProcessResult *result, PackageState *ret_state, char version[64])
{
        const char *cursor = result->output, *end = cursor + result->output_length, *line;
        size_t length, mark = strlen(MARK);
        char word[64] = "";

        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);

                if (!text_starts_with(copy, MARK) || strlen(copy) < mark + 3)
                        continue;
                *ret_state = state_of(copy + mark);
                if (sscanf(copy + mark + 3, "%63s", word) == 1)
                        snprintf(version, 64, "%s", word);
                return;
        }
}

int dpkg_state(const Host *host, const char *package, PackageState *ret_state, char version[64], Error *err)
{
        const char *const argv[] = { "dpkg-query", "-W", ("-f=" MARK "${db:Status-Abbrev} ${Version}\n"), package,
                                     NULL };
        const ProcessSpec spec = { .argv = argv, .deadline = deadline_in(QUERY_MS), .output_fd = -1 };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *line = NULL;

        if (!host_is_live(host))
                return dpkg_state_of_image(host, package, ret_state, version, err);
        if (process_run(host, &spec, &result, err) < 0)
                return -1;
        if (result.exit_status > 1) {
                line = process_last_line(result.output, SHOWN_MAX);
                return error_set(err, ERROR_COMMAND, "dpkg-query ended with status %d: %s", result.exit_status, line);
        }
        version[0] = '\0';
        *ret_state = result.exit_status == 1 ? PACKAGE_ABSENT : PACKAGE_UNKNOWN;
        if (result.exit_status == 0)
                read_state(&result, ret_state, version);
        return 0;
}

/* A dpkg that runs has such files as well. */
static bool is_at_work(const Host *host)
{
        static const char *const locks[] = { "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", NULL };
        LockHolder holder;
        bool held;

        return locks_look(host, locks, &held, &holder, NULL) == 0 && held;
}

static bool has_updates(const Host *host)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **name;

        if (fs_list(host, "/var/lib/dpkg/updates", &names, NULL) < 0)
                return false;
        for (name = names; *name; name++)
                if (**name && (*name)[strspn(*name, "0123456789")] == '\0')
                        return true;
        return false;
}

bool dpkg_is_broken(const Host *host, char sign[PACKAGE_SIGN_MAX])
{
        /* again afterwards: it may have begun between the two looks */
        bool broken = !is_at_work(host) && has_updates(host) && !is_at_work(host);

        snprintf(sign, PACKAGE_SIGN_MAX, "%s", broken ? "files wait in /var/lib/dpkg/updates" : "");
        return broken;
}

/* Where dpkg does not know itself another one rules. */
Tri dpkg_is_registered(const Host *host, const char *package)
{
        _cleanup_free_ char *list = text_format(INFO "/%s.list", package);

        return fs_exists(host, INFO "/dpkg.list") ? tri(fs_exists(host, list)) : TRI_UNKNOWN;
}
