#include "agent/azure/azure_facts.h"
#include "agent/state.h"
#include "platform/fs.h"
#include "tests/unit/azure_fixture.h"

#define VM "aaaa"

static void write_sign(const Azure *azure)
{
        scratch_write(azure->fixture->scratch, ASSET_TAG_FILE, ASSET_TAG);
}

static void remove_sign(const Azure *azure)
{
        _cleanup_free_ char *path = host_path(azure->host, ASSET_TAG_FILE);

        unlink(path);
}

static void a_vm_tells_what_it_is(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        AzureFacts facts = { 0 };

        azure.host->imds_url = azure_serve(&azure, NULL, PAGES({ IMDS_COMPUTE, "200 OK", COMPUTE }));
        azure_look(azure.host, &facts);
        assert_int_equal(facts.known, TRI_YES);
        assert_int_equal(facts.machine.kind, AZURE_VM);
        assert_string_equal(facts.machine.resource_id, RESOURCE_ID);
        assert_string_equal(facts.machine.cloud, "AzurePublicCloud");
        assert_string_equal(facts.trouble, "");
}

static void elsewhere_nobody_is_asked(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        AzureFacts facts = { .known = TRI_YES };

        azure.host->imds_url = HOST_IMDS_URL;
        remove_sign(&azure);
        azure_look(azure.host, &facts);
        assert_int_equal(facts.known, TRI_NO);
        assert_string_equal(facts.machine.resource_id, "");
}

static void one_that_keeps_silent_is_unknown_in_time(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        _cleanup_free_ char *url = NULL;
        Deadline start = deadline_now_ms();
        AzureFacts facts = { 0 };
        int port, listener = server_listen(&port); /* connects, and never answers */

        url = text_format("http://localhost:%d", port);
        azure.host->imds_url = url;
        write_sign(&azure);
        azure_look(azure.host, &facts);
        assert_in_range(deadline_now_ms() - start, 0, AZURE_LOOK_MS + 1500);
        assert_int_equal(facts.known, TRI_UNKNOWN);
        assert_true(*facts.trouble);
        close(listener);
        remove_sign(&azure);
}

static void the_vm_is_remembered_with_its_device(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        AzureFacts facts = { .known = TRI_UNKNOWN, .machine = { .kind = AZURE_VM, .vm_id = VM } };
        AzureRecord record;
        Error err = { 0 };

        assert_int_equal(fs_make_folder(azure.host, STATE_FOLDER, 0700, &err), 0);
        azure_remember(azure.host, &facts, "d1");
        assert_false(fs_exists(azure.host, AZURE_RECORD_FILE));
        facts.known = TRI_YES;
        facts.machine.kind = AZURE_ARC; /* connected anew it has another */
        azure_remember(azure.host, &facts, "d1");
        assert_false(fs_exists(azure.host, AZURE_RECORD_FILE));
        facts.machine.kind = AZURE_VM;
        azure_remember(azure.host, &facts, "d1");
        azure_record_read(azure.host, &record);
        assert_string_equal(record.vm_id, VM);
        assert_string_equal(record.device, "d1");
}

static void a_record_that_is_none_remembers_nothing(void **state)
{
        static const char *const rows[] = { "", "{", "[]", "{\"schema\": 2, \"vmId\": \"x\"}",
                                            "{\"schema\": 1, \"vmId\": 5}" };
        _cleanup_azure_ Azure azure = azure_open(state);
        AzureRecord record;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                scratch_write(azure.fixture->scratch, AZURE_RECORD_FILE, rows[i]);
                azure_record_read(azure.host, &record);
                assert_string_equal(record.vm_id, "");
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_vm_tells_what_it_is),
                cmocka_unit_test(elsewhere_nobody_is_asked),
                cmocka_unit_test(one_that_keeps_silent_is_unknown_in_time),
                cmocka_unit_test(the_vm_is_remembered_with_its_device),
                cmocka_unit_test(a_record_that_is_none_remembers_nothing),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
