/*
 * systemd: units of PID 1, over sd-bus: its private socket first (no D-Bus daemon needed), the system bus else.
 */
#pragma once

#include <stdint.h>

#include "platform/host.h"

typedef struct Systemd Systemd;

/* systemd is PID 1 of this machine. */
bool systemd_is_running(const Host *host);

int systemd_open(Systemd **ret, Error *err) _must_check_;
void systemd_close(Systemd *systemd);
DEFINE_CLEANUP(Systemd *, systemd_close)

/* The number of the release that runs as PID 1, as "252" of "252.39-1~deb12u2"; 0: not known. */
unsigned systemd_version(Systemd *systemd);
unsigned systemd_version_of(const char *words); /* the same of what it calls itself */

typedef struct UnitState {
        char load[32];   /* loaded, not-found, masked ... */
        char active[32]; /* active, activating, inactive, failed ... */
        char sub[32];
        char file[32];     /* enabled, disabled, static, masked ... or "" */
        char result[32];   /* services: success, exit-code, signal ...; or "" */
        unsigned restarts; /* services */
        bool has_restarts; /* systemd counts them; false before 235 */
        pid_t main_pid;
        bool job_pending;
        bool needs_reload; /* its file changed since it was loaded */
} UnitState;

/* A unit that does not exist is no error: load is "not-found". */
int systemd_unit_state(Systemd *systemd, const char *unit, UnitState *ret, Error *err) _must_check_;

/* When a timer elapses next and has elapsed last, since 1970; 0: never, or not known. */
void systemd_timer_times(Systemd *systemd, const char *timer, int64_t *ret_next_s, int64_t *ret_last_s);

/* Units that are being started, and those that are queued for it: one question, however many there are. */
typedef void SystemdVisit(const char *unit, bool running, void *userdata);
int systemd_each_start(Systemd *systemd, SystemdVisit *visit, void *userdata, Error *err) _must_check_;

typedef struct SystemdScope {
        const char *name; /* "x.scope" */
        const char *slice;
        const char *description;
        pid_t pid; /* who moves into it; its children of later follow */
        int stop_signal;
        unsigned stop_s; /* after the signal nobody is killed, and it is waited for so long */
} SystemdScope;

/* Queues the making of a transient one, which goes when nobody is in it any more. */
int systemd_start_scope(Systemd *systemd, const SystemdScope *scope, Error *err) _must_check_;

/* Queue a job; do not wait for it. */
int systemd_start(Systemd *systemd, const char *unit, Error *err) _must_check_;
int systemd_stop(Systemd *systemd, const char *unit, Error *err) _must_check_;
int systemd_reset_failed(Systemd *systemd, const char *unit, Error *err) _must_check_; /* an unknown unit is fine */
int systemd_reload(Systemd *systemd, Error *err) _must_check_;
int systemd_enable(Systemd *systemd, const char *unit, Error *err) _must_check_; /* on disk; no reload */

int systemd_disable(Systemd *systemd, const char *unit, Error *err) _must_check_; /* likewise; not enabled is fine */

/* The last lines (at most n) that a unit wrote to the journal in this boot, escaped, joined with " | "; "" when there
 * are none. Caller frees. */
char *systemd_last_lines(const char *unit, int n);
