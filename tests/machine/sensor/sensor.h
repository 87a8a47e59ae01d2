/* The stand-in sensor's state, what it makes of its onboarding, and its answers to commands. */

#pragma once

#include <stdbool.h>
#include <stdio.h>

#define TAGS_MAX 16

typedef struct {
        char *name;
        char *value;
} Tag;

typedef struct {
        char guid[48];    /* of this device: kept, so that a copied disk is the same one */
        char version[64]; /* of the build that is running, not of the package on disk */
        char org[64];     /* empty: not onboarded */
        bool licensed;
        char passive[16]; /* enabled | disabled */
        char proxy[1024];
        char group_ids[1024];
        char seen[128];       /* which onboarding file the licence came from */
        long long licence_at; /* when the file in place becomes a licence, in ms */
        long long leave_at;   /* when it leaves its tenant, in ms; 0: nothing asks for it */
        Tag tags[TAGS_MAX];
        unsigned n_tags;
        char *managed;          /* the managed file as it was taken in, NULL: none */
        char managed_seen[128]; /* which file that is, or will be */
        long long managed_at;   /* when it is taken in, in ms; 0: it was */
        char mode_told[16];     /* the last line in MODES */
        char *threats;          /* the list as it is shown, NULL: none; forgotten with the daemon */
        unsigned n_threats;
} Sensor;

/* Monotonic milliseconds. */
long long now_ms(void);

/* Restores what an earlier daemon of this machine kept; saves it, whole or not at all. */
void sensor_load(Sensor *s);
void sensor_save(const Sensor *s);

/* Looks at the files under /etc/opt/microsoft/mdatp once; cheap, called all the time. */
void sensor_look(Sensor *s);

/* Looks at the managed file once; cheap, called all the time. */
void managed_look(Sensor *s, bool at_start);

/* Whether somebody else decides about a setting: the managed file, the portal, the knob. */
bool sensor_managed(const Sensor *s, const char *setting);

/* What is in force: the managed file's value, else the local one; the caller frees. */
char *sensor_value(const Sensor *s, const char *setting, const char *local);
bool sensor_passive(const Sensor *s);

/* A line in MODES whenever the mode in force is another one than before. */
void mode_record(Sensor *s);
bool sensor_expired(const Sensor *s);

/* Looks for the test file where it would be noticed; cheap, called all the time. */
void threats_look(Sensor *s);

/* Answers to "mdatp scan custom" and "mdatp threat list". */
int threats_scan(Sensor *s, const char *path, FILE *out);
int threats_list(const Sensor *s, FILE *out);

/* Writes the answer to one command to out; returns the exit status of the command line. */
int sensor_answer(Sensor *s, int argc, char **argv, FILE *out);
int sensor_health(const Sensor *s, int argc, char **argv, FILE *out);
