#include "platform/fs_digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "platform/base/text.h"
#include "platform/openssl.h"

#define PIECE (256 * 1024)

static int digest_fd(int fd, EVP_MD_CTX *ctx, int64_t max, const char *path, Error *err)
{
        _cleanup_free_ char *piece = text_allocate(PIECE);
        int64_t total = 0;

        for (;;) {
                ssize_t n = read(fd, piece, PIECE);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return error_errno(err, errno, "read %s", path);
                if (n == 0)
                        return 0;
                total += n;
                if (total > max)
                        return error_set(err, ERROR_INPUT, "%s has more than %lld bytes", path, (long long)max);
                if (EVP_DigestUpdate(ctx, piece, (size_t)n) != 1)
                        abort();
        }
}

int fs_sha256_hex(const Host *host, const char *path, int64_t max, char hex[CRYPTO_SHA256_HEX], Error *err)
{
        _cleanup_(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        _cleanup_free_ char *full = host_path(host, path);
        _cleanup_close_ int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0, i;

        if (fd < 0)
                return error_errno(err, errno, "open %s", path);
        if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
                abort();
        if (digest_fd(fd, ctx, max, path, err) < 0)
                return -1;
        if (EVP_DigestFinal_ex(ctx, digest, &size) != 1)
                abort();
        for (i = 0; i < size; i++)
                snprintf(hex + 2 * i, 3, "%02X", digest[i]);
        return 0;
}
