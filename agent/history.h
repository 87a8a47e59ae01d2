/*
 * history: per sequence number, what was asked (as a digest), what came of it, and in which boot.
 *
 * STATE/history/N.json, schema 1, no secrets. Written only when it changes.
 */
#pragma once

#include "agent/outcome.h"
#include "platform/crypto.h"
#include "platform/host.h"

typedef struct HistoryRecord {
        char digest[CRYPTO_SHA256_HEX]; /* of the request; "" : nothing is known of this sequence */
        Verdict verdict;
        Failure failure;
        char tenant[37];
        char boot[37];
} HistoryRecord;

/* Never fails: what cannot be read is not known. */
void history_read(const Host *host, int sequence, HistoryRecord *ret);
int history_write(const Host *host, int sequence, const HistoryRecord *record, Error *err) _must_check_;
