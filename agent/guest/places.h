/*
 * places: where the extension and the programs of its units lie on a machine, and what its units are called.
 */
#pragma once

#define EXTENSION_NAME "Microsoft.Azure.AzureDefenderForServers.MDE.Linux"
#define EXTENSION_LIBRARY "/var/lib/waagent" /* its folders, NAME-VERSION: of the guest agent, and of Arc's too */
#define EXTENSION_ARC "/var/opt/azcmagent"
#define EXTENSION_ARC_LOGS "/var/lib/GuestConfig/extension_logs"
#define EXTENSION_LOGS "/var/log/azure"

/* How the guest agent is started, where it is not known which one it is. */
#define GUEST_AGENT_START "(systemctl enable --now walinuxagent, or waagent; on Arc extd)"
#define GUEST_AGENT_UNITS "(systemctl restart walinuxagent, or waagent; on Arc extd)"

#define PROGRAM_FOLDER "/usr/local/lib/mde-linux"
#define PROGRAM PROGRAM_FOLDER "/bin/mde-linux"
#define PROGRAM_LINK "/usr/local/sbin/mde-linux"
#define PROGRAM_PACKAGED "/usr/sbin/mde-linux" /* what a deb or rpm brings; never touched */

#define BY_HAND_LOGS "/var/log/mde-linux"         /* of runs that a person started */
#define BY_HAND_LOG BY_HAND_LOGS "/mde-linux.log" /* ours; the package manager's words lie beside it */

#define WORKER_UNIT "mde-linux-worker.service"
#define WORKER_SLICE "mdelinux.slice" /* of all our units */
#define RECHECK_TIMER "mde-linux-recheck.timer"
#define RECHECK_SERVICE "mde-linux-recheck.service"
