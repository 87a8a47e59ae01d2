/*
 * install, update, disable, uninstall: none touches the sensor, its onboarding or the repository.
 */
#include <string.h>

#include "agent/history.h"
#include "agent/state.h"
#include "handler/commands.h"
#include "handler/program.h"
#include "agent/queue.h"
#include "handler/recheck_unit.h"
#include "handler/removal.h"
#include "handler/session.h"
#include "handler/successor.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/fs.h"
#include "platform/host_init.h"

#define UNINSTALL_MS 60000 /* the agent gives 300 s; whatever takes longer conclude removes when it ends */
#define MANIFEST_MAX (256 * 1024)

static int complain(const char *verb, const Error *err)
{
        fprintf(stderr, "%s: %s\n", verb, err->text);
        log_error("%s: %s", verb, err->text);
        return reason_get(REASON_ENVIRONMENT)->azure_code;
}

static int open_session(Session *session, const char *operation)
{
        Error err = { 0 };

        host_init(&session->host);
        return session_open(session, operation, &err) < 0 ? complain(operation, &err) : 0;
}

int command_install(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        Error err = { 0 };
        int code = open_session(&session, "Install");

        if (code)
                return code;
        /* left by an uninstall whose worker is still at work: this installation wants to stay. An update has come to
         * its end here, whatever the version that went made of it. */
        if ((fs_exists(&session.host, REMOVAL_MARK) && fs_remove(&session.host, REMOVAL_MARK, &err) < 0) ||
            successor_forget(&session.host, &err) < 0 || program_install(&session.host, &err) < 0)
                return complain("install", &err);
        log_info("install: version %s is in place at " PROGRAM, version_text);
        return 0;
}

static char *sibling(const Environment *environment, const char *version)
{
        int parent = (int)(strrchr(environment->base, '/') - environment->base);

        return text_format("%.*s/%s-%s", parent, environment->base, environment->name, version);
}

/* A downgrade runs the update of the version that goes, and names the one that comes. */
static int open_coming(Session *session)
{
        const char *version = getenv("VERSION");
        _cleanup_free_ char *base = NULL;
        Error err = { 0 };
        int code = open_session(session, "Update");

        if (code || text_is_empty(version) || strspn(version, "0123456789.") != strlen(version))
                return code;
        base = sibling(&session->environment, version);
        if (text_equal(base, session->environment.base) || !fs_is_folder(&session->host, base))
                return 0;
        environment_clear(&session->environment);
        return environment_read(&session->host, base, &session->environment, &err) < 0 ? complain("Update", &err) : 0;
}

/* Earlier versions of this extension were another program, which takes over nothing of ours. */
static bool is_ours(const Host *host, const char *base)
{
        _cleanup_free_ char *path = text_format("%s/HandlerManifest.json", base), *manifest = NULL;
        size_t length = 0;

        return fs_read(host, path, MANIFEST_MAX, &manifest, &length, NULL) == 0 && manifest &&
               strstr(manifest, "mde-linux");
}

/*
 * The agent has copied the old version's status files into the new folder: an old success must not stand for what the
 * new version has yet to do. Nobody else writes there before its enable, so this needs no lock.
 */
int command_update(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        Failure failure;
        Error err = { 0 };
        int code = open_coming(&session);

        if (code)
                return code;
        outcome_say(outcome, "updating to version %s", session.environment.version);
        outcome_row(outcome, "update", ROW_WORKING, "updating to version %s", session.environment.version);
        session_tell(&session, outcome);
        if (!is_ours(&session.host, session.environment.base)) {
                log_info("update: version %s is not of our kind: what is ours goes with this version",
                         session.environment.version);
                return 0;
        }
        if (program_install(&session.host, &err) < 0 ||
            successor_name(&session.host, session.environment.base, &err) < 0) {
                failure_from(&failure, err.kind == ERROR_SPACE ? REASON_DISK_FULL : REASON_WORKER_START, &err);
                return session_fail(&session, outcome, VERDICT_FAILED, &failure);
        }
        log_info("update: to version %s", session.environment.version);
        return 0;
}

/* A folder that is damaged must not keep the extension on the machine: these two verbs do what they can without it. */
static bool open_if_possible(Session *session, const char *operation)
{
        Error err = { 0 };

        host_init(&session->host);
        if (session_open(session, operation, &err) == 0)
                return true;
        fprintf(stderr, "%s: %s\n", operation, err.text);
        return false;
}

/* The success found is one no more: an update hands the file to the next version, which may never write one. */
static void tell_disabled(const Session *session)
{
        Outcome outcome = { .verdict = VERDICT_WORKING };

        outcome_say(&outcome, "disabled; the sensor stays as it is");
        outcome_row(&outcome, "disable", ROW_WORKING, "disabled; the sensor stays as it is");
        session_tell(session, &outcome);
}

int command_disable(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        Error err = { 0 };
        bool open = open_if_possible(&session, "Disable");

        if (open)
                tell_disabled(&session); /* first: a worker tells its own end later */
        if (recheck_unit_remove(&session.host, &err) < 0)
                log_warning("disable: %s", err.text);
        if (queue_drop_next(&session.host, &err) < 0 || worker_unit_stop(&session.host, &err) < 0)
                log_warning("disable: %s", err.text);
        log_info("disable: the sensor stays as it is");
        return 0;
}

/* An update: the version that comes has just named itself, and takes over what we have. A folder left beside ours by
 * an update that failed is no successor. */
static bool has_successor(const Session *session)
{
        _cleanup_free_ char *base = successor_take(&session->host);

        return base && !text_equal(base, session->environment.base) && is_ours(&session->host, base);
}

/* True: no worker is left, nor its conclude. */
static bool wait_for_end(const Host *host, Deadline deadline)
{
        bool active = false;
        Error err = { 0 };

        while (worker_unit_is_active(host, &active, &err) == 0 && active)
                if (host_wait(host, 50, deadline, &err) < 0)
                        return false;
        return true;
}

/* 0: gone; 1: somebody else does it later. */
static int remove_for_good(const Session *session, Error *err)
{
        const Host *host = &session->host;
        _cleanup_free_ char *installer_log = session->environment.log_folder ? session_installer_log(session)
                                                                             : text_copy(STATE_FOLDER "/installer.log");
        Deadline deadline = deadline_in(UNINSTALL_MS);
        _cleanup_close_ int lock = -1;

        /* from now on whoever holds the lock removes what we could not wait for */
        if (state_prepare(host, err) < 0 || fs_write(host, REMOVAL_MARK, "", 0, 0600, err) < 0)
                log_warning("uninstall: %s", err->text);
        if (recheck_unit_remove(host, err) < 0)
                log_warning("uninstall: %s", err->text);
        if (queue_drop_next(host, err) < 0 || worker_unit_stop(host, err) < 0)
                log_warning("uninstall: %s", err->text);
        if (!wait_for_end(host, deadline)) {
                removal_leave(host, "a run is still in the package manager; it removes our files when it ends");
                return 1;
        }
        if (!fs_is_folder(host, STATE_FOLDER))
                return removal_of_ours(host, err); /* conclude has been here */
        if (state_lock_wait(host, deadline, &lock, err) == 0)
                return removal_carry_out(host, installer_log, deadline, &lock, err);
        if (!fs_is_folder(host, STATE_FOLDER))
                return removal_of_ours(host, err); /* who held it has been here */
        removal_leave(host, err->text);
        return 1;
}

int command_uninstall(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        Error err = { 0 };
        int r;

        open_if_possible(&session, "Uninstall");
        if (has_successor(&session)) {
                log_info("uninstall: another version takes over");
                return 0;
        }
        r = remove_for_good(&session, &err);
        if (r < 0)
                return complain("uninstall", &err);
        if (r == 0)
                log_info("uninstall: done; the sensor, its onboarding and its repository stay");
        return 0;
}
