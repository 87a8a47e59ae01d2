/*
 * apt_source: the row source_format_apt of source_format.h, and its parts for each other and for their tests. Pure but
 * for the readers.
 *
 * Foreign formats: sources.list(5), one-line style and deb822 style, as apt reads them.
 */
#pragma once

#include "platform/packages/source_format.h"

/* Exactly one "deb" line beside comments and blanks; options only arch= and signed-by= (an absolute path below
 * /usr/share/keyrings or /etc/apt/keyrings); URI https; suite, component and path of plain characters. */
int apt_source_parse(const char *text, size_t length, const char *url_prefix, PackageSource *ret,
                     Error *err) _must_check_;

/* As Debian calls it, by what uname says. */
const char *apt_source_architecture(const char *architecture);

/* One deb line for this architecture (as uname says) with signed-by, after a comment that says who wrote it. Caller
 * frees. */
char *apt_source_line(const PackageSource *source, const char *architecture);

/* In /etc/apt/sources.list and sources.list.d (*.list, *.sources). */
int apt_source_find(const SourceFormat *format, const Host *host, const PackageSource *like, const char *beside,
                    bool *ret_found, PackageSource *ret, Error *err) _must_check_;
int apt_source_find_unverified(const SourceFormat *format, const Host *host, const PackageSource *like, bool *ret_found,
                               PackageSource *ret, Error *err) _must_check_;
bool apt_source_find_in(const Host *host, const char *file, const PackageSource *like, PackageSource *ret);

/* Of one-line lists: any line that apt cannot parse stops it as a whole. wanted->component "": any will do. */
void apt_source_mend(const char *text, size_t length, const PackageSource *wanted, bool also_wanted, SourceMend *ret);
bool apt_source_misplaced(const char *text, size_t length, const char *url_prefix, const PackageSource *wanted,
                          size_t n, PackageSource *ret);
