/*
 * argv -> row of the command table -> exit code.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "agent/commands/explain.h"
#include "agent/commands/help.h"
#include "agent/commands/hold.h"
#include "agent/commands/screen.h"
#include "agent/commands/test_alert.h"
#include "agent/commands/verify.h"
#include "agent/answers/advice.h"
#include "agent/guest/program_call.h"
#include "handler/commands.h"
#include "handler/people/commands.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/libraries.h"

static const struct {
        const char *name;
        int (*verb)(void); /* without words */
        int (*command)(const CommandLine *line);
} functions[] = {
        { "install", command_install, NULL },
        { "enable", command_enable, NULL },
        { "update", command_update, NULL },
        { "disable", command_disable, NULL },
        { "uninstall", command_uninstall, NULL },
        { "worker", command_worker, NULL },
        { "conclude", command_conclude, NULL },
        { "recheck", command_recheck, NULL },
        { "check", NULL, command_check },
        { "plan", NULL, command_plan },
        { "onboard", NULL, command_onboard },
        { "offboard", NULL, command_offboard },
        { "status", NULL, command_status },
        { "doctor", NULL, command_doctor },
        { "verify", NULL, command_verify },
        { "collect", NULL, command_collect },
        { "test-alert", NULL, command_test_alert },
        { "generalize", NULL, command_generalize },
        { "hold", NULL, command_hold },
        { "unhold", NULL, command_unhold },
        { "explain", NULL, command_explain },
};

static int print_version(void)
{
        _cleanup_free_ char *libraries = libraries_text();
        char when[TEXT_TIME_MAX];

        printf("mde-linux %s\nlink %s%s%s\n%s", version_text, version_is_portable ? "portable" : "system",
               version_built_s ? ", built from sources of " : "",
               version_built_s ? text_time(version_built_s, when) : "", libraries);
        return screen_end_file(stdout);
}

/* Closed by who started us, they would be the numbers of our lock and log, and programs we run inherit these three. */
static void open_standard_descriptors(void)
{
        int fd;

        do
                fd = open("/dev/null", O_RDWR);
        while (fd >= 0 && fd <= STDERR_FILENO);
        if (fd >= 0)
                close(fd);
}

/* Settings pass through our memory: no core dump may hold them. */
static void harden(void)
{
        const struct rlimit none = { 0, 0 };

        setrlimit(RLIMIT_CORE, &none);
        prctl(PR_SET_DUMPABLE, 0);
        umask(0022);
        signal(SIGPIPE, SIG_IGN);
}

static int run(const Command *command, int argc, char *argv[])
{
        CommandLine line;
        size_t i = 0;

        if (command_line_read(command, argc, argv, &line) < 0)
                return COMMAND_USAGE;
        if (command_line_option(&line, "help"))
                return command_help_one(command);
        if (!command->anybody && geteuid() != 0) {
                const char *root = command_has(command, "root") ? command_line_option(&line, "root") : NULL;
                char call[PROGRAM_CALL_MAX], option[ADVICE_OPTION_MAX];

                fprintf(stderr, "mde-linux %s: only root can do this; try 'sudo %s %s%s'\n", command->name,
                        program_call(call), command->name, advice_option(root, option));
                return COMMAND_FAILED;
        }
        while (!text_equal(functions[i].name, command->name))
                i++; /* the table and this one have the same names: a test calls each */
        return functions[i].verb ? functions[i].verb() : functions[i].command(&line);
}

int main(int argc, char *argv[])
{
        const Command *command = argc >= 2 ? command_find(argv[1]) : NULL;

        open_standard_descriptors();
        harden();
        if (command)
                return run(command, argc - 1, argv + 1);
        if (argc == 2 && text_equal(argv[1], "--version"))
                return print_version();
        return command_help_without(argc > 1 ? argc - 1 : 0, argv + 1);
}
