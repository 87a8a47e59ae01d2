/*
 * settings_site: what the site's configuration does to the settings of the control plane: policy first, then defaults.
 *
 * Order: settings over [settings] over built-in; [policy] over all. What deny-settings names is taken out of the
 * document, with a note; a name like managedConfig.antivirusEngine.exclusions reaches into an object, in any letter
 * case, and takes out as well what would replace the object around it by something else. Only then defaults are put
 * in where the document says nothing (null and "" say nothing); objects are filled up member by member. So a site may
 * itself set what it denies to the control plane.
 */
#pragma once

#include "agent/configuration.h"
#include "handler/setting_notes.h"
#include "platform/json.h"

/*
 * REASON_CONFIGURATION_UNTRUSTED names line, key, value and a right example: an unknown name in [settings] or in
 * deny-settings, a wrong default. Nothing of the document itself is judged here. *document: NULL, of no settings,
 * becomes one where there are defaults; the caller's.
 */
int settings_site_apply(const Configuration *configuration, Json **document, SettingNotes *notes,
                        Failure *failure) _must_check_;

/* Does the policy keep this setting from being set in the protected settings too? It is noted then. */
bool settings_site_denies(const Configuration *configuration, const char *name, SettingNotes *notes);
