#include "tests/unit/scratch.h"

#include "agent/kept.h"
#include "platform/fs.h"

/* Cut off, and the sensor has left since. */
static Facts gone(void)
{
        Facts facts = { 0 };

        facts.sensor.onboarding_kept = facts.sensor.offboarding_file = facts.sensor.files = TRI_YES;
        facts.sensor.onboarded = TRI_NO;
        facts.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_NO };
        return facts;
}

static void what_was_kept_goes_when_the_sensor_has_left(void **state)
{
        Scratch *s = *state;
        Facts facts = gone();

        scratch_write(s, SENSOR_KEPT_FILE, "{}");
        assert_true(kept_is_needless(&facts));
        kept_forget(&s->host, &facts);
        assert_false(fs_exists(&s->host, SENSOR_KEPT_FILE));
}

static void it_stays_until_the_sensor_says_so_and_while_changes_are_on_hold(void **state)
{
        Scratch *s = *state;
        Facts facts[] = { gone(), gone(), gone(), gone() };
        size_t i;

        facts[0].sensor.health.licensed = TRI_YES;
        facts[1].sensor.health = (SensorHealth){ 0 };
        facts[2].sensor.onboarded = TRI_UNKNOWN;
        facts[3].hold.held = TRI_YES;
        scratch_write(s, SENSOR_KEPT_FILE, "{}");
        for (i = 0; i < ELEMENTSOF(facts); i++) {
                kept_forget(&s->host, &facts[i]);
                assert_true(fs_exists(&s->host, SENSOR_KEPT_FILE));
        }
}

static void another_onboarding_file_stands_in_its_place(void **state)
{
        Facts facts = gone();

        facts.sensor.onboarded = facts.sensor.health.licensed = TRI_YES;
        assert_true(kept_is_needless(&facts));
        facts.sensor.onboarding_kept = TRI_NO;
        assert_false(kept_is_needless(&facts));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_was_kept_goes_when_the_sensor_has_left, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(it_stays_until_the_sensor_says_so_and_while_changes_are_on_hold,
                                                scratch_open, scratch_close),
                cmocka_unit_test(another_onboarding_file_stands_in_its_place),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
