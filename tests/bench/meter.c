/*
 * meter: runs a program and prints what it cost, its waited-for children included, as JSON. Small and static, because
 * the peak memory of a program counts that of the process it was forked from.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double ms(struct timeval t)
{
        return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

int main(int argc, char *argv[])
{
        struct timespec start, end;
        struct rusage usage;
        int status;
        pid_t pid;

        clock_gettime(CLOCK_MONOTONIC, &start);
        pid = fork();
        if (pid == 0) {
                execv(argv[1], argv + 1);
                _exit(127);
        }
        if (argc < 2 || pid < 0 || wait4(pid, &status, 0, &usage) != pid)
                return 1;
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("{\"exit\": %d, \"cpu_ms\": %.3f, \"rss_kib\": %ld, \"wall_ms\": %.3f}\n",
               WIFEXITED(status) ? WEXITSTATUS(status) : 128, ms(usage.ru_utime) + ms(usage.ru_stime), usage.ru_maxrss,
               (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6);
        return 0;
}
