#include "tests/unit/scratch.h"

#include <sched.h>

#include "platform/flush.h"

static void folders_that_are_there_are_flushed(void **state)
{
        const Scratch *scratch = *state;
        const char *const places[] = { "/a", "/missing", "", "/a/b", "/file" };

        scratch_folder(scratch, "/a/b/");
        scratch_write(scratch, "/file", "x");
        Flush *flush = flush_start(&scratch->host, places, ELEMENTSOF(places));

        while (!flush_is_done(flush))
                sched_yield();
        flush_end(flush);
        flush_end(flush_start(&scratch->host, places, ELEMENTSOF(places)));
        flush_end(flush_start(&scratch->host, NULL, 0));
        flush_end(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(folders_that_are_there_are_flushed, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
