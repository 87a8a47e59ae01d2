#include "agent/azure/token.h"

#include "tests/unit/azure_fixture.h"
#include "tests/unit/token_key_stage.h"

#define CLIENT "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

static int get(const Azure *azure, AzureKind kind, const char *identity, Secret *ret, Failure *failure)
{
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(azure->host);
        const AzureMachine machine = { .kind = kind };
        const AzureSession session = { .host = azure->host, .http = http, .deadline = deadline_in(20000) };

        return azure_token_get(&session, &(AzureTokenAsk){ &machine, identity, AUDIENCE }, ret, failure);
}

static void assert_token(const Azure *azure, AzureKind kind, const char *identity)
{
        _cleanup_secret_ Secret token = { 0 };
        Failure failure = { 0 };

        if (get(azure, kind, identity, &token, &failure) < 0)
                fail_msg("%s", failure.found);
        assert_string_equal((char *)token.data, "Bearer " TOKEN);
}

static void assert_none(const Azure *azure, AzureKind kind, const char *identity, ReasonId reason, const char *words)
{
        _cleanup_secret_ Secret token = { 0 };
        Failure failure = { 0 };

        assert_int_equal(get(azure, kind, identity, &token, &failure), -1);
        assert_null(token.data);
        assert_told(&failure, reason, words);
}

static void vm_names_the_identity_it_wants(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);

        azure.host->imds_url =
                azure_serve(&azure, NULL,
                            PAGES({ IMDS_TOKEN, "410 Gone", "", "Retry-After: 0\r\n", NULL, 2 },
                                  { IMDS_TOKEN, "429 Slow", "", "Retry-After: 0\r\n", NULL, 1 },
                                  { IMDS_TOKEN, "200 OK", TOKEN_ANSWER },
                                  { IMDS_TOKEN "&client_id=" CLIENT, "200 OK", TOKEN_ANSWER },
                                  { IMDS_TOKEN "&msi_res_id=%2Fsubscriptions%2Fa%20b", "200 OK", TOKEN_ANSWER }));
        assert_token(&azure, AZURE_VM, NULL);
        assert_token(&azure, AZURE_VM, "");
        assert_token(&azure, AZURE_VM, CLIENT);
        assert_token(&azure, AZURE_VM, "/subscriptions/a b");
        assert_none(&azure, AZURE_VM, "my-identity", REASON_AZURE_IDENTITY, "azureIdentity is \"my-identity\"");
}

static void refusals_of_a_vm_are_explained(void **state)
{
        static const struct {
                Page page;
                const char *identity;
                ReasonId reason;
                const char *words;
        } rows[] = {
                { { IMDS_TOKEN, "400 Bad Request",
                    "{\"error\": \"invalid_request\", \"error_description\": \"Identity not found\"}" },
                  NULL,
                  REASON_AZURE_IDENTITY,
                  "has neither a system assigned nor a user assigned one" },
                { { IMDS_TOKEN "&client_id=" CLIENT, "400 Bad Request",
                    "{\"error\": \"invalid_request\", \"error_description\": \"Identity not found\"}" },
                  CLIENT,
                  REASON_AZURE_IDENTITY,
                  CLIENT ", is not assigned" },
                { { IMDS_TOKEN, "400 Bad Request",
                    "{\"error_description\": \"Multiple user assigned identities exist, please specify\"}" },
                  NULL,
                  REASON_AZURE_IDENTITY,
                  "name one of them in azureIdentity" },
                { { IMDS_TOKEN, "400 Bad Request", "{\"error_description\": \"odd\\nwords\"}" },
                  NULL,
                  REASON_AZURE_IDENTITY,
                  "odd\\x0awords" },
                { { IMDS_TOKEN, "401 Unauthorized", "" },
                  NULL,
                  REASON_AZURE_METADATA_DENIED,
                  "enforces the Metadata Security Protocol" },
                { { IMDS_TOKEN, "500 Oops", "", "Retry-After: 0\r\n" }, NULL, REASON_AZURE_METADATA, "answered 500" },
                { { IMDS_TOKEN, "200 OK", "<html>secret</html>" },
                  NULL,
                  REASON_AZURE_METADATA_DENIED,
                  "is none but an HTML page" },
                { { IMDS_TOKEN, "200 OK", "{\"access_token\": \"a secret\\r\\nX: y\"}" },
                  NULL,
                  REASON_AZURE_METADATA_DENIED,
                  "is none" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_ Azure azure = azure_open(state);

                azure.host->imds_url = azure_serve(&azure, NULL, PAGES(rows[i].page));
                assert_none(&azure, AZURE_VM, rows[i].identity, rows[i].reason, rows[i].words);
        }
}

#define CHALLENGE "WWW-Authenticate: Basic realm=" KEY "\r\n"

static void arc_wants_its_key_file_read(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);

        lay_out(azure.fixture->scratch, "c2VjcmV0");
        azure.host->himds_url = azure_serve(&azure, NULL,
                                            PAGES({ HIMDS_TOKEN, "503 Starting", "", "Retry-After: 0\r\n", NULL, 1 },
                                                  { HIMDS_TOKEN, "401 Unauthorized", "", CHALLENGE },
                                                  { HIMDS_TOKEN, "200 OK", TOKEN_ANSWER, NULL, "Basic c2VjcmV0" }));
        assert_token(&azure, AZURE_ARC, NULL);
        assert_token(&azure, AZURE_ARC, CLIENT); /* Arc has one identity */
}

static void refusals_of_arc_are_explained(void **state)
{
        static const struct {
                Page pages[2];
                ReasonId reason;
                const char *words;
        } rows[] = {
                { { { HIMDS_TOKEN, "401 Unauthorized", "", "WWW-Authenticate: Basic realm=/etc/shadow\r\n" } },
                  REASON_AZURE_METADATA_DENIED,
                  "is not read: \"/etc/shadow\" is no .key right in" },
                { { { HIMDS_TOKEN, "401 Unauthorized" } }, REASON_AZURE_METADATA_DENIED, "its challenge names none" },
                { { { HIMDS_TOKEN, "401 Unauthorized", "", CHALLENGE },
                    { HIMDS_TOKEN, "401 Unauthorized", "", CHALLENGE, "Basic c2VjcmV0" } },
                  REASON_AZURE_METADATA_DENIED,
                  "to root and to the group himds only" },
                { { { HIMDS_TOKEN, "200 OK", TOKEN_ANSWER } },
                  REASON_AZURE_METADATA_DENIED,
                  "that is not Azure Arc's agent" },
                { { { HIMDS_TOKEN, "403 Forbidden", "" } }, REASON_AZURE_METADATA_DENIED, "answered 403" },
        };
        size_t i;

        lay_out(((Fixture *)*state)->scratch, "c2VjcmV0");
        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_ Azure azure = azure_open(state);

                azure.host->himds_url = azure_serve(&azure, NULL, PAGES(rows[i].pages[0], rows[i].pages[1]));
                assert_none(&azure, AZURE_ARC, NULL, rows[i].reason, rows[i].words);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(vm_names_the_identity_it_wants),
                cmocka_unit_test(refusals_of_a_vm_are_explained),
                cmocka_unit_test(arc_wants_its_key_file_read),
                cmocka_unit_test(refusals_of_arc_are_explained),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
