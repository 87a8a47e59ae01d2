#include "tests/unit/scratch.h"

#include <unistd.h>

#include "agent/doctor/signs.h"

#define US EXTENSION_NAME
#define POLICY "/etc/waagent_policy.json"
#define HISTORY "/var/lib/waagent/history"

static void read_line(const char *line, GuestSigns *signs)
{
        signs_guest_log_line(line, strlen(line), signs);
}

static void complaints_of_the_extension_are_told_from_those_of_azure(void **state)
{
        GuestSigns signs = { 0 };

        read_line("2026-11-22T12:00:00.1Z INFO ExtHandler ExtHandler Downloading " US "-1.0.0.1", &signs);
        assert_string_equal(signs.trouble, "");
        read_line("2026-11-22T12:00:00.1Z ERROR ExtHandler ExtHandler Event: name=" US
                  ", op=Download, message=no\x01zip",
                  &signs);
        assert_string_equal(signs.trouble, "ExtHandler ExtHandler Event: name=" US ", op=Download, message=no\\x01zip");
        assert_string_equal(signs.goal_trouble, "");
        read_line("2026-11-22T12:00:00.1Z WARNING Daemon Cannot reach 168.63.129.16: timed out", &signs);
        assert_string_equal(signs.goal_trouble, "Daemon Cannot reach 168.63.129.16: timed out");
        read_line("[2026-11-22 12:00:00.000] [PID 1] [Extension Manager] [ERROR] " US " was not signed", &signs);
        assert_string_equal(signs.trouble, US " was not signed");
}

static void trouble_with_azure_ends_when_a_goal_state_comes(void **state)
{
        GuestSigns signs = { 0 };

        read_line("T ERROR ExtHandler Error fetching the goal state: timeout", &signs);
        assert_true(*signs.goal_trouble);
        read_line("T INFO ExtHandler Fetched a new incarnation for the WireServer goal state [incarnation 3]", &signs);
        assert_string_equal(signs.goal_trouble, "");
}

static void logins_in_a_log_are_not_repeated(void **state)
{
        GuestSigns signs = { 0 };

        read_line("T ERROR ExtHandler " US " failed by proxy http://me:pass-word-7@proxy:3128/", &signs);
        assert_null(strstr(signs.trouble, "pass-word-7"));
}

#define ALL "{\"policyVersion\": \"0.1.0\"}"
#define OF_EXTENSIONS(policies) "{\"policyVersion\": \"0.1.0\", \"extensionPolicies\": " policies "}"
#define LISTED "\"allowListedExtensionsOnly\": true"
#define LISTING(extensions) OF_EXTENSIONS("{" LISTED ", \"extensions\": " extensions "}")

static void judge(const char *policy, GuestSigns *signs)
{
        *signs = (GuestSigns){ .vm = true };
        signs_guest_policy(POLICY, policy, strlen(policy), signs);
        if ((signs->allowed != TRI_YES) != (*signs->policy != '\0') ||
            (*signs->policy && strncmp(signs->policy, POLICY " ", sizeof(POLICY)) != 0))
                fail_msg("%s: %d %s", policy, signs->allowed, signs->policy);
}

static void a_policy_that_lists_others_denies(void **state)
{
        static const struct {
                const char *text;
                Tri allowed;
        } rows[] = {
                { ALL, TRI_YES },
                { "{\"policyVersion\": \"0\", \"extensionPolicies\": null}", TRI_YES },
                { OF_EXTENSIONS("{}"), TRI_YES },
                { OF_EXTENSIONS("{\"allowListedExtensionsOnly\": false, \"signatureRequired\": false}"), TRI_YES },
                { OF_EXTENSIONS("{\"allowListedExtensionsOnly\": null, \"extensions\": null}"), TRI_YES },
                { OF_EXTENSIONS("{" LISTED "}"), TRI_NO },
                { LISTING("{\"Other\": {}}"), TRI_NO },
                { LISTING("{\"" US "\": {}}"), TRI_YES },
                { LISTING("{\"microsoft.azure.azuredefenderforservers.mde.linux\": {\"runtimePolicy\": 1}}"), TRI_YES },
                /* whether it may be required is known to Azure and the guest agent only */
                { OF_EXTENSIONS("{\"signatureRequired\": true}"), TRI_UNKNOWN },
                { LISTING("{\"" US "\": {}, \"Other\": {\"signatureRequired\": true}}"), TRI_UNKNOWN },
                { OF_EXTENSIONS("{\"signatureRequired\": true, " LISTED "}"), TRI_NO },
        };
        GuestSigns signs;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                judge(rows[i].text, &signs);
                if (signs.allowed != rows[i].allowed || signs.policy_wrong)
                        fail_msg("%s: %d %s", rows[i].text, signs.allowed, signs.policy);
        }
}

/* By one that is not valid the guest agent denies everything, whatever it lists. */
static void a_policy_that_is_wrong_denies_and_says_where(void **state)
{
        static const struct {
                const char *text, *words;
        } rows[] = {
                { "", "no JSON" },
                { "{\"extensionPolicies\": ", "no JSON" },
                { "\xEF\xBB\xBF" ALL, "no JSON" },
                { "[]", "array" },
                { "null", "null" },
                { "{}", "no policyVersion" },
                { "{\"policyVersion\": null}", "no policyVersion" },
                { "{\"policyVersion\": 0.1}", "policyVersion is a number" },
                { "{\"policyVersion\": \"latest\"}", "\"latest\"" },
                { "{\"policyVersion\": \"0.1.\"}", "\"0.1.\"" },
                { "{\"policyVersion\": \"0.1.0.0\"}", "\"0.1.0.0\"" },
                { "{\"policyVersion\": \"-0.1\"}", "\"-0.1\"" },
                { "{\"policyVersion\": \"9.0.0\"}", "9.0.0" },
                { "{\"policyVersion\": \"0.1.1\"}", "0.1.1" },
                { "{\"policyVersion\": \"0.2\", \"runtime\": 1}", "0.2" },
                { "{\"policyVersion\": \"1\\u001b[31m\"}", "\\x1b" },
                { "{\"policyVersion\": \"0.1.0\", \"extensionPolicy\": {}}", "\"extensionPolicy\"" },
                { OF_EXTENSIONS("[1]"), "extensionPolicies is an array" },
                { OF_EXTENSIONS("{\"allowListedExtensionsOnly\": \"false\"}"),
                  "allowListedExtensionsOnly is a string" },
                { OF_EXTENSIONS("{\"allowListedExtensionsOnly\": 0}"), "allowListedExtensionsOnly is a number" },
                { OF_EXTENSIONS("{\"allowlistedextensionsonly\": true}"), "\"allowlistedextensionsonly\"" },
                { OF_EXTENSIONS("{\"signatureRequired\": 1}"), "signatureRequired is a number" },
                { OF_EXTENSIONS("{\"extensions\": [\"" US "\"]}"), "extensions is an array" },
                { LISTING("{\"" US "\": null}"), "the entry of \"" US "\" is null" },
                { LISTING("{\"" US "\": {}, \"Other\": true}"), "the entry of \"Other\" is a boolean" },
                { LISTING("{\"" US "\": {\"signatureRequired\": \"no\"}}"), "signatureRequired is a string" },
                { LISTING("{\"" US "\": {\"version\": 1}}"), "\"version\"" },
        };
        GuestSigns signs;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                judge(rows[i].text, &signs);
                if (signs.allowed != TRI_NO || !signs.policy_wrong || !strstr(signs.policy, rows[i].words))
                        fail_msg("%s: %d %s", rows[i].text, signs.allowed, signs.policy);
        }
}

static GuestSigns *look(const Scratch *scratch)
{
        GuestSigns *signs = text_allocate(sizeof(*signs));

        signs_guest_look(&scratch->host, signs);
        return signs;
}

static void a_machine_of_nobody_has_no_guest_agent_to_judge(void **state)
{
        _cleanup_free_ GuestSigns *signs = look(*state);

        assert_false(signs->vm || signs->arc);
        assert_int_equal(signs->wanted, TRI_UNKNOWN);
        assert_string_equal(signs->log, "");
}

static void the_newest_goal_state_tells_whether_the_extension_is_wanted(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ GuestSigns *before = NULL, *then = NULL;

        scratch_write(scratch, HISTORY "/2026-11-22T12-00-01__1.zip", "PK");
        scratch_write(scratch, HISTORY "/2026-11-22T12-00-02__2/ExtensionsConfig.xml", "<Extensions/>");
        before = look(scratch);
        assert_true(before->vm);
        assert_int_equal(before->wanted, TRI_NO);
        scratch_write(scratch, HISTORY "/2026-11-22T12-00-03__3/VmSettings.json", "{\"name\": \"" US "\"}");
        then = look(scratch);
        assert_int_equal(then->wanted, TRI_YES);
}

static void the_configuration_s_last_word_counts(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ GuestSigns *off = NULL, *on = NULL, *elsewhere = NULL;

        scratch_folder(scratch, "/var/lib/waagent/x");
        scratch_write(scratch, "/etc/waagent.conf",
                      "# Extensions.Enabled=n\nExtensions.Enabled=y\nExtensions.Enabled=n # no\n");
        off = look(scratch);
        assert_int_equal(off->extensions_on, TRI_NO);
        assert_string_equal(off->configuration, "/etc/waagent.conf");
        scratch_write(scratch, "/etc/waagent.conf", "Debug.EnableExtensionPolicy=n\n");
        scratch_write(scratch, POLICY, "no JSON");
        on = look(scratch);
        assert_int_equal(on->extensions_on, TRI_YES);
        assert_int_equal(on->allowed, TRI_YES);
        scratch_write(scratch, "/etc/waagent.conf", "Policy.PolicyFilePath=/etc/other.json\n");
        scratch_write(scratch, "/etc/other.json", OF_EXTENSIONS("{" LISTED "}"));
        elsewhere = look(scratch);
        assert_int_equal(elsewhere->allowed, TRI_NO);
        assert_non_null(strstr(elsewhere->policy, "/etc/other.json"));
}

/* The scenario doctor.the_guest_agent_s_files_are_read_as_it_reads_them asks the guest agent itself. */
static void the_configuration_is_read_as_the_guest_agent_reads_it(void **state)
{
        static const struct {
                const char *text;
                Tri on, allowed;
        } rows[] = {
                { "Extensions.Enabled = n\n", TRI_NO, TRI_NO },
                { "Extensions.Enabled=\"n\"\n", TRI_NO, TRI_NO },
                { " Extensions.Enabled=N", TRI_NO, TRI_NO },
                { "Extensions.Enabled=false\n", TRI_YES, TRI_NO },
                { "Extensions.Enabled=n\nExtensions.Enabled=None\n", TRI_YES, TRI_NO },
                { "Debug.EnableExtensionPolicy = \"n\" # x\n", TRI_YES, TRI_YES },
                { "Debug.EnableExtensionPolicy=false\n", TRI_YES, TRI_NO },
                { "Policy.PolicyFilePath = \"/etc/none.json\"\n", TRI_YES, TRI_YES },
                { "Policy.PolicyFilePath=\n", TRI_YES, TRI_YES },
                { "Policy.PolicyFilePath=None\n", TRI_YES, TRI_NO },
                { "Policy.PolicyFilePath=relative.json\n", TRI_YES, TRI_UNKNOWN },
                { "Policy.PolicyFilePath=/etc\n", TRI_YES, TRI_YES },
        };
        const Scratch *scratch = *state;
        size_t i;

        scratch_folder(scratch, "/var/lib/waagent/x");
        scratch_write(scratch, POLICY, "no JSON");
        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ GuestSigns *signs = NULL;

                scratch_write(scratch, "/etc/waagent.conf", rows[i].text);
                signs = look(scratch);
                if (signs->extensions_on != rows[i].on || signs->allowed != rows[i].allowed)
                        fail_msg("%s: extensions %d, allowed %d", rows[i].text, signs->extensions_on, signs->allowed);
        }
}

/* Lines before it may be cut; the last ones are what is told. */
static void of_a_long_log_the_end_is_read(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ GuestSigns *signs = NULL;
        _cleanup_(text_clear) Text log = { 0 };
        int i;

        text_append(&log, "T ERROR ExtHandler " US " long ago\n");
        for (i = 0; i < 8000; i++)
                text_append(&log,
                            "T INFO ExtHandler ExtHandler [HEARTBEAT] Agent is running as the goal state agent\n");
        text_append(&log, "T WARNING ExtHandler " US " not long ago\n");
        scratch_folder(scratch, "/var/lib/waagent/x");
        scratch_write(scratch, "/var/log/waagent.log", log.data);
        signs = look(scratch);
        assert_string_equal(signs->trouble, "ExtHandler " US " not long ago");
        assert_string_equal(signs->log, "/var/log/waagent.log");
}

static void arc_s_extension_manager_has_a_log_of_its_own(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ GuestSigns *signs = NULL;

        scratch_write(scratch, "/opt/azcmagent/bin/himds", "");
        scratch_write(scratch, "/var/log/waagent.log", "T ERROR ExtHandler " US " elsewhere\n");
        scratch_write(scratch, "/var/lib/GuestConfig/ext_mgr_logs/gc_ext.log", "[T] [ERROR] " US " was not signed\n");
        signs = look(scratch);
        assert_true(signs->arc && !signs->vm);
        assert_string_equal(signs->trouble, US " was not signed");
        assert_int_equal(signs->allowed, TRI_NOT_ASKED);
}

/* A pipe in a log's place would be waited for; a link could lead anywhere. */
static void what_is_no_log_is_not_read(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s/var/log/waagent.log", scratch->root);
        _cleanup_free_ GuestSigns *signs = NULL;

        scratch_folder(scratch, "/var/lib/waagent/x");
        scratch_folder(scratch, "/var/log/x");
        assert_int_equal(mkfifo(path, 0600), 0);
        signs = look(scratch);
        assert_string_equal(signs->log, "");
}

static ExtensionFolder folder_with(const char *path, int sequence)
{
        ExtensionFolder folder = { .unpacked = TRI_YES, .sequence = sequence };

        snprintf(folder.path, sizeof(folder.path), "%s", path);
        snprintf(folder.state, sizeof(folder.state), "Enabled");
        folder.status.present = TRI_YES;
        folder.status.damaged = TRI_NO;
        return folder;
}

static void what_history_tells_of_the_same_end_goes_before_the_status(void **state)
{
        ExtensionFolder folder = folder_with("/var/lib/waagent/N-1.0.0.1", 4);
        ExtensionRun run = { .sequence = 4, .verdict = VERDICT_REFUSED, .fulfilled = TRI_NO };
        Extension extension = { .visible = TRI_YES, .folders = &folder, .n_folders = 1, .runs = &run, .n_runs = 1 };
        ExtensionSigns signs;

        extension.state.visible = TRI_YES;
        snprintf(folder.status.status, sizeof(folder.status.status), "error");
        folder.status.reason = REASON_CONFLICT;
        failure_set(&run.failure, REASON_CONFLICT, "Found: savd.");
        signs_extension_take(&extension, &signs);
        assert_int_equal(signs.there, TRI_YES);
        assert_int_equal(signs.sequence, 4);
        assert_int_equal(signs.reason, REASON_CONFLICT);
        assert_string_equal(signs.message, "Found: savd.");
        assert_int_equal(signs.working, TRI_NO);
}

static void a_status_that_is_damaged_is_not_known(void **state)
{
        ExtensionFolder folder = folder_with("/var/lib/waagent/N-1.0.0.1", 4);
        Extension extension = { .visible = TRI_YES, .folders = &folder, .n_folders = 1 };
        ExtensionSigns signs;

        signs_extension_take(&extension, &signs);
        assert_string_equal(signs.trouble, "");
        folder.status.damaged = TRI_YES;
        snprintf(folder.status.trouble, sizeof(folder.status.trouble), "4.status holds no status");
        signs_extension_take(&extension, &signs);
        assert_int_equal(signs.told, TRI_UNKNOWN);
        assert_string_equal(signs.trouble, "4.status holds no status");
}

static void a_folder_without_settings_is_not_judged_by_a_run_by_hand(void **state)
{
        ExtensionFolder folder = folder_with("/var/lib/waagent/N-1.0.0.1", -1);
        ExtensionRun run = { .sequence = EXTENSION_BY_HAND, .verdict = VERDICT_FAILED };
        Extension extension = { .visible = TRI_YES, .folders = &folder, .n_folders = 1, .runs = &run, .n_runs = 1 };
        ExtensionSigns signs;

        failure_set(&run.failure, REASON_SERVICE_FAILED, "Then.");
        signs_extension_take(&extension, &signs);
        assert_int_equal(signs.reason, REASON_NONE);
        assert_int_equal(signs.sequence, 0);
        run.sequence = 0;
        signs_extension_take(&extension, &signs);
        assert_int_equal(signs.reason, REASON_SERVICE_FAILED);
        run.sequence = EXTENSION_BY_HAND;
        extension.n_folders = 0;
        signs_extension_take(&extension, &signs);
        assert_int_equal(signs.reason, REASON_SERVICE_FAILED);
        assert_int_equal(signs.sequence, -1);
}

static void a_folder_that_was_never_unpacked_is_no_extension(void **state)
{
        ExtensionFolder folder = folder_with("/var/lib/waagent/N-1.0.0.1", 0);
        Extension extension = { .visible = TRI_YES, .folders = &folder, .n_folders = 1 };
        ExtensionSigns signs;

        folder.unpacked = TRI_NO;
        snprintf(folder.reported, sizeof(folder.reported), "NotReady");
        snprintf(folder.reported_message, sizeof(folder.reported_message), "Failed to download");
        signs_extension_take(&extension, &signs);
        assert_int_equal(signs.there, TRI_NO);
        assert_string_equal(signs.reported, "Failed to download");
}

static void a_person_s_run_is_work_as_a_worker_s_is(void **state)
{
        Extension extension = { .visible = TRI_YES };
        ExtensionSigns signs;

        extension.state.visible = extension.state.locked = extension.state.next.present = TRI_YES;
        extension.state.worker = TRI_NO;
        extension.state.holder.pid = 4711;
        signs_extension_take(&extension, &signs);
        assert_int_equal(signs.working, TRI_YES);
        assert_int_equal(signs.worker, 4711);
        assert_int_equal(signs.died, TRI_NO);
}

static void what_only_root_may_see_is_unknown(void **state)
{
        Extension extension = { .visible = TRI_NO };
        ExtensionSigns signs;

        extension.state.visible = TRI_NO;
        extension.state.worker = TRI_UNKNOWN;
        signs_extension_take(&extension, &signs);
        assert_int_equal(signs.there, TRI_UNKNOWN);
        assert_int_equal(signs.fulfilled, TRI_UNKNOWN);
        assert_int_equal(signs.died, TRI_UNKNOWN);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(complaints_of_the_extension_are_told_from_those_of_azure),
                cmocka_unit_test(trouble_with_azure_ends_when_a_goal_state_comes),
                cmocka_unit_test(logins_in_a_log_are_not_repeated),
                cmocka_unit_test(a_policy_that_lists_others_denies),
                cmocka_unit_test(a_policy_that_is_wrong_denies_and_says_where),
                cmocka_unit_test_setup_teardown(a_machine_of_nobody_has_no_guest_agent_to_judge, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(the_newest_goal_state_tells_whether_the_extension_is_wanted,
                                                scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(the_configuration_s_last_word_counts, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(the_configuration_is_read_as_the_guest_agent_reads_it, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(of_a_long_log_the_end_is_read, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(arc_s_extension_manager_has_a_log_of_its_own, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_is_no_log_is_not_read, scratch_open, scratch_close),
                cmocka_unit_test(what_history_tells_of_the_same_end_goes_before_the_status),
                cmocka_unit_test(a_status_that_is_damaged_is_not_known),
                cmocka_unit_test(a_folder_without_settings_is_not_judged_by_a_run_by_hand),
                cmocka_unit_test(a_folder_that_was_never_unpacked_is_no_extension),
                cmocka_unit_test(a_person_s_run_is_work_as_a_worker_s_is),
                cmocka_unit_test(what_only_root_may_see_is_unknown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
