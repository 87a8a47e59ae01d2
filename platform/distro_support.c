#include "platform/distro.h"

#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"

#define NUMBER_MAX 99999
#define PLATFORM_EL "platform:el"

/* --- versions ---------------------------------------------------------------------------------------- */

typedef struct Release {
        int major; /* -1: none is told, or no number */
        int minor; /* -1: none is told */
} Release;

/* The digits at *cursor, which then stands behind them. */
static int take_number(const char **cursor)
{
        unsigned long number;
        char *end;

        if (**cursor < '0' || **cursor > '9')
                return -1;
        number = strtoul(*cursor, &end, 10);
        *cursor = end;
        return number > NUMBER_MAX ? NUMBER_MAX : (int)number;
}

static Release read_release(const char *version)
{
        Release release = { .major = take_number(&version), .minor = -1 };

        if (*version == '.') {
                version++;
                release.minor = take_number(&version);
        } else if (*version) {
                release.major = -1;
        }
        return release;
}

static bool is_exact(const DistroSupport *row)
{
        return strchr(row->version, '.') != NULL;
}

static bool covers_major(const DistroSupport *row, const char *version)
{
        int first = read_release(row->version).major, major = read_release(version).major;

        if (is_exact(row))
                return text_equal(row->version, version);
        return major >= first && major <= (row->until ? row->until : first);
}

static bool reaches(int minor, const char *version)
{
        Release release = read_release(version);

        return release.minor < 0 || release.minor >= minor;
}

/* --- rows -------------------------------------------------------------------------------------------- */

/* Is word one of "a b c"? */
static bool is_among(const char *words, const char *word)
{
        size_t length = strlen(word), n;

        for (; words && *words; words += n + (words[n] == ' ')) {
                n = strcspn(words, " ");
                if (n == length && n > 0 && strncasecmp(words, word, n) == 0)
                        return true;
        }
        return false;
}

static bool is_of(const DistroSupport *row, const char *id)
{
        return text_equal_nocase(row->id, id) || is_among(row->aliases, id);
}

/* The one for this major version, whatever its minor one is. */
static const DistroSupport *find_row(const char *id, const char *version)
{
        size_t i;

        for (i = 0; i < distro_n_rows; i++)
                if (is_of(&distro_rows[i], id) && covers_major(&distro_rows[i], version))
                        return &distro_rows[i];
        return NULL;
}

const DistroSupport *distro_family(const char *id)
{
        size_t i;

        for (i = 0; i < distro_n_rows; i++)
                if (is_of(&distro_rows[i], id))
                        return &distro_rows[i];
        return NULL;
}

const DistroSupport *distro_support(const Distro *distro)
{
        const DistroSupport *row = find_row(distro->id, distro->version);

        return row && reaches(row->minor, distro->version) ? row : NULL;
}

bool distro_has_sensor(const DistroSupport *row, const Distro *distro)
{
        if (*distro->programs && !text_equal(distro->programs, distro->architecture))
                return false;
        if (text_equal(distro->architecture, "x86_64"))
                return true;
        if (!row->arm64 || !text_equal(distro->architecture, "aarch64"))
                return false;
        return !is_of(row, distro->id) || reaches(row->arm64_minor, distro->version);
}

/* --- derivatives ------------------------------------------------------------------------------------- */

static const DistroSupport *find_by_platform(const Distro *distro)
{
        if (!text_starts_with(distro->platform, PLATFORM_EL))
                return NULL;
        return find_row("rhel", distro->platform + strlen(PLATFORM_EL));
}

static const DistroSupport *find_by_codename(const char *codename)
{
        size_t i;

        for (i = 0; *codename && i < distro_n_rows; i++)
                if (text_equal(distro_rows[i].codename, codename))
                        return &distro_rows[i];
        return NULL;
}

/* Ubuntu's say "trixie/sid" and have a codename of their own. */
static const DistroSupport *find_by_debian(const Distro *distro)
{
        if (*distro->ubuntu_codename || !is_among(distro->like, "debian"))
                return NULL;
        return find_row("debian", distro->debian_version);
}

static void tell_row(DistroDerivation *derivation, const DistroSupport *row, const char *what, const char *value)
{
        _cleanup_free_ char *name = distro_row_name(row);

        derivation->row = row;
        snprintf(derivation->text, sizeof(derivation->text), "It is derived from %s (%s %s)", name, what, value);
}

static bool is_like_any(const Distro *distro)
{
        size_t i;

        for (i = 0; i < distro_n_rows; i++)
                if (is_among(distro->like, distro_rows[i].id))
                        return true;
        return false;
}

static const char *or_none(const char *text)
{
        return *text ? text : "none";
}

/* A name of the table's own is derived from nothing, but for releases that the table leaves out. */
void distro_derive(const Distro *distro, DistroDerivation *ret)
{
        const DistroSupport *row;

        *ret = (DistroDerivation){ 0 };
        if (find_row(distro->id, distro->version))
                return;
        if ((row = find_by_platform(distro)))
                tell_row(ret, row, "PLATFORM_ID", distro->platform);
        if (row || distro_family(distro->id))
                return;
        if ((row = find_by_codename(distro->ubuntu_codename)))
                tell_row(ret, row, "UBUNTU_CODENAME", distro->ubuntu_codename);
        else if ((row = find_by_debian(distro)))
                tell_row(ret, row, "/etc/debian_version", distro->debian_version);
        else if (is_like_any(distro))
                snprintf(ret->text, sizeof(ret->text),
                         "It is derived from something supported (ID_LIKE %s), but from no release of that with a "
                         "sensor, "
                         "as far as can be told (PLATFORM_ID %s, UBUNTU_CODENAME %s, /etc/debian_version %s)",
                         distro->like, or_none(distro->platform), or_none(distro->ubuntu_codename),
                         or_none(distro->debian_version));
}

const DistroSupport *distro_derived(const Distro *distro)
{
        DistroDerivation derivation;

        distro_derive(distro, &derivation);
        return derivation.row;
}

const DistroSupport *distro_row(const Distro *distro)
{
        const DistroSupport *row = find_row(distro->id, distro->version);

        return row ? row : distro_derived(distro);
}

/* --- complaints -------------------------------------------------------------------------------------- */

static int compare(Release a, Release b)
{
        if (a.major != b.major)
                return a.major < b.major ? -1 : 1;
        return a.minor < b.minor ? -1 : a.minor > b.minor;
}

static const char *place_of(const char *version, const DistroSupport *oldest, const DistroSupport *newest)
{
        Release release = read_release(version), last = read_release(newest->version);

        if (release.major < 0)
                return "It does not tell its version, as testing and rolling releases do not.";
        if (newest->until)
                last.major = newest->until;
        if (!is_exact(newest))
                last.minor = NUMBER_MAX;
        if (compare(release, read_release(oldest->version)) < 0)
                return "It is older than any that is supported: upgrade it.";
        if (compare(release, last) > 0)
                return "It is newer than any that this version of the extension knows: deploy a newer version of the "
                       "extension, if there is one.";
        return is_exact(newest) ? "Only releases with long-term support have the sensor." : "";
}

const char *distro_complaint(const Distro *distro)
{
        const DistroSupport *oldest = NULL, *newest = NULL;
        size_t i;

        for (i = 0; i < distro_n_rows; i++) {
                if (!is_of(&distro_rows[i], distro->id))
                        continue;
                if (covers_major(&distro_rows[i], distro->version))
                        return "Its minor version is older than the sensor needs: update it.";
                oldest = oldest ? oldest : &distro_rows[i];
                newest = &distro_rows[i];
        }
        return newest ? place_of(distro->version, oldest, newest) : "";
}
