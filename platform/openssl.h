/*
 * openssl: owners of OpenSSL's objects and its words for a failure, for the files that call it.
 */
#pragma once

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "platform/base/cleanup.h"

DEFINE_CLEANUP(BIO *, BIO_free_all)
DEFINE_CLEANUP(CMS_ContentInfo *, CMS_ContentInfo_free)
DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(X509 *, X509_free)

/* Why the last call failed, in the library's words; the error queue is empty afterwards. */
static inline const char *openssl_reason(void)
{
        const char *reason = ERR_reason_error_string(ERR_peek_error());

        ERR_clear_error();
        return reason ? reason : "no reason given";
}
