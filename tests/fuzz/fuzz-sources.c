/*
 * Whatever the bytes are: no crash, no hang; what is taken from a fetched list is what we would take from our own text
 * of it; what was mended needs no mending, and with our section in it is one that dnf and zypper can read. Input: the
 * text of a list.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/apt_source.h"
#include "platform/packages/rpm_source.h"

#define PREFIX "https://packages.example.test"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

static const PackageSource wanted = { .id = "wanted-by-the-fuzzer",
                                      .name = "Wanted",
                                      .uri = PREFIX "/rhel/9.0/prod",
                                      .suite = "bookworm",
                                      .component = "main",
                                      .signed_by = "/usr/share/keyrings/vendor.gpg" };

static void check_parse(const SourceFormat *format, const char *text, size_t size)
{
        PackageSource source = { 0 }, again = { 0 };
        _cleanup_free_ char *ours = NULL;
        Error err = { 0 };

        if (format->parse(text, size, PREFIX, &source, &err) < 0) {
                check(err.kind == ERROR_INPUT && err.text[0] && !strpbrk(err.text, "\r\n"));
                return;
        }
        check(text_starts_with(source.uri, PREFIX "/") && !source.unverified && source.enabled);
        snprintf(source.signed_by, sizeof(source.signed_by), "%s", "/usr/share/keyrings/vendor.gpg");
        ours = format->format(&source, "x86_64", NULL, 0);
        if (format == &source_format_zypper || format == &source_format_dnf) /* file:// elsewhere is no vendor's */
                *strstr(ours, "gpgkey=") = '#';
        if (format->parse(ours, strlen(ours), PREFIX, &again, &err) < 0)
                abort();
        check(text_equal(again.uri, source.uri) && text_equal(again.id, source.id) &&
              text_equal(again.suite, source.suite) && again.signed_index == source.signed_index);
}

static void check_mend(const SourceFormat *format, const char *text, size_t size, bool also_wanted)
{
        _cleanup_(source_mend_clear) SourceMend mend = { 0 }, again = { 0 };

        format->mend(text, size, &wanted, also_wanted, &mend);
        check(!strpbrk(mend.what, "\r\n") && (mend.dropped > 0) == (mend.what[0] != '\0'));
        if (mend.dropped == 0)
                return;
        format->mend(mend.text, strlen(mend.text), &wanted, also_wanted, &again);
        check(again.dropped == 0);
}

static void check_find(const SourceFormat *format, const Host *host, const char *file, const void *data, size_t size)
{
        PackageSource found = { 0 };

        check(fs_write_volatile(host, file, data, size, 0600, NULL) == 0);
        if (format->find_in(host, file, &wanted, &found))
                check(found.enabled && text_equal(found.file, file));
}

static void check_format(const char *text, size_t size)
{
        _cleanup_free_ char *ours = source_format_dnf.format(&wanted, "x86_64", text, size);

        check(rpm_source_is_readable(ours, strlen(ours)));
        check(strstr(ours, "\n[wanted-by-the-fuzzer]\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const SourceFormat *const formats[] = { &source_format_apt, &source_format_dnf, &source_format_zypper };
        const char *text = (const char *)data;
        char root[] = "/tmp/mde-linux-fuzz-XXXXXX";
        Host host = { .root = root };
        size_t i;

        check(mkdtemp(root));
        for (i = 0; i < ELEMENTSOF(formats); i++) {
                check_parse(formats[i], text, size);
                check_mend(formats[i], text, size, false);
                check_mend(formats[i], text, size, true);
        }
        check_format(text, size);
        check_find(&source_format_apt, &host, "/a.list", data, size);
        check_find(&source_format_apt, &host, "/a.sources", data, size);
        check_find(&source_format_dnf, &host, "/a.repo", data, size);
        host.root = "";
        check(fs_remove_tree(&host, root, NULL) == 0);
        return 0;
}
