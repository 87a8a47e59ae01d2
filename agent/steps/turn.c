/*
 * Upgrades that a timer starts look at the lock once and give up when it is taken, for a day, silently; and they let go
 * of it between two of their commands. So their units are looked at beside the locks. What a person or a configuration
 * management runs in between two of its commands cannot be seen; the locks are what there is then.
 */
#include "agent/steps.h"

#include <unistd.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/process.h"

#define LOOK_MS 500
#define PATIENCE_MS (10 * 60 * 1000) /* an upgrade that takes longer holds the locks while it does something */

typedef struct Turn {
        const char *unit; /* Type=oneshot: its start lasts as long as its work */
        const char *what;
        bool needed; /* what it sets up is needed; and it comes before us even when it is only queued yet */
} Turn;

static const Turn turns[] = {
        { "cloud-final.service", "the first boot to finish", true },
        { "guestregister.service", "the registration for updates to finish", true }, /* SUSE's pay-as-you-go images */
        { "apt-daily.service", "the system's own look for upgrades to finish", false },
        { "apt-daily-upgrade.service", "the system's own upgrade to finish", false },
        { "dnf-automatic.service", "the system's own upgrade to finish", false },
        { "dnf-automatic-install.service", "the system's own upgrade to finish", false },
        { "dnf5-automatic.service", "the system's own upgrade to finish", false },
        { "dnf5-automatic-install.service", "the system's own upgrade to finish", false },
};

typedef struct Found {
        const char *own;  /* the unit that this is run in: what a first boot starts would wait for itself */
        const Turn *turn; /* the first of the table; NULL: none */
        bool running;
} Found;

static void look_at(const char *unit, bool running, void *userdata)
{
        Found *found = userdata;
        size_t i;

        for (i = 0; i < ELEMENTSOF(turns); i++)
                if (text_equal(turns[i].unit, unit) && !text_equal(found->own, unit) && (running || turns[i].needed) &&
                    (!found->turn || &turns[i] < found->turn))
                        *found = (Found){ found->own, &turns[i], running };
}

static int give_up(const Turn *turn, const Error *err, Failure *failure)
{
        if (err->kind == ERROR_STOPPED)
                return failure_from(failure, REASON_STOPPED, err);
        if (turn->needed)
                return failure_set(failure, REASON_PACKAGE_MANAGER_LOCKED, "Waited for %s (%s): it did not.",
                                   turn->what, turn->unit);
        log_info("%s goes on for too long: from here on the package manager's locks alone are waited for", turn->unit);
        return 0;
}

/* For how long this one may keep us waiting. */
static Deadline find_patience(Mission *mission, const Turn *turn)
{
        int64_t left = deadline_left_ms(mission->deadline) / 2;

        if (turn->needed)
                return mission->deadline;
        if (mission->patience == 0)
                mission->patience = deadline_in(left < PATIENCE_MS ? left : PATIENCE_MS);
        return mission->patience;
}

int steps_wait_for_turn(Mission *mission, Failure *failure)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        ProcessIdentity ourselves = { 0 };
        int64_t since = deadline_now_ms();
        Error err = { 0 };

        if (systemd_open(&systemd, NULL) < 0)
                return 0;
        process_identify(mission->host, getpid(), &ourselves);
        for (;;) {
                Found found = { .own = ourselves.unit };
                Deadline patience;

                if (systemd_each_start(systemd, look_at, &found, NULL) < 0 || !found.turn)
                        return 0;
                patience = find_patience(mission, found.turn);
                if (!found.turn->needed && deadline_passed(patience))
                        return 0;
                mission_say(mission, "waiting for %s (%s is %s), %lld s so far", found.turn->what, found.turn->unit,
                            found.running ? "activating" : "queued", (long long)(deadline_now_ms() - since) / 1000);
                if (host_wait(mission->host, LOOK_MS, patience, &err) < 0)
                        return give_up(found.turn, &err, failure);
        }
}
