#include "platform/packages/dnf_family.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

#define MARK "offer="

static void add_offer(const char *version, const char *id, PackageOffers *ret)
{
        PackageOffer offer = { 0 };

        snprintf(offer.version, sizeof(offer.version), "%s", version);
        snprintf(offer.id, sizeof(offer.id), "%s", id);
        rpm_insert_offer(ret, &offer);
}

bool dnf_offers_parse(const char *text, size_t length, PackageOffers *ret)
{
        const char *cursor = text, *line;
        size_t n;

        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);
                char version[PACKAGE_VERSION_MAX] = "", id[128] = "";

                if (text_starts_with(copy, MARK) && sscanf(copy + strlen(MARK), "%*s %63s %127s", version, id) == 2)
                        add_offer(version, id, ret);
        }
        return ret->n_offers > 0;
}

/* Its headings are the only lines that tell where the columns begin. */
bool yum_offers_parse(const char *text, size_t length, PackageOffers *ret)
{
        _cleanup_free_ char *copy = text_copy_n(text, length);
        char *at = strstr(copy, "Available Packages"), *save = NULL, *word;
        char version[PACKAGE_VERSION_MAX] = "";
        size_t column = 0;

        if (!at)
                return false;
        for (word = strtok_r(at + strlen("Available Packages"), " \r\n\t", &save); word;
             word = strtok_r(NULL, " \r\n\t", &save), column = (column + 1) % 3) {
                if (column == 1)
                        snprintf(version, sizeof(version), "%s", word);
                if (column == 2)
                        add_offer(version, word, ret);
        }
        return ret->n_offers > 0;
}
