/* What is left of a run is put right by the next, whatever that one is about. */
#include "tests/unit/scratch.h"

#include "agent/recover.h"
#include "agent/state.h"
#include "agent/undo.h"
#include "platform/fs.h"

#define KEYS STATE_CACHE "/index-keys.asc"

static void recover(const Scratch *s)
{
        Error err = { 0 };

        if (recover_run(&s->host, NULL, STATE_FOLDER "/installer.log", NULL, &err) < 0)
                fail_msg("%s", err.text);
}

/* Killed right after the commit. */
static void a_cache_that_no_journal_tells_of_goes_too(void **state)
{
        Scratch *s = *state;

        scratch_write(s, KEYS, "keys");
        recover(s);
        assert_false(fs_exists(&s->host, STATE_CACHE));
        recover(s);
}

/* It failed, or was killed, before the package step. */
static void what_the_repository_step_put_into_the_cache_goes(void **state)
{
        Scratch *s = *state;

        assert_int_equal(undo_remember_folder(&s->host, STATE_CACHE, NULL), 0);
        scratch_write(s, KEYS, "keys");
        recover(s);
        assert_false(fs_exists(&s->host, STATE_CACHE));
        assert_false(fs_exists(&s->host, STATE_FOLDER "/undo"));
}

/* The folder was there already, so the journal does not tell of it. */
static void what_was_put_into_a_cache_that_was_there_goes_too(void **state)
{
        Scratch *s = *state;

        scratch_folder(s, STATE_CACHE);
        assert_int_equal(undo_remember_folder(&s->host, STATE_CACHE, NULL), 0);
        assert_int_equal(undo_remember_file(&s->host, "/etc/a.list", NULL), 0);
        scratch_write(s, KEYS, "keys");
        recover(s);
        assert_false(fs_exists(&s->host, STATE_CACHE));
}

/* The power went while the list of a source that was there already was fetched: it may be torn, and look whole. */
static void a_list_that_was_being_fetched_goes_after_a_cut_only(void **state)
{
        static const char list[] = "/var/lib/apt/lists/packages.example.test_Packages";
        const PackageRun run = { .deadline = deadline_in(1000) };
        Scratch *s = *state;
        PackageResult result;
        Error err = { 0 };

        scratch_write(s, list, "theirs");
        assert_int_equal(undo_remember_fetched(&s->host, "/var/lib/apt/lists", "packages.example.test_", false, NULL),
                         0);
        recover(s);
        assert_true(fs_exists(&s->host, list));
        assert_int_equal(undo_remember_fetched(&s->host, "/var/lib/apt/lists", "packages.example.test_", false, NULL),
                         0);
        if (recover_run(&s->host, &run, STATE_FOLDER "/installer.log", &result, &err) < 0)
                fail_msg("%s", err.text);
        assert_false(fs_exists(&s->host, list));
        assert_false(fs_exists(&s->host, STATE_FOLDER "/undo"));
}

static void boot(const Scratch *s, const char *id)
{
        scratch_write(s, "/proc/sys/kernel/random/boot_id", id);
}

/* Killed before the journal was forgotten: what it stands for is done, unless the power went as well. */
static void what_came_to_its_end_in_this_boot_is_not_done_again(void **state)
{
        const UndoState transaction = { .pid = 0 };
        Scratch *s = *state;
        Error err = { 0 };

        boot(s, "11111111-2222-3333-4444-555555555555\n");
        scratch_folder(s, "/etc/");
        assert_int_equal(undo_write(&s->host, "/etc/a.list", "ours", 4, 0644, NULL), 0);
        assert_int_equal(undo_remember_transaction(&s->host, &transaction, NULL), 0);
        assert_int_equal(undo_remember_end(&s->host, NULL), 0);
        boot(s, "66666666-2222-3333-4444-555555555555\n");
        assert_int_equal(recover_run(&s->host, NULL, STATE_FOLDER "/installer.log", NULL, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING); /* the package manager is wanted for it */
        boot(s, "11111111-2222-3333-4444-555555555555\n");
        recover(s);
        assert_true(fs_exists(&s->host, "/etc/a.list"));
        assert_false(fs_exists(&s->host, STATE_FOLDER "/undo"));
}

static void the_end_of_one_transaction_is_not_that_of_the_next(void **state)
{
        const UndoState transaction = { .pid = 0 };
        UndoState left = { 0 };
        Scratch *s = *state;

        boot(s, "11111111-2222-3333-4444-555555555555\n");
        assert_int_equal(undo_remember_transaction(&s->host, &transaction, NULL), 0);
        assert_int_equal(undo_remember_end(&s->host, NULL), 0);
        assert_int_equal(undo_remember_transaction(&s->host, &transaction, NULL), 0);
        assert_int_equal(undo_state(&s->host, &left, NULL), 0);
        assert_false(left.ended);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_cache_that_no_journal_tells_of_goes_too),
                TEST(what_the_repository_step_put_into_the_cache_goes),
                TEST(what_was_put_into_a_cache_that_was_there_goes_too),
                TEST(a_list_that_was_being_fetched_goes_after_a_cut_only),
                TEST(what_came_to_its_end_in_this_boot_is_not_done_again),
                TEST(the_end_of_one_transaction_is_not_that_of_the_next),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
