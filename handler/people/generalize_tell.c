#include "handler/people/generalize_tell.h"

#include <stdarg.h>
#include <stdio.h>

#include "agent/commands/screen.h"
#include "agent/guest/places.h"
#include "platform/base/text.h"
#include "platform/json_add.h"

#define LOOK_MS 20000
#define PATH_SHOWN 300

void generalize_clear(Generalize *work)
{
        generalize_list_clear(&work->list);
        free(TAKE_PTR(work->found));
}

void generalize_gather(Generalize *work)
{
        if (!work->gathered)
                facts_gather(&work->host, LOOK_FIRST, deadline_in(LOOK_MS), work->facts);
        work->gathered = true;
}

bool generalize_is_device(const Generalize *work)
{
        return work->facts->sensor.onboarded == TRI_YES || work->facts->sensor.health.licensed == TRI_YES;
}

static const char *tenant(const Facts *facts)
{
        const char *org = *facts->sensor.health.org_id ? facts->sensor.health.org_id : facts->sensor.onboarded_org;

        return *org ? org : "unknown";
}

static void say_items(const Screen *screen, const Generalize *work)
{
        size_t i;

        for (i = 0; i < work->list.n; i++) {
                _cleanup_free_ char *shown = text_escape(work->list.items[i].path, PATH_SHOWN);

                screen_say(screen, SCREEN_PLAIN, 4, "  %s: %s", shown, work->list.items[i].why);
        }
}

static void say_device(const Screen *screen, const Generalize *work)
{
        if (generalize_is_device(work))
                screen_say(screen, SCREEN_WARNING, 0,
                           "%s is a device of the tenant %s. It stays in its list of devices, as inactive, "
                           "unless it is offboarded before: 'mde-linux offboard FILE'%s. Best is an image of a machine "
                           "that never was one.",
                           work->host.image ? "The machine of this image" : "This machine", tenant(work->facts),
                           work->host.image ? ", on that machine" : "");
}

static void say_next(const Screen *screen, bool image)
{
        screen_say(screen, SCREEN_PLAIN, 0,
                   "What stays: the sensor's package, its repository, its managed configuration, /etc/mde-linux.");
        if (image) {
                screen_say(screen, SCREEN_PLAIN, 0,
                           "What the guest agent keeps in the image (/var/lib/waagent), and its /etc/machine-id, are "
                           "for who builds it to clear.");
                return;
        }
        screen_say(
                screen, SCREEN_PLAIN, 0,
                "Before the image is taken: 'waagent -force -deprovision' (on Arc: 'azcmagent disconnect'), which "
                "clears the extension's own folder, and an empty /etc/machine-id. Do not start this machine again in "
                "between: a started sensor makes itself an identity.");
}

static int say(const Generalize *work)
{
        Screen screen = screen_of(stdout);

        if (work->list.n == 0)
                screen_say(&screen, SCREEN_GOOD, 0, "There is nothing to remove.");
        else
                screen_say(&screen, SCREEN_STRONG, 0, "%s", work->dry_run ? "Would be removed:" : "Removed:");
        say_items(&screen, work);
        if (work->looked && !work->host.image)
                screen_say(&screen, SCREEN_PLAIN, 0,
                           "The daily look (" RECHECK_TIMER ") %s; the next enable brings it.",
                           work->dry_run ? "would go" : "is gone");
        if (work->stopped)
                screen_say(&screen, SCREEN_PLAIN, 0, "The sensor is stopped; its unit stays enabled.");
        if (work->dry_run)
                say_device(&screen, work);
        else
                say_next(&screen, work->host.image);
        return screen_end(&screen);
}

static bool is_json(const Generalize *work)
{
        return command_line_option(work->line, "json");
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

static int print_json(Generalize *work)
{
        Json *document = screen_document("generalize", 1);

        generalize_gather(work);
        json_add_flag(document, "done", !work->found && !work->dry_run);
        json_add_text(document, "reason", work->reason);
        if (work->found)
                json_add_text(document, "found", work->found);
        json_object_object_add(document, "items", items_json(&work->list));
        json_add_flag(document, "device", generalize_is_device(work));
        if (generalize_is_device(work))
                json_add_text(document, "tenant", tenant(work->facts));
        json_add_flag(document, "sensor_stopped", work->stopped);
        json_add_flag(document, "daily_look", work->looked);
        return screen_print_document(document);
}

/* --- what is to be told ----------------------------------------------------------------------------------- */

int generalize_refuse(Generalize *work, const char *reason, const char *format, ...)
{
        va_list ap;

        free(work->found);
        va_start(ap, format);
        work->found = text_format_list(format, ap);
        va_end(ap);
        work->reason = reason;
        return COMMAND_NOT_AS_ASKED;
}

int generalize_fail(Generalize *work, const Error *err)
{
        generalize_refuse(work, "failed", "%s", err->text);
        return COMMAND_FAILED;
}

int generalize_ask(Generalize *work)
{
        if (is_json(work))
                return generalize_refuse(work, "device",
                                         "%s is a device of the tenant %s, and stays in its list unless it is "
                                         "offboarded before. With --yes it is done.",
                                         work->host.image ? "The machine of this image" : "This machine",
                                         tenant(work->facts));
        work->ask = true;
        return COMMAND_NOT_AS_ASKED;
}

/* --- telling ---------------------------------------------------------------------------------------------- */

static int say_question(const Generalize *work)
{
        Screen screen = screen_of(stdout);

        say_device(&screen, work);
        screen_say(&screen, SCREEN_STRONG, 0, "Would be removed:");
        say_items(&screen, work);
        screen_say(&screen, SCREEN_PLAIN, 0, "Nothing was changed. With --yes it is.");
        return screen_end(&screen);
}

static int say_refused(const Generalize *work, int code)
{
        fprintf(stderr, "mde-linux generalize: %s%s\n", work->found,
                code == COMMAND_NOT_AS_ASKED && !work->begun ? " Nothing was changed." : "");
        return COMMAND_DONE;
}

int generalize_tell(Generalize *work, int code)
{
        int printed = is_json(work) ? print_json(work)
                      : work->found ? say_refused(work, code)
                      : work->ask   ? say_question(work)
                                    : say(work);

        return printed ? COMMAND_FAILED : code;
}
