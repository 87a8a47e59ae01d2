/* The stand-in sensor's commands other than health: a table of words and what they do. */

#define _GNU_SOURCE
#include "sensor.h"
#include "stand_in.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The word after option, NULL when it is not there. */
static const char *after(int argc, char **argv, const char *option)
{
        for (int i = 0; i + 1 < argc; i++)
                if (strcmp(argv[i], option) == 0)
                        return argv[i + 1];
        return NULL;
}

static int usage(FILE *out, const char *what)
{
        fprintf(out, "Error: %s\n", what);
        return 1;
}

static Tag *find_tag(Sensor *s, const char *name)
{
        for (unsigned i = 0; i < s->n_tags; i++)
                if (strcmp(s->tags[i].name, name) == 0)
                        return &s->tags[i];
        return NULL;
}

static int tag_set(Sensor *s, int argc, char **argv, FILE *out)
{
        const char *name = after(argc, argv, "--name"), *value = after(argc, argv, "--value");
        Tag *tag;

        if (!name || !value)
                return usage(out, "a tag needs --name and --value");
        if (!list_has("GROUP,SecurityWorkspaceId,AzureResourceId,SecurityAgentId", ',', name))
                return usage(out, "this tag name is not supported");
        if (strchr(value, '\n') || strlen(value) > 1000)
                return usage(out, "this tag value is not supported");
        tag = find_tag(s, name);
        if (!tag) {
                tag = &s->tags[s->n_tags++];
                *tag = (Tag){ .name = strdup(name) };
        }
        free(tag->value);
        tag->value = strdup(value);
        fputs("Tag set\n", out);
        return 0;
}

static int tag_remove(Sensor *s, int argc, char **argv, FILE *out)
{
        const char *name = after(argc, argv, "--tag-name");
        Tag *tag = name ? find_tag(s, name) : NULL;

        if (!tag)
                return usage(out, "there is no such tag");
        free(tag->name);
        free(tag->value);
        *tag = s->tags[--s->n_tags];
        fputs("Tag removed\n", out);
        return 0;
}

static int group_ids(Sensor *s, int argc, char **argv, FILE *out)
{
        const char *id = after(argc, argv, "--group-id");

        if (!id)
                return usage(out, "--group-id is missing");
        snprintf(s->group_ids, sizeof s->group_ids, "%s", id);
        fputs("Group id configured\n", out);
        return 0;
}

static int passive_mode(Sensor *s, int argc, char **argv, FILE *out)
{
        const char *value = after(argc, argv, "--value");

        if (!value || (strcmp(value, "enabled") != 0 && strcmp(value, "disabled") != 0))
                return usage(out, "--value must be enabled or disabled");
        snprintf(s->passive, sizeof s->passive, "%s", value);
        fputs("Configuration property updated\n", out);
        return 0;
}

static int proxy_set(Sensor *s, int argc, char **argv, FILE *out)
{
        const char *value = after(argc, argv, "--value");

        if (!value || strncmp(value, "http", 4) != 0)
                return usage(out, "--value must be an address such as http://host:port");
        snprintf(s->proxy, sizeof s->proxy, "%s", value);
        fputs("Configuration property updated\n", out);
        return 0;
}

static int proxy_clear(Sensor *s, int argc, char **argv, FILE *out)
{
        (void)argc;
        (void)argv;
        *s->proxy = '\0';
        fputs("Configuration property updated\n", out);
        return 0;
}

static int connectivity(Sensor *s, int argc, char **argv, FILE *out)
{
        static const char *const places[] = { "https://edr.stand-in.test/ping", "https://cdn.stand-in.test/ping" };
        bool failed = knob_yes("connectivity_fails");

        (void)s;
        (void)argc;
        (void)argv;
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
                fprintf(out, "Testing connection with %s ... %s\n", places[i],
                        failed ? "[FAILED] (curl error 60)" : "[OK]");
        return failed;
}

static int diagnostic(Sensor *s, int argc, char **argv, FILE *out)
{
        const char *place = VAR "/wdavdiag";
        char path[256];
        FILE *file;

        (void)argc;
        (void)argv;
        snprintf(path, sizeof path, "%s/%s.zip", place, s->guid);
        if ((mkdir(place, 0700) < 0 && errno != EEXIST) || !(file = fopen(path, "we")))
                return usage(out, "the archive cannot be written");
        fputs("PK stand-in: paths of files, names of processes\n", file);
        fclose(file);
        fprintf(out, "Diagnostic file created: \"%s\"\n", path);
        return 0;
}

static int definitions(Sensor *s, int argc, char **argv, FILE *out)
{
        (void)s;
        (void)argc;
        (void)argv;
        fputs("The update of the definitions has been started\n", out);
        return 0;
}

static int scan_custom(Sensor *s, int argc, char **argv, FILE *out)
{
        const char *path = after(argc, argv, "--path");

        return path ? threats_scan(s, path, out) : usage(out, "--path is missing");
}

static int threat_list(Sensor *s, int argc, char **argv, FILE *out)
{
        (void)argc;
        (void)argv;
        return threats_list(s, out);
}

static const struct {
        const char *words[4];
        const char *setting; /* refused when this is managed */
        int (*run)(Sensor *s, int argc, char **argv, FILE *out);
} commands[] = {
        { { "edr", "tag", "set" }, "tags", tag_set },
        { { "edr", "tag", "remove" }, "tags", tag_remove },
        { { "edr", "group-ids" }, "group-ids", group_ids },
        { { "config", "passive-mode" }, "passive-mode", passive_mode },
        { { "config", "proxy", "set" }, "proxy", proxy_set },
        { { "config", "proxy", "clear" }, "proxy", proxy_clear },
        { { "connectivity", "test" }, NULL, connectivity },
        { { "definitions", "update" }, NULL, definitions },
        { { "scan", "custom" }, NULL, scan_custom },
        { { "threat", "list" }, NULL, threat_list },
        { { "diagnostic", "create" }, NULL, diagnostic },
};

static int matches(const char *const *words, int argc, char **argv)
{
        int n = 0;

        for (; words[n]; n++)
                if (n >= argc || strcmp(words[n], argv[n]) != 0)
                        return 0;
        return n;
}

/* Unlike a managed setting, health does not show it. */
static bool is_blocked(const char *setting)
{
        char *list = knob("tamper_blocks", "");
        bool blocked = list_has(list, ',', setting);

        free(list);
        return blocked;
}

int sensor_answer(Sensor *s, int argc, char **argv, FILE *out)
{
        if (argc > 0 && strcmp(argv[0], "health") == 0)
                return sensor_health(s, argc, argv, out);
        for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
                int n = matches(commands[i].words, argc, argv), status;

                if (!n)
                        continue;
                if (commands[i].setting && is_blocked(commands[i].setting)) {
                        fputs("Error: the operation was blocked by tamper protection\n", out);
                        return 1;
                }
                if (commands[i].setting && sensor_managed(s, commands[i].setting)) {
                        fputs("Error: this setting is managed by your organization and cannot be changed here\n", out);
                        return 1;
                }
                status = commands[i].run(s, argc - n, argv + n, out);
                if (status == 0)
                        sensor_save(s);
                return status;
        }
        return usage(out, "unknown command");
}
