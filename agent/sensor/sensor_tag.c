#include "agent/sensor/sensor.h"

#include "platform/base/text.h"

const char *sensor_tag(const SensorHealth *health, const char *key)
{
        size_t i;

        for (i = 0; i < health->n_tags; i++)
                if (text_equal(health->tags[i].key, key))
                        return health->tags[i].value;
        return NULL;
}
