/*
 * history: per sequence number, what was asked (as a digest), what came of it, in which boot, and what the last
 * thorough look had to tell.
 *
 * STATE/history/N.json (hand.json: by hand), schema 1, no secrets. Written only when it changes; hand.json each time,
 * as its time tells when the last run was.
 */
#pragma once

#include "agent/outcome.h"
#include "agent/plan.h"
#include "agent/sensor/refused.h"
#include "agent/state.h"
#include "platform/crypto.h"
#include "platform/host.h"
#include "platform/json.h"

#define HISTORY_FOLDER STATE_FOLDER "/history"

#define HISTORY_BY_HAND (-1) /* the sequence of what a person asked for last: STATE/history/hand.json */

typedef struct HistoryRecord {
        char digest[CRYPTO_SHA256_HEX]; /* of the request; "" : nothing is known of this sequence */
        Verdict verdict;
        Failure failure;
        char tenant[37];
        char boot[37];
        char program[32];                        /* version of this program: another one may know better */
        char fulfilled[CRYPTO_SHA256_HEX];       /* the request that was met once, however it ended since; "": none */
        char fulfilled_blind[CRYPTO_SHA256_HEX]; /* the same, as it looks while its package cannot be opened */
        PlanNote notes[PLAN_NOTES_MAX];          /* of the last second look: those that a first look cannot make */
        size_t n_notes;
        Refused refused;      /* by the sensor, for this very request */
        int64_t offboarded_s; /* by hand: when the sensor left its tenant by this run, or was found to have left it by
                                 the one before; 0: it was no offboarding */
} HistoryRecord;

/* Never fails: what cannot be read is not known. */
void history_read(const Host *host, int sequence, HistoryRecord *ret);
int history_write(const Host *host, int sequence, const HistoryRecord *record, Error *err) _must_check_;

/* As it is written; what was read and is written so holds known members only. The caller's. */
Json *history_json(const HistoryRecord *record);

/* Of how many sequences, runs by hand among them as one, something is known. */
size_t history_count(const Host *host);

/* Some request of the extension was met once. */
bool history_is_any_met(const Host *host);

/* This very request was met once. */
bool history_is_fulfilled(const HistoryRecord *record, const char *digest);

/* It was, and each time without its package. */
bool history_is_blind(const HistoryRecord *record, const char *digest);

/* What is to be remembered of a success; blind: the request's onboarding package could not be opened. */
void history_fulfil(HistoryRecord *record, const char *digest, bool blind);

/* A failure that asked for something else: what was met before, and of which tenant, stays known. */
void history_carry_fulfilled(HistoryRecord *record, const HistoryRecord *before);

/* What the last second look had to tell. */
void history_keep_notes(HistoryRecord *record, const Plan *plan);
