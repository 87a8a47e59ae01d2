#include "handler/lifecycle.h"

#include <string.h>

#include "agent/mission.h"
#include "agent/state.h"
#include "handler/commands.h"
#include "handler/program.h"
#include "handler/queue.h"
#include "handler/session.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/fs.h"

#define UNINSTALL_MS 200000 /* the agent gives 300 s */

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
        /* left by an uninstall whose worker is still at work: this installation wants to stay */
        if (fs_remove(&session.host, LIFECYCLE_UNINSTALLED, &err) < 0 || program_install(&session.host, &err) < 0)
                return complain("install", &err);
        log_info("install: version %s is in place at " PROGRAM, version_text);
        return 0;
}

/*
 * The agent has copied the old version's status files into this folder: an old success must not stand for what the
 * new version has yet to do. Nobody else writes here before our enable, so this needs no lock.
 */
int command_update(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        Error err = { 0 };
        int code = open_session(&session, "Update");

        if (code)
                return code;
        outcome_say(outcome, "updating to version %s", session.environment.version);
        outcome_row(outcome, "update", ROW_WORKING, "updating to version %s", session.environment.version);
        session_tell(&session, outcome);
        if (program_install(&session.host, &err) < 0) {
                Failure failure;

                failure_from(&failure, REASON_WORKER_START, &err);
                return session_fail(&session, outcome, VERDICT_FAILED, &failure);
        }
        log_info("update: to version %s", session.environment.version);
        return 0;
}

int command_disable(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        Error err = { 0 };
        int code = open_session(&session, "Disable");

        if (code)
                return code;
        if (queue_drop_next(&session.host, &err) < 0 || worker_unit_stop(&session.host, &err) < 0)
                log_warning("disable: %s", err.text);
        log_info("disable: the sensor stays as it is");
        return 0;
}

int lifecycle_remove_ours(const Host *host, Error *err)
{
        if (worker_unit_remove(host, err) < 0 || fs_remove_tree(host, STATE_CACHE, err) < 0 ||
            fs_remove_tree(host, STATE_FOLDER, err) < 0)
                return -1;
        return program_remove(host, err);
}

/* An update: another version's folder stands beside ours and takes over what we have. */
static bool has_successor(const Host *host, const Environment *environment)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        _cleanup_free_ char *prefix = text_format("%s-", environment->name), *folder = NULL;
        const char *slash = strrchr(environment->base, '/');
        size_t i;

        folder = text_copy_n(environment->base, (size_t)(slash - environment->base));
        if (fs_list(host, folder, &names, NULL) < 0)
                return false;
        for (i = 0; names[i]; i++) {
                _cleanup_free_ char *manifest = text_format("%s/%s/HandlerManifest.json", folder, names[i]);

                if (text_starts_with(names[i], prefix) && !text_equal(names[i], slash + 1) && fs_exists(host, manifest))
                        return true;
        }
        return false;
}

static int remove_for_good(const Session *session, Error *err)
{
        const Host *host = &session->host;
        _cleanup_free_ char *installer_log = session_installer_log(session);
        AptRun repair = { .deadline = deadline_in(UNINSTALL_MS) };
        _cleanup_close_ int lock = -1;

        if (queue_drop_next(host, err) < 0 || worker_unit_stop(host, err) < 0)
                log_warning("uninstall: %s", err->text);
        /* from now on conclude removes what we could not wait for */
        if (fs_write(host, LIFECYCLE_UNINSTALLED, "", 0, 0600, err) < 0)
                return -1;
        if (state_lock_wait(host, deadline_in(UNINSTALL_MS), &lock, err) < 0) {
                log_warning("uninstall: a run is still in the package manager; it removes our files when it ends");
                return 0;
        }
        if (mission_recover(host, &repair, installer_log, err) < 0)
                log_warning("uninstall: %s", err->text);
        return lifecycle_remove_ours(host, err);
}

int command_uninstall(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        Error err = { 0 };
        int code = open_session(&session, "Uninstall");

        if (code)
                return code;
        if (has_successor(&session.host, &session.environment)) {
                log_info("uninstall: another version takes over");
                return 0;
        }
        if (remove_for_good(&session, &err) < 0)
                return complain("uninstall", &err);
        log_info("uninstall: done; the sensor, its onboarding and its repository stay");
        return 0;
}
