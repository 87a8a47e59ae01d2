/*
 * facts: what is so on this machine: read-only, bounded, local. Data only.
 *
 * The first look is for every enable: it starts no package manager. The second look, for the worker, asks
 * everything. What a look did not ask is NOT_ASKED, what it could not learn is UNKNOWN; no rule concludes from either.
 */
#pragma once

#include "agent/sensor.h"
#include "agent/tri.h"
#include "platform/apt.h"
#include "platform/apt_source.h"
#include "platform/distro.h"
#include "platform/systemd.h"

typedef enum Look { LOOK_FIRST, LOOK_SECOND } Look;

typedef struct Facts {
        Look look;
        Tri fulfilled; /* history: this very request was met before (a forced onboarding is not forced twice) */

        struct {
                Tri systemd;
                Tri distro_known;
                Distro distro;
                const DistroSupport *support; /* NULL: not supported, when distro_known */
        } machine;

        struct {
                Tri manager;     /* apt-get and dpkg are there */
                Tri interrupted; /* dpkg was cut off in a transaction */
                PackageState state;
                char version[64];
        } package;

        struct {
                Tri files;  /* its program is in place */
                Tri loaded; /* systemd knows its unit */
                Tri enabled;
                Tri active;
                UnitState unit;
                Tri onboarded; /* the onboarding file is there */
                char onboarded_org[37];
                Tri offboarding_file;
                SensorHealth health;
        } sensor;
} Facts;

/* Never fails. The deadline bounds the look as a whole. */
void facts_gather(const Host *host, Look look, Deadline deadline, Facts *ret);

/* Refreshes only what a waiting step asks again: the sensor's files, unit and health. */
void facts_refresh_sensor(const Host *host, Deadline deadline, Facts *facts);
