/*
 * The texts are read at 3 a.m.: what is the case, and what to do about it. The values found this time
 * stand between the two (Failure.found). Installer codes are those fleet reports already know from
 * Microsoft's mde_installer.sh.
 */
#include "agent/reasons.h"

#include "agent/guest/places.h"
#include "platform/base/text.h"

#define NEVER REASON_RETRY_NEVER
#define WAIT REASON_RETRY_WAIT
#define NEXT_RUN REASON_RETRY_NEXT_RUN

static const Reason reasons[_REASON_MAX] = {
        [REASON_NONE] = { "none", 0, 0, false, NEVER, "Nothing is wrong.", "Nothing has to be done." },

        [REASON_SETTINGS_INVALID] = { "settings-invalid", 2, 53, true, NEVER,
                                      "A setting of the extension cannot be used.",
                                      "Correct that setting and deploy the extension again." },
        [REASON_ONBOARDING_MISSING] = { "onboarding-missing", 30, 53, true, NEVER, "No onboarding package was given.",
                                        "Add \"defenderForEndpointOnboardingScript\" with the base64 text of the Linux "
                                        "onboarding script "
                                        "(the property onboardingPackageLinux of Microsoft.Security/mdeOnboardings) to "
                                        "protectedSettings." },
        [REASON_CERTIFICATE_MISSING] = { "certificate-missing", 30, 53, false, NEXT_RUN,
                                         "The certificate that opens the protected settings is not on this machine.",
                                         "Restart the guest agent " GUEST_AGENT_UNITS
                                         " so that it fetches its certificates again, or deploy the extension again." },
        [REASON_CERTIFICATE_WRONG] = { "certificate-wrong", 30, 53, false, NEXT_RUN,
                                       "The protected settings were encrypted for another certificate.",
                                       "Deploy the extension again so that the platform encrypts the protected "
                                       "settings for this machine." },
        [REASON_PROTECTED_SETTINGS_DAMAGED] = { "protected-settings-damaged", 30, 53, true, NEVER,
                                                "The protected settings cannot be read.",
                                                "Deploy the extension again with protectedSettings as a JSON object." },
        [REASON_OPENSSL_UNUSABLE] = { "openssl-unusable", 12, 52, true, NEXT_RUN,
                                      "This machine is in FIPS mode, where its own openssl program has to open "
                                      "protected settings and to check signatures, and it could not.",
                                      "Install the distribution's package openssl, and see that 'openssl version' and "
                                      "'openssl cms -help' run for root." },
        [REASON_CRYPTO_REFUSED] = { "crypto-refused", 30, 52, true, NEXT_RUN,
                                    "The cryptography of this machine refuses what is needed: a digest, or how the "
                                    "protected settings are encrypted or the onboarding package is signed; in FIPS "
                                    "mode that is so for 3DES and for RSA with PKCS #1 v1.5.",
                                    "Let OpenSSL's configuration or the crypto policy allow the digest, where one is "
                                    "refused. "
                                    "Else update the guest agent, which lets settings come encrypted with AES "
                                    "where it knows of FIPS mode, restart it " GUEST_AGENT_UNITS
                                    ", and deploy the extension again." },
        [REASON_ONBOARDING_DAMAGED] = { "onboarding-damaged", 30, 53, true, NEVER, "The onboarding package is damaged.",
                                        "Download the Linux onboarding package again and put its base64 text, "
                                        "unchanged, into "
                                        "defenderForEndpointOnboardingScript." },
        [REASON_ONBOARDING_IS_OFFBOARDING] = { "onboarding-is-offboarding", 30, 53, true, NEVER,
                                               "The package given for onboarding is an offboarding package.",
                                               "Put the onboarding package into defenderForEndpointOnboardingScript." },
        [REASON_ONBOARDING_SIGNATURE] = { "onboarding-signature", 30, 53, true, NEVER,
                                          "The signature of the onboarding package is not valid.",
                                          "Download the onboarding package again from the Defender portal; do not use "
                                          "this one, it was altered." },
        [REASON_ONBOARDING_ROOT_UNKNOWN] = { "onboarding-root-unknown", 30, 53, true, NEVER,
                                             "The onboarding package is signed under a root certificate that is not "
                                             "known here.",
                                             "Update this extension, or add the root's SHA-256 to onboarding-roots in "
                                             "/etc/mde-linux/mde-linux.conf, "
                                             "or set verifyOnboarding to warn." },
        [REASON_ONBOARDING_SOURCE] = { "onboarding-source", 30, 53, true, NEXT_RUN,
                                       "There is no usable onboarding package where one was named.",
                                       "Correct onboardingPackageUri or what it leads to, or put the package into "
                                       "defenderForEndpointOnboardingScript." },
        [REASON_ONBOARDING_UNREACHABLE] = { "onboarding-unreachable", 24, 55, true, WAIT,
                                            "The onboarding package cannot be fetched from its address.",
                                            "Let this machine reach the host named on port 443, or put the package "
                                            "into defenderForEndpointOnboardingScript." },
        [REASON_ONBOARDING_STALLED] = { "onboarding-stalled", 24, 55, true, WAIT,
                                        "At the onboarding package's address the connection is taken and then nothing "
                                        "more comes.",
                                        "See to that server, or to the proxy, firewall or inspection on the way to "
                                        "it (also to packets that are too large for it), or put the package into "
                                        "defenderForEndpointOnboardingScript." },
        [REASON_ONBOARDING_CERTIFICATE] = { "onboarding-certificate", 24, 55, true, NEXT_RUN,
                                            "The TLS certificate of the onboarding package's address is not trusted.",
                                            "Exempt that host from TLS inspection, or add the inspecting authority's "
                                            "certificate to the ones this machine trusts; check this machine's "
                                            "clock." },
        [REASON_TENANT_UNEXPECTED] = { "tenant-unexpected", 31, 53, true, NEVER,
                                       "The onboarding package belongs to another tenant than expectedTenantId allows.",
                                       "Use the onboarding package of the expected tenant, or correct "
                                       "expectedTenantId." },
        [REASON_TENANT_OTHER] = { "tenant-other", 31, 53, true, NEXT_RUN,
                                  "The sensor on this machine is onboarded to another tenant.",
                                  "Offboard it from that tenant first, or set allowTenantChange to true and give that "
                                  "tenant's offboarding package as defenderForEndpointOffboardingScript in "
                                  "protectedSettings; until then it stays in that tenant." },
        [REASON_TENANT_NOT_ALLOWED] = { "tenant-not-allowed", 31, 53, true, NEVER,
                                        "This site's policy does not allow the tenant of the onboarding package.",
                                        "Use the onboarding package of an allowed tenant, or add this one to "
                                        "allowed-tenants in /etc/mde-linux/mde-linux.conf." },
        [REASON_OFFBOARDING_MISSING] = { "offboarding-missing", 32, 53, true, NEXT_RUN,
                                         "Changing the tenant needs an offboarding package of the present one.",
                                         "Add \"defenderForEndpointOffboardingScript\" with the base64 text of the "
                                         "present tenant's Linux offboarding script to protectedSettings." },
        [REASON_OFFBOARDING_DAMAGED] = { "offboarding-damaged", 32, 53, true, NEXT_RUN,
                                         "The offboarding package cannot be used.",
                                         "Download the Linux offboarding package again and put its base64 text, "
                                         "unchanged, into defenderForEndpointOffboardingScript." },
        [REASON_OFFBOARDING_ROOT_UNKNOWN] = { "offboarding-root-unknown", 32, 53, true, NEXT_RUN,
                                              "The offboarding package is signed under a root certificate that is not "
                                              "known here; to leave a tenant, a known one is needed.",
                                              "Update this extension, or add the root's SHA-256 to onboarding-roots in "
                                              "/etc/mde-linux/mde-linux.conf." },
        [REASON_OFFBOARDING_EXPIRED] = { "offboarding-expired", 32, 53, true, NEXT_RUN,
                                         "The offboarding package has expired.",
                                         "Download a new one from the present tenant's Defender portal: it is valid "
                                         "for a few days only." },
        [REASON_OFFBOARDING_OTHER_TENANT] = { "offboarding-other-tenant", 32, 53, true, NEXT_RUN,
                                              "The offboarding package is not of the tenant that the sensor is in.",
                                              "Download the offboarding package from the portal of the sensor's "
                                              "present tenant." },
        [REASON_CONFIGURATION_UNTRUSTED] = { "configuration-untrusted", 2, 53, true, NEVER,
                                             "The file /etc/mde-linux/mde-linux.conf cannot be used.",
                                             "Correct the file, or make it owned by root and writable by nobody "
                                             "else." },

        [REASON_SYSTEMD_MISSING] = { "systemd-missing", 12, 51, true, NEVER, "This machine is not run by systemd.",
                                     "Use a machine with systemd: the sensor needs it." },
        [REASON_DISTRIBUTION_UNSUPPORTED] = { "distribution-unsupported", 10, 51, true, NEVER,
                                              "This distribution is not supported by this version of the extension.",
                                              "Move to a supported release ('mde-linux check' names them), or do what "
                                              "the message advises, where it does; nothing was changed." },
        [REASON_ARCHITECTURE_UNSUPPORTED] = { "architecture-unsupported", 45, 51, true, NEVER,
                                              "The sensor is not made for this processor architecture on this "
                                              "distribution.",
                                              "Use x86-64, or 64-bit ARM on a release that the sensor is made for "
                                              "there; nothing was changed." },
        [REASON_PACKAGE_MANAGER_MISSING] = { "package-manager-missing", 12, 52, true, NEXT_RUN,
                                             "The package manager of this distribution is missing.",
                                             "Put it back as the distribution has it, from its installation medium or "
                                             "an archive of its packages: it belongs to every installation." },
        [REASON_PACKAGE_MANAGER_BROKEN] = { "package-manager-broken", 23, 52, true, NEXT_RUN,
                                            "The package manager is in a broken state that was there before this run.",
                                            "Repair it by hand, as the package manager itself advises, until its own "
                                            "commands succeed; nothing is installed until then." },
        [REASON_PACKAGE_MANAGER_LOCKED] = { "package-manager-locked", 21, 56, true, WAIT,
                                            "Something else was installing on this machine, or held the package "
                                            "manager, for the whole waiting time.",
                                            "Find out why that process does not end, or raise maxWaitMinutes." },
        [REASON_PACKAGE_SOURCES] = { "package-sources", 23, 52, true, NEXT_RUN,
                                     "The package manager cannot work with its configuration or this machine's list of "
                                     "package sources.",
                                     "Correct that configuration file, or remove it (the package manager's own refresh "
                                     "must succeed); it is not ours to change." },
        [REASON_PACKAGE_HTTPS_MISSING] = { "package-https-missing", 23, 52, true, NEXT_RUN,
                                           "The package manager of this machine cannot fetch by https, by which the "
                                           "sensor's repository is reached.",
                                           "Install the package that is named from the distribution's own "
                                           "repositories, "
                                           "after their lists were read anew." },
        [REASON_DISK_FULL] = { "disk-full", 12, 52, true, NEXT_RUN, "A file system of this machine is too full.",
                               "Free space on that file system (remove files, where inodes are short), or name another "
                               "folder for the sensor by installPath." },
        [REASON_CONFLICT] = { "conflict", 5, 51, true, NEXT_RUN,
                              "Another security product on this machine blocks file access through fanotify.",
                              "Remove or stop that product, or set onConflict to passive to install the sensor in "
                              "passive mode beside it." },
        [REASON_HELD] = { "held", 12, 53, true, NEXT_RUN, "Changes to this machine are on hold.",
                          "Remove the file /etc/mde-linux/hold ('mde-linux unhold') when they may go on." },
        [REASON_KERNEL_UNSUPPORTED] = { "kernel-unsupported", 12, 51, true, NEXT_RUN,
                                        "The kernel of this machine is too old for the sensor.",
                                        "Boot a newer kernel; nothing was changed." },
        [REASON_FANOTIFY_MISSING] = { "fanotify-missing", 12, 51, true, NEXT_RUN,
                                      "The kernel of this machine lacks fanotify, or its permission events.",
                                      "Boot a kernel with CONFIG_FANOTIFY and CONFIG_FANOTIFY_ACCESS_PERMISSIONS; "
                                      "nothing was changed." },
        [REASON_MEMORY_LOW] = { "memory-low", 12, 52, true, NEXT_RUN,
                                "This machine has too little memory for the sensor.",
                                "Give it more memory, or name the check memory in skipChecks; nothing was changed." },
        [REASON_OUT_OF_MEMORY] = { "out-of-memory", 21, 52, true, NEXT_RUN,
                                   "The kernel ended processes for lack of memory while this run was at work.",
                                   "Give this machine more memory: the sensor needs 1 GB." },
        [REASON_MOUNT_UNUSABLE] = { "mount-unusable", 12, 52, true, NEXT_RUN,
                                    "A folder that the sensor needs cannot be used as it is.",
                                    "Mount that folder so that it can be written to and programs in it run, or make it "
                                    "a folder where it is a link; or name the check (links, read-only or noexec) in "
                                    "skipChecks; nothing was changed." },
        [REASON_USER_DATABASE] = { "user-database", 12, 52, true, NEXT_RUN,
                                   "The sensor's user mdatp cannot be created on this machine.",
                                   "Make the file named writable (chattr -i, or its mount), have the user mdatp made "
                                   "where this site manages its users, or name user in skipChecks; nothing was "
                                   "changed." },
        [REASON_CLOCK_WRONG] = { "clock-wrong", 24, 52, true, NEXT_RUN,
                                 "The clock of this machine is wrong: signatures and certificates cannot be "
                                 "judged by it.",
                                 "Set the clock (chronyc makestep, or timedatectl set-ntp true)." },
        [REASON_INSTALL_PATH] = { "install-path", 52, 53, true, NEXT_RUN,
                                  "The folder named by installPath cannot be used.",
                                  "Name a folder that is root's all the way, writable by nobody else, no link, on a "
                                  "disk of this machine and outside the system's own folders, or make this one so." },
        [REASON_INSTALL_PATH_SETUP] = { "install-path-setup", 51, 52, true, NEXT_RUN,
                                        "The folder named by installPath could not be prepared.",
                                        "Make that folder and /opt/microsoft writable for root, or name another folder "
                                        "by installPath." },

        [REASON_TLS_MISSING] = { "tls-missing", 12, 52, true, NEXT_RUN,
                                 "This machine lacks what a download over TLS needs.",
                                 "Install libcurl (Debian, Ubuntu, SUSE: libcurl4; others: libcurl) and "
                                 "ca-certificates, or correct the file named." },
        [REASON_CONNECTIVITY] = { "connectivity", 4, 55, true, WAIT,
                                  "This machine does not reach what the sensor needs, and requireConnectivity is "
                                  "strict.",
                                  "Let it reach the hosts named on port 443, through the proxy that the setting proxy "
                                  "names if there is one, and without inspection of TLS; nothing was changed." },
        [REASON_PROXY] = { "proxy", 24, 55, true, NEXT_RUN,
                           "The proxy does not let this machine reach the package repository.",
                           "Have the proxy named let this machine through to the repository's host on port 443 without "
                           "a password, or name another in the setting proxy." },
        [REASON_REPOSITORY_UNREACHABLE] = { "repository-unreachable", 24, 55, true, WAIT,
                                            "The package repository cannot be reached.",
                                            "Let this machine reach the repository's host on port 443, without TLS "
                                            "inspection." },
        [REASON_REPOSITORY_CERTIFICATE] = { "repository-certificate", 24, 55, true, NEXT_RUN,
                                            "The TLS certificate of the package repository's address is not trusted.",
                                            "Exempt that host from TLS inspection, or add the inspecting authority's "
                                            "certificate to the ones this machine "
                                            "trusts; check this machine's clock." },
        [REASON_REPOSITORY_NOT_OURS] = { "repository-not-genuine", 24, 55, true, NEXT_RUN,
                                         "What the package repository's address answered is not what it should be, and "
                                         "was not used.",
                                         "Look for a proxy or captive portal that answers in the repository's place." },
        [REASON_REPOSITORY_KEY] = { "repository-key", 24, 55, true, NEXT_RUN,
                                    "The repository's signing key is not the pinned one, and was not used.",
                                    "Look for a proxy that alters downloads; for a mirror with a key of its own add "
                                    "its fingerprint to "
                                    "repository-keys in /etc/mde-linux/mde-linux.conf." },
        [REASON_REPOSITORY_KEY_UNKNOWN] = { "repository-key-unknown", 24, 53, true, NEXT_RUN,
                                            "The repository or its package is signed by a key that this machine does "
                                            "not trust for it.",
                                            "If it is the repository's own key, make it known (Signed-By of that "
                                            "entry, "
                                            "or 'rpm --import KEYFILE' and its gpgkey), or take useExistingRepo out; "
                                            "else look for who alters or replaces what the repository offers." },
        [REASON_REPOSITORY_UNVERIFIED] = { "repository-unverified", 24, 53, true, NEXT_RUN,
                                           "This machine's entry for the sensor's repository switches the check of its "
                                           "signature off.",
                                           "Take what the entry says of that out of it, so that signatures and "
                                           "certificates "
                                           "are checked." },
        [REASON_REPOSITORY_NONE] = { "repository-none", 24, 53, true, NEXT_RUN,
                                     "No repository that may be used here offers the sensor.",
                                     "Enable or add the repository that has mdatp, with its key, or allow another by "
                                     "the settings." },
        [REASON_REPOSITORY_REFRESH] = { "repository-refresh", 24, 55, true, WAIT,
                                        "The package manager cannot read the repository.",
                                        "Run the package manager's own refresh on this machine until it succeeds: let "
                                        "it reach the repository on port 443, and see that a proxy or mirror on the "
                                        "way gives what the repository has." },
        [REASON_PACKAGE_NOT_FOUND] = { "package-not-found", 21, 52, true, NEXT_RUN,
                                       "The repository has no sensor package for this machine.",
                                       "Check that the repository of this distribution and architecture is complete "
                                       "(mirrors), and no pin, exclude or version lock hides mdatp." },
        [REASON_VERSION_NOT_FOUND] = { "version-not-found", 21, 53, true, NEXT_RUN,
                                       "The repository does not have the version that is asked for.",
                                       "Ask for a version that the repository has, or for none, in the setting "
                                       "version." },
        [REASON_PACKAGE_KEPT] = { "package-kept", 21, 53, true, NEXT_RUN,
                                  "This machine's own configuration keeps the package manager from installing the "
                                  "sensor, or something that it needs, or from moving it to another version.",
                                  "Release what holds, locks, excludes or pins mdatp or what it needs in the package "
                                  "manager's configuration, or ask for the version that is there in the setting "
                                  "version." },
        [REASON_PACKAGE_FILE] = { "package-file", 21, 53, true, NEXT_RUN,
                                  "The file named by packageFile cannot be used.",
                                  "Name the sensor's package for this distribution and architecture: a regular file, "
                                  "by "
                                  "its absolute path." },
        [REASON_PACKAGE_FILE_SIGNATURE] = { "package-file-signature", 21, 53, true, NEXT_RUN,
                                            "The signature of the file named by packageFile could not be verified, and "
                                            "the file was not used.",
                                            "Take the vendor's package as it is. A .deb needs beside it a signature "
                                            "FILE.asc, or InRelease and Packages of the repository that lists it; all "
                                            "need the vendor's key file on this machine or beside it. Only pinned keys "
                                            "count (repository-keys in /etc/mde-linux/mde-linux.conf adds some)." },
        [REASON_SIGNATURE_PROGRAM_MISSING] = { "signature-program-missing", 12, 52, true, NEXT_RUN,
                                               "This machine lacks the program that checks the signature of the file "
                                               "named by packageFile, and the file was not used.",
                                               "Install that program from the distribution: gpgv for a .deb, rpmkeys "
                                               "(of rpm) for a .rpm." },
        [REASON_DOWNGRADE_REFUSED] = { "downgrade-refused", 21, 53, true, NEXT_RUN,
                                       "The sensor on this machine is newer than the version that is asked for.",
                                       "Set allowDowngrade to true if it is to go back to that version, or ask for "
                                       "this one or a newer one, or for none, in the setting version; nothing was "
                                       "changed." },
        [REASON_PACKAGE_SIGNATURE] = { "package-signature", 21, 55, true, NEXT_RUN,
                                       "A downloaded file is not what the repository's signature says, and was not "
                                       "used.",
                                       "Look for a proxy or mirror that alters or caches downloads." },
        [REASON_PACKAGE_DIGEST] = { "package-digest", 21, 52, true, NEXT_RUN,
                                    "This build of the sensor's package carries no digest that the cryptography of "
                                    "this "
                                    "machine (FIPS mode, crypto policy) allows, and was not installed.",
                                    "Ask for another version in the setting version: the package is as its vendor made "
                                    "it, nobody on the way has altered it." },
        [REASON_PACKAGE_DOWNLOAD] = { "package-download", 21, 55, true, WAIT,
                                      "The sensor package could not be downloaded.",
                                      "Let this machine reach the repository's host on port 443." },
        [REASON_DEPENDENCY] = { "dependency-missing", 23, 52, true, NEXT_RUN,
                                "Packages that the sensor depends on cannot be installed.",
                                "Make the distribution's own repositories usable (registered, reachable, their lists "
                                "refreshed), and take away a version lock or exclude that hides what is missing." },
        [REASON_INSTALL_FAILED] = { "install-failed", 21, 52, true, NEXT_RUN,
                                    "The sensor package could not be installed.",
                                    "See MdeInstallerLog.log in the extension's log folder for all that the package "
                                    "manager said." },
        [REASON_INSTALL_STILL_RUNNING] = { "install-still-running", 21, 52, true, WAIT,
                                           "The installation is still running; it is left to finish.",
                                           "Wait: this status is corrected when it ends. If it never does, look at the "
                                           "process named." },
        [REASON_UPDATE_FAILED] = { "update-failed", 21, 52, true, NEXT_RUN,
                                   "An update of the sensor did not come up, and the version before it is not at work "
                                   "again.",
                                   "Look at 'mdatp health' and 'journalctl -u mdatp', and use the package manager to "
                                   "install a version that works, by the command named; the next run goes on from "
                                   "there." },

        [REASON_ONBOARDING_WRITE] = { "onboarding-write", 31, 52, true, NEXT_RUN,
                                      "The onboarding file could not be written.",
                                      "Make /etc/opt/microsoft/mdatp writable for root." },
        [REASON_SERVICE_FAILED] = { "service-failed", 20, 52, true, NEXT_RUN, "The sensor's service does not stay up.",
                                    "Look at 'journalctl -u mdatp' and /var/log/microsoft/mdatp, and start it again: "
                                    "'systemctl restart mdatp'." },
        [REASON_SENSOR_NOT_ANSWERING] = { "sensor-not-answering", 20, 52, true, NEXT_RUN, "The sensor does not answer.",
                                          "Run 'mdatp health' and look at 'journalctl -u mdatp'." },
        [REASON_SENSOR_NOT_LICENSED] = { "sensor-not-licensed", 31, 55, true, NEXT_RUN,
                                         "The sensor is installed but did not become licensed.",
                                         "Run 'mdatp connectivity test', and check that the Defender plan of the "
                                         "subscription is active." },
        [REASON_SENSOR_TENANT_DIFFERS] = { "sensor-tenant-differs", 31, 53, true, NEXT_RUN,
                                           "The sensor reports another tenant than the one it was onboarded to.",
                                           "Offboard the sensor from that tenant, then deploy the extension again." },
        [REASON_SENSOR_TAG] = { "sensor-tag", 41, 52, true, NEXT_RUN, "The sensor did not take a device tag.",
                                "Run 'mdatp edr tag set' by hand to see what it says." },
        [REASON_SENSOR_REMOVED] = { "sensor-removed", 20, 53, true, NEXT_RUN,
                                    "The sensor was removed from this machine after it had been onboarded.",
                                    "Deploy the extension again (a new sequence number) or set forceReOnboarding if "
                                    "it is to come back." },
        [REASON_SENSOR_OFFBOARDED] = { "sensor-offboarded", 31, 53, true, NEXT_RUN,
                                       "The sensor was offboarded on this machine after it had been onboarded.",
                                       "Deploy the extension again (a new sequence number) or set "
                                       "forceReOnboarding if it is to come back." },
        [REASON_SENSOR_FILES] = { "sensor-files", 15, 52, true, NEXT_RUN,
                                  "Files of a sensor are on this machine that no package owns.",
                                  "Start it if it is in use (systemctl enable --now mdatp), or remove the folder "
                                  "named; then restart the guest agent " GUEST_AGENT_UNITS " or deploy again." },
        [REASON_SENSOR_EXPIRED] = { "sensor-expired", 15, 52, true, NEXT_RUN,
                                    "The build of the sensor on this machine has expired.",
                                    "Install a newer build: make it available in the repository, or ask for a newer "
                                    "version, or none, in the setting version; a sensor that no package owns has to be "
                                    "replaced by hand." },
        [REASON_SENSOR_TOO_OLD] = { "sensor-too-old", 12, 53, true, NEXT_RUN,
                                    "The sensor's version is too old for this onboarding package.",
                                    "Ask for a newer version, or none, in the setting version." },
        [REASON_SERVICE_MASKED] = { "service-masked", 20, 53, true, NEXT_RUN,
                                    "The sensor's service is masked: somebody forbade it to run.",
                                    "Run 'systemctl unmask mdatp' if it may run again." },
        [REASON_OFFBOARDING_FAILED] = { "offboarding-failed", 33, 52, true, NEXT_RUN,
                                        "The sensor could not be offboarded from its present tenant.",
                                        "Look at 'mdatp health' and at the journal of mdatp, and try again; it was "
                                        "not onboarded anywhere else." },
        [REASON_MANAGED_CONFIG] = { "managed-config", 41, 53, true, NEXT_RUN,
                                    "The sensor's managed configuration could not be changed as asked.",
                                    "Correct /etc/opt/microsoft/mdatp/managed/mdatp_managed.json, or the setting that "
                                    "is to change it." },

        [REASON_AZURE_IDENTITY] = { "azure-identity", 30, 53, true, NEXT_RUN,
                                    "This machine has no identity in Azure by which it could ask for the onboarding "
                                    "package.",
                                    "Switch on the machine's system assigned identity (an Azure Arc machine has one), "
                                    "or assign one to it and name it in azureIdentity, or give the package in "
                                    "protectedSettings." },
        [REASON_AZURE_METADATA] = { "azure-metadata", 30, 55, false, WAIT,
                                    "The metadata service of this machine does not answer as it should.",
                                    "See to it that no firewall on this machine keeps root from it, and on Azure Arc "
                                    "that the service himdsd runs." },
        [REASON_AZURE_METADATA_DENIED] = { "azure-metadata-denied", 30, 53, true, NEXT_RUN,
                                           "The metadata service of this machine does not give this program a token.",
                                           "See who answers in the metadata service's place, whether azureIdentity "
                                           "names an identity of this machine, and on Azure Arc that root can read the "
                                           "agent's key file; or give the onboarding package in protectedSettings." },
        [REASON_AZURE_ACCESS] = { "azure-access", 30, 53, true, NEXT_RUN,
                                  "This machine's identity may not read the onboarding package of its subscription.",
                                  "Give that identity the role Security Reader (or Reader) on the subscription, which "
                                  "takes effect within minutes, or give the package in protectedSettings." },
        [REASON_AZURE_UNREACHABLE] = { "azure-unreachable", 30, 55, true, WAIT,
                                       "Azure Resource Manager cannot be reached.",
                                       "Let this machine reach its host on port 443, or give the onboarding package in "
                                       "protectedSettings." },
        [REASON_AZURE_BLOCKED] = { "azure-blocked", 30, 55, true, NEXT_RUN,
                                   "Something on the way to Azure Resource Manager keeps this machine from it.",
                                   "Have whatever it is (a proxy, TLS inspection, a portal) let this machine through "
                                   "to that host on port 443 as it is, or give the onboarding package in "
                                   "protectedSettings." },
        [REASON_AZURE_ONBOARDING] = { "azure-onboarding", 30, 53, true, NEXT_RUN,
                                      "Azure does not give the onboarding package of this machine's subscription.",
                                      "See that Defender for Servers and its integration with Defender for Endpoint "
                                      "are on in that subscription, or give the package in protectedSettings." },
        [REASON_CLOUD_UNSUPPORTED] = { "cloud-unsupported", 30, 51, true, NEVER,
                                       "The cloud of this machine has no onboarding packages.",
                                       "Give the package in protectedSettings, or name the cloud's Resource Manager as "
                                       "arm in /etc/mde-linux/mde-linux.conf." },

        [REASON_SUPERSEDED] = { "superseded", 1, 1, false, NEXT_RUN,
                                "Newer settings arrived while this run was at work.",
                                "Look at the status of the newer sequence number." },
        [REASON_STOPPED] = { "stopped", 1, 1, false, NEXT_RUN, "This run was asked to stop before it had finished.",
                             "The next enable goes on from here." },
        [REASON_WORKER_DIED] = { "worker-died", 1, 1, false, NEXT_RUN,
                                 "The program that did the work ended without a result.",
                                 "Restart the guest agent " GUEST_AGENT_UNITS
                                 " to try again; look at 'journalctl -u mde-linux-worker'." },
        [REASON_WORKER_START] = { "worker-start", 1, 1, false, NEXT_RUN, "The background worker could not be started.",
                                  "Look at 'journalctl -u mde-linux-worker', and restart the guest "
                                  "agent " GUEST_AGENT_UNITS " to try again." },
        [REASON_ENVIRONMENT] = { "environment", 1, 1, false, NEXT_RUN,
                                 "The folder of the extension is not as it should be.",
                                 "Remove the extension and deploy it again." },
        [REASON_STATE_UNUSABLE] = { "state-unusable", 1, 1, true, NEXT_RUN,
                                    "The folder /var/lib/mde-linux, where the extension keeps its state, cannot be "
                                    "used.",
                                    "Make the file system of /var writable for root, with space left." },
        [REASON_INTERNAL] = { "internal", 1, 1, false, NEXT_RUN, "Something unexpected happened on this machine.",
                              "Try again; when it stays, report it with the extension's log." },
};

const Reason *reason_get(ReasonId id)
{
        return &reasons[id < _REASON_MAX ? id : REASON_INTERNAL];
}

ReasonId reason_find(const char *id)
{
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++)
                if (text_equal(reasons[i].id, id))
                        return (ReasonId)i;
        return REASON_NONE;
}
