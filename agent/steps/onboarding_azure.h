/*
 * onboarding_azure: the onboarding package from Defender for Cloud, with the machine's identity (agent/azure/arm.h).
 */
#pragma once

#include "agent/mission.h"

/* As onboarding_uri_get; with the reasons of azure_onboarding_get. */
int onboarding_azure_get(Mission *mission, Deadline deadline, OnboardingPackage *ret, bool *ret_passing,
                         Failure *failure);
