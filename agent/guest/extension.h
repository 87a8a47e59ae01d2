/*
 * extension: what of the extension is on this machine, and what it was told: read only, bounded, below Host.root.
 *
 * Plain data. Texts are escaped. What the files of an image cannot tell (who runs, when a timer elapses) is UNKNOWN
 * there, and so is what only root may read; what is not there is NO.
 *
 * Foreign formats, the guest agent's: folders EXTENSION_LIBRARY/NAME-VERSION with config/N.settings,
 * config/HandlerState (a word: NotInstalled, Installed, Enabled, FailedUpgrade), config/HandlerStatus
 * ({"status": "Ready", "code": 0, "message": ...}), status/N.status (handler/status.h). Arc's extension manager uses
 * the same folders; the last two files of config need not be there.
 */
#pragma once

#include "agent/guest/extension_run.h"
#include "agent/guest/extension_status.h"
#include "agent/guest/places.h"

typedef enum GuestAgent {
        GUEST_AGENT_NONE,
        GUEST_AGENT_AZURE, /* of a VM: waagent */
        GUEST_AGENT_ARC,   /* Arc's extension manager */
} GuestAgent;

#define EXTENSION_FOLDERS_MAX 8
#define EXTENSION_RUNS_MAX 32

/* A handler's folder: one version. */
typedef struct ExtensionFolder {
        char path[512];
        char version[41];
        Tri unpacked;   /* HandlerManifest.json lies in it: a folder without is the guest agent's note of a failure */
        char state[32]; /* HandlerState; "" not told */
        char reported[32]; /* HandlerStatus: Ready, NotReady, Installing, Unresponsive; "" not told */
        int64_t reported_code;
        char reported_message[512];
        int sequence;           /* of the settings that were written last; -1: there are none */
        int64_t settings_s;     /* when they were written, since 1970; 0: there are none */
        Tri enabled;            /* by state: YES Enabled, NO another word, UNKNOWN not told */
        ExtensionStatus status; /* what was told under sequence */
} ExtensionFolder;

typedef struct Extension {
        GuestAgent agent;
        Tri visible; /* YES: EXTENSION_LIBRARY could be read, or there is none; NO: there it is, and only root may */
        ExtensionFolder *folders; /* owned; the newest version first; at most EXTENSION_FOLDERS_MAX */
        size_t n_folders;

        struct {
                Tri present;
                char path[64];    /* PROGRAM, or PROGRAM_PACKAGED */
                Tri packaged;     /* a deb or rpm of ours has brought one */
                char version[41]; /* "": not known. An image's is never run */
        } program;

        ExtensionState state;
        ExtensionRun *runs; /* owned; the one that was written last first; at most EXTENSION_RUNS_MAX */
        size_t n_runs;
        ExtensionRecheck recheck;
} Extension;

/* Never fails. Starts nothing but PROGRAM, for its version, when that is not ourselves. */
void extension_look(const Host *host, Extension *ret);
void extension_clear(Extension *extension);

/* The folder that counts: whose request ended last or is worked on, else the newest that is unpacked; NULL: none. */
const ExtensionFolder *extension_folder(const Extension *extension);

/* NULL: no run of that sequence (HISTORY_BY_HAND: by hand) is remembered. */
const ExtensionRun *extension_run(const Extension *extension, int sequence);

/* extension_state_is_busy() of its state. */
Tri extension_is_busy(const Extension *extension);
