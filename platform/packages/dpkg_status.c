/*
 * Foreign format: stanzas of "Name: value" lines with an empty line between them; "Status: WANTED FLAG STATE".
 */
#include "platform/packages/apt.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define STATUS_FILE "/var/lib/dpkg/status"
#define STATUS_MAX (64u * 1024 * 1024)

/* Of the stanza that is read. */
typedef struct Stanza {
        bool wanted;
        char status[64];
        char version[PACKAGE_VERSION_MAX];
} Stanza;

static PackageState state_of(const char *status)
{
        static const struct {
                const char *word;
                PackageState state;
        } states[] = {
                { "not-installed", PACKAGE_ABSENT },       { "config-files", PACKAGE_CONFIG_FILES },
                { "installed", PACKAGE_INSTALLED },        { "triggers-awaited", PACKAGE_INSTALLED },
                { "triggers-pending", PACKAGE_INSTALLED }, { "unpacked", PACKAGE_BROKEN },
                { "half-installed", PACKAGE_BROKEN },      { "half-configured", PACKAGE_BROKEN },
        };
        char flag[16] = "", word[32] = "";
        size_t i;

        if (sscanf(status, "%*31s %15s %31s", flag, word) != 2)
                return PACKAGE_UNKNOWN;
        if (text_equal(flag, "reinstreq"))
                return PACKAGE_BROKEN;
        for (i = 0; i < ELEMENTSOF(states); i++)
                if (text_equal(word, states[i].word))
                        return states[i].state;
        return PACKAGE_UNKNOWN;
}

/* The value when the line is "NAME: value". */
static bool take(const char *line, size_t length, const char *name, char *buffer, size_t size)
{
        size_t n = strlen(name);

        if (length <= n + 1 || memcmp(line, name, n) != 0 || line[n] != ':')
                return false;
        snprintf(buffer, size, "%.*s", (int)(length - n - 1), line + n + 1);
        text_trim(buffer);
        return true;
}

static void read_line(const char *line, size_t length, const char *package, Stanza *stanza)
{
        char name[128];

        if (take(line, length, "Package", name, sizeof(name)))
                stanza->wanted = text_equal(name, package);
        else if (!take(line, length, "Status", stanza->status, sizeof(stanza->status)))
                take(line, length, "Version", stanza->version, sizeof(stanza->version));
}

/* False: it has no stanza. */
static bool find(const char *text, size_t length, const char *package, Stanza *stanza)
{
        const char *cursor = text, *line;
        size_t n;

        *stanza = (Stanza){ 0 };
        while (text_next_line(&cursor, text + length, &line, &n)) {
                if (n > 0)
                        read_line(line, n, package, stanza);
                else if (stanza->wanted)
                        return true;
                else
                        *stanza = (Stanza){ 0 };
        }
        return stanza->wanted;
}

int dpkg_state_of_image(const Host *host, const char *package, PackageState *ret_state,
                        char version[PACKAGE_VERSION_MAX], Error *err)
{
        _cleanup_free_ char *text = NULL, *shown = NULL;
        size_t length = 0;
        Stanza stanza;

        if (fs_read(host, STATUS_FILE, STATUS_MAX, &text, &length, err) < 0)
                return -1;
        if (!text)
                return error_set(err, ERROR_MISSING, "there is no " STATUS_FILE);
        if (length > 0 && !text_starts_with(text, "Package:"))
                return error_set(err, ERROR_INPUT, STATUS_FILE " is no list of packages");
        version[0] = '\0';
        *ret_state = PACKAGE_ABSENT;
        if (!find(text, length, package, &stanza))
                return 0;
        *ret_state = state_of(stanza.status);
        shown = text_escape(stanza.version, PACKAGE_VERSION_MAX - 8);
        snprintf(version, PACKAGE_VERSION_MAX, "%s", shown);
        return 0;
}
