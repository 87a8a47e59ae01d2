/*
 * Before the machine is looked at: what is half done then is the installer's, and looks like damage.
 */
#include "agent/steps/predecessor.h"

#include <stdlib.h>
#include <string.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/process_extension.h"

#define LOOK_MS 500
#define EXTENSION ".MDE.Linux"
#define INSTALLER "mde_installer" /* .sh, or .latest.sh */
#define LONGEST_S (2100 + 60)     /* after which its own handler ends it */
#define STATUS_MAX 65536

static bool is_installer(const ProcessExtension *process)
{
        return text_starts_with(process->program, INSTALLER) && text_ends_with(process->name, EXTENSION);
}

/* Its command line is anybody's to choose: only root's processes, of this pid namespace, can be what it says. */
static bool is_roots(const Host *host, pid_t pid)
{
        _cleanup_free_ char *path = text_format("/proc/%d/status", (int)pid), *text = NULL;
        unsigned real = 1, effective = 1, more;
        const char *at;
        size_t length;
        int number;

        if (fs_read(host, path, STATUS_MAX, &text, &length, NULL) < 0 || !text)
                return false;
        at = strstr(text, "\nUid:");
        if (!at || sscanf(at, "\nUid: %u %u", &real, &effective) != 2 || real != 0 || effective != 0)
                return false;
        at = strstr(text, "\nNSpid:"); /* kernels before 4.1 do not tell */
        return !at || sscanf(at, "\nNSpid: %d%*[ \t]%u", &number, &more) < 2;
}

/* The first that is at work. */
static bool find_installer(const Host *host, ProcessExtension *ret)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **name;

        if (fs_list(host, "/proc", &names, NULL) < 0)
                return false;
        for (name = names; *name; name++) {
                if ((*name)[strspn(*name, "0123456789")] != '\0' ||
                    !process_extension_read(host, (pid_t)strtol(*name, NULL, 10), ret) || !is_installer(ret) ||
                    !process_is_alive(host, ret->pid, ret->start_time) || !is_roots(host, ret->pid))
                        continue;
                if (ret->age_s <= LONGEST_S)
                        return true;
                log_info("%s of version %s, pid %d, has hung for %lld s: not waited for", ret->program, ret->version,
                         (int)ret->pid, (long long)ret->age_s);
        }
        return false;
}

static int fail(const Mission *mission, const ProcessExtension *process, int64_t waited_s, Failure *failure)
{
        if (mission_is_to_end(mission, failure, "while waiting for %s", process->program))
                return -1;
        return failure_set(failure, REASON_PACKAGE_MANAGER_LOCKED,
                           "%s, which version %s of this extension started (pid %d), is still at work; we waited "
                           "%lld s.",
                           process->program, process->version, (int)process->pid, (long long)waited_s);
}

static int wait_for(Mission *mission, const ProcessExtension *process, Failure *failure)
{
        int64_t since = deadline_now_ms(), waited_s = 0;

        while (process->age_s + waited_s <= LONGEST_S &&
               process_is_alive(mission->host, process->pid, process->start_time)) {
                mission_say(mission, "waiting %lld s for %s of extension version %s (pid %d), which is still at work",
                            (long long)waited_s, process->program, process->version, (int)process->pid);
                if (host_wait(mission->host, LOOK_MS, mission->deadline, NULL) < 0)
                        return fail(mission, process, waited_s, failure);
                waited_s = (deadline_now_ms() - since) / 1000;
        }
        return 0;
}

int predecessor_wait(Mission *mission, Failure *failure)
{
        int64_t since = deadline_now_ms();
        ProcessExtension process;

        while (find_installer(mission->host, &process)) {
                log_info("waiting for %s of version %s, pid %d", process.program, process.version, (int)process.pid);
                if (wait_for(mission, &process, failure) < 0)
                        return -1;
                outcome_row(mission->outcome, "predecessor", ROW_SUCCESS,
                            "waited %lld s for %s, which version %s of this extension had started",
                            (long long)(deadline_now_ms() - since) / 1000, process.program, process.version);
        }
        return 0;
}
