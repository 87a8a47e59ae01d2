/*
 * rsa_key: keys for tests, 2048 bits, each call another one. They stand ready in data/keys: making one
 * takes seconds under valgrind. They protect nothing. For tests that include cmocka.h before.
 */
#pragma once

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#define RSA_KEY_FILES 12

static inline EVP_PKEY *rsa_key_generate(void)
{
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
        EVP_PKEY *key = NULL;

        assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
        assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
        EVP_PKEY_CTX_free(ctx);
        return key;
}

static inline EVP_PKEY *rsa_key_next(void)
{
        static int number;
        EVP_PKEY *key;
        char path[64];
        FILE *file;

        snprintf(path, sizeof(path), "tests/unit/data/keys/rsa-%d.pem", ++number);
        file = number <= RSA_KEY_FILES ? fopen(path, "re") : NULL;
        if (!file)
                return rsa_key_generate();
        key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
        fclose(file);
        assert_non_null(key);
        return key;
}
