#include "agent/azure/cloud.h"
#include "agent/azure/machine.h"
#include "agent/azure/azure_tags.h"
#include "tests/unit/azure_fixture.h"

static void clouds_have_their_own_resource_manager(void **state)
{
        static const struct {
                const char *name, *site, *arm_url, *resource;
        } rows[] = {
                { "AzurePublicCloud", NULL, "https://management.azure.com", "https://management.azure.com/" },
                { "azurepubliccloud", NULL, "https://management.azure.com", "https://management.azure.com/" },
                { "", NULL, "https://management.azure.com", "https://management.azure.com/" },
                { "AzureUSGovernmentCloud", NULL, "https://management.usgovcloudapi.net",
                  "https://management.usgovcloudapi.net/" },
                { "AzurePublicCloud", "https://arm.site.test", "https://arm.site.test",
                  "https://management.azure.com/" },
                { "AzureChinaCloud", "https://arm.site.test", "https://arm.site.test", "https://arm.site.test/" },
                { "USNat", "https://arm.site.test", "https://arm.site.test", "https://arm.site.test/" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Failure failure = { 0 };
                AzureCloud cloud;

                if (azure_cloud_choose(rows[i].name, rows[i].site, &cloud, &failure) < 0)
                        fail_msg("%s: %s", rows[i].name, failure.found);
                assert_string_equal(cloud.arm_url, rows[i].arm_url);
                assert_string_equal(cloud.resource, rows[i].resource);
        }
}

static void clouds_without_the_service_are_refused_by_name(void **state)
{
        static const char *const rows[][2] = {
                { "AzureChinaCloud", "\"AzureChinaCloud\": Defender for Servers' integration" },
                { "Azure\"Moon", "\"Azure\\x22Moon\": this version does not know it" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Failure failure = { 0 };
                AzureCloud cloud;

                assert_int_equal(azure_cloud_choose(rows[i][0], NULL, &cloud, &failure), -1);
                assert_told(&failure, REASON_CLOUD_UNSUPPORTED, rows[i][1]);
        }
}

/* ---- signs ------------------------------------------------------------------------------------------------------ */

static void signs_are_read_from_files(void **state)
{
        static const struct {
                const char *files[3]; /* with what they hold after a blank */
                bool vm, arc, runs_us;
        } rows[] = {
                { { NULL }, false, false, false },
                { { ASSET_TAG_FILE " " ASSET_TAG }, true, false, false },
                { { ASSET_TAG_FILE " Default string\n" }, false, false, false },
                { { "/var/lib/waagent/x y" }, true, false, false },
                { { "/opt/azcmagent/bin/himds x" }, false, true, false },
                { { "/var/opt/azcmagent/agentconfig.json {}", "/var/lib/waagent/x y" }, false, true, false },
                { { "/lib/systemd/system.conf.d/azcmagent.conf "
                    "[Manager]\nDefaultEnvironment=\"IMDS_ENDPOINT=http://localhost:40342\"\n" },
                  false,
                  true,
                  false },
                { { "/lib/systemd/system.conf.d/azcmagent.conf DefaultEnvironment=\"https_proxy=x\"\n" },
                  false,
                  false,
                  false },
                { { "/opt/azcmagent/bin/himds x", ASSET_TAG_FILE " " ASSET_TAG }, true, true, false },
                { { "/opt/azcmagent/bin/himds x", ASSET_TAG_FILE " " ASSET_TAG,
                    "/var/lib/GuestConfig/extension_logs/Microsoft.Azure.AzureDefenderForServers.MDE.Linux-1.0/l x" },
                  true,
                  true,
                  true },
                { { "/opt/azcmagent/bin/himds x", ASSET_TAG_FILE " " ASSET_TAG,
                    "/var/lib/GuestConfig/extension_logs/Microsoft.Azure.Monitor-1.0/l x" },
                  true,
                  true,
                  false },
        };
        size_t i, j;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Scratch *scratch;
                AzureSigns signs;

                scratch_open((void **)&scratch);
                for (j = 0; j < ELEMENTSOF(rows[i].files) && rows[i].files[j]; j++) {
                        const char *blank = strchr(rows[i].files[j], ' ');
                        _cleanup_free_ char *path = text_copy_n(rows[i].files[j], (size_t)(blank - rows[i].files[j]));

                        scratch_write(scratch, path, blank + 1);
                }
                azure_signs_look(&scratch->host, &signs);
                if (signs.vm != rows[i].vm || signs.arc != rows[i].arc || signs.runs_us != rows[i].runs_us)
                        fail_msg("row %zu: vm %d, arc %d, runs us %d", i, signs.vm, signs.arc, signs.runs_us);
                scratch_close((void **)&scratch);
        }
}

/* ---- compute ---------------------------------------------------------------------------------------------------- */

static void compute_metadata_are_read(void **state)
{
        AzureMachine machine = { .kind = AZURE_VM };

        assert_int_equal(azure_machine_read(COMPUTE, strlen(COMPUTE), &machine, NULL), 0);
        assert_int_equal(machine.kind, AZURE_VM);
        assert_string_equal(machine.resource_id, RESOURCE_ID);
        assert_string_equal(machine.subscription, SUBSCRIPTION);
        assert_string_equal(machine.vm_id, "aaaa");
        assert_string_equal(machine.name, "machine");
        assert_string_equal(machine.location, "westeurope");
        assert_string_equal(machine.cloud, "AzurePublicCloud");
}

static void odd_compute_metadata_are_nothing(void **state)
{
        static const char *const rows[] = { "<html>",
                                            "[]",
                                            "{}",
                                            "",
                                            "null",
                                            "{\"subscriptionId\": \"../x\"}",
                                            "{\"subscriptionId\": 5, \"resourceId\": \"a\\\"b\"}" };
        static const char partly[] = "{\"resourceId\": \"/a\", \"name\": \"a\\nb\", \"subscriptionId\": \"x\"}";
        AzureMachine machine = { 0 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_int_equal(azure_machine_read(rows[i], strlen(rows[i]), &machine, NULL), -1);
        assert_int_equal(azure_machine_read(partly, strlen(partly), &machine, NULL), 0);
        assert_string_equal(machine.resource_id, "/a");
        assert_string_equal(machine.name, "");
        assert_string_equal(machine.subscription, "");
}

static int look(const Azure *azure, AzureMachine *ret, Failure *failure)
{
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(azure->host);

        return azure_machine_look(&(AzureSession){ .host = azure->host, .http = http }, ret, failure);
}

static void write_sign(const Azure *azure, const char *path, const char *text)
{
        scratch_write(azure->fixture->scratch, path, text);
}

static void remove_signs(const Azure *azure)
{
        static const char *const files[] = { ASSET_TAG_FILE, "/opt/azcmagent/bin/himds" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_free_ char *path = host_path(azure->host, files[i]);

                unlink(path);
        }
}

static void vm_is_asked_of_its_own_service(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        AzureMachine machine;
        Failure failure = { 0 };

        remove_signs(&azure);
        azure.host->imds_url = azure_serve(&azure, NULL, PAGES({ IMDS_COMPUTE, "200 OK", COMPUTE }));
        assert_int_equal(look(&azure, &machine, &failure), 0);
        assert_int_equal(machine.kind, AZURE_VM);
        assert_string_equal(machine.resource_id, RESOURCE_ID);
}

static void on_a_vm_that_is_cut_off_from_its_service_arc_answers(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        AzureMachine machine;
        Failure failure = { 0 };

        write_sign(&azure, "/opt/azcmagent/bin/himds", "x");
        write_sign(&azure, ASSET_TAG_FILE, ASSET_TAG);
        azure.host->himds_url = azure_serve(&azure, NULL, PAGES({ HIMDS_COMPUTE, "200 OK", COMPUTE }));
        assert_int_equal(look(&azure, &machine, &failure), 0);
        assert_int_equal(machine.kind, AZURE_ARC);
        assert_int_equal(failure.reason, REASON_NONE);
        remove_signs(&azure);
}

static void arc_does_not_speak_for_a_service_that_refuses(void **state)
{
        static const Page rows[] = {
                { IMDS_COMPUTE, "403 Forbidden", "no" },
                { IMDS_COMPUTE, "400 Bad Request", "no" },
                { IMDS_COMPUTE, "302 Found", "", "Location: http://portal.test/login\r\n" },
                { IMDS_COMPUTE, "200 OK", "<html>" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_ Azure azure = azure_open(state);
                AzureMachine machine;
                Failure failure = { 0 };

                write_sign(&azure, "/opt/azcmagent/bin/himds", "x");
                write_sign(&azure, ASSET_TAG_FILE, ASSET_TAG);
                azure.host->imds_url = azure_serve(&azure, NULL, PAGES(rows[i]));
                azure.host->himds_url = azure_serve(&azure, NULL, PAGES({ HIMDS_COMPUTE, "200 OK", COMPUTE }));
                if (look(&azure, &machine, &failure) == 0)
                        fail_msg("row %zu: %s", i, rows[i].status);
                assert_int_equal(failure.reason, REASON_AZURE_METADATA_DENIED);
                remove_signs(&azure);
        }
}

static void what_is_no_machine_of_azure_asks_nobody(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        AzureMachine machine;
        Failure failure = { 0 };
        char trouble[256] = "";

        remove_signs(&azure);
        azure.host->imds_url = HOST_IMDS_URL;
        assert_int_equal(look(&azure, &machine, &failure), -1);
        assert_told(&failure, REASON_AZURE_IDENTITY, "neither a VM of Azure nor connected by Azure Arc");
        assert_int_equal(azure_tags_look(azure.host, "ExcludeMdeAutoUpdate", trouble, sizeof(trouble)), TRI_NO);
}

static void services_that_do_not_help_are_explained(void **state)
{
        static const struct {
                Page page;
                ReasonId reason;
                const char *words;
        } rows[] = {
                { { IMDS_COMPUTE, "403 Forbidden", "no" },
                  REASON_AZURE_METADATA_DENIED,
                  "enforces the Metadata Security Protocol" },
                { { IMDS_COMPUTE, "503 Busy", "starting", "Retry-After: 0\r\n" },
                  REASON_AZURE_METADATA,
                  "answered 503" },
                { { IMDS_COMPUTE, "302 Found", "", "Location: http://portal.test/login?secret\r\n" },
                  REASON_AZURE_METADATA_DENIED,
                  "answered 302, a redirect to portal.test" },
                { { IMDS_COMPUTE, "200 OK", "<html><title>Welcome</title>" },
                  REASON_AZURE_METADATA_DENIED,
                  "is of no use" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_azure_ Azure azure = azure_open(state);
                AzureMachine machine;
                Failure failure = { 0 };

                azure.host->imds_url = azure_serve(&azure, NULL, PAGES(rows[i].page));
                assert_int_equal(look(&azure, &machine, &failure), -1);
                assert_told(&failure, rows[i].reason, rows[i].words);
        }
}

static void silent_service_is_not_waited_for(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        Deadline start = deadline_now_ms();
        AzureMachine machine;
        Failure failure = { 0 };

        assert_int_equal(look(&azure, &machine, &failure), -1);
        assert_told(&failure, REASON_AZURE_METADATA, "cannot connect to localhost:");
        assert_in_range(deadline_now_ms() - start, 0, 2500);
}

static void tags_come_by_the_same_way(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        char trouble[256] = "";

        azure.host->imds_url = azure_serve(&azure, NULL, PAGES({ IMDS_COMPUTE, "200 OK", COMPUTE }));
        assert_int_equal(azure_tags_look(azure.host, "ExcludeMdeAutoUpdate", trouble, sizeof(trouble)), TRI_YES);
        azure.host->imds_url = azure_nobody();
        assert_int_equal(azure_tags_look(azure.host, "ExcludeMdeAutoUpdate", trouble, sizeof(trouble)), TRI_UNKNOWN);
        assert_non_null(strstr(trouble, "cannot connect"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(clouds_have_their_own_resource_manager),
                cmocka_unit_test(clouds_without_the_service_are_refused_by_name),
                cmocka_unit_test(signs_are_read_from_files),
                cmocka_unit_test(compute_metadata_are_read),
                cmocka_unit_test(odd_compute_metadata_are_nothing),
                cmocka_unit_test(vm_is_asked_of_its_own_service),
                cmocka_unit_test(on_a_vm_that_is_cut_off_from_its_service_arc_answers),
                cmocka_unit_test(arc_does_not_speak_for_a_service_that_refuses),
                cmocka_unit_test(what_is_no_machine_of_azure_asks_nobody),
                cmocka_unit_test(services_that_do_not_help_are_explained),
                cmocka_unit_test(silent_service_is_not_waited_for),
                cmocka_unit_test(tags_come_by_the_same_way),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
