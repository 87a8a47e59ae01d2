/*
 * dnf_family: what dnf 4, dnf 5 and yum 3 have in common, and what each says or is told in its own way: the rows
 * manager_dnf, manager_dnf5 and manager_yum of manager.h.
 *
 * Trust: with -y they import whatever key a source's gpgkey names. So each command names none for our source, or where
 * its index is signed a file of ours with pinned keys alone: the caller has made known to rpm what packages may be
 * signed with. Each demands signatures (gpgcheck, localpkg_gpgcheck) and certificates (sslverify), whatever the
 * source's file says. But what the caller judges by pinned keys need not be judged by all that rpm has: a download
 * (PackageRun.judged_later) goes without gpgcheck for ours, as it installs nothing, and so does the transaction after
 * it (PackageRun.judged) where the index of ours is signed by pinned keys. Of several sources that have the package,
 * ours comes first (priority): another one cannot slip its own in. Yum knows no such thing: there the package is asked
 * for by the version that ours offers, and of equal ones ours is taken (cost). A source of others that cannot be
 * reached is passed over, ours never is.
 *
 * PackageRun.archives NULL: packages go to the manager's own cache.
 */
#pragma once

#include "platform/packages/classify.h"
#include "platform/packages/command.h"
#include "platform/packages/rpm.h"

typedef struct DnfDialect {
        const char *program;            /* "dnf": also how it is spoken of */
        const char *const *options;     /* of every command */
        const char *const *refresh_one; /* beside those that leave other sources out */
        const char *const *refresh_all;
        const char *const *offers; /* the package's name follows */
        const char *unhidden;      /* the option by which offers shows what is excluded as well; NULL: none is known */
        const char *const *sizes;  /* download_size() */
        const char *archives;      /* the option for our own folder, a format with one %s */
        const char *priority;      /* of our source, to come first; NULL: cannot, and offers are those of ours alone */
        const char *cost;          /* of our source, where that decides between equal versions; NULL: it does not */
        const char *const *environment;

        const char *const *locks;          /* fcntl; of transactions */
        const char *const *download_locks; /* NULL: none */
        const char *const *refresh_pid_files;
        const char *const *download_pid_files;
        const char *const *transaction_pid_files;
        const ClassifyWords *words;

        bool checks_downloads; /* packages' signatures, not only in the transaction */

        /* How scripts of others are called whose failure it ends with although all is installed; NULL: it does not. */
        const char *installed_but;
        /* All it says when somebody was quicker to lock rpm's database; NULL: it says so. */
        const char *locked_unsaid;

        bool (*parse_offers)(const char *text, size_t length, PackageOffers *ret);
} DnfDialect;

extern const DnfDialect dnf_dialect, dnf5_dialect, yum_dialect;
extern const ClassifyWords dnf_words, dnf5_words, yum_words;

int dnf_family_wait_for_locks(const DnfDialect *dialect, const Host *host, const PackageRun *run,
                              Error *err) _must_check_;
int dnf_family_refresh(const DnfDialect *dialect, const Host *host, const PackageRun *run, const PackageSource *source,
                       PackageResult *ret, Error *err) _must_check_;
int dnf_family_offers(const DnfDialect *dialect, const Host *host, const PackageRun *run, const char *package,
                      PackageOffers *ret, Error *err) _must_check_;
int dnf_family_download(const DnfDialect *dialect, const Host *host, const PackageRun *run, const PackageWanted *wanted,
                        PackageResult *ret, Error *err) _must_check_;
bool dnf_family_reads_list(const Host *host, const PackageSource *source); /* each of them */
int dnf_family_install(const DnfDialect *dialect, const Host *host, const PackageRun *run, const PackageWanted *wanted,
                       PackageResult *ret, Error *err) _must_check_;

/*
 * Lines "offer=NAME VERSION-RELEASE SOURCE"; and what `yum list` prints: NAME.ARCH, VERSION-RELEASE and SOURCE in
 * columns, a long entry over several lines, under "Available Packages". In any order; *ret has the newest first. Pure.
 * False: nothing of the kind is there.
 */
bool dnf_offers_parse(const char *text, size_t length, PackageOffers *ret);
bool yum_offers_parse(const char *text, size_t length, PackageOffers *ret);

/* The functions of a row. */
#define DNF_FAMILY_FUNCTIONS(name, dialect)                                                                            \
        static int name##_wait_for_locks(const Host *host, const PackageRun *run, Error *err)                          \
        {                                                                                                              \
                return dnf_family_wait_for_locks(dialect, host, run, err);                                             \
        }                                                                                                              \
        static int name##_refresh(const Host *host, const PackageRun *run, const PackageSource *source,                \
                                  PackageResult *ret, Error *err)                                                      \
        {                                                                                                              \
                return dnf_family_refresh(dialect, host, run, source, ret, err);                                       \
        }                                                                                                              \
        static int name##_offers(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret,     \
                                 Error *err)                                                                           \
        {                                                                                                              \
                return dnf_family_offers(dialect, host, run, package, ret, err);                                       \
        }                                                                                                              \
        static int name##_download(const Host *host, const PackageRun *run, const PackageWanted *wanted,               \
                                   PackageResult *ret, Error *err)                                                     \
        {                                                                                                              \
                return dnf_family_download(dialect, host, run, wanted, ret, err);                                      \
        }                                                                                                              \
        static int name##_install(const Host *host, const PackageRun *run, const PackageWanted *wanted,                \
                                  PackageResult *ret, Error *err)                                                      \
        {                                                                                                              \
                return dnf_family_install(dialect, host, run, wanted, ret, err);                                       \
        }                                                                                                              \
        static int name##_repair(const Host *host, const PackageRun *run, const char *package, PackageResult *ret,     \
                                 Error *err)                                                                           \
        {                                                                                                              \
                return rpm_repair(name##_download, name##_install, host, run, package, ret, err);                      \
        }

#define DNF_FAMILY_ROW(name)                                                                                           \
        .unsynced = true, .silent = true, .state = rpm_state, .is_registered = rpm_is_registered,                      \
        .is_broken = rpm_is_broken, .wait_for_locks = name##_wait_for_locks, .refresh = name##_refresh,                \
        .offers = name##_offers, .download = name##_download, .install = name##_install, .repair = name##_repair,      \
        .has_key = rpm_has_key, .import_key = rpm_import_key, .forget_key = rpm_forget_key,                            \
        .list_keys = rpm_list_keys, .drop_key = rpm_drop_key, .drop_key_words = rpm_drop_key_words,                    \
        .files = &package_file_rpm
