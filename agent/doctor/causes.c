/*
 * The order is that of likelihood, given that a cause is found: what is at work now; what says no for good; what kept
 * the extension from coming; what keeps an installation from succeeding; what ails a sensor that is there; what the
 * extension said of its last run, where none of that explains it.
 */
#include "agent/doctor/diagnose.h"

#include "agent/guest/places.h"

const Cause causes[] = {
        { "working", GROUP_EXTENSION, .look = look_working, .what = "mde-linux is at work on this machine now.",
          .remedy = "Wait until it has ended: 'mde-linux status --wait'." },
        { "systemd-missing", GROUP_MACHINE, .look = look_systemd },
        { "distribution-unsupported", GROUP_MACHINE, .look = look_distribution },
        { "sensor-removed", GROUP_SENSOR, .look = look_intent },
        { "held", GROUP_EXTENSION, .look = look_hold },
        { "extensions-off", GROUP_GUEST, .look = look_extensions_off,
          .what = "The guest agent is told to run no extensions on this machine.",
          .remedy = "Set Extensions.Enabled=y in that file and restart the guest agent " GUEST_AGENT_UNITS "." },
        { "extension-denied", GROUP_GUEST, .look = look_policy,
          .what = "The guest agent's policy on this machine does not allow the Defender extension.",
          .remedy = "Add Microsoft.Azure.AzureDefenderForServers.MDE.Linux to the extensions that the policy lists, or "
                    "have whoever keeps that file do so, and restart the guest agent " GUEST_AGENT_UNITS "." },
        { "guest-agent-missing", GROUP_GUEST, .look = look_guest_missing,
          .what = "This is a machine of Azure, and no guest agent is installed on it.",
          .remedy = "Install the guest agent (package walinuxagent or WALinuxAgent), or on a machine of Azure Arc its "
                    "agent; extensions come through it only." },
        { "guest-agent-stopped", GROUP_GUEST, .look = look_guest_stopped, .what = "The guest agent is not running.",
          .remedy = "Start it " GUEST_AGENT_START " and look at its log; extensions come "
                    "through it only." },
        { "plan-off", GROUP_CLOUD, .look = look_plan_off,
          .what = "Defender for Servers is off in Azure, so nobody has sent the Defender extension here.",
          .remedy = "Turn the plan Servers on (P1 and P2 both include Defender for Endpoint): Defender for Cloud, "
                    "Environment settings, the subscription; the extension comes within hours." },
        { "integration-off", GROUP_CLOUD, .look = look_integration_off,
          .what = "Defender for Cloud does not deploy Defender for Endpoint: the integration is off.",
          .remedy = "Turn it on: Defender for Cloud, Environment settings, the subscription, Defender plans, Servers, "
                    "Settings, Endpoint protection." },
        { "integration-without-linux", GROUP_CLOUD, .look = look_linux_out,
          .what = "Defender for Cloud's integration with Defender for Endpoint leaves out Linux.",
          .remedy = "Turn it on for Linux: Defender for Cloud, Environment settings, the subscription, Defender plans, "
                    "Servers, Settings, Endpoint protection." },
        { "extension-not-deployed", GROUP_CLOUD, .look = look_not_deployed,
          .what = "Nobody has asked Azure for the Defender extension on this machine.",
          .remedy =
                  "Turn on Defender for Servers with its integration, which deploys MDE.Linux within 1 hour (the first "
                  "time in a tenant within 12), or deploy it by a policy or by hand, as scale sets and machines of "
                  "generalised images need." },
        { "extension-deployment-failed", GROUP_CLOUD, .look = look_deployment_failed,
          .what = "Azure could not bring the Defender extension to this machine.",
          .remedy = "Mend what the message says, then deploy MDE.Linux again; what the guest agent logged says more." },
        { "extension-deploying", GROUP_CLOUD, .look = look_deploying,
          .what = "Azure is bringing the Defender extension to this machine now.",
          .remedy = "Wait some minutes; if it stays so, look at the guest agent's log." },
        { "extension-not-assigned", GROUP_GUEST, .look = look_not_wanted,
          .what = "Azure has not asked for the Defender extension on this machine.",
          .remedy = "Turn on Defender for Servers with its Defender for Endpoint integration for this subscription, or "
                    "deploy the extension MDE.Linux to this machine." },
        { "extension-not-delivered", GROUP_GUEST, .look = look_guest_trouble,
          .what = "The guest agent could not bring the Defender extension to this machine.",
          .remedy = "Mend what its log says: let the machine reach 168.63.129.16 (ports 80 and 32526) and the storage "
                    "host named, then restart the guest agent " GUEST_AGENT_UNITS "." },
        { "arc-not-delivered", GROUP_GUEST, .look = look_arc_trouble,
          .what = "Azure Arc's agent could not bring the Defender extension to this machine.",
          .remedy = "Run 'azcmagent check', let the machine reach what it says is not reached, and restart the "
                    "agent's extension service ('systemctl restart extd')." },
        { "extension-never-came", GROUP_GUEST, .look = look_never_came,
          .what = "The Defender extension has never arrived on this machine.",
          .remedy = "Look at the machine's extensions in the Azure portal; deploy MDE.Linux, or turn on the Defender "
                    "for Endpoint integration of Defender for Cloud; then look at the guest agent's log." },
        { "extension-not-installed", GROUP_EXTENSION, .look = look_not_installed,
          .what = "The extension arrived, and its installation did not succeed.",
          .remedy = "Look at CommandExecution.log in /var/log/azure/Microsoft.Azure.AzureDefenderForServers.MDE.Linux "
                    "(on Azure Arc at the logs in /var/lib/GuestConfig/extension_logs), then deploy the extension "
                    "again." },
        { "extension-disabled", GROUP_EXTENSION, .look = look_disabled,
          .what = "The extension is on this machine, and disabled.",
          .remedy = "Deploy it again, or restart the guest agent " GUEST_AGENT_UNITS " so that it enables it." },
        { "worker-died", GROUP_EXTENSION, .look = look_died },
        { "settings-unreadable", GROUP_EXTENSION, .look = look_unreadable },
        { "conflict", GROUP_OTHERS, .of_attempt = true, .look = look_conflict },
        { "fitness", GROUP_MACHINE, .of_attempt = true, .look = look_fitness },
        { "clock-wrong", GROUP_NETWORK, .of_attempt = true, .look = look_clock },
        { "package-manager-broken", GROUP_PACKAGES, .of_attempt = true, .look = look_broken },
        { "package-manager-locked", GROUP_PACKAGES, .of_attempt = true, .look = look_locked,
          .what = "Somebody else is at work with this machine's package manager.",
          .remedy = "Wait until that process has ended; if it does not, find out what it waits for." },
        { "source-unusable", GROUP_PACKAGES, .of_attempt = true, .look = look_sources,
          .what = "The file that configures the sensor's repository is of no use on this machine.",
          .remedy = "Remove that file, or have the extension run again: it sets it up anew." },
        { "sensor-unusable", GROUP_SENSOR, .look = look_unusable },
        { "service-failed", GROUP_SENSOR, .look = look_unit_failed },
        { "service-off", GROUP_SENSOR, .look = look_unit_off, .what = "The sensor's service is not at work.",
          .remedy = "Run 'systemctl enable --now mdatp' and find out who switched it off." },
        { "sensor-not-answering", GROUP_SENSOR, .look = look_silent },
        { "sensor-expired", GROUP_SENSOR, .look = look_expired },
        { "tenant-other", GROUP_TENANT, .look = look_tenant },
        { "offboarding-file", GROUP_TENANT, .look = look_offboarding_file,
          .what = "The sensor was offboarded on this machine: its offboarding file lies there.",
          .remedy = "If it is to come back, onboard it again: deploy the extension (a new sequence number), or write "
                    "the onboarding package by hand after removing that file." },
        { "not-onboarded", GROUP_TENANT, .look = look_not_onboarded,
          .what = "The sensor is installed and was not onboarded: there is no onboarding file.",
          .remedy = "Give it the onboarding package of your tenant: deploy the extension, or use the Linux onboarding "
                    "package of the Defender portal." },
        { "tls-interception", GROUP_NETWORK, .of_attempt = true, .look = look_interception,
          .what = "Somebody on the way opens the TLS connections of this machine.",
          .remedy = "Exempt these hosts from TLS inspection: the sensor accepts no other certificate." },
        { "proxy-not-the-sensors", GROUP_NETWORK, .of_attempt = true, .look = look_own_proxy,
          .what = "The sensor's cloud is reached only through the machine's proxy, which the sensor does not use.",
          .remedy = "Tell the sensor of it: the setting \"proxy\" of the extension, or 'mdatp config proxy set "
                    "--value http://HOST:PORT'." },
        { "proxy", GROUP_NETWORK, .of_attempt = true, .look = look_proxy,
          .what = "The proxy does not let this machine through.",
          .remedy = "Have the proxy let this machine through to the hosts named on port 443 without a password, or "
                    "name another in the setting proxy." },
        { "repository-unreachable", GROUP_NETWORK, .of_attempt = true, .look = look_package_server },
        { "endpoints", GROUP_NETWORK, .of_attempt = true, .look = look_endpoints,
          .what = "This machine does not reach what the sensor needs of its cloud.",
          .remedy = "Let it reach the hosts named on port 443 (name service, firewall, proxy), without TLS "
                    "inspection." },
        { "sensor-not-licensed", GROUP_TENANT, .look = look_no_licence },
        { "isolated", GROUP_SENSOR, .look = look_isolated,
          .what = "The portal has isolated this machine from the network.",
          .remedy = "Release it from isolation in the Defender portal." },
        { "cloned", GROUP_TENANT, .look = look_copy,
          .what = "This machine's disk is a copy of an onboarded one: both report as one device.",
          .remedy = "Give this machine a device of its own: 'mde-linux offboard FILE', 'systemctl stop mdatp', remove "
                    "/etc/opt/microsoft/mdatp/wdavstate, and onboard it again; take images before a sensor is "
                    "onboarded." },
        { "stale-tag", GROUP_TENANT, .look = look_stale_tag,
          .what = "The sensor's tag links it to another Azure resource than this machine.",
          .remedy = "Where 'mde-linux status' has it to do, the next daily look does it. Else deploy the extension "
                    "again, "
                    "or run 'mdatp edr tag set --name AzureResourceId --value' with this machine's resource id." },
        { "extension-failed", GROUP_EXTENSION, .look = look_failed, .what = "The extension's last run failed.",
          .remedy = "Look at its log in /var/log/azure/Microsoft.Azure.AzureDefenderForServers.MDE.Linux (on Azure Arc "
                    "in /var/lib/GuestConfig/extension_logs), then deploy it again." },
        { "extension-failed-then", GROUP_EXTENSION, .look = look_failed_then,
          .what = "The last run met something that is not there any more.",
          .remedy = "Have it tried again: restart the guest agent " GUEST_AGENT_UNITS
                    ", or deploy the extension again." },
        { "guest-agent-down", GROUP_GUEST, .look = look_guest_down, .what = "The guest agent is not running.",
          .remedy = "Start it " GUEST_AGENT_START ": until then the portal shows what was, and "
                    "nothing new arrives." },
        { "request-waits", GROUP_EXTENSION, .look = look_waiting,
          .what = "A request of the extension waits, and nobody works on it.",
          .remedy = "Restart the guest agent " GUEST_AGENT_UNITS ": it has the extension begin." },
        { "definitions", GROUP_SENSOR, .look = look_definitions,
          .what = "The sensor's security intelligence is not up to date.",
          .remedy = "Run 'mdatp definitions update' and see that its update host is reached." },
        { "definitions-old", GROUP_SENSOR, .look = look_old_definitions,
          .what = "The sensor's security intelligence has not been updated for long.",
          .remedy = "Run 'mdatp definitions update' and see that its update host is reached, also through the "
                    "sensor's own proxy." },
        { "subscription-tenant", GROUP_CLOUD, .look = look_other_subscription,
          .what = "The sensor is in another tenant than this machine's subscription: its portal does not show it.",
          .remedy = "Look for it in that other tenant's portal; to move it, offboard it with that tenant's package, "
                    "then deploy the extension again." },
        { "extension-shown-failed", GROUP_CLOUD, .look = look_shown_failed,
          .what = "Azure shows the extension as failed, although the sensor is licensed.",
          .remedy = "See that the guest agent runs and reports; if it does, deploy MDE.Linux again." },
        { "unproven", GROUP_TENANT, .look = look_unproven,
          .what = "The sensor is licensed, and its cloud has not answered it yet.",
          .remedy = "Wait some minutes; if it stays so, run 'mdatp connectivity test'." },
        { "unhealthy", GROUP_SENSOR, .look = look_unhealthy, .what = "The sensor says that it is not healthy.",
          .remedy = "Look at 'mdatp health --details' and at 'journalctl -u mdatp'." },
        { "never-onboarded", GROUP_EXTENSION, .fallback = true, .look = look_nothing_asked,
          .what = "Nothing has asked for Defender on this machine so far.",
          .remedy = "Give it an onboarding package by hand, connect it to Azure Arc, or deploy the extension." },
        { "no-sensor", GROUP_SENSOR, .fallback = true, .look = look_no_sensor,
          .what = "The sensor is not installed on this machine.",
          .remedy = "Deploy the extension, and run this again after it has ended." },
        { "held-but-well", GROUP_EXTENSION, .known = true, .look = look_held_but_well,
          .what = "Changes to this machine are on hold.", .remedy = "Run 'mde-linux unhold' when they may go on." },
        { "subscription-tenant-asked", GROUP_CLOUD, .known = true, .look = look_other_on_purpose,
          .what = "The sensor is in another tenant than this machine's subscription, as the extension was asked.",
          .remedy = "Nothing, if that is meant: the portal of that tenant shows this machine." },
        { "packages-not-whole", GROUP_PACKAGES, .known = true, .look = look_not_whole,
          .what = "This machine's package manager is not whole.",
          .remedy = "Repair it as it advises itself: until then the sensor cannot be updated." },
        { "packages-busy", GROUP_PACKAGES, .known = true, .look = look_busy,
          .what = "Somebody else is at work with this machine's package manager.",
          .remedy = "Nothing: the sensor is there, and only an update of it would wait." },
        { "passive", GROUP_SENSOR, .known = true, .look = look_passive,
          .what = "The sensor's antivirus is passive: it detects and does not block.",
          .remedy = "If it is to block: the setting passiveMode false, or the portal's policy." },
        { "definitions-loading", GROUP_SENSOR, .known = true, .look = look_loading,
          .what = "The sensor is loading its security intelligence.",
          .remedy = "Wait some minutes; until then it says that it is not healthy." },
        { "expires-soon", GROUP_SENSOR, .known = true, .look = look_expires_soon,
          .what = "The sensor's build expires soon.", .remedy = "Update the package mdatp." },
        { "advice", GROUP_MACHINE, .known = true, .look = look_advice, .what = "Of this machine there is more to know.",
          .remedy = "Nothing has to be done while the sensor is well." },
        { "endpoints-optional", GROUP_NETWORK, .known = true, .look = look_network,
          .what = "Hosts that the sensor can do without for a while are not reached.",
          .remedy = "Let this machine reach them on port 443." },
};

const size_t causes_n = ELEMENTSOF(causes);
