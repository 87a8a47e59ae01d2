/*
 * process_start: how process.c brings a program to life: found, forked, executed, without ever waiting for it.
 */
#pragma once

#include "platform/process.h"

/* The path to execute; NULL: there is no such program. Caller frees. */
char *process_find(const char *name);

/*
 * Forks and executes; returns while the execution may still be under way, or hang. stdout and stderr go to output_fd.
 * *ret_exec_fd, which never blocks: an int errno once the program could not be executed, nothing once it was.
 */
int process_start(const char *path, const ProcessSpec *spec, int output_fd, pid_t *ret_pid, int *ret_exec_fd,
                  Error *err) _must_check_;

/* A pipe whose read end never blocks; the write end does, as programs expect. */
int process_pipe(int *ret_read, int *ret_write, Error *err) _must_check_;
