#include "agent/machine/fitness_mounts.h"

#include <stdio.h>

#include "agent/machine/fitness_say.h"
#include "platform/base/text.h"

#define INSTALL_NEEDED (2048 * MIB)
#define REPAIR_NEEDED (512 * MIB)
#define TMP_NEEDED (16 * MIB)
#define TMP_FOLDER "/tmp"
#define NOEXEC_VAR_SINCE "101.24092"

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

static const char *install_folder(const Request *request)
{
        return request->install_path ? request->install_path : "/opt";
}

/* " (tmpfs mounted on /opt)" */
static const char *place(const MachineMount *mount, char buffer[320])
{
        buffer[0] = '\0';
        if (*mount->point)
                snprintf(buffer, 320, " (%s mounted on %s)", mount->type, mount->point);
        return buffer;
}

/* The first folder that the sensor writes to for which bad() says so, the one it is installed into before all. */
static const MachineMount *find_mount(const Request *request, const Facts *facts, int64_t *ret_bytes,
                                      int64_t *ret_inodes, bool (*bad)(const MachineMount *, int64_t, int64_t))
{
        const MachineMount *mount = machine_mount(fitness_machine(facts), install_folder(request));
        size_t i;

        *ret_bytes = facts->package.state == PACKAGE_BROKEN ? REPAIR_NEEDED : INSTALL_NEEDED;
        *ret_inodes = INSTALL_INODES;
        if (mount && bad(mount, *ret_bytes, *ret_inodes))
                return mount;
        for (i = 0; i < ELEMENTSOF(needs); i++) {
                mount = machine_mount(fitness_machine(facts), needs[i].folder);
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

bool fitness_disk_full(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        int64_t bytes, inodes;
        const MachineMount *mount = find_mount(request, facts, &bytes, &inodes, is_full);
        char where[320];

        if (!mount)
                return false;
        say(text, "Found: %lld MiB free on %s%s; needed: %lld MiB.", fitness_mib(mount->free_bytes), mount->folder,
            place(mount, where), fitness_mib(bytes));
        return true;
}

bool fitness_inodes_used_up(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
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

bool fitness_mounted_read_only(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
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
        const MachineMount *mount = machine_mount(fitness_machine(facts), folder);

        return mount && mount->noexec == TRI_YES;
}

bool fitness_install_noexec(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const char *folder = install_folder(request);
        char where[320];

        if (!is_noexec(facts, folder))
                return false;
        say(text,
            "Found: %s%s is mounted noexec; the sensor's programs run from there. Another folder can be named by "
            "installPath.",
            folder, place(machine_mount(fitness_machine(facts), folder), where));
        return true;
}

bool fitness_scripts_noexec(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const PackageManagerWords *words = package_manager_words(facts->package.manager_id);
        char where[320];

        if (!words->scripts || !is_noexec(facts, words->scripts))
                return false;
        say(text,
            "Found: %s%s is mounted noexec; %s runs the scripts of packages from there. Where %s remounts it itself "
            "(%s: %s), name noexec in skipChecks.",
            words->scripts, place(machine_mount(fitness_machine(facts), words->scripts), where), words->database,
            words->name, words->name, words->remounts);
        return true;
}

bool fitness_var_noexec(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (!is_noexec(facts, "/var") || !request->version ||
            sensor_compare_versions(request->version, NOEXEC_VAR_SINCE) >= 0)
                return false;
        say(text, "Found: /var is mounted noexec, and version %s is asked for; the sensor can do with that since %s.",
            request->version, NOEXEC_VAR_SINCE);
        return true;
}

bool fitness_tmp_noexec(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        if (!fitness_tmp_is_unusable(facts))
                return false;
        say(text, "Found: %s is %s; the package manager gets a temporary folder of its own (TMPDIR).", TMP_FOLDER,
            is_noexec(facts, TMP_FOLDER) ? "mounted noexec" : "read-only or full");
        return true;
}

bool fitness_tmp_is_unusable(const Facts *facts)
{
        const MachineMount *mount = machine_mount(fitness_machine(facts), TMP_FOLDER);

        return mount && (mount->noexec == TRI_YES || mount->read_only == TRI_YES || is_full(mount, TMP_NEEDED, 0));
}

bool fitness_opt_is_link(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const MachineMount *mount = machine_mount(fitness_machine(facts), "/opt");

        if (request->install_path || !mount || mount->link != TRI_YES)
                return false;
        say(text,
            "Found: /opt is a link to %s; the sensor needs a folder. Make it one and mount the other onto it "
            "(mount --bind, in /etc/fstab), or name a folder by installPath.",
            mount->link_target);
        return true;
}
