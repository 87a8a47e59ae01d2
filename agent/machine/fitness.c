/*
 * Needs are the vendor's documented ones, with room for what a machine of that size really shows: of 1 GB firmware,
 * kernel and crash dump keep up to a fifth for themselves.
 */
#include "agent/machine/fitness.h"

#include <stdio.h>

#include "agent/machine/fitness_kernel.h"
#include "agent/machine/fitness_mounts.h"
#include "agent/machine/fitness_packages.h"
#include "agent/machine/fitness_say.h"
#include "platform/base/text.h"

#define MEMORY_NEEDED (1024 * MIB)
#define MEMORY_LEAST (768 * MIB)
#define MEMORY_WANTED (2048 * MIB)
#define MEMORY_COMFORTABLE (1700 * MIB)
#define AVAILABLE_LEAST (300 * MIB)
#define CPU_PERCENT_LEAST 50
#define STREAMLINED_SINCE "101.24022"

/* --- kernel --------------------------------------------------------------------------------------- */

static bool fanotify_missing(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const FanotifyFacts *fanotify = &facts->fanotify;

        if (fanotify->supported != TRI_NO && fanotify->permission_events != TRI_NO)
                return false;
        say(text, "Found: kernel %s %s; the sensor scans files by fanotify's permission events.",
            facts->machine.distro.kernel,
            fanotify->supported == TRI_NO ? "without fanotify" : "with fanotify, but without its permission events");
        return true;
}

/* --- memory and processors -------------------------------------------------------------------------- */

static bool is_limited(const Machine *m)
{
        return m->memory_limit > 0 && (m->memory < 0 || m->memory_limit < m->memory);
}

static int64_t usable_memory(const Machine *m)
{
        return is_limited(m) ? m->memory_limit : m->memory;
}

static void say_memory(const Machine *m, int64_t wanted, const char *verb, char text[FITNESS_TEXT_MAX])
{
        char limited[160] = "";

        if (is_limited(m))
                snprintf(limited, sizeof(limited),
                         " (the limit of the control group its services run in; the machine itself has %lld MiB)",
                         fitness_mib(m->memory));
        say(text, "Found: %lld MiB of memory%s; %s: %lld MiB.", fitness_mib(usable_memory(m)), limited, verb,
            fitness_mib(wanted));
}

static bool memory_too_low(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        int64_t memory = usable_memory(fitness_machine(facts));

        if (memory < 0 || memory >= MEMORY_LEAST)
                return false;
        say_memory(fitness_machine(facts), MEMORY_NEEDED, "needed", text);
        return true;
}

static bool memory_scarce(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const Machine *m = fitness_machine(facts);
        int64_t memory = usable_memory(m);

        if (memory >= 0 && memory < MEMORY_COMFORTABLE) {
                say_memory(m, MEMORY_WANTED, "recommended for the sensor under load", text);
                return true;
        }
        if (m->memory_available < 0 || m->memory_available >= AVAILABLE_LEAST)
                return false;
        say(text,
            "Found: %lld MiB of memory available, of %lld MiB; %lld MiB are needed while the sensor is installed.",
            fitness_mib(m->memory_available), fitness_mib(m->memory), fitness_mib(AVAILABLE_LEAST));
        return true;
}

static bool single_cpu(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (fitness_machine(facts)->cpus != 1)
                return false;
        say(text, "Found: 1 processor, the least the sensor runs on; 2 are recommended under load.");
        return true;
}

static bool cpu_quota_low(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        int percent = fitness_machine(facts)->cpu_percent;

        if (percent <= 0 || percent >= CPU_PERCENT_LEAST)
                return false;
        say(text,
            "Found: processor time for what the extension runs is limited to %d %% of one processor; at 5 %% "
            "installing "
            "can take half an hour. On Azure Arc: azcmagent config set extensions.agent.cpulimit 80.",
            percent);
        return true;
}

/* --- users and security ----------------------------------------------------------------------------- */

static bool user_not_creatable(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const Machine *m = fitness_machine(facts);

        if (m->user_exists != TRI_NO || m->user_creatable != TRI_NO)
                return false;
        say(text, "Found: %s.", m->user_trouble);
        return true;
}

static bool user_database_busy(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const Machine *m = fitness_machine(facts);

        if (m->user_exists != TRI_NO || m->user_creatable != TRI_UNKNOWN || !*m->user_trouble)
                return false;
        say(text, "Found: %s; if that lasts, the user " SENSOR_USER " cannot be created.", m->user_trouble);
        return true;
}

static bool selinux_custom_path(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (fitness_machine(facts)->selinux_enforcing != TRI_YES || !request->install_path)
                return false;
        say(text,
            "Found: SELinux is enforcing. What is below %s wants the labels of " SENSOR_HOME
            ": semanage fcontext -a -e / %s/microsoft_mdatp; restorecon -R %s/microsoft_mdatp.",
            request->install_path, request->install_path, request->install_path);
        return true;
}

static bool selinux_enforcing(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (fitness_machine(facts)->selinux_enforcing != TRI_YES)
                return false;
        say(text, "Found: SELinux is enforcing; the package loads a policy module, which can take minutes.");
        return true;
}

static bool fips_mode(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (fitness_machine(facts)->fips != TRI_YES)
                return false;
        say(text, "Found: FIPS mode is on, which the sensor supports; a package manager in that mode refuses packages "
                  "without an approved digest (101.26042 and 101.26052 as rpm are known for it). By whom protected "
                  "settings and signatures are judged here is told as fips.");
        return true;
}

static bool fapolicyd_active(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (fitness_machine(facts)->fapolicyd != TRI_YES)
                return false;
        say(text, "Found: fapolicyd is active. If the sensor does not get healthy, let fapolicyd trust it: "
                  "fapolicyd-cli --file add " SENSOR_HOME "/ && fapolicyd-cli --update.");
        return true;
}

static bool audit_locked(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (fitness_machine(facts)->audit_immutable != TRI_YES)
                return false;
        say(text,
            "Found: the audit rules are locked (-e 2): rules of the sensor, where it brings any, take effect with "
            "the next boot only.");
        return true;
}

static bool streamlined_too_old(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (!request->onboarding || !request->onboarding->streamlined || !request->version ||
            sensor_compare_versions(request->version, STREAMLINED_SINCE) >= 0)
                return false;
        say(text,
            "Found: version %s is asked for, and the onboarding package is for streamlined connectivity; needed: "
            "%s or newer, or the onboarding package for standard connectivity.",
            request->version, STREAMLINED_SINCE);
        return true;
}

#define REFUSE(name, reason, test)                                                                                     \
        {                                                                                                              \
                name, FITNESS_REFUSE, false, reason, test                                                              \
        }
#define WARN(name, test)                                                                                               \
        {                                                                                                              \
                name, FITNESS_WARN, false, REASON_NONE, test                                                           \
        }
#define NOTE(name, test)                                                                                               \
        {                                                                                                              \
                name, FITNESS_NOTE, false, REASON_NONE, test                                                           \
        }

const FitnessCheck fitness_checks[] = {
        REFUSE("kernel", REASON_KERNEL_UNSUPPORTED, fitness_kernel_too_old),
        { "kernel", FITNESS_WARN, true, REASON_NONE, fitness_kernel_known_bad },
        NOTE("ebpf", fitness_kernel_lacks_ebpf),
        REFUSE("fanotify", REASON_FANOTIFY_MISSING, fanotify_missing),
        REFUSE("memory", REASON_MEMORY_LOW, memory_too_low),
        WARN("memory", memory_scarce),
        NOTE("cpus", single_cpu),
        WARN("cpu-quota", cpu_quota_low),
        REFUSE("links", REASON_MOUNT_UNUSABLE, fitness_opt_is_link),
        REFUSE("read-only", REASON_MOUNT_UNUSABLE, fitness_mounted_read_only),
        REFUSE("noexec", REASON_MOUNT_UNUSABLE, fitness_install_noexec),
        REFUSE("noexec", REASON_MOUNT_UNUSABLE, fitness_scripts_noexec),
        WARN("noexec", fitness_var_noexec),
        NOTE("noexec", fitness_tmp_noexec),
        REFUSE("disk", REASON_DISK_FULL, fitness_disk_full),
        REFUSE("inodes", REASON_DISK_FULL, fitness_inodes_used_up),
        REFUSE("user", REASON_USER_DATABASE, user_not_creatable),
        WARN("user", user_database_busy),
        WARN("selinux", selinux_custom_path),
        NOTE("selinux", selinux_enforcing),
        NOTE("fips", fips_mode),
        NOTE("fapolicyd-trust", fapolicyd_active),
        NOTE("audit-immutable", audit_locked),
        REFUSE("https", REASON_PACKAGE_HTTPS_MISSING, fitness_packages_without_https),
        REFUSE("streamlined", REASON_SENSOR_TOO_OLD, streamlined_too_old),
};
const size_t fitness_n_checks = ELEMENTSOF(fitness_checks);
