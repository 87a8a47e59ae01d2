/*
 * What tests/bench/fanotify measures: a crowd of processes, the pass over them, and the least that any pass has to do.
 *
 *   bench-fanotify crowd N DESCRIPTORS   prints a line when all are there, and ends with its standard input
 *   bench-fanotify look | bare           prints microseconds, those of the processor, KiB of peak memory, what was
 * found
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "platform/fanotify.h"
#include "platform/host_init.h"

static int64_t now_us(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int crowd(int n, int descriptors)
{
        int i, k, null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        char byte;

        for (i = 0; i < n; i++)
                if (fork() == 0) {
                        prctl(PR_SET_PDEATHSIG, SIGKILL);
                        for (k = 4; k < descriptors; k++)
                                if (dup(null) < 0)
                                        _exit(1);
                        for (;;)
                                pause();
                }
        usleep(500000);
        printf("ready\n");
        fflush(stdout);
        return read(STDIN_FILENO, &byte, 1) < 0;
}

static size_t look(void)
{
        FanotifyFacts facts;
        Host host;

        host_init(&host);
        fanotify_look(&host, DEADLINE_NEVER, &facts);
        return facts.known == TRI_YES ? facts.n_holders : 0;
}

static size_t bare_process(const char *name)
{
        char path[64], link[64];
        struct dirent *entry;
        size_t found = 0;
        DIR *fds;

        snprintf(path, sizeof(path), "/proc/%.20s/fd", name);
        fds = opendir(path);
        while (fds && (entry = readdir(fds))) {
                ssize_t n = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link) - 1);

                link[n > 0 ? n : 0] = '\0';
                found += strcmp(link, "anon_inode:[fanotify]") == 0;
        }
        if (fds)
                closedir(fds);
        return found;
}

static size_t bare(void)
{
        DIR *proc = opendir("/proc");
        struct dirent *entry;
        size_t found = 0;

        while (proc && (entry = readdir(proc)))
                if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
                        found += bare_process(entry->d_name);
        if (proc)
                closedir(proc);
        return found;
}

/* Not that of rusage, which counts what we were forked from. */
static long peak_kib(void)
{
        FILE *status = fopen("/proc/self/status", "re");
        char line[256];
        long kib = -1;

        while (status && kib < 0 && fgets(line, sizeof(line), status))
                if (sscanf(line, "VmHWM: %ld", &kib) != 1)
                        kib = -1;
        if (status)
                fclose(status);
        return kib;
}

static int64_t us(struct timeval t)
{
        return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

int main(int argc, char **argv)
{
        int64_t started = now_us();
        struct rusage usage;
        size_t found;

        if (argc == 4 && strcmp(argv[1], "crowd") == 0)
                return crowd(atoi(argv[2]), atoi(argv[3]));
        if (argc != 2)
                return 2;
        found = strcmp(argv[1], "look") == 0 ? look() : bare();
        started = now_us() - started;
        getrusage(RUSAGE_SELF, &usage);
        printf("%lld %lld %ld %zu\n", (long long)started, (long long)(us(usage.ru_utime) + us(usage.ru_stime)),
               peak_kib(), found);
        return 0;
}
