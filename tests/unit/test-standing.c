/* Links like test-plan: the rules alone, nothing that could do I/O. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/answers/standing.h"
#include "platform/base/text.h"
#include "tests/unit/put.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"

typedef struct Stage {
        Facts facts;
        Extension extension;
        ExtensionFolder folder;
        ExtensionRun runs[2];
        Asked asked;
        bool image, nobody;
        Standing standing;
} Stage;

/* Onboarded by the extension with sequence 3, as asked. */
static int make_stage(void **state)
{
        Stage *s = text_allocate(sizeof(*s));

        s->facts.sensor.files = s->facts.sensor.enabled = s->facts.sensor.active = s->facts.sensor.onboarded = TRI_YES;
        snprintf(s->facts.sensor.onboarded_org, sizeof(s->facts.sensor.onboarded_org), ORG);
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_YES, .org_id = ORG };
        s->folder = (ExtensionFolder){ .sequence = 3, .unpacked = TRI_YES };
        s->runs[0] = (ExtensionRun){ .sequence = 3, .verdict = VERDICT_SUCCEEDED, .ended_s = 100 };
        s->extension = (Extension){ .visible = TRI_YES,
                                    .folders = &s->folder,
                                    .n_folders = 1,
                                    .runs = s->runs,
                                    .n_runs = 1,
                                    .state = { .visible = TRI_YES, .locked = TRI_NO, .worker = TRI_NO } };
        s->asked.known = TRI_YES;
        *state = s;
        return 0;
}

static int drop_stage(void **state)
{
        free(*state);
        return 0;
}

static const Standing *judge(Stage *s)
{
        standing_judge(&s->facts, &s->extension, &s->asked, !s->image, s->nobody ? "/x/mde-linux" : NULL, &s->standing);
        return &s->standing;
}

static void need(Stage *s, StepId step, const char *why)
{
        s->asked.plan.steps[s->asked.plan.n_steps++] = (PlanStep){ step, why };
}

static void end_badly(Stage *s, int sequence, ReasonId reason)
{
        s->runs[0] = (ExtensionRun){ .sequence = sequence, .verdict = VERDICT_FAILED, .ended_s = 100 };
        failure_set(&s->runs[0].failure, reason, "Found it.");
}

static void no_extension(Stage *s)
{
        s->extension.n_folders = s->extension.n_runs = 0;
        s->asked.known = TRI_NOT_ASKED;
}

static void no_sensor(Stage *s)
{
        s->facts.sensor.files = s->facts.sensor.onboarded = s->facts.sensor.enabled = TRI_NO;
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO };
        *s->facts.sensor.onboarded_org = '\0';
}

static void what_is_as_asked_has_nothing_to_explain(void **state)
{
        const Standing *standing = judge(*state);

        assert_int_equal(standing->verdict, STANDING_AS_ASKED);
        assert_string_equal(standing->headline, "Microsoft Defender for Endpoint is onboarded as asked.");
        assert_string_equal(standing->why, "");
        assert_string_equal(standing->remedy, "");
}

static void a_bare_machine_is_told_that_nobody_asked(void **state)
{
        no_sensor(*state);
        no_extension(*state);
        assert_int_equal(judge(*state)->verdict, STANDING_NOT_AS_ASKED);
        assert_non_null(strstr(judge(*state)->why, "Nobody has asked"));
        assert_non_null(strstr(judge(*state)->remedy, "onboard FILE"));
}

static void the_last_runs_reason_explains_a_missing_sensor(void **state)
{
        Stage *s = *state;

        no_sensor(s);
        end_badly(s, 3, REASON_CONFLICT);
        need(s, STEP_PACKAGE, "the package is not installed");
        assert_int_equal(judge(s)->failure.reason, REASON_CONFLICT);
        assert_non_null(strstr(s->standing.why, "Found it."));
        assert_ptr_equal(strstr(s->standing.remedy, reason_get(REASON_CONFLICT)->remedy), s->standing.remedy);
        assert_non_null(strstr(s->standing.remedy, " Whether it is still so: mde-linux doctor."));
        /* it was looked for */
        s->facts.fanotify.known = TRI_YES;
        s->facts.fanotify.holders[s->facts.fanotify.n_holders++] =
                (FanotifyHolder){ .pid = 9, .class = FANOTIFY_CONTENT, .permission_bits = 0x10000, .exe = "/x/holder" };
        assert_string_equal(judge(s)->remedy, reason_get(REASON_CONFLICT)->remedy);
}

static void what_was_refused_waits_for_what_is_to_be_mended(void **state)
{
        Stage *s = *state;

        assert_false(standing_is_refused(&s->facts, &s->extension, &s->asked));
        end_badly(s, 3, REASON_CONFLICT);
        assert_false(standing_is_refused(&s->facts, &s->extension, &s->asked)); /* failed: it is tried again */
        s->runs[0].verdict = VERDICT_REFUSED;
        assert_true(standing_is_refused(&s->facts, &s->extension, &s->asked));
        s->asked.known = TRI_UNKNOWN;
        assert_false(standing_is_refused(&s->facts, &s->extension, &s->asked));
        s->asked.known = TRI_YES;
        s->runs[0].sequence = EXTENSION_BY_HAND;
        assert_false(standing_is_refused(&s->facts, &s->extension, &s->asked));
}

/* A run is over, what it met may be as well. */
static void what_a_run_met_and_is_gone_explains_nothing(void **state)
{
        Stage *s = *state;

        end_badly(s, 3, REASON_SERVICE_MASKED);
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO, .trouble = "Could not connect" };
        assert_int_equal(judge(s)->failure.reason, REASON_SERVICE_MASKED); /* not known to be gone */
        s->facts.sensor.masked = TRI_NO;
        assert_int_equal(judge(s)->failure.reason, REASON_NONE);
        assert_string_equal(s->standing.why, "Could not connect");
        s->facts.sensor.active = TRI_NO;
        snprintf(s->facts.sensor.unit.active, sizeof(s->facts.sensor.unit.active), "failed");
        assert_string_equal(judge(s)->why, "mdatp.service is failed.");
        assert_non_null(strstr(s->standing.remedy, "systemctl enable --now mdatp.service"));
}

static void a_hold_that_has_ended_holds_nothing_up(void **state)
{
        Stage *s = *state;

        end_badly(s, 3, REASON_HELD);
        s->runs[0].verdict = VERDICT_REFUSED;
        need(s, STEP_SETTINGS, "device tags are not as asked");
        s->facts.hold.held = TRI_YES;
        assert_int_equal(judge(s)->failure.reason, REASON_HELD);
        assert_true(standing_is_refused(&s->facts, &s->extension, &s->asked));
        s->facts.hold.held = TRI_NO;
        assert_int_equal(judge(s)->failure.reason, REASON_NONE);
        assert_string_equal(s->standing.why, "device tags are not as asked");
        assert_string_equal(s->standing.remedy, "The next enable or daily look does it.");
        assert_false(standing_is_refused(&s->facts, &s->extension, &s->asked));
}

static void a_missing_sensor_is_tried_again_when_what_stopped_it_is_gone(void **state)
{
        static const ReasonId reasons[] = { REASON_CONFLICT, REASON_HELD, REASON_CERTIFICATE_MISSING };
        Stage *s = *state;
        size_t i;

        no_sensor(s);
        s->facts.fanotify.known = s->facts.fanotify.permission_events = TRI_YES;
        s->facts.hold.held = TRI_NO;
        for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
                end_badly(s, 3, reasons[i]);
                assert_int_equal(judge(s)->failure.reason, REASON_NONE);
                assert_non_null(strstr(s->standing.why, reason_get(reasons[i])->id));
                assert_non_null(strstr(s->standing.why, "not there any more"));
                assert_non_null(strstr(s->standing.remedy, "tried again"));
        }
        s->asked.known = TRI_UNKNOWN; /* whether it can be read is not */
        assert_int_equal(judge(s)->failure.reason, REASON_CERTIFICATE_MISSING);
}

static void others_than_root_are_told_of_a_masked_service_as_well(void **state)
{
        Stage *s = *state;

        s->nobody = true;
        s->asked.known = TRI_UNKNOWN;
        s->extension.n_runs = 0;
        s->facts.sensor.masked = TRI_YES;
        s->facts.sensor.active = TRI_NO;
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO, .trouble = "Could not connect" };
        assert_int_equal(judge(s)->failure.reason, REASON_SERVICE_MASKED);
}

static void a_sensor_that_is_not_well_is_said_beside_its_onboarding(void **state)
{
        Stage *s = *state;

        s->facts.sensor.health.healthy = TRI_NO;
        snprintf(s->facts.sensor.health.issues, sizeof(s->facts.sensor.health.issues), "out of tune");
        assert_int_equal(judge(s)->verdict, STANDING_AS_ASKED);
        assert_non_null(strstr(s->standing.headline, "is onboarded as asked; its sensor is not well."));
        assert_non_null(strstr(s->standing.why, "out of tune"));
        assert_non_null(strstr(s->standing.remedy, "mde-linux doctor"));
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_YES, .org_id = ORG };
        s->facts.sensor.health.definitions_age_min = 9 * 24 * 60;
        assert_non_null(strstr(judge(s)->why, "9 days"));
}

static void a_licence_that_was_lost_after_a_good_run_is_told_so(void **state)
{
        Stage *s = *state;

        s->facts.sensor.health.licensed = TRI_NO;
        need(s, STEP_VERIFY, "the sensor is not licensed yet");
        assert_non_null(strstr(judge(s)->why, "The last run succeeded"));
}

static void a_reason_ends_with_its_full_stop(void **state)
{
        Stage *s = *state;

        no_sensor(s);
        failure_set(&s->asked.unreadable, REASON_CERTIFICATE_MISSING, "X.prv is not there");
        s->asked.known = TRI_UNKNOWN;
        assert_non_null(strstr(judge(s)->why, "X.prv is not there."));
}

static void what_would_be_refused_now_goes_before_the_last_run(void **state)
{
        Stage *s = *state;

        no_sensor(s);
        end_badly(s, 3, REASON_CONFLICT);
        failure_set(&s->asked.plan.refusal, REASON_HELD, "Ask Kim.");
        assert_int_equal(judge(s)->failure.reason, REASON_HELD);
}

static void the_status_file_explains_what_history_does_not(void **state)
{
        Stage *s = *state;

        no_sensor(s);
        s->extension.n_runs = 0;
        s->asked.known = TRI_UNKNOWN;
        s->folder.status.reason = REASON_SETTINGS_INVALID;
        snprintf(s->folder.status.status, sizeof(s->folder.status.status), "error");
        assert_int_equal(judge(s)->failure.reason, REASON_SETTINGS_INVALID);
}

static void a_run_of_an_earlier_sequence_explains_nothing(void **state)
{
        Stage *s = *state;

        no_sensor(s);
        end_badly(s, 2, REASON_CONFLICT);
        assert_int_equal(judge(s)->failure.reason, REASON_NONE);
        assert_null(standing_run(&s->extension));
}

static void a_run_by_hand_speaks_when_it_is_the_later_one(void **state)
{
        Stage *s = *state;

        s->extension.n_runs = 2;
        s->runs[1] = (ExtensionRun){ .sequence = EXTENSION_BY_HAND, .ended_s = 99 };
        assert_int_equal(standing_run(&s->extension)->sequence, 3);
        s->runs[1].ended_s = 101;
        assert_int_equal(standing_run(&s->extension)->sequence, EXTENSION_BY_HAND);
}

static void a_failure_by_hand_is_told_where_nothing_can_be_compared(void **state)
{
        Stage *s = *state;

        no_extension(s);
        s->extension.n_runs = 1;
        end_badly(s, EXTENSION_BY_HAND, REASON_SENSOR_TAG);
        assert_int_equal(judge(s)->verdict, STANDING_NOT_AS_ASKED);
        assert_int_equal(s->standing.failure.reason, REASON_SENSOR_TAG);
        end_badly(s, EXTENSION_BY_HAND, REASON_STOPPED);
        assert_string_equal(judge(s)->remedy, "Run the command again: it goes on from here.");
        s->runs[0].verdict = VERDICT_SUCCEEDED;
        s->runs[0].failure = (Failure){ 0 };
        assert_int_equal(judge(s)->verdict, STANDING_AS_ASKED);
}

static void a_failure_by_hand_does_not_explain_what_the_extension_asks(void **state)
{
        Stage *s = *state;

        end_badly(s, EXTENSION_BY_HAND, REASON_TENANT_OTHER);
        need(s, STEP_SETTINGS, "device tags are not as asked");
        assert_string_equal(judge(s)->why, "device tags are not as asked");
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO, .trouble = "No answer." };
        assert_int_equal(judge(s)->failure.reason, REASON_NONE);
        assert_string_equal(s->standing.why, "No answer.");
        no_extension(s);
        s->extension.n_runs = 1;
        assert_int_equal(judge(s)->failure.reason, REASON_TENANT_OTHER);
}

static void differences_are_told_by_their_first_step(void **state)
{
        Stage *s = *state;

        need(s, STEP_SETTINGS, "device tags are not as asked");
        assert_int_equal(judge(s)->verdict, STANDING_NOT_AS_ASKED);
        assert_string_equal(s->standing.why, "device tags are not as asked");
}

static void a_run_that_was_cut_off_is_not_as_asked(void **state)
{
        ((Stage *)*state)->asked.cut_off = true;
        assert_int_equal(judge(*state)->verdict, STANDING_NOT_AS_ASKED);
}

static void work_is_told_while_the_machine_is_not_as_asked_and_not_when_it_is(void **state)
{
        Stage *s = *state;

        s->extension.state.locked = TRI_YES;
        assert_int_equal(judge(s)->verdict, STANDING_AS_ASKED);
        need(s, STEP_PACKAGE, "the package is not installed");
        assert_int_equal(judge(s)->verdict, STANDING_NOT_AS_ASKED);
        assert_non_null(strstr(s->standing.headline, "a run is at work"));
}

static void settings_that_cannot_be_read_are_the_reason(void **state)
{
        Stage *s = *state;

        s->asked.known = TRI_UNKNOWN;
        failure_set(&s->asked.unreadable, REASON_SETTINGS_INVALID, "It is no JSON.");
        assert_int_equal(judge(s)->verdict, STANDING_NOT_AS_ASKED);
        assert_int_equal(s->standing.failure.reason, REASON_SETTINGS_INVALID);
}

static void a_sensor_that_starts_is_no_failure(void **state)
{
        Stage *s = *state;

        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO, .trouble = "No answer." };
        s->asked.starting = true;
        assert_non_null(strstr(judge(s)->headline, "is starting"));
        s->asked.starting = false;
        assert_non_null(strstr(judge(s)->headline, "does not answer"));
}

static void a_sensor_without_licence_is_not_onboarded(void **state)
{
        Stage *s = *state;

        s->facts.sensor.health.licensed = TRI_NO;
        assert_non_null(strstr(judge(s)->headline, "not onboarded"));
        assert_int_equal(s->standing.verdict, STANDING_NOT_AS_ASKED);
}

static void what_was_found_so_again_is_told_with_its_time(void **state)
{
        Stage *s = *state;
        ExtensionStatus *status = &s->folder.status;

        put(status->status, "success");
        status->told_s = 101; /* by the run's own end */
        assert_int_equal(standing_confirmed_s(&s->extension, &s->runs[0]), 0);
        status->told_s = 500;
        assert_int_equal(standing_confirmed_s(&s->extension, &s->runs[0]), 500);
        s->folder.sequence = 4;
        assert_int_equal(standing_confirmed_s(&s->extension, &s->runs[0]), 0);
        s->folder.sequence = 3;
        end_badly(s, 3, REASON_CONFLICT);
        assert_int_equal(standing_confirmed_s(&s->extension, &s->runs[0]), 0);
        put(status->status, "error");
        status->reason = REASON_CONFLICT;
        assert_int_equal(standing_confirmed_s(&s->extension, &s->runs[0]), 500);
}

static void an_offboarding_by_hand_is_told_with_its_date(void **state)
{
        Stage *s = *state;

        s->facts.sensor.health.licensed = TRI_NO;
        s->runs[1] = (ExtensionRun){
                .sequence = EXTENSION_BY_HAND, .verdict = VERDICT_SUCCEEDED, .ended_s = 200, .offboarded_s = 1800000000
        };
        s->extension.n_runs = 2;
        assert_non_null(strstr(judge(s)->headline, "offboarded by hand on 2027-01-15T08:00:00Z"));
        assert_non_null(strstr(s->standing.remedy, "mde-linux onboard"));
        failure_set(&s->asked.plan.refusal, REASON_SENSOR_OFFBOARDED, "The file is there.");
        assert_int_equal(judge(s)->failure.reason, REASON_SENSOR_OFFBOARDED);
        assert_non_null(strstr(s->standing.headline, "by hand on 2027"));
        /* onboarded again since, and without a licence for another reason; or it never left by us */
        s->runs[0].ended_s = 300;
        assert_null(strstr(judge(s)->headline, "by hand"));
        s->runs[0].ended_s = 100;
        s->runs[1].offboarded_s = 0;
        assert_null(strstr(judge(s)->headline, "by hand"));
}

static void others_than_root_are_told_what_they_can_see(void **state)
{
        Stage *s = *state;

        s->nobody = true;
        no_extension(s);
        s->asked.known = TRI_UNKNOWN;
        s->extension.visible = s->extension.state.visible = TRI_NO;
        assert_int_equal(judge(s)->verdict, STANDING_AS_ASKED);
        assert_non_null(strstr(s->standing.headline, "root's to see"));
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO };
        assert_int_equal(judge(s)->verdict, STANDING_UNKNOWN);
        no_sensor(s);
        assert_int_equal(judge(s)->verdict, STANDING_NOT_AS_ASKED);
        assert_non_null(strstr(s->standing.remedy, "sudo"));
}

static void an_image_is_known_by_its_files_only(void **state)
{
        Stage *s = *state;

        s->image = true;
        assert_int_equal(judge(s)->verdict, STANDING_UNKNOWN);
        assert_non_null(strstr(s->standing.headline, ORG));
        s->facts.sensor.onboarded = TRI_NO;
        assert_int_equal(judge(s)->verdict, STANDING_NOT_AS_ASKED);
        no_sensor(s);
        assert_int_equal(judge(s)->verdict, STANDING_NOT_AS_ASKED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_stage, drop_stage)
                TEST(what_is_as_asked_has_nothing_to_explain),
                TEST(a_bare_machine_is_told_that_nobody_asked),
                TEST(the_last_runs_reason_explains_a_missing_sensor),
                TEST(what_was_refused_waits_for_what_is_to_be_mended),
                TEST(what_a_run_met_and_is_gone_explains_nothing),
                TEST(a_hold_that_has_ended_holds_nothing_up),
                TEST(a_missing_sensor_is_tried_again_when_what_stopped_it_is_gone),
                TEST(others_than_root_are_told_of_a_masked_service_as_well),
                TEST(a_sensor_that_is_not_well_is_said_beside_its_onboarding),
                TEST(a_licence_that_was_lost_after_a_good_run_is_told_so),
                TEST(a_reason_ends_with_its_full_stop),
                TEST(what_would_be_refused_now_goes_before_the_last_run),
                TEST(the_status_file_explains_what_history_does_not),
                TEST(a_run_of_an_earlier_sequence_explains_nothing),
                TEST(a_run_by_hand_speaks_when_it_is_the_later_one),
                TEST(a_failure_by_hand_is_told_where_nothing_can_be_compared),
                TEST(a_failure_by_hand_does_not_explain_what_the_extension_asks),
                TEST(differences_are_told_by_their_first_step),
                TEST(a_run_that_was_cut_off_is_not_as_asked),
                TEST(work_is_told_while_the_machine_is_not_as_asked_and_not_when_it_is),
                TEST(settings_that_cannot_be_read_are_the_reason),
                TEST(a_sensor_that_starts_is_no_failure),
                TEST(a_sensor_without_licence_is_not_onboarded),
                TEST(what_was_found_so_again_is_told_with_its_time),
                TEST(an_offboarding_by_hand_is_told_with_its_date),
                TEST(others_than_root_are_told_what_they_can_see),
                TEST(an_image_is_known_by_its_files_only),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
