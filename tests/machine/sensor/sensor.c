/* The stand-in sensor's state: kept across restarts, and led by the onboarding files. */

#define _GNU_SOURCE
#include "sensor.h"
#include "stand_in.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ONBOARD ETC "/mdatp_onboard.json"
#define OFFBOARD ETC "/mdatp_offboard.json"

long long now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void keep(char *to, size_t size, const char *from)
{
        snprintf(to, size, "%s", from);
}

static void make_guid(Sensor *s)
{
        char *id = read_text("/etc/machine-id");

        snprintf(s->guid, sizeof s->guid, "00000000-0000-0000-0000-000000000000");
        if (id && strlen(id) >= 32)
                snprintf(s->guid, sizeof s->guid, "%.8s-%.4s-%.4s-%.4s-%.12s", id, id + 8, id + 12, id + 16, id + 20);
        free(id);
}

static void load_line(Sensor *s, char *line)
{
        char *value = strchr(line, '='), *inner;

        if (!value)
                return;
        *value++ = '\0';
        if (strcmp(line, "org") == 0)
                keep(s->org, sizeof s->org, value);
        else if (strcmp(line, "guid") == 0)
                keep(s->guid, sizeof s->guid, value);
        else if (strcmp(line, "seen") == 0)
                keep(s->seen, sizeof s->seen, value);
        else if (strcmp(line, "passive") == 0)
                keep(s->passive, sizeof s->passive, value);
        else if (strcmp(line, "proxy") == 0)
                keep(s->proxy, sizeof s->proxy, value);
        else if (strcmp(line, "group_ids") == 0)
                keep(s->group_ids, sizeof s->group_ids, value);
        else if (strcmp(line, "tag") == 0 && s->n_tags < TAGS_MAX && (inner = strchr(value, '='))) {
                *inner++ = '\0';
                s->tags[s->n_tags++] = (Tag){ strdup(value), strdup(inner) };
        }
}

void sensor_load(Sensor *s)
{
        char *passive = knob("passive_default", "enabled");
        char *text = read_text(STATE), *rest = text, *line;
        char *version = read_text(VERSION_FILE);

        *s = (Sensor){ 0 };
        keep(s->passive, sizeof s->passive, passive);
        if (version)
                keep(s->version, sizeof s->version, version);
        s->version[strcspn(s->version, "\n")] = '\0';
        while ((line = strsep(&rest, "\n")))
                load_line(s, line);
        if (!*s->guid)
                make_guid(s);
        s->licensed = *s->org != '\0';
        free(version);
        free(text);
        free(passive);
}

void sensor_save(const Sensor *s)
{
        FILE *file = fopen(STATE ".new", "we");

        if (!file)
                return;
        fprintf(file, "guid=%s\norg=%s\nseen=%s\npassive=%s\nproxy=%s\ngroup_ids=%s\n", s->guid, s->org, s->seen,
                s->passive, s->proxy, s->group_ids);
        for (unsigned i = 0; i < s->n_tags; i++)
                fprintf(file, "tag=%s=%s\n", s->tags[i].name, s->tags[i].value);
        if (fclose(file) == 0 && rename(STATE ".new", STATE) < 0)
                perror(STATE);
}

/* The organisation that a file in place names; empty when it is not a whole package. */
static void read_org(const char *file, const char *member, char *org, size_t size)
{
        static const char *const needed[] = { "sig", "sha256sig", "cert", "chain" };
        char *text = read_text(file);
        char *info = text ? json_string(text, member) : NULL;
        char *body = info ? json_string(info, "body") : NULL;
        char *found = body ? json_string(body, "orgId") : NULL;
        bool whole = found != NULL;

        for (size_t i = 0; whole && i < sizeof needed / sizeof *needed; i++) {
                char *part = json_string(info, needed[i]);

                whole = part && *part;
                free(part);
        }
        keep(org, size, whole ? found : "");
        free(found);
        free(body);
        free(info);
        free(text);
}

static void lose_licence(Sensor *s)
{
        bool had = s->licensed || *s->seen;

        s->licensed = false;
        *s->org = *s->seen = '\0';
        if (had)
                sensor_save(s);
}

/* A licence is held back by never_license, and by licence_file until that file is there. */
static bool held_back(void)
{
        char *file = knob("licence_file", "");
        bool held = knob_yes("never_license") || (*file && access(file, F_OK) < 0);

        free(file);
        return held;
}

/* Another tenant's offboarding file means nothing to it. */
static bool is_foreign(const Sensor *s)
{
        char org[sizeof s->org];

        read_org(OFFBOARD, "offboardingInfo", org, sizeof org);
        return *org && *s->org && strcmp(org, s->org) != 0;
}

/* The files ask it to leave: it does so after a while, unless a knob keeps it. */
static void leave(Sensor *s)
{
        char *file = knob("offboard_file", "");
        bool held = knob_yes("never_offboard") || (*file && access(file, F_OK) < 0);

        free(file);
        if (!s->leave_at)
                s->leave_at = now_ms() + knob_number("offboard_delay_ms", 300);
        if (!s->licensed || (!held && now_ms() >= s->leave_at))
                lose_licence(s);
}

void sensor_look(Sensor *s)
{
        char seen[sizeof s->seen];
        struct stat st;

        if ((access(OFFBOARD, F_OK) == 0 && !is_foreign(s)) || stat(ONBOARD, &st) < 0) {
                leave(s);
                return;
        }
        s->leave_at = 0;
        snprintf(seen, sizeof seen, "%ju.%ju.%jd.%09ld", (uintmax_t)st.st_ino, (uintmax_t)st.st_size,
                 (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
        if (strcmp(seen, s->seen) != 0) {
                keep(s->seen, sizeof s->seen, seen);
                s->licence_at = now_ms() + knob_number("licence_delay_ms", 500);
                s->licensed = false;
                *s->org = '\0';
                sensor_save(s);
        }
        if (held_back()) {
                s->licensed = false;
                *s->org = '\0';
        } else if (!s->licensed && now_ms() >= s->licence_at) {
                read_org(ONBOARD, "onboardingInfo", s->org, sizeof s->org);
                s->licensed = *s->org != '\0';
                if (s->licensed)
                        sensor_save(s);
        }
}

bool sensor_expired(const Sensor *s)
{
        char *versions = knob("expired", "");
        bool expired = strcmp(versions, "yes") == 0 || list_has(versions, ',', s->version);

        free(versions);
        return expired;
}
