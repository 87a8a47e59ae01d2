#include "tests/unit/scratch.h"

#include <fcntl.h>

#include "agent/sensor/sensor_diagnostics.h"

#define PLACE "/var/opt/microsoft/mdatp/wdavdiag"

static void must_refuse(const Scratch *s, const char *path, ErrorKind kind, const char *words)
{
        Error err = { 0 };
        int fd = -1;

        assert_int_equal(sensor_open_diagnostics(&s->host, path, &fd, &err), -1);
        assert_int_equal(fd, -1);
        if (err.kind != kind || !strstr(err.text, words))
                fail_msg("'%s' does not say '%s'", err.text, words);
}

static void an_archive_of_roots_in_the_sensors_folder_is_opened(void **state)
{
        _cleanup_close_ int fd = -1;
        Error err = { 0 };

        scratch_write(*state, PLACE "/a.zip", "PK");
        if (sensor_open_diagnostics(&((Scratch *)*state)->host, PLACE "/a.zip", &fd, &err) < 0)
                fail_msg("%s", err.text);
        assert_true(fd >= 0);
}

static void what_lies_elsewhere_is_not(void **state)
{
        scratch_write(*state, "/root/keys.zip", "secret");
        must_refuse(*state, "/root/keys.zip", ERROR_TRUST, "in no folder of the sensor's");
        must_refuse(*state, PLACE "/../../../../../../root/keys.zip", ERROR_TRUST, "in no folder of the sensor's");
        must_refuse(*state, PLACE "/none.zip", ERROR_MISSING, "not there");
}

static void what_is_no_file_of_roots_own_is_not(void **state)
{
        const Scratch *s = *state;
        _cleanup_free_ char *link = text_format("%s" PLACE "/link.zip", s->root),
                            *hard = text_format("%s" PLACE "/hard.zip", s->root),
                            *pipe = text_format("%s" PLACE "/pipe.zip", s->root),
                            *other = text_format("%s" PLACE "/other.zip", s->root),
                            *secret = text_format("%s/secret", s->root);

        scratch_write(s, "/secret", "secret");
        scratch_write(s, PLACE "/other.zip", "PK");
        assert_int_equal(symlink("/secret", link), 0);
        assert_int_equal(linkat(AT_FDCWD, secret, AT_FDCWD, hard, 0), 0);
        assert_int_equal(mkfifo(pipe, 0600), 0);
        assert_int_equal(chown(other, 12345, 0), 0);
        must_refuse(s, PLACE "/link.zip", ERROR_TRUST, "is a link");
        must_refuse(s, PLACE "/hard.zip", ERROR_TRUST, "no regular file");
        must_refuse(s, PLACE "/pipe.zip", ERROR_TRUST, "no regular file");
        must_refuse(s, PLACE "/other.zip", ERROR_TRUST, "belongs to user 12345");
}

static void a_folder_that_is_somebodys_link_is_not_entered(void **state)
{
        const Scratch *s = *state;
        _cleanup_free_ char *folder = text_format("%s/var/opt/microsoft/mdatp", s->root),
                            *link = text_format("%s/x", folder);

        scratch_write(s, "/root/keys.zip", "secret");
        scratch_folder(s, "/var/opt/microsoft/mdatp");
        assert_int_equal(chown(folder, 12345, 0), 0);
        assert_int_equal(symlink("/root", link), 0);
        must_refuse(s, "/var/opt/microsoft/mdatp/x/keys.zip", ERROR_TRUST, "mdatp/x is a link to /root");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(an_archive_of_roots_in_the_sensors_folder_is_opened),
                TEST(what_lies_elsewhere_is_not),
                TEST(what_is_no_file_of_roots_own_is_not),
                TEST(a_folder_that_is_somebodys_link_is_not_entered),
        };

        if (geteuid() != 0)
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
