#include "agent/kept.h"

#include "platform/base/log.h"
#include "platform/fs.h"

bool kept_is_needless(const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        if (facts->sensor.onboarding_kept != TRI_YES || facts->hold.held == TRI_YES)
                return false;
        if (facts->sensor.onboarded == TRI_YES)
                return true;
        return facts->sensor.onboarded == TRI_NO && health->answering == TRI_YES && health->licensed == TRI_NO;
}

void kept_forget(const Host *host, const Facts *facts)
{
        Error err = { 0 };

        if (!kept_is_needless(facts))
                return;
        log_info("the sensor has left its tenant by itself: what was kept of its onboarding file goes");
        if (fs_remove(host, SENSOR_KEPT_FILE, &err) < 0)
                log_warning("%s", err.text);
}
