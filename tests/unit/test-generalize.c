#include "tests/unit/scratch.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/machine/generalize.h"
#include "platform/fs.h"
#include "platform/image.h"

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

static void must_refuse(const Scratch *scratch, const char *words)
{
        GeneralizeList list = { 0 };
        Error err = { 0 };

        assert_int_equal(generalize_look(&scratch->host, &list, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        if (!strstr(err.text, words))
                fail_msg("'%s' does not say '%s'", err.text, words);
        assert_int_equal(list.n, 0);
}

static void a_link_that_others_may_have_put_leads_nowhere(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *logs = text_format("%s/var/log", scratch->root), *link = text_format("%s/mde-linux", logs);
        const GeneralizeList before = { .items = &(GeneralizeItem){ .path = (char[]){ "/var/log/mde-linux/data" } },
                                        .n = 1 };
        Error err = { 0 };

        scratch_write(scratch, "/victim/data", "x");
        scratch_folder(scratch, "/var/log");
        assert_int_equal(chmod(logs, 0775), 0);
        assert_int_equal(symlink("/victim", link), 0);
        must_refuse(scratch, "/var/log/mde-linux is a link to /victim");
        /* put there after the look */
        assert_int_equal(generalize_remove(&scratch->host, &before, &err), -1);
        assert_true(fs_exists(&scratch->host, "/victim/data"));
}

static void a_link_that_root_alone_may_have_put_is_followed(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *link = text_format("%s/var/log", scratch->root);
        _cleanup_(generalize_list_clear) GeneralizeList list = { 0 };
        Error err = { 0 };

        if (geteuid() != 0)
                skip();
        scratch_write(scratch, "/disk/logs/mde-linux/a.log", "x");
        scratch_folder(scratch, "/var");
        assert_int_equal(symlink("../disk/logs", link), 0);
        assert_int_equal(generalize_look(&scratch->host, &list, &err), 0);
        assert_int_equal(list.n, 1);
        assert_string_equal(list.items[0].path, "/var/log/mde-linux/a.log");
        assert_int_equal(generalize_remove(&scratch->host, &list, &err), 0);
        assert_false(fs_exists(&scratch->host, "/disk/logs/mde-linux/a.log"));
}

static void what_is_mounted_below_is_refused_before_anything_goes(void **state)
{
        const Scratch *scratch = *state;

        scratch_write(scratch, "/var/opt/microsoft/mdatp/quarantine/a/b", "x");
        scratch_write(scratch, "/proc/self/mountinfo",
                      "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                      "2 1 8:1 /home /var/opt/microsoft/mdatp/quarantine/a rw - ext4 /dev/sda1 rw\n");
        must_refuse(scratch, "mounted on /var/opt/microsoft/mdatp/quarantine/a");
}

static void a_folder_on_a_disk_of_its_own_is_cleared(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_(generalize_list_clear) GeneralizeList list = { 0 };
        Error err = { 0 };

        scratch_write(scratch, "/var/opt/microsoft/mdatp/state", "x");
        scratch_write(scratch, "/proc/self/mountinfo",
                      "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                      "2 1 8:2 / /var/opt/microsoft/mdatp rw - ext4 /dev/sdb1 rw\n");
        assert_int_equal(generalize_look(&scratch->host, &list, &err), 0);
        assert_int_equal(list.n, 1);
}

static void units_of_an_image_are_its_files(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *masked = text_format("%s/etc/systemd/system/mde-linux-recheck.service", scratch->root),
                            *wanted = text_format("%s/etc/systemd/system/timers.target.wants/mde-linux-recheck.timer",
                                                  scratch->root);
        _cleanup_(generalize_list_clear) GeneralizeList list = { 0 }, after = { 0 };
        Error err = { 0 };

        scratch_write(scratch, "/etc/systemd/system/mde-linux-recheck.timer", "x");
        scratch_folder(scratch, "/etc/systemd/system/timers.target.wants");
        assert_int_equal(symlink("/dev/null", masked), 0);
        assert_int_equal(symlink("../mde-linux-recheck.timer", wanted), 0);
        assert_int_equal(generalize_look(&scratch->host, &list, &err), 0);
        assert_int_equal(list.n, 0); /* systemd's business there */
        scratch->host.image = true;
        assert_int_equal(generalize_look(&scratch->host, &list, &err), 0);
        assert_int_equal(list.n, 2);
        assert_true(generalize_has(&list, "mde-linux-recheck.timer"));
        assert_false(generalize_has(&list, "mde-linux-recheck.service"));
        assert_int_equal(generalize_remove(&scratch->host, &list, &err), 0);
        assert_int_equal(generalize_look(&scratch->host, &after, &err), 0);
        assert_int_equal(after.n, 0);
        assert_int_equal(unlink(masked), 0);
}

static void an_image_that_another_process_leads_to_is_refused(void **state)
{
        const Host host = { .root = "/proc/self/fd/0", .image = true };
        GeneralizeList list = { 0 };
        Error err = { 0 };

        assert_int_equal(generalize_look(&host, &list, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_non_null(strstr(err.text, "cannot be seen from here"));
}

static void who_runs_in_an_image_is_found(void **state)
{
        Scratch *scratch = *state;
        int ready[2];
        pid_t pid;
        char byte;

        scratch->host.image = true;
        assert_int_equal(image_user(&scratch->host), 0);
        if (geteuid() != 0)
                skip();
        assert_int_equal(pipe(ready), 0);
        pid = fork();
        if (pid == 0) {
                if (chroot(scratch->root) == 0 && write(ready[1], "x", 1) == 1)
                        pause();
                _exit(1);
        }
        assert_int_equal(read(ready[0], &byte, 1), 1);
        assert_int_equal(image_user(&scratch->host), pid);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(image_user(&scratch->host), 0);
        close(ready[0]);
        close(ready[1]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_makes_copies_one_device_goes_and_the_rest_stays, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_is_most_important_is_listed_first_and_once, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(nothing_there_is_nothing_to_remove, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_link_that_others_may_have_put_leads_nowhere, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_link_that_root_alone_may_have_put_is_followed, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_is_mounted_below_is_refused_before_anything_goes, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_folder_on_a_disk_of_its_own_is_cleared, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(units_of_an_image_are_its_files, scratch_open, scratch_close),
                cmocka_unit_test(an_image_that_another_process_leads_to_is_refused),
                cmocka_unit_test_setup_teardown(who_runs_in_an_image_is_found, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
