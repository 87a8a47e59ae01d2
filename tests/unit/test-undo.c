#include "tests/unit/scratch.h"

#include <unistd.h>

#include "agent/state.h"
#include "agent/undo.h"
#include "platform/fs.h"

#define LIST "/etc/apt/sources.list.d/x.list"
#define LISTS "/var/lib/apt/lists"

static char *read_text(const Scratch *s, const char *path)
{
        char *text = NULL;
        size_t length;

        assert_int_equal(fs_read(&s->host, path, 65536, &text, &length, NULL), 0);
        return text;
}

static void put(const Scratch *s, const char *path, const char *text)
{
        assert_int_equal(fs_write(&s->host, path, text, strlen(text), 0644, NULL), 0);
}

static struct stat look(const Scratch *s, const char *path)
{
        _cleanup_free_ char *full = text_format("%s%s", s->root, path);
        struct stat st;

        assert_int_equal(lstat(full, &st), 0);
        return st;
}

static void a_changed_file_comes_back_with_mode_and_time(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *full = text_format("%s" LIST, s->root), *text = NULL;
        struct stat before, after;

        scratch_write(s, LIST, "deb old\n");
        assert_int_equal(chmod(full, 0604), 0);
        before = look(s, LIST);
        assert_int_equal(undo_remember_file(&s->host, LIST, NULL), 0);
        put(s, LIST, "deb new\n");
        /* once more: what is remembered is the first state */
        assert_int_equal(undo_remember_file(&s->host, LIST, NULL), 0);
        put(s, LIST, "deb newer\n");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        text = read_text(s, LIST);
        assert_string_equal(text, "deb old\n");
        after = look(s, LIST);
        assert_int_equal(after.st_mode, before.st_mode);
        assert_int_equal(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
        assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
        assert_false(fs_exists(&s->host, STATE_FOLDER "/undo"));
}

static void fetched_files_go_alone_and_nothing_is_forgotten(void **state)
{
        Scratch *s = *state;
        UndoState undo;

        scratch_folder(s, LISTS);
        assert_int_equal(undo_remember_prefix(&s->host, LISTS, "ours_", NULL), 0);
        assert_int_equal(undo_remember_file(&s->host, LIST, NULL), 0);
        scratch_write(s, LISTS "/ours_InRelease", "");
        scratch_write(s, LISTS "/other_InRelease", "x");
        scratch_write(s, LIST, "deb new\n");
        assert_int_equal(undo_prefixes(&s->host, NULL), 0);
        assert_false(fs_exists(&s->host, LISTS "/ours_InRelease"));
        assert_true(fs_exists(&s->host, LISTS "/other_InRelease"));
        assert_true(fs_exists(&s->host, LIST));
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_true(undo.pending);
}

static void caches_of_a_source_go_whole_and_its_neighbours_stay(void **state)
{
        Scratch *s = *state;

        scratch_write(s, "/var/cache/zypp/raw/prod-fast/repodata/x", "theirs");
        assert_int_equal(undo_remember_trace(&s->host, "/var/cache/zypp/raw/prod", NULL), 0);
        assert_int_equal(undo_remember_prefix(&s->host, "/var/cache/dnf", "prod-", NULL), 0);
        scratch_write(s, "/var/cache/zypp/raw/prod/repodata/x", "ours");
        scratch_write(s, "/var/cache/dnf/prod-0123/repodata/x", "ours");
        assert_int_equal(undo_prefixes(&s->host, NULL), 0);
        assert_false(fs_exists(&s->host, "/var/cache/zypp/raw/prod"));
        assert_false(fs_exists(&s->host, "/var/cache/dnf/prod-0123"));
        scratch_write(s, "/var/cache/zypp/raw/prod/repodata/x", "again");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_false(fs_exists(&s->host, "/var/cache/zypp/raw/prod"));
        assert_true(fs_exists(&s->host, "/var/cache/zypp/raw/prod-fast/repodata/x"));
}

static void what_is_fetched_anew_goes_after_a_cut_and_stays_on_undo(void **state)
{
        Scratch *s = *state;
        unsigned i;

        for (i = 0; i < 2; i++) {
                scratch_write(s, LISTS "/ours_Packages", "theirs");
                scratch_write(s, LISTS "/other_Packages", "theirs");
                scratch_write(s, "/var/cache/zypp/raw/prod/x", "theirs");
                scratch_write(s, "/var/cache/zypp/raw/prod-fast/x", "theirs");
                assert_int_equal(undo_remember_fetched(&s->host, LISTS, "ours_", false, NULL), 0);
                assert_int_equal(undo_remember_fetched(&s->host, "/var/cache/zypp/raw", "prod", true, NULL), 0);
                if (i == 0)
                        assert_int_equal(undo_prefixes(&s->host, NULL), 0);
                assert_int_equal(undo_roll_back(&s->host, NULL), 0);
                assert_int_equal(fs_exists(&s->host, LISTS "/ours_Packages"), i == 1);
                assert_int_equal(fs_exists(&s->host, "/var/cache/zypp/raw/prod"), i == 1);
                assert_true(fs_exists(&s->host, LISTS "/other_Packages"));
                assert_true(fs_exists(&s->host, "/var/cache/zypp/raw/prod-fast/x"));
        }
}

static void a_key_is_no_matter_where_no_manager_keeps_keys(void **state)
{
        Scratch *s = *state;
        UndoState undo = { 0 };

        assert_int_equal(undo_remember_key(&s->host, "0123456789ABCDEF0123456789ABCDEF01234567", NULL), 0);
        assert_int_equal(undo_remember_key(&s->host, "0123456789ABCDEF0123456789ABCDEF01234567", NULL), 0);
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_true(undo.pending);
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_false(undo.pending);
}

static void what_was_to_become_a_cache_goes_and_names_of_others_stay(void **state)
{
        Scratch *s = *state;
        unsigned i;

        for (i = 0; i < 2; i++) {
                scratch_write(s, "/var/cache/zypp/raw/prod/x", "theirs");
                scratch_write(s, "/var/cache/zypp/raw/prod-slow0/x", "theirs");
                scratch_write(s, "/var/cache/zypp/raw/prodslow/x", "theirs");
                assert_int_equal(undo_remember_temporary(&s->host, "/var/cache/zypp/raw", "prod", NULL), 0);
                scratch_write(s, "/var/cache/zypp/raw/prodwpSi6D/x", "ours");
                assert_int_equal(i == 0 ? undo_prefixes(&s->host, NULL) : undo_roll_back(&s->host, NULL), 0);
                assert_false(fs_exists(&s->host, "/var/cache/zypp/raw/prodwpSi6D"));
                assert_true(fs_exists(&s->host, "/var/cache/zypp/raw/prod/x"));
                assert_true(fs_exists(&s->host, "/var/cache/zypp/raw/prod-slow0/x"));
                assert_true(fs_exists(&s->host, "/var/cache/zypp/raw/prodslow/x"));
        }
}

static void what_was_not_there_goes_again(void **state)
{
        Scratch *s = *state;

        scratch_folder(s, "/etc/apt/sources.list.d");
        scratch_write(s, LISTS "/other_host_dists_x", "theirs");
        assert_int_equal(undo_remember_file(&s->host, LIST, NULL), 0);
        put(s, LIST, "deb new\n");
        scratch_write(s, "/etc/apt/sources.list.d/.x.list" FS_TEMPORARY "abcdef", "torn");
        assert_int_equal(undo_remember_prefix(&s->host, LISTS, "ours_dists_", NULL), 0);
        scratch_write(s, LISTS "/ours_dists_x_InRelease", "ours");
        assert_int_equal(undo_remember_folder(&s->host, "/var/cache/mde-linux", NULL), 0);
        scratch_write(s, "/var/cache/mde-linux/archives/partial/a.deb", "bytes");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_false(fs_exists(&s->host, LIST));
        assert_false(fs_exists(&s->host, "/etc/apt/sources.list.d/.x.list" FS_TEMPORARY "abcdef"));
        assert_false(fs_exists(&s->host, LISTS "/ours_dists_x_InRelease"));
        assert_true(fs_exists(&s->host, LISTS "/other_host_dists_x"));
        assert_false(fs_exists(&s->host, "/var/cache/mde-linux"));
}

static void a_folder_that_was_there_stays(void **state)
{
        Scratch *s = *state;

        scratch_write(s, "/var/cache/mde-linux/theirs", "bytes");
        assert_int_equal(undo_remember_folder(&s->host, "/var/cache/mde-linux", NULL), 0);
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_true(fs_exists(&s->host, "/var/cache/mde-linux/theirs"));
}

static void after_the_commit_nothing_is_undone(void **state)
{
        Scratch *s = *state;
        UndoState undo = { 0 };

        scratch_folder(s, "/etc/apt/sources.list.d");
        assert_int_equal(undo_remember_file(&s->host, LIST, NULL), 0);
        put(s, LIST, "deb new\n");
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_true(undo.pending && !undo.transaction);
        assert_int_equal(undo_commit(&s->host, NULL), 0);
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_true(fs_exists(&s->host, LIST));
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_false(undo.pending);
}

static void a_transaction_is_remembered(void **state)
{
        Scratch *s = *state;
        const UndoState transaction = {
                .pid = 812,
                .start_time = 4711,
                .before = "101.1",
                .pinned = true,
                .source = { .id = "prod", .uri = "https://x.test/a", .file = "/etc/a.repo", .signed_index = true },
        };
        UndoState undo = { 0 };

        assert_int_equal(undo_remember_transaction(&s->host, &transaction, NULL), 0);
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_true(undo.pending && undo.transaction);
        assert_int_equal(undo.pid, 812);
        assert_int_equal(undo.start_time, 4711);
        assert_string_equal(undo.before, "101.1");
        assert_true(undo.pinned && undo.source.signed_index);
        assert_string_equal(undo.source.id, "prod");
        assert_string_equal(undo.source.uri, "https://x.test/a");
        assert_string_equal(undo.source.file, "/etc/a.repo");
        assert_string_equal(undo.source.index_keys, "");
}

static void a_transaction_that_is_tried_for_long_fits_into_the_journal(void **state)
{
        Scratch *s = *state;
        UndoState transaction = { .before = "101.1",
                                  .pinned = true,
                                  .source = { .id = "prod", .uri = "https://x.test/a", .file = "/etc/a.repo" } };
        _cleanup_free_ char *journal = NULL;
        UndoState undo = { 0 };

        for (transaction.pid = 1; transaction.pid <= 100; transaction.pid++) {
                transaction.start_time = (uint64_t)transaction.pid + 1000000;
                assert_int_equal(undo_remember_transaction(&s->host, &transaction, NULL), 0);
        }
        journal = scratch_read(s, STATE_FOLDER "/undo/journal");
        assert_true(strlen(journal) < 10000);
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_int_equal(undo.pid, 100);
        assert_int_equal(undo.start_time, 1000100);
        assert_string_equal(undo.source.id, "prod");
        transaction.pinned = false;
        assert_int_equal(undo_remember_transaction(&s->host, &transaction, NULL), 0);
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_false(undo.pinned);
        assert_string_equal(undo.before, "101.1");
}

/* As a version before this one wrote it. */
static void a_transaction_that_does_not_say_is_judged_by_pinned_keys(void **state)
{
        Scratch *s = *state;
        UndoState undo = { 0 };

        scratch_write(s, STATE_FOLDER "/undo/journal", "{\"kind\":\"transaction\",\"path\":\"\",\"pid\":812}\n");
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_true(undo.transaction && undo.pinned);
        assert_string_equal(undo.source.file, "");
        assert_int_equal(undo_remember_transaction(&s->host, &(UndoState){ .pid = 813 }, NULL), 0);
        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_false(undo.pinned);
}

static void what_somebody_else_has_written_since_stays(void **state)
{
        Scratch *s = *state;

        scratch_write(s, LIST, "deb old\n");
        assert_int_equal(undo_write(&s->host, LIST, "deb new\n", 8, 0644, NULL), 0);
        put(s, LIST, "deb theirs\n");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        _cleanup_free_ char *theirs = read_text(s, LIST);
        assert_string_equal(theirs, "deb theirs\n");
        /* ours is undone, and so is what was about to be written when the power went */
        assert_int_equal(undo_write(&s->host, LIST, "deb new\n", 8, 0644, NULL), 0);
        assert_int_equal(undo_write(&s->host, LIST, "deb newer\n", 10, 0644, NULL), 0);
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        _cleanup_free_ char *back = read_text(s, LIST);
        assert_string_equal(back, "deb theirs\n");
        assert_int_equal(undo_write(&s->host, LIST, "deb new\n", 8, 0644, NULL), 0);
        put(s, LIST, "deb theirs\n");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        _cleanup_free_ char *same = read_text(s, LIST);
        assert_string_equal(same, "deb theirs\n");
}

static void a_file_that_is_rewritten_keeps_owner_and_mode(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *full = text_format("%s" LIST, s->root);
        uid_t owner = geteuid() == 0 ? 4711 : geteuid();

        scratch_folder(s, "/etc/apt/sources.list.d");
        assert_int_equal(undo_rewrite(&s->host, LIST, "deb first\n", 10, 0644, 0, NULL), 0);
        assert_int_equal(look(s, LIST).st_mode & 07777, 0644);
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_false(fs_exists(&s->host, LIST));
        scratch_write(s, LIST, "deb https://name:secret@old\n"); /* 0600 */
        assert_int_equal(chown(full, owner, getegid()), 0);
        assert_int_equal(undo_rewrite(&s->host, LIST, "deb new\n", 8, 0644, 0, NULL), 0);
        assert_int_equal(look(s, LIST).st_mode & 07777, 0600);
        assert_int_equal(look(s, LIST).st_uid, owner);
        assert_int_equal(undo_rewrite(&s->host, LIST, "deb newer\n", 10, 0644, 0444, NULL), 0);
        assert_int_equal(look(s, LIST).st_mode & 07777, 0644);
        assert_int_equal(look(s, LIST).st_uid, owner);
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_int_equal(look(s, LIST).st_mode & 07777, 0600);
        assert_int_equal(look(s, LIST).st_uid, owner);
}

/* A power cut while a record was written: its change was not made. */
static void a_torn_last_record_is_passed_over(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *journal = NULL;

        scratch_folder(s, "/etc/apt/sources.list.d");
        assert_int_equal(undo_remember_file(&s->host, LIST, NULL), 0);
        put(s, LIST, "deb new\n");
        journal = read_text(s, STATE_FOLDER "/undo/journal");
        _cleanup_free_ char *torn = text_format("%s{\"kind\":\"file\",\"path\":\"/etc/pas", journal);
        scratch_write(s, STATE_FOLDER "/undo/journal", torn);
        scratch_write(s, "/etc/pas", "not ours");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_false(fs_exists(&s->host, LIST));
        assert_true(fs_exists(&s->host, "/etc/pas"));
}

/* A run may go on with the journal of one that was cut off. */
static void what_comes_behind_a_torn_record_counts(void **state)
{
        Scratch *s = *state;

        scratch_folder(s, "/etc/apt/sources.list.d");
        scratch_write(s, STATE_FOLDER "/undo/journal", "{\"kind\":\"file\",\"path\":\"/etc/pas");
        assert_int_equal(undo_remember_file(&s->host, LIST, NULL), 0);
        put(s, LIST, "deb new\n");
        assert_int_equal(undo_remember_transaction(&s->host, &(UndoState){ .pid = 812 }, NULL), 0);
        UndoState undo = { 0 };

        assert_int_equal(undo_state(&s->host, &undo, NULL), 0);
        assert_true(undo.transaction);
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_false(fs_exists(&s->host, LIST));
}

static void two_prefixes_of_one_folder_are_two_things(void **state)
{
        Scratch *s = *state;

        scratch_folder(s, LISTS);
        assert_int_equal(undo_remember_prefix(&s->host, LISTS, "first_dists_", NULL), 0);
        assert_int_equal(undo_remember_prefix(&s->host, LISTS, "second_dists_", NULL), 0);
        assert_int_equal(undo_remember_prefix(&s->host, LISTS, "second_dists_", NULL), 0);
        scratch_write(s, LISTS "/first_dists_x", "ours");
        scratch_write(s, LISTS "/second_dists_x", "ours");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_false(fs_exists(&s->host, LISTS "/first_dists_x"));
        assert_false(fs_exists(&s->host, LISTS "/second_dists_x"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_changed_file_comes_back_with_mode_and_time, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(fetched_files_go_alone_and_nothing_is_forgotten, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(caches_of_a_source_go_whole_and_its_neighbours_stay, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_key_is_no_matter_where_no_manager_keeps_keys, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_was_to_become_a_cache_goes_and_names_of_others_stay, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_was_not_there_goes_again, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_folder_that_was_there_stays, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(after_the_commit_nothing_is_undone, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_somebody_else_has_written_since_stays, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_file_that_is_rewritten_keeps_owner_and_mode, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_transaction_is_remembered, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_transaction_that_is_tried_for_long_fits_into_the_journal,
                                                scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_transaction_that_does_not_say_is_judged_by_pinned_keys, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_torn_last_record_is_passed_over, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_comes_behind_a_torn_record_counts, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_is_fetched_anew_goes_after_a_cut_and_stays_on_undo, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(two_prefixes_of_one_folder_are_two_things, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
