#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/machine/updaters.h"
#include "platform/base/text.h"

#define ON "APT::Periodic::Unattended-Upgrade \"1\";\n"
#define PATTERN(text) "Unattended-Upgrade::Origins-Pattern:: \"" text "\";\n"
#define ORIGIN(text) "Unattended-Upgrade::Allowed-Origins:: \"" text "\";\n"

static const UpdaterOurs ours = { "packages.microsoft.com", "bookworm", "mdatp" };

static const Updater *row_with(const char *word)
{
        const Updater *updater;
        size_t i, k;

        for (i = 0; (updater = updater_get(i)); i++) {
                for (k = 0; k < UPDATER_UNITS_MAX && updater->units[k]; k++)
                        if (text_equal(updater->units[k], word))
                                return updater;
                if (text_equal(updater->name, word))
                        return updater;
        }
        fail_msg("no row %s", word);
        return NULL;
}

static void assert_takes_in(const char *row, const char *text, bool expected)
{
        const Updater *updater = row_with(row);

        if (updater->takes_in(text, strlen(text), &ours) != expected)
                fail_msg("%s: %s", row, text);
}

static void unattended_upgrades_take_in_what_their_origins_let_through(void **state)
{
        static const struct {
                const char *text;
                bool takes_in;
        } rows[] = {
                { ON PATTERN("site=packages.microsoft.com"), true },
                { ON PATTERN("site=*.microsoft.com, component=main"), true },
                { ON PATTERN("origin=*"), true },
                { ON PATTERN("o=microsoft-debian-bookworm-prod bookworm,n=${distro_codename}"), true },
                { ON PATTERN("origin=*,archive=stable"), false },
                { ON PATTERN("codename=bookworm"), true },
                { ON PATTERN("codename=bookworm-security"), false },
                { ON PATTERN("origin=Debian,codename=${distro_codename},label=Debian") PATTERN("site=deb.debian.org"),
                  false },
                { ON ORIGIN("${distro_id}:${distro_codename}"), false },
                { ON ORIGIN("microsoft-ubuntu-jammy-prod jammy:bookworm"), true },
                { ON ORIGIN("*:*"), true },
                { ON PATTERN("nonsense"), false },
                { ON, false },
                { "APT::Periodic::Unattended-Upgrade \"0\";\n" PATTERN("origin=*"), false },
                { PATTERN("origin=*"), false },
                { ON PATTERN("origin=*") "APT::Periodic::Enable \"0\";\n", false },
                { ON PATTERN("origin=*") "Unattended-Upgrade::Package-Blacklist:: \"mdatp\";\n", false },
                { ON PATTERN("origin=*") "Unattended-Upgrade::Package-Blacklist:: \"^mdatp$\";\n", false },
                { ON PATTERN("origin=*") "Unattended-Upgrade::Package-Blacklist:: \"linux-\";\n", true },
                { "", false },
                { "APT::Periodic::Unattended-Upgrade", false },
                { "APT::Periodic::Unattended-Upgrade \"", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_takes_in("unattended-upgrades", rows[i].text, rows[i].takes_in);
}

static void dnf_automatic_takes_it_in_when_it_applies_all_updates(void **state)
{
        static const char applies[] = "[commands]\nupgrade_type = default\napply_updates = yes\n";

        assert_takes_in("dnf-automatic.timer", applies, true);
        assert_takes_in("dnf5-automatic.timer", "[commands]\napply_updates=True\n", true);
        assert_takes_in("dnf-automatic.timer", "[commands]\napply_updates = no\n", false);
        assert_takes_in("dnf-automatic.timer", "# apply_updates = yes\n", false);
        assert_takes_in("dnf-automatic.timer", "upgrade_type = security\napply_updates = yes\n", false);
        assert_takes_in("dnf-automatic-install.timer", "apply_updates = no\n", true);
        assert_takes_in("dnf-automatic-install.timer", "upgrade_type=security\n", false);
        assert_takes_in("yum-cron", "update_cmd = default\napply_updates = yes\n", true);
        assert_takes_in("yum-cron", "update_cmd = security\napply_updates = yes\n", false);
}

static void a_cron_entry_is_known_by_what_it_runs(void **state)
{
        assert_takes_in(
                "a cron entry",
                "SHELL=/bin/sh\n0 2 * * sat root /bin/apt-get install --only-upgrade mdatp >> /root/mdatp.log\n", true);
        assert_takes_in("a cron entry", "0 2 * * 6 yum update mdatp -y\n", true);
        assert_takes_in("a cron entry", "# 0 2 * * 6 yum update mdatp -y\n", false);
        assert_takes_in("a cron entry", "0 2 * * 6 yum update -y\n0 3 * * * mdatp scan full\n", false);
}

static void names_are_those_of_the_table(void **state)
{
        assert_string_equal(updater_name("dnf-automatic"), "dnf-automatic");
        assert_null(updater_name("somebody"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(unattended_upgrades_take_in_what_their_origins_let_through),
                cmocka_unit_test(dnf_automatic_takes_it_in_when_it_applies_all_updates),
                cmocka_unit_test(a_cron_entry_is_known_by_what_it_runs),
                cmocka_unit_test(names_are_those_of_the_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
