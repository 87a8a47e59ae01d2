#include "tests/unit/scratch.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-bus.h>

/* libsystemd as it was built for us: a peer that is gone has no words of its own, and these are the C library's. */
static void an_error_of_the_connection_has_words(void **state)
{
        static const int numbers[] = { ECONNRESET, ENOTCONN, EPIPE, ETIMEDOUT, ECONNREFUSED };
        size_t i;

        for (i = 0; i < ELEMENTSOF(numbers); i++) {
                sd_bus_error error = SD_BUS_ERROR_NULL;

                assert_int_equal(sd_bus_error_set_errno(&error, -numbers[i]), -numbers[i]);
                assert_string_equal(error.message, strerror(numbers[i]));
                sd_bus_error_free(&error);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_error_of_the_connection_has_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
