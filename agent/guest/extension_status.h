/*
 * extension_status: what a status file N.status says, ours or anybody's: it may be another program's, torn or damaged.
 *
 * Foreign format (guest agent): an array of one {"timestampUTC", "status": {"operation", "status", "code",
 * "formattedMessage": {"message"}, "substatus": [{"name", "status", "code", "formattedMessage"}]}}, or that object
 * itself.
 */
#pragma once

#include "agent/guest/places.h"
#include "agent/reasons.h"
#include "platform/base/tri.h"
#include "platform/host.h"

#define EXTENSION_ROWS_MAX 48

/* What to do about one that is damaged. */
#define EXTENSION_STATUS_ANEW                                                                                          \
        "The next look writes it anew, and so does the guest agent when it is restarted " GUEST_AGENT_UNITS "."

/* Texts are escaped. */
typedef struct ExtensionRow {
        char name[40];
        char status[32]; /* success, warning, error, transitioning */
        char text[600];
} ExtensionRow;

typedef struct ExtensionStatus {
        Tri present; /* UNKNOWN: it cannot be read; trouble says why */
        Tri damaged; /* it is there, and no status; trouble says how */
        char trouble[256];
        char operation[64];
        char status[32]; /* transitioning, success, error; "" not told */
        int64_t code;
        char message[1800];
        char time[32];   /* as it stands there: "2026-01-02T03:04:05Z" */
        int64_t told_s;  /* the same since 1970; 0: not known */
        ReasonId reason; /* of an error, by its row ErrorClarification; REASON_NONE: not told */
        ExtensionRow rows[EXTENSION_ROWS_MAX];
        size_t n_rows;
} ExtensionStatus;

/* Never fails. */
void extension_status_read(const Host *host, const char *path, ExtensionStatus *ret);

/* Pure: of the file's bytes. False: it is damaged. */
bool extension_status_parse(const char *text, size_t length, ExtensionStatus *ret);
