/* What a person mended by hand is told by the extension, unless it is asked for something else already. */
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#include "agent/history.h"
#include "agent/queue.h"
#include "handler/people/pass_on.h"

#define BASE "/ext/Name-1.0.0.1"
#define FILE_PATH BASE "/HandlerEnvironment.json"

static const char whole[] = "[{\"name\": \"Name\", \"handlerEnvironment\": {\"logFolder\": \"/log\", \"configFolder\": "
                            "\"" BASE "/config\", \"statusFolder\": \"" BASE "/status\"}}]";

static const Host *machine(Scratch *s, const char *environment, Verdict verdict)
{
        HistoryRecord record = { .verdict = verdict, .failure = { .reason = REASON_CONFLICT } };

        assert_int_equal(state_prepare(&s->host, NULL), 0);
        scratch_write(s, FILE_PATH, environment);
        assert_int_equal(history_write(&s->host, 3, &record, NULL), 0);
        assert_int_equal(queue_keep_last(&s->host, BASE, 3, NULL), 0);
        return &s->host;
}

static int queued(const Host *host)
{
        QueueEntry next;

        return queue_read_next(host, &next) ? next.sequence : -1;
}

static void what_ended_badly_is_asked_for_again(void **state)
{
        const Host *host = machine(*state, whole, VERDICT_REFUSED);

        pass_on(host);
        assert_int_equal(queued(host), 3);
}

static void what_ended_well_is_not(void **state)
{
        const Host *host = machine(*state, whole, VERDICT_SUCCEEDED);

        pass_on(host);
        assert_int_equal(queued(host), -1);
}

/* Plays an enable that comes while the first one's folder is looked at. */
static bool ask_when_read(const Scratch *s, int ready)
{
        _cleanup_free_ char *path = text_format("%s" FILE_PATH, s->root);
        const QueueEntry entry = { .base = BASE, .sequence = 4, .id = "enable" };
        char event[sizeof(struct inotify_event) + 256];
        int watch = inotify_init1(IN_CLOEXEC);

        if (inotify_add_watch(watch, path, IN_CLOSE_NOWRITE) < 0 || write(ready, "", 1) != 1 ||
            read(watch, event, sizeof(event)) <= 0 || queue_put_next(&s->host, &entry, NULL) < 0)
                return false;
        scratch_write(s, FILE_PATH, whole);
        return true;
}

static void a_request_that_comes_meanwhile_stays(void **state)
{
        const Host *host = machine(*state, "[{", VERDICT_REFUSED);
        int ready[2], status;
        char byte;
        pid_t pid;

        assert_int_equal(pipe(ready), 0);
        pid = fork();
        if (pid == 0)
                _exit(ask_when_read(*state, ready[1]) ? 0 : 1);
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        pass_on(host);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(queued(host), 4);
        close(ready[0]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_ended_badly_is_asked_for_again, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_ended_well_is_not, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_request_that_comes_meanwhile_stays, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
