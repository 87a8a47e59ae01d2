/*
 * managed: what a request asks of the sensor's managed configuration (SENSOR_MANAGED_FILE), and what of it is not so.
 *
 * passiveMode, proxy and groupIds are members of that file, and so is all of managedConfig; where both ask for one
 * member, the setting of its own wins. Objects of managedConfig are merged member by member, arrays are replaced whole,
 * null asks for nothing. Pure.
 *
 * Foreign format: antivirusEngine.enforcementLevel "real_time", "on_demand", "passive"; cloudService.proxy
 * "http://host:port"; edr.groupIds "ID,ID".
 */
#pragma once

#include "agent/facts.h"
#include "agent/request.h"
#include "platform/json_edit.h"

#define MANAGED_ITEMS_MAX 256

typedef enum ManagedKind { MANAGED_PASSIVE, MANAGED_PROXY, MANAGED_GROUPS, MANAGED_OTHER } ManagedKind;

typedef struct ManagedItem {
        ManagedKind kind;
        JsonPath path;       /* borrows from the request */
        Json *wanted;        /* owned */
        Json *now;           /* in the file; borrowed from Managed.document; NULL: nothing, or null */
        const char *differs; /* why it has to be written; static; NULL: it is as asked */
} ManagedItem;

typedef struct Managed {
        ManagedItem *items;
        size_t n;
        bool too_many;  /* more than MANAGED_ITEMS_MAX are asked for */
        Json *document; /* owned; NULL: there is none that can be used */
        Error trouble;  /* why the file that is there cannot be edited; kind ERROR_NONE: it can */
} Managed;

void managed_make(const Request *request, const Facts *facts, Managed *ret);
void managed_clear(Managed *managed);

/* Why the file has to be written: of the first item that differs; NULL: it need not be. */
const char *managed_why(const Managed *managed);

/*
 * The text of the file as it shall be, from what it is (NULL or nothing but blanks: from nothing). *ret belongs to
 * the caller. ERROR_INPUT names the line or the member that is in the way.
 */
int managed_edit(const Managed *managed, const char *text, size_t length, char **ret, size_t *ret_length,
                 Error *err) _must_check_;

/* The sensor shall be passive: asked for, or the price of being installed beside a conflicting product. */
bool managed_wants_passive(const Request *request, const Facts *facts);

/* A sensor that reports to be passive shall block from now on. */
bool managed_leaves_passive(const Request *request, const Facts *facts);

/* The item that decides about passive mode, the proxy, the group ids, whichever setting asks; NULL: none does. */
const ManagedItem *managed_find(const Managed *managed, ManagedKind kind);

/*
 * Does the sensor report what was asked for? YES, NO; UNKNOWN: it does not answer, or says nothing of it; NOT_ASKED:
 * nothing of this kind was.
 */
Tri managed_reported(const Managed *managed, ManagedKind kind, const SensorHealth *health);

/* The text that stands for group ids in the file; caller frees. */
char *managed_groups_text(const RequestList *groups);

/*
 * For people, of an item that differs: what it is called, and both values; escaped, cut; caller frees. Values of other
 * members than passiveMode, proxy and groupIds stand for are the customer's own, and not shown: logs are handed on.
 */
char *managed_what(const ManagedItem *item);
char *managed_before(const ManagedItem *item, const Facts *facts);
char *managed_after(const ManagedItem *item);

/* The same of what the sensor reports. */
char *managed_said(ManagedKind kind, const SensorHealth *health);
