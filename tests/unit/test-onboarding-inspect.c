#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "agent/onboarding/onboarding_content.h"
#include "agent/onboarding/onboarding_inspect.h"
#include "platform/base/text.h"
#include "platform/json.h"
#include "tests/unit/onboarding_fixture.h"

/* Until 2026-01-01. */
#define EXPIRES_S 1767225600
#define OFFBOARDING_BODY "{\"orgIds\":[\"" BODY_ORG_ID "\"],\"expirationTimestamp\":134116992000000000}"

#define _cleanup_inspection_ _cleanup_(onboarding_inspection_clear)

static int make_keys(void **state)
{
        *state = text_allocate(sizeof(Keys));
        keys_make(*state);
        return 0;
}

static int drop_keys(void **state)
{
        keys_clear(*state);
        free(*state);
        return 0;
}

static void inspect(const Keys *keys, const char *bytes, int64_t now_s, OnboardingInspection *ret)
{
        const char *const roots[] = { keys->root_sha256, NULL };
        const Host host = { .root = "", .onboarding_roots = roots };

        onboarding_inspect(&host, bytes, strlen(bytes), now_s, ret);
        assert_null(ret->package.file.data);
}

static void a_sound_package_is_good_and_told_whole(void **state)
{
        _cleanup_inspection_ OnboardingInspection found = { 0 };
        _cleanup_free_ char *document = recipe_make(*state, &(Recipe){ 0 });

        inspect(*state, document, 1, &found);
        assert_int_equal(found.failure.reason, REASON_NONE);
        assert_true(found.readable && !found.zipped && !found.base64);
        assert_int_equal(found.text, ONBOARDING_TEXT_JSON);
        assert_string_equal(found.package.org_id, BODY_ORG_ID);
        assert_int_equal(found.package.n_chain, 2);
        assert_string_equal(found.package.chain[0].subject_cn, found.package.leaf.issuer_cn);
        assert_string_equal(found.package.chain[1].sha256, found.package.root.sha256);
}

static void how_it_comes_is_told(void **state)
{
        static const struct {
                const char *before, *after;
                OnboardingText text;
        } rows[] = {
                { "#!/bin/sh\ncat > /etc/x <<'END'\n", "\nEND\n", ONBOARDING_TEXT_SHELL },
                { "#!/usr/bin/env python\nx = r'''", "'''\n", ONBOARDING_TEXT_PYTHON },
                { "\xef\xbb\xbf \n", "\n", ONBOARDING_TEXT_JSON },
        };
        _cleanup_free_ char *document = recipe_make(*state, &(Recipe){ 0 });
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_inspection_ OnboardingInspection found = { 0 }, encoded = { 0 };
                _cleanup_free_ char *script = text_format("%s%s%s", rows[i].before, document, rows[i].after);
                size_t length = strlen(script);
                _cleanup_free_ char *base64 = text_allocate(length * 2);

                EVP_EncodeBlock((unsigned char *)base64, (const unsigned char *)script, (int)length);
                inspect(*state, script, 1, &found);
                assert_int_equal(found.failure.reason, REASON_NONE);
                assert_int_equal(found.text, rows[i].text);
                assert_false(found.base64);
                inspect(*state, base64, 1, &encoded);
                assert_int_equal(encoded.failure.reason, REASON_NONE);
                assert_int_equal(encoded.text, rows[i].text);
                assert_true(encoded.base64);
        }
}

static void an_offboarding_package_is_good_until_its_end(void **state)
{
        const Recipe recipe = { .body = OFFBOARDING_BODY, .member = "offboardingInfo" };
        _cleanup_free_ char *document = recipe_make(*state, &recipe);
        _cleanup_inspection_ OnboardingInspection before = { 0 }, after = { 0 };

        inspect(*state, document, EXPIRES_S - 1, &before);
        assert_int_equal(before.failure.reason, REASON_NONE);
        assert_int_equal(before.package.kind, ONBOARDING_OFFBOARD);
        inspect(*state, document, EXPIRES_S, &after);
        assert_int_equal(after.failure.reason, REASON_OFFBOARDING_EXPIRED);
        assert_non_null(strstr(after.failure.found, "2026-01-01T00:00:00Z"));
        assert_true(after.readable);
}

static void an_unknown_root_is_told_with_all_the_rest(void **state)
{
        _cleanup_free_ char *document = recipe_make(*state, &(Recipe){ 0 });
        _cleanup_inspection_ OnboardingInspection found = { 0 };
        const Host host = { .root = "" };

        onboarding_inspect(&host, document, strlen(document), 1, &found);
        assert_int_equal(found.failure.reason, REASON_ONBOARDING_ROOT_UNKNOWN);
        assert_true(found.readable);
        assert_string_equal(found.package.org_id, BODY_ORG_ID);
}

/* Also where it is the machine that cannot tell: that is not the package's fault. */
static void what_is_wrong_with_an_offboarding_package_is_told_in_the_words_for_one(void **state)
{
        static const struct {
                ReasonId found, told;
        } rows[] = {
                { REASON_ONBOARDING_DAMAGED, REASON_OFFBOARDING_DAMAGED },
                { REASON_ONBOARDING_SOURCE, REASON_OFFBOARDING_DAMAGED },
                { REASON_ONBOARDING_SIGNATURE, REASON_OFFBOARDING_DAMAGED },
                { REASON_ONBOARDING_ROOT_UNKNOWN, REASON_OFFBOARDING_ROOT_UNKNOWN },
                { REASON_OPENSSL_UNUSABLE, REASON_OPENSSL_UNUSABLE },
                { REASON_CRYPTO_REFUSED, REASON_CRYPTO_REFUSED },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Failure found = { .reason = rows[i].found, .found = "Why." }, told = { 0 };

                assert_int_equal(onboarding_fail_offboarding(&found, &told), -1);
                assert_int_equal(told.reason, rows[i].told);
                assert_non_null(strstr(told.found, "Why."));
        }
}

static void an_offboarding_package_that_is_not_good_is_called_one(void **state)
{
        const Recipe altered = { .body = OFFBOARDING_BODY, .member = "offboardingInfo", .bad_signature = true };
        const Recipe sound = { .body = OFFBOARDING_BODY, .member = "offboardingInfo" };
        _cleanup_free_ char *document = recipe_make(*state, &sound), *forged = recipe_make(*state, &altered);
        _cleanup_inspection_ OnboardingInspection foreign = { 0 }, bad = { 0 }, none = { 0 };
        const Host host = { .root = "" };

        onboarding_inspect(&host, document, strlen(document), 1, &foreign);
        assert_int_equal(foreign.failure.reason, REASON_OFFBOARDING_ROOT_UNKNOWN);
        assert_true(foreign.readable && foreign.kind_known);
        inspect(*state, forged, 1, &bad);
        assert_int_equal(bad.failure.reason, REASON_OFFBOARDING_DAMAGED);
        assert_true(!bad.readable && bad.kind_known);
        inspect(*state, "nothing of the kind", 1, &none);
        assert_int_equal(none.failure.reason, REASON_ONBOARDING_DAMAGED);
        assert_false(none.kind_known);
}

/* What a body says that nobody signed is not told. */
static void an_altered_package_tells_nothing(void **state)
{
        const Recipe recipe = { .delivered = "{\"orgId\":\"e91b7f34-06ad-4c52-9f80-1d2c3b4a5e02\"}" };
        _cleanup_free_ char *document = recipe_make(*state, &recipe);
        _cleanup_inspection_ OnboardingInspection found = { 0 };

        inspect(*state, document, 1, &found);
        assert_int_equal(found.failure.reason, REASON_ONBOARDING_SIGNATURE);
        assert_false(found.readable);
        assert_string_equal(found.package.org_id, "");
}

static void a_file_is_read_up_to_what_a_package_may_have(void **state)
{
        char path[] = "/tmp/mde-linux-test-XXXXXX";
        _cleanup_secret_ Secret bytes = { 0 }, more = { 0 };
        int fd = mkstemp(path);
        Error err;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, "abc", 3), 3);
        assert_int_equal(onboarding_inspect_read(path, &bytes, &err), 0);
        assert_int_equal(bytes.length, 3);
        assert_memory_equal(bytes.data, "abc", 3);
        assert_int_equal(ftruncate(fd, ONBOARDING_CONTENT_MAX + 1), 0);
        close(fd);
        assert_int_equal(onboarding_inspect_read(path, &more, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        unlink(path);
        assert_int_equal(onboarding_inspect_read(path, &more, &err), -1);
        assert_non_null(strstr(err.text, path));
        assert_int_equal(onboarding_inspect_read("/tmp", &more, &err), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_sound_package_is_good_and_told_whole),
                cmocka_unit_test(how_it_comes_is_told),
                cmocka_unit_test(an_offboarding_package_is_good_until_its_end),
                cmocka_unit_test(an_unknown_root_is_told_with_all_the_rest),
                cmocka_unit_test(what_is_wrong_with_an_offboarding_package_is_told_in_the_words_for_one),
                cmocka_unit_test(an_offboarding_package_that_is_not_good_is_called_one),
                cmocka_unit_test(an_altered_package_tells_nothing),
                cmocka_unit_test(a_file_is_read_up_to_what_a_package_may_have),
        };

        return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
