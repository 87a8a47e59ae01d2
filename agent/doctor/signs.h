/*
 * signs: what the doctor looks at: the machine's facts, the extension and its guest agent, locks, the network. Data
 * only; what could not be learnt is UNKNOWN, what was not to be looked at NOT_ASKED. All texts are escaped.
 */
#pragma once

#include "agent/azure/security.h"
#include "agent/facts.h"
#include "agent/guest/extension.h"
#include "agent/onboarding/endpoints.h"
#include "agent/outcome.h"
#include "agent/request.h"

#define SIGNS_TEXT_MAX 512

/* Azure's guest agent, or Arc's extension manager. */
typedef struct GuestSigns {
        bool vm, arc;                      /* files tell that it is a machine of Azure, of Arc */
        Tri seen;                          /* its folders could be looked into */
        Tri installed;                     /* its unit is there */
        Tri running;                       /* that unit is active, or about to be */
        char unit[64];                     /* by which name */
        char unit_state[64];               /* "inactive" */
        Tri extensions_on;                 /* its configuration lets it run extensions */
        char configuration[128];           /* the file, when extensions_on is NO */
        Tri allowed;                       /* its policy lets it run ours */
        bool policy_wrong;                 /* it denies everything, as it is not valid */
        char policy[SIGNS_TEXT_MAX];       /* the file, and why it does not or cannot be told; "" when allowed is YES */
        Tri wanted;                        /* the newest goal state that is kept names the extension */
        char trouble[SIGNS_TEXT_MAX];      /* the last complaint of its log about the extension; "": none */
        char goal_trouble[SIGNS_TEXT_MAX]; /* the last complaint about reaching Azure itself; "": none since it worked
                                            */
        char log[128];                     /* the log that was read; "": none could be */
} GuestSigns;

/* What of the extension is on this machine: of the newest version. */
typedef struct ExtensionSigns {
        Tri there;
        char folder[256], version[32];
        char state[32];                /* as the guest agent says: "Enabled"; "": not known */
        char reported[SIGNS_TEXT_MAX]; /* what the guest agent tells Azure of it, when it is not well; of one that it
                                          could not even unpack, too; "": nothing */
        int sequence;                  /* -1: none, or, where there is no extension, the last run was by hand */
        Tri told;                      /* there is a status of that sequence, and it could be read */
        char trouble[256];             /* how that status is damaged; "" it is not */
        char status[32], message[OUTCOME_TEXT_MAX];
        ReasonId reason; /* of that status; NONE: none, or one that is not known */
        Tri working;     /* somebody is at work: a worker, or a person's run */
        pid_t worker;
        char doing[SIGNS_TEXT_MAX]; /* "" unknown */
        Tri died;                   /* there was one, and it ended without a word */
        Tri waiting;                /* a request waits behind it */
        Tri fulfilled;              /* the last request was met once */
        char tenant[37];            /* of that request; "": not known */
        int64_t ended_s;            /* when it first ended so, since 1970; 0: not known */
} ExtensionSigns;

typedef struct LockSigns {
        Tri held;
        char holder[SIGNS_TEXT_MAX]; /* who, since when */
} LockSigns;

/* Something that a sensor or its installation has to reach. */
typedef struct ReachSign {
        char host[PROXY_SERVER_MAX];
        char what[96];
        bool needed;
        Tri reached;
        char stage[16];            /* when not: "DNS", "TCP", "TLS", "HTTP" */
        bool proxy_failed;         /* the proxy was in the way */
        bool intercepted;          /* somebody on the way opens the connection */
        bool around;               /* the machine's own proxy, of which the sensor does not know, leads there */
        int64_t starts_in_s;       /* its certificate is valid only so long from now; 0: that is not it */
        char said[SIGNS_TEXT_MAX]; /* what was met */
} ReachSign;

#define SIGNS_REACH_MAX (ENDPOINTS_MAX + 1)

typedef struct NetworkSigns {
        Tri asked; /* NO: it could not be asked, and trouble says why; NOT_ASKED: it was not to be */
        char trouble[SIGNS_TEXT_MAX];
        ReachSign reach[SIGNS_REACH_MAX]; /* the package server first */
        size_t n;
        bool endpoints_known; /* an onboarding package tells which they are */
        char geo[64];
        char proxy[PROXY_URL_MAX]; /* of the machine, where the endpoints were reached only around the sensor's way */
        Tri has_clock;
        int64_t clock_skew_s; /* our clock minus the package server's */
} NetworkSigns;

typedef struct SourceSigns {
        Tri weak;        /* the package manager's entry for the sensor's repository is wrong, or not checked */
        ReasonId reason; /* NONE: the vendor's own file, which a run sets up anew */
        char found[SIGNS_TEXT_MAX];
} SourceSigns;

typedef struct Signs {
        const Request *asked; /* set before signs_gather(); borrowed: what the extension's settings allow and want;
                                 NULL: not known */
        Failure unreadable;   /* set before, too: why what is asked cannot be read; NONE: it can, or is not ours to */
        bool site_hidden;     /* likewise: who looks may not read the site's configuration */
        bool root;            /* who looks */
        const char *call;     /* how this program is called; set before signs_gather(); borrowed */
        bool live;            /* the running machine, not an image */
        bool offline;         /* the network was not to be asked */
        const char *identity; /* of several, by which Azure is asked; borrowed; NULL */
        Facts facts;
        GuestSigns guest;
        ExtensionSigns extension;
        LockSigns locks;
        SourceSigns sources;
        NetworkSigns network;
        AzureSecurity cloud; /* by its own identity */
} Signs;

void signs_clear(Signs *signs);

/* *ret is zero, but for its identity. Never fails. About as long as a second look and, unless offline, the slowest of
 * the hosts asked. */
void signs_gather(const Host *host, bool offline, Deadline deadline, Signs *ret);

/* Its parts, by file. */
void signs_guest_look(const Host *host, GuestSigns *ret);
void signs_sources_look(const Host *host, const Facts *facts, SourceSigns *ret);
void signs_locks_look(const Host *host, const Facts *facts, LockSigns *ret);
void signs_network_look(const Host *host, const Signs *signs, Deadline deadline, NetworkSigns *ret);
/* identity: as AzureTokenAsk.identity */
void signs_cloud_look(const Host *host, const Signs *signs, Deadline deadline, AzureSecurity *ret);

/* Of what is on the machine, what matters here. Pure. */
void signs_extension_take(const Extension *extension, ExtensionSigns *ret);

/* One line of a guest agent's log. Pure. */
void signs_guest_log_line(const char *line, size_t length, GuestSigns *ret);

/* A policy file of the guest agent; file: its name, escaped. Pure. */
void signs_guest_policy(const char *file, const char *text, size_t length, GuestSigns *ret);
