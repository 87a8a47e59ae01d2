#include "agent/azure/azure_record.h"

#include <stdio.h>

#include "platform/base/text.h"

static bool is_same(const AzureRecord *record, const char *vm_id)
{
        return text_equal_nocase(record->vm_id, vm_id);
}

bool azure_record_is_of_another(const AzureRecord *record, const char *vm_id, const char *device)
{
        if (!*record->vm_id || !*vm_id || is_same(record, vm_id))
                return false;
        return !*record->device || !*device || text_equal_nocase(record->device, device);
}

void azure_record_keep(AzureRecord *record, const char *vm_id, const char *device)
{
        bool same = is_same(record, vm_id);

        if (!*vm_id || azure_record_is_of_another(record, vm_id, device))
                return;
        snprintf(record->vm_id, sizeof(record->vm_id), "%s", vm_id);
        if (!same || *device)
                snprintf(record->device, sizeof(record->device), "%.*s", (int)sizeof(record->device) - 1, device);
}
