/* Archives are made here byte by byte: what is odd in them no zip program would make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/onboarding/onboarding_content.h"
#include "agent/onboarding/onboarding_zip.h"
#include "platform/base/text.h"
#include "platform/inflate.h"

#define SCRIPT "print('hello')\n"

typedef struct Entry {
        const char *name;
        const char *content; /* as it is packed */
        size_t packed;       /* 0: strlen(content) */
        int64_t size;        /* -1: packed */
        unsigned flags, method;
        bool bad_crc, descriptor;
        const char *local_name; /* NULL: name */
} Entry;

typedef struct Odd {
        const char *before, *between, *after, *comment;
        unsigned disk, more_entries, zip64;
        int64_t shift; /* of the directory's offset */
} Odd;

static void put(Text *text, uint32_t value, unsigned bytes)
{
        for (; bytes > 0; bytes--, value >>= 8)
                text_append_bytes(text, &(unsigned char){ (unsigned char)value }, 1);
}

static uint32_t crc_of(const Entry *entry)
{
        uint32_t crc = 0;
        Error err;

        assert_int_equal(inflate_crc32(SCRIPT, strlen(SCRIPT), &crc, &err), 0);
        return entry->bad_crc ? crc ^ 1 : crc;
}

static size_t packed_of(const Entry *entry)
{
        return entry->packed ? entry->packed : strlen(entry->content);
}

static size_t size_of(const Entry *entry)
{
        return entry->size >= 0 ? (size_t)entry->size : packed_of(entry);
}

static void put_sizes(Text *text, const Entry *entry)
{
        put(text, crc_of(entry), 4);
        put(text, (uint32_t)packed_of(entry), 4);
        put(text, (uint32_t)size_of(entry), 4);
}

static void put_local(Text *text, const Entry *entry)
{
        const char *name = entry->local_name ? entry->local_name : entry->name;

        put(text, 0x04034b50, 4);
        put(text, 20, 2);
        put(text, entry->flags | (entry->descriptor ? 8u : 0), 2);
        put(text, entry->method, 2);
        put(text, 0, 4);
        if (entry->descriptor)
                text_append_bytes(text, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
        else
                put_sizes(text, entry);
        put(text, (uint32_t)strlen(name), 2);
        put(text, 0, 2);
        text_append_bytes(text, name, strlen(name));
        text_append_bytes(text, entry->content, packed_of(entry));
        if (entry->descriptor) {
                put(text, 0x08074b50, 4);
                put_sizes(text, entry);
        }
}

static void put_central(Text *text, const Entry *entry, size_t offset, const Odd *odd)
{
        put(text, 0x02014b50, 4);
        put(text, 20, 2);
        put(text, 20, 2);
        put(text, entry->flags | (entry->descriptor ? 8u : 0), 2);
        put(text, entry->method, 2);
        put(text, 0, 4);
        put_sizes(text, entry);
        put(text, (uint32_t)strlen(entry->name), 2);
        put(text, 0, 4);
        put(text, odd->disk, 2);
        put(text, 0, 6);
        put(text, odd->zip64 ? UINT32_MAX : (uint32_t)offset, 4);
        text_append_bytes(text, entry->name, strlen(entry->name));
}

static Text make(const Entry *entries, unsigned n, const Odd *odd)
{
        const char *comment = odd->comment ? odd->comment : "";
        size_t offsets[20], directory, size;
        Text text = { 0 };
        unsigned i;

        text_append(&text, "%s", odd->before ? odd->before : "");
        for (i = 0; i < n; i++) {
                offsets[i] = text.length;
                put_local(&text, &entries[i]);
        }
        text_append(&text, "%s", odd->between ? odd->between : "");
        directory = text.length;
        for (i = 0; i < n; i++)
                put_central(&text, &entries[i], offsets[i], odd);
        size = text.length - directory;
        put(&text, 0x06054b50, 4);
        put(&text, odd->disk, 2);
        put(&text, 0, 2);
        put(&text, n + odd->more_entries, 2);
        put(&text, n + odd->more_entries, 2);
        put(&text, (uint32_t)size, 4);
        put(&text, (uint32_t)((int64_t)directory + odd->shift), 4);
        put(&text, (uint32_t)strlen(comment), 2);
        text_append(&text, "%s%s", comment, odd->after ? odd->after : "");
        return text;
}

static const Entry script = { .name = "Microsoft/Onboard.PY", .content = SCRIPT, .size = -1 };
static const Odd sound;

static void must_read(const Entry *entries, unsigned n, const Odd *odd)
{
        _cleanup_(text_clear) Text text = make(entries, n, odd);
        _cleanup_secret_ Secret content = { 0 };
        Error err = { 0 };

        assert_true(onboarding_zip_is(text.data, text.length));
        if (onboarding_zip_read(text.data, text.length, &content, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(content.length, strlen(SCRIPT));
        assert_memory_equal(content.data, SCRIPT, content.length);
}

static void must_refuse(const Entry *entries, unsigned n, const Odd *odd, const char *words)
{
        _cleanup_(text_clear) Text text = make(entries, n, odd);
        _cleanup_secret_ Secret content = { 0 };
        Error err = { 0 };

        if (onboarding_zip_read(text.data, text.length, &content, &err) == 0)
                fail_msg("read, which had to say '%s'", words);
        assert_int_equal(err.kind, ERROR_INPUT);
        if (!strstr(err.text, words))
                fail_msg("'%s' does not say '%s'", err.text, words);
        assert_null(content.data);
}

/* SCRIPT, by zlib's raw deflate with a fixed block. */
#define DEFLATED "\x2b\x28\xca\xcc\x2b\xd1\x50\xcf\x48\xcd\xc9\xc9\x57\xd7\xe4\x02\x00"

static Entry deflated(void)
{
        return (Entry){
                .name = "a.sh", .content = DEFLATED, .packed = sizeof(DEFLATED) - 1, .size = strlen(SCRIPT), .method = 8
        };
}

static void the_one_onboarding_file_is_found(void **state)
{
        const Entry readme = { .name = "readme.txt", .content = "read me", .size = -1 };
        const Entry folder = { .name = "Microsoft/", .content = "", .size = -1 };
        const Entry all[] = { folder, readme, script };
        Entry later = script;

        must_read(&script, 1, &sound);
        must_read(all, 3, &sound);
        must_read(&(Entry){ .name = "x.json", .content = SCRIPT, .size = -1 }, 1, &(Odd){ .comment = "made by hand" });
        later.descriptor = true;
        must_read(&later, 1, &sound);
        must_read(&(Entry[]){ deflated() }[0], 1, &sound);
}

static void names_are_never_paths(void **state)
{
        const Entry entry = { .name = "../../etc/cron.d/x.sh", .content = SCRIPT, .size = -1 };
        const Entry odd = { .name = "\x1b[31mtwo\n.py", .content = SCRIPT, .size = -1 };
        const Entry both[] = { entry, odd };

        must_read(&entry, 1, &sound);
        must_refuse(both, 2, &sound, "../../etc/cron.d/x.sh and \\x1b[31mtwo\\x0a.py");
}

static void odd_entries_are_refused(void **state)
{
        Entry entry = script, entries[18], pair[2] = { script, script };
        size_t i;

        for (i = 0; i < ELEMENTSOF(entries); i++)
                entries[i] = script;
        must_refuse(entries, 17, &sound, "has 17 entries; at most 16");
        must_refuse(pair, 2, &sound, "is there twice");
        pair[1].name = "other.json";
        must_refuse(pair, 2, &sound, "more than one file");
        must_refuse(NULL, 0, &sound, "(0 entries) has no onboarding file");
        entry.name = "readme.txt";
        must_refuse(&entry, 1, &sound, "(1 entries) has no onboarding file");
        entry = script;
        entry.flags = 1;
        must_refuse(&entry, 1, &sound, "is encrypted");
        entry = script;
        entry.method = 12;
        must_refuse(&entry, 1, &sound, "stored or deflated");
        entry = script;
        entry.bad_crc = true;
        must_refuse(&entry, 1, &sound, "its checksum differs");
        entry = script;
        entry.local_name = "Microsoft/Onboard.pY";
        must_refuse(&entry, 1, &sound, "another head");
        entry = script;
        entry.size = 3;
        must_refuse(&entry, 1, &sound, "two sizes");
        entry.name = "";
        must_refuse(&entry, 1, &sound, "a name that is none");
}

static void what_unpacks_to_more_than_it_says_is_refused(void **state)
{
        Entry bomb = deflated(), entry = deflated();

        bomb.size = 1024 * 1024 * 1024;
        must_refuse(&bomb, 1, &sound, "is larger than any onboarding package");
        bomb.size = 900 * 1024;
        must_refuse(&bomb, 1, &sound, "is larger than any onboarding package");
        entry.size = 3;
        must_refuse(&entry, 1, &sound, "damaged or longer than it says");
        entry.size = 30;
        must_refuse(&entry, 1, &sound, "shorter than it says");
        entry = deflated();
        entry.content = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
        must_refuse(&entry, 1, &sound, "damaged");
}

static void odd_archives_are_refused(void **state)
{
        must_refuse(&script, 1, &(Odd){ .before = "junk" }, "belong to no entry");
        must_refuse(&script, 1, &(Odd){ .between = "junk" }, "belong to no entry");
        must_refuse(&script, 1, &(Odd){ .after = "junk" }, "has bytes behind its end");
        must_refuse(&script, 1, &(Odd){ .comment = "an end of another: PK\x05\x06 in the comment, long enough" },
                    "has bytes behind its end");
        must_refuse(&script, 1, &(Odd){ .disk = 1 }, "one part of several");
        must_refuse(&script, 1, &(Odd){ .zip64 = 1 }, "zip64");
        must_refuse(&script, 1, &(Odd){ .more_entries = 1 }, "damaged directory");
        must_refuse(&script, 1, &(Odd){ .shift = 1 }, "belong to nothing, or is cut off");
        must_refuse(&script, 1, &(Odd){ .shift = -1 }, "belong to nothing, or is cut off");
}

/* No byte decides anything that is not looked at: each prefix is refused, and so is each change but of times and the
 * like. */
static void cut_off_and_changed_archives_do_no_harm(void **state)
{
        _cleanup_(text_clear) Text text = make(&script, 1, &sound);
        size_t i;

        for (i = 0; i < text.length; i++) {
                _cleanup_free_ char *exact = text_allocate(i + 1);
                _cleanup_secret_ Secret content = { 0 };
                Error err;

                memcpy(exact, text.data, i);
                assert_int_equal(onboarding_zip_read(exact, i, &content, &err), -1);
        }
        for (i = 0; i < text.length; i++) {
                _cleanup_secret_ Secret content = { 0 };
                Error err;

                text.data[i] ^= 0x5a;
                if (onboarding_zip_read(text.data, text.length, &content, &err) == 0)
                        assert_memory_equal(content.data, SCRIPT, strlen(SCRIPT));
                text.data[i] ^= 0x5a;
        }
}

static void must_not_be_content(const char *bytes, ReasonId reason, const char *words)
{
        OnboardingPackage package = { 0 };
        Failure failure = { 0 };
        Host host = { 0 };

        assert_int_equal(onboarding_content_read(&host, bytes, strlen(bytes), false, &package, &failure), -1);
        assert_int_equal(failure.reason, reason);
        if (!strstr(failure.found, words))
                fail_msg("'%s' does not say '%s'", failure.found, words);
}

static void pages_are_named_as_such(void **state)
{
        must_not_be_content("", REASON_ONBOARDING_SOURCE, "It is empty");
        must_not_be_content("\n <!DOCTYPE html><html><head><title>Guest\nWLAN</title>", REASON_ONBOARDING_SOURCE,
                            "an HTML page, \"Guest");
        must_not_be_content("<html><body>", REASON_ONBOARDING_SOURCE, "an HTML page");
        must_not_be_content("<?xml version=\"1.0\"?><Error><Code>x</Code></Error>", REASON_ONBOARDING_SOURCE, "XML");
        must_not_be_content("nothing", REASON_ONBOARDING_DAMAGED, "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_one_onboarding_file_is_found),
                cmocka_unit_test(names_are_never_paths),
                cmocka_unit_test(odd_entries_are_refused),
                cmocka_unit_test(what_unpacks_to_more_than_it_says_is_refused),
                cmocka_unit_test(odd_archives_are_refused),
                cmocka_unit_test(cut_off_and_changed_archives_do_no_harm),
                cmocka_unit_test(pages_are_named_as_such),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
