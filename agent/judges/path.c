/*
 * Whether the folder is one that may be used. Room there, noexec and read-only are fitness's, as of any other folder.
 */
#include "agent/judge.h"

#include <string.h>

#include "platform/base/text.h"

/* The first version that knows another folder. */
#define VERSION_NEEDED "101.25062.0003"

/* The system's own, or not there for long, or other people's; with all below unless only the folder itself is. */
static const struct {
        const char *folder;
        bool itself;
} system_folders[] = {
        { "/", true },
        { "/bin", false },
        { "/boot", false },
        { "/dev", false },
        { "/etc", false },
        { "/home", false },
        { "/lib", false },
        { "/lib32", false },
        { "/lib64", false },
        { "/libx32", false },
        { "/lost+found", false },
        { "/media", false },
        { "/mnt", true },
        { "/opt/microsoft", false },
        { "/proc", false },
        { "/root", false },
        { "/run", false },
        { "/sbin", false },
        { "/snap", false },
        { "/sys", false },
        { "/tmp", false },
        { "/usr", false },
        { "/var", true },
        { "/var/cache", false },
        { "/var/lib", false },
        { "/var/lock", false },
        { "/var/log", false },
        { "/var/mail", false },
        { "/var/opt/microsoft", false },
        { "/var/run", false },
        { "/var/spool", false },
        { "/var/tmp", false },
};

static const char *find_system_folder(const char *path)
{
        size_t length = strlen(path), i;

        while (length > 1 && path[length - 1] == '/')
                length--;
        for (i = 0; i < ELEMENTSOF(system_folders); i++) {
                const char *folder = system_folders[i].folder;
                size_t n = strlen(folder);

                if (n <= length && strncmp(path, folder, n) == 0 &&
                    (n == length || (path[n] == '/' && !system_folders[i].itself)))
                        return folder;
        }
        return NULL;
}

static void judge_use(const Request *request, const Facts *facts, Plan *plan)
{
        const char *folder = request->install_path, *system = find_system_folder(folder);

        if (system)
                judge_refuse(plan, REASON_INSTALL_PATH, "installPath is %s; %s is a folder of the system.", folder,
                             system);
        if (request->version && sensor_compare_versions(request->version, VERSION_NEEDED) < 0)
                judge_refuse(plan, REASON_INSTALL_PATH,
                             "installPath needs version " VERSION_NEEDED " or newer, and the setting version asks for "
                             "%s.",
                             request->version);
        if (facts->path.fits == TRI_NO)
                judge_refuse(plan, REASON_INSTALL_PATH, "installPath is %s: %s.", folder, facts->path.trouble);
        if (*facts->path.type)
                judge_refuse(plan, REASON_INSTALL_PATH,
                             "installPath is %s, on a file system of type %s: it has to be on a disk of this machine.",
                             folder, facts->path.type);
}

/* A sensor that is there stays where it is. */
static void judge_present(const Request *request, const Facts *facts, Plan *plan)
{
        _cleanup_free_ char *base = install_path_base(request->install_path),
                            *home = text_format("%s" SENSOR_HOME, base);

        if (*facts->sensor.folder && !text_equal(facts->sensor.folder, home))
                judge_note(
                        plan, "install-path", PLAN_WARNING,
                        "installPath asks for %s, the sensor is in %s and stays there: it has to be removed before it "
                        "can be installed elsewhere.",
                        request->install_path, facts->sensor.folder);
}

void judge_path(const Request *request, const Facts *facts, Plan *plan)
{
        if (situation_uses_install_path(request, facts))
                judge_use(request, facts, plan);
        else if (request->install_path && situation_has_sensor(facts))
                judge_present(request, facts, plan);
}
