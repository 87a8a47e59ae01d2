#include "agent/situation.h"
#include "agent/steps.h"

static bool is_licensed(const Mission *mission)
{
        return situation_is_licensed(mission->request, &mission->facts);
}

int step_verify(Mission *mission, Failure *failure)
{
        if (steps_wait_for_sensor(mission, is_licensed, "the sensor to be licensed", REASON_SENSOR_NOT_LICENSED,
                                  failure) < 0)
                return -1;
        if (*mission->left_tenant)
                mission_changed(mission, "tenant", mission->left_tenant, mission->facts.sensor.health.org_id);
        mission->left_tenant[0] = '\0';
        return steps_wait_for_managed(mission, failure);
}
