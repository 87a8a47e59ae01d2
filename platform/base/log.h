/*
 * log: one line an event, to the handler's log file and to the journal.
 *
 * platform/ logs at debug only, agent/ as a step starts and ends, handler/ alone logs errors.
 * Lines are UTC, control characters are escaped; never settings, tokens or whole URLs with a query.
 * The file is rotated once when it passes LOG_FILE_MAX bytes (NAME -> NAME.1).
 */
#pragma once

#include <stdbool.h>

#include "platform/base/cleanup.h"
#include "platform/base/error.h"

typedef enum LogLevel { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG } LogLevel;

#define LOG_FILE_MAX (4 * 1024 * 1024)

/* A further place for lines: the journal. Must not log itself. */
typedef void LogSink(LogLevel level, const char *line);

/* Appends to path from now on (created 0640); lines before it go to the sinks only. */
int log_open(const char *path, Error *err) _must_check_;
void log_close(void);
void log_add_sink(LogSink *sink);

void log_line(LogLevel level, const char *format, ...) _printf_(2, 3);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
