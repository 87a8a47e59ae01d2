/*
 * What rpm says is read line by line, and only lines with our mark are an answer: warnings and errors may stand before
 * and after them. "is not installed" is believed only when rpm could open its database.
 */
#include "platform/packages/rpm.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/locks.h"
#include "platform/process.h"

#define QUERY_MS 60000
#define SHOWN_MAX 180
#define MARK "state="

/* /var/lib/rpm is a link to /usr/lib/sysimage/rpm where that is the place. */
const char *const rpm_locks[] = { "/var/lib/rpm/.rpm.lock", "/usr/lib/sysimage/rpm/.rpm.lock", NULL };

static int query(const Host *host, const char *const argv[], ProcessResult *result, Error *err)
{
        const ProcessSpec spec = { .argv = argv, .deadline = deadline_in(QUERY_MS), .output_fd = -1 };

        return process_run(host, &spec, result, err);
}

/* The last line in which rpm complains; NULL: none. Caller frees. */
static char *find_complaint(const ProcessResult *result)
{
        const char *cursor = result->output, *end = cursor + result->output_length, *line, *found = NULL;
        size_t length, n = 0;

        while (text_next_line(&cursor, end, &line, &length)) {
                if (length < strlen("error:") || strncmp(line, "error:", strlen("error:")) != 0)
                        continue;
                found = line;
                n = length;
        }
        return found ? text_copy_n(found, n) : NULL;
}

/* Several versions are there when a transaction was cut off between the new one and the removal of the old one: the
 * last that was registered is the one that was wanted. */
static void read_state(const ProcessResult *result, PackageState *ret_state, char version[PACKAGE_VERSION_MAX])
{
        const char *cursor = result->output, *end = cursor + result->output_length, *line;
        long long newest = -1;
        size_t length, n = 0;

        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);
                char word[PACKAGE_VERSION_MAX] = "";
                long long installed = 0;

                if (!text_starts_with(copy, MARK) || sscanf(copy + strlen(MARK), "%63s %lld", word, &installed) != 2)
                        continue;
                n++;
                if (installed < newest)
                        continue;
                newest = installed;
                snprintf(version, PACKAGE_VERSION_MAX, "%s", word);
        }
        *ret_state = n == 0 ? PACKAGE_UNKNOWN : n == 1 ? PACKAGE_INSTALLED : PACKAGE_BROKEN;
}

int rpm_state(const Host *host, const char *package, PackageState *ret_state, char version[PACKAGE_VERSION_MAX],
              Error *err)
{
        const char *const argv[] = {
                "rpm", "-q", "--qf", MARK "%{VERSION}-%{RELEASE} %{INSTALLTIME}\\n", package, NULL
        };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *complaint = NULL, *shown = NULL;

        if (query(host, argv, &result, err) < 0)
                return -1;
        complaint = find_complaint(&result);
        if (result.exit_status != 0 && (complaint || result.exit_status != 1)) {
                shown = complaint ? text_escape(complaint, SHOWN_MAX) : process_last_line(result.output, SHOWN_MAX);
                return error_set(err, ERROR_COMMAND, "rpm -q ended with status %d: %s", result.exit_status, shown);
        }
        version[0] = '\0';
        *ret_state = PACKAGE_ABSENT;
        if (result.exit_status == 0)
                read_state(&result, ret_state, version);
        return 0;
}

Tri rpm_is_registered(const Host *host, const char *package)
{
        return TRI_UNKNOWN;
}

static bool is_at_work(const Host *host)
{
        LockHolder holder;
        bool held;

        return locks_look(host, rpm_locks, &held, &holder, NULL) == 0 && held;
}

bool rpm_is_broken(const Host *host, char sign[PACKAGE_SIGN_MAX])
{
        const char *const argv[] = { "rpm", "-q", "rpm", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *complaint = NULL, *shown = NULL;

        if (is_at_work(host) || query(host, argv, &result, NULL) < 0)
                return false;
        complaint = find_complaint(&result);
        if (!complaint || is_at_work(host))
                return false;
        shown = text_escape(complaint, SHOWN_MAX);
        snprintf(sign, PACKAGE_SIGN_MAX, "rpm says: %s", shown);
        return true;
}

int rpm_file_version(const Host *host, const char *file, char version[PACKAGE_VERSION_MAX], Error *err)
{
        const char *const argv[] = { "rpm", "-q", "--qf", MARK "%{VERSION}-%{RELEASE} 0\\n", "-p", "--", file, NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        PackageState state = PACKAGE_UNKNOWN;
        _cleanup_free_ char *line = NULL;

        if (query(host, argv, &result, err) < 0)
                return -1;
        if (result.exit_status == 0)
                read_state(&result, &state, version);
        if (state == PACKAGE_INSTALLED)
                return 0;
        line = process_last_line(result.output, SHOWN_MAX);
        return error_set(err, ERROR_INPUT, "%s is no package that rpm can read: %s", file, line);
}

int rpm_repair(RpmCommand *download, RpmCommand *install, const Host *host, const PackageRun *run, const char *package,
               PackageResult *ret, Error *err)
{
        char version[PACKAGE_VERSION_MAX] = "";
        const PackageWanted again = { .package = package, .version = version, .action = PACKAGE_REINSTALL };
        PackageState state = PACKAGE_UNKNOWN;

        *ret = (PackageResult){ .trouble = TROUBLE_NONE };
        if (rpm_state(host, package, &state, version, err) < 0)
                return -1;
        if (state != PACKAGE_INSTALLED && state != PACKAGE_BROKEN)
                return 0;
        if (download(host, run, &again, ret, err) < 0)
                return -1;
        return ret->trouble == TROUBLE_NONE ? install(host, run, &again, ret, err) : 0;
}
