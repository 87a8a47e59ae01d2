/*
 * status: where this machine stands, by a first look; and when it does, for who waits for the end of a run.
 *
 * Who waits is woken by changes of STATE (the lock file is closed when its holder lets go), and looks now and then
 * all the same: the lock itself goes a moment after that, and others than root see no more than the worker's unit.
 */
#include "handler/people/commands.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "agent/answers/advice.h"
#include "agent/commands/status_show.h"
#include "agent/guest/program_call.h"
#include "agent/state.h"
#include "handler/people/asked.h"
#include "platform/base/text.h"

#define LOOK_MS 1000
#define CONFLICT_MS 5000
#define SETTLE_MS 50 /* from an event to what it tells of */
#define TIMEOUT_MAX_S (7 * 24 * 60 * 60)

/* -1: events are not to be had, the looks now and then are all. */
static int watch(const Host *host)
{
        _cleanup_free_ char *path = host_path(host, STATE_FOLDER);
        _cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

        if (fd < 0 || inotify_add_watch(fd, path, IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR) < 0)
                return -1;
        return TAKE_FD(fd);
}

static void wait_for_change(int fd, Deadline deadline)
{
        struct pollfd event = { .fd = fd, .events = POLLIN };
        int64_t left = deadline_left_ms(deadline);
        char buffer[4096];

        if (poll(&event, fd < 0 ? 0 : 1, (int)(left < LOOK_MS ? left : LOOK_MS)) > 0) {
                poll(NULL, 0, SETTLE_MS);
                while (read(fd, buffer, sizeof(buffer)) > 0)
                        ;
        }
}

static int wait_for_end(const Host *host, Deadline deadline)
{
        _cleanup_close_ int fd = watch(host);
        int64_t busy_ms = deadline_now_ms(); /* when somebody was last seen at work */
        ExtensionState state;

        for (;;) {
                extension_state_look(host, &state);
                if (extension_state_is_busy(&state) == TRI_YES)
                        busy_ms = deadline_now_ms();
                if (!extension_state_goes_on(&state, deadline_now_ms() - busy_ms))
                        return COMMAND_DONE;
                if (deadline_passed(deadline))
                        return COMMAND_FAILED;
                wait_for_change(fd, deadline);
        }
}

static int read_timeout(const CommandLine *line, Deadline *ret)
{
        const char *given = command_line_option(line, "timeout");
        int64_t seconds = 0;

        *ret = DEADLINE_NEVER;
        if (!given)
                return 0;
        if (!command_line_option(line, "wait"))
                return command_line_refuse(line, "--timeout goes with --wait only");
        if (!text_to_int64(given, 0, TIMEOUT_MAX_S, &seconds)) {
                _cleanup_free_ char *shown = text_escape(given, 80);

                return command_line_refuse(line, "--timeout %s: not a number of seconds up to %d", shown,
                                           TIMEOUT_MAX_S);
        }
        *ret = deadline_in(seconds * 1000);
        return 0;
}

/* Whether what the last run was refused for is still there; a first look does not ask for it. */
static void look_again(const Host *host, const Extension *extension, Facts *facts)
{
        const ExtensionRun *run = standing_run(extension);

        if (run && run->failure.reason == REASON_CONFLICT && host_is_live(host) && geteuid() == 0)
                fanotify_look(host, deadline_in(CONFLICT_MS), &facts->fanotify);
}

static void advise(const char *image, Standing *standing)
{
        _cleanup_free_ char *remedy = advice_words(image, standing->remedy);

        snprintf(standing->remedy, sizeof(standing->remedy), "%s", remedy);
}

static int show(const Host *host, const char *image, const Configuration *configuration, bool as_json)
{
        _cleanup_(extension_clear) Extension extension = { 0 };
        _cleanup_(facts_clear) Facts facts = { 0 };
        _cleanup_free_ Asked *asked = text_allocate(sizeof(*asked));
        char call[PROGRAM_CALL_MAX];
        Standing standing;
        StatusView view = {
                &facts, &extension, asked, &standing, host_is_live(host), geteuid() == 0, configuration->hidden, image
        };

        extension_look(host, &extension);
        asked_look(host, &extension, &facts, asked);
        if (asked->known != TRI_YES && !asked->unreadable.reason)
                asked->unreadable = configuration->unread;
        look_again(host, &extension, &facts);
        standing_judge(&facts, &extension, asked, view.live, view.root ? NULL : program_call(call), &standing);
        advise(image, &standing);
        return as_json ? status_show_json(&view) : status_show(&view);
}

int command_status(const CommandLine *line)
{
        _cleanup_(configuration_clear) Configuration configuration = { 0 };
        _cleanup_free_ char *root = NULL;
        Deadline deadline;
        Host host;
        int code = read_timeout(line, &deadline);

        if (!code)
                code = command_line_look(line, &configuration, &root, &host);
        if (code)
                return code;
        if (command_line_option(line, "wait") && !host_is_live(&host))
                return command_line_refuse(line, "--wait is for the running machine, not for an image");
        if (command_line_option(line, "wait") && wait_for_end(&host, deadline)) {
                fprintf(stderr,
                        "mde-linux status: the run is still going on after %s s; look at it with 'mde-linux status', "
                        "or wait longer\n",
                        command_line_option(line, "timeout"));
                return COMMAND_FAILED;
        }
        return show(&host, root, &configuration, command_line_option(line, "json"));
}
