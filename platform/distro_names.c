#include "platform/distro.h"

#include "platform/base/text.h"

static void append_version(Text *text, const DistroSupport *row, int minor)
{
        text_append(text, "%s", row->version);
        if (row->until)
                text_append(text, "-%d", row->until);
        if (minor > 0)
                text_append(text, ".%d+", minor);
}

char *distro_row_name(const DistroSupport *row)
{
        _cleanup_(text_clear) Text name = { 0 };

        text_append(&name, "%s ", row->name);
        append_version(&name, row, 0);
        return text_take(&name);
}

static bool is_named(const DistroSupport *row, const char *family, bool arm64)
{
        return (!family || text_equal(row->name, family)) && (!arm64 || row->arm64);
}

static char *make_names(const char *family, bool arm64)
{
        _cleanup_(text_clear) Text names = { 0 };
        const char *name = NULL;
        size_t i;

        for (i = 0; i < distro_n_rows; i++) {
                const DistroSupport *row = &distro_rows[i];

                if (!is_named(row, family, arm64))
                        continue;
                if (text_equal(name, row->name))
                        text_append(&names, ", ");
                else
                        text_append(&names, "%s%s ", name ? "; " : "", row->name);
                append_version(&names, row, arm64 ? row->arm64_minor : row->minor);
                name = row->name;
        }
        return text_take(&names);
}

char *distro_supported_names(const DistroSupport *family, bool arm64)
{
        _cleanup_free_ char *names = make_names(family ? family->name : NULL, arm64);

        return *names ? TAKE_PTR(names) : make_names(NULL, arm64);
}
