/*
 * setting_notes: what is told of settings that are not known or have no effect. None of it is fatal.
 */
#pragma once

#include "agent/request.h"

typedef struct SettingNotes {
        char *texts[REQUEST_NOTES_MAX];
        size_t n;
} SettingNotes;

void setting_notes_clear(SettingNotes *notes);

/* Past the last place: that one tells that there are more. */
void setting_notes_add(SettingNotes *notes, const char *format, ...) _printf_(2, 3);

/* The request borrows them, as they are now. */
void setting_notes_lend(const SettingNotes *notes, Request *request);
