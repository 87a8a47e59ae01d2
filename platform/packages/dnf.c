/*
 * dnf 4 (4.2 of EL 8.0 to 4.20 of EL 10; Amazon Linux 2023). A stale pid file whose number was given to another process
 * since keeps dnf itself out for ever: it is told as held.
 */
#include "platform/packages/dnf_family.h"

static const char *const options[] = {
        "--setopt=best=1",
        "--setopt=strict=1",
        "--setopt=install_weak_deps=0",
        "--setopt=clean_requirements_on_remove=0",
        "--setopt=deltarpm=0",
        "--setopt=exit_on_lock=1",
        NULL,
};

/* It looks at the source anew each time. */
static const char *const refresh_one[] = { "makecache", NULL };
static const char *const refresh_all[] = { "--refresh", "makecache", NULL };

static const char *const offers[] = {
        "repoquery", "--available", "--showduplicates", "--qf", "offer=%{name} %{version}-%{release} %{repoid}", NULL
};

static const char *const refresh_pid_files[] = { "/var/cache/dnf/metadata_lock.pid", NULL };
static const char *const download_pid_files[] = { "/var/cache/dnf/metadata_lock.pid",
                                                  "/var/cache/dnf/download_lock.pid", NULL };
static const char *const transaction_pid_files[] = { "/var/lib/dnf/rpmdb_lock.pid", "/var/cache/dnf/metadata_lock.pid",
                                                     "/var/cache/dnf/download_lock.pid", NULL };

/* What it prints reaches its file at once: the last line is shown, and what it was cut off in stays. */
static const char *const environment[] = { "PYTHONUNBUFFERED=1", NULL };

static const char *const sizes[] = { "Total download size: ", NULL };

const DnfDialect dnf_dialect = {
        .program = "dnf",
        .options = options,
        .refresh_one = refresh_one,
        .refresh_all = refresh_all,
        .offers = offers,
        .unhidden = "--disableexcludes=all",
        .sizes = sizes,
        .archives = "--setopt=destdir",
        .priority = "-1000",
        .environment = environment,
        .locks = rpm_locks,
        .refresh_pid_files = refresh_pid_files,
        .download_pid_files = download_pid_files,
        .transaction_pid_files = transaction_pid_files,
        .words = &dnf_words,
        .checks_downloads = true,
        .parse_offers = dnf_offers_parse,
};

DNF_FAMILY_FUNCTIONS(dnf, &dnf_dialect)

const PackageManager manager_dnf = {
        .id = MANAGER_DNF, .sources = &source_format_dnf, .reads_list = dnf_family_reads_list, DNF_FAMILY_ROW(dnf)
};
