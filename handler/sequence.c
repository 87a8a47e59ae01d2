#include "handler/sequence.h"

#include <stdlib.h>

#include "agent/guest/settings_files.h"

int sequence_find(const Host *host, const Environment *environment, int *ret_sequence, Error *err)
{
        struct timespec written;
        int newest = -1;

        if (settings_files_number(getenv("ConfigSequenceNumber"), ret_sequence))
                return 0;
        if (settings_files_newest(host, environment->config_folder, &newest, &written, err) < 0)
                return -1;
        *ret_sequence = newest < 0 ? 0 : newest;
        return 0;
}
