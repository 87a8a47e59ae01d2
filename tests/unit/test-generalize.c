#include "tests/unit/scratch.h"

#include "agent/machine/generalize.h"
#include "platform/fs.h"

static const char *const gone[] = {
        "/etc/opt/microsoft/mdatp/mdatp_onboard.json",
        "/etc/opt/microsoft/mdatp/mdatp_offboard.json",
        "/etc/opt/microsoft/mdatp/wdavstate",
        "/etc/opt/microsoft/mdatp/wdavcfg",
        "/etc/opt/microsoft/mdatp/something-new",
        "/var/opt/microsoft/mdatp/state.db",
        "/var/opt/microsoft/mdatp/quarantine/a/b",
        "/var/log/microsoft/mdatp/install.log",
        "/var/lib/mde-linux/history/0.json",
        "/var/lib/mde-linux/azure.json",
        "/var/cache/mde-linux/a.deb",
        "/var/log/azure/Microsoft.Azure.AzureDefenderForServers.MDE.Linux/MdeExtensionHandlerLog.log",
        "/var/lib/GuestConfig/extension_logs/Microsoft.Azure.AzureDefenderForServers.MDE.Linux-1.0/x.log",
};
static const char *const stays[] = {
        "/etc/opt/microsoft/mdatp/managed/mdatp_managed.json",
        "/etc/opt/microsoft/mdatp/mde_path.json",
        "/etc/opt/microsoft/other/file",
        "/var/opt/microsoft/mdatp/definitions.noindex/1/data",
        "/var/lib/mde-linux/lock",
        "/var/lib/mde-linux/next", /* a request that came meanwhile */
        "/var/lib/waagent/Microsoft.Azure.AzureDefenderForServers.MDE.Linux-1.0.0.1/config/0.settings",
        "/var/log/azure/Microsoft.Azure.Other/x.log",
        "/etc/mde-linux/mde-linux.conf",
        "/etc/apt/sources.list.d/microsoft-prod.list",
        "/opt/microsoft/mdatp/sbin/wdavdaemon",
        "/outside",
};

static void fill(const Scratch *scratch)
{
        _cleanup_free_ char *link = text_format("%s/var/log/microsoft/mdatp/link", scratch->root),
                            *target = text_format("%s/outside", scratch->root);
        size_t i;

        for (i = 0; i < ELEMENTSOF(gone); i++)
                scratch_write(scratch, gone[i], "x");
        for (i = 0; i < ELEMENTSOF(stays); i++)
                scratch_write(scratch, stays[i], "x");
        assert_int_equal(symlink(target, link), 0);
}

static void what_makes_copies_one_device_goes_and_the_rest_stays(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_(generalize_list_clear) GeneralizeList list = { 0 }, after = { 0 };
        Error err = { 0 };
        size_t i;

        fill(scratch);
        assert_int_equal(generalize_look(&scratch->host, &list, &err), 0);
        assert_true(list.n > 10);
        for (i = 0; i < ELEMENTSOF(gone); i++)
                assert_true(fs_exists(&scratch->host, gone[i]));
        assert_int_equal(generalize_remove(&scratch->host, &list, &err), 0);
        for (i = 0; i < ELEMENTSOF(gone); i++)
                if (fs_exists(&scratch->host, gone[i]))
                        fail_msg("%s is there", gone[i]);
        for (i = 0; i < ELEMENTSOF(stays); i++)
                if (!fs_exists(&scratch->host, stays[i]))
                        fail_msg("%s is gone", stays[i]);
        assert_int_equal(generalize_look(&scratch->host, &after, &err), 0);
        assert_int_equal(after.n, 0);
        assert_int_equal(generalize_remove(&scratch->host, &list, &err), 0);
}

static void what_is_most_important_is_listed_first_and_once(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_(generalize_list_clear) GeneralizeList list = { 0 };
        Error err = { 0 };
        size_t i, j;

        fill(scratch);
        assert_int_equal(generalize_look(&scratch->host, &list, &err), 0);
        assert_string_equal(list.items[0].path, "/etc/opt/microsoft/mdatp/mdatp_onboard.json");
        for (i = 0; i < list.n; i++)
                for (j = 0; j < i; j++)
                        assert_string_not_equal(list.items[i].path, list.items[j].path);
}

static void nothing_there_is_nothing_to_remove(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_(generalize_list_clear) GeneralizeList list = { 0 };
        Error err = { 0 };

        assert_int_equal(generalize_look(&scratch->host, &list, &err), 0);
        assert_int_equal(list.n, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_makes_copies_one_device_goes_and_the_rest_stays, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_is_most_important_is_listed_first_and_once, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(nothing_there_is_nothing_to_remove, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
