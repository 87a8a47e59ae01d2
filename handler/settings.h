/*
 * settings: N.settings -> Request. Opens the protected part in memory; knows every key, its type and limits.
 *
 * Foreign format (guest agent): {"runtimeSettings":[{"handlerSettings":{"publicSettings","protectedSettings",
 * "protectedSettingsCertThumbprint"}}]}; each member may be null or absent; an empty file means no settings;
 * publicSettings may be a string that holds the object.
 */
#pragma once

#include "agent/configuration.h"
#include "agent/request.h"
#include "handler/environment.h"
#include "handler/setting_notes.h"
#include "platform/json.h"

/* Not to be copied: request points into it. */
typedef struct Settings {
        Request request; /* borrows from what follows */
        Json *document;  /* the public settings */
        OnboardingPackage onboarding, offboarding;
        Secret uri; /* of the onboarding package, when it stood in the protected settings */
        bool offboarding_usable;
        SettingNotes notes;
} Settings;

void settings_clear(Settings *settings);

/*
 * Fills settings->request. Fails only for what makes the request itself unclear (the file is no JSON, a key
 * has the wrong type or an impossible value, a secret stands in the public settings: REASON_SETTINGS_INVALID
 * naming key, value found, a right example; REASON_ENVIRONMENT: the file cannot be read at all).
 * A missing or unusable onboarding package is not a failure here: request.onboarding is NULL and
 * request.onboarding_failure says why (a licensed sensor does not need one). The same with the offboarding package,
 * which nobody has to give.
 * What the site's configuration denies or sets (settings_site.h) is in the request; a wrong default or policy there is
 * REASON_CONFIGURATION_UNTRUSTED. The request borrows from the configuration.
 * request.digest does not depend on the encryption, so the same settings encrypted again have the same.
 */
int settings_read(const Host *host, const Configuration *configuration, const Environment *environment, int sequence,
                  Settings *ret, Failure *failure) _must_check_;

/*
 * The same for a plain object of public settings, without protected ones: request.sequence is -1. Takes the object.
 */
int settings_from_public(Json *object, const Configuration *configuration, Settings *ret,
                         Failure *failure) _must_check_;

/*
 * The same for a person's words. plain: what of them must not be seen, as if it stood in the protected settings (the
 * address of the onboarding package); borrowed; NULL: nothing. *ret is cleared by the caller, also after a failure.
 */
int settings_by_hand(Json *object, Json *plain, const Configuration *configuration, Settings *ret,
                     Failure *failure) _must_check_;
