/* What a process that dies of a fault of its own still tells. */
#include "tests/unit/scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handler/crash.h"
#include "platform/json.h"

#define STATUS "/status/7.status"

static void prepare(const Scratch *s, Session *session)
{
        *session = (Session){ .host = s->host, .sequence = 7, .operation = "Enable" };
        scratch_folder(s, "/status");
        session->environment.status_folder = text_format("%s/status", s->root);
        session->host.root = NULL; /* the guest agent's folders are told whole */
}

#define NO_ROOM 0 /* for the stack: a SIGSEGV of its own kind */

static int fill_stack(volatile char *above)
{
        volatile char block[4096];

        if (*above == 0) /* never */
                return 0;
        block[0] = *above;
        block[sizeof(block) - 1] = (char)(fill_stack(block) + 1);
        return block[0] + block[sizeof(block) - 1];
}

static void have_fault(int number)
{
        volatile char first = 1;

        if (number == NO_ROOM)
                fill_stack(&first);
        raise(number);
}

/* In a process of its own, as it dies of it. */
static void die_by(const Session *session, int number, bool forgotten)
{
        const struct rlimit none = { 0, 0 };
        int status = 0;
        pid_t pid = fork();

        if (pid == 0) {
                setrlimit(RLIMIT_CORE, &none);
                crash_prepare(session);
                if (forgotten)
                        crash_forget();
                have_fault(number);
                _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), number == NO_ROOM ? SIGSEGV : number);
}

static void a_fault_leaves_a_terminal_error_with_its_own_words(void **state)
{
        static const int numbers[] = { SIGSEGV, SIGBUS, SIGABRT, NO_ROOM };
        size_t i;

        for (i = 0; i < ELEMENTSOF(numbers); i++) {
                _cleanup_free_ char *told = NULL;
                Session session;

                prepare(*state, &session);
                die_by(&session, numbers[i], false);
                told = scratch_read(*state, STATUS);
                if (!told || !strstr(told, "\"status\":\"error\"") || !strstr(told, "worker-died") ||
                    !strstr(told, "ended by a fault of its own, in operation Enable"))
                        fail_msg("signal %d: %s", numbers[i], told ? told : "nothing was written");
                free(session.environment.status_folder);
                scratch_write(*state, STATUS, "");
        }
}

static void what_was_told_to_the_end_is_not_written_over(void **state)
{
        _cleanup_free_ char *told = NULL;
        Session session;

        prepare(*state, &session);
        scratch_write(*state, STATUS, "ended well");
        die_by(&session, SIGSEGV, true);
        told = scratch_read(*state, STATUS);
        assert_string_equal(told, "ended well");
        free(session.environment.status_folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_fault_leaves_a_terminal_error_with_its_own_words, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_was_told_to_the_end_is_not_written_over, scratch_open,
                                                scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
