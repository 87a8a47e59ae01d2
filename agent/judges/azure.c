/*
 * What this machine is in Azure, against what is asked and what its disk remembers.
 */
#include "agent/azure/cloud.h"
#include "agent/judge.h"
#include "platform/base/text.h"

/* A copied or moved machine, or a template that names another one. */
static void judge_resource(const Request *request, const Facts *facts, Plan *plan)
{
        const char *asked = request->azure_resource_id, *told = facts->azure.machine.resource_id;
        _cleanup_free_ char *shown = NULL;

        if (!*told)
                return;
        if (!asked) {
                judge_note(plan, "azure-resource", PLAN_INFORMATION,
                           "azureResourceId is not set: the device is linked to what Azure's metadata service says "
                           "that this machine is, %s.",
                           told);
                return;
        }
        if (text_equal_nocase(asked, told))
                return;
        shown = text_escape(asked, 300);
        judge_note(
                plan, "azure-resource", PLAN_WARNING,
                "azureResourceId names %s, but Azure's metadata service says that this machine is %.300s: the device "
                "is linked to the named one, as asked. If this machine was moved or copied, or its template names "
                "another one, set azureResourceId to what it is, or leave it out.",
                shown, told);
}

static bool is_onboarded(const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        return situation_has_sensor(facts) &&
               (facts->sensor.onboarded == TRI_YES || (health->answering == TRI_YES && health->licensed == TRI_YES));
}

/* Azure Arc gives a machine that is connected anew another vmId: there it tells nothing. */
static void judge_copy(const Facts *facts, Plan *plan)
{
        const AzureFacts *azure = &facts->azure;

        if (azure->machine.kind != AZURE_VM || !is_onboarded(facts) ||
            !azure_record_is_of_another(&azure->record, azure->machine.vm_id, facts->sensor.health.machine_id))
                return;
        judge_note(
                plan, "cloned", PLAN_WARNING,
                "The sensor here was onboarded on the VM with vmId %s, and this is the VM %s: its disk is a copy, and "
                "machines that share a sensor's state report as one device. Here: offboard the sensor, "
                "stop " SENSOR_UNIT
                ", remove /etc/opt/microsoft/mdatp/wdavstate and onboard again; and take images before "
                "a sensor is onboarded. If the other VM is gone for good, this one may stay as it is: "
                "remove " AZURE_RECORD_FILE ".",
                azure->record.vm_id, azure->machine.vm_id);
}

/* Whoever gives a package knows of a tenant somewhere else; without one, whoever looks for it refuses. */
static void judge_cloud(const Request *request, const Facts *facts, Plan *plan)
{
        const char *cloud = facts->azure.machine.cloud, *refusal = azure_cloud_refusal(cloud);

        if (!refusal)
                return;
        if (situation_is_licensed(request, facts))
                judge_note(plan, "azure-cloud", PLAN_INFORMATION,
                           "This machine is in %s, and %s: the sensor is licensed, and stays as it is.", cloud,
                           refusal);
        else if (request->onboarding)
                judge_note(
                        plan, "azure-cloud", PLAN_WARNING,
                        "This machine is in %s, and %s: the given package is of tenant %s, which is in another cloud. "
                        "The sensor is onboarded as asked; if it does not get its licence, see that it reaches that "
                        "cloud's addresses.",
                        cloud, refusal, request->onboarding->org_id);
}

void judge_azure(const Request *request, const Facts *facts, Plan *plan)
{
        if (facts->azure.known != TRI_YES)
                return;
        judge_cloud(request, facts, plan);
        judge_resource(request, facts, plan);
        judge_copy(facts, plan);
}
