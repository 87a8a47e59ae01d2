/*
 * That the rest of the tree knows what the table of distributions has: recorded hosts, README.
 */
#include "tests/unit/scratch.h"

#include <unistd.h>

#include "platform/distro.h"

/* --- README ------------------------------------------------------------------------------------------ */

#define README_TABLE "| Distribution |"

static char *read_readme(void)
{
        FILE *file = fopen("README.md", "re");
        char *text = text_allocate(262144);

        assert_non_null(file);
        assert_true(fread(text, 1, 262143, file) > 0);
        fclose(file);
        return text;
}

/* "Debian | 9, 10 | 10": what is known of the distribution that begins with this row. */
static char *readme_line(const DistroSupport *row)
{
        _cleanup_free_ char *all = distro_supported_names(row, false), *arm64 = distro_supported_names(row, true);
        size_t skip = strlen(row->name) + 1;
        bool has_arm64 = text_starts_with(arm64, row->name) && !strchr(arm64, ';');

        return text_format("| %s | %s | %s |", row->name, all + skip, has_arm64 ? arm64 + skip : "");
}

static void readme_has_what_the_table_has(void **state)
{
        _cleanup_free_ char *readme = read_readme();
        size_t i;

        if (!strstr(readme, README_TABLE))
                return; /* not there yet */
        for (i = 0; i < distro_n_rows; i++) {
                _cleanup_free_ char *line = readme_line(distro_family(distro_rows[i].id));

                if (!strstr(readme, line))
                        fail_msg("README.md lacks: %s", line);
        }
}

/* --- tests/hosts ------------------------------------------------------------------------------------- */

static void every_row_has_a_recorded_host(void **state)
{
        size_t i;

        for (i = 0; i < distro_n_rows; i++) {
                _cleanup_free_ char *path =
                        text_format("tests/hosts/%s-%s-x86_64/facts.json", distro_rows[i].id, distro_rows[i].version);

                if (access(path, R_OK) < 0)
                        fail_msg("there is no %s", path);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(readme_has_what_the_table_has),
                cmocka_unit_test(every_row_has_a_recorded_host),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
