/*
 * clearsigned: takes apart a text with its signature in one file (RFC 4880, 7), so that the two can be verified like
 * any file and its signature. Pure.
 *
 * Strict: nothing stands before, behind or between, there is one signature block, and no line is escaped: what is
 * verified is every byte that is then read.
 */
#pragma once

#include "platform/base/error.h"
#include "platform/base/text.h"

/* Both are the caller's to clear. ERROR_INPUT says what stands there instead. */
int clearsigned_split(const char *text, size_t length, Text *ret_text, Text *ret_signature, Error *err) _must_check_;
