/*
 * dnf 5 (5.2 of Fedora 41 to 5.4). An option it does not know is an error. Signatures are checked in the transaction,
 * not when packages are downloaded. Only "install", "reinstall" and "downgrade" are used: "upgrade" with destdir
 * downloads and no more. Locks: /run/dnf up to 5.2, the system repository's file since.
 */
#include "platform/packages/dnf_family.h"

static const char *const options[] = {
        "--setopt=best=1",
        "--setopt=skip_broken=0",
        "--setopt=skip_unavailable=0",
        "--setopt=install_weak_deps=0",
        "--setopt=clean_requirements_on_remove=0",
        NULL,
};

static const char *const refresh[] = { "--refresh", "makecache", NULL };

/* All versions, unless told otherwise; lines end where the format says. */
static const char *const offers[] = { "repoquery", "--available", "--qf",
                                      "offer=%{name} %{version}-%{release} %{repoid}\\n", NULL };

static const char *const locks[] = { "/run/dnf/rpmtransaction.lock", "/var/lib/dnf/system-repo.lock",
                                     "/var/lib/rpm/.rpm.lock", "/usr/lib/sysimage/rpm/.rpm.lock", NULL };

/* It would wait for it without an end. */
static const char *const download_locks[] = { "/var/lib/dnf/system-repo.lock", NULL };

static const char *const sizes[] = { "Need to download ", NULL };

const DnfDialect dnf5_dialect = {
        .program = "dnf5",
        .options = options,
        .refresh_one = refresh,
        .refresh_all = refresh,
        .offers = offers,
        .unhidden = "--setopt=disable_excludes=*",
        .sizes = sizes,
        .archives = "--setopt=destdir",
        .priority = "-1000",
        .locks = locks,
        .download_locks = download_locks,
        .words = &dnf5_words,
        .installed_but = "%post",
        .locked_unsaid = "Transaction failed: Rpm transaction failed.",
        .parse_offers = dnf_offers_parse,
};

DNF_FAMILY_FUNCTIONS(dnf5, &dnf5_dialect)

const PackageManager manager_dnf5 = {
        .id = MANAGER_DNF5, .sources = &source_format_dnf5, .reads_list = dnf_family_reads_list, DNF_FAMILY_ROW(dnf5)
};
