#include "agent/answers/status_rows.h"

#include <ctype.h>
#include <string.h>

const StatusRow status_rows[] = {
        { "AzureResourceId", "The tag that links the device in the portal to this machine's resource in Azure." },
        { "ErrorClarification", "Azure reads from this row whose a failure is; the reason's id stands in it." },
        { "GROUP", "The device's group tag, as the setting tags asked for it." },
        { "SecurityWorkspaceId", "The tag with the workspace of Defender for Servers." },
        { "azure-cloud", "This machine is in a cloud, or of a kind, that has no onboarding packages of its own." },
        { "azure-resource", "Which resource of Azure the device is linked to. A warning: the setting azureResourceId "
                            "names another one than Azure's metadata service." },
        { "channel", "The sensor is of another channel than the setting asks for; a sensor that is there stays in its "
                     "channel." },
        { "clock", "The clock of this machine is wrong. Set it: licence and connections depend on it.",
          .of_run = true },
        { "cloned", "This machine's disk is a copy of another one that was onboarded: both report as one device. The "
                    "row says how to part them." },
        { "cloud", "Whether the Defender service has answered the sensor: proven once it gave an EDR machine id." },
        { "conflict", "Another product holds file access back, as the sensor does; two of them can make a machine "
                      "stand still. Remove one, or run the sensor in passive mode." },
        { "connectivity", "Whether the hosts that the sensor needs were reached before anything was changed.",
          .of_run = true },
        { "daily-look",
          "The daily look whether all is still as asked cannot be made; the other rows are of the last one, "
          "and newer drift is not noticed until it can." },
        { "definitions", "The antivirus definitions are not up to date; minutes after an installation they are still "
                         "loading." },
        { "disable", "The guest agent disabled the extension; the sensor stays as it is." },
        { "distribution", "The distribution is not supported and treated as a related one, as asked." },
        { "drift", "It was onboarded as asked once, and is not any more; the row says what changed. The extension "
                   "itself goes on to report success, unless driftAs says otherwise." },
        { "endpoints",
          "The hosts and the port that the sensor of this onboarding package talks to: what firewalls and "
          "proxies have to let through.",
          .of_run = true },
        { "expiry", "The sensor's build expires soon, or has. Update the package mdatp: an expired build has no "
                    "licence." },
        { "extension-old", "This build of mde-linux is old, and so are the libraries that it brings. Update it." },
        { "fanotify", "Another program may decide about file access, and is known to get on with the sensor, or does "
                      "not do so at present." },
        { "fanotify-listeners", "Programs that are told of file access, and cannot hold it back: harmless." },
        { "fanotify-unknown", "Not every process could be looked at, so another product that blocks may not have been "
                              "seen." },
        { "fips", "By whose cryptography settings and signatures were judged on a machine in FIPS mode." },
        { "fitness-audit-immutable", "The audit rules are locked: rules of the sensor take effect with the next "
                                     "boot." },
        { "fitness-cpu-quota", "The processor time of this program is limited (Azure Arc does so): an installation "
                               "takes longer." },
        { "fitness-cpus", "There is one processor; the sensor runs better with two." },
        { "fitness-disk", "Space was short, and skipChecks had the run go on." },
        { "fitness-ebpf", "The kernel has no eBPF as the sensor wants it: it falls back to another, slower source of "
                          "events." },
        { "fitness-fanotify",
          "The kernel's fanotify does not let a program hold file access back: no real-time protection; "
          "skipChecks had the run go on." },
        { "fitness-fapolicyd-trust", "fapolicyd is active: it may have to trust the sensor's programs." },
        { "fitness-fips", "The machine is in FIPS mode, where some builds of the package cannot be installed." },
        { "fitness-https", "The package manager could not fetch by https, and skipChecks had the run go on." },
        { "fitness-inodes", "Inodes were short, and skipChecks had the run go on." },
        { "fitness-kernel", "The kernel is older than the sensor needs, or is known for trouble with it." },
        { "fitness-links", "/opt is a link, which the package cannot be installed through." },
        { "fitness-memory", "Memory is short for the sensor." },
        { "fitness-noexec", "A file system that the sensor or its package uses does not let programs run." },
        { "fitness-read-only", "A file system that the package has to write to is mounted read-only." },
        { "fitness-selinux", "SELinux is enforcing: the package loads a policy of its own, which takes a while." },
        { "fitness-streamlined", "The version asked for is too old for a streamlined onboarding package." },
        { "fitness-user", "The user mdatp could not be made, or somebody has the user database locked." },
        { "folder", "The sensor is installed elsewhere than usual." },
        { "group-ids", "The setting groupIds against what the sensor reports." },
        { "health", "Whether the sensor says that it is healthy, and what issues it names; 'mdatp health' has all." },
        { "hold", "The end of a hold on changes: it is over, or it cannot be read and the hold does not end." },
        { "install-path", "The installation folder: it was set up, or is another one than the setting asks for." },
        { "isolation", "The portal has isolated this machine from the network; release it there." },
        { "look", "What was found on this machine, and how many steps were to be done.", .of_run = true },
        { "managed-by", "The portal manages settings of the sensor; they go before what is asked here." },
        { "managed-config", "The sensor's managed file: it was changed as asked, or cannot be read." },
        { "managed-config-twice", "A name stands more than once in the sensor's managed file; the last one counts. "
                                  "Remove the others." },
        { "managed-values", "How many values of managedConfig are in the sensor's managed file." },
        { "offboard", "The sensor left its present tenant, so that it can be onboarded to another." },
        { "offboarded", "The sensor has left its tenant, or was in none." },
        { "onboard", "The onboarding package was written for the sensor." },
        { "onboarding-package", "Where the onboarding package came from. A warning: it could not be compared with what "
                                "the sensor has, or is signed under a root that is not known here." },
        { "ownership", "No package owns the sensor: it works and is kept, and nobody updates it." },
        { "package", "The sensor's package was installed or moved to another version." },
        { "package-file", "The sensor's package comes from the file that the setting packageFile names." },
        { "package-keys", "Keys that the package manager imported while it worked, and what became of them.",
          .of_run = true },
        { "package-proxy", "The proxy through which packages are fetched, and who names it.", .of_run = true },
        { "package-repair", "The package manager had been interrupted before; its pending work was finished.",
          .of_run = true },
        { "package-settings", "Settings about the package's source that one which goes before them leaves without "
                              "effect." },
        { "package-source", "Which repository, mirror or file the sensor's package comes from.", .of_run = true },
        { "passive-mode", "The setting passiveMode against what the sensor reports." },
        { "predecessor", "The background work of an earlier extension was waited for.", .of_run = true },
        { "proxy", "The setting proxy against what the sensor reports." },
        { "proxy-passed-over", "A proxy that this machine names and that cannot be used: by its kind, or as it wants a "
                               "password." },
        { "recheck", "The timer of the daily look could not be put in place." },
        { "refusal", "Why nothing was done; refusalAs has it reported beside a success." },
        { "repository", "The vendor's package repository was set up or is there." },
        { "repository-added", "An entry for the vendor's repository was written.", .of_run = true },
        { "repository-key", "The vendor's signing keys: another of its own was needed, or an entry worked without.",
          .of_run = true },
        { "repository-key-added", "A key of the vendor's was added to a keyring that is there.", .of_run = true },
        { "repository-other", "An entry of the vendor's for another release: it stays, unless its list cannot be read.",
          .of_run = true },
        { "repository-package", "The distribution's own package for the vendor's repository was installed.",
          .of_run = true },
        { "repository-repair", "Entries of the vendor's repository contradicted each other and were set right.",
          .of_run = true },
        { "sensor", "The sensor: its version, and whether its service runs and is licensed." },
        { "sensor-conflicts", "What the sensor itself calls conflicting applications." },
        { "sensor-proxy", "This machine uses a proxy, and the sensor is not told of it. Set proxy if it needs one." },
        { "sensor-update", "The sensor was updated, or why it stays as it is.", .of_run = true },
        { "service", "The sensor's service was enabled and started." },
        { "settings", "The sensor's tags and values were set as asked; settings-1, -2 and so on: a setting that has "
                      "no effect or is not known." },
        { "skipChecks", "A name in skipChecks is the name of no check." },
        { "stopped-product", "Another security product is installed and does not run; started, it may block." },
        { "tamper-protection", "The sensor is protected against changes on this machine; what it refuses stays." },
        { "tenant", "The tenant that the sensor is onboarded to." },
        { "tenant-allowed", "The sensor is in a tenant that this site's configuration does not allow." },
        { "tenant-change", "The sensor goes from one tenant to another, as asked." },
        { "tenant-expected", "The sensor is in another tenant than expectedTenantId." },
        { "troubleshooting", "The sensor is in troubleshooting mode; what is changed now may be undone." },
        { "undo", "What became of what a failed run had changed." },
        { "update", "The extension is being updated, or the sensor's update was looked after." },
        { "update-skipped", "A version did not come up after an update, was taken back, and is not tried again.",
          .of_run = true },
        { "updates", "Who keeps the sensor up to date: this extension, another updater, or nobody." },
        { "verify", "The fresh look after the work: whether all is as asked." },
        { "version", "The sensor has another version than the setting asks for, and cannot be moved to it." },
        { "wait", "A run by hand waits until no other one is at work on this machine." },
        { NULL, NULL },
};

/* "conflict-2" is a "conflict". */
static size_t length_without_number(const char *name)
{
        size_t length = strlen(name), end = length;

        while (end > 0 && isdigit((unsigned char)name[end - 1]))
                end--;
        return end > 1 && end < length && name[end - 1] == '-' ? end - 1 : length;
}

const StatusRow *status_row_find(const char *name)
{
        size_t length = length_without_number(name);
        const StatusRow *row;

        for (row = status_rows; row->name; row++)
                if (strlen(row->name) == length && strncmp(row->name, name, length) == 0)
                        return row;
        return NULL;
}
