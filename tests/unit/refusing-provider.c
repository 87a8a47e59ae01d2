/*
 * A provider of OpenSSL 3 that refuses RSA PKCS#1 v1.5 as key transport and offers nothing else, as do validated
 * modules with newer rules. It is asked when the properties to prefer are "?fips=yes". Linked into a test, and loaded
 * by the openssl program.
 */
#include <stdlib.h>

#include <openssl/opensslv.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/proverr.h>

#define FUNCTION(id, function)                                                                                         \
        {                                                                                                              \
                id, (void (*)(void))(function)                                                                         \
        }

static void *make(void *provider)
{
        return malloc(1);
}

static int has(const void *key, int selection)
{
        return 1;
}

static int import(void *key, int selection, const OSSL_PARAM parameters[])
{
        return 1;
}

static const OSSL_PARAM *import_types(int selection)
{
        static const OSSL_PARAM types[] = { OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0), OSSL_PARAM_END };

        return types;
}

static int begin(void *context, void *key, const OSSL_PARAM parameters[])
{
        return 1;
}

static int refuse(void *context, unsigned char *out, size_t *out_length, size_t out_size, const unsigned char *in,
                  size_t in_length)
{
        ERR_raise(ERR_LIB_PROV, PROV_R_INVALID_PADDING_MODE);
        return 0;
}

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
        static const OSSL_DISPATCH keys[] = {
                FUNCTION(OSSL_FUNC_KEYMGMT_NEW, make),
                FUNCTION(OSSL_FUNC_KEYMGMT_FREE, free),
                FUNCTION(OSSL_FUNC_KEYMGMT_HAS, has),
                FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, import),
                FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, import_types),
                { 0 },
        };
        static const OSSL_DISPATCH cipher[] = {
                FUNCTION(OSSL_FUNC_ASYM_CIPHER_NEWCTX, make),
                FUNCTION(OSSL_FUNC_ASYM_CIPHER_FREECTX, free),
                FUNCTION(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, begin),
                FUNCTION(OSSL_FUNC_ASYM_CIPHER_DECRYPT, refuse),
                { 0 },
        };
        static const OSSL_ALGORITHM key_kinds[] = { { "RSA", "provider=refusing", keys, NULL }, { 0 } },
                                    ciphers[] = { { "RSA", "provider=refusing,fips=yes", cipher, NULL }, { 0 } };

        *no_cache = 0;
        return operation == OSSL_OP_KEYMGMT ? key_kinds : operation == OSSL_OP_ASYM_CIPHER ? ciphers : NULL;
}

int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **ret)
{
        static const OSSL_DISPATCH functions[] = { FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query), { 0 } };

        *out = functions;
        *ret = (void *)handle;
        return 1;
}
#endif
