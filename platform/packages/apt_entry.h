/*
 * apt_entry: the entries of a list of sources, one after the other. Pure.
 *
 * Foreign format: sources.list(5), one-line style and deb822 style, as apt reads them. What cannot be read is passed
 * over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A stanza or line of a file: words separated by blanks; NULL: absent. */
typedef struct AptEntry {
        char *types, *uris, *suites, *components, *signed_by, *enabled, *trusted, *insecure, *architectures;
        bool stanza;
        unsigned trusted_line, insecure_line; /* in which they stand, from 1 */
} AptEntry;

/* True: this is it, no more are wanted. The entry is borrowed. */
typedef bool AptEntryFound(const AptEntry *entry, void *userdata);

/* stanzas: deb822 style. Did found() say so? */
bool apt_entries_find(const char *text, size_t size, bool stanzas, AptEntryFound *found, void *userdata);
