/*
 * zypper_xml: the elements of what `zypper --xmlout` prints, as far as they are needed. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/base/error.h"

typedef struct ZypperElement {
        const char *attributes; /* borrowed */
        size_t length;
} ZypperElement;

/* The next <NAME ...> from *cursor on; false: none. One that does not end is none. */
bool zypper_xml_next(const char **cursor, const char *end, const char *name, ZypperElement *ret);

/* Decoded and terminated. ERROR_INPUT: not there, longer than buffer, or no XML. */
int zypper_xml_attribute(const ZypperElement *element, const char *name, char *buffer, size_t size,
                         Error *err) _must_check_;

/* The first <message type="error">: its text, decoded, at most max bytes, escaped. NULL: none. Caller frees. */
char *zypper_xml_error(const char *text, size_t length, size_t max);
