#include "agent/answers/explain.h"

#include <string.h>
#include <strings.h>

#include "agent/guest/places.h"
#include "platform/base/text.h"

#define CODE_MAX 255
#define WORD_MAX 40 /* longer ones are no id */
#define DISTANCE_MAX 3

const ExplainExit explain_exits[] = {
        { 0, "Done, and all is as it should be." },
        { 1, "It failed, or only root can do it: what and why is on standard error." },
        { 2, "The command line, or a file that it names, is not as it has to be: nothing was looked at or done." },
        { 3, "It was looked at, and is not as it should be." },
        { 4, "It could not be seen, so that there is no answer." },
        { 51, "Distribution, architecture or machine are not supported." },
        { 52, "Something that is needed is missing, or the package manager is broken." },
        { 53, "The configuration does not allow it." },
        { 55, "The network." },
        { 56, "The package manager is locked." },
        { -1, NULL },
};

const char *explain_whose(const Reason *reason)
{
        return reason->user ? "You can mend it: it is about this machine, its settings or its network."
                            : "It is not your doing: the platform's or this program's.";
}

const char *explain_retry(const Reason *reason)
{
        switch (reason->retry) {
        case REASON_RETRY_WAIT:
                return "It is waited for within the run (maxWaitMinutes), and a later run tries again.";
        case REASON_RETRY_NEXT_RUN:
                return "A later run tries again: restart the guest agent " GUEST_AGENT_UNITS
                       ", or deploy the extension again; by hand, run the command again.";
        case REASON_RETRY_NEVER:
        default:
                return "Not tried again by itself: the same settings on this machine, as it is, end the same way.";
        }
}

static void find_code(int code, Explanation *ret)
{
        const ExplainExit *row;
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++) {
                const Reason *reason = reason_get((ReasonId)i);

                if (reason->azure_code == code || reason->installer_code == code)
                        ret->reasons[ret->n_reasons++] = reason;
        }
        for (row = explain_exits; row->code >= 0; row++)
                if (row->code == code)
                        ret->exit = row;
}

static void find_name(const char *word, Explanation *ret)
{
        const CauseWords *cause;
        const StatusRow *row;
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++)
                if (strcasecmp(reason_get((ReasonId)i)->id, word) == 0)
                        ret->reasons[ret->n_reasons++] = reason_get((ReasonId)i);
        ret->row = status_row_find(word);
        for (row = status_rows; row->name && !ret->row; row++)
                if (strcasecmp(row->name, word) == 0)
                        ret->row = row;
        for (cause = cause_words; cause->id; cause++)
                if (strcasecmp(cause->id, word) == 0)
                        ret->cause = cause;
}

static int count_rows(void)
{
        int n = 0;

        while (status_rows[n].name)
                n++;
        return n;
}

const char *explain_name_at(int i)
{
        int rows = count_rows();
        const char *name;

        if (i < _REASON_MAX - 1)
                return reason_get((ReasonId)(i + 1))->id;
        i -= _REASON_MAX - 1;
        if (i < rows)
                return reason_find(status_rows[i].name) != REASON_NONE ? "" : status_rows[i].name;
        name = cause_words[i - rows].id;
        return name && (reason_find(name) != REASON_NONE || status_row_find(name)) ? "" : name;
}

/* False: more than one name begins so, or none. */
static bool find_beginning(const char *word, Explanation *ret)
{
        const char *found = NULL, *name;
        int i, n = 0;

        for (i = 0; (name = explain_name_at(i)); i++)
                if (strncasecmp(name, word, strlen(word)) == 0) {
                        found = name;
                        n++;
                }
        if (n == 1)
                find_name(found, ret);
        return n == 1;
}

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
        unsigned least = a < b ? a : b;

        return least < c ? least : c;
}

/* How many letters have to be put in, taken out or changed. */
static unsigned distance(const char *a, const char *b)
{
        unsigned row[WORD_MAX + 1], before, above;
        size_t i, j, length = strlen(b);

        for (j = 0; j <= length; j++)
                row[j] = (unsigned)j;
        for (i = 0; a[i]; i++) {
                before = row[0];
                row[0] = (unsigned)i + 1;
                for (j = 0; j < length; j++) {
                        above = row[j + 1];
                        row[j + 1] = smallest(above + 1, row[j] + 1, before + (a[i] != b[j]));
                        before = above;
                }
        }
        return row[length];
}

static void add_near(Explanation *ret, const char *name)
{
        size_t i;

        for (i = 0; i < ret->n_near; i++)
                if (text_equal(ret->near[i], name))
                        return;
        if (ret->n_near < EXPLAIN_NEAR_MAX)
                ret->near[ret->n_near++] = name;
}

/* Those that begin so, those with one letter wrong and so on, then those that hold it. */
static void find_near(const char *word, Explanation *ret)
{
        const char *name;
        unsigned wrong;
        int i;

        for (i = 0; *word && (name = explain_name_at(i)); i++)
                if (strncasecmp(name, word, strlen(word)) == 0)
                        add_near(ret, name);
        for (wrong = 1; wrong <= DISTANCE_MAX && wrong <= strlen(word) / 3; wrong++)
                for (i = 0; (name = explain_name_at(i)); i++)
                        if (*name && strlen(name) <= WORD_MAX && distance(word, name) == wrong)
                                add_near(ret, name);
        for (i = 0; strlen(word) > 2 && (name = explain_name_at(i)); i++)
                if (strcasestr(name, word))
                        add_near(ret, name);
}

bool explain_word(const char *word, Explanation *ret)
{
        int64_t code;

        *ret = (Explanation){ 0 };
        if (text_to_int64(word, 0, CODE_MAX, &code)) {
                find_code((int)code, ret);
                return ret->n_reasons || ret->exit;
        }
        if (!*word || strlen(word) > WORD_MAX)
                return false;
        find_name(word, ret);
        if (ret->n_reasons || ret->row || ret->cause || find_beginning(word, ret))
                return true;
        find_near(word, ret);
        return false;
}
