/*
 * facts: what is so on this machine: read-only, bounded, local. Data only.
 *
 * The first look is for every enable: it starts no package manager. The second look, for the worker, asks
 * everything. What a look did not ask is NOT_ASKED, what it could not learn is UNKNOWN; no rule concludes from either.
 */
#pragma once

#include "agent/azure/azure_facts.h"
#include "agent/hold.h"
#include "agent/machine/install_path.h"
#include "agent/machine/products_look.h"
#include "agent/machine/updaters.h"
#include "agent/sensor/refused.h"
#include "agent/sensor/sensor.h"
#include "agent/update_record.h"
#include "platform/packages/manager.h"
#include "platform/base/tri.h"
#include "platform/distro.h"
#include "platform/fanotify.h"
#include "platform/host_openssl.h"
#include "platform/machine.h"
#include "platform/proxy.h"
#include "platform/systemd.h"

#define FACTS_HOLD_FILE "/etc/mde-linux/hold"

typedef enum Look { LOOK_FIRST, LOOK_SECOND } Look;

typedef struct Facts {
        Look look;
        int64_t now_s;   /* since 1970: rules never ask the clock */
        Tri fulfilled;   /* history: this very request succeeded before (a forced onboarding is not forced twice) */
        Tri blind;       /* history: NOT_ASKED but by a daily look; fulfilled, and never with its package */
        Refused refused; /* history: for this very request */
        char fulfilled_org[37]; /* history: the tenant of the package that it succeeded with; "": without one */
        char unmet_org[37]; /* history: the tenant of the fetched package that it did not come to; "": none is known */
        bool undone;        /* this run has put back what one before it had begun: the sensor may still speak of that */
        bool acted;         /* looked after all steps of a run were done */

        struct {
                Tri portable;     /* its libraries come with it */
                Tri host_openssl; /* host_openssl_business: protected settings and signatures are that program's */
                int64_t built_s;  /* 0: not known */
                char openssl[HOST_OPENSSL_VERSION_MAX]; /* what that calls itself, escaped; "" unknown */
        } extension;

        Hold hold;

        struct {
                Tri systemd;
                Tri distro_known;
                Distro distro;
                const DistroSupport *support; /* NULL: not supported, when distro_known */
                const DistroSupport *derived; /* asked when not supported: what it may be treated as; NULL: nothing */
                Machine fitness;
        } machine;

        Proxy proxy; /* what this machine is told to use towards Host.packages_url */

        FanotifyFacts fanotify;
        StoppedProducts stopped_products;

        AzureFacts azure; /* asked once a run: see facts_gather */

        InstallPath path; /* of a request: install_path_look() */

        struct {
                Tri manager;                 /* its programs are there */
                char missing[64];            /* when not: the first of those of the usual one that is not; "" unknown */
                PackageManagerId manager_id; /* which of those that do for this distribution */
                Tri https;                   /* it can fetch from there; NOT_ASKED: all that are like it can */
                Tri broken;                  /* it was cut off in a transaction, or its database is damaged */
                char sign[PACKAGE_SIGN_MAX]; /* by what that is seen; escaped */
                Tri foreign; /* asked when broken: other packages are half installed, the sensor needs none */
                char foreign_names[PACKAGE_NAMES_MAX];
                Tri registered; /* asked in the first look too, where that is cheap */
                PackageState state;
                char version[PACKAGE_VERSION_MAX];
        } package;

        struct {
                UpdateRecord record;  /* both looks */
                Tri due;              /* a newer version is to be looked for: never in the first look */
                UpdatersFacts others; /* what else updates it */
        } update;

        struct {
                Tri files;        /* its program is in place */
                char folder[256]; /* where, all links followed: SENSOR_HOME, or its place below a custom path */
                Tri loaded;       /* systemd knows its unit */
                Tri enabled;
                Tri active;
                Tri masked;
                UnitState unit;
                Tri onboarded; /* the onboarding file is there */
                char onboarded_org[37];
                Tri offboarding_file;
                Tri onboarding_kept; /* beside its place, while the sensor is told to leave: that was cut off */
                SensorHealth health;
                Tri managed;        /* the managed JSON is there */
                char *managed_json; /* owned; NULL: absent, or cannot be read */
                size_t managed_length;
        } sensor;
} Facts;

/* Changes of this machine are on hold. */
bool facts_are_held(const Host *host);

void facts_clear(Facts *facts);

/*
 * Never fails. The deadline bounds the look as a whole. *ret is cleared by the caller before it is filled again, but
 * for ret->azure: what stands there was asked before, and is not asked again.
 */
void facts_gather(const Host *host, Look look, Deadline deadline, Facts *ret);

/* Refreshes only what a waiting step asks again: the sensor's files, unit and health. */
void facts_refresh_sensor(const Host *host, Deadline deadline, Facts *facts);
