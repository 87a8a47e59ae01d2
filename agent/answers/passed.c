#include "agent/answers/passed.h"

#include "agent/machine/conflict.h"
#include "agent/situation.h"

static Tri as(Tri fact, Tri mended)
{
        if (fact != TRI_YES && fact != TRI_NO)
                return TRI_UNKNOWN;
        return tri(fact == mended);
}

static Tri is_not_held(const Facts *facts)
{
        return as(facts->hold.held, TRI_NO);
}

static Tri is_not_masked(const Facts *facts)
{
        return as(facts->sensor.masked, TRI_NO);
}

static Tri is_answering(const Facts *facts)
{
        return as(facts->sensor.health.answering, TRI_YES);
}

static Tri is_licensed(const Facts *facts)
{
        return as(facts->sensor.health.licensed, TRI_YES);
}

static Tri is_there(const Facts *facts)
{
        return as(facts->sensor.files, TRI_YES);
}

static Tri is_current(const Facts *facts)
{
        return is_answering(facts) == TRI_YES ? tri(!situation_is_expired(facts)) : TRI_UNKNOWN;
}

static Tri has_systemd(const Facts *facts)
{
        return as(facts->machine.systemd, TRI_YES);
}

/* Where not all processes could be looked at, it is no longer seen, and that is all. */
static Tri is_alone(const Facts *facts)
{
        if (conflict_exists(facts))
                return TRI_NO;
        return facts->fanotify.known == TRI_YES && !facts->fanotify.unreadable && !facts->fanotify.more ? TRI_YES
                                                                                                        : TRI_UNKNOWN;
}

static const struct {
        ReasonId reason;
        Tri (*look)(const Facts *facts); /* NULL: what is asked could not be read */
} rows[] = {
        { REASON_SETTINGS_INVALID, NULL },
        { REASON_CERTIFICATE_MISSING, NULL },
        { REASON_CERTIFICATE_WRONG, NULL },
        { REASON_PROTECTED_SETTINGS_DAMAGED, NULL },
        { REASON_OPENSSL_UNUSABLE, NULL },
        { REASON_CONFIGURATION_UNTRUSTED, NULL },
        { REASON_SYSTEMD_MISSING, has_systemd },
        { REASON_CONFLICT, is_alone },
        { REASON_HELD, is_not_held },
        { REASON_SERVICE_MASKED, is_not_masked },
        { REASON_SERVICE_FAILED, is_answering },
        { REASON_SENSOR_NOT_ANSWERING, is_answering },
        { REASON_SENSOR_NOT_LICENSED, is_licensed },
        { REASON_SENSOR_EXPIRED, is_current },
        { REASON_SENSOR_REMOVED, is_there },
};

Tri passed_since(const Facts *facts, Tri readable, ReasonId reason)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                if (rows[i].reason == reason)
                        return rows[i].look ? rows[i].look(facts) : readable == TRI_YES ? TRI_YES : TRI_UNKNOWN;
        return TRI_UNKNOWN;
}
