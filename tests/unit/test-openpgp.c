#include "tests/unit/openpgp_packets.h"

static void sound_key_goes_out_whole(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_key(&data, 'A');
        add_text(&data, USER_ID, "first");
        add_signature(&data, CERTIFICATION, 'A', false);
        add_signature(&data, 0x10, 'A', true);
        add_text(&data, USER_ID, "second");
        add_signature(&data, 0x12, 'A', true);
        read_all(&data, &file);
        assert_int_equal(file.n_keys, 1);
        assert_outline(&file, 'A', "kussus");
        assert_true(holds(&file.keys[0], "first") && holds(&file.keys[0], "second"));
}

static void fingerprint_is_found_in_any_case_with_blanks(void **state)
{
        _cleanup_(text_clear) Text data = { 0 }, spaced = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        char hex[OPENPGP_FINGERPRINT_HEX];
        const OpenpgpKey *key = NULL;
        Error err = { 0 };
        size_t i;

        add_sound(&data, 'A', "a");
        read_all(&data, &file);
        fingerprint('A', hex);
        for (i = 0; hex[i]; i++)
                text_append(&spaced, "%s%c", i % 4 ? "" : " ", hex[i] >= 'A' ? hex[i] + 32 : hex[i]);
        assert_int_equal(openpgp_find(&file, spaced.data, &key, &err), 0);
        assert_non_null(key);
        text_append(&spaced, "0");
        assert_int_equal(openpgp_find(&file, spaced.data, &key, &err), 0);
        assert_null(key);
        assert_int_equal(openpgp_find(&file, "", &key, &err), 0);
        assert_null(key);
}

static void each_key_of_several_is_kept_apart(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_sound(&data, 'A', "alice");
        add_sound(&data, 'B', "bob");
        read_all(&data, &file);
        assert_int_equal(file.n_keys, 2);
        assert_outline(&file, 'A', "kus");
        assert_outline(&file, 'B', "kus");
        assert_true(holds(find(&file, 'A'), "alice") && !holds(find(&file, 'A'), "bob"));
        assert_true(holds(find(&file, 'B'), "bob") && !holds(find(&file, 'B'), "alice"));
        assert_null(find(&file, 'C'));
}

static void subkeys_attributes_and_their_signatures_stay_behind(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_sound(&data, 'A', "alice");
        add_text(&data, ATTRIBUTE, "picture");
        add_signature(&data, CERTIFICATION, 'A', false);
        add_text(&data, SUBKEY, "\4subkey of somebody");
        add_signature(&data, 0x18, 'A', true);
        add_signature(&data, CERTIFICATION, 'A', true);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
        assert_false(holds(find(&file, 'A'), "subkey") || holds(find(&file, 'A'), "picture"));
}

static void foreign_signatures_and_user_ids_without_own_stay_behind(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_key(&data, 'A');
        add_signature(&data, DIRECT, 'A', true);
        add_signature(&data, CERTIFICATION, 'A', true); /* of no user id */
        add_text(&data, USER_ID, "smuggled");
        add_signature(&data, CERTIFICATION, 'B', false);
        add_text(&data, USER_ID, "bare");
        add_text(&data, USER_ID, "alice");
        add_signature(&data, CERTIFICATION, 'B', true);
        add_signature(&data, CERTIFICATION, 'A', false);
        add_signature(&data, USER_ID_REVOCATION, 'B', false);
        add_signature(&data, 0x28, 'A', false);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
        assert_true(holds(find(&file, 'A'), "alice"));
        assert_false(holds(find(&file, 'A'), "smuggled") || holds(find(&file, 'A'), "bare"));
}

static void signature_with_two_issuers_is_foreign(void **state)
{
        _cleanup_(text_clear) Text data = { 0 }, body = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        unsigned char ours[20], theirs[20];

        issuer_bytes('A', ours);
        issuer_bytes('B', theirs);
        add_key(&data, 'A');
        add_text(&data, USER_ID, "alice");
        text_append_bytes(&body, "\4\x13\1\x08\0\x17\x16\x21\4", 9);
        text_append_bytes(&body, theirs, 20);
        text_append_bytes(&body, "\0\x0a\x09\x10", 4);
        text_append_bytes(&body, ours + 12, 8);
        text_append_bytes(&body, "LL\0\x08S", 5);
        add(&data, SIGNATURE, body.data, body.length);
        read_all(&data, &file);
        assert_outline(&file, 'A', "k");
}

static void version_3_certification_is_kept(void **state)
{
        _cleanup_(text_clear) Text data = { 0 }, body = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        unsigned char ours[20];

        issuer_bytes('A', ours);
        add_key(&data, 'A');
        add_text(&data, USER_ID, "alice");
        text_append_bytes(&body, "\3\5\x10TIME", 7);
        text_append_bytes(&body, ours + 12, 8);
        text_append_bytes(&body, "\1\2LL\0\x08S", 7);
        add(&data, SIGNATURE, body.data, body.length);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
}

static void every_cut_of_a_signature_is_survived(void **state)
{
        _cleanup_(text_clear) Text body = { 0 };
        size_t i;

        signature(&body, CERTIFICATION, 'A', false);
        for (i = 0; i < body.length; i++) {
                _cleanup_(text_clear) Text data = { 0 };
                _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

                add_key(&data, 'A');
                add_text(&data, USER_ID, "alice");
                add(&data, SIGNATURE, body.data, i);
                read_all(&data, &file);
                assert_outline(&file, 'A', i < body.length - 5 ? "k" : "kus");
        }
}

static void trust_and_marker_packets_of_old_keyrings_are_skipped(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_text(&data, MARKER, "PGP");
        add_key(&data, 'A');
        add_old(&data, TRUST, "\0", 1);
        add_old(&data, USER_ID, "alice", 5);
        add_old(&data, TRUST, "\0", 1);
        add_signature(&data, CERTIFICATION, 'A', false);
        add_old(&data, TRUST, "\0", 1);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
}

static void revoked_key_is_refused(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        char hex[OPENPGP_FINGERPRINT_HEX];
        const OpenpgpKey *key = NULL;
        Error err = { 0 };

        add_sound(&data, 'A', "alice"); /* a clean copy of it before does not help */
        add_key(&data, 'A');
        add_signature(&data, KEY_REVOCATION, 'A', true);
        add_sound(&data, 'B', "bob");
        read_all(&data, &file);
        fingerprint('A', hex);
        assert_int_equal(openpgp_find(&file, hex, &key, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_non_null(strstr(err.text, "is revoked"));
        assert_null(key);
        assert_non_null(find(&file, 'B'));
}

static void revocation_by_somebody_else_changes_nothing(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_key(&data, 'A');
        add_signature(&data, KEY_REVOCATION, 'B', true);
        add_text(&data, USER_ID, "alice");
        add_signature(&data, CERTIFICATION, 'A', false);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
}

static void keys_of_other_kinds_are_passed_over(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_text(&data, KEY, "\3 an old key of version 3");
        add_text(&data, USER_ID, "old");
        add_text(&data, SECRET, "\4 a secret key");
        add_text(&data, USER_ID, "secret");
        add_signature(&data, CERTIFICATION, 'A', false);
        assert_refused(data.data, data.length, "no public key of version 4");
        add_sound(&data, 'A', "alice");
        read_all(&data, &file);
        assert_int_equal(file.n_keys, 1);
        assert_outline(&file, 'A', "kus");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sound_key_goes_out_whole),
                cmocka_unit_test(fingerprint_is_found_in_any_case_with_blanks),
                cmocka_unit_test(each_key_of_several_is_kept_apart),
                cmocka_unit_test(subkeys_attributes_and_their_signatures_stay_behind),
                cmocka_unit_test(foreign_signatures_and_user_ids_without_own_stay_behind),
                cmocka_unit_test(signature_with_two_issuers_is_foreign),
                cmocka_unit_test(version_3_certification_is_kept),
                cmocka_unit_test(every_cut_of_a_signature_is_survived),
                cmocka_unit_test(trust_and_marker_packets_of_old_keyrings_are_skipped),
                cmocka_unit_test(revoked_key_is_refused),
                cmocka_unit_test(revocation_by_somebody_else_changes_nothing),
                cmocka_unit_test(keys_of_other_kinds_are_passed_over),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
