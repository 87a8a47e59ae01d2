#include "agent/azure/azure_record.h"
#include "agent/state_record.h"

static const JsonField fields[] = {
        JSON_TEXT(AzureRecord, vm_id, "vmId"),
        JSON_TEXT(AzureRecord, device, "device"),
        { 0 },
};

static const StateRecord file = { AZURE_RECORD_FILE, 1, fields, sizeof(AzureRecord) };

void azure_record_read(const Host *host, AzureRecord *ret)
{
        state_record_read(host, &file, ret);
}

int azure_record_write(const Host *host, const AzureRecord *record, Error *err)
{
        return state_record_write(host, &file, record, err);
}
