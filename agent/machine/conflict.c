/*
 * Permission events alone make a conflict: the kernel waits for whoever asked for them, and two that answer for each
 * other's files wait for each other. Being told of an access afterwards disturbs nobody.
 */
#include "agent/machine/conflict.h"

#include <string.h>

#include "platform/base/text.h"

/* Names are shown up to here, so that what stands behind them is seen too. */
#define SHOWN_PATH_MAX 200
#define SHOWN_NAME_MAX 80

static bool is_below(const char *folder, const char *exe)
{
        _cleanup_free_ char *shown = text_escape(folder, sizeof(((FanotifyHolder *)NULL)->exe));
        size_t length = strlen(shown);

        return length > 1 && strncmp(exe, shown, length) == 0 && exe[length] == '/';
}

static bool is_sensor(const Facts *facts, const FanotifyHolder *holder)
{
        if (holder->foreign)
                return false;
        return is_below(SENSOR_HOME, holder->exe) || is_below(facts->sensor.folder, holder->exe);
}

ConflictKind conflict_kind(const Facts *facts, const FanotifyHolder *holder)
{
        const Product *product = product_find(holder->exe, holder->comm);

        if (is_sensor(facts, holder))
                return CONFLICT_SELF;
        if (holder->permission_bits)
                return product && product->tolerated ? CONFLICT_SUSPICIOUS : CONFLICT_BLOCKING;
        return holder->class == FANOTIFY_NOTIFY ? CONFLICT_LISTENER : CONFLICT_SUSPICIOUS;
}

bool conflict_exists(const Facts *facts)
{
        size_t i;

        for (i = 0; i < facts->fanotify.n_holders; i++)
                if (conflict_kind(facts, &facts->fanotify.holders[i]) == CONFLICT_BLOCKING)
                        return true;
        return false;
}

/* Known by the same product; else by package, by unit, or by program. Those of a container stay apart from ours. */
static bool is_same(const ConflictGroup *group, const Product *product, const FanotifyHolder *holder)
{
        const FanotifyHolder *other = group->holder;

        if (!text_equal(other->container, holder->container) || other->foreign != holder->foreign)
                return false;
        if (group->product || product)
                return group->product == product;
        if (*other->package || *holder->package)
                return text_equal(other->package, holder->package);
        if (*other->exe || *holder->exe)
                return text_equal(other->exe, holder->exe);
        return text_equal(other->comm, holder->comm);
}

static ConflictGroup *find_group(ConflictGroups *groups, const Product *product, const FanotifyHolder *holder)
{
        size_t i;

        for (i = 0; i < groups->n; i++)
                if (is_same(&groups->items[i], product, holder))
                        return &groups->items[i];
        return NULL;
}

void conflict_groups(const Facts *facts, ConflictGroups *ret)
{
        size_t i;

        *ret = (ConflictGroups){ 0 };
        for (i = 0; i < facts->fanotify.n_holders; i++) {
                const FanotifyHolder *holder = &facts->fanotify.holders[i];
                const Product *product = product_find(holder->exe, holder->comm);
                ConflictKind kind = conflict_kind(facts, holder);
                ConflictGroup *group = find_group(ret, product, holder);

                if (kind == CONFLICT_SELF)
                        continue;
                if (!group) {
                        group = &ret->items[ret->n++];
                        *group = (ConflictGroup){ kind, product, holder, 0 };
                }
                if (kind > group->kind) {
                        group->kind = kind;
                        group->holder = holder;
                }
                group->n++;
        }
}

/* So that a cut never parts the bytes of one character. */
static int shown_length(const char *text, size_t max)
{
        size_t length = strnlen(text, max + 1);

        if (length <= max)
                return (int)length;
        for (length = max; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80; length--)
                ;
        return (int)length;
}

static void add(Text *text, const char *label, const char *value, size_t max)
{
        int length = shown_length(value, max);

        if (*value)
                text_append(text, "%s%.*s%s", label, length, value, value[length] ? "..." : "");
}

static void add_program(Text *text, const FanotifyHolder *holder)
{
        const char *slash = strrchr(holder->exe, '/');

        add(text, "", *holder->exe ? holder->exe : "a program that cannot be named", SHOWN_PATH_MAX);
        text_append(text, " (pid %d", (int)holder->pid);
        if (!slash || !text_equal(slash + 1, holder->comm))
                add(text, ", named ", holder->comm, SHOWN_NAME_MAX);
}

void conflict_describe(const ConflictGroup *group, char text[CONFLICT_TEXT_MAX])
{
        const FanotifyHolder *holder = group->holder;
        _cleanup_(text_clear) Text words = { 0 };

        if (group->product)
                text_append(&words, "%s: ", group->product->name);
        add_program(&words, holder);
        add(&words, ", unit ", holder->unit, SHOWN_NAME_MAX);
        add(&words, ", package ", holder->package, SHOWN_NAME_MAX);
        add(&words, ", container ", holder->container, SHOWN_NAME_MAX);
        if (holder->foreign && !*holder->container)
                text_append(&words, ", in a namespace of its own");
        if (holder->deleted)
                text_append(&words, ", its file was replaced or removed since it started");
        text_append(&words, ")");
        if (group->n > 1)
                text_append(&words, " and %zu more of its processes", group->n - 1);
        snprintf(text, CONFLICT_TEXT_MAX, "%s", words.data);
}
