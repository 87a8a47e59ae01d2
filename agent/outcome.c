#include "agent/outcome.h"

#include <stdarg.h>
#include <string.h>

#include "platform/base/text.h"

/* vsnprintf cuts anywhere: takes back what is left of a character, and shows that something is missing. */
static void mark_cut(char *text, size_t size)
{
        size_t length = size - sizeof("...");

        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
                length--;
        memcpy(text + length, "...", sizeof("..."));
}

static void write_text(char *text, size_t size, const char *format, va_list ap) _printf_(3, 0);

static void write_text(char *text, size_t size, const char *format, va_list ap)
{
        _cleanup_free_ char *whole = text_hide_logins(text_format_list(format, ap));

        if ((size_t)snprintf(text, size, "%s", whole) >= size)
                mark_cut(text, size);
}

static OutcomeRow *find_row(Outcome *outcome, const char *name)
{
        OutcomeRow *row;
        size_t i;

        for (i = 0; i < outcome->n_rows; i++)
                if (strncmp(outcome->rows[i].name, name, sizeof(outcome->rows[i].name) - 1) == 0)
                        return &outcome->rows[i];
        if (outcome->n_rows < OUTCOME_ROWS_MAX)
                outcome->n_rows++;
        row = &outcome->rows[outcome->n_rows - 1];
        snprintf(row->name, sizeof(row->name), "%s", name);
        return row;
}

void outcome_row(Outcome *outcome, const char *name, RowLevel level, const char *format, ...)
{
        OutcomeRow *row = find_row(outcome, name);
        va_list ap;

        row->level = level;
        row->done = row->total = 0;
        va_start(ap, format);
        write_text(row->text, sizeof(row->text), format, ap);
        va_end(ap);
}

void outcome_far(Outcome *outcome, const char *name, int64_t done, int64_t total)
{
        size_t i;

        for (i = 0; i < outcome->n_rows; i++)
                if (text_equal(outcome->rows[i].name, name)) {
                        outcome->rows[i].done = done;
                        outcome->rows[i].total = total;
                }
}

bool outcome_is_told(const Outcome *outcome, const char *name)
{
        size_t i;

        for (i = 0; i < outcome->n_rows; i++)
                if (text_equal(outcome->rows[i].name, name))
                        return outcome->rows[i].level != ROW_WORKING;
        return false;
}

static void add_taken_back(OutcomeRow *row)
{
        static const char words[] = "; it was taken back";
        size_t length = strlen(row->text);

        if (text_ends_with(row->text, words) || length + sizeof(words) > sizeof(row->text))
                return;
        memcpy(row->text + length, words, sizeof(words));
}

void outcome_taken_back(Outcome *outcome)
{
        static const char *const names[] = { "repository-added", "repository-key-added", "repository-key",
                                             "repository-repair", "repository-other" };
        size_t i, j;

        for (i = 0; i < outcome->n_rows; i++)
                for (j = 0; j < ELEMENTSOF(names); j++)
                        if (text_equal(outcome->rows[i].name, names[j]))
                                add_taken_back(&outcome->rows[i]);
}

void outcome_say(Outcome *outcome, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        write_text(outcome->message, sizeof(outcome->message), format, ap);
        va_end(ap);
}
