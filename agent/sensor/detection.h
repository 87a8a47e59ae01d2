/*
 * detection: does the sensor find what it has to? The industry's test file (EICAR), written and taken away again.
 *
 * It lies in a folder of its own below DETECTION_PARENT that is root's alone. The 68 bytes are put together when they
 * are written: neither the program nor its sources hold them, or other scanners would take those for malware.
 * With real-time protection the sensor has to take the file away, or refuse to have it opened; else it is told to scan
 * the folder (`mdatp scan custom`), which ends in a detection only.
 *
 * Foreign formats: `mdatp scan custom` ends with lines such as "1 threat(s) detected"; `mdatp threat list` has blocks
 * of `Name: TEXT` lines, of which one names the files.
 */
#pragma once

#include "agent/sensor/sensor.h"

#define DETECTION_PARENT "/var/tmp"
#define DETECTION_WAIT_MS 60000  /* for real-time protection */
#define DETECTION_SCAN_MS 120000 /* for a scan of the folder */

typedef enum DetectionResult {
        DETECTION_UNKNOWN, /* it could not be tried: why */
        DETECTION_FOUND,
        DETECTION_MISSED, /* within the time */
        DETECTION_FAILED, /* the file could not be written or scanned, or we were asked to stop: why */
} DetectionResult;

typedef enum DetectionMode {
        DETECTION_REAL_TIME,
        DETECTION_PASSIVE,
        DETECTION_ON_DEMAND, /* active, with real-time protection off */
} DetectionMode;

typedef enum DetectionHow {
        DETECTION_TAKEN_AWAY,
        DETECTION_REFUSED, /* it may not be opened any more */
        DETECTION_LISTED,  /* among the sensor's threats */
        DETECTION_SCANNED, /* by the scan's own words */
} DetectionHow;

typedef struct Detection {
        DetectionResult result;
        DetectionMode mode; /* not of DETECTION_UNKNOWN */
        DetectionHow how;   /* DETECTION_FOUND */
        int64_t took_ms;
        char folder[64];          /* where it was written; "" nowhere */
        char threat[128];         /* as the sensor calls it, escaped; "" not told */
        char status[64];          /* what became of it, by the sensor's list, escaped */
        char why[ERROR_TEXT_MAX]; /* UNKNOWN, FAILED */
        char left[256];           /* what could not be removed again, and why; "" nothing */
        bool not_onboarded;       /* UNKNOWN: for want of a sensor, or of its licence */
        bool cloud_proven;        /* an alert in the portal can be expected */
} Detection;

/* Bounded by the waits above. Nothing of the test stays, whatever comes of it, but for what `left` tells. */
void detection_run(const Host *host, Detection *ret);

/* Pure, for detection_run() and its tests. */
#define DETECTION_TEXT_LENGTH 68
void detection_text(char text[DETECTION_TEXT_LENGTH + 1]);
int detection_parse_scan(const char *output); /* how many threats it says; -1: it does not */
bool detection_parse_threats(const char *output, const char *folder, Detection *ret); /* one lies in that folder */

/* What a scan that has ended tells by itself: FOUND, MISSED; FAILED: it was not made. */
void detection_take_scan(int exit_status, const char *output, Detection *ret);
