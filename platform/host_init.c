#include "platform/host_init.h"

#include "platform/base/version.h"
#include "platform/host_openssl.h"

void host_init(Host *host)
{
        *host = (Host){
                .root = "", .packages_url = HOST_PACKAGES_URL, .imds_url = HOST_IMDS_URL, .himds_url = HOST_HIMDS_URL
        };
        host->openssl = host_openssl_choose(host, version_is_portable);
}
