/*
 * installPath on a scratch machine: what the look says of it, what the step makes, what is left when it is undone.
 */
#include "tests/unit/scratch.h"

#include "agent/machine/install_path.h"
#include "agent/steps.h"
#include "agent/undo.h"
#include "platform/fs.h"

#define HOME "/data/microsoft_mdatp/opt/microsoft/mdatp"

static void must_fit(const Scratch *s, const char *path)
{
        InstallPath found;

        install_path_look(&s->host, path, &found);
        if (found.fits != TRI_YES)
                fail_msg("%s: %s", path, found.trouble);
}

static void must_not_fit(const Scratch *s, const char *path, const char *words)
{
        InstallPath found;

        install_path_look(&s->host, path, &found);
        assert_int_equal(found.fits, TRI_NO);
        if (!strstr(found.trouble, words))
                fail_msg("'%s' does not say '%s'", found.trouble, words);
}

static char *inside(const Scratch *s, const char *path)
{
        return text_format("%s%s", s->root, path);
}

static void no_path_is_not_looked_at(void **state)
{
        Scratch *s = *state;
        InstallPath found;

        install_path_look(&s->host, NULL, &found);
        assert_int_equal(found.fits, TRI_NOT_ASKED);
}

static void only_empty_places_fit(void **state)
{
        _cleanup_free_ char *link = inside(*state, SENSOR_HOME);

        must_fit(*state, "/data");
        must_fit(*state, "/data/");
        scratch_folder(*state, "/data");
        must_fit(*state, "/data");
        scratch_folder(*state, HOME);
        must_fit(*state, "/data");
        scratch_write(*state, HOME "/sbin/old", "");
        must_not_fit(*state, "/data", HOME " exists and is not empty");
        scratch_folder(*state, "/opt/microsoft");
        assert_int_equal(symlink("/other" HOME, link), 0);
        must_not_fit(*state, "/empty", "is a link to /other" HOME);
        must_fit(*state, "/other/data");
        assert_int_equal(unlink(link), 0);
        scratch_folder(*state, SENSOR_HOME);
        must_not_fit(*state, "/empty", SENSOR_HOME " exists");
}

static void both_ends_have_to_be_roots_alone(void **state)
{
        _cleanup_free_ char *data = inside(*state, "/data"), *opt = inside(*state, "/opt");

        scratch_folder(*state, "/data");
        scratch_folder(*state, "/opt");
        assert_int_equal(chown(data, 12345, 12345), 0);
        must_not_fit(*state, "/data/x", "/data belongs to user 12345");
        assert_int_equal(chmod(opt, 0777), 0);
        must_not_fit(*state, "/x", "/opt has mode 0777");
        assert_int_equal(rmdir(opt), 0);
        assert_int_equal(symlink("/x", opt), 0);
        must_not_fit(*state, "/x", "/opt is a link to /x");
}

static void the_platforms_temporary_disk_does_not_fit(void **state)
{
        scratch_write(*state, "/mnt/resource/DATALOSS_WARNING_README.txt", "");
        must_not_fit(*state, "/mnt/resource/x", "/mnt/resource is the platform's temporary disk");
        must_fit(*state, "/mnt/disk");
}

static void run_step(const Scratch *s, int expected, Failure *failure)
{
        static Outcome outcome;
        Request request = { .install_path = "/data/" };
        Mission mission = { .host = &s->host, .request = &request, .outcome = &outcome, .stage = "install-path" };

        assert_int_equal(step_install_path(&mission, failure), expected);
}

static void the_step_makes_folder_file_and_link_and_all_can_be_undone(void **state)
{
        _cleanup_free_ char *link = inside(*state, SENSOR_HOME), *file = NULL, *old = NULL;
        Scratch *s = *state;
        Failure failure = { 0 };
        char target[256] = "";
        int i;

        scratch_write(s, SENSOR_PATH_FILE, "{\"path\": \"/gone\"}");
        for (i = 0; i < 2; i++) { /* twice: it may be cut off and begun again */
                run_step(s, 0, &failure);
                assert_true(fs_is_folder(&s->host, HOME));
                assert_true(readlink(link, target, sizeof(target) - 1) > 0);
                assert_string_equal(target, HOME);
        }
        file = scratch_read(s, SENSOR_PATH_FILE);
        assert_string_equal(file, "{\"path\": \"/data/microsoft_mdatp\"}\n");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        old = scratch_read(s, SENSOR_PATH_FILE);
        assert_string_equal(old, "{\"path\": \"/gone\"}");
        assert_false(fs_exists(&s->host, "/data"));
        assert_false(fs_exists(&s->host, "/opt"));
        assert_true(fs_is_folder(&s->host, SENSOR_FOLDER));
}

static void what_others_put_there_meanwhile_survives_the_undoing(void **state)
{
        Scratch *s = *state;
        Failure failure = { 0 };

        run_step(s, 0, &failure);
        scratch_write(s, "/data/precious", "x");
        assert_int_equal(undo_roll_back(&s->host, NULL), 0);
        assert_true(fs_exists(&s->host, "/data/precious"));
        assert_false(fs_exists(&s->host, "/data/microsoft_mdatp"));
        assert_false(fs_exists(&s->host, "/etc"));
}

static void a_folder_that_became_a_link_since_the_look_stops_the_step(void **state)
{
        _cleanup_free_ char *data = inside(*state, "/data");
        Scratch *s = *state;
        Failure failure = { 0 };

        must_fit(s, "/data");
        scratch_folder(s, "/elsewhere");
        assert_int_equal(symlink("/elsewhere", data), 0);
        run_step(s, -1, &failure);
        assert_int_equal(failure.reason, REASON_INSTALL_PATH_SETUP);
        assert_non_null(strstr(failure.found, "/data is a link to /elsewhere"));
        assert_false(fs_exists(&s->host, "/elsewhere/microsoft_mdatp"));
        assert_false(fs_exists(&s->host, "/opt"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(no_path_is_not_looked_at),
                TEST(only_empty_places_fit),
                TEST(both_ends_have_to_be_roots_alone),
                TEST(the_platforms_temporary_disk_does_not_fit),
                TEST(the_step_makes_folder_file_and_link_and_all_can_be_undone),
                TEST(what_others_put_there_meanwhile_survives_the_undoing),
                TEST(a_folder_that_became_a_link_since_the_look_stops_the_step),
        };

        if (geteuid() != 0)
                return 77; /* everything has to be root's */
        return cmocka_run_group_tests(tests, NULL, NULL);
}
