#include "agent/commands/doctor.h"

#include <string.h>
#include <unistd.h>

#include "agent/answers/advice.h"
#include "agent/commands/doctor_cloud.h"
#include "agent/commands/page.h"
#include "agent/doctor/diagnose.h"
#include "agent/guest/program_call.h"
#include "platform/base/text.h"
#include "platform/json_add.h"

#define LOOK_MS 90000
#define NAME_WIDTH 13

static const char *const findings[] = {
        [FINDING_NO] = "fine",
        [FINDING_YES] = "not well",
        [FINDING_UNSEEN] = "not seen",
        [FINDING_NOT_ASKED] = "not asked",
};

/* ---- for people ---------------------------------------------------------------------------------------------------
 */

static void show_cause(const Screen *screen, const DiagnosisCause *cause, bool first)
{
        ScreenLevel level = cause->known ? SCREEN_PLAIN : first ? SCREEN_BAD : SCREEN_WARNING;

        screen_say(screen, level, 2, "%s%s (%s)",
                   cause->known ? "To know: "
                   : first      ? ""
                                : "Also: ",
                   cause->what, cause->id);
        screen_say(screen, SCREEN_PLAIN, 7, "  why: %s", cause->why);
        screen_say(screen, first ? SCREEN_STRONG : SCREEN_PLAIN, 7, "  do:  %s", cause->remedy);
}

static void show_none(const Screen *screen, const Diagnosis *diagnosis, int code)
{
        if (code == COMMAND_UNKNOWN)
                screen_say(screen, SCREEN_UNKNOWN, 0,
                           "Nothing wrong was found, but not enough could be seen to say that all is well.");
        else if (diagnosis->onboarded)
                screen_say(screen, SCREEN_GOOD, 0, "Nothing wrong was found: this machine is onboarded.");
        else
                screen_say(screen, SCREEN_GOOD, 0, "Nothing wrong was found.");
}

static void show_fine(const Screen *screen, const Diagnosis *diagnosis)
{
        bool any = false;
        size_t i;

        for (i = 0; i < _GROUP_MAX; i++) {
                _cleanup_free_ char *name = text_format("  %s", cause_group_name((CauseGroup)i));

                if (!*diagnosis->fine[i])
                        continue;
                if (!any)
                        screen_say(screen, SCREEN_STRONG, 0, "Fine:");
                any = true;
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, name, "%s", diagnosis->fine[i]);
        }
}

static void show_unseen(const Screen *screen, const Diagnosis *diagnosis)
{
        size_t i;

        if (diagnosis->n_unseen > 0)
                screen_say(screen, SCREEN_STRONG, 0, "Not looked at:");
        for (i = 0; i < diagnosis->n_unseen; i++)
                screen_say(screen, SCREEN_UNKNOWN, 4, "  %s. %s", diagnosis->unseen[i].what, diagnosis->unseen[i].how);
}

static void show_all(const Screen *screen, const Diagnosis *diagnosis, int code)
{
        size_t i;

        if (diagnosis->n_faults == 0)
                show_none(screen, diagnosis, code);
        for (i = 0; i < diagnosis->n; i++)
                show_cause(screen, &diagnosis->causes[i], i == 0 && diagnosis->n_faults > 0);
        show_fine(screen, diagnosis);
        show_unseen(screen, diagnosis);
}

/* What matters most has scrolled away where it does not fit: it is said again. */
static int show(const Diagnosis *diagnosis, int code)
{
        const Screen screen = screen_of(stdout);
        _cleanup_page_ Page page = { 0 };

        page_begin(&page, &screen);
        show_all(&page.screen, diagnosis, code);
        page_end(&page);
        fwrite(page.text, 1, page.length, stdout);
        if (!page_fits(&page, &screen) && diagnosis->n_faults > 0)
                screen_say(&screen, SCREEN_BAD, 2, "Above all: %s (%s)", diagnosis->causes[0].what,
                           diagnosis->causes[0].id);
        else if (!page_fits(&page, &screen))
                show_none(&screen, diagnosis, code);
        return screen_end(&screen);
}

/* ---- as JSON ------------------------------------------------------------------------------------------------------
 */

static void put_causes(const Diagnosis *diagnosis, Json *document)
{
        Json *list = json_add_list(document, "causes");
        size_t i;

        for (i = 0; i < diagnosis->n; i++) {
                const DiagnosisCause *cause = &diagnosis->causes[i];
                Json *row = json_add_row(list);

                json_add_text(row, "id", cause->id);
                json_add_text(row, "group", cause_group_name(cause->group));
                json_add_flag(row, "fault", !cause->known);
                json_add_text(row, "what", cause->what);
                json_add_text(row, "found", cause->why);
                json_add_text(row, "remedy", cause->remedy);
        }
}

static void put_groups(const Diagnosis *diagnosis, Json *document)
{
        Json *list = json_add_list(document, "groups");
        size_t i;

        for (i = 0; i < _GROUP_MAX; i++) {
                Json *row = json_add_row(list);

                json_add_text(row, "name", cause_group_name((CauseGroup)i));
                json_add_text(row, "state", findings[diagnosis->groups[i]]);
                if (*diagnosis->fine[i])
                        json_add_text(row, "text", diagnosis->fine[i]);
        }
}

static int print(const Diagnosis *diagnosis, const AzureSecurity *cloud, int code)
{
        Json *document = screen_document("doctor", 1), *list;
        size_t i;

        json_add_text(document, "verdict",
                      code == COMMAND_DONE           ? "well"
                      : code == COMMAND_NOT_AS_ASKED ? "not-well"
                                                     : "unknown");
        json_add_flag(document, "onboarded", diagnosis->onboarded);
        put_causes(diagnosis, document);
        put_groups(diagnosis, document);
        doctor_put_cloud(cloud, document);
        list = json_add_list(document, "unseen");
        for (i = 0; i < diagnosis->n_unseen; i++) {
                Json *row = json_add_row(list);

                json_add_text(row, "what", diagnosis->unseen[i].what);
                json_add_text(row, "remedy", diagnosis->unseen[i].how);
        }
        return screen_print_document(document);
}

/* ---- ---------------------------------------------------------------------------------------------------------------
 */

static void say_patience(bool offline)
{
        const Screen screen = screen_of(stderr);

        if (screen.terminal)
                screen_say(&screen, SCREEN_PLAIN, 0, "Looking at this machine%s ...",
                           offline ? "" : " and its network");
}

/* What was found is the machine's own; what to do about it is for who asks. */
static void advise(const char *root, Diagnosis *diagnosis)
{
        size_t i;

        for (i = 0; i < diagnosis->n; i++) {
                DiagnosisCause *cause = &diagnosis->causes[i];
                _cleanup_free_ char *remedy = advice_words(root, cause->remedy);

                snprintf(cause->remedy, sizeof(cause->remedy), "%s", remedy);
        }
        for (i = 0; i < diagnosis->n_unseen; i++) {
                _cleanup_free_ char *how = advice_text(root, diagnosis->unseen[i].how);

                snprintf(diagnosis->unseen[i].how, sizeof(diagnosis->unseen[i].how), "%s", how);
        }
}

int doctor_answer(const CommandLine *line, const Host *host, const DoctorAsk *ask)
{
        _cleanup_free_ Diagnosis *diagnosis = text_allocate(sizeof(Diagnosis));
        _cleanup_free_ Signs *signs = text_allocate(sizeof(Signs));
        bool offline = command_line_option(line, "offline");
        char call[PROGRAM_CALL_MAX];
        int code, failed;

        say_patience(offline || !host_is_live(host));
        signs->asked = ask->asked;
        signs->unreadable = ask->unreadable;
        signs->site_hidden = ask->site_hidden;
        signs->identity = ask->identity;
        signs->call = program_call(call);
        signs_gather(host, offline, deadline_in(LOOK_MS), signs);
        diagnose(signs, diagnosis);
        advise(ask->root, diagnosis);
        signs_clear(signs);
        code = diagnosis_exit_code(diagnosis);
        failed = command_line_option(line, "json") ? print(diagnosis, &signs->cloud, code) : show(diagnosis, code);
        return failed ? failed : code;
}
