/*
 * token_key_stage: the folders of Azure Arc's agent, with one key file.
 */
#pragma once

#include "tests/unit/scratch.h"

#include "agent/azure/token_key.h"

#define KEY AZURE_TOKEN_FOLDER "/a1.key"

static inline char *in(const Scratch *scratch, const char *path)
{
        return host_path(&scratch->host, path);
}

static inline void lay_out(const Scratch *scratch, const char *key)
{
        _cleanup_free_ char *agent = in(scratch, "/var/opt/azcmagent"), *tokens = in(scratch, AZURE_TOKEN_FOLDER);

        scratch_write(scratch, "/etc/passwd", "root:x:0:0::/root:/bin/sh\nhimds:x:998:997::/:/bin/false\n");
        scratch_write(scratch, KEY, key);
        if (geteuid() != 0)
                skip(); /* the way down there has to be root's */
        assert_int_equal(chown(agent, 998, 997), 0);
        assert_int_equal(chown(tokens, 998, 997), 0);
        assert_int_equal(chmod(tokens, 0770), 0); /* its own group may */
}
