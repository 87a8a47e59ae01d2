/*
 * Runs of digits count as numbers, runs of letters as words, a number is newer than a word; "~" is older than the end
 * of the text, "^" newer than the end and older than anything else.
 */
#include "platform/packages/rpm.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static int sign(int n)
{
        return n < 0 ? -1 : n > 0;
}

static int compare_numbers(const char *a, size_t n_a, const char *b, size_t n_b)
{
        for (; n_a > 0 && *a == '0'; a++)
                n_a--;
        for (; n_b > 0 && *b == '0'; b++)
                n_b--;
        if (n_a != n_b)
                return n_a < n_b ? -1 : 1;
        return sign(strncmp(a, b, n_a));
}

static int compare_words(const char *a, size_t n_a, const char *b, size_t n_b)
{
        int difference = sign(strncmp(a, b, n_a < n_b ? n_a : n_b));

        return difference ? difference : n_a < n_b ? -1 : n_a > n_b;
}

/* Of the marks "~" and "^" at both. 2: neither has one. */
static int compare_marks(const char *a, const char *b)
{
        if (*a == '~' || *b == '~')
                return *a == *b ? 0 : *a == '~' ? -1 : 1;
        if (*a != '^' && *b != '^')
                return 2;
        if (*a == *b)
                return 0;
        if (*a == '^')
                return *b ? -1 : 1;
        return *a ? 1 : -1;
}

static int compare_parts(const char *a, const char *b)
{
        while (*a || *b) {
                size_t n_a, n_b;
                const char *kind;
                int difference;

                a += strcspn(a, DIGITS LETTERS "~^");
                b += strcspn(b, DIGITS LETTERS "~^");
                difference = compare_marks(a, b);
                if (difference == 0) {
                        a++;
                        b++;
                        continue;
                }
                if (difference != 2)
                        return difference;
                if (!*a || !*b)
                        return *a ? 1 : *b ? -1 : 0;
                kind = strspn(a, DIGITS) > 0 ? DIGITS : LETTERS;
                n_a = strspn(a, kind);
                n_b = strspn(b, kind);
                if (n_b == 0)
                        return *kind == '0' ? 1 : -1;
                difference = *kind == '0' ? compare_numbers(a, n_a, b, n_b) : compare_words(a, n_a, b, n_b);
                if (difference)
                        return difference;
                a += n_a;
                b += n_b;
        }
        return 0;
}

typedef struct Parts {
        char epoch[PACKAGE_VERSION_MAX], version[PACKAGE_VERSION_MAX];
        const char *release; /* NULL: none */
} Parts;

static void split(const char *text, Parts *ret)
{
        size_t epoch = strcspn(text, ":");
        char *dash;

        *ret = (Parts){ .epoch = "0" };
        if (text[epoch]) {
                snprintf(ret->epoch, sizeof(ret->epoch), "%.*s", (int)(epoch < 16 ? epoch : 16), text);
                text += epoch + 1;
        }
        snprintf(ret->version, sizeof(ret->version), "%s", text);
        dash = strchr(ret->version, '-');
        if (!dash)
                return;
        *dash = '\0';
        ret->release = dash + 1;
}

int rpm_compare_versions(const char *a, const char *b)
{
        Parts left, right;
        int difference;

        split(a, &left);
        split(b, &right);
        difference = compare_parts(left.epoch, right.epoch);
        if (difference == 0)
                difference = compare_parts(left.version, right.version);
        if (difference == 0 && left.release && right.release)
                difference = compare_parts(left.release, right.release);
        return difference;
}

void rpm_insert_offer(PackageOffers *offers, const PackageOffer *offer)
{
        size_t i = offers->n_offers;

        if (offers->n_offers == PACKAGE_OFFERS_MAX &&
            rpm_compare_versions(offer->version, offers->offers[--i].version) <= 0)
                return;
        for (; i > 0 && rpm_compare_versions(offer->version, offers->offers[i - 1].version) > 0; i--)
                if (i < PACKAGE_OFFERS_MAX)
                        offers->offers[i] = offers->offers[i - 1];
        offers->offers[i] = *offer;
        if (offers->n_offers < PACKAGE_OFFERS_MAX)
                offers->n_offers++;
}

void rpm_keep_offers(PackageOffers *offers, const PackageSource *source)
{
        size_t i, n = 0;

        for (i = 0; source && i < offers->n_offers; i++)
                if (text_equal(offers->offers[i].id, source->id))
                        offers->offers[n++] = offers->offers[i];
        if (source)
                offers->n_offers = n;
}
