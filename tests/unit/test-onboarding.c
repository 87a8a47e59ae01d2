#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "agent/onboarding/onboarding.h"
#include "platform/base/text.h"
#include "platform/json.h"
#include "tests/unit/judged_twice.h"
#include "tests/unit/onboarding_fixture.h"

#define OTHER_BODY "{\"orgId\":\"e91b7f34-06ad-4c52-9f80-1d2c3b4a5e02\"}"
#define OFFBOARDING_BODY                                                                                               \
        "{\"orgIds\":[\"" BODY_ORG_ID "\"],\"orgId\":\"" BODY_ORG_ID "\",\"expirationTimestamp\":134116992000000000}"

#define _cleanup_package_ _cleanup_(onboarding_package_clear)

static int make_keys(void **state)
{
        *state = text_allocate(sizeof(Keys));
        keys_make(*state);
        return 0;
}

/* Who judges signatures: NULL, our library; else this program. */
static const char *judge;

static int drop_keys(void **state)
{
        keys_clear(*state);
        free(*state);
        return 0;
}

static void assert_read(const Keys *keys, const char *bytes, OnboardingPackage *ret)
{
        const char *const roots[] = { "00", keys->root_sha256, NULL };
        const Host host = { .root = "", .onboarding_roots = roots, .openssl = judge };
        Failure failure = { 0 };

        if (onboarding_read(&host, bytes, strlen(bytes), true, ret, &failure) < 0)
                fail_msg("%s: %s", reason_get(failure.reason)->id, failure.found);
        assert_string_equal(ret->org_id, BODY_ORG_ID);
}

static void assert_accepted(const Keys *keys, const Recipe *recipe, OnboardingPackage *ret)
{
        _cleanup_free_ char *document = recipe_make(keys, recipe);

        assert_read(keys, document, ret);
}

/* Nothing of the package may stand in the failure. */
static void assert_discreet(const char *found)
{
        static const char *const secrets[] = { "MII", "stand-in.test/", "6c2f1d0a", "6C2F1D0A", "hunter2" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(secrets); i++)
                if (strstr(found, secrets[i]))
                        fail_msg("'%s' tells '%s'", found, secrets[i]);
}

static void assert_refused_bytes(const Keys *keys, const char *bytes, size_t length, ReasonId reason, const char *words)
{
        const char *const roots[] = { keys->root_sha256, NULL };
        const Host host = { .root = "", .onboarding_roots = roots, .openssl = judge };
        OnboardingPackage package = { .org_id = "untouched" };
        Failure failure = { 0 };

        assert_int_equal(onboarding_read(&host, bytes, length, false, &package, &failure), -1);
        assert_string_equal(package.org_id, "untouched");
        assert_null(package.file.data);
        assert_string_equal(reason_get(failure.reason)->id, reason_get(reason)->id);
        if (!strstr(failure.found, words))
                fail_msg("'%s' does not say '%s'", failure.found, words);
        assert_discreet(failure.found);
}

static void assert_refused(const Keys *keys, const Recipe *recipe, ReasonId reason, const char *words)
{
        _cleanup_free_ char *document = recipe_make(keys, recipe);

        assert_refused_bytes(keys, document, strlen(document), reason, words);
}

static void assert_damaged(const Keys *keys, const Recipe *recipe, const char *words)
{
        assert_refused(keys, recipe, REASON_ONBOARDING_DAMAGED, words);
}

static void assert_unsigned(const Keys *keys, const Recipe *recipe, const char *words)
{
        assert_refused(keys, recipe, REASON_ONBOARDING_SIGNATURE, words);
}

static void a_sound_package_tells_whose_it_is(void **state)
{
        _cleanup_package_ OnboardingPackage package = { 0 };
        const Keys *keys = *state;
        char digest[CRYPTO_SHA256_HEX];

        assert_accepted(keys, &(Recipe){ 0 }, &package);
        crypto_sha256_hex(BODY, strlen(BODY), digest);
        assert_int_equal(package.kind, ONBOARDING_ONBOARD);
        assert_string_equal(package.version, "2.11");
        assert_string_equal(package.geo, "EU");
        assert_false(package.streamlined);
        assert_true(package.expires == 0);
        assert_true(package.root_pinned);
        assert_string_equal(package.leaf.subject_cn, "onboarding.stand-in.test");
        assert_string_equal(package.root.sha256, keys->root_sha256);
        assert_string_equal(package.digest, digest);
}

/* Caller frees. */
static Json *inner_layer(const char *text, const char *name)
{
        _cleanup_json_ Json *outer = NULL;
        Json *inner = NULL;
        const char *inner_text;

        assert_int_equal(json_parse_unique(text, strlen(text), &outer, NULL), 0);
        assert_int_equal(json_object_object_length(outer), 1);
        inner_text = json_string(outer, name);
        assert_non_null(inner_text);
        assert_int_equal(json_parse_unique(inner_text, strlen(inner_text), &inner, NULL), 0);
        return inner;
}

static void the_written_file_is_made_afresh(void **state)
{
        _cleanup_package_ OnboardingPackage package = { 0 }, again = { 0 };
        _cleanup_json_ Json *blob = NULL;
        const char *text;

        assert_accepted(*state, &(Recipe){ 0 }, &package);
        text = (const char *)package.file.data;
        assert_int_equal(package.file.length, strlen(text));
        assert_true(text_starts_with(text, "{\"onboardingInfo\":\"{\\\"body\\\":\\\"{\\\\\\\"previousOrgIds"));
        assert_true(text_ends_with(text, "\\\"]}\"}"));
        blob = inner_layer(text, "onboardingInfo");
        assert_int_equal(json_object_object_length(blob), 5);
        assert_string_equal(json_string(blob, "body"), BODY);
        assert_int_equal(json_object_array_length(json_member(blob, "chain")), 2);
        assert_read(*state, text, &again);
        assert_int_equal(again.file.length, package.file.length);
        assert_memory_equal(again.file.data, package.file.data, again.file.length);
        assert_string_equal(again.digest, package.digest);
}

static void unknown_members_of_the_blob_go_along_when_they_are_strings(void **state)
{
        _cleanup_package_ OnboardingPackage package = { 0 };
        _cleanup_json_ Json *blob = NULL;

        assert_accepted(*state,
                        &(Recipe){ .blob_more = ",\"sha512\\\"sig\":\"\\u0001\\b\",\"n\":1,\"more\":{\"x\":[\"y\"]}" },
                        &package);
        blob = inner_layer((const char *)package.file.data, "onboardingInfo");
        assert_int_equal(json_object_object_length(blob), 6);
        assert_string_equal(json_string(blob, "sha512\"sig"), "\x01\b");
}

static void the_org_of_a_written_file_is_read_back(void **state)
{
        _cleanup_package_ OnboardingPackage package = { 0 };
        char org_id[37] = "untouched";

        assert_false(onboarding_file_org_id("", 0, org_id));
        assert_false(onboarding_file_org_id("{}", 2, org_id));
        assert_false(onboarding_file_org_id("{\"onboardingInfo\":\"{}\"}", 23, org_id));
        assert_false(onboarding_file_org_id("{\"onboardingInfo\":\"{\\\"body\\\":\\\"{}\\\"}\"}", 39, org_id));
        assert_string_equal(org_id, "untouched");
        assert_accepted(*state, &(Recipe){ 0 }, &package);
        assert_true(onboarding_file_org_id((const char *)package.file.data, package.file.length, org_id));
        assert_string_equal(org_id, BODY_ORG_ID);
}

static void every_container_is_read(void **state)
{
        static const char *const frames[][2] = {
                { "#!/usr/bin/env python\r\nimport os\r\nx = r'''", "'''\r\n" },
                { "\xef\xbb\xbf#!/usr/bin/env python3\nx = r\"\"\"\n", "\"\"\"\n" },
                { "#!/bin/bash\ncat > /x <<'EOF'\n", "\nEOF\n" },
                { "\xef\xbb\xbf\r\n", "\r\n" },
        };
        _cleanup_free_ char *document = recipe_make(*state, &(Recipe){ 0 });
        size_t i;

        for (i = 0; i < ELEMENTSOF(frames); i++) {
                _cleanup_package_ OnboardingPackage package = { 0 }, again = { 0 };
                _cleanup_free_ char *script = text_format("%s%s%s", frames[i][0], document, frames[i][1]);
                _cleanup_free_ char *encoded = text_allocate(strlen(script) * 2);

                EVP_EncodeBlock((unsigned char *)encoded, (unsigned char *)script, (int)strlen(script));
                assert_read(*state, script, &package);
                assert_read(*state, encoded, &again);
        }
}

static void either_byte_order_and_either_signature_will_do(void **state)
{
        _cleanup_package_ OnboardingPackage big = { 0 }, sig = { 0 }, sha256sig = { 0 };

        assert_accepted(*state, &(Recipe){ .order = BIG_ENDIAN_ORDER }, &big);
        assert_accepted(*state, &(Recipe){ .omit = "sha256sig" }, &sig);
        assert_accepted(*state, &(Recipe){ .omit = "sig" }, &sha256sig);
}

static void dates_are_not_enforced(void **state)
{
        _cleanup_package_ OnboardingPackage package = { 0 };
        const Keys *keys = *state;

        assert_accepted(keys, &(Recipe){ .leaf = &keys->expired }, &package);
        assert_true(package.leaf.not_after < package.root.not_after);
}

static void an_unknown_root_is_told_and_refused_when_strict(void **state)
{
        _cleanup_package_ OnboardingPackage package = { 0 };
        _cleanup_free_ char *document = recipe_make(*state, &(Recipe){ 0 });
        const Keys *keys = *state;
        Failure failure = { 0 };
        char lower[CRYPTO_SHA256_HEX];
        const char *const roots[] = { lower, NULL };
        Host host = { .root = "", .openssl = judge };
        size_t i;

        assert_int_equal(onboarding_read(&host, document, strlen(document), true, &package, &failure), -1);
        assert_int_equal(failure.reason, REASON_ONBOARDING_ROOT_UNKNOWN);
        assert_non_null(strstr(failure.found, keys->root_sha256));
        assert_int_equal(onboarding_read(&host, document, strlen(document), false, &package, &failure), 0);
        assert_false(package.root_pinned);
        onboarding_package_clear(&package);
        for (i = 0; i < sizeof(lower); i++)
                lower[i] = (char)(keys->root_sha256[i] >= 'A' ? keys->root_sha256[i] | 0x20 : keys->root_sha256[i]);
        host.onboarding_roots = roots;
        assert_int_equal(onboarding_read(&host, document, strlen(document), true, &package, &failure), 0);
        assert_true(package.root_pinned);
}

static void a_streamlined_package_is_recognised(void **state)
{
        static const char *const bodies[] = {
                "{\"orgId\":\"" BODY_ORG_ID "\",\"partnerGeoLocation\":\"GW_US\"}",
                "{\"orgId\":\"" BODY_ORG_ID
                "\",\"geoLocationUrl\":\"https://edr-weu.eu.stand-in.test/edr/\",\"version\":\"a b\"}",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(bodies); i++) {
                _cleanup_package_ OnboardingPackage package = { 0 };

                assert_accepted(*state, &(Recipe){ .body = bodies[i] }, &package);
                assert_true(package.streamlined);
                assert_string_equal(package.version, "");
        }
}

static void only_plain_hosts_of_its_urls_are_kept(void **state)
{
        static const struct {
                const char *url, *host;
        } rows[] = {
                { "https://edr-weu.eu.stand-in.test/edr/", "edr-weu.eu.stand-in.test" },
                { "https://events.stand-in.test", "events.stand-in.test" },
                { "https://events.stand-in.test:443/OneCollector/1.0", "events.stand-in.test" },
                { "http://events.stand-in.test/", "" },
                { "https://events.stand-in.test:8443/", "" },
                { "https://events.stand-in.test?a", "" },
                { "https://user@events.stand-in.test/", "" },
                { "https://169.254.169.254/metadata", "" },
                { "https://[::1]/", "" },
                { "https://localhost/", "" },
                { "https://a..b/", "" },
                { "https://.test/", "" },
                { "https://a b.test/", "" },
                { "https://", "" },
                { "", "" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_package_ OnboardingPackage package = { 0 };
                _cleanup_free_ char *body = text_format("{\"orgId\":\"" BODY_ORG_ID "\",\"geoLocationUrl\":\"%s\","
                                                        "\"vortexServerUrl\":\"%s\",\"vortexTicketUrl\":7}",
                                                        rows[i].url, rows[i].url);

                assert_accepted(*state, &(Recipe){ .body = body }, &package);
                assert_string_equal(package.edr_host, rows[i].host);
                assert_string_equal(package.events_host, rows[i].host);
                assert_string_equal(package.ticket_host, "");
        }
}

static void an_offboarding_package_is_told_apart(void **state)
{
        _cleanup_package_ OnboardingPackage package = { 0 }, listed = { 0 };
        char org_id[37];

        assert_accepted(*state, &(Recipe){ .member = "offboardingInfo", .body = OFFBOARDING_BODY }, &package);
        assert_int_equal(package.kind, ONBOARDING_OFFBOARD);
        assert_true(package.expires == 1767225600); /* 2026-01-01 */
        assert_true(text_starts_with((const char *)package.file.data, "{\"offboardingInfo\":\""));
        assert_false(onboarding_file_org_id((const char *)package.file.data, package.file.length, org_id));
        assert_accepted(*state,
                        &(Recipe){ .member = "offboardingInfo",
                                   .body = "{\"orgIds\":[\"" BODY_ORG_ID
                                           "\"],\"expirationTimestamp\":\"134116992000000000\"}" },
                        &listed);
        assert_true(listed.expires == package.expires);
}

static void offboarding_without_its_members_is_refused(void **state)
{
        static const struct {
                const char *body, *words;
        } rows[] = {
                { BODY, "expirationTimestamp" },
                { "{\"orgId\":\"" BODY_ORG_ID "\",\"expirationTimestamp\":-5}", "expirationTimestamp" },
                { "{\"orgId\":\"" BODY_ORG_ID "\",\"expirationTimestamp\":\"soon\"}", "expirationTimestamp" },
                { "{\"orgId\":\"" BODY_ORG_ID "\",\"expirationTimestamp\":1.5}", "expirationTimestamp" },
                { "{\"orgIds\":[],\"expirationTimestamp\":134116992000000000}", "no orgId" },
                { "{\"orgIds\":[1],\"expirationTimestamp\":134116992000000000}", "no orgId" },
                { "{\"orgIds\":[\"a\",\"b\"],\"expirationTimestamp\":134116992000000000}", "no orgId" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_damaged(*state, &(Recipe){ .member = "offboardingInfo", .body = rows[i].body }, rows[i].words);
}

static void a_body_that_is_not_what_was_signed_is_refused(void **state)
{
        assert_unsigned(*state, &(Recipe){ .delivered = OTHER_BODY }, "sha256sig is not a signature");
        assert_unsigned(*state, &(Recipe){ .delivered = BODY " " }, "sha256sig is not a signature");
        assert_unsigned(*state, &(Recipe){ .bad_signature = true }, "sha256sig is not a signature");
        assert_unsigned(*state, &(Recipe){ .bad_signature = true, .order = BIG_ENDIAN_ORDER }, "sha256sig");
        assert_unsigned(*state, &(Recipe){ .bad_sig = true }, "sig is not a signature");
        assert_unsigned(*state, &(Recipe){ .bad_sig = true, .omit = "sha256sig" }, "sig is not a signature");
        assert_unsigned(*state, &(Recipe){ .omit = "sig", .blob_more = ",\"sig\":\"AAAA\"" }, "sig is not a signature");
}

static void a_package_without_any_signature_is_refused(void **state)
{
        assert_unsigned(*state, &(Recipe){ .no_signature = true }, "neither sha256sig nor sig");
        assert_damaged(*state, &(Recipe){ .omit = "sig", .blob_more = ",\"sig\":null" },
                       "sig has to be a string but is null");
        assert_damaged(*state, &(Recipe){ .omit = "sig", .blob_more = ",\"sig\":\"\"" }, "sig has 0 bytes");
        assert_damaged(*state, &(Recipe){ .omit = "sig", .blob_more = ",\"sig\":\"?\"" }, "sig cannot be read");
}

static void a_chain_must_link_up_to_a_root(void **state)
{
        const Keys *keys = *state;
        _cleanup_package_ OnboardingPackage shortest = { 0 }, longest = { 0 };

        assert_accepted(keys, &(Recipe){ .leaf = &keys->issuing, .chain = { &keys->root } }, &shortest);
        assert_accepted(keys, &(Recipe){ .chain = { &keys->issuing, &keys->root, &keys->root, &keys->root } },
                        &longest);
        assert_unsigned(keys, &(Recipe){ .chain = { &keys->root, &keys->issuing } }, "cert is not signed by chain[0]");
        assert_unsigned(keys, &(Recipe){ .chain = { &keys->impostor, &keys->root } }, "cert is not signed by chain[0]");
        assert_unsigned(keys, &(Recipe){ .chain = { &keys->issuing, &keys->impostor } },
                        "chain[0] is not signed by chain[1]");
        assert_unsigned(keys, &(Recipe){ .chain = { &keys->issuing } }, "chain[0] has not signed itself");
        assert_unsigned(keys, &(Recipe){ .leaf = &keys->root, .chain = { &keys->issuing, &keys->root } },
                        "cert is not signed");
        assert_damaged(keys, &(Recipe){ .chain_empty = true }, "0 certificates");
        assert_damaged(keys,
                       &(Recipe){ .chain = { &keys->issuing, &keys->root, &keys->root, &keys->root, &keys->root } },
                       "5 certificates");
}

static void only_an_authority_may_sign_for_the_next_link(void **state)
{
        const Keys *keys = *state;

        assert_unsigned(keys, &(Recipe){ .leaf = &keys->below_end_entity, .chain = { &keys->end_entity, &keys->root } },
                        "chain[0] is no certificate authority");
}

static void members_of_the_wrong_kind_are_refused(void **state)
{
        static const struct {
                const char *omit, *more, *words;
        } rows[] = {
                { "body", "", "body has to be a string but is missing" },
                { "body", ",\"body\":{}", "body has to be a string but is object" },
                { "cert", "", "cert has to be a string but is missing" },
                { "cert", ",\"cert\":\"AAAA\"", "cert cannot be read" },
                { "cert", ",\"cert\":\"hunter2\"", "cert cannot be read" },
                { "chain", "", "chain has to be an array but is missing" },
                { "chain", ",\"chain\":null", "chain has to be an array but is null" },
                { "chain", ",\"chain\":\"x\"", "chain has to be an array but is string" },
                { "chain", ",\"chain\":[1]", "chain[0] is no string but number" },
                { "chain", ",\"chain\":[\"AAAA\"]", "chain cannot be read" },
                { "chain", ",\"chain\":[\"!\"]", "chain[0] cannot be read" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_damaged(*state, &(Recipe){ .omit = rows[i].omit, .blob_more = rows[i].more }, rows[i].words);
}

static void doubled_members_are_refused_at_each_layer(void **state)
{
        assert_damaged(*state, &(Recipe){ .document_more = ",\"onboardingInfo\":\"{}\"" },
                       "The package: a member stands twice");
        assert_damaged(*state, &(Recipe){ .document_more = ",\"\\u006fnboardingInfo\":\"{}\"" }, "twice");
        assert_damaged(*state, &(Recipe){ .blob_more = ",\"body\":\"{}\"" },
                       "The text inside the package: a member stands twice");
        assert_damaged(*state,
                       &(Recipe){ .body = "{\"orgId\":\"" BODY_ORG_ID "\",\"org\\u0049d\":\"" BODY_ORG_ID "\"}" },
                       "Its signed body: a member stands twice");
}

static void what_stands_after_a_layer_is_refused(void **state)
{
        assert_damaged(*state, &(Recipe){ .document_tail = " {}" }, "The package: not JSON: something stands after");
        assert_damaged(*state, &(Recipe){ .blob_tail = "x" }, "inside the package: not JSON: something stands after");
        assert_damaged(*state, &(Recipe){ .body = BODY "]" }, "signed body: not JSON: something stands after");
}

static void further_members_beside_the_package_are_refused(void **state)
{
        assert_damaged(*state, &(Recipe){ .document_more = ",\"offboardingInfo\":\"{}\"" }, "2 members");
        assert_damaged(*state, &(Recipe){ .document_more = ",\"more\":true" }, "2 members");
        assert_damaged(*state, &(Recipe){ .member = "OnboardingInfo" }, "exactly one, \"onboardingInfo\"");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
        assert_damaged(*state, &(Recipe){ .body = "{\"x\":\"\xff\"}" }, "The package: not JSON: not UTF-8");
        assert_damaged(*state, &(Recipe){ .body = "{\"x\":\"\\u0000\"}" }, "signed body: not JSON: an escaped NUL");
        assert_damaged(*state, &(Recipe){ .blob_more = ",\"x\":\"\\ud800\"" }, "surrogate");
        assert_damaged(*state, &(Recipe){ .body = "\xef\xbb\xbf" BODY }, "signed body: not JSON: a value is expected");
}

static void a_body_without_its_org_is_refused(void **state)
{
        assert_damaged(*state, &(Recipe){ .body = "{}" }, "names no orgId");
        assert_damaged(*state, &(Recipe){ .body = "[]" }, "no JSON object but array");
        assert_damaged(*state, &(Recipe){ .body = "null" }, "no JSON object but null");
        assert_damaged(*state, &(Recipe){ .body = "{\"orgId\":5}" }, "names no orgId");
        assert_damaged(*state, &(Recipe){ .body = "{\"orgIds\":[\"" BODY_ORG_ID "\"]}" }, "names no orgId");
        assert_damaged(*state, &(Recipe){ .body = "{\"orgId\":\"\"}" }, "is not a GUID");
        assert_damaged(*state, &(Recipe){ .body = "{\"orgId\":\"hunter2\"}" }, "is not a GUID");
        assert_damaged(*state, &(Recipe){ .body = "{\"orgId\":\"" BODY_ORG_ID " \"}" }, "is not a GUID");
}

static void sizes_at_the_edge(void **state)
{
        _cleanup_free_ char *document = recipe_make(*state, &(Recipe){ 0 });
        _cleanup_free_ char *padded = text_format("%*s", ONBOARDING_SCRIPT_MAX + 1, document);
        _cleanup_package_ OnboardingPackage package = { 0 };

        assert_read(*state, padded + 1, &package);
        assert_refused_bytes(*state, padded, ONBOARDING_SCRIPT_MAX + 1, REASON_ONBOARDING_DAMAGED, "1048577 bytes");
        assert_refused_bytes(*state, "", 0, REASON_ONBOARDING_DAMAGED, "empty");
        assert_refused_bytes(*state, "<html>", 6, REASON_ONBOARDING_DAMAGED, "an HTML page");
}

static void clearing_twice_does_no_harm(void **state)
{
        OnboardingPackage package = { 0 };

        onboarding_package_clear(&package);
        assert_accepted(*state, &(Recipe){ 0 }, &package);
        onboarding_package_clear(&package);
        onboarding_package_clear(&package);
        assert_null(package.file.data);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_sound_package_tells_whose_it_is),
                cmocka_unit_test(the_written_file_is_made_afresh),
                cmocka_unit_test(unknown_members_of_the_blob_go_along_when_they_are_strings),
                cmocka_unit_test(the_org_of_a_written_file_is_read_back),
                cmocka_unit_test(every_container_is_read),
                cmocka_unit_test(either_byte_order_and_either_signature_will_do),
                cmocka_unit_test(dates_are_not_enforced),
                cmocka_unit_test(an_unknown_root_is_told_and_refused_when_strict),
                cmocka_unit_test(a_streamlined_package_is_recognised),
                cmocka_unit_test(only_plain_hosts_of_its_urls_are_kept),
                cmocka_unit_test(an_offboarding_package_is_told_apart),
                cmocka_unit_test(offboarding_without_its_members_is_refused),
                cmocka_unit_test(a_body_that_is_not_what_was_signed_is_refused),
                cmocka_unit_test(a_package_without_any_signature_is_refused),
                cmocka_unit_test(a_chain_must_link_up_to_a_root),
                cmocka_unit_test(only_an_authority_may_sign_for_the_next_link),
                cmocka_unit_test(members_of_the_wrong_kind_are_refused),
                cmocka_unit_test(doubled_members_are_refused_at_each_layer),
                cmocka_unit_test(what_stands_after_a_layer_is_refused),
                cmocka_unit_test(further_members_beside_the_package_are_refused),
                cmocka_unit_test(bytes_that_are_no_text_are_refused),
                cmocka_unit_test(a_body_without_its_org_is_refused),
                cmocka_unit_test(sizes_at_the_edge),
                cmocka_unit_test(clearing_twice_does_no_harm),
        };

        return judge_is_there(argc, argv, &judge) ? cmocka_run_group_tests(tests, make_keys, drop_keys) : 0;
}
