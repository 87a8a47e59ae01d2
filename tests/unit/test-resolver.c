#include "tests/unit/scratch.h"

#include "platform/resolver.h"

static void assert_words(const Scratch *scratch, const char *conf, const char *expected)
{
        _cleanup_free_ char *words = NULL;

        if (conf)
                scratch_write(scratch, "/etc/resolv.conf", conf);
        words = resolver_words(&scratch->host);
        assert_string_equal(words, expected);
}

static void servers_are_named_in_their_order(void **state)
{
        assert_words(*state,
                     "search corp.test\n# nameserver 1.1.1.1\nnameserver 10.0.0.2\nnameserver\t10.0.0.1  # old\n"
                     "options ndots:5\n",
                     "10.0.0.2, 10.0.0.1 of /etc/resolv.conf");
}

static void no_more_are_named_than_are_asked(void **state)
{
        assert_words(*state, "nameserver 10.0.0.1\nnameserver fe80::1%eth0\nnameserver 10.0.0.3\nnameserver 10.0.0.4",
                     "10.0.0.1, fe80::1%eth0, 10.0.0.3 of /etc/resolv.conf");
}

static void what_is_no_address_is_escaped(void **state)
{
        assert_words(*state, "nameserver a\x1b[2Jb\n", "a\\x1b[2Jb of /etc/resolv.conf");
}

static void without_a_server_this_machine_is_asked(void **state)
{
        assert_words(*state, NULL, "127.0.0.1, as there is no /etc/resolv.conf");
        assert_words(*state, "", "127.0.0.1, as /etc/resolv.conf names no server");
        assert_words(*state, "search corp.test\nnameserver\nnameservers 10.0.0.1\n",
                     "127.0.0.1, as /etc/resolv.conf names no server");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(servers_are_named_in_their_order, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(no_more_are_named_than_are_asked, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_is_no_address_is_escaped, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(without_a_server_this_machine_is_asked, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
