#include "tests/unit/scratch.h"

#include "platform/fs.h"
#include "platform/safe_folder.h"

static void make_link(const Scratch *s, const char *target, const char *path)
{
        _cleanup_free_ char *full = text_format("%s%s", s->root, path);

        assert_int_equal(symlink(target, full), 0);
}

static void give(const Scratch *s, const char *path, uid_t uid, mode_t mode)
{
        _cleanup_free_ char *full = text_format("%s%s", s->root, path);

        assert_int_equal(chown(full, uid, 0), 0);
        assert_int_equal(chmod(full, mode), 0);
}

static void must_reach(const Scratch *s, const char *path, const char *real)
{
        SafeFolder folder = { .fd = -1 };
        Error err = { 0 };

        if (safe_folder_open(&s->host, path, &folder, &err) < 0)
                fail_msg("%s: %s", path, err.text);
        assert_true(folder.fd >= 0);
        assert_string_equal(folder.path, real);
        safe_folder_close(&folder);
        assert_int_equal(folder.fd, -1);
}

static void must_refuse(const Scratch *s, const char *path, const char *words)
{
        SafeFolder folder = { .fd = -1 };
        Error err = { 0 };

        assert_int_equal(safe_folder_open(&s->host, path, &folder, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        if (!strstr(err.text, words))
                fail_msg("'%s' does not say '%s'", err.text, words);
        assert_int_equal(folder.fd, -1);
        assert_null(folder.path);
}

static int open_as_root(void **state)
{
        scratch_open(state);
        scratch_folder(*state, "/a/b/c");
        scratch_folder(*state, "/d");
        return 0;
}

static void links_of_roots_lead_where_they_say(void **state)
{
        must_reach(*state, "/a/b/c", "/a/b/c");
        make_link(*state, "../..//a/b/", "/d/up");
        make_link(*state, "/d/up/c", "/a/twice");
        make_link(*state, "/", "/d/root");
        make_link(*state, "..", "/a/b/above");
        make_link(*state, "../../../../d", "/a/b/far");
        must_reach(*state, "/a/twice", "/a/b/c");
        must_reach(*state, "/d/up/c", "/a/b/c");
        must_reach(*state, "/d/root/a/b", "/a/b");
        must_reach(*state, "/a/b/above/b", "/a/b");
        must_reach(*state, "/a/b/far", "/d");
}

static void below_what_others_may_write_to_no_link_is_followed(void **state)
{
        make_link(*state, "/d", "/a/b/link");
        give(*state, "/a", 0, 0775);
        must_refuse(*state, "/a/b/link", "/a/b/link is a link to /d");
        must_reach(*state, "/a/b/c", "/a/b/c");
        give(*state, "/a", 0, 01777);
        must_refuse(*state, "/a/b/link", "others than root may have put it");
        give(*state, "/a", 12345, 0755);
        must_refuse(*state, "/a/b/link", "others than root may have put it");
        give(*state, "/a", 0, 0755);
        must_reach(*state, "/a/b/link", "/d");
        /* where a link of root's leads to, the same holds */
        make_link(*state, "/a", "/a/b/c/evil");
        make_link(*state, "/a/b/c", "/d/way");
        give(*state, "/a/b/c", 12345, 0755);
        must_refuse(*state, "/d/way/evil", "/a/b/c/evil is a link to /a");
}

static void what_leads_nowhere_or_round_is_told(void **state)
{
        SafeFolder folder = { .fd = -1 };

        make_link(*state, "round", "/d/round");
        must_refuse(*state, "/d/round", "/d/round is a link to round");
        make_link(*state, "b/../b", "/a/odd");
        must_refuse(*state, "/a/odd", "/a/odd is a link to b/../b");
        scratch_write(*state, "/d/file", "");
        must_refuse(*state, "/d/file/x", "/d/file is no folder");
        assert_int_equal(safe_folder_open(&((Scratch *)*state)->host, "/a/none/x", &folder, NULL), 0);
        assert_int_equal(folder.fd, -1);
        safe_folder_close(&folder);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_as_root, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(links_of_roots_lead_where_they_say),
                TEST(below_what_others_may_write_to_no_link_is_followed),
                TEST(what_leads_nowhere_or_round_is_told),
        };

        if (geteuid() != 0)
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
