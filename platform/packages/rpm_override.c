#include "platform/packages/rpm_override.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/rpm_source.h"
#include "platform/packages/source_text.h"

#define TEXT_MAX (4 * 1024 * 1024) /* of all */
#define FILE_SHOWN 90
#define VALUE_SHOWN 60

void rpm_overrides_clear(RpmOverrides *overrides)
{
        while (overrides->n > 0) {
                overrides->n--;
                free(overrides->all[overrides->n].file);
                free(overrides->all[overrides->n].text);
        }
        free(TAKE_PTR(overrides->all));
}

static size_t count_names(char *const *names)
{
        size_t n = 0;

        while (names[n])
                n++;
        return n;
}

/* all has room for it. */
static void read_file(const Host *host, const char *folder, const char *name, size_t *left, RpmOverrides *overrides)
{
        _cleanup_free_ char *path = text_format("%s/%s", folder, name), *text = NULL;
        size_t length = 0;

        if (!text_ends_with(name, ".repo") || fs_read(host, path, RPM_SOURCE_FILE_MAX, &text, &length, NULL) < 0 ||
            !text || length > *left)
                return;
        *left -= length;
        overrides->all[overrides->n++] =
                (RpmOverride){ .file = TAKE_PTR(path), .text = TAKE_PTR(text), .length = length };
}

int rpm_override_read(const Host *host, const char *const *folders, RpmOverrides *ret, Error *err)
{
        _cleanup_(fs_names_freep) char **first = NULL, **second = NULL;
        size_t left = TEXT_MAX;
        char **a, **b;

        if (fs_list(host, folders[0], &first, err) < 0 || fs_list(host, folders[1], &second, err) < 0)
                return -1;
        ret->all = text_allocate((count_names(first) + count_names(second) + 1) * sizeof(*ret->all));
        for (a = first, b = second; *a || *b;) {
                int order = !*a ? 1 : !*b ? -1 : strcmp(*a, *b);

                read_file(host, folders[order > 0], order > 0 ? *b : *a, &left, ret);
                a += order <= 0;
                b += order >= 0;
        }
        return 0;
}

static void apply_one(const RpmOverride *override, RepoSection *section)
{
        const char *cursor = override->text;
        RepoSection next = { 0 };
        size_t i;

        while (section->id && repo_section_next(&cursor, override->text + override->length, &next)) {
                _cleanup_(repo_section_clear) RepoSection over = next;

                if (!over.id || fnmatch(over.id, section->id, 0) != 0)
                        continue;
                for (i = 0; i < over.n; i++)
                        repo_section_set(section, over.options[i].name, over.options[i].value);
        }
}

void rpm_override_apply(const RpmOverrides *overrides, RepoSection *section)
{
        size_t i;

        for (i = 0; i < overrides->n; i++)
                apply_one(&overrides->all[i], section);
}

/* The last file that says it counts. */
static bool takes_away(const RpmOverrides *overrides, const char *id, const char *check, char *ret_why, size_t size)
{
        bool weak = false;
        size_t i;

        for (i = 0; i < overrides->n; i++) {
                _cleanup_(repo_section_clear) RepoSection section = { .id = text_copy(id) };
                _cleanup_free_ char *file = NULL, *shown = NULL;

                apply_one(&overrides->all[i], &section);
                if (!repo_section_get(&section, check))
                        continue;
                weak = !repo_section_is(&section, check, false);
                file = text_escape(overrides->all[i].file, FILE_SHOWN);
                shown = source_text_shown(repo_section_get(&section, check), VALUE_SHOWN);
                if (weak)
                        snprintf(ret_why, size, "is overridden by %s, which says %s=%s", file, check, shown);
        }
        return weak;
}

bool rpm_override_weakens(const RpmOverrides *overrides, const char *id, char *ret_why, size_t size)
{
        static const char *const checks[] = { "gpgcheck", "pkg_gpgcheck", "sslverify" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(checks); i++)
                if (takes_away(overrides, id, checks[i], ret_why, size))
                        return true;
        return false;
}
