/*
 * apt_source_mend: what of a one-line source list is of no use on this machine, so that it can be taken out and the
 * rest kept. Pure.
 *
 * Foreign format: sources.list(5), one-line style, as apt reads it.
 */
#pragma once

#include "platform/apt_source.h"

typedef struct AptMend {
        char *text;     /* what remains; "" when that would be nothing but comments; the caller frees */
        size_t dropped; /* lines; 0: text is what was there */
        char what[160]; /* the first of them, escaped: "an HTML page "<!DOCTYPE html>"" */
} AptMend;

/*
 * Dropped is what apt cannot parse (any one such line stops apt as a whole), a source below url_prefix that is laid
 * out as wanted's is (DISTRIBUTION/RELEASE/LAST) but for another distribution or release, and one of wanted's place
 * without wanted's component. also_wanted: wanted's place itself, too.
 */
void apt_source_mend(const char *text, size_t length, const char *url_prefix, const AptSource *wanted, bool also_wanted,
                     AptMend *ret);
void apt_mend_clear(AptMend *mend);
