/*
 * yum 3.4.3 (EL 7, Amazon Linux 2): known from what it prints and from its documentation, not run for real. Its python
 * takes no "=" in the value of an option. One lock for everything. What yum-complete-transaction would finish keeps it
 * from nothing, so such a leftover does not make it broken.
 */
#include "platform/packages/dnf_family.h"

static const char *const options[] = {
        "--setopt=skip_if_unavailable=1", /* older ones know no "*." */
        "--setopt=skip_broken=0",
        "--setopt=deltarpm=0",
        "--setopt=clean_requirements_on_remove=0",
        "--setopt=exit_on_lock=1",
        NULL,
};

static const char *const refresh[] = { "--setopt=*.metadata_expire=1", "makecache", "fast", NULL };
static const char *const offers[] = { "list", "available", "--showduplicates", NULL };
static const char *const pid_files[] = { "/var/run/yum.pid", NULL };
static const char *const environment[] = { "PYTHONUNBUFFERED=1", NULL };

static const char *const sizes[] = { "Total download size: ", NULL };

const DnfDialect yum_dialect = {
        .program = "yum",
        .options = options,
        .refresh_one = refresh,
        .refresh_all = refresh,
        .offers = offers,
        .sizes = sizes,
        .archives = "--downloaddir",
        .cost = "1",
        .environment = environment,
        .locks = rpm_locks,
        .refresh_pid_files = pid_files,
        .download_pid_files = pid_files,
        .transaction_pid_files = pid_files,
        .words = &yum_words,
        .parse_offers = yum_offers_parse,
};

DNF_FAMILY_FUNCTIONS(yum, &yum_dialect)

const PackageManager manager_yum = {
        .id = MANAGER_YUM, .sources = &source_format_yum, .unbound = true, DNF_FAMILY_ROW(yum)
};
