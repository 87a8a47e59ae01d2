/*
 * argv -> row of the command table -> exit code.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "agent/commands/check.h"
#include "agent/commands/hold.h"
#include "handler/commands.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/libraries.h"

#define EXIT_USAGE 2

static const struct {
        const char *name;
        int (*run)(void);
        int (*run_with)(int n_words, char *words[]); /* takes words, perhaps none */
        const char *help;
        bool anybody; /* not only root: it finds out itself what needs root */
} commands[] = {
        { "install", command_install, NULL, "put the program in place (guest agent)" },
        { "enable", command_enable, NULL, "make the machine as the settings ask (guest agent)" },
        { "update", command_update, NULL, "take over from another version (guest agent)" },
        { "disable", command_disable, NULL, "stop working; the sensor stays (guest agent)" },
        { "uninstall", command_uninstall, NULL, "remove what is ours; the sensor stays (guest agent)" },
        { "worker", command_worker, NULL, "do the work that was queued (mde-linux-worker.service)" },
        { "conclude", command_conclude, NULL, "end what a worker left unfinished (mde-linux-worker.service)" },
        { "recheck", command_recheck, NULL, "look whether all is still as asked (mde-linux-recheck.timer)" },
        { "check", NULL, command_check, "what is so on this machine; changes nothing" },
        { "plan", NULL, command_plan, "what would be done and why, here or for recorded facts; changes nothing", true },
        { "hold", NULL, command_hold, "REASON...: change nothing on this machine until unhold; looking goes on" },
        { "unhold", command_unhold, NULL, "changes may go on" },
};

static void print_help(FILE *file)
{
        size_t i;

        fprintf(file, "Usage: mde-linux COMMAND\n\nOnboards this machine to Microsoft Defender for Endpoint.\n\n");
        for (i = 0; i < ELEMENTSOF(commands); i++)
                fprintf(file, "  %-10s %s\n", commands[i].name, commands[i].help);
        fprintf(file, "\n  --version  print the version\n  --help     print this\n");
}

static int print_version(void)
{
        _cleanup_free_ char *libraries = libraries_text();
        char when[TEXT_TIME_MAX];

        return printf("mde-linux %s\nlink %s%s%s\n%s", version_text, version_is_portable ? "portable" : "system",
                      version_built_s ? ", built from sources of " : "",
                      version_built_s ? text_time(version_built_s, when) : "", libraries) < 0 ||
               fflush(stdout) != 0;
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

int main(int argc, char *argv[])
{
        size_t i;

        open_standard_descriptors();
        harden();
        if (argc == 2 && text_equal(argv[1], "--version"))
                return print_version();
        if (argc == 2 && text_equal(argv[1], "--help")) {
                print_help(stdout);
                return 0;
        }
        for (i = 0; argc >= 2 && i < ELEMENTSOF(commands); i++) {
                if (!text_equal(argv[1], commands[i].name) || (commands[i].run && argc != 2))
                        continue;
                if (!commands[i].anybody && geteuid() != 0) {
                        fprintf(stderr, "mde-linux %s: only root can do this\n", argv[1]);
                        return 1;
                }
                return commands[i].run ? commands[i].run() : commands[i].run_with(argc - 2, argv + 2);
        }
        print_help(stderr);
        return EXIT_USAGE;
}
