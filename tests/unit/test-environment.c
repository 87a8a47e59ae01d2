#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#include "handler/environment.h"
#include "platform/base/version.h"

#define NAME "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
#define BASE "/var/lib/waagent/" NAME "-1.2.3.4"
#define FILE_PATH BASE "/HandlerEnvironment.json"

static const char azure[] =
        "[{\"name\": \"" NAME "\", \"version\": 1.0, \"handlerEnvironment\": {\"logFolder\": \"/var/log/azure/" NAME
        "\", \"configFolder\": \"" BASE "/config\", \"statusFolder\": \"" BASE "/status\", \"heartbeatFile\": \"" BASE
        "/heartbeat.log\", \"eventsFolder\": \"/var/log/azure/" NAME "/events\", \"eventsFolder_preview\": "
        "\"/var/log/azure/" NAME "/preview\"}}]";

static void must_read(const Scratch *scratch, const char *base, Environment *ret)
{
        Error err;

        if (environment_read(&scratch->host, base, ret, &err) < 0)
                fail_msg("%s", err.text);
}

static void must_refuse(const Scratch *scratch, const char *text, ErrorKind kind, const char *words)
{
        Environment environment = { .name = (char *)"untouched" };
        Error err;

        scratch_write(scratch, FILE_PATH, text);
        assert_int_equal(environment_read(&scratch->host, BASE, &environment, &err), -1);
        assert_int_equal(err.kind, kind);
        if (!strstr(err.text, words))
                fail_msg("'%s' does not say '%s'", err.text, words);
        assert_string_equal(environment.name, "untouched");
}

static void what_the_azure_agent_writes_is_read(void **state)
{
        _cleanup_(environment_clear) Environment environment = { 0 };

        scratch_write(*state, FILE_PATH, azure);
        must_read(*state, BASE "/", &environment);
        assert_string_equal(environment.base, BASE);
        assert_string_equal(environment.name, NAME);
        assert_string_equal(environment.version, "1.2.3.4");
        assert_string_equal(environment.config_folder, BASE "/config");
        assert_string_equal(environment.status_folder, BASE "/status");
        assert_string_equal(environment.log_folder, "/var/log/azure/" NAME);
        assert_string_equal(environment.events_folder, "/var/log/azure/" NAME "/events");
}

static void arc_with_a_bare_object_and_a_string_version_is_read(void **state)
{
        _cleanup_(environment_clear) Environment environment = { 0 };

        scratch_write(
                *state, FILE_PATH,
                "\xef\xbb\xbf{\"handlerEnvironment\":{\"configFolder\":\"/c/\",\"deploymentid\":\"\","
                "\"heartbeatFile\":\"/s/HeartBeat.Json\",\"hostResolverAddress\":\"\",\"instance\":\"\","
                "\"logFolder\":\"/var/lib/GuestConfig/extension_logs/x\",\"rolename\":\"\",\"statusFolder\":\"/s\"},"
                "\"name\":\"" NAME "\",\"version\":\"1\"}\n");
        must_read(*state, BASE, &environment);
        assert_string_equal(environment.config_folder, "/c");
        assert_string_equal(environment.status_folder, "/s");
        assert_string_equal(environment.log_folder, "/var/lib/GuestConfig/extension_logs/x");
        assert_null(environment.events_folder);
}

static void missing_and_null_members_are_where_the_agent_would_put_them(void **state)
{
        static const char *const shapes[] = {
                "[{\"handlerEnvironment\":{}}]",
                "[{\"name\":null,\"handlerEnvironment\":{\"logFolder\":null,\"configFolder\":null,\"statusFolder\":"
                "\"\","
                "\"eventsFolder\":null,\"unknown\":[1]}}]",
                "{\"name\":\"../../etc\",\"handlerEnvironment\":{}}",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(shapes); i++) {
                _cleanup_(environment_clear) Environment environment = { 0 };

                scratch_write(*state, FILE_PATH, shapes[i]);
                must_read(*state, BASE, &environment);
                assert_string_equal(environment.name, NAME);
                assert_string_equal(environment.config_folder, BASE "/config");
                assert_string_equal(environment.status_folder, BASE "/status");
                assert_string_equal(environment.log_folder, "/var/log/azure/" NAME);
                assert_null(environment.events_folder);
        }
}

static void the_preview_folder_stands_in_for_the_events_folder(void **state)
{
        _cleanup_(environment_clear) Environment environment = { 0 };

        scratch_write(*state, FILE_PATH, "[{\"handlerEnvironment\":{\"eventsFolder_preview\":\"/var/log/p\"}}]");
        must_read(*state, BASE, &environment);
        assert_string_equal(environment.events_folder, "/var/log/p");
}

static void version_comes_from_the_variable_when_the_folder_has_none(void **state)
{
        _cleanup_(environment_clear) Environment a = { 0 }, b = { 0 };

        scratch_write(*state, "/opt/ext/HandlerEnvironment.json", "[{\"handlerEnvironment\":{}}]");
        must_read(*state, "/opt/ext", &a);
        assert_string_equal(a.version, version_text);
        assert_string_equal(a.name, NAME);
        setenv("AZURE_GUEST_AGENT_EXTENSION_VERSION", "9.8.7.6", 1);
        must_read(*state, "/opt/ext", &b);
        unsetenv("AZURE_GUEST_AGENT_EXTENSION_VERSION");
        assert_string_equal(b.version, "9.8.7.6");
}

static void what_cannot_be_used_is_refused_with_words(void **state)
{
        must_refuse(*state, "[{\"handlerEnvironment\":{\"configFolder\":\"config\"}}]", ERROR_INPUT, "configFolder");
        must_refuse(*state, "[{\"handlerEnvironment\":{\"statusFolder\":7}}]", ERROR_INPUT, "statusFolder");
        must_refuse(*state, "[{\"handlerEnvironment\":{\"logFolder\":\"/a\\nb\"}}]", ERROR_INPUT, "logFolder");
        must_refuse(*state, "[]", ERROR_INPUT, "handlerEnvironment");
        must_refuse(*state, "[{\"handlerEnvironment\":null}]", ERROR_INPUT, "handlerEnvironment");
        must_refuse(*state, "17", ERROR_INPUT, "handlerEnvironment");
}

static void a_file_that_stays_torn_is_an_error(void **state)
{
        must_refuse(*state, "[{\"handlerEnvironment\":{\"logFold", ERROR_INPUT, FILE_PATH);
        must_refuse(*state, "", ERROR_INPUT, "empty");
}

static void no_file_is_missing(void **state)
{
        Scratch *scratch = *state;
        Environment environment;
        Error err;

        assert_int_equal(environment_read(&scratch->host, BASE, &environment, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
        assert_int_equal(environment_read(&scratch->host, "relative", &environment, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
}

/* Plays the agent in the middle of writing: completes the file once it was read. */
static void complete_when_read(const Scratch *scratch, int ready)
{
        _cleanup_free_ char *path = text_format("%s" FILE_PATH, scratch->root);
        char event[sizeof(struct inotify_event) + 256];
        int watch = inotify_init1(IN_CLOEXEC), fd;

        if (inotify_add_watch(watch, path, IN_CLOSE_NOWRITE) < 0 || write(ready, "", 1) != 1 ||
            read(watch, event, sizeof(event)) <= 0)
                _exit(1);
        fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        _exit(write(fd, azure, strlen(azure)) == (ssize_t)strlen(azure) ? 0 : 1);
}

static void a_torn_file_is_read_again(void **state)
{
        static const char *const torn[] = { "[{\"name\": \"Micro", "" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(torn); i++) {
                _cleanup_(environment_clear) Environment environment = { 0 };
                int ready[2], status;
                char byte;
                pid_t pid;

                scratch_write(*state, FILE_PATH, torn[i]);
                assert_int_equal(pipe(ready), 0);
                pid = fork();
                if (pid == 0)
                        complete_when_read(*state, ready[1]);
                assert_int_equal(read(ready[0], &byte, 1), 1);
                must_read(*state, BASE, &environment);
                assert_string_equal(environment.config_folder, BASE "/config");
                assert_int_equal(waitpid(pid, &status, 0), pid);
                assert_int_equal(status, 0);
                close(ready[0]);
                close(ready[1]);
        }
}

static void waiting_for_a_torn_file_ends_when_asked_to_stop(void **state)
{
        Scratch *scratch = *state;
        volatile sig_atomic_t stop = 1;
        Environment environment;
        Error err;

        scratch->host.stop = &stop;
        scratch_write(scratch, FILE_PATH, "[{");
        assert_int_equal(environment_read(&scratch->host, BASE, &environment, &err), -1);
        assert_int_equal(err.kind, ERROR_STOPPED);
}

static void the_variable_says_where_to_look_first(void **state)
{
        _cleanup_(environment_clear) Environment environment = { 0 };
        Scratch *scratch = *state;
        Error err;

        scratch_write(scratch, FILE_PATH, azure);
        setenv("AZURE_GUEST_AGENT_EXTENSION_PATH", BASE, 1);
        assert_int_equal(environment_find(&scratch->host, &environment, &err), 0);
        unsetenv("AZURE_GUEST_AGENT_EXTENSION_PATH");
        assert_string_equal(environment.base, BASE);
}

static int find_from_folder(Scratch *scratch, mode_t mode, Environment *ret, Error *err)
{
        _cleanup_free_ char *folder = text_format("%s" BASE, scratch->root), *here = getcwd(NULL, 0);
        int r;

        scratch_write(scratch, FILE_PATH, azure);
        scratch->host.root = "";
        assert_int_equal(chdir(folder), 0);
        assert_int_equal(chmod("HandlerEnvironment.json", mode), 0);
        r = environment_find(&scratch->host, ret, err);
        assert_int_equal(chdir(here), 0);
        return r;
}

static void the_working_folder_is_looked_at(void **state)
{
        _cleanup_(environment_clear) Environment environment = { 0 };
        Scratch *scratch = *state;
        Error err;

        if (geteuid() != 0)
                skip();
        assert_int_equal(find_from_folder(scratch, 0644, &environment, &err), 0);
        assert_true(text_starts_with(environment.base, scratch->root));
}

static void a_file_that_others_can_write_is_not_believed_in_the_working_folder(void **state)
{
        _cleanup_(environment_clear) Environment environment = { 0 };
        Error err;

        assert_int_equal(find_from_folder(*state, 0666, &environment, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
}

static void nothing_found_names_the_folders(void **state)
{
        Scratch *scratch = *state;
        Environment environment;
        Error err;

        setenv("AZURE_GUEST_AGENT_EXTENSION_PATH", "/no/such/place", 1);
        assert_int_equal(environment_find(&scratch->host, &environment, &err), -1);
        unsetenv("AZURE_GUEST_AGENT_EXTENSION_PATH");
        assert_int_equal(err.kind, ERROR_MISSING);
        assert_non_null(strstr(err.text, "/no/such/place"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(what_the_azure_agent_writes_is_read),
                TEST(arc_with_a_bare_object_and_a_string_version_is_read),
                TEST(missing_and_null_members_are_where_the_agent_would_put_them),
                TEST(the_preview_folder_stands_in_for_the_events_folder),
                TEST(version_comes_from_the_variable_when_the_folder_has_none),
                TEST(what_cannot_be_used_is_refused_with_words),
                TEST(a_file_that_stays_torn_is_an_error),
                TEST(no_file_is_missing),
                TEST(a_torn_file_is_read_again),
                TEST(waiting_for_a_torn_file_ends_when_asked_to_stop),
                TEST(the_variable_says_where_to_look_first),
                TEST(the_working_folder_is_looked_at),
                TEST(a_file_that_others_can_write_is_not_believed_in_the_working_folder),
                TEST(nothing_found_names_the_folders),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
