/*
 * What a distribution's kernels need stands in its row of the table of distributions.
 */
#include "agent/machine/fitness_kernel.h"

#include <stdlib.h>
#include <string.h>

#include "agent/machine/fitness_say.h"
#include "platform/base/text.h"

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

int fitness_kernel_compare(const char *a, const char *b)
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

static const DistroSupport *row(const Facts *facts)
{
        static const DistroSupport any;

        if (facts->machine.support)
                return facts->machine.support;
        return facts->machine.derived ? facts->machine.derived : &any;
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

        if (!version || fitness_kernel_compare(version, DISTRO_KERNEL_MIN) >= 0)
                return false;
        say(text, "Found: kernel %s; needed: %s or newer.", version, DISTRO_KERNEL_MIN);
        return true;
}

bool fitness_kernel_known_bad(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const char *version = kernel(facts), *bad = row(facts)->kernel_bad;

        if (!version || !bad || !begins_with_version(version, bad))
                return false;
        say(text,
            "Found: kernel %s, which is known to hang or panic with the sensor's eBPF programs. Boot a newer one, "
            "or run: mdatp config ebpf-supplementary-event-provider --value disabled.",
            version);
        return true;
}

/* 3.10.0-1160 and 3.10.0-957.10 are of one series. */
static bool is_same_series(const char *a, const char *b)
{
        unsigned i;

        for (i = 0; i < 2; i++) {
                unsigned long long x = 0, y = 0;

                if (!next_number(&a, &x) || !next_number(&b, &y) || x != y)
                        return false;
        }
        return true;
}

static const char *ebpf_floor(const DistroSupport *support, const char *version)
{
        const char *floor = support->kernel_ebpf ? support->kernel_ebpf : DISTRO_KERNEL_EBPF;

        return support->kernel_ebpf_other && !is_same_series(version, floor) ? support->kernel_ebpf_other : floor;
}

bool fitness_kernel_lacks_ebpf(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const char *version = kernel(facts), *floor;

        if (!version)
                return false;
        floor = ebpf_floor(row(facts), version);
        if (fitness_kernel_compare(version, floor) >= 0)
                return false;
        say(text,
            "Found: kernel %s; the sensor's eBPF programs need %s or newer. Without it only events of processes "
            "are seen.",
            version, floor);
        return true;
}
