#include "agent/answers/unseen.h"

#include "platform/base/text.h"

static bool distribution(const Facts *facts)
{
        return facts->machine.distro_known == TRI_UNKNOWN;
}

static bool package(const Facts *facts)
{
        return facts->look == LOOK_SECOND && facts->package.state == PACKAGE_UNKNOWN;
}

static bool holders(const Facts *facts)
{
        return facts->fanotify.known == TRI_UNKNOWN || facts->fanotify.unreadable > 0;
}

static bool onboarding(const Facts *facts)
{
        return facts->sensor.onboarded == TRI_UNKNOWN;
}

static bool managed(const Facts *facts)
{
        return facts->sensor.managed == TRI_UNKNOWN;
}

static bool health(const Facts *facts)
{
        return facts->sensor.files == TRI_YES && facts->sensor.health.answering == TRI_UNKNOWN;
}

/* Those that could change the answer come first. */
static const struct {
        bool (*is_unseen)(const Facts *facts);
        const char *what;
} rows[] = {
        { distribution, "which distribution this is" },
        { holders, "which programs hold file access back" },
        { package, "whether the package " SENSOR_PACKAGE " is installed" },
        { onboarding, "the sensor's onboarding file" },
        { managed, "the sensor's managed settings" },
        { health, "the sensor's health" },
};

size_t unseen_list(const Facts *facts, const char *ret[UNSEEN_MAX])
{
        size_t i, n = 0;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                if (rows[i].is_unseen(facts))
                        ret[n++] = rows[i].what;
        return n;
}

bool unseen_decides(const Facts *facts)
{
        return distribution(facts) || facts->machine.distro_known == TRI_NOT_ASKED || holders(facts);
}

char *unseen_join(const char *const *items, size_t n)
{
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        for (i = 0; i < n; i++)
                text_append(&text, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", items[i]);
        return text_take(&text);
}
