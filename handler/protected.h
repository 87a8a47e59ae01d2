/*
 * protected: opens the protected settings, in memory, with the guest agent's certificate.
 *
 * Foreign format (guest agent): base64 of CMS EnvelopedData; THUMB.crt and THUMB.prv (PEM) lie in the folder above the
 * extension's own, or in /var/lib/waagent; the letter case of THUMB varies. The plain text is one JSON object.
 */
#pragma once

#include "agent/reasons.h"
#include "handler/environment.h"
#include "platform/json.h"

/*
 * handler_settings: the object that holds protectedSettings and protectedSettingsCertThumbprint, or NULL.
 * *ret is the plain object, for json_wipe; NULL with 0: there are no protected settings.
 * Failures: REASON_CERTIFICATE_MISSING (names the path looked at), REASON_CERTIFICATE_WRONG (does not open them, or is
 * not root's alone), REASON_PROTECTED_SETTINGS_DAMAGED, in FIPS mode REASON_OPENSSL_UNUSABLE and
 * REASON_CRYPTO_REFUSED. None of them tells of the content.
 */
int protected_read(const Host *host, const Environment *environment, Json *handler_settings, Json **ret,
                   Failure *failure) _must_check_;
