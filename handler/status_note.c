#include "handler/status_note.h"

#include <string.h>

#include "handler/status.h"
#include "platform/base/text.h"
#include "platform/fs.h"

int status_note_put(const Host *host, const Environment *environment, int sequence, const char *name, const char *text,
                    bool *ret_new, Error *err)
{
        _cleanup_free_ char *path = status_path(environment, sequence);
        _cleanup_json_ Json *document = status_read(host, environment, sequence);
        Json *status = status_told(document), *rows = status_told_rows(status);
        const char *written;

        *ret_new = false;
        if (!status_told_success(status) || !rows || !status_told_warn(rows, name, text))
                return 0;
        written = json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        if (strlen(written) >= STATUS_SIZE_MAX)
                return 0;
        if (fs_write_volatile(host, path, written, strlen(written), 0644, err) < 0)
                return -1;
        *ret_new = true;
        return 0;
}
