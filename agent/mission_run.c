#include "agent/mission_run.h"

#include <string.h>

#include "agent/kept.h"
#include "agent/machine/out_of_memory.h"
#include "agent/machine/temporary.h"
#include "agent/recover.h"
#include "agent/report.h"
#include "agent/steps.h"
#include "agent/steps/package_work.h"
#include "agent/steps/predecessor.h"
#include "agent/steps/sensor_start.h"
#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

#define LOOK_MS 60000
#define VERIFY_ROUNDS_MAX 3

static Step *const steps[_STEP_MAX] = {
        [STEP_ONBOARDING_PACKAGE] = step_onboarding_package,
        [STEP_CONNECTIVITY] = step_connectivity,
        [STEP_REPOSITORY] = step_repository,
        [STEP_PACKAGE_FILE] = step_package_file,
        [STEP_INSTALL_PATH] = step_install_path,
        [STEP_MANAGED_CONFIG] = step_managed_config,
        [STEP_PACKAGE] = step_package,
        [STEP_OFFBOARD] = step_offboard,
        [STEP_ONBOARD] = step_onboard,
        [STEP_SERVICE] = step_service,
        [STEP_SETTINGS] = step_settings,
        [STEP_VERIFY] = step_verify,
        [STEP_UPDATE] = step_update,
};

/* What it means that a step is still wanted after it was done. */
static const ReasonId unmet[_STEP_MAX] = {
        [STEP_ONBOARDING_PACKAGE] = REASON_ONBOARDING_MISSING,
        [STEP_CONNECTIVITY] = REASON_CONNECTIVITY, /* never: it is not wanted after a run */
        [STEP_REPOSITORY] = REASON_REPOSITORY_REFRESH,
        [STEP_PACKAGE_FILE] = REASON_PACKAGE_FILE,
        [STEP_INSTALL_PATH] = REASON_INSTALL_PATH_SETUP,
        [STEP_MANAGED_CONFIG] = REASON_MANAGED_CONFIG,
        [STEP_PACKAGE] = REASON_INSTALL_FAILED,
        [STEP_OFFBOARD] = REASON_OFFBOARDING_FAILED,
        [STEP_ONBOARD] = REASON_ONBOARDING_WRITE,
        [STEP_SERVICE] = REASON_SERVICE_FAILED,
        [STEP_SETTINGS] = REASON_SENSOR_TAG,
        [STEP_VERIFY] = REASON_SENSOR_NOT_LICENSED,
        [STEP_UPDATE] = REASON_UPDATE_FAILED,
};

static void finish(Mission *mission, Verdict verdict, const Failure *failure)
{
        Outcome *outcome = mission->outcome;

        outcome->verdict = verdict;
        outcome->failure = failure ? *failure : (Failure){ 0 };
        mission->overdue = false;
        mission_tell(mission);
}

/* Before the commit point everything goes back; after it the journal is empty and nothing is undone. */
static void fail(Mission *mission, const Failure *failure)
{
        UndoState undo = { 0 }, left = { 0 };
        PackageState state = PACKAGE_UNKNOWN;
        char version[PACKAGE_VERSION_MAX], why[FAILURE_TEXT_MAX];
        Failure unsettled = { 0 };
        Error err = { 0 };

        report_notes(&mission->plan, mission->outcome);
        outcome_row(mission->outcome, mission->stage, ROW_ERROR, "%s", failure_why(failure, why));
        if (*mission->left_tenant)
                outcome_row(
                        mission->outcome, "tenant", ROW_WARNING,
                        "the sensor has left tenant %s and is not yet in tenant %s: the next run goes on from there",
                        mission->left_tenant, mission->request->onboarding->org_id);
        if (package_settle(mission, true, &unsettled) < 0) {
                log_error("the package is installed, and that is not noted: %s", unsettled.found);
                outcome_row(mission->outcome, "undo", ROW_WARNING,
                            "the package got installed, which could not be noted: the next run installs it again (%s)",
                            unsettled.found);
        } else if (undo_state(mission->host, &undo, &err) < 0) {
                log_error("undo: %s", err.text);
                outcome_row(mission->outcome, "undo", ROW_ERROR, "what this run changed stays: %s", err.text);
        } else if (undo.pending) {
                log_info("undoing what this run changed, unless it got installed");
                if (recover_run(mission->host, NULL, mission->installer_log, NULL, &err) < 0 ||
                    undo_state(mission->host, &left, &err) < 0) {
                        log_error("undo: %s", err.text);
                        outcome_row(mission->outcome, "undo", ROW_ERROR,
                                    "not finished, the next run goes on with it: %s", err.text);
                } else if (left.pending)
                        outcome_row(
                                mission->outcome, "undo", ROW_WARNING,
                                "the package is half installed: its repository stays, the next run goes on from there");
                else if (undo.transaction && mission->manager &&
                         mission->manager->state(mission->host, SENSOR_PACKAGE, &state, version, NULL) == 0 &&
                         state == PACKAGE_INSTALLED && !text_equal(version, undo.before))
                        outcome_row(mission->outcome, "undo", ROW_WARNING,
                                    "the package got installed: it and its repository stay");
                else {
                        outcome_taken_back(mission->outcome);
                        outcome_row(mission->outcome, "undo", ROW_SUCCESS,
                                    "what this run had changed is as it was before%s",
                                    outcome_is_told(mission->outcome, "repository-package")
                                            ? ", the distribution's own package for the repository aside"
                                            : "");
                }
        }
        finish(mission, VERDICT_FAILED, failure);
}

/* Who is stopped knows no more than that: newer settings and a hold say why. What was found stays told. */
static void say_why_it_ended(const Mission *mission, const char *where, Failure *failure)
{
        _cleanup_free_ char *found = text_copy(failure->found);

        if (failure->reason == REASON_STOPPED)
                mission_is_to_end(mission, failure, "%s: %s", where, found);
}

static int run_step(Mission *mission, const PlanStep *step, Failure *failure)
{
        _cleanup_free_ char *where = text_format("in the step '%s'", step_name(step->id));
        int64_t started = deadline_now_ms();

        mission->stage = step_name(step->id);
        if (mission_is_to_end(mission, failure, "before the step '%s'", mission->stage) ||
            package_settle(mission, step->id == STEP_UPDATE, failure) < 0)
                return -1;
        log_info("%s: %s", mission->stage, step->why);
        /* not told yet: the step's own first words follow at once */
        outcome_row(mission->outcome, mission->stage, ROW_WORKING, "%s", step->why);
        if (steps[step->id](mission, failure) < 0) {
                proxy_use_tell(&mission->proxy, &mission->facts, failure);
                say_why_it_ended(mission, where, failure);
                if (mission->facts.machine.fitness.known == TRI_YES)
                        out_of_memory_judge(mission->facts.machine.fitness.oom_kills, machine_oom_kills(mission->host),
                                            failure);
                log_info("%s: failed, %s: %s", mission->stage, reason_get(failure->reason)->id, failure->found);
                return -1;
        }
        started = deadline_now_ms() - started;
        log_info("%s: done ms=%lld", mission->stage, (long long)started);
        if (!outcome_is_told(mission->outcome, mission->stage))
                outcome_row(mission->outcome, mission->stage, ROW_SUCCESS, "done in %lld.%lld s; needed because %s",
                            (long long)started / 1000, (long long)started % 1000 / 100, step->why);
        return 0;
}

void mission_look(const Host *host, const Request *request, Facts *ret)
{
        facts_gather(host, LOOK_SECOND, deadline_in(LOOK_MS), ret);
        install_path_look(host, request->install_path, &ret->path);
        if (request->install_path)
                machine_look_at_folder(host, request->install_path, &ret->machine.fitness);
}

static void make_plan(Mission *mission)
{
        proxy_use_make(mission->request, &mission->facts, &mission->proxy);
        plan_make(mission->request, &mission->facts, &mission->plan);
}

static void look(Mission *mission)
{
        const AzureFacts azure = mission->facts.azure;

        facts_clear(&mission->facts);
        mission->facts.azure = azure;
        mission_look(mission->host, mission->request, &mission->facts);
        mission->manager = package_manager(mission->facts.package.manager_id);
        mission->facts.fulfilled = tri(mission->fulfilled);
        mission->facts.blind = mission->blind;
        mission->facts.undone = mission->undone;
        mission->facts.acted = mission->acted;
        mission->facts.refused = mission->refused;
        snprintf(mission->facts.fulfilled_org, sizeof(mission->facts.fulfilled_org), "%s", mission->fulfilled_org);
        snprintf(mission->facts.unmet_org, sizeof(mission->facts.unmet_org), "%s", mission->unmet_org);
        make_plan(mission);
}

/* A licence goes and comes again while the sensor takes in a package, and a sensor that is busy misses a question,
 * after which nothing of what it would have said is known: nothing to do, and no failure. */
static const PlanStep *only_waiting(const Mission *mission)
{
        const Plan *plan = &mission->plan;
        const PlanStep *wait = NULL;
        size_t i;

        for (i = 0; i < plan->n_steps; i++) {
                if (plan->steps[i].id == STEP_VERIFY)
                        wait = &plan->steps[i];
                else if (mission->facts.sensor.health.answering == TRI_YES ||
                         (plan->steps[i].id != STEP_SETTINGS && plan->steps[i].id != STEP_MANAGED_CONFIG))
                        return NULL;
        }
        return plan->refusal.reason ? NULL : wait;
}

/* Done means: a fresh look leaves an empty plan. */
static void check(Mission *mission)
{
        Failure failure = { 0 };
        const PlanStep *wait;
        int rounds = 0;

        mission->acted = true;
        look(mission);
        mission->stage = "verify";
        while ((wait = only_waiting(mission)) && rounds++ < VERIFY_ROUNDS_MAX) {
                if (run_step(mission, wait, &failure) < 0) {
                        fail(mission, &failure);
                        return;
                }
                look(mission);
        }
        if (package_settle(mission, true, &failure) < 0) {
                fail(mission, &failure);
        } else if (mission->plan.refusal.reason) {
                fail(mission, &mission->plan.refusal);
        } else if (mission->plan.n_steps > 0) {
                const PlanStep *left = &mission->plan.steps[0];

                failure_set(&failure, unmet[left->id], "After all steps were done a fresh look found: %s.", left->why);
                fail(mission, &failure);
        } else {
                report_success(mission->request, &mission->facts, &mission->plan, mission->outcome);
                finish(mission, VERDICT_SUCCEEDED, NULL);
        }
}

static int fail_recovering(const Mission *mission, const PackageResult *result, const Error *err, Failure *failure)
{
        if (err->kind == ERROR_TRUST)
                return failure_from(failure, REASON_PACKAGE_SIGNATURE, err);
        if (result->trouble == TROUBLE_NONE) {
                steps_fail(failure,
                           err->kind == ERROR_TIMEOUT ? REASON_PACKAGE_DOWNLOAD : REASON_PACKAGE_MANAGER_BROKEN, err);
                say_why_it_ended(mission, "while finishing what an earlier run had begun", failure);
                return -1;
        }
        return steps_fail_packages(
                failure, result, result->trouble == TROUBLE_NETWORK ? REASON_PACKAGE_DOWNLOAD : REASON_INSTALL_FAILED);
}

/* Of a run before this one. Through the proxy as well, which is not looked at yet. */
static int recover(Mission *mission, Failure *failure)
{
        const PackageManager *manager = package_manager_find(mission->host);
        UndoState undo = { 0 };
        PackageResult result = { 0 };
        PackageRun repair;
        Error err = { 0 };

        mission->undone = undo_state(mission->host, &undo, NULL) == 0 && undo.pending;
        if (mission->dry_run || facts_are_held(mission->host))
                return 0;
        if (undo.transaction && manager) {
                proxy_look(mission->host, manager->id, mission->host->packages_url, &mission->facts.proxy);
                proxy_use_make(mission->request, &mission->facts, &mission->proxy);
        }
        repair = mission_package_run(mission);
        repair.temporary = temporary_left(mission->host);
        if (recover_run(mission->host, &repair, mission->installer_log, &result, &err) == 0)
                return 0;
        return fail_recovering(mission, &result, &err, failure);
}

/* Fetches the onboarding package if it has to be: nothing is changed before it is known whose it is. */
static int complete(Mission *mission, Failure *failure)
{
        if (!plan_has(&mission->plan, STEP_ONBOARDING_PACKAGE) || mission->dry_run)
                return 0;
        if (run_step(mission, &mission->plan.steps[0], failure) < 0)
                return -1;
        make_plan(mission);
        return 0;
}

/* At what a run finds; one that changes nothing does not wait. */
static int look_first(Mission *mission, Failure *failure)
{
        int waited;

        look(mission);
        waited = mission->dry_run ? 0 : sensor_start_wait(mission, failure);
        if (waited > 0)
                look(mission);
        return waited < 0 ? -1 : 0;
}

void mission_run(Mission *mission, Outcome *outcome)
{
        Failure failure = { 0 };
        size_t i;

        *outcome = (Outcome){ 0 };
        mission->outcome = outcome;
        mission->stage = "look";
        mission_say(mission, "looking at the machine");
        if (recover(mission, &failure) < 0 || (!mission->dry_run && predecessor_wait(mission, &failure) < 0)) {
                finish(mission, VERDICT_FAILED, &failure);
                return;
        }
        if (look_first(mission, &failure) < 0) {
                finish(mission, VERDICT_FAILED, &failure);
                return;
        }
        if (!mission->dry_run)
                kept_forget(mission->host, &mission->facts);
        if (complete(mission, &failure) < 0) {
                fail(mission, &failure);
                return;
        }
        if (mission->plan.refusal.reason) {
                report_notes(&mission->plan, outcome);
                finish(mission, VERDICT_REFUSED, &mission->plan.refusal);
                return;
        }
        if (mission->dry_run) {
                finish(mission, VERDICT_WORKING, NULL);
                return;
        }
        report_notes(&mission->plan, outcome); /* what speaks for care before is not seen any more after */
        outcome_row(outcome, "look", ROW_SUCCESS, "%s; %zu steps to do", mission->facts.machine.distro.name,
                    mission->plan.n_steps);
        for (i = 0; i < mission->plan.n_steps; i++)
                if (run_step(mission, &mission->plan.steps[i], &failure) < 0) {
                        fail(mission, &failure);
                        return;
                }
        check(mission);
}
