#include "tests/unit/scratch.h"

#include <sys/wait.h>

#include "agent/state.h"
#include "agent/queue.h"
#include "platform/fs.h"

#define ROUNDS 200

static int open_state(void **state)
{
        int r = scratch_open(state);

        scratch_folder(*state, STATE_FOLDER "/x");
        return r;
}

static QueueEntry entry(const char *id, int sequence)
{
        QueueEntry entry = { .sequence = sequence };

        snprintf(entry.base, sizeof(entry.base), "/ext");
        snprintf(entry.id, sizeof(entry.id), "%s", id);
        return entry;
}

static void put(const Host *host, const char *id, int sequence)
{
        QueueEntry one = entry(id, sequence);
        Error err;

        assert_int_equal(queue_put_next(host, &one, &err), 0);
}

static int next_sequence(const Host *host)
{
        QueueEntry next;

        return queue_read_next(host, &next) ? next.sequence : -1;
}

static void the_newest_request_is_taken(void **state)
{
        const Host *host = &((Scratch *)*state)->host;
        QueueEntry taken;
        bool any;
        Error err;

        put(host, "a", 3);
        put(host, "b", 1);
        assert_int_equal(queue_take(host, &any, &taken, &err), 0);
        assert_true(any);
        assert_int_equal(taken.sequence, 1);
        assert_false(queue_has_next(host));
        assert_true(queue_read_current(host, &taken));
        assert_int_equal(taken.pid, getpid());
        assert_int_equal(queue_take(host, &any, &taken, &err), 0);
        assert_false(any);
        assert_int_equal(queue_clear_current(host, &err), 0);
        assert_false(queue_read_current(host, &taken));
}

static void what_came_in_meanwhile_is_neither_replaced_nor_dropped(void **state)
{
        const Host *host = &((Scratch *)*state)->host;
        QueueEntry mine = entry("mine", 1);
        Error err;

        put(host, "seen", 0);
        assert_int_equal(queue_hand_over(host, &mine, "seen", &err), 0);
        assert_int_equal(next_sequence(host), 1);
        put(host, "newer", 2);
        assert_int_equal(queue_hand_over(host, &mine, "seen", &err), 0);
        assert_int_equal(queue_drop_seen(host, "seen", &err), 0);
        assert_int_equal(next_sequence(host), 2);
        assert_int_equal(queue_drop_seen(host, "newer", &err), 0);
        assert_false(queue_has_next(host));
}

static void other_settings_are_another_request(void **state)
{
        const Scratch *scratch = *state;
        QueueEntry before, after;
        Error err;

        scratch_write(scratch, "/ext/config/4.settings", "{\"a\": 1}");
        assert_int_equal(queue_make_entry(&scratch->host, "/ext", "/ext/config", 4, &before, &err), 0);
        assert_int_equal(queue_make_entry(&scratch->host, "/ext", "/ext/config", 4, &after, &err), 0);
        assert_true(queue_is_same(&before, &after));
        scratch_write(scratch, "/ext/config/4.settings", "{\"a\": 2}");
        assert_int_equal(queue_make_entry(&scratch->host, "/ext", "/ext/config", 4, &after, &err), 0);
        assert_false(queue_is_same(&before, &after));
}

static void a_torn_entry_is_dropped(void **state)
{
        const Scratch *scratch = *state;
        QueueEntry taken;
        bool any = true;

        scratch_write(scratch, STATE_FOLDER "/next", "{\"base\":\"/var/li");
        assert_int_equal(queue_take(&scratch->host, &any, &taken, NULL), 0);
        assert_false(any);
        assert_false(queue_has_next(&scratch->host));
}

static void the_request_that_ended_last_is_known(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s/var/lib/mde-linux/last", scratch->root);
        struct stat before, after;
        QueueEntry last;

        assert_false(queue_read_last(&scratch->host, &last));
        assert_int_equal(queue_keep_last(&scratch->host, "/lib/NAME-1.0", 3, NULL), 0);
        assert_true(queue_read_last(&scratch->host, &last));
        assert_string_equal(last.base, "/lib/NAME-1.0");
        assert_int_equal(last.sequence, 3);
        assert_int_equal(stat(path, &before), 0);
        assert_int_equal(queue_keep_last(&scratch->host, "/lib/NAME-1.0", 3, NULL), 0);
        assert_int_equal(stat(path, &after), 0);
        assert_int_equal(before.st_ino, after.st_ino);
        assert_int_equal(queue_keep_last(&scratch->host, "/lib/NAME-1.1", 3, NULL), 0);
        assert_true(queue_read_last(&scratch->host, &last));
        assert_string_equal(last.base, "/lib/NAME-1.1");
}

static void a_folder_name_that_does_not_fit_is_an_error(void **state)
{
        const Scratch *scratch = *state;
        QueueEntry one;
        char base[600];

        memset(base, 'a', sizeof(base));
        base[0] = '/';
        base[sizeof(base) - 1] = '\0';
        assert_int_equal(queue_make_entry(&scratch->host, base, "/ext/config", 0, &one, NULL), -1);
}

/* The putting process takes no lock but the queue's: whatever the order, its request is the last one standing. */
static void a_request_that_comes_while_one_is_taken_is_not_lost(void **state)
{
        const Host *host = &((Scratch *)*state)->host;
        int round;

        for (round = 1; round <= ROUNDS; round++) {
                QueueEntry taken = { 0 };
                bool any;
                Error err;
                pid_t child;
                int status;

                put(host, "old", 0);
                child = fork();
                assert_true(child >= 0);
                if (child == 0) {
                        QueueEntry one = entry("new", round);

                        _exit(queue_put_next(host, &one, &err) < 0);
                }
                usleep((useconds_t)(round % 20) * 50);
                assert_int_equal(queue_take(host, &any, &taken, &err), 0);
                assert_int_equal(waitpid(child, &status, 0), child);
                assert_int_equal(status, 0);
                assert_true(taken.sequence == round || next_sequence(host) == round);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(the_newest_request_is_taken, open_state, scratch_close),
                cmocka_unit_test_setup_teardown(what_came_in_meanwhile_is_neither_replaced_nor_dropped, open_state,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(other_settings_are_another_request, open_state, scratch_close),
                cmocka_unit_test_setup_teardown(a_torn_entry_is_dropped, open_state, scratch_close),
                cmocka_unit_test_setup_teardown(the_request_that_ended_last_is_known, open_state, scratch_close),
                cmocka_unit_test_setup_teardown(a_folder_name_that_does_not_fit_is_an_error, open_state, scratch_close),
                cmocka_unit_test_setup_teardown(a_request_that_comes_while_one_is_taken_is_not_lost, open_state,
                                                scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
