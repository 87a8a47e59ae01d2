/*
 * state_record: a struct without pointers that outlives a run: one JSON file in STATE, with its schema.
 */
#pragma once

#include "agent/state.h"
#include "platform/json_record.h"

typedef struct StateRecord {
        const char *file; /* below STATE */
        int schema;
        const JsonField *fields;
        size_t size; /* of the struct */
} StateRecord;

/* Never fails: of what is not there or cannot be read all is zero. */
void state_record_read(const Host *host, const StateRecord *what, void *ret);

/* Writes only what has changed. */
int state_record_write(const Host *host, const StateRecord *what, const void *record, Error *err) _must_check_;
