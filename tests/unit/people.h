/*
 * people: identities that tests of crypto need. For tests that include cmocka.h before.
 */
#pragma once

#include "tests/unit/identity.h"

typedef struct People {
        Identity alice, bob, twin, curve; /* twin: alice's names and serial over bob's key */
} People;

/* cmocka's setup and teardown of a group. */
static inline int people_open(void **state)
{
        People *f = text_allocate(sizeof(*f));

        make_identity(&f->alice, &(IdentitySpec){ .cn = "Alice", .serial = 0x1234, .key = make_key(EVP_PKEY_RSA) });
        make_identity(&f->bob, &(IdentitySpec){ .cn = "Bob", .serial = 0x77, .key = make_key(EVP_PKEY_RSA) });
        EVP_PKEY_up_ref(f->bob.key);
        make_identity(&f->twin, &(IdentitySpec){ .cn = "Alice", .serial = 0x1234, .key = f->bob.key });
        make_identity(&f->curve, &(IdentitySpec){ .cn = "Curve", .serial = 3, .key = make_key(EVP_PKEY_EC) });
        *state = f;
        return 0;
}

static inline int people_close(void **state)
{
        People *f = *state;

        identity_clear(&f->alice);
        identity_clear(&f->bob);
        identity_clear(&f->twin);
        identity_clear(&f->curve);
        free(f);
        return 0;
}
