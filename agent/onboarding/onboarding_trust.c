/*
 * The signature comes in the byte order of the system that made it, least significant byte first; the usual
 * order is tried after it, as nothing says which one a package uses.
 */
#include "agent/onboarding/onboarding_trust.h"

#include <string.h>

#include "platform/base/text.h"

#define CHAIN_MAX ONBOARDING_CHAIN_MAX
#define PLACE_MAX 32
#define SIGNATURE_MAX 2048 /* bytes: an RSA key of 16384 bits */

/* SHA-256 of root certificates. */
static const char *const built_in_roots[] = {
        "847DF6A78497943F27FC72EB93F9A637320A02B561D0A91B09E87A7807ED7C61", /* Microsoft Root Certificate Authority 2011
                                                                             */
        NULL,
};

/* The leaf first, the root last. */
typedef struct Certificates {
        Secret der[1 + CHAIN_MAX];
        size_t n;
} Certificates;

static void certificates_clear(Certificates *certificates)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(certificates->der); i++)
                secret_clear(&certificates->der[i]);
}

/* "cert", "chain[0]" ...: as the package names them. */
static const char *place(size_t i, char name[PLACE_MAX])
{
        if (i == 0)
                return "cert";
        snprintf(name, PLACE_MAX, "chain[%zu]", i - 1);
        return name;
}

static int damaged(Failure *failure, const char *name, Error *err)
{
        error_prefix(err, "Its %s cannot be read", name);
        return failure_from(failure, REASON_ONBOARDING_DAMAGED, err);
}

static int not_judged(Failure *failure, const char *name, Error *err)
{
        if (err->kind == ERROR_INPUT)
                return damaged(failure, name, err);
        error_prefix(err, "Its signature could not be checked");
        return failure_from_crypto(failure, err);
}

static int read_certificate(Certificates *certificates, const char *base64, Failure *failure)
{
        size_t i = certificates->n++;
        char name[PLACE_MAX];
        Error err;

        if (crypto_base64_decode(base64, strlen(base64), &certificates->der[i], &err) < 0)
                return damaged(failure, place(i, name), &err);
        return 0;
}

static int read_certificates(const OnboardingBlob *blob, Certificates *ret, Failure *failure)
{
        size_t n = (size_t)json_object_array_length(blob->chain), i;

        if (n < 1 || n > CHAIN_MAX)
                return failure_set(failure, REASON_ONBOARDING_DAMAGED,
                                   "Its chain has %zu certificates; 1 to %d are expected", n, CHAIN_MAX);
        if (read_certificate(ret, blob->cert, failure) < 0)
                return -1;
        for (i = 0; i < n; i++) {
                Json *element = json_object_array_get_idx(blob->chain, i);

                if (!json_object_is_type(element, json_type_string))
                        return failure_set(failure, REASON_ONBOARDING_DAMAGED, "Its chain[%zu] is no string but %s", i,
                                           json_kind(element));
                if (read_certificate(ret, json_object_get_string(element), failure) < 0)
                        return -1;
        }
        return 0;
}

static void reverse(unsigned char *bytes, size_t length)
{
        size_t i;

        for (i = 0; i < length / 2; i++) {
                unsigned char byte = bytes[i];

                bytes[i] = bytes[length - 1 - i];
                bytes[length - 1 - i] = byte;
        }
}

static int verify_bytes(const Host *host, const Secret *leaf, const char *body, Secret *signature, bool *ret_valid,
                        Error *err)
{
        int order;

        *ret_valid = false;
        for (order = 0; order < 2 && !*ret_valid; order++) {
                reverse(signature->data, signature->length);
                if (crypto_verify_rsa_sha256(host, leaf->data, leaf->length, body, strlen(body), signature->data,
                                             signature->length, ret_valid, err) < 0)
                        return -1;
        }
        return 0;
}

static int verify_signature(const Host *host, const Secret *leaf, const char *body, const char *name,
                            const char *base64, Failure *failure)
{
        _cleanup_secret_ Secret signature = { 0 };
        bool valid;
        Error err;

        if (crypto_base64_decode(base64, strlen(base64), &signature, &err) < 0)
                return damaged(failure, name, &err);
        if (signature.length == 0 || signature.length > SIGNATURE_MAX)
                return failure_set(failure, REASON_ONBOARDING_DAMAGED, "Its %s has %zu bytes; 1 to %d are expected",
                                   name, signature.length, SIGNATURE_MAX);
        if (verify_bytes(host, leaf, body, &signature, &valid, &err) < 0)
                return not_judged(failure, "cert", &err);
        if (!valid)
                return failure_set(failure, REASON_ONBOARDING_SIGNATURE,
                                   "Its %s is not a signature of its body by its cert", name);
        return 0;
}

/* The sensor may look at either of the two, so both must hold. */
static int verify_signatures(const Host *host, const OnboardingBlob *blob, const Secret *leaf, Failure *failure)
{
        if (!blob->sha256sig && !blob->sig)
                return failure_set(failure, REASON_ONBOARDING_SIGNATURE, "It has neither sha256sig nor sig");
        if (blob->sha256sig && verify_signature(host, leaf, blob->body, "sha256sig", blob->sha256sig, failure) < 0)
                return -1;
        if (blob->sig && !text_equal(blob->sig, blob->sha256sig))
                return verify_signature(host, leaf, blob->body, "sig", blob->sig, failure);
        return 0;
}

static int verify_link(const Host *host, const Certificates *certificates, size_t i, size_t issuer, Failure *failure)
{
        const Secret *der = &certificates->der[i], *issuer_der = &certificates->der[issuer];
        char name[PLACE_MAX], issuer_name[PLACE_MAX];
        bool is_signed;
        Error err;

        if (crypto_certificate_signed_by(host, der->data, der->length, issuer_der->data, issuer_der->length, &is_signed,
                                         &err) < 0)
                return not_judged(failure, "chain", &err);
        if (is_signed)
                return 0;
        if (i == issuer)
                return failure_set(failure, REASON_ONBOARDING_SIGNATURE,
                                   "Its chain does not end in a root: %s has not signed itself", place(i, name));
        return failure_set(failure, REASON_ONBOARDING_SIGNATURE, "Its chain is broken: %s is not signed by %s",
                           place(i, name), place(issuer, issuer_name));
}

static int describe(const Secret *der, const char *name, CryptoCertificate *ret, Failure *failure)
{
        Error err;

        if (crypto_certificate_read(der->data, der->length, ret, &err) < 0)
                return damaged(failure, name, &err);
        return 0;
}

/* Else whoever has any certificate below a known root could sign packages with it. */
static int verify_authority(const Certificates *certificates, size_t i, Failure *failure)
{
        CryptoCertificate issuer;
        char name[PLACE_MAX];

        if (describe(&certificates->der[i], place(i, name), &issuer, failure) < 0)
                return -1;
        if (issuer.is_authority)
                return 0;
        return failure_set(failure, REASON_ONBOARDING_SIGNATURE, "Its chain is broken: %s is no certificate authority",
                           name);
}

static int verify_chain(const Host *host, const Certificates *certificates, Failure *failure)
{
        size_t i;

        for (i = 0; i + 1 < certificates->n; i++)
                if (verify_link(host, certificates, i, i + 1, failure) < 0 ||
                    verify_authority(certificates, i + 1, failure) < 0)
                        return -1;
        return verify_link(host, certificates, i, i, failure);
}

static int describe_chain(const Certificates *certificates, OnboardingPackage *package, Failure *failure)
{
        char name[PLACE_MAX];
        size_t i;

        for (i = 1; i < certificates->n; i++)
                if (describe(&certificates->der[i], place(i, name), &package->chain[i - 1], failure) < 0)
                        return -1;
        package->n_chain = certificates->n - 1;
        package->root = package->chain[package->n_chain - 1];
        return 0;
}

static bool is_known(const char *sha256, const char *const *roots)
{
        for (; roots && *roots; roots++)
                if (text_equal_nocase(*roots, sha256))
                        return true;
        return false;
}

int onboarding_trust_check(const Host *host, const OnboardingBlob *blob, OnboardingPackage *ret, Failure *failure)
{
        _cleanup_(certificates_clear) Certificates certificates = { 0 };
        CryptoCertificate leaf;

        if (read_certificates(blob, &certificates, failure) < 0 ||
            describe(&certificates.der[0], "cert", &leaf, failure) < 0 ||
            verify_signatures(host, blob, &certificates.der[0], failure) < 0 ||
            verify_chain(host, &certificates, failure) < 0 || describe_chain(&certificates, ret, failure) < 0)
                return -1;
        ret->leaf = leaf;
        ret->root_pinned =
                is_known(ret->root.sha256, built_in_roots) || is_known(ret->root.sha256, host->onboarding_roots);
        return 0;
}
