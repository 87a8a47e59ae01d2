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
} Sensor;

/* Monotonic milliseconds. */
long long now_ms(void);

/* Restores what an earlier daemon of this machine kept; saves it, whole or not at all. */
void sensor_load(Sensor *s);
void sensor_save(const Sensor *s);

/* Looks at the files under /etc/opt/microsoft/mdatp once; cheap, called all the time. */
void sensor_look(Sensor *s);

/* Whether the managed file decides about a setting; its mode for passive-mode goes to *ret_passive. */
bool sensor_managed(const char *setting, bool *ret_passive);
bool sensor_passive(const Sensor *s);
bool sensor_expired(const Sensor *s);

/* Writes the answer to one command to out; returns the exit status of the command line. */
int sensor_answer(Sensor *s, int argc, char **argv, FILE *out);
int sensor_health(const Sensor *s, int argc, char **argv, FILE *out);
