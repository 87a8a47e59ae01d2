#include "agent/steps/package_keys.h"

#include "agent/undo.h"

static int note(Mission *mission, int (*write)(const Host *host, const char *names, Error *err), Error *err)
{
        _cleanup_free_ char *names = NULL;

        if (!mission->manager->list_keys)
                return 0;
        return mission->manager->list_keys(mission->host, &names, err) < 0 ? -1 : write(mission->host, names, err);
}

int package_keys_before(Mission *mission, Error *err)
{
        return note(mission, undo_keys_open, err);
}

int package_keys_after(Mission *mission, Error *err)
{
        return note(mission, undo_keys_close, err);
}

void package_keys_tell(Mission *mission)
{
        _cleanup_free_ char *text = undo_keys_explain(mission->host);

        if (text)
                outcome_row(mission->outcome, "package-keys", ROW_WARNING, "%s", text);
}
