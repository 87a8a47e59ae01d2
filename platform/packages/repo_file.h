/*
 * repo_file: the sections of a .repo file, one after the other. Pure.
 *
 * Foreign format: yum.conf(5), dnf.conf(5) and zypper's repository files. Where these readers differ, what one of them
 * cannot read is bad. Names of options are case-sensitive; the last of equal ones counts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/base/cleanup.h"

#define REPO_OPTIONS_MAX 64

typedef struct RepoOption {
        char *name;
        char *value; /* continuation lines joined by newlines; blanks at both ends cut */
} RepoOption;

typedef struct RepoSection {
        const char *start, *end; /* in the text; comments after it belong to it */
        char *id;                /* NULL: what stands before the first section */
        RepoOption options[REPO_OPTIONS_MAX];
        size_t n;
        char *bad; /* the first line that is none of it; NULL: all are */
} RepoSection;

void repo_section_clear(RepoSection *section);

/* The next one; its strings are the caller's (repo_section_clear), start and end borrowed. False at the end. */
bool repo_section_next(const char **cursor, const char *end, RepoSection *ret);

/* NULL: it is not there. */
const char *repo_section_get(const RepoSection *section, const char *name);

/* In place of what it has by that name. Without effect when there is no room for another name. */
void repo_section_set(RepoSection *section, const char *name, const char *value);

/* The next word of a list: blanks, commas and newlines stand between them. NULL: no more. */
const char *repo_word_next(const char **cursor, size_t *ret_length);

/* As dnf and zypper take it: 0, no, false, off; 1, yes, true, on; in any case. Anything else is usual. */
bool repo_section_is(const RepoSection *section, const char *name, bool usual);
