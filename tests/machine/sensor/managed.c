/* The stand-in sensor's managed configuration: taken in when the daemon starts, and a while after the file changes. */

#define _GNU_SOURCE
#include "sensor.h"
#include "stand_in.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define MANAGED ETC "/managed/mdatp_managed.json"

static const struct {
        const char *setting, *section, *member;
} places[] = {
        { "passive-mode", "antivirusEngine", "enforcementLevel" },
        { "proxy", "cloudService", "proxy" },
        { "group-ids", "edr", "groupIds" },
};

/* What the file says of a setting, NULL: nothing; the caller frees. */
static char *value_in(const char *text, const char *setting)
{
        char *section, *value;

        for (size_t i = 0; text && i < sizeof places / sizeof *places; i++) {
                if (strcmp(places[i].setting, setting) != 0)
                        continue;
                section = json_string(text, places[i].section);
                value = section ? json_string(section, places[i].member) : NULL;
                free(section);
                return value;
        }
        return NULL;
}

void managed_look(Sensor *s, bool at_start)
{
        char seen[sizeof s->managed_seen] = "none";
        struct stat st;

        if (stat(MANAGED, &st) == 0)
                snprintf(seen, sizeof seen, "%ju.%ju.%jd.%09ld", (uintmax_t)st.st_ino, (uintmax_t)st.st_size,
                         (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
        if (strcmp(seen, s->managed_seen) != 0) {
                snprintf(s->managed_seen, sizeof s->managed_seen, "%s", seen);
                s->managed_at = now_ms() + (at_start ? 0 : knob_number("managed_delay_ms", 500));
        }
        if (s->managed_at && now_ms() >= s->managed_at) {
                free(s->managed);
                s->managed = read_text(MANAGED);
                s->managed_at = 0;
        }
}

bool sensor_managed(const Sensor *s, const char *setting)
{
        char *list = knob("managed", ""), *portal = knob("portal_passive", ""), *value = value_in(s->managed, setting);
        bool managed = list_has(list, ',', setting) || value || (*portal && strcmp(setting, "passive-mode") == 0);

        free(value);
        free(portal);
        free(list);
        return managed;
}

char *sensor_value(const Sensor *s, const char *setting, const char *local)
{
        char *value = value_in(s->managed, setting);

        return value ? value : strdup(local);
}

bool sensor_passive(const Sensor *s)
{
        char *portal = knob("portal_passive", ""), *level = value_in(s->managed, "passive-mode");
        bool passive = strcmp(*portal ? portal : s->passive, "enabled") == 0;

        if (!*portal && level)
                passive = strcmp(level, "passive") == 0;
        free(level);
        free(portal);
        return passive;
}

void mode_record(Sensor *s)
{
        const char *mode = sensor_passive(s) ? "passive" : "real_time";
        FILE *file;

        if (strcmp(mode, s->mode_told) == 0)
                return;
        snprintf(s->mode_told, sizeof s->mode_told, "%s", mode);
        file = fopen(MODES, "ae");
        if (!file)
                return;
        fprintf(file, "%lld %s\n", (long long)time(NULL), mode);
        fclose(file);
}
