#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/sensor/detection.h"
#include "platform/base/text.h"
#include "platform/crypto.h"

#define FOLDER "/var/tmp/mde-linux-test-aB3xYz"

/* The published digest of the test file: its text stands nowhere here. */
static void the_text_is_the_test_file_to_the_byte(void **state)
{
        char text[DETECTION_TEXT_LENGTH + 1], hex[CRYPTO_SHA1_HEX];

        detection_text(text);
        assert_int_equal(strlen(text), DETECTION_TEXT_LENGTH);
        crypto_sha1_hex(text, strlen(text), hex);
        assert_string_equal(hex, "3395856CE81F2B7382DEE72602F798B642F14140");
}

static void what_a_scan_says_is_read(void **state)
{
        assert_int_equal(detection_parse_scan("Scan has finished\n\t\t1 file(s) scanned\n\t\t12 threat(s) detected\n"),
                         12);
        assert_int_equal(detection_parse_scan("0 threat(s) detected"), 0);
        assert_int_equal(detection_parse_scan("Error: busy\n"), -1);
        assert_int_equal(detection_parse_scan(" threat(s) detected"), -1);
        assert_int_equal(detection_parse_scan("99999999999999999999 threat(s) detected"), -1);
        assert_int_equal(detection_parse_scan(""), -1);
}

static void a_scan_that_was_not_made_has_missed_nothing(void **state)
{
        Detection none = { 0 }, some = { 0 }, busy = { 0 }, mute = { 0 };

        detection_take_scan(1, "0 threat(s) detected", &none);
        assert_int_equal(none.result, DETECTION_MISSED);
        detection_take_scan(1, "1 threat(s) detected", &some);
        assert_int_equal(some.result, DETECTION_FOUND);
        assert_int_equal(some.how, DETECTION_SCANNED);
        detection_take_scan(22, "Scanning\nERROR: another scan is running\n", &busy);
        assert_int_equal(busy.result, DETECTION_FAILED);
        assert_string_equal(busy.why, "'mdatp scan custom' ended with status 22: ERROR: another scan is running");
        detection_take_scan(1, "", &mute);
        assert_int_equal(mute.result, DETECTION_FAILED);
        assert_string_equal(mute.why, "'mdatp scan custom' ended with status 1 and said nothing");
}

#define BLOCK(id, name, status, files)                                                                                 \
        "Id: \"" id "\"\nName: " name "\nType: \"virus\"\nDetection time: now\nStatus: \"" status                      \
        "\"\nFiles: \"" files "\"\n\n"

static void the_threat_in_our_folder_is_the_one_that_counts(void **state)
{
        static const char list[] = BLOCK("1", "Other:One", "allowed", "/root/x")
                BLOCK("2", "Virus:DOS/Test_File", "quarantined", FOLDER "/test-alert.txt")
                        BLOCK("3", "Other:Two", "failed", "/root/y");
        Detection found = { 0 };

        assert_true(detection_parse_threats(list, FOLDER, &found));
        assert_string_equal(found.threat, "Virus:DOS/Test_File");
        assert_string_equal(found.status, "quarantined");
}

static void threats_of_others_are_not_ours(void **state)
{
        Detection found = { 0 };

        assert_false(detection_parse_threats(BLOCK("1", "Other:One", "allowed", "/root/x"), FOLDER, &found));
        assert_false(detection_parse_threats("No threats\n", FOLDER, &found));
        assert_string_equal(found.threat, "");
}

static void what_a_list_holds_is_escaped_and_cut(void **state)
{
        Detection found = { 0 };
        char list[1000];

        snprintf(list, sizeof(list), "Id: 1\nName: \033[31m%0300d\nFiles: " FOLDER "/x\n", 7);
        assert_true(detection_parse_threats(list, FOLDER, &found));
        assert_null(strchr(found.threat, '\033'));
        assert_true(strlen(found.threat) < sizeof(found.threat));
        assert_string_equal(found.status, "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_text_is_the_test_file_to_the_byte),
                cmocka_unit_test(what_a_scan_says_is_read),
                cmocka_unit_test(a_scan_that_was_not_made_has_missed_nothing),
                cmocka_unit_test(the_threat_in_our_folder_is_the_one_that_counts),
                cmocka_unit_test(threats_of_others_are_not_ours),
                cmocka_unit_test(what_a_list_holds_is_escaped_and_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
