#include "agent/commands/check_rows.h"

#include "agent/machine/conflict.h"
#include "agent/situation.h"
#include "platform/base/text.h"
#include "platform/packages/manager_words.h"

#define MIB (1024 * 1024)
#define NAMES_SHOWN 3

/* Fills text; nothing: the row is left out. Names from outside are escaped in the facts already. */
typedef ScreenLevel Row(const Facts *facts, Text *text);

static ScreenLevel system_row(const Facts *facts, Text *text)
{
        const Distro *distro = &facts->machine.distro;

        if (facts->machine.distro_known == TRI_NO)
                text_append(text, "there is no /etc/os-release");
        if (facts->machine.distro_known != TRI_YES)
                return SCREEN_BAD;
        text_append(text, "%s, %s%s", distro->name, *distro->architecture ? distro->architecture : "of unknown kind",
                    facts->machine.support   ? ""
                    : facts->machine.derived ? ": not supported, but derived from one that is"
                                             : ": not supported");
        return facts->machine.support ? SCREEN_PLAIN : facts->machine.derived ? SCREEN_WARNING : SCREEN_BAD;
}

static ScreenLevel kernel_row(const Facts *facts, Text *text)
{
        if (*facts->machine.distro.kernel)
                text_append(text, "%s%s", facts->machine.distro.kernel,
                            facts->machine.systemd == TRI_NO ? ", without systemd" : "");
        return facts->machine.systemd == TRI_NO ? SCREEN_BAD : SCREEN_PLAIN;
}

static ScreenLevel manager_row(const Facts *facts, Text *text)
{
        const char *name = package_manager_words(facts->package.manager_id)->name;

        if (facts->package.manager == TRI_NO)
                text_append(text, "none%s%s%s", *facts->package.missing ? " (" : "", facts->package.missing,
                            *facts->package.missing ? " is missing)" : "");
        else if (facts->package.manager == TRI_YES)
                text_append(text, "%s%s%s", name, facts->package.broken == TRI_YES ? ", interrupted: " : "",
                            facts->package.broken == TRI_YES ? facts->package.sign : "");
        return facts->package.manager == TRI_NO || facts->package.broken == TRI_YES ? SCREEN_BAD : SCREEN_PLAIN;
}

static ScreenLevel memory_row(const Facts *facts, Text *text)
{
        const Machine *machine = &facts->machine.fitness;
        bool limited = machine->memory_limit > 0 && machine->memory_limit < machine->memory;

        if (machine->known != TRI_YES || machine->memory <= 0)
                return SCREEN_PLAIN;
        text_append(text, "%lld MiB", (long long)((limited ? machine->memory_limit : machine->memory) / MIB));
        if (machine->memory_available >= 0)
                text_append(text, ", %lld MiB available", (long long)(machine->memory_available / MIB));
        if (machine->cpus > 0)
                text_append(text, "; %d processor%s", machine->cpus, machine->cpus == 1 ? "" : "s");
        return SCREEN_PLAIN;
}

static void add_name(Text *text, const char *name, const char *words)
{
        text_append(text, "%s%s %s", text->length > 0 ? "; " : "", name, words);
}

static const char *name_of(const ConflictGroup *group)
{
        const FanotifyHolder *holder = group->holder;

        return group->product ? group->product->name : *holder->exe ? holder->exe : holder->comm;
}

static ScreenLevel products_row(const Facts *facts, Text *text)
{
        ScreenLevel level = SCREEN_PLAIN;
        ConflictGroups groups;
        size_t i;

        if (facts->fanotify.known != TRI_YES)
                return level;
        conflict_groups(facts, &groups);
        for (i = 0; i < groups.n; i++) {
                if (groups.items[i].kind == CONFLICT_BLOCKING)
                        level = SCREEN_BAD;
                if (groups.items[i].kind >= CONFLICT_SUSPICIOUS)
                        add_name(text, name_of(&groups.items[i]),
                                 groups.items[i].kind == CONFLICT_BLOCKING ? "holds file access back"
                                                                           : "may hold file access back");
        }
        for (i = 0; i < facts->stopped_products.n && i < NAMES_SHOWN; i++)
                add_name(text, facts->stopped_products.items[i].name, "is installed and does not run");
        if (text->length == 0)
                text_append(text, "none seen that holds file access back");
        return level;
}

static void add_health(const SensorHealth *health, Text *text)
{
        if (health->answering != TRI_YES) {
                text_append(text, "%s", health->answering == TRI_NO ? ", does not answer" : "");
                return;
        }
        text_append(text, "%s%s%s%s", health->licensed == TRI_NO ? ", without licence" : "",
                    health->healthy == TRI_NO    ? ", not healthy"
                    : health->healthy == TRI_YES ? ", healthy"
                                                 : "",
                    health->passive == TRI_YES ? ", passive" : "", *health->issues ? ": " : "");
        text_append(text, "%s", health->issues);
}

/* A build works until its date, and is replaced by a newer one before. */
static void add_age(const Facts *facts, Text *text)
{
        const SensorHealth *health = &facts->sensor.health;
        char when[TEXT_TIME_MAX];

        if (health->answering == TRI_YES && health->expires_s > 0)
                text_append(text, ", its build %s on %.10s", health->expires_s < facts->now_s ? "expired" : "expires",
                            text_time(health->expires_s, when));
}

static ScreenLevel sensor_row(const Facts *facts, Text *text)
{
        const char *version = situation_version(facts);

        if (facts->sensor.files == TRI_NO) {
                text_append(text, facts->package.state == PACKAGE_BROKEN ? "half installed" : "not installed");
                return SCREEN_PLAIN;
        }
        if (facts->sensor.files != TRI_YES)
                return SCREEN_PLAIN;
        text_append(text, "version %s%s%s", *version ? version : "unknown",
                    facts->sensor.enabled == TRI_NO ? ", not enabled" : "",
                    facts->sensor.active == TRI_NO    ? ", not running"
                    : facts->sensor.active == TRI_YES ? ", running"
                                                      : "");
        add_health(&facts->sensor.health, text);
        add_age(facts, text);
        return facts->sensor.active == TRI_NO || facts->sensor.health.healthy == TRI_NO ? SCREEN_WARNING
               : facts->sensor.health.healthy == TRI_YES                                ? SCREEN_GOOD
                                                                                        : SCREEN_PLAIN;
}

static ScreenLevel tenant_row(const Facts *facts, Text *text)
{
        const char *tenant = situation_tenant(facts);

        if (*tenant)
                text_append(text, "%s%s", tenant,
                            facts->sensor.files == TRI_YES ? "" : " (an onboarding file, without a sensor)");
        else if (facts->sensor.files == TRI_YES && facts->sensor.onboarded == TRI_NO)
                text_append(text, "none: not onboarded");
        return SCREEN_PLAIN;
}

static ScreenLevel proxy_row(const Facts *facts, Text *text)
{
        const Proxy *proxy = &facts->proxy;

        if (*proxy->url)
                text_append(text, "%s (%s)", proxy->url, proxy->source);
        else if (*proxy->machine_url)
                text_append(text, "%s (%s)", proxy->machine_url, proxy->machine_source);
        else
                text_append(text, "none");
        return SCREEN_PLAIN;
}

static ScreenLevel azure_row(const Facts *facts, Text *text)
{
        const AzureFacts *azure = &facts->azure;

        if (azure->known == TRI_YES)
                text_append(text, "%s %s%s%s", azure->machine.kind == AZURE_ARC ? "Arc machine" : "virtual machine",
                            azure->machine.name, *azure->machine.location ? " in " : "", azure->machine.location);
        else if (azure->known == TRI_NO)
                text_append(text, "this is no machine of Azure or Azure Arc");
        else if (azure->known == TRI_UNKNOWN)
                text_append(text, "its service does not tell: %s", azure->trouble);
        return azure->known == TRI_UNKNOWN ? SCREEN_UNKNOWN : SCREEN_PLAIN;
}

static ScreenLevel hold_row(const Facts *facts, Text *text)
{
        _cleanup_free_ char *reason = hold_reason_words(&facts->hold);

        if (facts->hold.held == TRI_YES)
                text_append(text, "changes are on hold: %s", reason);
        return SCREEN_WARNING;
}

static const struct {
        const char *name;
        Row *fill;
} rows[] = {
        { "On hold", hold_row },  { "Other products", products_row }, { "Sensor", sensor_row },
        { "Tenant", tenant_row }, { "System", system_row },           { "Kernel", kernel_row },
        { "Memory", memory_row }, { "Packages", manager_row },        { "Proxy", proxy_row },
        { "Azure", azure_row },
};

void check_rows_show(const Screen *screen, const Facts *facts)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(text_clear) Text text = { 0 };
                ScreenLevel level = rows[i].fill(facts, &text);

                if (text.length > 0)
                        screen_row(screen, level, CHECK_ROW_WIDTH, rows[i].name, "%s", text.data);
        }
}
