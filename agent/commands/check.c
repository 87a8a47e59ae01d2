#include "agent/commands/check.h"

#include "agent/answers/advice.h"
#include "agent/commands/check_rows.h"
#include "agent/commands/command.h"
#include "agent/commands/page.h"
#include "agent/commands/show.h"
#include "agent/facts_json.h"
#include "agent/situation.h"
#include "platform/base/text.h"
#include "platform/json_add.h"

#define SHOWN_MAX 400

/* --- for people ---------------------------------------------------------------------------------------- */

static void show_answer(const Screen *screen, const Assessment *assessment, const Facts *facts, const char *where)
{
        size_t n = assessment->n_refusals;
        const char *installed = situation_has_sensor(facts) ? ", which is installed" : "";

        if (assessment->fit == TRI_YES)
                screen_say(screen, SCREEN_GOOD, 0, "This %s is fit for the sensor%s.", where, installed);
        else if (assessment->fit == TRI_NO)
                screen_say(screen, SCREEN_BAD, 0, "%zu thing%s speak%s against the sensor on this %s%s.", n,
                           n == 1 ? "" : "s", n == 1 ? "s" : "", where, installed);
        else
                screen_say(screen, SCREEN_UNKNOWN, 0,
                           "Not all could be seen; nothing that was speaks against the sensor on this %s%s.", where,
                           installed);
}

static void show_findings(const Screen *screen, const CheckPlace *place, const Assessment *assessment)
{
        size_t i;

        for (i = 0; i < assessment->n_refusals; i++) {
                const Reason *reason = reason_get(assessment->refusals[i]->reason);
                _cleanup_free_ char *remedy = advice_words(place->root, reason->remedy);

                show_refusal(screen, "Refused", assessment->refusals[i], remedy);
        }
        for (i = 0; i < assessment->n_warnings; i++) {
                _cleanup_free_ char *text = advice_note(place->root, assessment->warnings[i]->text);

                screen_say(screen, SCREEN_WARNING, 2, "Warning: %s", text);
        }
        screen_say(screen, SCREEN_PLAIN, 0, "%s", "");
}

void check_show_unseen(const Screen *screen, const CheckPlace *place, const char *const *unseen, size_t n)
{
        _cleanup_free_ char *list = unseen_join(unseen, n);

        if (place->root)
                screen_say(
                        screen, SCREEN_UNKNOWN, 2,
                        "An image: what only a running machine tells (memory, kernel, other products at work, Azure) "
                        "was not looked at%s%s.",
                        n > 0 ? ", nor " : "", list);
        else if (n > 0)
                screen_say(screen, SCREEN_UNKNOWN, 2, "Not seen%s: %s.",
                           place->by_root ? "" : ", as this is not run by root", list);
}

/* --- every fact ---------------------------------------------------------------------------------------- */

static void show_value(const Screen *screen, const char *path, Json *value);

static void show_members(const Screen *screen, const char *path, Json *object)
{
        json_object_object_foreach(object, name, member)
        {
                _cleanup_free_ char *inner = text_format("%s%s%s", path, *path ? "." : "", name);

                show_value(screen, inner, member);
        }
}

static void show_value(const Screen *screen, const char *path, Json *value)
{
        _cleanup_free_ char *shown = NULL;
        size_t i;

        if (json_object_is_type(value, json_type_object)) {
                show_members(screen, path, value);
                return;
        }
        if (!json_object_is_type(value, json_type_array)) {
                shown = text_escape(json_object_get_string(value), SHOWN_MAX);
                fprintf(screen->file, "%s: %s\n", path, shown);
                return;
        }
        for (i = 0; i < (size_t)json_object_array_length(value); i++) {
                _cleanup_free_ char *inner = text_format("%s[%zu]", path, i);

                show_value(screen, inner, json_object_array_get_idx(value, i));
        }
}

static void show_all(const Screen *screen, const Facts *facts)
{
        _cleanup_json_ Json *json = facts_json_make(facts);

        show_members(screen, "", json);
}

void check_show(const Screen *screen, const CheckPlace *place, const Assessment *assessment, const Facts *facts,
                bool all)
{
        const char *where = place->root ? "image" : "machine";
        _cleanup_page_ Page page = { 0 };

        page_begin(&page, screen);
        show_answer(&page.screen, assessment, facts, where);
        show_findings(&page.screen, place, assessment);
        if (all)
                show_all(&page.screen, facts);
        else
                check_rows_show(&page.screen, facts);
        check_show_unseen(&page.screen, place, assessment->unseen, assessment->n_unseen);
        page_end(&page);
        fwrite(page.text, 1, page.length, screen->file);
        if (!page_fits(&page, screen)) /* it has scrolled away */
                show_answer(screen, assessment, facts, where);
}

/* --- as JSON ------------------------------------------------------------------------------------------- */

static Json *make_refusals(const CheckPlace *place, const Assessment *assessment)
{
        Json *list = json_object_new_array();
        size_t i;

        for (i = 0; i < assessment->n_refusals; i++)
                json_object_array_add(list, show_refusal_json(assessment->refusals[i], place->root));
        return list;
}

static Json *make_warnings(const CheckPlace *place, const Assessment *assessment)
{
        Json *list = json_object_new_array();
        size_t i;

        for (i = 0; i < assessment->n_warnings; i++) {
                _cleanup_free_ char *text = advice_note(place->root, assessment->warnings[i]->text);
                Json *row = json_add_row(list);

                json_add_text(row, "name", assessment->warnings[i]->name);
                json_add_text(row, "text", text);
        }
        return list;
}

Json *check_document(const CheckPlace *place, const Assessment *assessment, const Facts *facts)
{
        static const char *const words[] = { [TRI_UNKNOWN] = "unknown", [TRI_NO] = "no", [TRI_YES] = "yes" };
        Json *json = screen_document("check", 1);

        json_add_text(json, "fit", words[assessment->fit]);
        json_object_object_add(json, "refusals", make_refusals(place, assessment));
        json_object_object_add(json, "warnings", make_warnings(place, assessment));
        json_object_object_add(json, "unseen", show_texts_json(assessment->unseen, assessment->n_unseen));
        json_object_object_add(json, "facts", facts_json_make(facts));
        return json;
}

int check_exit_code(const Assessment *assessment)
{
        if (assessment->fit == TRI_NO)
                return reason_get(assessment->refusals[0]->reason)->azure_code;
        return assessment->fit == TRI_UNKNOWN ? COMMAND_UNKNOWN : COMMAND_DONE;
}
