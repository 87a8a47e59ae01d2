#include "agent/azure/azure_facts.h"

#include <stdio.h>

#include "platform/base/log.h"

void azure_look(const Host *host, AzureFacts *ret)
{
        _cleanup_(http_client_freep) HttpClient *http = NULL;
        AzureSession session = { .host = host, .deadline = deadline_in(AZURE_LOOK_MS) };
        Failure failure = { 0 };
        AzureSigns signs;

        *ret = (AzureFacts){ .known = TRI_NO };
        azure_record_read(host, &ret->record);
        azure_signs_look(host, &signs);
        if (!signs.vm && !signs.arc)
                return;
        session.http = http = http_client_new(host);
        if (azure_machine_look(&session, &ret->machine, &failure) == 0) {
                ret->known = TRI_YES;
                return;
        }
        ret->known = TRI_UNKNOWN;
        snprintf(ret->trouble, sizeof(ret->trouble), "%.*s", (int)sizeof(ret->trouble) - 1, failure.found);
        log_debug("what this machine is in Azure is unknown: %s", failure.found);
}

void azure_remember(const Host *host, const AzureFacts *azure, const char *device)
{
        AzureRecord record = azure->record;
        Error err = { 0 };

        if (azure->known != TRI_YES || azure->machine.kind != AZURE_VM)
                return;
        azure_record_keep(&record, azure->machine.vm_id, device);
        if (*record.vm_id && azure_record_write(host, &record, &err) < 0)
                log_warning("which VM this is cannot be remembered: %s", err.text);
}
