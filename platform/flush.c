/*
 * A thread that only waits in the kernel: it takes no lock and allocates nothing, so that a fork beside it is safe, and
 * it is sent no signal, so that those end the waits of the thread they are meant for.
 */
#include "platform/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/base/log.h"
#include "platform/base/text.h"

typedef struct FlushPlace {
        char *path;
        int fd;
        dev_t device;
        int failure; /* errno */
} FlushPlace;

struct Flush {
        pthread_t thread;
        bool threaded;
        bool done; /* atomic */
        FlushPlace *places;
        size_t n;
};

static bool is_known(const Flush *flush, dev_t device)
{
        size_t i;

        for (i = 0; i < flush->n; i++)
                if (flush->places[i].device == device)
                        return true;
        return false;
}

static void add(Flush *flush, const Host *host, const char *path)
{
        _cleanup_free_ char *full = host_path(host, path);
        _cleanup_close_ int fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0 || is_known(flush, st.st_dev))
                return;
        flush->places[flush->n++] = (FlushPlace){ .path = text_copy(path), .fd = TAKE_FD(fd), .device = st.st_dev };
}

static void *write_out(void *userdata)
{
        Flush *flush = userdata;
        size_t i;

        for (i = 0; i < flush->n; i++)
                if (syncfs(flush->places[i].fd) < 0)
                        flush->places[i].failure = errno;
        __atomic_store_n(&flush->done, true, __ATOMIC_RELEASE);
        return NULL;
}

static bool start_thread(Flush *flush)
{
        sigset_t all, before;
        bool started;

        sigfillset(&all);
        if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
                return false;
        started = pthread_create(&flush->thread, NULL, write_out, flush) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return started;
}

Flush *flush_start(const Host *host, const char *const *places, size_t n_places)
{
        Flush *flush = text_allocate(sizeof(*flush));
        size_t i;

        flush->places = text_allocate((n_places + 1) * sizeof(*flush->places));
        for (i = 0; i < n_places; i++)
                if (*places[i])
                        add(flush, host, places[i]);
        flush->threaded = start_thread(flush);
        if (!flush->threaded)
                write_out(flush);
        return flush;
}

bool flush_is_done(const Flush *flush)
{
        return __atomic_load_n(&flush->done, __ATOMIC_ACQUIRE);
}

void flush_end(Flush *flush)
{
        size_t i;

        if (!flush)
                return;
        if (flush->threaded)
                pthread_join(flush->thread, NULL);
        for (i = 0; i < flush->n; i++) {
                if (flush->places[i].failure)
                        log_warning("%s may not be on the disk yet: %s", flush->places[i].path,
                                    strerror(flush->places[i].failure));
                close(flush->places[i].fd);
                free(flush->places[i].path);
        }
        free(flush->places);
        free(flush);
}
