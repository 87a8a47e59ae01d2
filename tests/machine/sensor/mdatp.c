/* The stand-in sensor's command line: everything but version and help is asked of the daemon.
 *
 * Every call leaves its arguments as one line in CALLS, for tests to count. The knob cli_hang
 * ("all" or a list of beginnings such as "health,edr tag") makes calls wait for ever. */

#define _GNU_SOURCE
#include "stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void record(const char *call)
{
        int file = open(CALLS, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

        if (file < 0)
                return;
        if (dprintf(file, "%s\n", call) < 0)
                perror(CALLS);
        close(file);
}

static void hang_if_asked(const char *call)
{
        char *hang = knob("cli_hang", ""), *rest = hang, *part;
        bool hangs = strcmp(hang, "all") == 0;

        while ((part = strsep(&rest, ",")))
                hangs = hangs || (*part && strncmp(call, part, strlen(part)) == 0);
        free(hang);
        if (!hangs)
                return;
        if (knob_yes("cli_hang_ignores_term"))
                signal(SIGTERM, SIG_IGN);
        for (;;)
                pause();
}

static int no_daemon(void)
{
        fputs("Could not connect to the daemon\n", stderr);
        return 1;
}

static int ask(int argc, char **argv)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
        char buffer[65536], status = 1;
        ssize_t length;
        int daemon = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (daemon < 0 || connect(daemon, (struct sockaddr *)&address, sizeof address) < 0)
                return no_daemon();
        for (int i = 1; i < argc; i++)
                if (send(daemon, argv[i], strlen(argv[i]) + 1, MSG_NOSIGNAL) < 0)
                        return no_daemon();
        shutdown(daemon, SHUT_WR);
        if (recv(daemon, &status, 1, 0) != 1)
                return no_daemon();
        while ((length = recv(daemon, buffer, sizeof buffer, 0)) > 0)
                fwrite(buffer, 1, (size_t)length, status ? stderr : stdout);
        return status;
}

int main(int argc, char **argv)
{
        char call[REQUEST_MAX] = "", *version;

        for (int i = 1; i < argc; i++) {
                if (strlen(call) + strlen(argv[i]) + 2 > sizeof call)
                        return 1;
                strcat(strcat(call, i > 1 ? " " : ""), argv[i]);
        }
        record(call);
        hang_if_asked(call);
        if (strcmp(call, "") == 0 || strcmp(call, "help") == 0 || strcmp(call, "--help") == 0) {
                puts("Usage: mdatp config|connectivity|definitions|diagnostic|edr|health|scan|threat|version ...");
                return 0;
        }
        if (strcmp(call, "version") == 0 || strcmp(call, "--version") == 0) {
                version = read_text(VERSION_FILE);
                printf("Product version: %s", version ? version : "unknown\n");
                free(version);
                return 0;
        }
        return ask(argc, argv);
}
