/*
 * One bundle is all that curl takes, so ours is added to the store in the callback for the SSL
 * context; the callback for the verification is there to learn who signed what we refuse: behind a
 * proxy that opens TLS, that name is the whole diagnosis.
 */
#include "platform/http_tls.h"

#include <unistd.h>

#include <openssl/ssl.h>

#include "platform/base/text.h"
#include "platform/openssl.h"

/* Debian, Ubuntu and others; RHEL 7 and later; SUSE; newer RHEL; musl and BSD style. */
static const char *const bundles[] = {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
};

int http_tls_init(HttpTls *tls, const Host *host, Error *err)
{
        size_t i;

        *tls = (HttpTls){ .ca_file = host->ca_file ? host_path(host, host->ca_file) : NULL };
        for (i = 0; i < ELEMENTSOF(bundles) && !tls->bundle; i++) {
                _cleanup_free_ char *path = host_path(host, bundles[i]);

                if (access(path, R_OK) == 0)
                        tls->bundle = TAKE_PTR(path);
        }
        if (!tls->bundle)
                tls->bundle = text_copy(tls->ca_file);
        if (!tls->bundle)
                return error_set(err, ERROR_MISSING, "this machine has no bundle of CA certificates (such as %s)",
                                 bundles[0]);
        return 0;
}

void http_tls_clear(HttpTls *tls)
{
        free(tls->bundle);
        free(tls->ca_file);
        *tls = (HttpTls){ 0 };
}

static void remember(HttpTls *tls, X509 *certificate)
{
        unsigned char *der = NULL;
        int length = i2d_X509(certificate, &der);

        tls->certificate = (CryptoCertificate){ 0 };
        if (length > 0 && crypto_certificate_read(der, (size_t)length, &tls->certificate, NULL) == 0)
                tls->presented = true;
        OPENSSL_free(der);
}

static int verify(X509_STORE_CTX *ctx, void *userdata)
{
        HttpTls *tls = userdata;
        int ok = X509_verify_cert(ctx);

        tls->verify_error = X509_STORE_CTX_get_error(ctx);
        if (X509_STORE_CTX_get0_cert(ctx))
                remember(tls, X509_STORE_CTX_get0_cert(ctx));
        return ok;
}

static CURLcode set_up_context(CURL *curl, void *ssl_ctx, void *userdata)
{
        HttpTls *tls = userdata;

        tls->started = true;
        SSL_CTX_set_cert_verify_callback(ssl_ctx, verify, tls);
        if (!tls->ca_file)
                return CURLE_OK;
        tls->bad_ca_file = X509_STORE_load_locations(SSL_CTX_get_cert_store(ssl_ctx), tls->ca_file, NULL) != 1;
        ERR_clear_error();
        return tls->bad_ca_file ? CURLE_SSL_CACERT_BADFILE : CURLE_OK;
}

CURLcode http_tls_apply(HttpTls *tls, CURL *curl)
{
        CURLcode code = curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, set_up_context);

        /* another TLS library than OpenSSL has no such callback; without it we would trust too little, or say too
         * little */
        if (code != CURLE_OK)
                return code;
        curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, tls);
        curl_easy_setopt(curl, CURLOPT_CAINFO, tls->bundle);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
        return curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}
