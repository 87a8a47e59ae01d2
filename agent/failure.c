#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/reasons.h"
#include "platform/base/text.h"

int failure_set(Failure *failure, ReasonId reason, const char *format, ...)
{
        _cleanup_free_ char *found = NULL;
        size_t length, i;
        va_list ap;

        failure->reason = reason;
        failure->by_manager = failure->way_told = false;
        failure->asked_ms = 0;
        va_start(ap, format);
        found = text_hide_logins(text_format_list(format, ap));
        va_end(ap);
        snprintf(failure->found, sizeof(failure->found), "%s", found);
        /* what was cut may have been cut inside a character */
        length = strlen(failure->found);
        for (i = 0; i < 3 && length == sizeof(failure->found) - 1 - i && !text_is_utf8(failure->found, length); i++)
                failure->found[--length] = '\0';
        return -1;
}

int failure_from(Failure *failure, ReasonId reason, const Error *err)
{
        return failure_set(failure, reason, "%s", err->text);
}

int failure_by_kind(Failure *failure, ReasonId otherwise, const Error *err)
{
        if (err->kind == ERROR_STOPPED)
                otherwise = REASON_STOPPED;
        else if (err->kind == ERROR_BUSY)
                otherwise = REASON_PACKAGE_MANAGER_LOCKED;
        else if (err->kind == ERROR_SPACE)
                otherwise = REASON_DISK_FULL;
        return failure_from(failure, otherwise, err);
}

int failure_from_crypto(Failure *failure, const Error *err)
{
        return failure_by_kind(failure, err->kind == ERROR_DENIED ? REASON_CRYPTO_REFUSED : REASON_OPENSSL_UNUSABLE,
                               err);
}

const char *failure_stop(const Failure *failure)
{
        size_t length = strlen(failure->found);

        return length == 0 || strchr(".!?", failure->found[length - 1]) ? "" : ".";
}

const char *failure_why(const Failure *failure, char text[FAILURE_TEXT_MAX])
{
        _cleanup_free_ char *why = text_go_on(reason_get(failure->reason)->what, failure->found);

        snprintf(text, FAILURE_TEXT_MAX, "%s%s", why, *failure->found ? failure_stop(failure) : "");
        return text;
}

const char *failure_explain(const Failure *failure, char text[FAILURE_TEXT_MAX])
{
        char why[FAILURE_TEXT_MAX];

        snprintf(text, FAILURE_TEXT_MAX, "%s %s", failure_why(failure, why), reason_get(failure->reason)->remedy);
        return text;
}

const char *failure_message(const Failure *failure, char text[FAILURE_TEXT_MAX])
{
        const Reason *reason = reason_get(failure->reason);
        char explained[FAILURE_TEXT_MAX];

        snprintf(text, FAILURE_TEXT_MAX,
                 "Failed to configure Microsoft Defender for Endpoint: this run did not finish; its mde_installer code "
                 "is %d (%s). %s",
                 reason->installer_code, reason->id, failure_explain(failure, explained));
        return text;
}
