/*
 * One pass over all descriptors of all processes: a link is read of each, and more only of fanotify's. Folders are read
 * one at a time, so memory does not grow with what runs.
 */
#include "platform/fanotify.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "platform/base/text.h"
#include "platform/fanotify_holder.h"

#define LINK "anon_inode:[fanotify]"

/* C libraries older than the kernel they run on may lack the numbers. */
#if !defined(SYS_fanotify_init) && defined(__x86_64__)
#define SYS_fanotify_init 300
#define SYS_fanotify_mark 301
#elif !defined(SYS_fanotify_init) && defined(__aarch64__)
#define SYS_fanotify_init 262
#define SYS_fanotify_mark 263
#endif

#define INIT_FLAGS 0x7u /* FAN_CLOEXEC, FAN_NONBLOCK, FAN_CLASS_CONTENT */
#define MARK_ADD 0x1u
#define OPEN_PERM 0x10000ull

typedef struct Pass {
        const Host *host;
        Deadline deadline;
        FanotifySelf self;
        FanotifyFacts *facts;
        size_t processes;
} Pass;

static void close_folder(DIR *dir)
{
        closedir(dir);
}
DEFINE_CLEANUP(DIR *, close_folder)

static DIR *open_folder(int at, const char *path)
{
        _cleanup_close_ int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);

        if (dir)
                (void)TAKE_FD(fd);
        return dir;
}

static bool is_number(const char *name)
{
        return *name >= '0' && *name <= '9' && name[strspn(name, "0123456789")] == '\0';
}

/* How much it matters to keep a holder when there are too many. */
static unsigned weight(const FanotifyHolder *holder)
{
        return (holder->permission_bits ? 4u : 0u) + (unsigned)holder->class;
}

static void keep(FanotifyFacts *facts, const FanotifyHolder *holder)
{
        FanotifyHolder *least = &facts->holders[0];
        size_t i;

        if (facts->n_holders < FANOTIFY_HOLDERS_MAX) {
                facts->holders[facts->n_holders++] = *holder;
                return;
        }
        facts->more++;
        for (i = 1; i < facts->n_holders; i++)
                if (weight(&facts->holders[i]) < weight(least))
                        least = &facts->holders[i];
        if (weight(holder) > weight(least))
                *least = *holder;
}

static bool has_descriptors(DIR *fds)
{
        struct dirent *entry;

        rewinddir(fds);
        while ((entry = readdir(fds)))
                if (entry->d_name[0] != '.')
                        return true;
        return false;
}

/* False: the thread has none; or it ended meanwhile, and had some until then. */
static bool look_at_descriptors(const Pass *pass, DIR *fds, FanotifyHolder *holder)
{
        struct dirent *entry;
        bool any = false, doubtful = false;

        *holder = (FanotifyHolder){ 0 };
        while ((entry = readdir(fds))) {
                char link[sizeof(LINK)];
                ssize_t length;

                if (entry->d_name[0] == '.')
                        continue;
                any = true;
                length = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link));
                if (length == sizeof(LINK) - 1 && memcmp(link, LINK, sizeof(LINK) - 1) == 0) {
                        fanotify_holder_add(dirfd(fds), entry->d_name, pass->deadline, holder);
                        doubtful = true;
                }
                doubtful = doubtful || length < 0;
        }
        return any && (!doubtful || has_descriptors(fds));
}

/* The first thread ended before the others: the descriptors are theirs. */
static void look_at_threads(const Pass *pass, int fds, FanotifyHolder *holder)
{
        _cleanup_(close_folderp) DIR *tasks = NULL;
        struct dirent *entry;
        struct stat st;

        if (fstatat(fds, "../task", &st, 0) < 0 || st.st_nlink <= 3)
                return;
        tasks = open_folder(fds, "../task");
        while (tasks && (entry = readdir(tasks))) {
                _cleanup_free_ char *path = text_format("%s/fd", entry->d_name);
                _cleanup_(close_folderp) DIR *theirs =
                        is_number(entry->d_name) ? open_folder(dirfd(tasks), path) : NULL;

                if (theirs && look_at_descriptors(pass, theirs, holder))
                        return;
        }
}

static void look_at_process(Pass *pass, int proc, const char *name)
{
        FanotifyHolder holder;
        char path[32];
        _cleanup_(close_folderp) DIR *fds = NULL;

        snprintf(path, sizeof(path), "%.20s/fd", name);
        pass->processes++;
        fds = open_folder(proc, path);
        if (!fds) {
                pass->facts->unreadable += errno == EACCES || errno == EPERM;
                return;
        }
        if (!look_at_descriptors(pass, fds, &holder))
                look_at_threads(pass, dirfd(fds), &holder);
        if (holder.groups > 0 &&
            fanotify_holder_identify(pass->host, &pass->self, dirfd(fds), (pid_t)strtol(name, NULL, 10), &holder))
                keep(pass->facts, &holder);
}

static void look_at_processes(Pass *pass)
{
        _cleanup_(close_folderp) DIR *proc = open_folder(AT_FDCWD, "/proc");
        struct dirent *entry;

        while (proc && (entry = readdir(proc))) {
                if (!is_number(entry->d_name))
                        continue;
                if (deadline_passed(pass->deadline))
                        return;
                look_at_process(pass, dirfd(proc), entry->d_name);
        }
        if (pass->processes > 0)
                pass->facts->known = TRI_YES;
}

/* A permission mark on a name that cannot be: what the kernel says comes before it looks for the name, or from it. */
static Tri probe_permission(int group)
{
#ifdef SYS_fanotify_mark
        if (syscall(SYS_fanotify_mark, group, MARK_ADD, OPEN_PERM, AT_FDCWD, "/proc/self/mde-linux-no-such-file") == 0)
                return TRI_UNKNOWN;
        return errno == ENOENT ? TRI_YES : errno == EINVAL ? TRI_NO : TRI_UNKNOWN;
#else
        return TRI_UNKNOWN;
#endif
}

static void probe(FanotifyFacts *facts)
{
        _cleanup_close_ int group = -1;

#ifdef SYS_fanotify_init
        group = (int)syscall(SYS_fanotify_init, INIT_FLAGS, O_RDONLY | O_CLOEXEC);
#else
        errno = EPERM;
#endif
        if (group >= 0) {
                facts->supported = TRI_YES;
                facts->permission_events = probe_permission(group);
        } else if (errno == ENOSYS &&
                   facts->n_holders == 0) /* beside holders it is a filter that answers for the kernel */
                facts->supported = facts->permission_events = TRI_NO;
}

void fanotify_look(const Host *host, Deadline deadline, FanotifyFacts *ret)
{
        Pass pass = { .host = host, .deadline = deadline, .facts = ret };

        *ret = (FanotifyFacts){ .known = TRI_UNKNOWN, .supported = TRI_UNKNOWN, .permission_events = TRI_UNKNOWN };
        if (!host_is_live(host))
                return;
        fanotify_self_read(&pass.self);
        look_at_processes(&pass);
        probe(ret);
}
