/*
 * azure_record: of which VM the sensor on this disk became a device. A disk that was copied brings it along, and the
 * copy is a VM with another vmId. A VM that is resized, redeployed or moved keeps its own.
 *
 * STATE/azure.json, schema 1, no secrets. Absent: nothing is remembered.
 */
#pragma once

#include <stdbool.h>

#include "agent/state.h"

#define AZURE_RECORD_FILE STATE_FOLDER "/azure.json"

typedef struct AzureRecord {
        char vm_id[64];  /* "": none */
        char device[64]; /* the sensor's EDR machine id then; "": it had none yet */
} AzureRecord;

/* Never fails: what cannot be read is not remembered. */
void azure_record_read(const Host *host, AzureRecord *ret);

/* Writes only what has changed. */
int azure_record_write(const Host *host, const AzureRecord *record, Error *err) _must_check_;

/*
 * What the sensor here is known by was made on another VM: it does not show that it has become another device since.
 * device: its EDR machine id now, "" not known. Pure.
 */
bool azure_record_is_of_another(const AzureRecord *record, const char *vm_id, const char *device);

/* After a success: one of another VM stays as it is, so that it is told as long as it is so. Pure. */
void azure_record_keep(AzureRecord *record, const char *vm_id, const char *device);
