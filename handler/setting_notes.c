#include "handler/setting_notes.h"

#include <stdarg.h>

#include "platform/base/text.h"

void setting_notes_clear(SettingNotes *notes)
{
        while (notes->n > 0)
                free(notes->texts[--notes->n]);
}

void setting_notes_add(SettingNotes *notes, const char *format, ...)
{
        char text[ERROR_TEXT_MAX];
        va_list ap;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        if (notes->n == REQUEST_NOTES_MAX) {
                snprintf(text, sizeof(text), "there are more settings without effect");
                free(notes->texts[--notes->n]);
        }
        notes->texts[notes->n++] = text_copy(text);
}

void setting_notes_lend(const SettingNotes *notes, Request *request)
{
        for (request->n_notes = 0; request->n_notes < notes->n; request->n_notes++)
                request->notes[request->n_notes] = notes->texts[request->n_notes];
}
