#include "platform/stop_signals.h"

#include <signal.h>
#include <stddef.h>

static void catch_unless_ignored(int number, const struct sigaction *action)
{
        struct sigaction before;

        if (sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN)
                return;
        sigaction(number, action, NULL);
}

void stop_signals_catch(void (*handler)(int number))
{
        const struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

        sigaction(SIGTERM, &action, NULL);
        catch_unless_ignored(SIGINT, &action);
        catch_unless_ignored(SIGHUP, &action);
}
