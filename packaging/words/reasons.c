#include "packaging/words/words.h"

#include <string.h>

#include "agent/answers/explain.h"
#include "agent/answers/remedy.h"
#include "platform/base/text.h"

#define DATE "2026-11-22"
#define WIDTH 80 /* bytes in a line of a page: mandoc -Tlint */

/* Hyphens are to be copied and searched for. */
static void put(FILE *file, const char *words, size_t length)
{
        size_t i;

        for (i = 0; i < length; i++) {
                if (words[i] == '\\')
                        fputs("\\e", file);
                else if (words[i] == '-')
                        fputs("\\-", file);
                else
                        fputc(words[i], file);
        }
}

static size_t width_of(const char *words, size_t length)
{
        size_t i, width = length;

        for (i = 0; i < length; i++)
                width += words[i] == '\\' || words[i] == '-';
        return width;
}

/* In as many lines as it takes; none may begin with a control character. */
static void line(FILE *file, const char *words)
{
        size_t column = 0, length;

        for (; *words; words += length, words += strspn(words, " ")) {
                length = strcspn(words, " ");
                if (column && column + 1 + width_of(words, length) > WIDTH) {
                        fputc('\n', file);
                        column = 0;
                }
                if (column)
                        column += (size_t)fprintf(file, " ");
                else if (*words == '.' || *words == '\'')
                        column += (size_t)fprintf(file, "\\&");
                put(file, words, length);
                column += width_of(words, length);
        }
        fputc('\n', file);
}

static void head(FILE *file)
{
        fputs(".TH MDE-LINUX-REASONS 7 " DATE " mde-linux \"Miscellaneous Information\"\n"
              ".SH NAME\n"
              "mde-linux-reasons \\- what keeps a machine from being onboarded, and what to do\n"
              ".SH DESCRIPTION\n"
              "Each refusal and each failure of\n.BR mde-linux (8)\n"
              "and of the extension has one of the reasons below.\n"
              "A message names the code of\n.I mde_installer.sh\nand the reason in parentheses, and says what is the\n"
              "case, what was found this time, and what to do:\n.PP\n.RS\n"
              "Failed to configure Microsoft Defender for Endpoint: this run did not finish;\n"
              "its mde_installer code is N (REASON). WHAT FOUND DO\n.RE\n.PP\n"
              "Names and codes stay as they are, words may improve.\n.B mde-linux explain\n"
              "shows the same on a terminal.\n",
              file);
}

static void ids(FILE *file, int code, int (*code_of)(const Reason *reason))
{
        const char *before = "";
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++) {
                if (code_of(reason_get((ReasonId)i)) != code)
                        continue;
                fputs(before, file);
                put(file, reason_get((ReasonId)i)->id, strlen(reason_get((ReasonId)i)->id));
                before = ",\n";
        }
        if (*before)
                fputc('\n', file);
}

static int azure_code(const Reason *reason)
{
        return reason->azure_code;
}

static int installer_code(const Reason *reason)
{
        return reason->installer_code;
}

static void exits(FILE *file)
{
        const ExplainExit *row;

        fputs(".SH CODES\nIn Azure's status, and as exit code:\n", file);
        for (row = explain_exits; row->code >= 0; row++) {
                fprintf(file, ".TP\n.B %d\n", row->code);
                line(file, row->what);
                ids(file, row->code, azure_code);
        }
}

static void installer_codes(FILE *file)
{
        int code, i;

        fputs(".SH CODES OF MDE_INSTALLER\nThose that fleet reports know:\n", file);
        for (code = 1; code < 256; code++) {
                for (i = REASON_NONE + 1; i < _REASON_MAX && installer_code(reason_get((ReasonId)i)) != code; i++)
                        ;
                if (i == _REASON_MAX)
                        continue;
                fprintf(file, ".TP\n.B %d\n", code);
                ids(file, code, installer_code);
        }
}

static void reasons(FILE *file)
{
        int i;

        fputs(".SH REASONS\n", file);
        for (i = REASON_NONE + 1; i < _REASON_MAX; i++) {
                const Reason *reason = reason_get((ReasonId)i);

                fputs(".TP\n.B ", file);
                line(file, reason->id);
                line(file, reason->what);
                fputs(".br\n", file);
                line(file, reason->remedy);
                if (!text_equal(remedy_by_hand((ReasonId)i), reason->remedy)) {
                        _cleanup_free_ char *by_hand = text_format("By hand: %s", remedy_by_hand((ReasonId)i));

                        fputs(".br\n", file);
                        line(file, by_hand);
                }
                fputs(".br\n", file);
                line(file, explain_whose(reason));
                line(file, explain_retry(reason));
                fprintf(file, "Code %d, of mde_installer %d.\n", reason->azure_code, reason->installer_code);
        }
}

static void causes(FILE *file)
{
        const CauseWords *words;

        fputs(".SH CAUSES OF THE DOCTOR\n.B mde-linux doctor\nnames a reason, or one of these, and says what it "
              "found:\n",
              file);
        for (words = cause_words; words->id; words++) {
                fputs(".TP\n.B ", file);
                line(file, words->id);
                line(file, words->what);
                fputs(".br\n", file);
                line(file, words->remedy);
        }
}

static void rows(FILE *file)
{
        const StatusRow *row;

        fputs(".SH ROWS OF THE STATUS\nWhat is told beside a success, a refusal or a failure; a name that stands more\n"
              "than once is numbered.\n",
              file);
        for (row = status_rows; row->name; row++) {
                fputs(".TP\n.B ", file);
                line(file, row->name);
                line(file, row->what);
        }
}

void words_reasons(FILE *file)
{
        head(file);
        exits(file);
        installer_codes(file);
        reasons(file);
        causes(file);
        rows(file);
        fputs(".SH SEE ALSO\n.BR mde-linux (8),\n.BR mde-linux.conf (5)\n", file);
}
