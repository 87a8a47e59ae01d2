/*
 * mission: a request that is carried out on this machine, as its steps see it: what is asked, what is so, and whom to
 * tell. mission_run.h carries it out.
 */
#pragma once

#include "agent/facts.h"
#include "agent/machine/proxy_use.h"
#include "agent/outcome.h"
#include "agent/plan.h"
#include "agent/request.h"
#include "platform/flush.h"

typedef struct Mission {
        const Host *host;
        const Request *request;
        Deadline deadline; /* for all that waiting can mend; a running transaction is waited for beyond it */
        bool dry_run;
        bool fulfilled;            /* history: this very request was met before */
        Tri blind;                 /* see facts.h */
        char fulfilled_org[37];    /* history: with a package of this tenant; "" without one */
        char unmet_org[37];        /* history: see facts.h */
        Refused refused;           /* history: what the sensor refused it before; and what it refuses now */
        const char *installer_log; /* where the package manager's output goes; appended */

        /* The outcome so far: as a step starts, when the words change, and at least every few seconds while waiting. */
        void (*on_progress)(const Outcome *outcome, void *userdata);
        /* A change of the sensor's protection or identity, once it was made. All texts are escaped, none is a secret.
         */
        void (*on_change)(const char *what, const char *before, const char *after, void *userdata);
        /* Why it is to end: REASON_NONE to go on. */
        ReasonId (*why_stop)(void *userdata);
        void *userdata;

        /* Filled as it runs; cleared by the caller: mission_clear. Not to be copied from then on. */
        struct {
                Request request; /* with what the sources of the onboarding package gave; then request points here */
                OnboardingPackage onboarding;
                char came_by[OUTCOME_TEXT_MAX];
        } completed;
        Facts facts;                   /* of the last look; look LOOK_FIRST: it did not come to one */
        const PackageManager *manager; /* of the last look; NULL: this machine has none that is known */
        PackageSource source;          /* where the package comes from, once the repository step knows; else "" */
        struct {
                char path[128]; /* our verified copy of the request's packageFile; "": it asks for none */
                char version[PACKAGE_VERSION_MAX];
        } file;
        bool downloaded; /* the repository step fetched the package along with its list */
        Flush *flush; /* the package is installed, and on its way to the disk: the journal stands until it is there */
        bool judged;  /* what was downloaded is signed by a key that is trusted for it: redone only by such a one */
        bool judged_by_sole; /* there is but one such key here: the package manager knows it already */
        ProxyUse proxy;      /* borrows from request and facts */
        Plan plan;
        bool undone;
        bool acted;
        Deadline patience; /* with those whose turn is a courtesy (steps_wait_for_turn); 0: nobody was met yet */
        Outcome *outcome;
        const char *stage;
        bool clock_told;
        int64_t clock_skew_s; /* our clock minus the repository's, when it told */
        char left_tenant[37]; /* what the sensor was made to leave, until it is licensed in another; "" else */
        bool overdue;         /* a terminal error was told while a transaction goes on: it stands until the end */
} Mission;

void mission_clear(Mission *mission);

/* Tells the outcome as it is now. */
void mission_tell(Mission *mission);

/* For steps: what is done now. */
void mission_say(Mission *mission, const char *format, ...) _printf_(2, 3);

/*
 * For steps, when a wait ended and between steps: whether this run is to end, because of newer settings, a hold, a
 * stop. Then *failure says which, and found "It ended WHERE.", as format says.
 */
bool mission_is_to_end(const Mission *mission, Failure *failure, const char *format, ...) _printf_(3, 4);

/* For steps: how far what was said last is, in bytes. */
void mission_far(Mission *mission, int64_t done, int64_t total);

/* For steps: something that protects or identifies this machine was changed: passive mode, proxy, a tag ... */
void mission_changed(Mission *mission, const char *what, const char *before, const char *after);

/* For steps: the deadline passed inside a transaction: a terminal error is told, and the mission goes on. */
void mission_say_overdue(Mission *mission, const char *found);

/* For steps: the package server or the mirror that stands for it, no trailing slash. */
const char *mission_packages_url(const Mission *mission);

/* For steps: how the package manager is run: its progress is told, its transactions are remembered across a crash. */
PackageRun mission_package_run(Mission *mission);
