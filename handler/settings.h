/*
 * settings: N.settings -> Request. Opens the protected part in memory; knows every key, its type and limits.
 *
 * Foreign format (guest agent): {"runtimeSettings":[{"handlerSettings":{"publicSettings","protectedSettings",
 * "protectedSettingsCertThumbprint"}}]}; each member may be null or absent; an empty file means no settings;
 * publicSettings may be a string that holds the object.
 */
#pragma once

#include "agent/request.h"
#include "handler/environment.h"
#include "platform/json.h"

/* Not to be copied: request points into it. */
typedef struct Settings {
        Request request; /* borrows from what follows */
        Json *document;  /* the public settings */
        OnboardingPackage onboarding, offboarding;
        bool offboarding_usable;
        char *notes[REQUEST_NOTES_MAX];
} Settings;

void settings_clear(Settings *settings);

/*
 * Fills settings->request. Fails only for what makes the request itself unclear (the file is no JSON, a key
 * has the wrong type or an impossible value, a secret stands in the public settings: REASON_SETTINGS_INVALID
 * naming key, value found, a right example; REASON_ENVIRONMENT: the file cannot be read at all).
 * A missing or unusable onboarding package is not a failure here: request.onboarding is NULL and
 * request.onboarding_failure says why (a licensed sensor does not need one). The same with the offboarding package,
 * which nobody has to give.
 * request.digest does not depend on the encryption, so the same settings encrypted again have the same.
 */
int settings_read(const Host *host, const Environment *environment, int sequence, Settings *ret,
                  Failure *failure) _must_check_;
