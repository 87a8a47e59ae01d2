#include "handler/people/bundle.h"

#include <time.h>
#include <unistd.h>

#include "agent/answers/advice.h"
#include "agent/guest/program_call.h"

static void omit_always(const char *root, Bundle *bundle)
{
        bundle_omit(bundle, "settings of the extension, keys, certificates", "they hold the onboarding package");
        bundle_omit(bundle, "the sensor's onboarding and offboarding files",
                    "who has them can add machines to the tenant; its id is in facts.json");
        bundle_omit(bundle, "MdeInstallerLog.log",
                    "it is what the package manager said, which may name logins of package sources: look through it "
                    "before you send it");
        bundle_omit(bundle, "package sources, proxies as they are configured, environment and unit files",
                    "they may hold passwords; what follows from them is in facts.json");
        bundle_omit(bundle,
                    "the site's configuration and managed configuration of the sensor beyond "
                    "enforcementLevel, groupIds and a proxy without login",
                    "what else stands there is the customer's own");
        bundle_omit(bundle, "the journal, and logs of others", "nobody knows what stands there");
        bundle_omit(bundle, "the sensor's own logs and diagnostics",
                    root ? "they are the sensor's"
                         : "they are the sensor's: 'mde-linux collect --with-sensor-diagnostics' has it make its "
                           "archive, a file of its own");
}

static void omit_unseen(const char *root, Bundle *bundle)
{
        char call[PROGRAM_CALL_MAX], option[ADVICE_OPTION_MAX];

        if (root)
                bundle_omit(bundle, "what only a running machine knows",
                            "this is an image: units, processes, memory, network and the sensor's health are unknown");
        if (geteuid() != 0)
                bundle_omit(bundle, "what only root may see",
                            "not root: history, status, the log and parts of the facts were not looked at; "
                            "'sudo %s collect%s' has them",
                            program_call(call), advice_option(root, option));
}

static void omit_unread(const Failure *unread, Bundle *bundle)
{
        if (unread->reason)
                bundle_omit(bundle, "what this site's configuration says",
                            "every run is refused (%s) until it is corrected, and facts and plan are as without it: %s",
                            reason_get(unread->reason)->id, unread->found);
}

void bundle_gather(const Host *host, const char *root, const Failure *unread, Bundle *ret)
{
        *ret = (Bundle){ .made_s = (int64_t)time(NULL) };
        bundle_add_machine(host, ret);
        bundle_add_extension(host, ret);
        omit_unread(unread, ret);
        omit_unseen(root, ret);
        omit_always(root, ret);
}
