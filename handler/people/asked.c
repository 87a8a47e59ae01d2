#include "handler/people/asked.h"

#include <unistd.h>

#include "agent/situation.h"
#include "handler/hand_over.h"
#include "platform/base/text.h"

#define LOOK_MS 30000

static void take(const char *value, char *ret, size_t size)
{
        _cleanup_free_ char *shown = text_escape(value ? value : "", size - 8);

        snprintf(ret, size, "%s", shown);
}

static void compare_tags(const Request *request, const Facts *facts, Asked *asked)
{
        PlanTag tags[PLAN_TAGS];
        size_t i;

        plan_tags(request, facts, tags);
        for (i = 0; i < PLAN_TAGS && facts->sensor.health.tags_known == TRI_YES; i++) {
                AskedTag *tag = &asked->tags[asked->n_tags];

                if (!tags[i].value || !plan_tag_differs(&tags[i], &facts->sensor.health))
                        continue;
                take(tags[i].key, tag->key, sizeof(tag->key));
                take(sensor_tag(&facts->sensor.health, tags[i].key), tag->is, sizeof(tag->is));
                take(tags[i].value, tag->wanted, sizeof(tag->wanted));
                asked->n_tags++;
        }
}

static void compare(const Session *session, const Request *request, Facts *facts, Asked *asked)
{
        session_first_look(session, request, deadline_in(LOOK_MS), facts);
        plan_make(request, facts, &asked->plan);
        compare_tags(request, facts, asked);
        asked->cut_off = hand_over_is_owed(session, facts);
        asked->starting = !asked->plan.refusal.reason && hand_over_can_wait(session, facts);
        asked->known = TRI_YES;
}

static bool can_read(const Host *host)
{
        return host_is_live(host) && geteuid() == 0;
}

bool asked_read(const Host *host, const Extension *extension, Session *session, Settings *settings, Failure *failure)
{
        const ExtensionFolder *folder = extension_folder(extension);
        Error err = { 0 };

        *failure = (Failure){ 0 };
        if (!folder || folder->unpacked != TRI_YES || !can_read(host))
                return false;
        session->host = *host;
        if (session_see(session, folder->path, folder->sequence < 0 ? 0 : folder->sequence, &err) < 0) {
                failure_from(failure, REASON_ENVIRONMENT, &err);
                return false;
        }
        if (session->configuration_failure.reason)
                *failure = session->configuration_failure;
        else if (session_read_settings(session, settings, failure) == 0)
                *failure = (Failure){ 0 };
        return !failure->reason;
}

void asked_look(const Host *host, const Extension *extension, Facts *facts, Asked *ret)
{
        _cleanup_(session_clear) Session session = { 0 };
        _cleanup_(settings_clear) Settings settings = { 0 };
        bool none = !extension_folder(extension) && can_read(host);

        *ret = (Asked){ .known = none ? TRI_NOT_ASKED : TRI_UNKNOWN };
        if (asked_read(host, extension, &session, &settings, &ret->unreadable)) {
                session_recall(&session, &settings.request);
                compare(&session, &settings.request, facts, ret);
        } else {
                facts_gather(host, LOOK_FIRST, deadline_in(LOOK_MS), facts);
        }
}
