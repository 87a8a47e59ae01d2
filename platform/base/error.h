/*
 * error: one failure, as a value: nothing to free, copied at will.
 *
 * A function that can fail returns 0, or -1 with *err filled; what it was to return is untouched
 * then. Absence (no such file where there may be none) is a value, never an error. Whoever can act
 * decides; nobody logs and returns. Text is one sentence for an operator: no newline, no secret.
 */
#pragma once

#include <stdbool.h>

#include "platform/base/cleanup.h"

typedef enum ErrorKind {
        ERROR_NONE,
        ERROR_INPUT,   /* what we were given is wrong */
        ERROR_TRUST,   /* signature, key, certificate, ownership */
        ERROR_DENIED,  /* permission */
        ERROR_MISSING, /* a file or object that had to be there */
        ERROR_BUSY,    /* held by somebody else: waiting may help */
        ERROR_NETWORK, /* unreachable, or answered with a failure: trying again may help */
        ERROR_TIMEOUT, /* our own deadline */
        ERROR_STOPPED, /* we were asked to stop */
        ERROR_COMMAND, /* a program ended with a failure */
        ERROR_SPACE,   /* disk or quota full */
        ERROR_IO,      /* anything else the kernel says */
        _ERROR_KIND_MAX
} ErrorKind;

#define ERROR_TEXT_MAX 768

typedef struct Error {
        ErrorKind kind;
        int errnum; /* errno, or 0 */
        char text[ERROR_TEXT_MAX];
} Error;

/* Fills *err (may be NULL) and returns -1. */
int error_set(Error *err, ErrorKind kind, const char *format, ...) _printf_(3, 4);

/* The same with kind and trailing words taken from errnum. */
int error_errno(Error *err, int errnum, const char *format, ...) _printf_(3, 4);

/* Puts "words: " before the text, on the way up; returns -1. */
int error_prefix(Error *err, const char *format, ...) _printf_(2, 3);

const char *error_kind_name(ErrorKind kind);
