#include "agent/steps/package_cache.h"

#include "agent/undo.h"
#include "platform/fs.h"

int package_cache_prepare(const Host *host, Error *err)
{
        if (undo_remember_folder(host, STATE_CACHE, err) < 0)
                return -1;
        return fs_make_folder(host, STATE_CACHE, 0755, err) < 0 || fs_make_folder(host, PACKAGE_CACHE, 0755, err) < 0 ||
                               fs_make_folder(host, PACKAGE_CACHE "/partial", 0755, err) < 0
                       ? -1
                       : 0;
}
