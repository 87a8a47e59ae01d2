/*
 * standing: whether this machine is onboarded as it was asked, in one sentence, and if not, why and what to do. Pure.
 */
#pragma once

#include "agent/guest/extension.h"
#include "agent/plan.h"

typedef enum StandingVerdict {
        STANDING_AS_ASKED,     /* onboarded, and nothing that is known of what was asked says otherwise */
        STANDING_NOT_AS_ASKED, /* not onboarded, or not as asked */
        STANDING_UNKNOWN,
} StandingVerdict;

/* A tag that is not as asked; escaped. */
typedef struct AskedTag {
        char key[64];
        char is[300]; /* "": the sensor has none */
        char wanted[300];
} AskedTag;

/* What the extension asks, compared with the machine. */
typedef struct Asked {
        Tri known; /* NOT_ASKED: there is no extension; UNKNOWN: unreadable says why, or we are not root */
        Failure unreadable;
        Plan plan; /* of a first look */
        AskedTag tags[PLAN_TAGS];
        size_t n_tags;
        bool cut_off;  /* an earlier run was, and the next one puts right what it had begun */
        bool starting; /* the daemon starts, all else is as it was when this was met */
} Asked;

typedef struct Standing {
        StandingVerdict verdict;
        char headline[300];
        Failure failure;  /* the reason, when one of agent/reasons.h is known; its words are why and remedy */
        char why[1200];   /* "" none; as asked: why its sensor is not well */
        char remedy[600]; /* "" nothing */
} Standing;

/*
 * live: Facts are of the running machine; call: NULL when whoever looked is root, else how this program is called, for
 * who has to ask again as root.
 */
void standing_judge(const Facts *facts, const Extension *extension, const Asked *asked, bool live, const char *call,
                    Standing *ret);

/* When the extension told once more, after the end of this run of its, that it ended so (an enable that found all as it
 * was); since 1970, 0: not since then. */
int64_t standing_confirmed_s(const Extension *extension, const ExtensionRun *run);

/* What the extension asks was refused when it was last tried: nothing of it is going to be done before that is mended.
 * Where facts tell that it was, it is not refused any more. */
bool standing_is_refused(const Facts *facts, const Extension *extension, const Asked *asked);

/* The run that speaks for the machine now: of the extension's present sequence, or one by hand after it. NULL: none. */
const ExtensionRun *standing_run(const Extension *extension);
