#include "tests/unit/scratch.h"

#include <unistd.h>

#include "platform/process_extension.h"

#define BASE "/var/lib/waagent/Microsoft.Azure.Some.Linux-1.0.14.1"

/* A process of a recorded /proc. arguments: divided by blanks. */
static void put(const Scratch *scratch, int pid, int parent, const char *arguments, const char *folder)
{
        _cleanup_free_ char *place = text_format("/proc/%d", pid), *stat = text_format("%s/stat", place),
                            *comm = text_format("%s/comm", place), *cmdline = text_format("%s/cmdline", place),
                            *cwd = text_format("%s%s/cwd", scratch->root, place),
                            *bytes = text_format("%s ", arguments), *text = NULL;
        size_t length = strlen(bytes), i;

        for (i = 0; i < length; i++)
                if (bytes[i] == ' ')
                        bytes[i] = '\0';
        text = text_format("%d (odd) name) S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0\n", pid, parent, 100 * pid);
        scratch_write(scratch, stat, text);
        scratch_write(scratch, comm, "program\n");
        scratch_write_bytes(scratch, cmdline, bytes, length);
        assert_int_equal(symlink(folder, cwd), 0);
}

static void a_path_is_taken_apart(void **state)
{
        static const char *const others[] = {
                "",
                "/usr/bin/apt-get",
                "/var/lib/waagent/GoalState.1.xml",
                "/var/lib/waagent/A.B-1.0",              /* no program */
                "/var/lib/waagent/A.B/run.sh",           /* no version */
                "/var/lib/waagent/A.B-/run.sh",          /**/
                "/var/lib/waagent/A.B-1.x/run.sh",       /**/
                "/var/lib/waagent/plain-1.0/run.sh",     /* no publisher */
                "/var/lib/waagent/A.B-1.0/",             /**/
                "/home/x/var/lib/waagent/A.B-1.0/run.sh" /* elsewhere */
        };
        ProcessExtension extension = { .pid = 7 };
        size_t i;

        assert_true(process_extension_parse(BASE "/src/mde_installer.sh", &extension));
        assert_string_equal(extension.program, "mde_installer.sh");
        assert_string_equal(extension.name, "Microsoft.Azure.Some.Linux");
        assert_string_equal(extension.version, "1.0.14.1");
        assert_int_equal(extension.pid, 7);
        assert_true(process_extension_parse("/var/lib/waagent/A.B-C-2/r\x1b.sh (deleted)", &extension));
        assert_string_equal(extension.program, "r\\x1b.sh");
        assert_string_equal(extension.name, "A.B-C");
        assert_string_equal(extension.version, "2");
        for (i = 0; i < ELEMENTSOF(others); i++)
                if (process_extension_parse(others[i], &extension))
                        fail_msg("taken: %s", others[i]);
}

static void what_is_longer_than_its_place_is_no_extension(void **state)
{
        _cleanup_free_ char *path = text_allocate(5000);
        ProcessExtension extension = { 0 };

        memset(path, 'a', 4999);
        memcpy(path, "/var/lib/waagent/A.B-1.0/", 25);
        assert_false(process_extension_parse(path, &extension));
        memset(path, 'a', 4999);
        memcpy(path, "/var/lib/waagent/A.", 19);
        memcpy(path + 4900, "-1.0/run.sh", 12);
        assert_false(process_extension_parse(path, &extension));
}

static void a_script_is_known_by_its_interpreters_argument(void **state)
{
        static const struct {
                const char *arguments, *folder, *program;
        } rows[] = {
                { "/bin/bash " BASE "/src/mde_installer.sh --install", "/", "mde_installer.sh" },
                { "/bin/bash -x " BASE "/src/mde_installer.sh", "/", "mde_installer.sh" },
                { "/usr/bin/env bash " BASE "/a.sh", "/", "a.sh" },
                { "/usr/bin/python3.11 -B " BASE "/src/h.py", "/", "h.py" },
                { BASE "/bin/tool", "/", "tool" },
                { "bash src/a.sh", BASE, "a.sh" },
                { "bash a.sh", BASE "/src (deleted)", "a.sh" },
                { "./tool", BASE, "tool" },
                /* who only reads or names it does not run it */
                { "tail -f " BASE "/src/mde_installer.sh", "/", NULL },
                { "vi " BASE "/src/mde_installer.sh", BASE, NULL },
                { "bash", BASE, NULL },
                { "bash a.sh", "/root", NULL },
                { "apt-get install", BASE, NULL },
                { "", BASE, NULL },
        };
        Scratch *scratch = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                ProcessExtension extension = { 0 };
                int pid = 100 + (int)i;
                bool found;

                put(scratch, pid, 1, rows[i].arguments, rows[i].folder);
                found = process_extension_read(&scratch->host, pid, &extension);
                if (found != (rows[i].program != NULL))
                        fail_msg("%s in %s: %s", rows[i].arguments, rows[i].folder, found ? "taken" : "not taken");
                if (!found)
                        continue;
                assert_string_equal(extension.program, rows[i].program);
                assert_int_equal(extension.pid, pid);
                assert_int_equal(extension.start_time, 100 * pid);
        }
}

static void the_nearest_ancestor_is_found(void **state)
{
        Scratch *scratch = *state;
        ProcessExtension extension = { 0 };

        put(scratch, 10, 1, "/usr/bin/python3 " BASE "/src/wrapper.py", "/");
        put(scratch, 20, 10, "/bin/bash " BASE "/src/mde_installer.sh", "/");
        put(scratch, 30, 20, "timeout 60 apt-get install", BASE);
        put(scratch, 40, 30, "apt-get install", BASE);
        assert_true(process_extension_find(&scratch->host, 40, &extension));
        assert_int_equal(extension.pid, 20);
        assert_string_equal(extension.program, "mde_installer.sh");
}

static void an_orphan_is_known_by_where_it_works(void **state)
{
        Scratch *scratch = *state;
        ProcessExtension extension = { 0 };

        put(scratch, 40, 1, "apt-get install", BASE " (deleted)");
        put(scratch, 50, 1, "apt-get install", "/");
        assert_true(process_extension_find(&scratch->host, 40, &extension));
        assert_int_equal(extension.pid, 40);
        assert_string_equal(extension.program, "");
        assert_string_equal(extension.version, "1.0.14.1");
        assert_false(process_extension_find(&scratch->host, 50, &extension));
        assert_false(process_extension_find(&scratch->host, 60, &extension)); /* gone */
        assert_false(process_extension_find(&scratch->host, 0, &extension));
}

static void ancestors_without_end_are_bounded(void **state)
{
        Scratch *scratch = *state;
        ProcessExtension extension;

        put(scratch, 70, 80, "a", "/");
        put(scratch, 80, 70, "b", "/");
        assert_false(process_extension_find(&scratch->host, 70, &extension));
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_path_is_taken_apart),
                cmocka_unit_test(what_is_longer_than_its_place_is_no_extension),
                WITH_SCRATCH(a_script_is_known_by_its_interpreters_argument),
                WITH_SCRATCH(the_nearest_ancestor_is_found),
                WITH_SCRATCH(an_orphan_is_known_by_where_it_works),
                WITH_SCRATCH(ancestors_without_end_are_bounded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
