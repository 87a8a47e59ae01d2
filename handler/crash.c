/*
 * Everything is made ready while memory can be trusted; the handler only opens, writes and renames, on a stack of its
 * own: where ours has no more room, that is the fault. The state is static because a signal handler can reach nothing
 * else.
 */
#include "handler/crash.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "handler/status.h"
#include "platform/base/text.h"

#define STACK_SIZE (64 * 1024)

static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS };

static struct {
        char *bytes;
        size_t length;
        char *temporary;
        char *path;
        volatile sig_atomic_t armed;
        char stack[STACK_SIZE];
} prepared;

static void on_crash(int number)
{
        if (prepared.armed) {
                int fd = open(prepared.temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

                prepared.armed = 0;
                if (fd >= 0 && write(fd, prepared.bytes, prepared.length) == (ssize_t)prepared.length)
                        rename(prepared.temporary, prepared.path);
        }
        /* SA_RESETHAND: now it ends as it would have */
        raise(number);
}

void crash_prepare(const Session *session)
{
        struct sigaction action = { .sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK };
        const stack_t stack = { .ss_sp = prepared.stack, .ss_size = sizeof(prepared.stack) };
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome)), *shown = text_allocate(sizeof(Outcome));
        size_t i;

        crash_forget();
        outcome->verdict = VERDICT_FAILED;
        failure_set(&outcome->failure, REASON_WORKER_DIED, "It was ended by a fault of its own, in operation %s.",
                    session->operation);
        prepared.bytes = status_format(session_show(session, outcome, shown), session->operation, (int64_t)time(NULL));
        prepared.length = strlen(prepared.bytes);
        prepared.path = status_path(&session->environment, session->sequence);
        prepared.temporary = text_format("%s.crash", prepared.path);
        prepared.armed = 1;
        sigaltstack(&stack, NULL);
        for (i = 0; i < ELEMENTSOF(signals); i++)
                sigaction(signals[i], &action, NULL);
}

void crash_forget(void)
{
        prepared.armed = 0;
        free(prepared.bytes);
        free(prepared.path);
        free(prepared.temporary);
        prepared.bytes = prepared.path = prepared.temporary = NULL;
}
