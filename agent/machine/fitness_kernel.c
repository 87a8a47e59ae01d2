/*
 * Source of the tables: the vendor's requirements and release notes for Linux. Rows of families that are not installed
 * to yet stand there with the rest of what is known.
 */
#include "agent/machine/fitness_kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"

#define KERNEL_FLOOR "3.10.0-327"
#define EBPF_FLOOR "4.15"

typedef struct KernelRow {
        const char *id;      /* of the distribution; NULL: any */
        const char *version; /* "8" matches 8 and 8.1; NULL: any */
        const char *kernel;
} KernelRow;

/* The beginning of its version. */
static const KernelRow known_bad[] = {
        { "rhel", "8.1", "4.18.0-147" },
        { "ol", "8.8", "5.15.0-0.30.20" },
};

static const KernelRow ebpf_floors[] = {
        { "rhel", "7", "3.10.0-957.10" },   { "centos", "7", "3.10.0-957.10" }, { "ol", "7", "3.10.0-1160" },
        { "amzn", "2", "5.4.261-174.360" }, { "sles", "15", "5.3.18-18.47" },   { "debian", "9", "4.19" },
        { "fedora", NULL, "5.8.15" },       { "rocky", "8", "4.18.0-425" },     { "almalinux", "8", "4.18.0-305" },
        { "rocky", "9", "5.14.0-284" },     { "almalinux", "9", "5.14.0-284" },
};

/* The number at *cursor, which then stands behind it and its separator; false: there is none. */
static bool next_number(const char **cursor, unsigned long long *ret)
{
        char *end;

        if (**cursor < '0' || **cursor > '9')
                return false;
        *ret = strtoull(*cursor, &end, 10);
        *cursor = *end == '.' || *end == '-' || *end == '+' ? end + 1 : "";
        return true;
}

int version_compare(const char *a, const char *b)
{
        for (;;) {
                unsigned long long x = 0, y = 0;
                bool has_a = next_number(&a, &x), has_b = next_number(&b, &y);

                if (x != y)
                        return x < y ? -1 : 1;
                if (!has_a && !has_b)
                        return 0;
                if (!has_a)
                        a = "";
                if (!has_b)
                        b = "";
        }
}

static bool begins_with_version(const char *version, const char *beginning)
{
        size_t length = strlen(beginning);

        return text_starts_with(version, beginning) && (version[length] < '0' || version[length] > '9');
}

static const KernelRow *find_row(const KernelRow *rows, size_t n, const Distro *distro)
{
        size_t i;

        for (i = 0; i < n; i++)
                if (text_equal(rows[i].id, distro->id) &&
                    (!rows[i].version || begins_with_version(distro->version, rows[i].version)))
                        return &rows[i];
        return NULL;
}

/* A kernel whose version cannot be read is not judged. */
static const char *kernel(const Facts *facts)
{
        const char *version = facts->machine.distro.kernel;

        return *version >= '1' && *version <= '9' ? version : NULL;
}

bool fitness_kernel_too_old(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const char *version = kernel(facts);

        if (!version || version_compare(version, KERNEL_FLOOR) >= 0)
                return false;
        snprintf(text, FITNESS_TEXT_MAX, "Found: kernel %s; needed: %s or newer.", version, KERNEL_FLOOR);
        return true;
}

bool fitness_kernel_known_bad(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const KernelRow *row = find_row(known_bad, ELEMENTSOF(known_bad), &facts->machine.distro);
        const char *version = kernel(facts);

        if (!version || !row || !begins_with_version(version, row->kernel))
                return false;
        snprintf(text, FITNESS_TEXT_MAX,
                 "Found: kernel %s, which is known to hang or panic with the sensor's eBPF programs. Boot a newer one, "
                 "or run: mdatp config ebpf-supplementary-event-provider --value disabled.",
                 version);
        return true;
}

bool fitness_kernel_lacks_ebpf(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const KernelRow *row = find_row(ebpf_floors, ELEMENTSOF(ebpf_floors), &facts->machine.distro);
        const char *version = kernel(facts), *floor = row ? row->kernel : EBPF_FLOOR;

        if (!version || version_compare(version, floor) >= 0)
                return false;
        snprintf(text, FITNESS_TEXT_MAX,
                 "Found: kernel %s; the sensor's eBPF programs need %s or newer. Without it only events of processes "
                 "are "
                 "seen.",
                 version, floor);
        return true;
}
