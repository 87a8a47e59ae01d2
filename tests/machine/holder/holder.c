/* Holds a fanotify group until it is killed, and allows whatever it is asked for.
 *
 *   holder notify|content FOLDER NAME READY
 *
 * FOLDER gets a mark (for permission events with content); "-" none. NAME becomes the process's name. READY is a file
 * that is made when all is in place. */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <unistd.h>

static void allow_all(int group)
{
        char buffer[8192] __attribute__((aligned(8)));
        ssize_t length = read(group, buffer, sizeof buffer);
        struct fanotify_event_metadata *event = (void *)buffer;

        for (; length > 0 && FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
                struct fanotify_response response = { .fd = event->fd, .response = FAN_ALLOW };

                if (event->mask & FAN_OPEN_PERM && write(group, &response, sizeof response) < 0)
                        perror("holder: fanotify");
                if (event->fd >= 0)
                        close(event->fd);
        }
}

int main(int argc, char **argv)
{
        int content = argc == 5 && strcmp(argv[1], "content") == 0, group, ready;

        if (argc != 5)
                return 2;
        group = fanotify_init((content ? FAN_CLASS_CONTENT : FAN_CLASS_NOTIF) | FAN_CLOEXEC | FAN_NONBLOCK,
                              O_RDONLY | O_CLOEXEC);
        if (group < 0 ||
            (strcmp(argv[2], "-") != 0 &&
             fanotify_mark(group, FAN_MARK_ADD, content ? FAN_OPEN_PERM : FAN_OPEN, AT_FDCWD, argv[2]) < 0)) {
                perror("holder");
                return 1;
        }
        prctl(PR_SET_NAME, argv[3]);
        ready = open(argv[4], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        if (ready < 0)
                return 1;
        close(ready);
        for (;;) {
                struct pollfd watched = { .fd = group, .events = POLLIN };

                if (poll(&watched, 1, -1) > 0)
                        allow_all(group);
        }
}
