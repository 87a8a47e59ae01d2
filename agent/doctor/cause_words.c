#include "agent/doctor/cause_words.h"

#include "agent/guest/places.h"
#include "platform/base/text.h"

const CauseWords cause_words[] = {
        { "advice", "Of this machine there is more to know.", "Nothing has to be done while the sensor is well." },
        { "arc-not-delivered", "Azure Arc's agent could not bring the Defender extension to this machine.",
          "Run 'azcmagent check', let the machine reach what it says is not reached, and restart the "
          "agent's extension service ('systemctl restart extd')." },
        { "cloned", "This machine's disk is a copy of an onboarded one: both report as one device.",
          "Give this machine a device of its own: 'mde-linux offboard FILE', 'systemctl stop mdatp', remove "
          "/etc/opt/microsoft/mdatp/wdavstate, and onboard it again; take images before a sensor is "
          "onboarded." },
        { "definitions", "The sensor's security intelligence is not up to date.",
          "Run 'mdatp definitions update' and see that its update host is reached." },
        { "definitions-loading", "The sensor is loading its security intelligence.",
          "Wait some minutes; until then it says that it is not healthy." },
        { "definitions-old", "The sensor's security intelligence has not been updated for long.",
          "Run 'mdatp definitions update' and see that its update host is reached, also through the "
          "sensor's own proxy." },
        { "endpoints", "This machine does not reach what the sensor needs of its cloud.",
          "Let it reach the hosts named on port 443 (name service, firewall, proxy), without TLS "
          "inspection." },
        { "endpoints-optional", "Hosts that the sensor can do without for a while are not reached.",
          "Let this machine reach them on port 443." },
        { "expires-soon", "The sensor's build expires soon.", "Update the package mdatp." },
        { "extension-denied", "The guest agent's policy on this machine does not allow the Defender extension.",
          "Add Microsoft.Azure.AzureDefenderForServers.MDE.Linux to the extensions that the policy lists, or "
          "have whoever keeps that file do so, and restart the guest agent " GUEST_AGENT_UNITS "." },
        { "extension-deploying", "Azure is bringing the Defender extension to this machine now.",
          "Wait some minutes; if it stays so, look at the guest agent's log." },
        { "extension-deployment-failed", "Azure could not bring the Defender extension to this machine.",
          "Mend what the message says, then deploy MDE.Linux again; what the guest agent logged says more." },
        { "extension-disabled", "The extension is on this machine, and disabled.",
          "Deploy it again, or restart the guest agent " GUEST_AGENT_UNITS " so that it enables it." },
        { "extension-failed", "The extension's last run failed.",
          "Look at its log in /var/log/azure/Microsoft.Azure.AzureDefenderForServers.MDE.Linux (on Azure Arc "
          "in /var/lib/GuestConfig/extension_logs), then deploy it again." },
        { "extension-failed-then", "The last run met something that is not there any more.",
          "Have it tried again: restart the guest agent " GUEST_AGENT_UNITS ", or deploy the extension again." },
        { "extension-never-came", "The Defender extension has never arrived on this machine.",
          "Look at the machine's extensions in the Azure portal; deploy MDE.Linux, or turn on the Defender "
          "for Endpoint integration of Defender for Cloud; then look at the guest agent's log." },
        { "extension-not-assigned", "Azure has not asked for the Defender extension on this machine.",
          "Turn on Defender for Servers with its Defender for Endpoint integration for this subscription, or "
          "deploy the extension MDE.Linux to this machine." },
        { "extension-not-delivered", "The guest agent could not bring the Defender extension to this machine.",
          "Mend what its log says: let the machine reach 168.63.129.16 (ports 80 and 32526) and the storage "
          "host named, then restart the guest agent " GUEST_AGENT_UNITS "." },
        { "extension-not-deployed", "Nobody has asked Azure for the Defender extension on this machine.",
          "Turn on Defender for Servers with its integration, which deploys MDE.Linux within 1 hour (the first "
          "time in a tenant within 12), or deploy it by a policy or by hand, as scale sets and machines of "
          "generalised images need." },
        { "extension-not-installed", "The extension arrived, and its installation did not succeed.",
          "Look at CommandExecution.log in /var/log/azure/Microsoft.Azure.AzureDefenderForServers.MDE.Linux "
          "(on Azure Arc at the logs in /var/lib/GuestConfig/extension_logs), then deploy the extension "
          "again." },
        { "extension-shown-failed", "Azure shows the extension as failed, although the sensor is licensed.",
          "See that the guest agent runs and reports; if it does, deploy MDE.Linux again." },
        { "extensions-off", "The guest agent is told to run no extensions on this machine.",
          "Set Extensions.Enabled=y in that file and restart the guest agent " GUEST_AGENT_UNITS "." },
        { "guest-agent-down", "The guest agent is not running.",
          "Start it " GUEST_AGENT_START ": until then the portal shows what was, and "
          "nothing new arrives." },
        { "guest-agent-missing", "This is a machine of Azure, and no guest agent is installed on it.",
          "Install the guest agent (package walinuxagent or WALinuxAgent), or on a machine of Azure Arc its "
          "agent; extensions come through it only." },
        { "guest-agent-stopped", "The guest agent is not running.",
          "Start it " GUEST_AGENT_START " and look at its log; extensions come "
          "through it only." },
        { "held-but-well", "Changes to this machine are on hold.", "Run 'mde-linux unhold' when they may go on." },
        { "integration-off", "Defender for Cloud does not deploy Defender for Endpoint: the integration is off.",
          "Turn it on: Defender for Cloud, Environment settings, the subscription, Defender plans, Servers, "
          "Settings, Endpoint protection." },
        { "integration-without-linux", "Defender for Cloud's integration with Defender for Endpoint leaves out Linux.",
          "Turn it on for Linux: Defender for Cloud, Environment settings, the subscription, Defender plans, "
          "Servers, Settings, Endpoint protection." },
        { "isolated", "The portal has isolated this machine from the network.",
          "Release it from isolation in the Defender portal." },
        { "never-onboarded", "Nothing has asked for Defender on this machine so far.",
          "Give it an onboarding package by hand, connect it to Azure Arc, or deploy the extension." },
        { "no-sensor", "The sensor is not installed on this machine.",
          "Deploy the extension, and run this again after it has ended." },
        { "not-onboarded", "The sensor is installed and was not onboarded: there is no onboarding file.",
          "Give it the onboarding package of your tenant: deploy the extension, or use the Linux onboarding "
          "package of the Defender portal." },
        { "offboarding-file", "The sensor was offboarded on this machine: its offboarding file lies there.",
          "If it is to come back, onboard it again: deploy the extension (a new sequence number), or write "
          "the onboarding package by hand after removing that file." },
        { "package-manager-locked", "Somebody else is at work with this machine's package manager.",
          "Wait until that process has ended; if it does not, find out what it waits for." },
        { "packages-busy", "Somebody else is at work with this machine's package manager.",
          "Nothing: the sensor is there, and only an update of it would wait." },
        { "packages-not-whole", "This machine's package manager is not whole.",
          "Repair it as it advises itself: until then the sensor cannot be updated." },
        { "passive", "The sensor's antivirus is passive: it detects and does not block.",
          "If it is to block: the setting passiveMode false, or the portal's policy." },
        { "plan-off", "Defender for Servers is off in Azure, so nobody has sent the Defender extension here.",
          "Turn the plan Servers on (P1 and P2 both include Defender for Endpoint): Defender for Cloud, "
          "Environment settings, the subscription; the extension comes within hours." },
        { "proxy", "The proxy does not let this machine through.",
          "Have the proxy let this machine through to the hosts named on port 443 without a password, or "
          "name another in the setting proxy." },
        { "proxy-not-the-sensors",
          "The sensor's cloud is reached only through the machine's proxy, which the sensor does not use.",
          "Tell the sensor of it: the setting \"proxy\" of the extension, or 'mdatp config proxy set "
          "--value http://HOST:PORT'." },
        { "request-waits", "A request of the extension waits, and nobody works on it.",
          "Restart the guest agent " GUEST_AGENT_UNITS ": it has the extension begin." },
        { "service-off", "The sensor's service is not at work.",
          "Run 'systemctl enable --now mdatp' and find out who switched it off." },
        { "source-unusable", "The file that configures the sensor's repository is of no use on this machine.",
          "Remove that file, or have the extension run again: it sets it up anew." },
        { "stale-tag", "The sensor's tag links it to another Azure resource than this machine.",
          "Where 'mde-linux status' has it to do, the next daily look does it. Else deploy the extension "
          "again, "
          "or run 'mdatp edr tag set --name AzureResourceId --value' with this machine's resource id." },
        { "subscription-tenant",
          "The sensor is in another tenant than this machine's subscription: its portal does not show it.",
          "Look for it in that other tenant's portal; to move it, offboard it with that tenant's package, "
          "then deploy the extension again." },
        { "subscription-tenant-asked",
          "The sensor is in another tenant than this machine's subscription, as the extension was asked.",
          "Nothing, if that is meant: the portal of that tenant shows this machine." },
        { "tls-interception", "Somebody on the way opens the TLS connections of this machine.",
          "Exempt these hosts from TLS inspection: the sensor accepts no other certificate." },
        { "unhealthy", "The sensor says that it is not healthy.",
          "Look at 'mdatp health --details' and at 'journalctl -u mdatp'." },
        { "unproven", "The sensor is licensed, and its cloud has not answered it yet.",
          "Wait some minutes; if it stays so, run 'mdatp connectivity test'." },
        { "working", "mde-linux is at work on this machine now.",
          "Wait until it has ended: 'mde-linux status --wait'." },
        { NULL, NULL, NULL },
};

const CauseWords *cause_words_find(const char *id)
{
        const CauseWords *words;

        for (words = cause_words; words->id; words++)
                if (text_equal(words->id, id))
                        return words;
        return NULL;
}
