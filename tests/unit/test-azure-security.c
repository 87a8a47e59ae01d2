#include "agent/azure/security.h"

#include "tests/unit/azure_fixture.h"
#include "tests/unit/onboarding_fixture.h"

#define S "/subscriptions/" SUBSCRIPTION "/providers/Microsoft.Security/"
#define SETTING(NAME, YEAR) S "settings/" NAME "?api-version=" YEAR
#define WDATP SETTING("WDATP", "2022-05-01")
#define NO_LINUX SETTING("WDATP_EXCLUDE_LINUX_PUBLIC_PREVIEW", "2022-05-01")
#define UNIFIED SETTING("WDATP_UNIFIED_SOLUTION", "2022-05-01")
#define PLAN S "pricings/VirtualMachines?api-version=2024-01-01"
#define MACHINE_PLAN RESOURCE_ID "/providers/Microsoft.Security/pricings/VirtualMachines?api-version=2024-01-01"
#define EXTENSION RESOURCE_ID "/extensions/MDE.Linux?api-version=2024-07-01&$expand=instanceView"
#define PACKAGE S "mdeOnboardings/default?api-version=2021-10-01-preview"
#define BEARER "Bearer " TOKEN
#define OK(TARGET, BODY)                                                                                               \
        {                                                                                                              \
                TARGET, "200 OK", BODY, NULL, BEARER                                                                   \
        }
#define NOT(TARGET, STATUS, CODE)                                                                                      \
        {                                                                                                              \
                TARGET, STATUS, "{\"error\": {\"code\": \"" CODE "\"}}", NULL, BEARER                                  \
        }
#define SWITCH(ON) "{\"kind\": \"DataExportSettings\", \"properties\": {\"enabled\": " ON "}}"
#define TIER(TIER, SUB) "{\"properties\": {\"pricingTier\": \"" TIER "\", \"subPlan\": " SUB "}}"
#define STATE(STATE, VIEW) "{\"properties\": {\"provisioningState\": \"" STATE "\", \"instanceView\": " VIEW "}}"

static const Page tokens[] = { { IMDS_TOKEN, "200 OK", TOKEN_ANSWER }, { 0 } };

static void look(void **state, const Page *metadata, const Page *pages, AzureSecurity *ret)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        AzureMachine machine = { .kind = AZURE_VM, .resource_id = RESOURCE_ID, .subscription = SUBSCRIPTION };
        const AzureSecurityAsk ask = { .machine = &machine, .package = true, .deadline = deadline_in(20000) };

        azure.host->imds_url = azure_serve(&azure, NULL, metadata);
        azure.host->arm_url = azure_serve(&azure, &azure.fixture->good, pages);
        azure_security_look(azure.host, &ask, ret);
        assert_null(strstr(ret->trouble, "secret"));
}

static void all_that_is_on_is_seen(void **state)
{
        AzureSecurity seen;

        look(state, tokens,
             PAGES(OK(EXTENSION,
                      STATE("Succeeded", "{\"statuses\": [{\"code\": \"x\", \"message\": \"all \\u001bwell\"}]}")),
                   OK(WDATP, SWITCH("true")), OK(NO_LINUX, SWITCH("false")), OK(UNIFIED, SWITCH("true")),
                   OK(PLAN, TIER("Free", "null")), OK(MACHINE_PLAN, TIER("Standard", "\"P2\"")),
                   OK(PACKAGE, "{\"value\": []}")),
             &seen);
        assert_int_equal(seen.asked, TRI_YES);
        assert_int_equal(seen.extension, TRI_YES);
        assert_string_equal(seen.extension_state, "Succeeded");
        assert_string_equal(seen.extension_message, "all \\x1bwell");
        assert_int_equal(seen.integration, TRI_YES);
        assert_int_equal(seen.linux_out, TRI_NO);
        assert_int_equal(seen.unified, TRI_YES);
        assert_int_equal(seen.plan, TRI_YES); /* the machine's goes before the subscription's */
        assert_true(seen.plan_of_machine);
        assert_string_equal(seen.sub_plan, "P2");
        assert_int_equal(seen.reason, REASON_NONE);
        assert_string_equal(seen.org_id, "");
}

static void what_is_not_there_is_no_trouble(void **state)
{
        AzureSecurity seen;

        look(state, tokens,
             PAGES(NOT(EXTENSION, "404 Not Found", "ResourceNotFound"),
                   NOT(WDATP, "400 Bad", "InvalidApiVersionParameter"),
                   OK(SETTING("WDATP", "2021-06-01"), SWITCH("false")),
                   NOT(NO_LINUX, "404 Not Found", "ResourceNotFound"),
                   NOT(SETTING("WDATP_EXCLUDE_LINUX_PUBLIC_PREVIEW", "2021-06-01"), "404 Not Found", "NotFound"),
                   OK(UNIFIED, "{\"properties\": {\"enabled\": \"yes\"}}"), OK(PLAN, TIER("Free", "null")),
                   NOT(MACHINE_PLAN, "403 Forbidden", "AuthorizationFailed"), NOT(PACKAGE, "404 Not Found", "NotFound"),
                   NOT(S "mdeOnboardings?api-version=2021-10-01-preview", "404 Not Found", "NotFound")),
             &seen);
        assert_int_equal(seen.extension, TRI_NO);
        assert_int_equal(seen.integration, TRI_NO);
        assert_int_equal(seen.linux_out, TRI_UNKNOWN);
        assert_int_equal(seen.unified, TRI_UNKNOWN);
        assert_int_equal(seen.plan, TRI_NO);
        assert_false(seen.plan_of_machine);
        if (seen.reason)
                fail_msg("%s", seen.trouble);
}

/* Only what would stand in it can be missing. */
static void machine_that_is_not_found_has_no_missing_extension(void **state)
{
        AzureSecurity seen;

        look(state, tokens, PAGES(NOT(EXTENSION, "404 Not Found", "ParentResourceNotFound"), OK(WDATP, SWITCH("true"))),
             &seen);
        assert_int_equal(seen.extension, TRI_UNKNOWN);
        assert_int_equal(seen.integration, TRI_YES);
        assert_non_null(strstr(seen.trouble, "ParentResourceNotFound"));
}

static void without_the_role_the_rest_is_still_asked(void **state)
{
        AzureSecurity seen;

        look(state, tokens,
             PAGES(NOT(EXTENSION, "403 Forbidden", "AuthorizationFailed"), OK(WDATP, SWITCH("false")),
                   NOT(NO_LINUX, "403 Forbidden", "AuthorizationFailed"),
                   NOT(UNIFIED, "403 Forbidden", "AuthorizationFailed"),
                   NOT(PLAN, "403 Forbidden", "AuthorizationFailed"),
                   NOT(MACHINE_PLAN, "403 Forbidden", "AuthorizationFailed"),
                   NOT(PACKAGE, "403 Forbidden", "AuthorizationFailed")),
             &seen);
        assert_int_equal(seen.asked, TRI_YES);
        assert_int_equal(seen.extension, TRI_UNKNOWN);
        assert_int_equal(seen.integration, TRI_NO);
        assert_int_equal(seen.plan, TRI_UNKNOWN);
        assert_int_equal(seen.reason, REASON_AZURE_ACCESS);
        assert_non_null(strstr(seen.trouble, "answered 403 for subscription " SUBSCRIPTION ", AuthorizationFailed"));
}

static void nobody_is_asked_again_where_something_else_answers(void **state)
{
        AzureSecurity seen;

        look(state, tokens,
             PAGES({ EXTENSION, "200 OK", "<html><title>Please log in</title>", NULL, BEARER },
                   OK(WDATP, SWITCH("false"))),
             &seen);
        assert_int_equal(seen.reason, REASON_AZURE_BLOCKED);
        assert_non_null(strstr(seen.trouble, "Please log in"));
        assert_int_equal(seen.integration, TRI_UNKNOWN);
}

static void without_an_identity_nothing_is_asked(void **state)
{
        AzureSecurity seen;

        look(state,
             PAGES({ IMDS_TOKEN, "400 Bad Request",
                     "{\"error\": \"invalid_request\", \"error_description\": \"Identity not found\"}" }),
             PAGES(OK(WDATP, SWITCH("false"))), &seen);
        assert_int_equal(seen.asked, TRI_NO);
        assert_int_equal(seen.reason, REASON_AZURE_IDENTITY);
        assert_int_equal(seen.integration, TRI_UNKNOWN);
}

static void take(const char *text, AzureSecurity *ret)
{
        _cleanup_secret_ Secret secret = { 0 };

        *ret = (AzureSecurity){ 0 };
        secret_allocate(&secret, strlen(text));
        memcpy(secret.data, text, strlen(text));
        azure_security_take_token(&secret, ret);
}

static void directory_of_a_token_is_told_in_part(void **state)
{
        static const char *const none[] = {
                "",
                "Bearer x",
                "Bearer a.b",
                "Bearer a.!!.c",
                "Bearer a.e30.c",
                "Bearer a.W10.c",
                "Bearer ..",
                "Bearer a.eyJ0aWQiOiAibm90LWEtZ3VpZCJ9.c",
        };
        AzureSecurity seen;
        size_t i;

        /* {"oid": "?>~", "tid": "ABCDEF01-2345-6789-abcd-ef0123456789"}, with the alphabet of URLs */
        take("Bearer a.eyJvaWQiOiAiPz5-IiwgInRpZCI6ICJBQkNERUYwMS0yMzQ1LTY3ODktYWJjZC1lZjAxMjM0NTY3ODkifQ.c", &seen);
        assert_string_equal(seen.directory, "ABCDEF01");
        for (i = 0; i < ELEMENTSOF(none); i++) {
                take(none[i], &seen);
                assert_string_equal(seen.directory, "");
        }
}

static void org_of_the_package_is_seen(void **state)
{
        _cleanup_free_ char *document = NULL, *quoted = NULL, *answer = NULL;
        AzureSecurity seen;
        Keys keys;

        keys_make(&keys);
        document = recipe_make(&keys, &(Recipe){ 0 });
        keys_clear(&keys);
        quoted = quote_json(document);
        answer = text_format("{\"name\": \"default\", \"properties\": {\"onboardingPackageLinux\": %s}}", quoted);
        look(state, tokens,
             PAGES(NOT(EXTENSION, "403 Forbidden", "x"), NOT(WDATP, "403 Forbidden", "x"),
                   NOT(NO_LINUX, "403 Forbidden", "x"), NOT(UNIFIED, "403 Forbidden", "x"),
                   NOT(PLAN, "403 Forbidden", "x"), NOT(MACHINE_PLAN, "403 Forbidden", "x"), OK(PACKAGE, answer)),
             &seen);
        assert_string_equal(seen.org_id, BODY_ORG_ID);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_that_is_on_is_seen),
                cmocka_unit_test(what_is_not_there_is_no_trouble),
                cmocka_unit_test(machine_that_is_not_found_has_no_missing_extension),
                cmocka_unit_test(without_the_role_the_rest_is_still_asked),
                cmocka_unit_test(nobody_is_asked_again_where_something_else_answers),
                cmocka_unit_test(without_an_identity_nothing_is_asked),
                cmocka_unit_test(directory_of_a_token_is_told_in_part),
                cmocka_unit_test(org_of_the_package_is_seen),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
