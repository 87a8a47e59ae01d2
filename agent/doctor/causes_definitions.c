/*
 * The sensor's security intelligence. It loads for minutes after an installation, and again with each update: only
 * what goes on for long, what has failed, and what does not come any more is a fault.
 */
#include "agent/doctor/diagnose.h"

#include "agent/situation.h"
#include "platform/base/text.h"

#define LOADING_S (60 * 60)  /* from the end of the run that brought the sensor */
#define COMING_MIN (24 * 60) /* so young ones show that they come */
#define MINUTES_A_DAY (24 * 60)

/* How the answer of a sensor that gives one goes on. */
static bool has_state(const Signs *signs)
{
        const SensorHealth *health = &signs->facts.sensor.health;

        return signs->facts.sensor.files == TRI_YES && health->answering == TRI_YES && *health->definitions;
}

static Finding unless_told(const Signs *signs)
{
        if (signs->facts.sensor.files != TRI_YES)
                return FINDING_NOT_ASKED;
        return signs->facts.sensor.health.answering == TRI_YES ? FINDING_NO : FINDING_UNSEEN;
}

static bool is_current(const SensorHealth *health)
{
        return text_equal_nocase(health->definitions, "upToDate") ||
               text_equal_nocase(health->definitions, "up_to_date");
}

static bool is_loading_for_long(const Signs *signs)
{
        int64_t ended_s = signs->extension.ended_s, age = signs->facts.sensor.health.definitions_age_min;

        if (age > 0 && age <= COMING_MIN)
                return false;
        return ended_s > 0 && signs->facts.now_s > ended_s + LOADING_S;
}

bool signs_load_definitions(const Signs *signs)
{
        return has_state(signs) && text_equal_nocase(signs->facts.sensor.health.definitions, "updating") &&
               !is_loading_for_long(signs);
}

Finding look_definitions(const Signs *signs, CauseFound *found)
{
        const SensorHealth *health = &signs->facts.sensor.health;
        char when[TEXT_TIME_MAX] = "";

        if (!has_state(signs) || is_current(health) || signs_load_definitions(signs))
                return unless_told(signs);
        if (!text_equal_nocase(health->definitions, "updating"))
                return cause_found(found, "Their state is: %s.", health->definitions);
        text_time(signs->extension.ended_s, when);
        return cause_found(found, "Their state is: %s, although the sensor is there since %s.", health->definitions,
                           when);
}

Finding look_old_definitions(const Signs *signs, CauseFound *found)
{
        const SensorHealth *health = &signs->facts.sensor.health;

        if (unless_told(signs) != FINDING_NO || !situation_has_old_definitions(&signs->facts))
                return unless_told(signs);
        return cause_found(found, "They were updated %lld days ago; new ones come several times a day.",
                           (long long)(health->definitions_age_min / MINUTES_A_DAY));
}

Finding look_loading(const Signs *signs, CauseFound *found)
{
        if (!signs_load_definitions(signs) || situation_has_old_definitions(&signs->facts))
                return FINDING_NO;
        return cause_found(found, "Their state is: %s.", signs->facts.sensor.health.definitions);
}
