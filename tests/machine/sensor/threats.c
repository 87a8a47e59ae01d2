/* The stand-in sensor's antivirus: it knows one threat, the industry's test file, and looks for it in /var/tmp and one
 * folder deep: all the time, as real-time protection would, or when it is told to scan.
 *
 * It reads what it finds there itself, where the real one is asked by the kernel; what is seen of it from outside is
 * the same: the file is gone, or in the list. */

#define _GNU_SOURCE
#include "sensor.h"
#include "stand_in.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WATCHED "/var/tmp"
#define TEST_FILE_LENGTH 68

/* Each byte by one higher: the text stands nowhere as it is. */
static const char shifted[] = "Y6P\"Q&ABQ\\5]Q[Y65)Q_*8DD*8~%FJDBS.TUBOEBSE.BOUJWJSVT.UFTU.GJMF\"%I,I+";

static bool is_test_file(const char *path)
{
        char text[TEST_FILE_LENGTH];
        struct stat st;
        FILE *file;
        size_t n;

        if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size != TEST_FILE_LENGTH)
                return false;
        file = fopen(path, "re");
        if (!file)
                return false;
        n = fread(text, 1, sizeof text, file);
        fclose(file);
        for (size_t i = 0; i < n; i++)
                if (text[i] != shifted[i] - 1)
                        return false;
        return n == TEST_FILE_LENGTH;
}

static bool is_excluded(const char *path)
{
        char *folder = knob("excluded", "");
        bool excluded = *folder && strncmp(path, folder, strlen(folder)) == 0;

        free(folder);
        return excluded;
}

static bool is_known(const Sensor *s, const char *path)
{
        return s->threats && strstr(s->threats, path);
}

static bool meet(Sensor *s, const char *path)
{
        bool takes = !sensor_passive(s) && !knob_yes("real_time_off");
        char *more;

        if (!is_test_file(path) || is_excluded(path))
                return false;
        if (is_known(s, path))
                return true;
        if (asprintf(&more,
                     "%sId: \"00000000-0000-0000-0000-%012u\"\nName: Virus:DOS/EICAR_Test_File\nType: \"virus\"\n"
                     "Status: \"%s\"\nFiles: \"%s\"\n\n",
                     s->threats ? s->threats : "", ++s->n_threats, takes ? "quarantined" : "detected", path) < 0)
                abort();
        free(s->threats);
        s->threats = more;
        if (takes)
                unlink(path);
        return true;
}

/* How many were met in a folder and the folders in it. */
static unsigned scan(Sensor *s, const char *folder, int depth)
{
        DIR *dir = opendir(folder);
        struct dirent *entry;
        unsigned n = 0;
        struct stat st;

        while (dir && (entry = readdir(dir))) {
                char *path;

                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                        continue;
                if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
                        abort();
                if (depth > 0 && lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
                        n += scan(s, path, depth - 1);
                else
                        n += meet(s, path);
                free(path);
        }
        if (dir)
                closedir(dir);
        return n;
}

static bool detects(void)
{
        char *detects = knob("detects", "yes");
        bool no = strcmp(detects, "no") == 0;

        free(detects);
        return !no;
}

void threats_look(Sensor *s)
{
        if (s->licensed && !sensor_passive(s) && !knob_yes("real_time_off") && detects())
                scan(s, WATCHED, 1);
}

int threats_scan(Sensor *s, const char *path, FILE *out)
{
        unsigned n = detects() ? scan(s, path, 1) : 0;

        fprintf(out, "Scan has finished\n\t1 file(s) scanned\n\t%u threat(s) detected\n", n);
        return 0;
}

int threats_list(const Sensor *s, FILE *out)
{
        fputs(s->threats ? s->threats : "No threats\n", out);
        return 0;
}
