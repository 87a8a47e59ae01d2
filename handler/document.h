/*
 * document: JSON that the guest agent wrote: a byte order mark is tolerated, a member that stands twice is not.
 *
 * The agent truncates and writes in place, so one that is torn or empty is read again for a moment.
 */
#pragma once

#include "platform/host.h"
#include "platform/json.h"

#define DOCUMENT_SIZE_MAX JSON_SIZE_MAX

/* *ret is NULL when there is no such file, or it holds nothing but blanks or null. ERROR_INPUT: too large, no JSON. */
int document_read(const Host *host, const char *path, Json **ret, Error *err) _must_check_;

/* The same for bytes at hand. */
int document_parse(const char *text, size_t length, Json **ret, Error *err) _must_check_;
