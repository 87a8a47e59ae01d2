#include "agent/azure/machine.h"

#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"

#define ASSET_TAG "7783-7084-3265-9085-8269-3286-77" /* of every Azure VM */
#define ASSET_TAG_FILE "/sys/class/dmi/id/chassis_asset_tag"
#define GUEST_AGENT "/var/lib/waagent"
#define ARC_LOGS "/var/lib/GuestConfig/extension_logs"
#define EXTENSION "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
#define FILE_MAX 65536
#define ANSWER_MAX (256 * 1024)
#define ASK_MS 10000
#define TRIES 3

/* Each is enough. The last ones are there whenever its services are, and name its endpoints. */
static const char *const arc_files[] = { "/opt/azcmagent/bin/himds", "/var/opt/azcmagent/agentconfig.json" };
static const char *const arc_environment[] = {
        "/lib/systemd/system.conf.d/azcmagent.conf",
        "/usr/lib/systemd/system.conf.d/azcmagent.conf",
        "/etc/systemd/system.conf.d/azcmagent.conf",
};

/* ---- signs ------------------------------------------------------------------------------------------------------ */

static bool file_has(const Host *host, const char *path, const char *word)
{
        _cleanup_free_ char *text = NULL;
        size_t length;

        return fs_read(host, path, FILE_MAX, &text, &length, NULL) == 0 && text && strstr(text, word);
}

static bool has_arc(const Host *host)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(arc_files); i++)
                if (fs_exists(host, arc_files[i]))
                        return true;
        for (i = 0; i < ELEMENTSOF(arc_environment); i++)
                if (file_has(host, arc_environment[i], "IMDS_ENDPOINT=") ||
                    file_has(host, arc_environment[i], "IDENTITY_ENDPOINT="))
                        return true;
        return false;
}

/* It keeps a folder of logs for each extension that it runs. */
static bool arc_runs_us(const Host *host)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (fs_list(host, ARC_LOGS, &names, NULL) < 0)
                return false;
        for (i = 0; names[i]; i++)
                if (text_starts_with(names[i], EXTENSION))
                        return true;
        return false;
}

void azure_signs_look(const Host *host, AzureSigns *ret)
{
        bool arc = has_arc(host), elsewhere = !text_equal(host->imds_url, HOST_IMDS_URL);

        *ret = (AzureSigns){
                .arc = arc,
                .runs_us = arc && arc_runs_us(host),
                /* Arc's extensions lie in the guest agent's folder too */
                .vm = file_has(host, ASSET_TAG_FILE, ASSET_TAG) || (!arc && fs_exists(host, GUEST_AGENT)) || elsewhere,
        };
}

/* ---- compute ---------------------------------------------------------------------------------------------------- */

static void take(Json *json, const char *name, char *ret, size_t size)
{
        const char *value = json_string(json, name), *p;

        *ret = '\0';
        if (!value || strlen(value) >= size)
                return;
        for (p = value; *p; p++)
                if (*p < ' ' || *p >= 0x7f || *p == '"' || *p == '\\')
                        return;
        memcpy(ret, value, strlen(value) + 1);
}

int azure_machine_read(const char *text, size_t length, AzureMachine *ret, Error *err)
{
        _cleanup_json_ Json *json = NULL;
        AzureMachine found = { .kind = ret->kind };

        if (json_parse(text, length, &json, err) < 0)
                return -1;
        if (!json_object_is_type(json, json_type_object))
                return error_set(err, ERROR_INPUT, "it is no object but %s", json_kind(json));
        take(json, "resourceId", found.resource_id, sizeof(found.resource_id));
        take(json, "subscriptionId", found.subscription, sizeof(found.subscription));
        take(json, "vmId", found.vm_id, sizeof(found.vm_id));
        take(json, "name", found.name, sizeof(found.name));
        take(json, "location", found.location, sizeof(found.location));
        take(json, "azEnvironment", found.cloud, sizeof(found.cloud));
        if (!text_is_guid(found.subscription))
                found.subscription[0] = '\0';
        if (!*found.subscription && !*found.resource_id)
                return error_set(err, ERROR_INPUT, "it names neither a resource nor a subscription");
        *ret = found;
        return 0;
}

static int ask(const AzureSession *session, AzureKind kind, HttpResponse *ret, Failure *failure)
{
        const AzureMetadataAsk question = {
                .kind = kind,
                .path = kind == AZURE_ARC ? "/metadata/instance/compute?api-version=2020-06-01"
                                          : "/metadata/instance/compute?api-version=2021-02-01",
                .max_bytes = ANSWER_MAX,
                .within_ms = ASK_MS,
                .tries = TRIES,
        };
        Error err = { 0 };

        http_response_clear(ret);
        return azure_metadata_get(session, &question, ret, &err) < 0 ? azure_metadata_failed(kind, ret, &err, failure)
                                                                     : 0;
}

int azure_compute_get(const AzureSession *session, AzureKind *ret_kind, HttpResponse *ret, Failure *failure)
{
        Failure second = { 0 };
        AzureSigns signs;

        azure_signs_look(session->host, &signs);
        *ret_kind = AZURE_NONE;
        if (!signs.vm && !signs.arc)
                return failure_set(failure, REASON_AZURE_IDENTITY,
                                   "It is neither a VM of Azure nor connected by Azure Arc.");
        *ret_kind = signs.vm && !signs.runs_us ? AZURE_VM : AZURE_ARC;
        if (ask(session, *ret_kind, ret, failure) == 0)
                return 0;
        /* one that refuses, or answers what is of no use, is there: nobody else speaks for it */
        if (*ret_kind == AZURE_ARC || !signs.arc || failure->reason != REASON_AZURE_METADATA)
                return -1;
        if (ask(session, AZURE_ARC, ret, &second) < 0)
                return -1;
        *ret_kind = AZURE_ARC;
        *failure = (Failure){ 0 };
        return 0;
}

int azure_machine_look(const AzureSession *session, AzureMachine *ret, Failure *failure)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        AzureMachine found = { 0 };
        Error err = { 0 };

        if (azure_compute_get(session, &found.kind, &response, failure) < 0)
                return -1;
        if (azure_machine_read(response.body, response.length, &found, &err) < 0)
                return failure_set(failure, REASON_AZURE_METADATA_DENIED,
                                   "What %s tells of this machine is of no use: %s.",
                                   azure_metadata_url(session->host, found.kind), err.text);
        *ret = found;
        return 0;
}
