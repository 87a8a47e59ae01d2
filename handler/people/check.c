/*
 * check: whether this machine is fit for the sensor, within what the site's configuration says. Nothing is changed.
 */
#include "handler/people/commands.h"

#include "handler/people/question.h"
#include "platform/base/text.h"

static int show(const CommandLine *line, const Question *question, const Assessment *assessment)
{
        const CheckPlace place = question_place(question);
        Screen screen = screen_of(stdout);

        if (command_line_option(line, "json"))
                return screen_print_document(check_document(&place, assessment, &question->facts));
        check_show(&screen, &place, assessment, &question->facts, command_line_option(line, "all"));
        return screen_end(&screen);
}

int command_check(const CommandLine *line)
{
        _cleanup_(question_clear) Question question = { 0 };
        _cleanup_free_ Assessment *assessment = text_allocate(sizeof(Assessment));
        int code = question_read(line, &question);

        if (code)
                return code;
        assessment_make(&question.settings.request, &question.facts, assessment);
        assessment_refuse(&question.refusal, assessment);
        if (question.configuration.hidden)
                assessment->unseen[assessment->n_unseen++] = UNSEEN_SITE;
        code = show(line, &question, assessment);
        return code ? code : check_exit_code(assessment);
}
