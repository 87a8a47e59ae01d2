/*
 * generalize: prepares this machine for the image that others are made from. It works under the mission lock, so that
 * nothing is onboarded meanwhile, and stops the sensor first, which would write its state anew.
 */
#include "agent/machine/generalize.h"

#include <stdarg.h>
#include <string.h>

#include "agent/commands/screen.h"
#include "agent/facts.h"
#include "agent/queue.h"
#include "agent/state_holder.h"
#include "agent/undo.h"
#include "handler/people/commands.h"
#include "handler/recheck_unit.h"
#include "handler/worker_unit.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/manager.h"
#include "platform/json_add.h"

#define LOOK_MS 20000
#define STOP_MS 120000
#define PATH_SHOWN 300

typedef struct Work {
        const CommandLine *line;
        Host host;
        Facts *facts;
        bool dry_run, sure;
        GeneralizeList list;
        bool stopped; /* the sensor ran, and was stopped */
        bool looked;  /* the daily look was, or would be, removed */
} Work;

static bool is_device(const Facts *facts)
{
        return facts->sensor.onboarded == TRI_YES || facts->sensor.health.licensed == TRI_YES;
}

static const char *tenant(const Facts *facts)
{
        const char *org = *facts->sensor.health.org_id ? facts->sensor.health.org_id : facts->sensor.onboarded_org;

        return *org ? org : "unknown";
}

/* --- what speaks against it ------------------------------------------------------------------------------- */

static int refuse(const char *format, ...) _printf_(1, 2);
static int refuse(const char *format, ...)
{
        va_list ap;

        fprintf(stderr, "mde-linux generalize: ");
        va_start(ap, format);
        vfprintf(stderr, format, ap);
        va_end(ap);
        fprintf(stderr, " Nothing was changed.\n");
        return COMMAND_NOT_AS_ASKED;
}

static int refuse_error(const Error *err)
{
        fprintf(stderr, "mde-linux generalize: %s\n", err->text);
        return COMMAND_FAILED;
}

/* Somebody else's transaction: the image would have a package half installed. */
static int judge_packages(const Host *host)
{
        const PackageManager *manager = package_manager_find(host);
        const PackageRun run = { .deadline = deadline_in(1) };
        Error err = { 0 };

        if (!manager || manager->wait_for_locks(host, &run, &err) == 0 || err.kind != ERROR_BUSY)
                return 0;
        return refuse("the package manager is at work: %s. Wait until it has ended.", err.text);
}

static int judge(const Work *work)
{
        const Hold *hold = &work->facts->hold;
        UndoState undo = { 0 };

        if (hold->held == TRI_YES)
                return refuse(
                        "changes of this machine are on hold (%s), and every machine made from its image would be. "
                        "Say 'mde-linux unhold' first.",
                        *hold->reason ? hold->reason : "no reason was given");
        if (undo_state(&work->host, &undo, NULL) == 0 && undo.pending)
                return refuse(
                        "an earlier run was cut off in the middle, and is not put right yet. Let the extension run "
                        "again (restart the guest agent), or wait for the daily look.");
        if (queue_has_next(&work->host))
                return refuse("a request of the extension waits to be worked on. Let it end: 'systemctl status "
                              "mde-linux-worker'.");
        return judge_packages(&work->host);
}

/* --- what is told ----------------------------------------------------------------------------------------- */

static void say_items(const Screen *screen, const Work *work)
{
        size_t i;

        for (i = 0; i < work->list.n; i++) {
                _cleanup_free_ char *shown = text_escape(work->list.items[i].path, PATH_SHOWN);

                screen_say(screen, SCREEN_PLAIN, 4, "  %s: %s", shown, work->list.items[i].why);
        }
}

static void say_device(const Screen *screen, const Work *work)
{
        if (is_device(work->facts))
                screen_say(
                        screen, SCREEN_WARNING, 0,
                        "This machine is a device of the tenant %s. It stays in its list of devices, as inactive, "
                        "unless it is offboarded before: 'mde-linux offboard FILE'. Best is an image of a machine that "
                        "never was one.",
                        tenant(work->facts));
}

static void say_next(const Screen *screen)
{
        screen_say(screen, SCREEN_PLAIN, 0,
                   "What stays: the sensor's package, its repository, its managed configuration, /etc/mde-linux.");
        screen_say(
                screen, SCREEN_PLAIN, 0,
                "Before the image is taken: 'waagent -force -deprovision' (on Arc: 'azcmagent disconnect'), which "
                "clears the extension's own folder, and an empty /etc/machine-id. Do not start this machine again in "
                "between: a started sensor makes itself an identity.");
}

static int say(const Work *work)
{
        Screen screen = screen_of(stdout);

        if (work->list.n == 0)
                screen_say(&screen, SCREEN_GOOD, 0, "There is nothing to remove.");
        else
                screen_say(&screen, SCREEN_STRONG, 0, "%s", work->dry_run ? "Would be removed:" : "Removed:");
        say_items(&screen, work);
        if (work->looked)
                screen_say(&screen, SCREEN_PLAIN, 0,
                           "The daily look (" RECHECK_TIMER ") %s; the next enable brings it.",
                           work->dry_run ? "would go" : "is gone");
        if (work->stopped)
                screen_say(&screen, SCREEN_PLAIN, 0, "The sensor is stopped; its unit stays enabled.");
        if (work->dry_run)
                say_device(&screen, work);
        else
                say_next(&screen);
        return screen_end(&screen);
}

static Json *items_json(const GeneralizeList *list)
{
        Json *array = json_object_new_array();
        size_t i;

        for (i = 0; i < list->n; i++) {
                Json *item = json_add_row(array);
                _cleanup_free_ char *shown = text_escape(list->items[i].path, PATH_SHOWN);

                json_add_text(item, "path", shown);
                json_add_text(item, "why", list->items[i].why);
        }
        return array;
}

static int print_json(const Work *work, bool done)
{
        Json *document = screen_document("generalize", 1);

        json_add_flag(document, "done", done);
        json_object_object_add(document, "items", items_json(&work->list));
        json_add_flag(document, "device", is_device(work->facts));
        if (is_device(work->facts))
                json_add_text(document, "tenant", tenant(work->facts));
        json_add_flag(document, "sensor_stopped", work->stopped);
        json_add_flag(document, "daily_look", work->looked);
        return screen_print_document(document);
}

static int show(const Work *work)
{
        return command_line_option(work->line, "json") ? print_json(work, !work->dry_run) : say(work);
}

/* A device of a tenant: shown, and not done before somebody says so. */
static int ask(const Work *work)
{
        Screen screen = screen_of(stdout);

        if (command_line_option(work->line, "json")) {
                if (print_json(work, false))
                        return COMMAND_FAILED;
        } else {
                say_device(&screen, work);
                screen_say(&screen, SCREEN_STRONG, 0, "Would be removed:");
                say_items(&screen, work);
                screen_say(&screen, SCREEN_PLAIN, 0, "Nothing was changed. With --yes it is.");
                if (screen_end(&screen))
                        return COMMAND_FAILED;
        }
        return COMMAND_NOT_AS_ASKED;
}

/* --- what is done ----------------------------------------------------------------------------------------- */

static int wait_until_stopped(const Host *host, Systemd *systemd, Error *err)
{
        const Deadline deadline = deadline_in(STOP_MS);
        UnitState unit = { 0 };

        for (;;) {
                if (systemd_unit_state(systemd, SENSOR_UNIT, &unit, err) < 0)
                        return -1;
                if (!unit.job_pending && (text_equal(unit.active, "inactive") || text_equal(unit.active, "failed")))
                        return 0;
                if (host_wait(host, 100, deadline, err) < 0)
                        return error_set(err, ERROR_TIMEOUT,
                                         SENSOR_UNIT
                                         " does not stop (it is %s). See 'systemctl status mdatp'; nothing was "
                                         "removed",
                                         unit.active);
        }
}

/* Asked anew: a sensor that may be running must not lose its state under its feet. */
static int stop_sensor(Work *work, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState unit = { 0 };

        if (!systemd_is_running(&work->host))
                return 0;
        if (systemd_open(&systemd, err) < 0 || systemd_unit_state(systemd, SENSOR_UNIT, &unit, err) < 0)
                return -1;
        if (text_equal(unit.load, "not-found") || (text_equal(unit.active, "inactive") && !unit.job_pending))
                return 0;
        if (systemd_stop(systemd, SENSOR_UNIT, err) < 0 || wait_until_stopped(&work->host, systemd, err) < 0)
                return -1;
        work->stopped = true;
        return 0;
}

/* What came while the sensor stopped would begin anew what is taken away here. */
static int refuse_queued(const Work *work, const char *done)
{
        fprintf(stderr,
                "mde-linux generalize: a request of the extension came meanwhile, and its worker begins now: this "
                "machine is not ready for an image. %s%s. Say it again when that has ended ('mde-linux status "
                "--wait'), with the guest agent stopped.\n",
                work->stopped ? "The sensor was stopped, that request starts it again; " : "", done);
        return COMMAND_NOT_AS_ASKED;
}

/* The list again: a sensor that stops writes. */
static int carry_out(Work *work)
{
        const Host *host = &work->host;
        Error err = { 0 };

        if (stop_sensor(work, &err) < 0)
                return refuse_error(&err);
        if (queue_has_next(host))
                return refuse_queued(work, "nothing was removed");
        generalize_list_clear(&work->list);
        if (recheck_unit_remove(host, &err) < 0 || generalize_look(host, &work->list, &err) < 0)
                return refuse_error(&err);
        if (generalize_remove(host, &work->list, &err) < 0) {
                error_prefix(&err, "some of it may be gone, and the sensor is stopped: mend this and run it again");
                return refuse_error(&err);
        }
        return queue_has_next(host) ? refuse_queued(work, "what was to be removed is gone") : show(work);
}

static int run(Work *work)
{
        Error err = { 0 };
        int refused;

        facts_gather(&work->host, LOOK_FIRST, deadline_in(LOOK_MS), work->facts);
        refused = judge(work);
        if (refused)
                return refused;
        work->looked = recheck_unit_is_in_place(&work->host);
        if (generalize_look(&work->host, &work->list, &err) < 0)
                return refuse_error(&err);
        if (work->dry_run)
                return show(work);
        if (is_device(work->facts) && !work->sure)
                return ask(work);
        return carry_out(work);
}

static int refuse_other(void)
{
        return refuse("another run of mde-linux works on this machine. Wait until it has ended: 'systemctl status "
                      "mde-linux-worker'.");
}

/* Under the lock, so that no run begins meanwhile; not to show only. A machine that has no state has no run either. */
static int run_locked(Work *work)
{
        _cleanup_close_ int lock = -1;
        ProcessIdentity holder;
        Error err = { 0 };
        int code;

        if (!fs_is_folder(&work->host, STATE_FOLDER))
                return run(work);
        if (work->dry_run)
                return state_find_holder(&work->host, &holder) ? refuse_other() : run(work);
        if (state_lock_try(&work->host, &lock, &err) < 0)
                return refuse_error(&err);
        if (lock < 0)
                return refuse_other();
        code = run(work);
        return worker_unit_let_go(&work->host, &lock, &err) < 0 ? refuse_error(&err) : code;
}

int command_generalize(const CommandLine *line)
{
        _cleanup_(configuration_clear) Configuration configuration = { 0 };
        _cleanup_free_ Facts *facts = text_allocate(sizeof(Facts));
        _cleanup_free_ char *root = NULL;
        Work work = { .line = line,
                      .facts = facts,
                      .dry_run = command_line_option(line, "dry-run"),
                      .sure = command_line_option(line, "yes") };
        int code = command_line_host(line, &configuration, &root, &work.host);

        if (!code)
                code = run_locked(&work);
        generalize_list_clear(&work.list);
        facts_clear(facts);
        return code;
}
