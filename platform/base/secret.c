#include "platform/base/secret.h"

#include <string.h>
#include <sys/mman.h>

void secret_allocate(Secret *secret, size_t length)
{
        size_t page = (size_t)sysconf(_SC_PAGESIZE), mapped = (length / page + 1) * page;
        void *data = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (data == MAP_FAILED)
                abort();
        madvise(data, mapped, MADV_DONTDUMP);
        mlock(data, mapped); /* best effort: RLIMIT_MEMLOCK may be small */
        *secret = (Secret){ .data = data, .length = length, .mapped = mapped };
}

void secret_clear(Secret *secret)
{
        if (secret->data) {
                secret_wipe(secret->data, secret->mapped);
                munmap(secret->data, secret->mapped);
        }
        *secret = (Secret){ 0 };
}

void secret_wipe(void *bytes, size_t length)
{
        explicit_bzero(bytes, length);
}
