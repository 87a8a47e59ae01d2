/*
 * doctor_cloud: Azure's side in the doctor's document.
 */
#pragma once

#include "agent/azure/security.h"
#include "platform/json.h"

/* The member "cloud" (packaging/schemas/doctor.json); what is not known is absent. */
void doctor_put_cloud(const AzureSecurity *cloud, Json *document);
