#include "agent/azure/arm.h"

#include "tests/unit/azure_fixture.h"

#define PLACE "/subscriptions/" SUBSCRIPTION "/providers/Microsoft.Security/mdeOnboardings"
#define VERSION "?api-version=2021-10-01-preview"
#define GET PLACE "/default" VERSION
#define LIST PLACE VERSION
#define BEARER "Bearer " TOKEN
#define ONBOARDING(NAME, SCRIPT)                                                                                       \
        "{\"name\": \"" NAME "\", \"location\": null, \"properties\": {\"onboardingPackageWindows\": \"d2lu\", "       \
        "\"onboardingPackageLinux\": \"" SCRIPT "\"}}"

static const Page metadata[] = {
        { IMDS_COMPUTE, "200 OK", COMPUTE },
        { IMDS_TOKEN, "200 OK", TOKEN_ANSWER },
        { 0 },
};

static void count(const char *text, void *userdata)
{
        ++*(int *)userdata;
}

static int ask_arm(Azure *azure, const Page *pages, int *waits, Secret *ret, Failure *failure)
{
        int ignored = 0;

        azure->host->imds_url = azure_serve(azure, NULL, metadata);
        azure->host->arm_url = azure_serve(azure, &azure->fixture->good, pages);
        return azure_onboarding_get(azure->host,
                                    &(AzureOnboardingAsk){ .deadline = deadline_in(20000),
                                                           .on_wait = count,
                                                           .userdata = waits ? waits : &ignored },
                                    ret, failure);
}

static void assert_script(void **state, const Page *pages, const char *script, int waits)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        _cleanup_secret_ Secret secret = { 0 };
        Failure failure = { 0 };
        int waited = 0;

        if (ask_arm(&azure, pages, &waited, &secret, &failure) < 0)
                fail_msg("%s", failure.found);
        assert_string_equal((char *)secret.data, script);
        assert_int_equal(secret.length, strlen(script));
        assert_int_equal(waited, waits);
}

static void package_of_the_subscription_is_had(void **state)
{
        assert_script(state, PAGES({ GET, "200 OK", ONBOARDING("default", "c2NyaXB0"), NULL, BEARER }), "c2NyaXB0", 0);
}

static void list_is_asked_when_there_is_no_default(void **state)
{
        static const Page absent = { GET, "404 Not Found", "{\"error\": {\"code\": \"NotFound\", \"message\": \"x\"}}",
                                     NULL, BEARER };

        assert_script(
                state,
                PAGES(absent, { LIST, "200 OK",
                                "{\"value\": [" ONBOARDING("Windows", "") ", " ONBOARDING("Linux", "Zmlyc3Q=") "]}",
                                NULL, BEARER }),
                "Zmlyc3Q=", 0);
        assert_script(
                state,
                PAGES(absent, { LIST, "200 OK",
                                "{\"value\": [" ONBOARDING("Linux", "Zmlyc3Q=") ", " ONBOARDING("default", "ZGVm") "]}",
                                NULL, BEARER }),
                "ZGVm", 0);
}

static void first_call_of_a_tenant_is_made_again(void **state)
{
        assert_script(state,
                      PAGES({ GET, "429 Too Many Requests", "", "Retry-After: 0\r\n", BEARER, 1 },
                            { GET, "500 Oops", "{\"error\": {\"code\": \"x\"}}", "Retry-After: 0\r\n", BEARER, 2 },
                            { GET, "200 OK", ONBOARDING("default", "c2NyaXB0"), NULL, BEARER }),
                      "c2NyaXB0", 3);
}

static void refusals_are_explained(void **state)
{
        static const struct {
                Page pages[2];
                ReasonId reason;
                const char *words;
        } rows[] = {
                { { { GET, "403 Forbidden",
                      "{\"error\": {\"code\": \"AuthorizationFailed\", \"message\": \"The client 'c' with object id "
                      "'o' does not have authorization to perform action 'Microsoft.Security/mdeOnboardings/read'\"}}",
                      NULL, BEARER } },
                  REASON_AZURE_ACCESS,
                  "answered 403 for subscription " SUBSCRIPTION
                  ", AuthorizationFailed: The client 'c' with object id 'o' does" },
                { { { GET, "401 Unauthorized", "{\"error\": {\"code\": \"ExpiredAuthenticationToken\"}}", NULL,
                      BEARER } },
                  REASON_AZURE_ACCESS,
                  "ExpiredAuthenticationToken" },
                { { { GET, "403 Forbidden", "<html><title>Blocked by Proxy</title></html>", NULL, BEARER } },
                  REASON_AZURE_BLOCKED,
                  "answered 403: an HTML page, \"Blocked by Proxy\"" },
                { { { GET, "409 Conflict",
                      "{\"error\": {\"code\": \"MissingSubscriptionRegistration\", "
                      "\"message\": \"register \\u001b[1mMicrosoft.Security\"}}",
                      NULL, BEARER } },
                  REASON_AZURE_ONBOARDING,
                  "MissingSubscriptionRegistration: register \\x1b[1mMicrosoft.Security" },
                { { { GET, "404 Not Found", "", NULL, BEARER },
                    { LIST, "404 Not Found", "{\"error\": {\"code\": \"SubscriptionNotFound\"}}", NULL, BEARER } },
                  REASON_AZURE_ONBOARDING,
                  "answered 404 for subscription " SUBSCRIPTION ", SubscriptionNotFound" },
                { { { GET, "404 Not Found", "", NULL, BEARER }, { LIST, "200 OK", "{\"value\": []}", NULL, BEARER } },
                  REASON_AZURE_ONBOARDING,
                  "has no onboarding package for Linux" },
                { { { GET, "200 OK", "{\"properties\": {\"onboardingPackageLinux\": 5}}", NULL, BEARER } },
                  REASON_AZURE_ONBOARDING,
                  "has no onboarding package for Linux" },
                { { { GET, "200 OK", "<html><title>Please log in</title>", NULL, BEARER } },
                  REASON_AZURE_BLOCKED,
                  "answered with an HTML page, \"Please log in\": a captive portal" },
                { { { GET, "302 Found", "", "Location: https://login.portal.test/?u=secret\r\n", BEARER } },
                  REASON_AZURE_BLOCKED,
                  "answered 302, a redirect to login.portal.test" },
                { { { GET, "200 OK", "{\"properties\": ", NULL, BEARER } }, REASON_AZURE_ONBOARDING, "cannot be read" },
                { { { GET, "503 Busy", "", "Retry-After: 86400\r\n", BEARER } },
                  REASON_AZURE_UNREACHABLE,
                  "answered 503" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_ Azure azure = azure_open(state);
                _cleanup_secret_ Secret secret = { 0 };
                Failure failure = { 0 };

                assert_int_equal(ask_arm(&azure, PAGES(rows[i].pages[0], rows[i].pages[1]), NULL, &secret, &failure),
                                 -1);
                assert_null(secret.data);
                assert_told(&failure, rows[i].reason, rows[i].words);
        }
}

static void foreign_certificate_is_named(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        _cleanup_secret_ Secret secret = { 0 };
        Failure failure = { 0 };

        azure.host->imds_url = azure_serve(&azure, NULL, metadata);
        azure.host->arm_url = azure_serve(&azure, &azure.fixture->stranger, PAGES({ GET, "200 OK" }));
        assert_int_equal(azure_onboarding_get(azure.host, &(AzureOnboardingAsk){ 0 }, &secret, &failure), -1);
        assert_told(&failure, REASON_AZURE_BLOCKED, "issued by \"Prying Proxy CA\", is not trusted");
}

static void certificate_of_the_future_tells_of_our_clock(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        _cleanup_secret_ Secret secret = { 0 };
        Failure failure = { 0 };

        azure.host->imds_url = azure_serve(&azure, NULL, metadata);
        azure.host->arm_url = azure_serve(&azure, &azure.fixture->future, PAGES({ GET, "200 OK" }));
        assert_int_equal(azure_onboarding_get(azure.host, &(AzureOnboardingAsk){ 0 }, &secret, &failure), -1);
        assert_told(&failure, REASON_CLOCK_WRONG, "certificate is not yet valid");
}

static void being_asked_to_stop_is_no_fault_of_azures(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        _cleanup_secret_ Secret secret = { 0 };
        Failure failure = { 0 };

        stop = 1;
        assert_int_equal(azure_onboarding_get(azure.host, &(AzureOnboardingAsk){ 0 }, &secret, &failure), -1);
        assert_told(&failure, REASON_STOPPED, "asked to stop");
        stop = 0;
}

static void proxy_is_for_resource_manager_only(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        Server proxy = server_start(SERVER_PROXY, NULL);
        _cleanup_free_ char *url = text_format("http://127.0.0.1:%d", proxy.port);
        _cleanup_secret_ Secret secret = { 0 };
        Failure failure = { 0 };

        azure.host->imds_url = azure_serve(&azure, NULL, metadata);
        assert_int_equal(azure_onboarding_get(azure.host, &(AzureOnboardingAsk){ .proxy = url }, &secret, &failure),
                         -1);
        assert_told(&failure, REASON_AZURE_BLOCKED,
                    "answered 407 when asked for management.azure.com: it wants credentials");
        server_stop(&proxy);
}

static void china_is_refused_before_a_token_is_asked_for(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        _cleanup_secret_ Secret secret = { 0 };
        Failure failure = { 0 };

        azure.host->imds_url = azure_serve(
                &azure, NULL,
                PAGES({ IMDS_COMPUTE, "200 OK",
                        "{\"azEnvironment\": \"AzureChinaCloud\", \"subscriptionId\": \"" SUBSCRIPTION "\"}" }));
        assert_int_equal(azure_onboarding_get(azure.host, &(AzureOnboardingAsk){ 0 }, &secret, &failure), -1);
        assert_told(&failure, REASON_CLOUD_UNSUPPORTED, "AzureChinaCloud");
}

static void package_of_another_subscription_than_asked_is_not_had(void **state)
{
        static const struct {
                const char *asked;
                bool right;
        } rows[] = {
                { RESOURCE_ID, true },
                { "/SUBSCRIPTIONS/" SUBSCRIPTION "/resourceGroups/g", true },
                { "/subscriptions/99999999-2222-3333-4444-555555555555/resourceGroups/g", false },
                { "/subscriptions/", false },
                { "machine", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_ Azure azure = azure_open(state);
                _cleanup_secret_ Secret secret = { 0 };
                AzureOnboardingAsk what = { .resource_id = rows[i].asked, .deadline = deadline_in(20000) };
                Failure failure = { 0 };
                int result;

                azure.host->imds_url = azure_serve(&azure, NULL, metadata);
                azure.host->arm_url =
                        azure_serve(&azure, &azure.fixture->good,
                                    PAGES({ GET, "200 OK", ONBOARDING("default", "c2NyaXB0"), NULL, BEARER }));
                result = azure_onboarding_get(azure.host, &what, &secret, &failure);
                if ((result == 0) != rows[i].right)
                        fail_msg("%s: %s", rows[i].asked, failure.found);
                if (result < 0)
                        assert_told(&failure, REASON_AZURE_METADATA_DENIED, "is of subscription " SUBSCRIPTION);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(package_of_the_subscription_is_had),
                cmocka_unit_test(list_is_asked_when_there_is_no_default),
                cmocka_unit_test(first_call_of_a_tenant_is_made_again),
                cmocka_unit_test(refusals_are_explained),
                cmocka_unit_test(foreign_certificate_is_named),
                cmocka_unit_test(certificate_of_the_future_tells_of_our_clock),
                cmocka_unit_test(being_asked_to_stop_is_no_fault_of_azures),
                cmocka_unit_test(proxy_is_for_resource_manager_only),
                cmocka_unit_test(china_is_refused_before_a_token_is_asked_for),
                cmocka_unit_test(package_of_another_subscription_than_asked_is_not_had),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
