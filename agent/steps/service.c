#include "agent/steps.h"

#include "platform/base/text.h"

int step_service(Mission *mission, Failure *failure)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState unit = { 0 };
        Error err = { 0 };

        if (systemd_open(&systemd, &err) < 0 || systemd_unit_state(systemd, SENSOR_UNIT, &unit, &err) < 0)
                return steps_fail(failure, REASON_SERVICE_FAILED, &err);
        if (text_starts_with(unit.file, "masked") || text_equal(unit.load, "masked"))
                return failure_set(failure, REASON_SERVICE_MASKED, "%s was masked while this run was at work.",
                                   SENSOR_UNIT);
        if (text_equal(unit.file, "disabled")) {
                mission_say(mission, "enabling %s", SENSOR_UNIT);
                if (systemd_enable(systemd, SENSOR_UNIT, &err) < 0 || systemd_reload(systemd, &err) < 0)
                        return steps_fail(failure, REASON_SERVICE_FAILED, &err);
        }
        if (text_equal(unit.active, "active") || text_equal(unit.active, "activating"))
                return 0;
        mission_say(mission, "starting %s", SENSOR_UNIT);
        if (systemd_reset_failed(systemd, SENSOR_UNIT, &err) < 0 || systemd_start(systemd, SENSOR_UNIT, &err) < 0)
                return steps_fail(failure, REASON_SERVICE_FAILED, &err);
        return 0;
}
