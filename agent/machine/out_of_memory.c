#include "agent/machine/out_of_memory.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

/* dpkg, apt, systemd, and shells that pass on how their child ended */
static bool speaks_of_a_kill(const char *found)
{
        static const char *const words[] = {
                "status 137", "signal 9",        "killed by signal", "exited unexpectedly",
                "Killed",     "result oom-kill", "result signal",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(words); i++)
                if (strstr(found, words[i]))
                        return true;
        return false;
}

void out_of_memory_judge(int64_t before, int64_t now, Failure *failure)
{
        _cleanup_free_ char *ended = NULL, *found = text_copy(failure->found), *all = NULL;
        ReasonId reason = failure->reason;

        if (before < 0 || now <= before)
                return;
        if (reason != REASON_INSTALL_FAILED && reason != REASON_PACKAGE_MANAGER_BROKEN &&
            reason != REASON_SERVICE_FAILED)
                return;
        ended = text_format("Processes ended by the kernel for lack of memory meanwhile: %lld",
                            (long long)(now - before));
        all = text_go_on(ended, found);
        failure_set(failure, speaks_of_a_kill(found) ? REASON_OUT_OF_MEMORY : reason, "%s", all);
}
