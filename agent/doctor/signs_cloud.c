/*
 * Azure's side, by the machine's identity.
 */
#include "agent/doctor/signs.h"

#include "agent/azure/cloud.h"
#include "agent/doctor/diagnose.h"
#include "agent/machine/proxy_use.h"

#define CLOUD_MS 25000 /* of all questions */

/* The second look has asked already. */
static int find_machine(const Host *host, const AzureFacts *azure, Deadline deadline, AzureMachine *ret,
                        Failure *failure)
{
        _cleanup_(http_client_freep) HttpClient *http = NULL;
        AzureSession session = { .host = host, .deadline = deadline_sooner(deadline, deadline_in(AZURE_LOOK_MS)) };

        if (azure->known == TRI_YES) {
                *ret = azure->machine;
                return 0;
        }
        if (azure->known == TRI_UNKNOWN)
                return failure_set(failure, REASON_AZURE_METADATA, "%s", azure->trouble);
        session.http = http = http_client_new(host);
        return azure_machine_look(&session, ret, failure);
}

static int find_way(const Host *host, const Signs *signs, const AzureMachine *machine, ProxyUse *ret, Failure *failure)
{
        const Request none = { .sequence = -1 };
        AzureCloud cloud;

        if (azure_cloud_choose(machine->cloud, host->arm_url, &cloud, failure) < 0)
                return -1;
        proxy_use_for(signs->asked ? signs->asked : &none, &signs->facts, cloud.arm_url, ret);
        return 0;
}

void signs_cloud_look(const Host *host, const Signs *signs, Deadline deadline, AzureSecurity *ret)
{
        AzureMachine machine = { 0 };
        Failure failure = { 0 };
        AzureSigns guest;
        ProxyUse use;

        azure_signs_look(host, &guest);
        if (!guest.vm && !guest.arc)
                return;
        deadline = deadline_sooner(deadline, deadline_in(CLOUD_MS));
        if (find_machine(host, &signs->facts.azure, deadline, &machine, &failure) == 0 &&
            find_way(host, signs, &machine, &use, &failure) == 0) {
                const AzureSecurityAsk ask = { .machine = &machine,
                                               .identity = signs->identity,
                                               .package = signs_are_licensed(signs),
                                               .proxy = use.url,
                                               .no_proxy = use.exceptions,
                                               .deadline = deadline };

                azure_security_look(host, &ask, ret);
                return;
        }
        azure_security_unknown(ret);
        ret->reason = failure.reason;
        snprintf(ret->trouble, sizeof(ret->trouble), "%.*s", (int)sizeof(ret->trouble) - 1, failure.found);
}
