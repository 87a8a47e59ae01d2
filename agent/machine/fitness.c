/*
 * Needs are the vendor's documented ones, with room for what a machine of that size really shows: of 1 GB firmware,
 * kernel and crash dump keep up to a fifth for themselves.
 */
#include "agent/machine/fitness.h"

#include <stdio.h>

#include "agent/machine/fitness_kernel.h"
#include "agent/situation.h"
#include "platform/base/text.h"

#define MIB (INT64_C(1024) * 1024)
#define MEMORY_NEEDED (1024 * MIB)
#define MEMORY_LEAST (768 * MIB)
#define MEMORY_WANTED (2048 * MIB)
#define MEMORY_COMFORTABLE (1700 * MIB)
#define AVAILABLE_LEAST (300 * MIB)
#define CPU_PERCENT_LEAST 50
#define INSTALL_NEEDED (2048 * MIB)
#define REPAIR_NEEDED (512 * MIB)
#define TMP_NEEDED (16 * MIB)
#define TMP_FOLDER "/tmp"
#define STREAMLINED_SINCE "101.24022"
#define NOEXEC_VAR_SINCE "101.24092"

#define say(text, ...) snprintf(text, FITNESS_TEXT_MAX, __VA_ARGS__)

/* Of the folders beside the one it is installed into; on one file system the largest counts. */
static const struct {
        const char *folder;
        int64_t bytes, inodes;
} needs[] = {
        { "/opt", MIB, 20 },         /* a link, when it is installed elsewhere */
        { "/var", 512 * MIB, 2000 }, /* definitions, in /var/opt */
        { "/var/cache", 256 * MIB, 100 },
        { "/var/lib", 64 * MIB, 500 },
        { "/var/log", 32 * MIB, 50 },
        { "/usr", 64 * MIB, 500 }, /* packages it depends on */
        { "/etc", 4 * MIB, 100 },
};

#define INSTALL_INODES 2000

static const Machine *machine(const Facts *facts)
{
        return &facts->machine.fitness;
}

static const char *install_folder(const Request *request)
{
        return request->install_path ? request->install_path : "/opt";
}

static long long mib(int64_t bytes)
{
        return (long long)(bytes / MIB);
}

/* " (tmpfs mounted on /opt)" */
static const char *place(const MachineMount *mount, char buffer[320])
{
        buffer[0] = '\0';
        if (*mount->point)
                snprintf(buffer, 320, " (%s mounted on %s)", mount->type, mount->point);
        return buffer;
}

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
                         mib(m->memory));
        say(text, "Found: %lld MiB of memory%s; %s: %lld MiB.", mib(usable_memory(m)), limited, verb, mib(wanted));
}

static bool memory_too_low(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        int64_t memory = usable_memory(machine(facts));

        if (memory < 0 || memory >= MEMORY_LEAST)
                return false;
        say_memory(machine(facts), MEMORY_NEEDED, "needed", text);
        return true;
}

static bool memory_scarce(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const Machine *m = machine(facts);
        int64_t memory = usable_memory(m);

        if (memory >= 0 && memory < MEMORY_COMFORTABLE) {
                say_memory(m, MEMORY_WANTED, "recommended for the sensor under load", text);
                return true;
        }
        if (m->memory_available < 0 || m->memory_available >= AVAILABLE_LEAST)
                return false;
        say(text,
            "Found: %lld MiB of memory available, of %lld MiB; %lld MiB are needed while the sensor is installed.",
            mib(m->memory_available), mib(m->memory), mib(AVAILABLE_LEAST));
        return true;
}

static bool single_cpu(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (machine(facts)->cpus != 1)
                return false;
        say(text, "Found: 1 processor, the least the sensor runs on; 2 are recommended under load.");
        return true;
}

static bool cpu_quota_low(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        int percent = machine(facts)->cpu_percent;

        if (percent <= 0 || percent >= CPU_PERCENT_LEAST)
                return false;
        say(text,
            "Found: processor time for what the extension runs is limited to %d %% of one processor; at 5 %% "
            "installing "
            "can take half an hour. On Azure Arc: azcmagent config set extensions.agent.cpulimit 80.",
            percent);
        return true;
}

/* --- file systems ----------------------------------------------------------------------------------- */

/* The first folder that the sensor writes to for which bad() says so, the one it is installed into before all. */
static const MachineMount *find_mount(const Request *request, const Facts *facts, int64_t *ret_bytes,
                                      int64_t *ret_inodes, bool (*bad)(const MachineMount *, int64_t, int64_t))
{
        const MachineMount *mount = machine_mount(machine(facts), install_folder(request));
        size_t i;

        *ret_bytes = facts->package.state == PACKAGE_BROKEN ? REPAIR_NEEDED : INSTALL_NEEDED;
        *ret_inodes = INSTALL_INODES;
        if (mount && bad(mount, *ret_bytes, *ret_inodes))
                return mount;
        for (i = 0; i < ELEMENTSOF(needs); i++) {
                mount = machine_mount(machine(facts), needs[i].folder);
                *ret_bytes = needs[i].bytes;
                *ret_inodes = needs[i].inodes;
                if (mount && bad(mount, *ret_bytes, *ret_inodes))
                        return mount;
        }
        return NULL;
}

static bool is_full(const MachineMount *mount, int64_t bytes, int64_t inodes)
{
        return mount->free_bytes >= 0 && mount->free_bytes < bytes;
}

static bool is_out_of_inodes(const MachineMount *mount, int64_t bytes, int64_t inodes)
{
        return mount->free_inodes >= 0 && mount->free_inodes < inodes;
}

static bool is_read_only(const MachineMount *mount, int64_t bytes, int64_t inodes)
{
        return mount->read_only == TRI_YES;
}

static bool disk_full(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        int64_t bytes, inodes;
        const MachineMount *mount = find_mount(request, facts, &bytes, &inodes, is_full);
        char where[320];

        if (!mount)
                return false;
        say(text, "Found: %lld MiB free on %s%s; needed: %lld MiB.", mib(mount->free_bytes), mount->folder,
            place(mount, where), mib(bytes));
        return true;
}

static bool inodes_used_up(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        int64_t bytes, inodes;
        const MachineMount *mount = find_mount(request, facts, &bytes, &inodes, is_out_of_inodes);
        char where[320];

        if (!mount)
                return false;
        say(text, "Found: %lld free inodes on %s%s; needed: %lld. It can take no more files, whatever space it has.",
            (long long)mount->free_inodes, mount->folder, place(mount, where), (long long)inodes);
        return true;
}

static bool mounted_read_only(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        int64_t bytes, inodes;
        const MachineMount *mount = find_mount(request, facts, &bytes, &inodes, is_read_only);
        char where[320];

        if (!mount)
                return false;
        say(text, "Found: %s%s is read-only; the sensor and its package write to it.", mount->folder,
            place(mount, where));
        return true;
}

static bool is_noexec(const Facts *facts, const char *folder)
{
        const MachineMount *mount = machine_mount(machine(facts), folder);

        return mount && mount->noexec == TRI_YES;
}

static bool install_noexec(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const char *folder = install_folder(request);
        char where[320];

        if (!is_noexec(facts, folder))
                return false;
        say(text,
            "Found: %s%s is mounted noexec; the sensor's programs run from there. Another folder can be named by "
            "installPath.",
            folder, place(machine_mount(machine(facts), folder), where));
        return true;
}

static bool scripts_noexec(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const PackageManagerWords *words = package_manager_words(facts->package.manager_id);
        char where[320];

        if (!words->scripts || !is_noexec(facts, words->scripts))
                return false;
        say(text,
            "Found: %s%s is mounted noexec; %s runs the scripts of packages from there. Where %s remounts it itself "
            "(%s: %s), name noexec in skipChecks.",
            words->scripts, place(machine_mount(machine(facts), words->scripts), where), words->database, words->name,
            words->name, words->remounts);
        return true;
}

static bool var_noexec(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (!is_noexec(facts, "/var") || !request->version || version_compare(request->version, NOEXEC_VAR_SINCE) >= 0)
                return false;
        say(text, "Found: /var is mounted noexec, and version %s is asked for; the sensor can do with that since %s.",
            request->version, NOEXEC_VAR_SINCE);
        return true;
}

static bool tmp_noexec(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (!fitness_tmp_is_unusable(facts))
                return false;
        say(text, "Found: %s is %s; the package manager gets a temporary folder of its own (TMPDIR).", TMP_FOLDER,
            is_noexec(facts, TMP_FOLDER) ? "mounted noexec" : "read-only or full");
        return true;
}

bool fitness_tmp_is_unusable(const Facts *facts)
{
        const MachineMount *mount = machine_mount(machine(facts), TMP_FOLDER);

        return mount && (mount->noexec == TRI_YES || mount->read_only == TRI_YES || is_full(mount, TMP_NEEDED, 0));
}

static bool opt_is_link(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const MachineMount *mount = machine_mount(machine(facts), "/opt");

        if (request->install_path || !mount || mount->link != TRI_YES)
                return false;
        say(text,
            "Found: /opt is a link to %s; the sensor needs a folder. Make it one and mount the other onto it "
            "(mount --bind, in /etc/fstab), or name a folder by installPath.",
            mount->link_target);
        return true;
}

/* --- users and security ----------------------------------------------------------------------------- */

static bool user_not_creatable(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const Machine *m = machine(facts);

        if (m->user_exists != TRI_NO || m->user_creatable != TRI_NO)
                return false;
        say(text, "Found: %s.", m->user_trouble);
        return true;
}

static bool user_database_busy(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const Machine *m = machine(facts);

        if (m->user_exists != TRI_NO || m->user_creatable != TRI_UNKNOWN || !*m->user_trouble)
                return false;
        say(text, "Found: %s; if that lasts, the user " SENSOR_USER " cannot be created.", m->user_trouble);
        return true;
}

static bool selinux_custom_path(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (machine(facts)->selinux_enforcing != TRI_YES || !request->install_path)
                return false;
        say(text,
            "Found: SELinux is enforcing. What is below %s wants the labels of " SENSOR_HOME
            ": semanage fcontext -a -e / %s/microsoft_mdatp; restorecon -R %s/microsoft_mdatp.",
            request->install_path, request->install_path, request->install_path);
        return true;
}

static bool selinux_enforcing(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (machine(facts)->selinux_enforcing != TRI_YES)
                return false;
        say(text, "Found: SELinux is enforcing; the package loads a policy module, which can take minutes.");
        return true;
}

static bool fips_mode(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (machine(facts)->fips != TRI_YES)
                return false;
        say(text, "Found: FIPS mode is on, which the sensor supports; a package manager in that mode refuses packages "
                  "without an approved digest (101.26042 and 101.26052 as rpm are known for it). By whom protected "
                  "settings and signatures are judged here is told as fips.");
        return true;
}

static bool fapolicyd_active(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (machine(facts)->fapolicyd != TRI_YES)
                return false;
        say(text, "Found: fapolicyd is active. If the sensor does not get healthy, let fapolicyd trust it: "
                  "fapolicyd-cli --file add " SENSOR_HOME "/ && fapolicyd-cli --update.");
        return true;
}

static bool audit_locked(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (machine(facts)->audit_immutable != TRI_YES)
                return false;
        say(text,
            "Found: the audit rules are locked (-e 2): rules of the sensor, where it brings any, take effect with "
            "the next boot only.");
        return true;
}

static bool streamlined_too_old(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (!request->onboarding || !request->onboarding->streamlined || !request->version ||
            version_compare(request->version, STREAMLINED_SINCE) >= 0)
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
        REFUSE("links", REASON_MOUNT_UNUSABLE, opt_is_link),
        REFUSE("read-only", REASON_MOUNT_UNUSABLE, mounted_read_only),
        REFUSE("noexec", REASON_MOUNT_UNUSABLE, install_noexec),
        REFUSE("noexec", REASON_MOUNT_UNUSABLE, scripts_noexec),
        WARN("noexec", var_noexec),
        NOTE("noexec", tmp_noexec),
        REFUSE("disk", REASON_DISK_FULL, disk_full),
        REFUSE("inodes", REASON_DISK_FULL, inodes_used_up),
        REFUSE("user", REASON_USER_DATABASE, user_not_creatable),
        WARN("user", user_database_busy),
        WARN("selinux", selinux_custom_path),
        NOTE("selinux", selinux_enforcing),
        NOTE("fips", fips_mode),
        NOTE("fapolicyd-trust", fapolicyd_active),
        NOTE("audit-immutable", audit_locked),
        REFUSE("streamlined", REASON_SENSOR_TOO_OLD, streamlined_too_old),
};
const size_t fitness_n_checks = ELEMENTSOF(fitness_checks);
