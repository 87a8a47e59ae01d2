/*
 * sensor: the mdatp command line and what it says of the sensor's health.
 *
 * Foreign format: `mdatp health --output json` (one object, camelCase; configurable values are objects with
 * value and isManaged), older ones `mdatp health` as text, one `name : value` a line; there managed values end in
 * "[managed]", and a time is "Aug 30, 2025 at 06:39:46 AM".
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/host.h"

#define SENSOR_UNIT "mdatp.service"
#define SENSOR_PACKAGE "mdatp"
#define SENSOR_PARENT "/opt/microsoft"
#define SENSOR_HOME SENSOR_PARENT "/mdatp"
#define SENSOR_PROGRAM SENSOR_HOME "/sbin/wdavdaemon"
#define SENSOR_FOLDER "/etc/opt/microsoft/mdatp"
#define SENSOR_ONBOARDING_FILE SENSOR_FOLDER "/mdatp_onboard.json"
#define SENSOR_OFFBOARDING_FILE SENSOR_FOLDER "/mdatp_offboard.json"
#define SENSOR_KEPT_FILE SENSOR_FOLDER "/.mdatp_onboard.json" FS_TEMPORARY "before" /* ours, until it has left */
#define SENSOR_MANAGED_FILE SENSOR_FOLDER "/managed/mdatp_managed.json"
#define SENSOR_PATH_FILE SENSOR_FOLDER "/mde_path.json" /* {"path": "FOLDER/microsoft_mdatp"}: installed elsewhere */
#define SENSOR_USER "mdatp"

#define SENSOR_TAGS_MAX 16
#define SENSOR_CALL_MS 10000 /* no call of the CLI may take longer */

typedef struct SensorTag {
        char key[64];
        char value[1024 + 1]; /* the longest that can be asked for */
} SensorTag;

typedef struct SensorHealth {
        Tri answering; /* NO: trouble says why */
        char trouble[256];
        Tri healthy;
        Tri licensed;
        char org_id[64]; /* "" when it has none */
        char version[64];
        char machine_id[64]; /* EDR machine id: "" until the cloud answered once */
        char ring[32];
        char definitions[64];        /* "upToDate" ...; "" unknown */
        int64_t definitions_age_min; /* minutes since they were updated last, at least 1; 0: unknown */
        int64_t expires_s;           /* of its build, since 1970; 0: unknown */
        Tri passive;
        Tri passive_managed; /* by the managed JSON or the portal: the CLI cannot change it */
        char mode[64];       /* functionalityMode, in newer builds */
        char managed_by[64]; /* "MDE" for the portal; "" unknown */
        char tamper[32];     /* tamper protection: block, audit, disabled */
        Tri troubleshooting; /* the portal allows local changes for a while */
        char group_ids[256];
        char proxy[256];
        char conflicting[512]; /* what the sensor itself takes for conflicting applications, joined with "; " */
        char issues[512];      /* joined with "; " */
        SensorTag tags[SENSOR_TAGS_MAX];
        size_t n_tags;
        Tri tags_known;   /* YES: tags is what the sensor has */
        Tri tags_managed; /* some of them come from the managed JSON or the portal: it may refuse others */
} SensorHealth;

/* Never fails: what could not be learnt stays UNKNOWN. Bounded by SENSOR_CALL_MS (twice, for the text form) and the
 * deadline. */
void sensor_read_health(const Host *host, Deadline deadline, SensorHealth *ret);

/* NULL: the sensor has no such tag. */
const char *sensor_tag(const SensorHealth *health, const char *key);

/* ERROR_COMMAND with what the CLI said; "managed" values refuse that way. */
int sensor_set_tag(const Host *host, const char *key, const char *value, Deadline deadline, Error *err) _must_check_;

/* What the CLI said when it refused means: managed, or protected against tampering; it will say so again. Pure. */
bool sensor_is_protected(const char *said);

/*
 * By their numbers: "101.24092.0002-insiderfast" is the version 101.24092.0002. Less than, equal to, greater than 0.
 * Pure.
 */
int sensor_compare_versions(const char *a, const char *b);

/* Pure: for sensor_read_health() and its tests. False: nothing of health could be read from it. */
bool sensor_parse_json(const char *text, size_t length, SensorHealth *health);
bool sensor_parse_text(const char *text, size_t length, SensorHealth *health);
