#include "platform/systemd.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <time.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER NAME ".Manager"
#define UNIT NAME ".Unit"
#define SERVICE NAME ".Service"

#define USEC_PER_SEC 1000000ULL
#define CALL_TIMEOUT_US (20 * USEC_PER_SEC)

static void bus_free(sd_bus *bus)
{
        sd_bus_flush_close_unref(bus);
}
DEFINE_CLEANUP(sd_bus *, bus_free)

static void message_free(sd_bus_message *message)
{
        sd_bus_message_unref(message);
}
DEFINE_CLEANUP(sd_bus_message *, message_free)

bool systemd_is_running(const Host *host)
{
        return fs_is_folder(host, "/run/systemd/system");
}

static int open_private(sd_bus **ret)
{
        _cleanup_(bus_freep) sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_address(bus, "unix:path=/run/systemd/private");
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r >= 0)
                *ret = TAKE_PTR(bus);
        return r;
}

/* Systemd is the bus connection, by another name. */
int systemd_open(Systemd **ret, Error *err)
{
        _cleanup_(bus_freep) sd_bus *bus = NULL;
        int r = open_private(&bus);

        if (r < 0)
                r = sd_bus_open_system(&bus);
        if (r < 0)
                return error_errno(err, -r, "connect to systemd");
        sd_bus_set_method_call_timeout(bus, CALL_TIMEOUT_US);
        *ret = (Systemd *)TAKE_PTR(bus);
        return 0;
}

void systemd_close(Systemd *systemd)
{
        bus_free((sd_bus *)systemd);
}

static int bus_error(Error *err, int r, sd_bus_error *bus, const char *what, const char *unit)
{
        error_errno(err, -r, "ask systemd to %s %s", what, unit);
        if (err && bus && bus->message)
                error_set(err, err->kind, "systemd would not %s %s: %s", what, unit, bus->message);
        sd_bus_error_free(bus);
        return -1;
}

static void read_string(sd_bus *bus, const char *path, const char *interface, const char *member, char *buffer,
                        size_t size)
{
        _cleanup_free_ char *value = NULL;

        if (sd_bus_get_property_string(bus, NAME, path, interface, member, NULL, &value) >= 0)
                snprintf(buffer, size, "%s", value);
}

unsigned systemd_version_of(const char *words)
{
        unsigned number = 0;

        return sscanf(words + strcspn(words, "0123456789"), "%9u", &number) == 1 ? number : 0;
}

unsigned systemd_version(Systemd *systemd)
{
        char words[64] = "";

        read_string((sd_bus *)systemd, PATH, MANAGER, "Version", words, sizeof(words));
        return systemd_version_of(words);
}

static bool read_job(sd_bus *bus, const char *path)
{
        _cleanup_(message_freep) sd_bus_message *reply = NULL;
        const char *job;
        uint32_t id = 0;

        return sd_bus_get_property(bus, NAME, path, UNIT, "Job", NULL, &reply, "(uo)") >= 0 &&
               sd_bus_message_read(reply, "(uo)", &id, &job) >= 0 && id != 0;
}

static void read_state(sd_bus *bus, const char *path, bool service, UnitState *state)
{
        uint32_t number = 0;
        int flag = 0;

        read_string(bus, path, UNIT, "LoadState", state->load, sizeof(state->load));
        read_string(bus, path, UNIT, "ActiveState", state->active, sizeof(state->active));
        read_string(bus, path, UNIT, "SubState", state->sub, sizeof(state->sub));
        read_string(bus, path, UNIT, "UnitFileState", state->file, sizeof(state->file));
        if (sd_bus_get_property_trivial(bus, NAME, path, UNIT, "NeedDaemonReload", NULL, 'b', &flag) >= 0)
                state->needs_reload = flag;
        state->job_pending = read_job(bus, path);
        if (!service || text_equal(state->load, "not-found"))
                return;
        read_string(bus, path, SERVICE, "Result", state->result, sizeof(state->result));
        if (sd_bus_get_property_trivial(bus, NAME, path, SERVICE, "MainPID", NULL, 'u', &number) >= 0)
                state->main_pid = (pid_t)number;
        if (sd_bus_get_property_trivial(bus, NAME, path, SERVICE, "NRestarts", NULL, 'u', &number) >= 0) {
                state->restarts = number;
                state->has_restarts = true;
        }
}

int systemd_unit_state(Systemd *systemd, const char *unit, UnitState *ret, Error *err)
{
        _cleanup_(message_freep) sd_bus_message *reply = NULL;
        sd_bus_error bus_err = SD_BUS_ERROR_NULL;
        sd_bus *bus = (sd_bus *)systemd;
        UnitState state = { .load = "not-found" };
        const char *path;
        int r;

        r = sd_bus_call_method(bus, NAME, PATH, MANAGER, "LoadUnit", &bus_err, &reply, "s", unit);
        if (r < 0)
                return bus_error(err, r, &bus_err, "load", unit);
        r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return bus_error(err, r, NULL, "load", unit);
        read_state(bus, path, text_ends_with(unit, ".service"), &state);
        *ret = state;
        return 0;
}

static uint64_t read_usec(sd_bus *bus, const char *path, const char *member)
{
        uint64_t usec = 0;

        if (sd_bus_get_property_trivial(bus, NAME, path, NAME ".Timer", member, NULL, 't', &usec) < 0)
                return 0;
        return usec == UINT64_MAX ? 0 : usec;
}

static int64_t monotonic_to_real_s(uint64_t usec)
{
        return (int64_t)time(NULL) + (int64_t)(usec / USEC_PER_SEC) - deadline_now_ms() / 1000;
}

/* A timer may count from events, on the monotonic clock, and by the calendar: what comes first counts. */
void systemd_timer_times(Systemd *systemd, const char *timer, int64_t *ret_next_s, int64_t *ret_last_s)
{
        _cleanup_(message_freep) sd_bus_message *reply = NULL;
        sd_bus *bus = (sd_bus *)systemd;
        uint64_t real, monotonic;
        const char *path;
        int64_t elapses;

        *ret_next_s = *ret_last_s = 0;
        if (sd_bus_call_method(bus, NAME, PATH, MANAGER, "LoadUnit", NULL, &reply, "s", timer) < 0 ||
            sd_bus_message_read(reply, "o", &path) < 0)
                return;
        *ret_last_s = (int64_t)(read_usec(bus, path, "LastTriggerUSec") / USEC_PER_SEC);
        real = read_usec(bus, path, "NextElapseUSecRealtime");
        monotonic = read_usec(bus, path, "NextElapseUSecMonotonic");
        *ret_next_s = (int64_t)(real / USEC_PER_SEC);
        elapses = monotonic ? monotonic_to_real_s(monotonic) : 0;
        if (elapses > (int64_t)time(NULL) - 1 && (!real || elapses < *ret_next_s))
                *ret_next_s = elapses;
}

int systemd_each_start(Systemd *systemd, SystemdVisit *visit, void *userdata, Error *err)
{
        _cleanup_(message_freep) sd_bus_message *reply = NULL;
        sd_bus_error bus_err = SD_BUS_ERROR_NULL;
        const char *unit, *type, *state, *job_path, *unit_path;
        uint32_t id;
        int r = sd_bus_call_method((sd_bus *)systemd, NAME, PATH, MANAGER, "ListJobs", &bus_err, &reply, "");

        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "(usssoo)");
        if (r < 0)
                return bus_error(err, r, &bus_err, "list", "its jobs");
        while (sd_bus_message_read(reply, "(usssoo)", &id, &unit, &type, &state, &job_path, &unit_path) > 0)
                if (text_equal(type, "start"))
                        visit(unit, text_equal(state, "running"), userdata);
        return 0;
}

static int unit_call(Systemd *systemd, const char *method, const char *what, const char *unit, Error *err)
{
        sd_bus_error bus_err = SD_BUS_ERROR_NULL;
        int r = sd_bus_call_method((sd_bus *)systemd, NAME, PATH, MANAGER, method, &bus_err, NULL, "ss", unit,
                                   "replace");

        return r < 0 ? bus_error(err, r, &bus_err, what, unit) : 0;
}

int systemd_start_scope(Systemd *systemd, const SystemdScope *scope, Error *err)
{
        sd_bus_error bus_err = SD_BUS_ERROR_NULL;
        int r = sd_bus_call_method((sd_bus *)systemd, NAME, PATH, MANAGER, "StartTransientUnit", &bus_err, NULL,
                                   "ssa(sv)a(sa(sv))", scope->name, "fail", 6, "Description", "s", scope->description,
                                   "Slice", "s", scope->slice, "PIDs", "au", 1, (uint32_t)scope->pid, "KillSignal", "i",
                                   (int32_t)scope->stop_signal, "SendSIGKILL", "b", (int)false, "TimeoutStopUSec", "t",
                                   (uint64_t)scope->stop_s * USEC_PER_SEC, 0);

        return r < 0 ? bus_error(err, r, &bus_err, "start", scope->name) : 0;
}

int systemd_start(Systemd *systemd, const char *unit, Error *err)
{
        return unit_call(systemd, "StartUnit", "start", unit, err);
}

int systemd_stop(Systemd *systemd, const char *unit, Error *err)
{
        return unit_call(systemd, "StopUnit", "stop", unit, err);
}

int systemd_reset_failed(Systemd *systemd, const char *unit, Error *err)
{
        sd_bus_error bus_err = SD_BUS_ERROR_NULL;
        int r = sd_bus_call_method((sd_bus *)systemd, NAME, PATH, MANAGER, "ResetFailedUnit", &bus_err, NULL, "s",
                                   unit);

        if (r < 0 && !sd_bus_error_has_name(&bus_err, "org.freedesktop.systemd1.NoSuchUnit"))
                return bus_error(err, r, &bus_err, "reset", unit);
        sd_bus_error_free(&bus_err);
        return 0;
}

int systemd_reload(Systemd *systemd, Error *err)
{
        sd_bus_error bus_err = SD_BUS_ERROR_NULL;
        int r = sd_bus_call_method((sd_bus *)systemd, NAME, PATH, MANAGER, "Reload", &bus_err, NULL, "");

        return r < 0 ? bus_error(err, r, &bus_err, "reload", "its units") : 0;
}

int systemd_enable(Systemd *systemd, const char *unit, Error *err)
{
        sd_bus_error bus_err = SD_BUS_ERROR_NULL;
        int r = sd_bus_call_method((sd_bus *)systemd, NAME, PATH, MANAGER, "EnableUnitFiles", &bus_err, NULL, "asbb", 1,
                                   unit, false, false);

        if (r < 0)
                return bus_error(err, r, &bus_err, "enable", unit);
        return 0;
}

int systemd_disable(Systemd *systemd, const char *unit, Error *err)
{
        sd_bus_error bus_err = SD_BUS_ERROR_NULL;
        int r = sd_bus_call_method((sd_bus *)systemd, NAME, PATH, MANAGER, "DisableUnitFiles", &bus_err, NULL, "asb", 1,
                                   unit, false);

        if (r < 0)
                return bus_error(err, r, &bus_err, "disable", unit);
        return systemd_reload(systemd, err);
}

static void prepend_message(sd_journal *journal, Text *lines)
{
        _cleanup_(text_clear) Text joined = { 0 };
        _cleanup_free_ char *raw = NULL, *line = NULL;
        const void *data;
        size_t length;

        if (sd_journal_get_data(journal, "MESSAGE", &data, &length) < 0 || length < strlen("MESSAGE="))
                return;
        raw = text_copy_n((const char *)data + strlen("MESSAGE="), length - strlen("MESSAGE="));
        line = text_shown(raw, 200);
        text_append(&joined, "%s%s%s", line, lines->length ? " | " : "", lines->length ? lines->data : "");
        text_clear(lines);
        *lines = joined;
        joined = (Text){ 0 };
}

char *systemd_last_lines(const char *unit, int n)
{
        _cleanup_(text_clear) Text lines = { 0 };
        _cleanup_free_ char *match = text_format("_SYSTEMD_UNIT=%s", unit);
        char boot[SD_ID128_STRING_MAX], boot_match[64];
        sd_journal *journal = NULL;
        sd_id128_t id;

        if (sd_id128_get_boot(&id) >= 0 && sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM) >= 0) {
                snprintf(boot_match, sizeof(boot_match), "_BOOT_ID=%s", sd_id128_to_string(id, boot));
                sd_journal_add_match(journal, match, 0);
                sd_journal_add_match(journal, boot_match, 0);
                for (sd_journal_seek_tail(journal); n > 0 && sd_journal_previous(journal) > 0; n--)
                        prepend_message(journal, &lines);
        }
        if (journal)
                sd_journal_close(journal);
        return text_take(&lines);
}
