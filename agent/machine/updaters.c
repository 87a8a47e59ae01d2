/*
 * Where it is not clear whether one takes in the sensor's package it is taken to do so: two that update the same
 * package meet each other at the worst moment, and a sensor that nobody updates is told by its expiry. Not here: YaST's
 * online update, which installs patches only, and the vendor publishes none.
 */
#include "agent/machine/updaters.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

#define VENDOR "microsoft"

/* --- apt-config dump: NAME "VALUE"; a line ------------------------------------------------------------- */

static bool is_named(const char *line, const char *name, char value[512])
{
        size_t length = strlen(name);
        const char *from, *to;

        if (strncmp(line, name, length) != 0 || line[length] != ' ')
                return false;
        from = strchr(line, '"');
        to = strrchr(line, '"');
        if (!from || to <= from)
                return false;
        snprintf(value, 512, "%.*s", (int)(to - from - 1), from + 1);
        return true;
}

static bool is_vendor(const char *pattern)
{
        return fnmatch(pattern, VENDOR, 0) == 0 || strcasestr(pattern, VENDOR) != NULL;
}

static bool is_codename(const char *pattern, const UpdaterOurs *ours)
{
        return strstr(pattern, "${distro_codename}") || (*ours->codename && fnmatch(pattern, ours->codename, 0) == 0);
}

/* "origin=Debian": one condition of several. Of keys that are not here it is not known what they let through. */
static bool is_met(const char *key, const char *pattern, const UpdaterOurs *ours)
{
        if (text_equal(key, "site"))
                return fnmatch(pattern, ours->host, 0) == 0;
        if (text_equal(key, "origin") || text_equal(key, "o") || text_equal(key, "label") || text_equal(key, "l"))
                return is_vendor(pattern);
        if (text_equal(key, "archive") || text_equal(key, "suite") || text_equal(key, "a") ||
            text_equal(key, "codename") || text_equal(key, "n"))
                return is_codename(pattern, ours);
        return true;
}

static bool pattern_takes_in(const char *pattern, const UpdaterOurs *ours)
{
        _cleanup_free_ char *copy = text_copy(pattern);
        char *condition, *rest = copy;

        while ((condition = strsep(&rest, ","))) {
                char *equals = strchr(condition, '=');

                if (!equals)
                        return false;
                *equals = '\0';
                if (!is_met(text_trim(condition), text_trim(equals + 1), ours))
                        return false;
        }
        return true;
}

/* "ORIGIN:ARCHIVE" */
static bool origin_takes_in(const char *origin, const UpdaterOurs *ours)
{
        _cleanup_free_ char *copy = text_copy(origin);
        char *colon = strchr(copy, ':');

        if (!colon)
                return false;
        *colon = '\0';
        return is_vendor(copy) && is_codename(colon + 1, ours);
}

static bool names_package(const char *expression, const UpdaterOurs *ours)
{
        return text_starts_with(*expression == '^' ? expression + 1 : expression, ours->package);
}

static bool apt_takes_in(const char *text, size_t length, const UpdaterOurs *ours)
{
        const char *cursor = text, *start;
        bool takes_in = false, on = false;
        char value[512];
        size_t n;

        while (text_next_line(&cursor, text + length, &start, &n)) {
                _cleanup_free_ char *line = text_copy_n(start, n);

                if (is_named(line, "APT::Periodic::Unattended-Upgrade", value))
                        on = *value && !text_equal(value, "0");
                else if (is_named(line, "APT::Periodic::Enable", value) && text_equal(value, "0"))
                        return false;
                else if (is_named(line, "Unattended-Upgrade::Package-Blacklist::", value) && names_package(value, ours))
                        return false;
                else if (is_named(line, "Unattended-Upgrade::Origins-Pattern::", value))
                        takes_in = takes_in || pattern_takes_in(value, ours);
                else if (is_named(line, "Unattended-Upgrade::Allowed-Origins::", value))
                        takes_in = takes_in || origin_takes_in(value, ours);
        }
        return on && takes_in;
}

/* --- ini files, the key in whatever section ------------------------------------------------------------- */

static bool ini_says(const char *text, size_t length, const char *key, const char *const values[])
{
        const char *cursor = text, *start;
        bool says = false;
        size_t n, i;

        while (text_next_line(&cursor, text + length, &start, &n)) {
                _cleanup_free_ char *line = text_trim(text_copy_n(start, n));
                char *equals = strchr(line, '=');

                if (*line == '#' || *line == ';' || !equals)
                        continue;
                *equals = '\0';
                if (!text_equal(text_trim(line), key))
                        continue;
                for (says = false, i = 0; values[i]; i++)
                        says = says || text_equal_nocase(text_trim(equals + 1), values[i]);
        }
        return says;
}

static const char *const yes[] = { "yes", "true", "1", "on", NULL };
/* That is none of ours: the vendor publishes no advisories. */
static const char *const security_only[] = { "security", "security-severity:Critical", "minimal-security",
                                             "minimal-security-severity:Critical", NULL };

static bool automatic_takes_in(const char *text, size_t length, const UpdaterOurs *ours)
{
        return ini_says(text, length, "apply_updates", yes) && !ini_says(text, length, "upgrade_type", security_only) &&
               !ini_says(text, length, "update_cmd", security_only);
}

static bool install_takes_in(const char *text, size_t length, const UpdaterOurs *ours)
{
        return !ini_says(text, length, "upgrade_type", security_only);
}

/* --- cron ------------------------------------------------------------------------------------------------- */

static bool has_word(const char *line, const char *const words[])
{
        size_t i;

        for (i = 0; words[i]; i++)
                if (strstr(line, words[i]))
                        return true;
        return false;
}

static bool cron_takes_in(const char *text, size_t length, const UpdaterOurs *ours)
{
        static const char *const managers[] = { "apt", "dnf", "yum", "zypper", NULL };
        static const char *const doings[] = { "install", "upgrade", "update", NULL };
        const char *cursor = text, *start;
        size_t n;

        while (text_next_line(&cursor, text + length, &start, &n)) {
                _cleanup_free_ char *line = text_trim(text_copy_n(start, n));

                if (*line != '#' && strstr(line, ours->package) && has_word(line, managers) && has_word(line, doings))
                        return true;
        }
        return false;
}

/* --- the table ---------------------------------------------------------------------------------------------- */

static const char *const apt_config[] = { "apt-config", "dump", NULL };

/* It has no exclusions of its own. A lock binds whoever asks zypper, this extension as well. */
#define ZYPPER_LOCK                                                                                                    \
        "run 'zypper addlock mdatp' (and 'zypper removelock mdatp' before the setting version asks for another)"

static const Updater updaters[] = {
        { .name = "unattended-upgrades",
          .program = "/usr/bin/unattended-upgrade",
          .units = { "apt-daily-upgrade.timer" },
          .question = apt_config,
          .takes_in = apt_takes_in,
          .exclude = "add \"mdatp\"; to Unattended-Upgrade::Package-Blacklist in /etc/apt/apt.conf.d" },
        { .name = "dnf-automatic",
          .units = { "dnf-automatic.timer", "dnf5-automatic.timer" },
          .files = { "/etc/dnf/automatic.conf", "/etc/dnf/dnf5-plugins/automatic.conf" },
          .takes_in = automatic_takes_in,
          .exclude = "add excludepkgs=mdatp to [base] of that file" },
        { .name = "dnf-automatic",
          .units = { "dnf-automatic-install.timer" },
          .files = { "/etc/dnf/automatic.conf" },
          .takes_in = install_takes_in,
          .exclude = "add excludepkgs=mdatp to [base] of that file" },
        { .name = "yum-cron",
          .units = { "yum-cron.service" },
          .files = { "/etc/yum/yum-cron.conf" },
          .takes_in = automatic_takes_in,
          .exclude = "add exclude=mdatp to [base] of that file" },
        { .name = "transactional-update", .units = { "transactional-update.timer" }, .exclude = ZYPPER_LOCK },
        { .name = "os-update", .units = { "os-update.timer" }, .exclude = ZYPPER_LOCK },
        { .name = "a cron entry",
          .files = { "/etc/crontab", "/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly",
                     "/etc/cron.monthly", "/var/spool/cron/crontabs/root", "/var/spool/cron/root",
                     "/var/spool/cron/tabs/root" },
          .takes_in = cron_takes_in,
          .exclude = "take mdatp out of that file's commands, or remove it" },
};

const Updater *updater_get(size_t index)
{
        return index < ELEMENTSOF(updaters) ? &updaters[index] : NULL;
}

const char *updater_name(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(updaters); i++)
                if (text_equal(updaters[i].name, name))
                        return updaters[i].name;
        return NULL;
}

const char *updater_exclude(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(updaters); i++)
                if (text_equal(updaters[i].name, name))
                        return updaters[i].exclude;
        return NULL;
}
