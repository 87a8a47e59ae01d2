#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/base/text.h"
#include "platform/waagent_conf.h"

/* What the guest agent's own reader makes of the same lines: None is NULL. */
static void a_value_is_the_guest_agent_s(void **state)
{
        static const struct {
                const char *text, *value;
        } rows[] = {
                { "", NULL },
                { "A=b", "b" },
                { " A\t= b \n", "b" },
                { "A=\"b\"\r\n", "b\"" }, /* the return hides the quote */
                { "A=b\r\n", "b" },
                { "A=\" b c \"", "b c" },
                { "A='b'", "'b'" },
                { "A=b # c\n", "b" },
                { "A=#b\n", "" },
                { "#A=b\n", NULL },
                { " # A=b\n", NULL },
                { "A=None\n", NULL },
                { "A=none\n", "none" },
                { "A=b\nA=c=d\nAA=e\na=f\n", "c=d" },
                { "A=b\nA=None\n", NULL },
                { "A=b\nA\n", "b" },
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *value = waagent_conf_value(rows[i].text, strlen(rows[i].text), "A");

                if (!value != !rows[i].value || (value && !text_equal(value, rows[i].value)))
                        fail_msg("%s: %s", rows[i].text, value ? value : "NULL");
        }
}

static bool is_off(const char *text)
{
        return waagent_conf_is_off(text, strlen(text), "A");
}

static void only_n_switches_off(void **state)
{
        (void)state;
        assert_true(is_off("A=n") && is_off("A = \"N\" # no\n") && is_off("A=y\nA=n\n"));
        assert_false(is_off("A=y") || is_off("A=no") || is_off("A=false") || is_off("A=0") || is_off(""));
        assert_false(is_off("A=n\nA=off\n"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_value_is_the_guest_agent_s),
                cmocka_unit_test(only_n_switches_off),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
