/*
 * process_extension: which VM extension a process was started by: itself or an ancestor runs a program below
 * /var/lib/waagent/PUBLISHER.TYPE-VERSION/, where the guest agent (Azure) and the extension manager (Arc) unpack
 * extensions. For messages and for waiting: what a process says of itself in its arguments is nothing to trust.
 */
#pragma once

#include "platform/process.h"

typedef struct ProcessExtension {
        pid_t pid;
        uint64_t start_time;
        int64_t age_s;    /* -1: unknown */
        char program[64]; /* "mde_installer.sh": the script, or the program; escaped; "": not known any more */
        char name[128];   /* "Publisher.Type", escaped */
        char version[32]; /* "1.0.14.1", escaped */
} ProcessExtension;

/* The program that this process runs, not its ancestors. False: it is not of an extension. */
bool process_extension_read(const Host *host, pid_t pid, ProcessExtension *ret);

/*
 * The nearest of the process and its ancestors, at most 32; else the process itself when it works in an extension's
 * folder. False: neither.
 */
bool process_extension_find(const Host *host, pid_t pid, ProcessExtension *ret);

/* Pure: takes /var/lib/waagent/NAME-VERSION/.../PROGRAM apart, with " (deleted)" at its end or not. */
bool process_extension_parse(const char *path, ProcessExtension *ret);
