#include "agent/machine/install_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "agent/sensor/sensor.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/trusted_folder.h"

/* Put there by the platform on the disk that is empty after the machine was moved. */
#define DATA_LOSS "DATALOSS_WARNING_README.txt"

/* statfs(2) */
static const struct {
        uint32_t magic;
        const char *name;
} passing[] = {
        { 0x01021994, "tmpfs" }, { 0x858458f6, "ramfs" },    { 0x6969, "nfs" },      { 0xff534d42, "cifs" },
        { 0xfe534d42, "smb2" },  { 0x517b, "smb" },          { 0x00c36400, "ceph" }, { 0x01021997, "9p" },
        { 0x5346414f, "afs" },   { 0x73717368, "squashfs" }, { 0x9660, "iso9660" },  { 0x9fa0, "proc" },
        { 0x62656572, "sysfs" },
};

static void look_at_type(int fd, InstallPath *ret)
{
        struct statfs fs;
        size_t i;

        if (fstatfs(fd, &fs) < 0)
                return;
        for (i = 0; i < ELEMENTSOF(passing); i++)
                if ((uint32_t)fs.f_type == passing[i].magic)
                        snprintf(ret->type, sizeof(ret->type), "%s", passing[i].name);
}

static int check_empty(int fd, const char *path, Error *err)
{
        int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *dir = copy < 0 ? NULL : fdopendir(copy);
        struct dirent *entry;
        bool empty = true;

        if (!dir) {
                int saved = errno;

                cleanup_close(&copy);
                return error_errno(err, saved, "read the folder %s", path);
        }
        while (empty && (entry = readdir(dir)))
                empty = text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..");
        closedir(dir);
        return empty ? 0 : error_set(err, ERROR_INPUT, "%s exists and is not empty", path);
}

static int check_home(const Host *host, const char *home, InstallPath *ret, Error *err)
{
        _cleanup_close_ int fd = -1;
        const char *missing;

        if (trusted_folder_open(host, home, &fd, &missing, err) < 0)
                return -1;
        look_at_type(fd, ret);
        return *missing ? 0 : check_empty(fd, home, err);
}

/* What would become the link to it. */
static int check_link(const Host *host, const char *home, Error *err)
{
        _cleanup_close_ int fd = -1;
        const char *missing, *name = strrchr(SENSOR_HOME, '/') + 1;
        char target[512] = "";
        ssize_t n;

        if (trusted_folder_open(host, SENSOR_PARENT, &fd, &missing, err) < 0)
                return -1;
        n = *missing ? -1 : readlinkat(fd, name, target, sizeof(target) - 1);
        if (n < 0 && (*missing || errno == ENOENT))
                return 0;
        if (n < 0)
                return error_set(err, ERROR_INPUT, SENSOR_HOME " exists, though no sensor is there: remove it");
        return text_equal(target, home)
                       ? 0
                       : error_set(err, ERROR_INPUT,
                                   SENSOR_HOME " is a link to %s, though no sensor is there: remove it", target);
}

static int check_lasting(const Host *host, const char *home, Error *err)
{
        const char *slash;

        for (slash = strchr(home + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                _cleanup_free_ char *folder = text_copy_n(home, (size_t)(slash - home)),
                                    *mark = text_format("%s/" DATA_LOSS, folder);

                if (fs_exists(host, mark))
                        return error_set(err, ERROR_INPUT,
                                         "%s is the platform's temporary disk (" DATA_LOSS " lies there)", folder);
        }
        return 0;
}

void install_path_look(const Host *host, const char *path, InstallPath *ret)
{
        _cleanup_free_ char *base = path ? install_path_base(path) : NULL, *home = NULL, *shown = NULL;
        Error err = { 0 };

        *ret = (InstallPath){ 0 };
        if (!path)
                return;
        home = text_format("%s" SENSOR_HOME, base);
        ret->fits = TRI_YES;
        if (check_home(host, home, ret, &err) == 0 && check_link(host, home, &err) == 0 &&
            check_lasting(host, home, &err) == 0)
                return;
        ret->fits = TRI_NO;
        shown = text_escape(err.text, sizeof(ret->trouble) - 1);
        snprintf(ret->trouble, sizeof(ret->trouble), "%s", shown);
}
