/*
 * Upgrades that a timer starts look at the lock once and give up when it is taken, for a day, silently; and they let go
 * of it between two of their commands. So their units are looked at beside the locks. What a person or a configuration
 * management runs in between two of its commands cannot be seen; the locks are what there is then.
 */
#include "agent/steps.h"

#include "platform/base/log.h"
#include "platform/base/text.h"

#define LOOK_MS 500
#define PATIENCE_MS (10 * 60 * 1000) /* an upgrade that takes longer holds the locks while it does something */

typedef struct Turn {
        const char *unit; /* Type=oneshot: at work while it is "activating" */
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

static bool is_at_work(const Turn *turn, const UnitState *unit)
{
        return text_equal(unit->load, "loaded") &&
               (text_equal(unit->active, "activating") || (turn->needed && unit->job_pending));
}

static int give_up(Mission *mission, const Turn *turn, const Error *err, Failure *failure)
{
        if (err->kind == ERROR_STOPPED)
                return failure_from(failure, REASON_STOPPED, err);
        if (turn->needed)
                return failure_set(failure, REASON_PACKAGE_MANAGER_LOCKED, "Waited for %s (%s): it did not.",
                                   turn->what, turn->unit);
        log_info("%s goes on for too long: from here on the package manager's locks alone are waited for", turn->unit);
        return 0;
}

static int wait_for(Mission *mission, Systemd *systemd, const Turn *turn, Failure *failure)
{
        int64_t since = deadline_now_ms(), left = deadline_left_ms(mission->deadline) / 2;
        UnitState unit = { 0 };
        Error err = { 0 };

        if (!turn->needed && mission->patience != 0 && deadline_passed(mission->patience))
                return 0;
        while (systemd_unit_state(systemd, turn->unit, &unit, &err) == 0 && is_at_work(turn, &unit)) {
                if (!turn->needed && mission->patience == 0)
                        mission->patience = deadline_in(left < PATIENCE_MS ? left : PATIENCE_MS);
                mission_say(mission, "waiting for %s (%s is %s), %lld s so far", turn->what, turn->unit,
                            text_equal(unit.active, "activating") ? unit.active : "queued",
                            (long long)(deadline_now_ms() - since) / 1000);
                if (host_wait(mission->host, LOOK_MS, turn->needed ? mission->deadline : mission->patience, &err) < 0)
                        return give_up(mission, turn, &err, failure);
        }
        return 0;
}

int steps_wait_for_turn(Mission *mission, Failure *failure)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        size_t i;

        if (systemd_open(&systemd, NULL) < 0)
                return 0;
        for (i = 0; i < ELEMENTSOF(turns); i++)
                if (wait_for(mission, systemd, &turns[i], failure) < 0)
                        return -1;
        return 0;
}
