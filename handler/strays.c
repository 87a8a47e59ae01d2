#include "handler/strays.h"

#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/process.h"

void strays_end(const Host *host, const char *unit, const char *whose)
{
        UndoState undo = { 0 };
        size_t n = 0;

        if (undo_state(host, &undo, NULL) == 0 && !undo.transaction)
                n = process_kill_unit(host, unit);
        if (n > 0)
                log_info("ended %zu processes that %s had left behind", n, whose);
}
