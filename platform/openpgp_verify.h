/*
 * openpgp_verify: is a file signed by one of these keys? By a program of this machine: gpgv, else sqv.
 *
 * apt depends on one of the two. The keyring holds nothing but keys that are trusted, so that a good signature is by
 * one of them.
 */
#pragma once

#include "platform/host.h"

/*
 * signature: detached, armored or binary. All are absolute paths of files that nobody else can change. home: a folder
 * for what gpgv takes for its home. ERROR_TRUST: it is not good, with the program's last words; ERROR_MISSING: there is
 * neither program.
 */
int openpgp_verify(const Host *host, const char *keyring, const char *signature, const char *file, const char *home,
                   Error *err) _must_check_;
