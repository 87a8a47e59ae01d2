/*
 * diagnose: why this machine is not (shown as) onboarded: the table of causes against the signs. Pure.
 *
 * A cause is found, not found, could not be seen, or was not to be looked at. Those found come in order of likelihood;
 * what keeps an installation from succeeding comes after what kept it from being tried.
 */
#pragma once

#include "agent/doctor/signs.h"
#include "agent/judge.h"

typedef enum Finding {
        FINDING_NO,
        FINDING_YES,
        FINDING_UNSEEN,    /* it could not be told */
        FINDING_NOT_ASKED, /* it was not to be looked at, or has no meaning here */
} Finding;

typedef enum CauseGroup {
        GROUP_CLOUD,
        GROUP_GUEST,
        GROUP_EXTENSION,
        GROUP_MACHINE,
        GROUP_OTHERS,
        GROUP_PACKAGES,
        GROUP_NETWORK,
        GROUP_SENSOR,
        GROUP_TENANT,
        _GROUP_MAX
} CauseGroup;

#define CAUSE_WHY_MAX 1200
#define CAUSE_REMEDY_MAX 600

/* What a look found beside its answer. */
typedef struct CauseFound {
        char why[CAUSE_WHY_MAX];
        ReasonId reason;    /* its words, and its id, in place of the cause's own; NONE: the cause has them */
        const char *remedy; /* in place of either's; static; NULL: these fit */
} CauseFound;

/* *found is empty at first. */
typedef Finding CauseLook(const Signs *signs, CauseFound *found);

typedef struct Cause {
        const char *id; /* its words' (cause_words.h); of one that speaks by reasons only, for the table */
        CauseGroup group;
        bool known;      /* to know, not a fault: it is told, and keeps nothing from being well */
        bool of_attempt; /* it matters to an attempt: where none was made, what kept that away comes first */
        bool fallback;   /* looked for only when no fault was found before it in the table */
        CauseLook *look;
} Cause;

/* In order of likelihood. */
extern const Cause causes[];
extern const size_t causes_n;

typedef struct DiagnosisCause {
        const char *id, *what; /* static */
        CauseGroup group;
        bool known;
        char why[CAUSE_WHY_MAX];
        char remedy[CAUSE_REMEDY_MAX]; /* with the guest agent's unit, where that is known */
} DiagnosisCause;

#define DIAGNOSIS_MAX 32
#define DIAGNOSIS_UNSEEN_MAX 8
#define UNSEEN_HOW_MAX 400

typedef struct Diagnosis {
        DiagnosisCause causes[DIAGNOSIS_MAX]; /* most likely first, those to know last */
        size_t n, n_faults;
        Finding groups[_GROUP_MAX];            /* YES: a fault in it; NO: it is fine; else it was not (all) seen */
        char fine[_GROUP_MAX][SIGNS_TEXT_MAX]; /* of a fine one: what is so; "" when there is nothing to say */
        struct {
                char what[SIGNS_TEXT_MAX];
                char how[UNSEEN_HOW_MAX]; /* to see it */
        } unseen[DIAGNOSIS_UNSEEN_MAX];
        size_t n_unseen;
        bool onboarded; /* the sensor itself says that it is licensed */
} Diagnosis;

void diagnose(const Signs *signs, Diagnosis *ret);

const char *cause_group_name(CauseGroup group); /* "guest agent" */

/* COMMAND_DONE, COMMAND_NOT_AS_ASKED, COMMAND_UNKNOWN. */
int diagnosis_exit_code(const Diagnosis *diagnosis);

/* A package is still to be had, and nobody has said that it comes from elsewhere than the vendor. */
bool signs_want_vendor_s_server(const Signs *signs);

/* The looks of the table, by file. */
CauseLook look_plan_off, look_integration_off, look_linux_out, look_not_deployed, look_deployment_failed;
CauseLook look_deploying, look_shown_failed, look_other_subscription, look_other_on_purpose;
CauseLook look_extensions_off, look_policy, look_guest_missing, look_guest_stopped, look_guest_down;
CauseLook look_not_wanted, look_guest_trouble, look_arc_trouble, look_never_came;
CauseLook look_working, look_hold, look_held_but_well, look_waiting, look_died, look_disabled;
CauseLook look_unreadable, look_not_installed, look_failed, look_failed_then, look_nothing_asked;
CauseLook look_systemd, look_distribution, look_fitness, look_conflict, look_advice;
CauseLook look_locked, look_busy, look_broken, look_not_whole, look_sources;
CauseLook look_intent, look_unusable, look_unit_failed, look_unit_off, look_silent, look_expired;
CauseLook look_definitions, look_old_definitions, look_loading;
CauseLook look_unhealthy, look_isolated, look_passive, look_expires_soon, look_no_sensor;
CauseLook look_offboarding_file, look_tenant, look_not_onboarded, look_no_licence, look_unproven;
CauseLook look_copy, look_stale_tag;
CauseLook look_clock, look_interception, look_own_proxy, look_proxy, look_package_server, look_endpoints;
CauseLook look_network;

/* For looks: "found" with these words. */
Finding cause_found(CauseFound *found, const char *format, ...) _printf_(2, 3);
Finding cause_reason(CauseFound *found, ReasonId reason, const char *format, ...) _printf_(3, 4);

/* What a judge refuses on this machine, were a sensor asked for in its own tenant. */
Finding cause_judged(const Signs *signs, Judge *judge, CauseFound *found);

/* The same judge's note of that name; false: none. */
bool cause_noted(const Signs *signs, Judge *judge, const char *name, CauseFound *found);

/* Azure has said why the extension has not come. */
bool signs_name_cloud_cause(const Signs *signs);

/* What is so on Azure's side; whether something of it that matters could not be seen, and how to see it (static). told:
 * the cause that says why already, by its id; NULL: none does. */
void cloud_say(const Signs *signs, char ret[SIGNS_TEXT_MAX]);
bool cloud_tell_unseen(const Signs *signs, const char *told, char ret[SIGNS_TEXT_MAX], const char **ret_how);

/* Why it could not be seen, without a full stop. Caller frees. */
char *cloud_trouble(const Signs *signs);

/* The sensor answers, and says that it is licensed. */
bool signs_are_licensed(const Signs *signs);

/* Its security intelligence is loading, and not for long: it is not healthy until then. */
bool signs_load_definitions(const Signs *signs);
