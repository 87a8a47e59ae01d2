#include "tests/unit/package_stage.h"

#include <stdio.h>

#include "openpgp_packets.h"
#include "platform/fs.h"
#include "platform/packages/rpm.h"

#define RPM_LOCK "/var/lib/rpm/.rpm.lock"
#define DAMAGED                                                                                                        \
        "echo \"error: sqlite failure: CREATE TABLE: database disk image is malformed\" >&2; "                         \
        "echo 'error: cannot open Packages database in /var/lib/rpm' >&2; echo \"package mdatp is not installed\"; "   \
        "exit 1"

static const Scratch machine = { .root = "" };

static int open_stage(void **state)
{
        static const char *const folders[] = { "/var/lib", NULL };
        static bool covered;

        if (!covered)
                package_stage_cover(folders);
        covered = true;
        return package_stage_open(state);
}

static PackageState state_of(PackageStage *stage, char version[PACKAGE_VERSION_MAX])
{
        PackageState state = PACKAGE_UNKNOWN;
        Error err = { 0 };

        if (rpm_state(&stage->host, "mdatp", &state, version, &err) < 0)
                fail_msg("%s", err.text);
        return state;
}

static void a_package_is_there_or_not(void **state)
{
        PackageStage *stage = *state;
        char version[PACKAGE_VERSION_MAX];

        package_stage_program(stage, "rpm", "echo 'warning: something'; echo 'state=101.24092.0002-1 1700000000'");
        assert_int_equal(state_of(stage, version), PACKAGE_INSTALLED);
        assert_string_equal(version, "101.24092.0002-1");
        package_stage_program(stage, "rpm", "echo 'package mdatp is not installed'; exit 1");
        assert_int_equal(state_of(stage, version), PACKAGE_ABSENT);
        assert_string_equal(version, "");
        package_stage_program(stage, "rpm", "echo 'nothing of the kind'");
        assert_int_equal(state_of(stage, version), PACKAGE_UNKNOWN);
}

static void a_package_that_is_there_twice_is_broken_and_wants_to_be_the_newer_one(void **state)
{
        PackageStage *stage = *state;
        char version[PACKAGE_VERSION_MAX];

        package_stage_program(stage, "rpm", "echo 'state=2.0-1 1700000000'; echo 'state=3.0-1 1700000001'");
        assert_int_equal(state_of(stage, version), PACKAGE_BROKEN);
        assert_string_equal(version, "3.0-1");
        package_stage_program(stage, "rpm", "echo 'state=2.0-1 1700000001'; echo 'state=1.0-1 1700000001'");
        assert_int_equal(state_of(stage, version), PACKAGE_BROKEN);
        assert_string_equal(version, "1.0-1");
}

/* It says "is not installed" even so. */
static void a_damaged_database_is_no_answer(void **state)
{
        PackageStage *stage = *state;
        char version[PACKAGE_VERSION_MAX], sign[PACKAGE_SIGN_MAX] = "";
        PackageState found;
        Error err = { 0 };
        pid_t pid;

        package_stage_program(stage, "rpm", DAMAGED);
        assert_int_equal(rpm_state(&stage->host, "mdatp", &found, version, &err), -1);
        assert_int_equal(err.kind, ERROR_COMMAND);
        assert_has(err.text, "cannot open Packages database in /var/lib/rpm");
        assert_true(rpm_is_broken(&stage->host, sign));
        assert_string_equal(sign, "rpm says: error: cannot open Packages database in /var/lib/rpm");
        pid = hold_lock(&machine, RPM_LOCK, F_WRLCK);
        assert_false(rpm_is_broken(&stage->host, sign)); /* somebody is at work */
        release_lock(pid);
        package_stage_program(stage, "rpm", "echo 'rpm: RPM should not be used directly' >&2; exit 1");
        assert_false(rpm_is_broken(&stage->host, sign));
}

static void the_version_of_a_file_is_read(void **state)
{
        PackageStage *stage = *state;
        char version[PACKAGE_VERSION_MAX] = "";
        _cleanup_free_ char *argv = NULL;
        Error err = { 0 };

        package_stage_program(stage, "rpm", "echo 'warning: x.rpm: NOKEY' >&2; echo 'state=2.0-1 0'");
        assert_int_equal(rpm_file_version(&stage->host, "/x.rpm", version, &err), 0);
        assert_string_equal(version, "2.0-1");
        argv = package_stage_read(stage, "argv");
        assert_has(argv, "\n-p\n--\n/x.rpm\n");
        package_stage_program(stage, "rpm", "echo 'error: /x.rpm: not an rpm package' >&2; exit 1");
        assert_int_equal(rpm_file_version(&stage->host, "/x.rpm", version, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_has(err.text, "not an rpm package");
}

#define FINGERPRINT "BC528686B50D79E339D3721CEB3E94ADBE1229CF"
#define OTHER "0000000000000000000000000000000000000000"

static bool has_key(PackageStage *stage, const char *fingerprint)
{
        Error err = { 0 };
        bool has;

        if (rpm_has_key(&stage->host, fingerprint, &has, &err) < 0)
                fail_msg("%s", err.text);
        return has;
}

/* rpm up to 4.19: the last 8 digits are the version of a package; the key itself is its description. */
static void a_key_that_is_known_by_8_digits_is_looked_at_itself(void **state)
{
        PackageStage *stage = *state;
        _cleanup_(text_clear) Text key = { 0 }, armored = { 0 };
        _cleanup_free_ char *script = NULL, *argv = NULL, *lower = NULL, *erased = NULL;
        char hex[OPENPGP_FINGERPRINT_HEX], other[OPENPGP_FINGERPRINT_HEX];
        Error err = { 0 };

        add_sound(&key, 'A', "a");
        add_armored(&armored, &key, "Version: rpm-4.18.0\n");
        scratch_write(&stage->scratch, "/key", armored.data);
        fingerprint('A', hex);
        lower = text_copy(hex + 32);
        for (char *p = lower; *p; p++)
                *p = (char)(*p >= 'A' ? *p + 32 : *p);
        script = text_format("case \"$3\" in *DESCRIPTION*) test $4 = gpg-pubkey-%s-5631588c && cat key;; "
                             "*) echo key=fd431d51-4ae0493b; echo key=%s-5631588c;; esac",
                             lower, lower);
        package_stage_program(stage, "rpm", script);
        package_stage_program(stage, "rpmkeys", "echo 'rpmkeys: --list: unknown option' >&2; exit 1");
        assert_true(has_key(stage, hex));
        assert_false(has_key(stage, OTHER));
        snprintf(other, sizeof(other), "%.32s%s", OTHER, hex + 32); /* the same at its end only */
        assert_false(has_key(stage, other));
        assert_int_equal(rpm_forget_key(&stage->host, hex, &err), 0);
        argv = package_stage_read(stage, "argv");
        erased = text_format("rpm\n-e\n--allmatches\ngpg-pubkey-%s-5631588c\n", lower);
        assert_true(text_ends_with(argv, erased));
}

static void a_key_of_a_newer_rpm_is_known_by_its_fingerprint(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        Error err = { 0 };

        package_stage_program(stage, "rpm", "echo 'package gpg-pubkey is not installed'; exit 1");
        package_stage_program(stage, "rpmkeys",
                              "echo 'bc528686b50d79e339d3721ceb3e94adbe1229cf Microsoft (Release signing)'");
        assert_true(has_key(stage, FINGERPRINT));
        assert_false(has_key(stage, OTHER));
        assert_int_equal(rpm_forget_key(&stage->host, FINGERPRINT, &err), 0);
        argv = package_stage_read(stage, "argv");
        assert_true(text_ends_with(argv, "rpmkeys\n--delete\nbc528686b50d79e339d3721ceb3e94adbe1229cf\n"));
}

static void a_key_that_is_not_there_need_not_be_forgotten(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        Error err = { 0 };

        package_stage_program(stage, "rpm", "echo 'package gpg-pubkey is not installed'; exit 1");
        package_stage_program(stage, "rpmkeys", "exit 1");
        assert_int_equal(rpm_forget_key(&stage->host, FINGERPRINT, &err), 0);
        argv = package_stage_read(stage, "argv");
        assert_has_not(argv, "-e");
        assert_has_not(argv, "--delete");
}

static void keys_in_a_damaged_database_are_no_answer(void **state)
{
        PackageStage *stage = *state;
        Error err = { 0 };
        bool has;

        package_stage_program(stage, "rpm", DAMAGED);
        assert_int_equal(rpm_has_key(&stage->host, FINGERPRINT, &has, &err), -1);
        assert_int_equal(err.kind, ERROR_COMMAND);
        assert_int_equal(rpm_has_key(&stage->host, "BE1229CF", &has, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
}

static void a_key_that_rpm_does_not_want_is_told(void **state)
{
        PackageStage *stage = *state;
        Error err = { 0 };

        package_stage_program(stage, "rpm", "echo 'error: /k.asc: key 1 import failed.' >&2; exit 1");
        assert_int_equal(rpm_import_key(&stage->host, "/k.asc", &err), -1);
        assert_has(err.text, "key 1 import failed");
        assert_int_equal(rpm_import_key(&stage->host, "k.asc", &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        package_stage_program(stage, "rpm", "");
        assert_int_equal(rpm_import_key(&stage->host, "/k.asc", &err), 0);
}

static void keys_are_listed_once_and_dropped_by_their_names(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *names = NULL, *argv = NULL;
        Error err = { 0 };

        package_stage_program(stage, "rpm",
                              "case \"$*\" in -q*) echo key=65ec55b0-6b01f1f4; "
                              "echo key=bc528686b50d79e339d3721ceb3e94adbe1229cf-5;; esac");
        package_stage_program(stage, "rpmkeys",
                              "echo bc528686b50d79e339d3721ceb3e94adbe1229cf a public key; "
                              "echo 0caa07c527a73357fb486b8511031ec97ab20571 another; echo error: x");
        assert_int_equal(rpm_list_keys(&stage->host, &names, &err), 0);
        assert_string_equal(names, "65ec55b0-6b01f1f4 bc528686b50d79e339d3721ceb3e94adbe1229cf-5");
        free(TAKE_PTR(names));
        assert_int_equal(fs_make_folder(&stage->host, "/var/lib/rpm/pubkeys", 0755, &err), 0);
        assert_int_equal(rpm_list_keys(&stage->host, &names, &err), 0);
        assert_string_equal(names, "65ec55b0-6b01f1f4 bc528686b50d79e339d3721ceb3e94adbe1229cf-5 "
                                   "0caa07c527a73357fb486b8511031ec97ab20571");
        assert_int_equal(rpm_drop_key(&stage->host, "0caa07c527a73357fb486b8511031ec97ab20571", &err), 0);
        argv = package_stage_read(stage, "argv");
        assert_true(text_ends_with(argv, "rpmkeys\n--delete\n0caa07c527a73357fb486b8511031ec97ab20571\n"));
        free(TAKE_PTR(argv));
        assert_int_equal(rpm_drop_key(&stage->host, "65ec55b0-6b01f1f4", &err), 0);
        argv = package_stage_read(stage, "argv");
        assert_true(text_ends_with(argv, "rpm\n-e\n--allmatches\ngpg-pubkey-65ec55b0-6b01f1f4\n"));
        free(TAKE_PTR(argv));
        assert_int_equal(rpm_drop_key(&stage->host, "deadbeef-1", &err), 0); /* gone already */
        argv = package_stage_read(stage, "argv");
        assert_null(strstr(argv, "deadbeef"));
        assert_int_equal(rpm_drop_key(&stage->host, "", &err), -1);
        assert_int_equal(rpm_drop_key(&stage->host, "mdatp", &err), -1);
        assert_int_equal(fs_remove_tree(&stage->host, "/var/lib/rpm/pubkeys", &err), 0);
}

static void keys_of_a_damaged_database_are_not_listed(void **state)
{
        PackageStage *stage = *state;
        char *names = NULL;
        Error err = { 0 };

        package_stage_program(stage, "rpm", "echo 'error: cannot open Packages database'; exit 1");
        assert_int_equal(rpm_list_keys(&stage->host, &names, &err), -1);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, open_stage, package_stage_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                STAGED(a_package_is_there_or_not),
                STAGED(a_package_that_is_there_twice_is_broken_and_wants_to_be_the_newer_one),
                STAGED(a_damaged_database_is_no_answer),
                STAGED(the_version_of_a_file_is_read),
                STAGED(a_key_that_is_known_by_8_digits_is_looked_at_itself),
                STAGED(a_key_of_a_newer_rpm_is_known_by_its_fingerprint),
                STAGED(a_key_that_is_not_there_need_not_be_forgotten),
                STAGED(keys_in_a_damaged_database_are_no_answer),
                STAGED(a_key_that_rpm_does_not_want_is_told),
                STAGED(keys_are_listed_once_and_dropped_by_their_names),
                STAGED(keys_of_a_damaged_database_are_not_listed),
        };

        return package_stage_run(tests);
}
