#include "agent/commands/command.h"
#include "agent/commands/status_show.h"
#include "agent/commands/status_words.h"
#include "agent/situation.h"
#include "platform/base/text.h"
#include "platform/json_add.h"

/* What is not known is left out, so that a member that is there means something. */
static void put(Json *object, const char *name, const char *text)
{
        if (!text_is_empty(text))
                json_add_text(object, name, text);
}

static void put_tri(Json *object, const char *name, Tri value)
{
        if (value == TRI_YES || value == TRI_NO)
                json_add_flag(object, name, value == TRI_YES);
}

static void put_time(Json *object, const char *name, int64_t when_s)
{
        char text[TEXT_TIME_MAX];

        if (when_s > 0)
                put(object, name, text_time(when_s, text));
}

static void put_reason(Json *object, const Failure *failure)
{
        if (!failure->reason)
                return;
        put(object, "reason", reason_get(failure->reason)->id);
        json_add_number(object, "code", reason_get(failure->reason)->azure_code);
}

static void add_standing(const StatusView *view, Json *document)
{
        static const char *const words[] = { [STANDING_AS_ASKED] = "as-asked",
                                             [STANDING_NOT_AS_ASKED] = "not-as-asked",
                                             [STANDING_UNKNOWN] = "unknown" };

        put(document, "standing", words[view->standing->verdict]);
        put(document, "message", view->standing->headline);
        put(document, "why", view->standing->why);
        put(document, "remedy", view->standing->remedy);
        put_reason(document, &view->standing->failure);
}

static void add_differences(const StatusView *view, Json *document)
{
        const Plan *plan = &view->asked->plan;
        Json *list;
        size_t i;

        put_tri(document, "compared", view->asked->known == TRI_YES ? TRI_YES : TRI_NO);
        list = json_add_list(document, "differences");
        for (i = 0; i < plan->n_steps && view->asked->known == TRI_YES; i++) {
                Json *step = json_add_row(list);

                put(step, "step", step_name(plan->steps[i].id));
                put(step, "why", plan->steps[i].why);
        }
        list = json_add_list(document, "tags");
        for (i = 0; i < view->asked->n_tags; i++) {
                Json *tag = json_add_row(list);

                put(tag, "name", view->asked->tags[i].key);
                put(tag, "is", view->asked->tags[i].is);
                put(tag, "asked", view->asked->tags[i].wanted);
        }
}

static void add_tags(const SensorHealth *health, Json *sensor)
{
        Json *tags;
        size_t i;

        if (health->tags_known != TRI_YES)
                return;
        tags = json_add_object(sensor, "tags");
        for (i = 0; i < health->n_tags; i++)
                json_add_text(tags, health->tags[i].key, health->tags[i].value);
}

static void add_health(const SensorHealth *health, Json *sensor)
{
        put_tri(sensor, "answering", health->answering);
        put(sensor, "trouble", health->trouble);
        put_tri(sensor, "licensed", health->licensed);
        put_tri(sensor, "healthy", health->healthy);
        put(sensor, "issues", health->issues);
        put(sensor, "definitions", health->definitions);
        if (health->definitions_age_min)
                json_add_number(sensor, "definitions_age_minutes", health->definitions_age_min);
        put(sensor, "version", health->version);
        put(sensor, "machine_id", health->machine_id);
        put(sensor, "ring", health->ring);
        put(sensor, "mode", health->mode);
        put_tri(sensor, "passive", health->passive);
        put(sensor, "managed_by", health->managed_by);
        put(sensor, "proxy", health->proxy);
        put_time(sensor, "expires", health->expires_s);
        add_tags(health, sensor);
}

static void add_sensor(const StatusView *view, Json *document)
{
        const Facts *facts = view->facts;
        Json *sensor = json_add_object(document, "sensor");

        put_tri(sensor, "installed", facts->sensor.files);
        put(sensor, "tenant", situation_tenant(facts));
        put_tri(sensor, "onboarding_file", facts->sensor.onboarded);
        put_tri(sensor, "active", facts->sensor.active);
        put_tri(sensor, "enabled", facts->sensor.enabled);
        put_tri(sensor, "masked", facts->sensor.masked);
        if (view->live)
                add_health(&facts->sensor.health, sensor);
}

static void add_status(const ExtensionStatus *status, Json *folder)
{
        Json *object, *rows;
        size_t i;

        if (status->present != TRI_YES)
                return;
        object = json_add_object(folder, "status");
        put_tri(object, "damaged", status->damaged);
        put(object, "trouble", status->trouble);
        put(object, "status", status->status);
        put(object, "operation", status->operation);
        json_add_number(object, "code", status->code);
        put(object, "message", status->message);
        put(object, "time", status->time);
        if (status->reason)
                put(object, "reason", reason_get(status->reason)->id);
        rows = json_add_list(object, "rows");
        for (i = 0; i < status->n_rows; i++) {
                Json *row = json_add_row(rows);

                put(row, "name", status->rows[i].name);
                put(row, "level", status->rows[i].status);
                put(row, "text", status->rows[i].text);
        }
}

static void add_folder(const ExtensionFolder *folder, Json *extension)
{
        put(extension, "folder", folder->path);
        put(extension, "version", folder->version);
        put(extension, "state", folder->state);
        put(extension, "reported", folder->reported);
        put(extension, "reported_message", folder->reported_message);
        if (folder->sequence >= 0)
                json_add_number(extension, "sequence", folder->sequence);
        put_time(extension, "settings_written", folder->settings_s);
        add_status(&folder->status, extension);
}

static void add_extension(const StatusView *view, Json *document)
{
        static const char *const agents[] = {
                [GUEST_AGENT_NONE] = "none", [GUEST_AGENT_AZURE] = "azure", [GUEST_AGENT_ARC] = "arc"
        };
        const ExtensionFolder *folder = extension_folder(view->extension);
        Json *extension = json_add_object(document, "extension"), *versions;
        size_t i;

        if (view->extension->visible == TRI_YES)
                put_tri(extension, "present", tri(folder != NULL));
        put(extension, "agent", agents[view->extension->agent]);
        if (folder)
                add_folder(folder, extension);
        versions = json_add_list(extension, "versions");
        for (i = 0; i < view->extension->n_folders; i++)
                json_add_item(versions, view->extension->folders[i].version);
}

static void add_runs(const StatusView *view, Json *document)
{
        const ExtensionRun *last = standing_run(view->extension);
        Json *runs = json_add_list(document, "runs");
        size_t i;

        for (i = 0; i < view->extension->n_runs; i++) {
                const ExtensionRun *run = &view->extension->runs[i];
                Json *object = json_add_row(runs);

                put(object, "by", run->sequence == EXTENSION_BY_HAND ? "hand" : "extension");
                if (run->sequence != EXTENSION_BY_HAND)
                        json_add_number(object, "sequence", run->sequence);
                put(object, "verdict", status_run_word(run));
                put_time(object, "time", run->ended_s);
                put_time(object, "confirmed", standing_confirmed_s(view->extension, run));
                put_time(object, "offboarded", run->offboarded_s);
                put_reason(object, &run->failure);
                put(object, "found", run->failure.reason ? run->failure.found : "");
                put_tri(object, "speaks", tri(run == last));
        }
}

static void add_work(const StatusView *view, Json *document)
{
        const ExtensionState *state = &view->extension->state;
        Json *work = json_add_object(document, "work");

        put_tri(work, "busy", extension_is_busy(view->extension));
        if (state->holder.pid > 0)
                json_add_number(work, "pid", state->holder.pid);
        put(work, "unit", state->holder.unit);
        if (state->holder.pid > 0 && state->holder.age_s >= 0)
                put_time(work, "since", view->facts->now_s - state->holder.age_s);
        put(work, "message", status_now(view));
        if (state->next.present == TRI_YES)
                json_add_number(work, "queued", state->next.sequence);
}

static void add_warnings(const StatusView *view, Json *document)
{
        _cleanup_free_ char *old = status_old(view);
        Json *list = json_add_list(document, "warnings"), *row;

        if (!*old)
                return;
        row = json_add_row(list);
        put(row, "name", STATUS_OLD);
        put(row, "level", "warning");
        put(row, "text", old);
}

static void add_rest(const StatusView *view, Json *document)
{
        const Extension *extension = view->extension;
        _cleanup_free_ char *unseen = status_unseen(view);
        Json *object = json_add_object(document, "hold");

        put_tri(object, "held", view->facts->hold.held);
        put(object, "reason", view->facts->hold.reason);
        put(object, "trouble", view->facts->hold.trouble);
        if (view->facts->hold.held == TRI_YES)
                put_time(object, "since", view->facts->hold.since_s);
        put_time(object, "until", view->facts->hold.until_s);
        object = json_add_object(document, "recheck");
        put_tri(object, "present", extension->recheck.present);
        put_tri(object, "active", extension->recheck.active);
        put_time(object, "next", extension->recheck.next_s);
        put_time(object, "last", extension->recheck.last_s);
        object = json_add_object(document, "program");
        put_tri(object, "present", extension->program.present);
        put(object, "path", extension->program.path);
        put(object, "version", extension->program.version);
        put_tri(object, "packaged", extension->program.packaged);
        put(document, "unseen", unseen);
}

int status_show_json(const StatusView *view)
{
        Json *document = screen_document("status", 1);

        add_standing(view, document);
        add_differences(view, document);
        add_sensor(view, document);
        add_runs(view, document);
        add_work(view, document);
        add_extension(view, document);
        add_warnings(view, document);
        add_rest(view, document);
        return screen_print_document(document) ? COMMAND_FAILED : status_code(view->standing);
}
