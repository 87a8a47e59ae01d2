#include "tests/unit/scratch.h"

#include <errno.h>
#include <unistd.h>

#include "platform/process_program.h"

/* A process of a recorded /proc. arguments: divided by "|". */
static void put(const Scratch *scratch, int pid, int parent, const char *comm, const char *arguments)
{
        _cleanup_free_ char *stat = text_format("/proc/%d/stat", pid), *name = text_format("/proc/%d/comm", pid),
                            *cmdline = text_format("/proc/%d/cmdline", pid), *bytes = text_format("%s|", arguments),
                            *line = text_format("%d (%s) S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0\n", pid, comm,
                                                parent, 100 * pid),
                            *shown = text_format("%s\n", comm);
        size_t length = strlen(bytes), i;

        for (i = 0; i < length; i++)
                if (bytes[i] == '|')
                        bytes[i] = '\0';
        scratch_write(scratch, stat, line);
        scratch_write(scratch, name, shown);
        scratch_write_bytes(scratch, cmdline, bytes, *arguments ? length : 0);
}

static void a_script_goes_by_its_own_name(void **state)
{
        static const struct {
                const char *comm, *arguments, *name; /* NULL: words that tell nothing */
        } rows[] = {
                { "unattended-upgr", "/usr/bin/python3|/usr/bin/unattended-upgrade", "unattended-upgrade" },
                { "python3", "/usr/bin/python3|/root/.ansible/tmp/ansible-tmp-1/AnsiballZ_apt.py", "AnsiballZ_apt.py" },
                { "platform-python", "/usr/libexec/platform-python|-Es|/usr/bin/dnf-automatic", "dnf-automatic" },
                { "apt.systemd.dai", "/bin/sh|/usr/lib/apt/apt.systemd.daily|update", "apt.systemd.daily" },
                { "bash", "bash|-e|/opt/site/patch.sh", "patch.sh" },
                { "python3", "python3|-m|pip|install", "pip" },
                { "apt-get", "apt-get|install|bash", "apt-get" },
                { "packagekitd", "/usr/libexec/packagekitd", "packagekitd" },
                { "kworker/0:1", "", "kworker/0:1" },
                { "python3", "python3|/tmp/a\x1b[2Jb", "a\\x1b[2Jb" },
                { "bash", "-bash", "bash" },
                { "sh", "sh|-c|apt-get install thing", NULL },
                { "bash", "bash|-ec|apt-get install thing", NULL },
                { "perl", "perl|-e|system 1", NULL },
                { "python3", "python3", NULL },
                { "python3", "python3|-", NULL },
        };
        Scratch *scratch = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                ProcessIdentity process;
                bool told;

                put(scratch, 100 + (int)i, 1, rows[i].comm, rows[i].arguments);
                assert_true(process_identify(&scratch->host, 100 + (int)i, &process));
                told = process_program_name(&scratch->host, &process);
                if (told != (rows[i].name != NULL))
                        fail_msg("%s: %s", rows[i].arguments, told ? process.name : "nothing");
                assert_string_equal(process.name, told ? rows[i].name : rows[i].comm);
        }
}

static void a_program_that_calls_itself_something_else_goes_by_its_file(void **state)
{
        static const struct {
                const char *comm, *arguments, *exe, *name;
        } rows[] = {
                { "Zypp-main", "zypper|--non-interactive|install|thing", "/usr/bin/zypper", "zypper" },
                { "Zypp-main", "/usr/lib/zypp/zypp-rpm", "/usr/lib/zypp/zypp-rpm (deleted)", "zypp-rpm" },
                { "Zypp-main", "zypper", "/tmp/a\x1b[2Jb", "a\\x1b[2Jb" },
                { "ls", "ls|/", "/bin/busybox", "ls" },
                { "dnf", "dnf|install|thing", "/usr/bin/dnf5", "dnf" },
                { "sshd", "sshd: somebody@pts/0", "/usr/sbin/sshd", "sshd" },
                { "a-name-of-fifte", "/bin/a-name-of-fifteen-and-more", "/bin/another", "a-name-of-fifte" },
                { "Zypp-main", "zypper", NULL, "Zypp-main" },
        };
        Scratch *scratch = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *link = text_format("%s/proc/%d/exe", scratch->root, 100 + (int)i);
                ProcessIdentity process;

                put(scratch, 100 + (int)i, 1, rows[i].comm, rows[i].arguments);
                if (rows[i].exe)
                        assert_return_code(symlink(rows[i].exe, link), errno);
                assert_true(process_identify(&scratch->host, 100 + (int)i, &process));
                assert_true(process_program_name(&scratch->host, &process));
                assert_string_equal(process.name, rows[i].name);
        }
}

static void who_is_behind_it_is_the_nearest_that_says_something(void **state)
{
        Scratch *scratch = *state;
        ProcessIdentity process, starter;

        put(scratch, 10, 1, "sshd", "sshd: somebody@pts/0");
        put(scratch, 20, 10, "bash", "-bash");
        put(scratch, 30, 20, "sudo", "sudo|apt-get|install|thing");
        put(scratch, 40, 30, "apt-get", "apt-get|install|thing");
        assert_true(process_identify(&scratch->host, 40, &process));
        assert_true(process_program_find_starter(&scratch->host, &process, &starter));
        assert_string_equal(starter.name, "sshd");
        put(scratch, 50, 10, "python3", "/usr/bin/python3|/root/.ansible/tmp/t/AnsiballZ_apt.py");
        put(scratch, 60, 50, "sh", "/bin/sh|-c|apt-get install thing");
        put(scratch, 70, 60, "apt-get", "apt-get|install|thing");
        assert_true(process_identify(&scratch->host, 70, &process));
        assert_true(process_program_find_starter(&scratch->host, &process, &starter));
        assert_string_equal(starter.name, "AnsiballZ_apt.py");
        assert_int_equal(starter.pid, 50);
}

static void a_service_has_nobody_behind_it(void **state)
{
        Scratch *scratch = *state;
        ProcessIdentity process, starter;

        put(scratch, 40, 1, "apt-get", "apt-get|install|thing");
        assert_true(process_identify(&scratch->host, 40, &process));
        assert_false(process_program_find_starter(&scratch->host, &process, &starter));
        put(scratch, 50, 60, "sh", "sh|-c|x"); /* which start each other: not of this world */
        put(scratch, 60, 50, "sh", "sh|-c|y");
        assert_true(process_identify(&scratch->host, 50, &process));
        assert_false(process_program_find_starter(&scratch->host, &process, &starter));
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_SCRATCH(a_script_goes_by_its_own_name),
                WITH_SCRATCH(a_program_that_calls_itself_something_else_goes_by_its_file),
                WITH_SCRATCH(who_is_behind_it_is_the_nearest_that_says_something),
                WITH_SCRATCH(a_service_has_nobody_behind_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
