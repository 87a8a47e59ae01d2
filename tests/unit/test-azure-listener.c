/* Who listens where Azure Arc's agent has to: the tables are those of this machine's own kernel, in its byte order. */
#include "agent/azure/listener.h"

#include "agent/azure/machine.h"
#include "tests/unit/azure_fixture.h"

#define HEADING "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
#define PASSWD "root:x:0:0:root:/root:/bin/sh\nhimds:x:998:997::/:/bin/false\nmallory:x:1000:1000::/:/bin/sh\n"
#define URL "http://localhost:40342"
#define HERE "127.0.0.1"
#define ANY "0.0.0.0"

typedef struct Row {
        const char *address;
        int port, state, uid;
} Row;

#define ROWS(...) ((const Row[]){ __VA_ARGS__, { 0 } })

static void add_row(Text *table, const Row *row, size_t n, bool v6)
{
        unsigned char address[16] = { 0 };
        size_t i;

        assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, row->address, address), 1);
        text_append(table, "%4zu: ", n);
        for (i = 0; i < (v6 ? 4 : 1); i++) {
                uint32_t word;

                memcpy(&word, address + 4 * i, 4);
                text_append(table, "%08X", word);
        }
        text_append(table, ":%04X %s:0000 %02X 00000000:00000000 00:00000000 00000000 %5d        0 1234%zu 1\n",
                    (unsigned)row->port, v6 ? "00000000000000000000000000000000" : "00000000", (unsigned)row->state,
                    row->uid, n);
}

static void write_table(const Scratch *scratch, const char *path, const Row *rows, bool v6)
{
        _cleanup_(text_clear) Text table = { 0 };
        size_t i;

        text_append(&table, "%s", HEADING);
        for (i = 0; rows && rows[i].address; i++)
                add_row(&table, &rows[i], i, v6);
        scratch_write(scratch, path, table.data);
}

static void write_tables(const Scratch *scratch, const Row *v4, const Row *v6)
{
        scratch_write(scratch, "/etc/passwd", PASSWD);
        write_table(scratch, "/proc/net/tcp", v4, false);
        write_table(scratch, "/proc/net/tcp6", v6, true);
}

static void remove_tables(const Scratch *scratch)
{
        static const char *const files[] = { "/proc/net/tcp", "/proc/net/tcp6" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_free_ char *path = host_path(&scratch->host, files[i]);

                unlink(path);
        }
}

static void assert_listener(const Azure *azure, const char *url, AzureListener expected)
{
        AzureListener found;
        Error err = { 0 };

        if (azure_listener_look(azure->host, url, &found, &err) < 0)
                fail_msg("%s: %s", url, err.text);
        if (found != expected)
                fail_msg("%s: %d, not %d", url, (int)found, (int)expected);
}

static void assert_foreign(const Azure *azure, const char *url, const char *words)
{
        AzureListener found;
        Error err = { 0 };

        if (azure_listener_look(azure->host, url, &found, &err) == 0)
                fail_msg("%s is believed", url);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_non_null(strstr(err.text, words));
}

static void root_and_arcs_agent_are_believed(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        const Scratch *scratch = azure.fixture->scratch;

        write_tables(scratch, ROWS({ HERE, 22, 10, 1000 }, { HERE, 40342, 10, 998 }), NULL);
        assert_listener(&azure, URL, AZURE_LISTENER_TRUSTED);
        write_tables(scratch, ROWS({ ANY, 40342, 10, 0 }), NULL);
        assert_listener(&azure, URL, AZURE_LISTENER_TRUSTED);
        write_tables(scratch, NULL, ROWS({ "::", 40342, 10, 998 }));
        assert_listener(&azure, URL, AZURE_LISTENER_TRUSTED);
        remove_tables(scratch);
}

static void other_users_are_not(void **state)
{
        static const char words[] = "port 40342 of this machine is held by user 1000 (mallory), not by Azure Arc's";
        _cleanup_azure_ Azure azure = azure_open(state);
        const Scratch *scratch = azure.fixture->scratch;

        write_tables(scratch, ROWS({ HERE, 22, 10, 0 }, { HERE, 40342, 3, 0 }, { HERE, 40342, 10, 1000 }), NULL);
        assert_foreign(&azure, URL, words);
        assert_foreign(&azure, "http://127.0.0.1:40342", words);
        assert_foreign(&azure, "http://LOCALHOST:40342/", words);
        assert_foreign(&azure, "http://127.1:40342", words);
        assert_listener(&azure, "http://127.0.0.2:40342", AZURE_LISTENER_NONE);
        write_tables(scratch, ROWS({ ANY, 40342, 10, 1000 }), ROWS({ "::", 40342, 10, 998 }));
        assert_foreign(&azure, URL, words);
        write_tables(scratch, NULL, ROWS({ "::", 40342, 10, 1000 }));
        assert_foreign(&azure, URL, words);
        assert_foreign(&azure, "http://[::1]:40342", words);
        write_tables(scratch, NULL, ROWS({ "::ffff:127.0.0.1", 40342, 10, 4242 }));
        assert_foreign(&azure, URL, "user 4242 (unknown)");
        remove_tables(scratch);
}

static void who_listens_beside_the_agent_holds_nothing_up(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        const Scratch *scratch = azure.fixture->scratch;

        write_tables(scratch, ROWS({ HERE, 40342, 10, 998 }),
                     ROWS({ "::1", 40342, 10, 1000 }, { "::", 40342, 10, 1000 }));
        assert_listener(&azure, URL, AZURE_LISTENER_TRUSTED);
        assert_foreign(&azure, "http://[::1]:40342", "mallory");
        remove_tables(scratch);
}

static void what_is_elsewhere_or_not_told_is_unknown(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        const Scratch *scratch = azure.fixture->scratch;

        assert_listener(&azure, URL, AZURE_LISTENER_UNKNOWN);
        write_tables(scratch, ROWS({ ANY, 40342, 10, 1000 }), NULL);
        assert_listener(&azure, "http://10.1.2.3:40342", AZURE_LISTENER_UNKNOWN);
        assert_listener(&azure, "http://arc.site.test:40342", AZURE_LISTENER_UNKNOWN);
        write_tables(scratch, ROWS({ HERE, 40341, 10, 1000 }, { HERE, 40342, 1, 1000 }), NULL);
        assert_listener(&azure, URL, AZURE_LISTENER_NONE);
        remove_tables(scratch);
}

static int look(const Azure *azure, AzureMachine *ret, Failure *failure)
{
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(azure->host);

        return azure_machine_look(&(AzureSession){ .host = azure->host, .http = http }, ret, failure);
}

static void another_users_service_is_not_asked(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        const Scratch *scratch = azure.fixture->scratch;
        AzureMachine machine;
        Failure failure = { 0 };
        int port;

        azure.host->imds_url = HOST_IMDS_URL;
        azure.host->himds_url = azure_serve(&azure, NULL, PAGES({ HIMDS_COMPUTE, "200 OK", COMPUTE, NULL, NULL, 1 }));
        port = azure.servers[0].port;
        scratch_write(scratch, "/opt/azcmagent/bin/himds", "x");
        write_tables(scratch, ROWS({ HERE, port, 10, 1000 }), NULL);
        assert_int_equal(look(&azure, &machine, &failure), -1);
        assert_told(&failure, REASON_AZURE_METADATA_DENIED, "is held by user 1000 (mallory), not by Azure Arc's agent");
        write_tables(scratch, ROWS({ HERE, port, 10, 998 }), NULL);
        failure = (Failure){ 0 };
        if (look(&azure, &machine, &failure) < 0) /* the one time that it answers was not used up */
                fail_msg("%s", failure.found);
        remove_tables(scratch);
}

static void an_answer_of_nobody_is_none(void **state)
{
        _cleanup_azure_ Azure azure = azure_open(state);
        const Scratch *scratch = azure.fixture->scratch;
        AzureMachine machine;
        Failure failure = { 0 };

        azure.host->imds_url = HOST_IMDS_URL;
        azure.host->himds_url = azure_serve(&azure, NULL, PAGES({ HIMDS_COMPUTE, "200 OK", COMPUTE }));
        scratch_write(scratch, "/opt/azcmagent/bin/himds", "x");
        write_tables(scratch, NULL, NULL);
        assert_int_equal(look(&azure, &machine, &failure), -1);
        assert_told(&failure, REASON_AZURE_METADATA, "who it was is not known");
        remove_tables(scratch);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(root_and_arcs_agent_are_believed),
                cmocka_unit_test(other_users_are_not),
                cmocka_unit_test(who_listens_beside_the_agent_holds_nothing_up),
                cmocka_unit_test(what_is_elsewhere_or_not_told_is_unknown),
                cmocka_unit_test(another_users_service_is_not_asked),
                cmocka_unit_test(an_answer_of_nobody_is_none),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
