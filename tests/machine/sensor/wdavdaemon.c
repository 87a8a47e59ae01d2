/* The stand-in sensor's daemon: a real blocking fanotify group, a licence, and commands.
 *
 * It asks the kernel for permission events on the folder of its programs and allows each, so that
 * it looks to the machine like the real one; stopped (SIGSTOP) it blocks them, as the real one does. It takes commands
 * only when it is ready: ready_delay_ms after its start, and once ready_file (when that knob is set) is there.
 * crash_loop=N ends it after N ms. */

#define _GNU_SOURCE
#include "sensor.h"
#include "stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define TICK_MS 20
#define GUARDED "/opt/microsoft/mdatp/sbin" /* nothing here may be opened by the daemon itself */

static int guard(void)
{
        int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC);

        if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM | FAN_EVENT_ON_CHILD, AT_FDCWD, GUARDED) < 0)
                fprintf(stderr, "wdavdaemon: no fanotify: %m\n");
        return group;
}

static void allow_all(int group)
{
        char buffer[8192] __attribute__((aligned(8)));
        ssize_t length = read(group, buffer, sizeof buffer);
        struct fanotify_event_metadata *event = (void *)buffer;

        for (; length > 0 && FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
                struct fanotify_response response = { .fd = event->fd, .response = FAN_ALLOW };

                if (event->mask & FAN_OPEN_PERM && write(group, &response, sizeof response) < 0)
                        perror("wdavdaemon: fanotify");
                if (event->fd >= 0)
                        close(event->fd);
        }
}

static bool is_ready(long long started)
{
        char *file = knob("ready_file", "");
        bool ready = now_ms() - started >= knob_number("ready_delay_ms", 300) && (!*file || access(file, F_OK) == 0);

        free(file);
        return ready;
}

static int listen_for_commands(void)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
        int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        unlink(SOCKET);
        if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
            listen(listener, 64) < 0) {
                perror("wdavdaemon: " SOCKET);
                exit(1);
        }
        if (chmod(SOCKET, 0666) < 0)
                perror("wdavdaemon: " SOCKET);
        return listener;
}

static size_t receive(int peer, char *request)
{
        size_t filled = 0;
        ssize_t length;

        while (filled < REQUEST_MAX && (length = recv(peer, request + filled, REQUEST_MAX - filled, 0)) > 0)
                filled += (size_t)length;
        return filled;
}

static void serve(Sensor *s, int listener)
{
        struct timeval patience = { .tv_sec = 2 };
        int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC), argc = 0;
        char request[REQUEST_MAX + 1], *argv[64], *text = NULL, status;
        size_t length, size, sent = 0;
        FILE *out;

        if (peer < 0)
                return;
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        length = receive(peer, request);
        request[length] = '\0';
        for (char *at = request; at < request + length && argc < 64; at += strlen(at) + 1)
                argv[argc++] = at;
        out = open_memstream(&text, &size);
        if (out) {
                fputc(0, out);
                status = (char)sensor_answer(s, argc, argv, out);
                fclose(out);
                text[0] = status;
                while (sent < size) {
                        ssize_t n = send(peer, text + sent, size - sent, MSG_NOSIGNAL);

                        if (n <= 0)
                                break;
                        sent += (size_t)n;
                }
        }
        free(text);
        close(peer);
}

static void crash_if_asked(long long started)
{
        long after = knob_number("crash_loop", -1);

        if (after < 0 || now_ms() - started < after)
                return;
        fprintf(stderr, "wdavdaemon: stand-in crash: the engine could not be loaded\n");
        exit(3);
}

int main(void)
{
        long long started = now_ms();
        int group = guard(), listener = -1;
        Sensor sensor;

        unlink(SOCKET);
        sensor_load(&sensor);
        managed_look(&sensor, true);
        mode_record(&sensor);
        for (;;) {
                struct pollfd watched[] = { { .fd = group, .events = POLLIN }, { .fd = listener, .events = POLLIN } };

                if (poll(watched, 2, TICK_MS) < 0 && errno != EINTR)
                        return 1;
                if (watched[0].revents)
                        allow_all(group);
                crash_if_asked(started);
                sensor_look(&sensor);
                managed_look(&sensor, false);
                mode_record(&sensor);
                threats_look(&sensor);
                if (listener < 0 && is_ready(started))
                        listener = listen_for_commands();
                else if (watched[1].revents)
                        serve(&sensor, listener);
        }
}
