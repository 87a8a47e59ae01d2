#include "agent/answers/remedy.h"

#include "agent/guest/places.h"

#define UPDATE_OR_ADD_ROOT                                                                                             \
        "Update mde-linux, or add the root's SHA-256 to onboarding-roots in /etc/mde-linux/mde-linux.conf"

static const char *const by_hand[_REASON_MAX] = {
        [REASON_SETTINGS_INVALID] = "Correct that setting or option, and run the command again.",
        [REASON_ONBOARDING_MISSING] = "Name the onboarding package: 'mde-linux onboard FILE', with --uri, or with "
                                      "--from-azure.",
        [REASON_CRYPTO_REFUSED] = "Let OpenSSL's configuration or crypto policy allow what is named; what a package is "
                                  "signed with cannot be changed here.",
        [REASON_ONBOARDING_DAMAGED] = "Download the Linux onboarding package again from the Defender portal, and name "
                                      "that file, unchanged.",
        [REASON_ONBOARDING_IS_OFFBOARDING] = "Name an onboarding package. To offboard this machine, run 'mde-linux "
                                             "offboard' with this file.",
        [REASON_ONBOARDING_ROOT_UNKNOWN] = UPDATE_OR_ADD_ROOT ", or set verifyOnboarding to warn.",
        [REASON_ONBOARDING_SOURCE] = "Download the Linux onboarding package from the Defender portal, and name that "
                                     "file, or correct the address.",
        [REASON_ONBOARDING_UNREACHABLE] = "Let this machine reach that host on port 443, or bring the package here and "
                                          "name the file.",
        [REASON_ONBOARDING_STALLED] = "See to that server, or to the proxy, firewall or inspection on the way to it "
                                      "(also to packets that are too large for it), or bring the package here and name "
                                      "the file.",
        [REASON_OFFBOARDING_MISSING] = "Name an offboarding package of the tenant that the sensor is in.",
        [REASON_OFFBOARDING_DAMAGED] = "Download the Linux offboarding package again from the Defender portal, and "
                                       "name that file, unchanged.",
        [REASON_OFFBOARDING_ROOT_UNKNOWN] = UPDATE_OR_ADD_ROOT ".",
        [REASON_TENANT_OTHER] = "Run 'mde-linux offboard' with an offboarding package of the sensor's present tenant "
                                "first, if this machine is to change its tenant.",
        [REASON_DISTRIBUTION_UNSUPPORTED] = "Move to a release that is supported ('mde-linux check' names them); "
                                            "nothing was changed.",
        [REASON_INSTALL_FAILED] = "See " BY_HAND_LOGS "/installer.log for all that the package manager said.",
        [REASON_INSTALL_STILL_RUNNING] = "Wait until the installation has ended, then run the command again: it goes "
                                         "on from there. If it never ends, look at the process named.",
        [REASON_SENSOR_TENANT_DIFFERS] = "Run 'mde-linux offboard' with an offboarding package of that tenant, then "
                                         "'mde-linux onboard' again.",
        [REASON_SENSOR_REMOVED] = "Run 'mde-linux onboard' again if it is to come back.",
        [REASON_SENSOR_OFFBOARDED] = "Run 'mde-linux onboard' again if it is to come back.",
        [REASON_SENSOR_FILES] = "Start it if it is in use (systemctl enable --now mdatp), or remove the folder named; "
                                "then run the command again.",
        [REASON_AZURE_IDENTITY] = "Switch on the machine's system assigned identity (an Azure Arc machine has one), or "
                                  "assign one to it and name it in azureIdentity, or give the package as FILE.",
        [REASON_AZURE_METADATA_DENIED] = "See who answers in the metadata service's place, whether azureIdentity "
                                         "names an identity of this machine, and on Azure Arc that root can read the "
                                         "agent's key file; or give the onboarding package as FILE.",
        [REASON_AZURE_ACCESS] = "Give that identity the role Security Reader (or Reader) on the subscription, which "
                                "takes effect within minutes, or give the package as FILE.",
        [REASON_AZURE_UNREACHABLE] = "Let this machine reach its host on port 443, or give the onboarding package as "
                                     "FILE.",
        [REASON_AZURE_BLOCKED] = "Have whatever it is (a proxy, TLS inspection, a portal) let this machine through to "
                                 "that host on port 443 as it is, or give the onboarding package as FILE.",
        [REASON_AZURE_ONBOARDING] = "See that Defender for Servers and its integration with Defender for Endpoint are "
                                    "on in that subscription, or give the package as FILE.",
        [REASON_CLOUD_UNSUPPORTED] = "Give the package as FILE, or name the cloud's Resource Manager as arm in "
                                     "/etc/mde-linux/mde-linux.conf.",
        [REASON_SUPERSEDED] = "Run the command again when the newer request has ended ('mde-linux status --wait').",
        [REASON_STOPPED] = "Run the command again: it goes on from here.",
        [REASON_WORKER_DIED] =
                "Run the command again: it puts right what was begun. What was done stands in " BY_HAND_LOG ".",
        [REASON_INTERNAL] = "Try again; when it stays, report it with what is in " BY_HAND_LOGS ".",
};

const char *remedy_by_hand(ReasonId reason)
{
        const char *words = (size_t)reason < _REASON_MAX ? by_hand[reason] : NULL;

        return words ? words : reason_get(reason)->remedy;
}

const char *remedy_of_package(ReasonId reason, bool kind_known)
{
        if (!kind_known)
                return "Download the package for Linux again from the Defender portal, and name that file, or the "
                       "script in it, unchanged.";
        return reason == REASON_ONBOARDING_ROOT_UNKNOWN ? UPDATE_OR_ADD_ROOT "." : remedy_by_hand(reason);
}

const char *remedy_of_run(ReasonId reason, bool hand)
{
        return hand ? remedy_by_hand(reason) : reason_get(reason)->remedy;
}
