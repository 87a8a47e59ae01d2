#include "platform/journal.h"

#include <stdarg.h>
#include <string.h>
#include <sys/uio.h>

/* Where in our source a line was written helps nobody; the macro has to stand before the header. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "platform/base/text.h"

#define FIELDS_MAX 8

typedef struct Fields {
        char *text[FIELDS_MAX];
        size_t n;
} Fields;

/* State of the log, which is one per process (log.h). */
static struct {
        const char *verb;
        int sequence;
        const char *message_id, *reason; /* of the next entry only */
} context = { .sequence = -1 };

static void fields_clear(Fields *fields)
{
        while (fields->n > 0)
                free(fields->text[--fields->n]);
}

static void fields_add(Fields *fields, const char *name, const char *value)
{
        if (text_is_empty(value) || fields->n == FIELDS_MAX)
                return;
        fields->text[fields->n++] = text_format("%s=%s", name, value);
}

static const char *priority(LogLevel level)
{
        switch (level) {
        case LOG_LEVEL_ERROR:
                return "3";
        case LOG_LEVEL_WARNING:
                return "4";
        case LOG_LEVEL_INFO:
                return "6";
        case LOG_LEVEL_DEBUG:
        default:
                return "7";
        }
}

static void send_fields(const Fields *fields)
{
        struct iovec parts[FIELDS_MAX];
        size_t i;

        for (i = 0; i < fields->n; i++)
                parts[i] = (struct iovec){ .iov_base = fields->text[i], .iov_len = strlen(fields->text[i]) };
        (void)sd_journal_sendv(parts, (int)fields->n); /* no journal: the log file has it */
}

void journal_set_context(const char *verb, int sequence)
{
        context.verb = verb;
        context.sequence = sequence;
}

void journal_mark_next(const char *message_id, const char *reason)
{
        context.message_id = message_id;
        context.reason = reason;
}

void journal_sink(LogLevel level, const char *line)
{
        _cleanup_(fields_clear) Fields fields = { 0 };
        char sequence[16] = "";

        if (context.sequence >= 0)
                snprintf(sequence, sizeof(sequence), "%d", context.sequence);
        fields_add(&fields, "MESSAGE", line);
        fields_add(&fields, "PRIORITY", priority(level));
        fields_add(&fields, "SYSLOG_IDENTIFIER", "mde-linux");
        fields_add(&fields, "MDE_VERB", context.verb);
        fields_add(&fields, "MDE_SEQUENCE", sequence);
        fields_add(&fields, "MESSAGE_ID", context.message_id);
        fields_add(&fields, "MDE_REASON", context.reason);
        send_fields(&fields);
        journal_mark_next(NULL, NULL);
}
