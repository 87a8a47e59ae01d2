/*
 * Which files count, in order: the package manager's own, as it goes by them whatever we do, then what the machine's
 * services, the guest agent and its people are told.
 */
#include "platform/proxy.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/proxy_words.h"
#include "platform/waagent_conf.h"

#define FILE_BYTES_MAX (64 * 1024)
#define FILES_MAX 64 /* of one folder */

#define OF(id) (1u << (id))
#define DNF_FAMILY (OF(MANAGER_DNF) | OF(MANAGER_DNF5) | OF(MANAGER_YUM))

/* A path that ends in a slash is a folder: its *.conf files, and those whose names have no dot, in order. */
typedef struct ProxyPlace {
        const char *paths[6]; /* later ones go over earlier ones; NULL-terminated */
        ProxyReader *read;
        unsigned own;   /* managers that read it by themselves */
        bool everybody; /* it counts for others too */
        unsigned firm;  /* managers that may put it above what they are given */
} ProxyPlace;

static const ProxyPlace places[] = {
        { { "/etc/apt/apt.conf.d/", "/etc/apt/apt.conf", NULL }, proxy_read_apt, OF(MANAGER_APT), false },
        { { "/etc/yum.conf", "/etc/dnf/dnf.conf", NULL }, proxy_read_dnf, DNF_FAMILY, false },
        { { "/etc/tdnf/tdnf.conf", NULL }, proxy_read_dnf, OF(MANAGER_TDNF), false },
        /* zypper goes by its environment where libproxy is installed, else by this file first */
        { { "/etc/sysconfig/proxy", NULL }, proxy_read_environment, 0, true, OF(MANAGER_ZYPPER) },
        /* Azure Arc's agent writes azcmagent.conf there */
        { { "/usr/lib/systemd/system.conf.d/", "/lib/systemd/system.conf.d/", "/etc/systemd/system.conf",
            "/run/systemd/system.conf.d/", "/etc/systemd/system.conf.d/", NULL },
          proxy_read_systemd,
          0,
          true },
        { { "/var/opt/azcmagent/localconfig.json", NULL }, proxy_read_arc, 0, true },
        { { WAAGENT_CONF, NULL }, proxy_read_waagent, 0, true },
        { { "/etc/environment", NULL }, proxy_read_environment, 0, true },
};

typedef struct Looking {
        const Host *host;
        const char *server;
        const ProxyPlace *place;
        ProxyWords words;
        char source[PROXY_SOURCE_MAX];
} Looking;

static void read_one(Looking *looking, const char *path)
{
        _cleanup_free_ char *text = NULL, *shown = NULL;
        size_t length = 0;

        if (fs_read(looking->host, path, FILE_BYTES_MAX, &text, &length, NULL) < 0 || !text)
                return;
        if (!looking->place->read(text, length, looking->server, &looking->words))
                return;
        shown = text_escape(path, sizeof(looking->source) - 1);
        snprintf(looking->source, sizeof(looking->source), "%s", shown);
}

static void read_folder(Looking *looking, const char *folder)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (fs_list(looking->host, folder, &names, NULL) < 0)
                return;
        for (i = 0; names[i] && i < FILES_MAX; i++) {
                _cleanup_free_ char *path = text_format("%s%s", folder, names[i]);

                if (text_ends_with(names[i], ".conf") || !strchr(names[i], '.'))
                        read_one(looking, path);
        }
}

/* The guest agent's has its port apart. */
static char *value_of(const ProxyWords *words)
{
        bool apart = *words->port && !strchr(words->proxy, '@') && !strrchr(words->proxy, ':');

        return apart ? text_format("%s:%s", words->proxy, words->port) : text_copy(words->proxy);
}

static void add(const Looking *looking, bool own, bool firm, ProxyFindings *ret)
{
        _cleanup_free_ char *value = value_of(&looking->words);
        ProxyFinding *found = &ret->items[ret->n];

        if (looking->words.disabled || looking->words.rank == 0 || ret->n == PROXY_FINDINGS_MAX)
                return;
        proxy_read_value(value, &found->value);
        if (looking->words.credentials && found->value.kind == PROXY_USABLE)
                found->value = (ProxyValue){ .kind = PROXY_PASSWORD };
        if (found->value.kind == PROXY_NONE)
                return;
        snprintf(found->source, sizeof(found->source), "%s", looking->source);
        found->own = own;
        found->firm = firm;
        ret->n++;
}

static void look_at(const Host *host, const ProxyPlace *place, PackageManagerId manager, const char *server,
                    ProxyFindings *ret)
{
        bool own = manager != MANAGER_NONE && (place->own & OF(manager)),
             firm = manager != MANAGER_NONE && (place->firm & OF(manager));
        Looking looking = { .host = host, .server = server, .place = place };
        const char *const *path;

        if (!own && !place->everybody)
                return;
        for (path = place->paths; *path; path++) {
                if (text_ends_with(*path, "/"))
                        read_folder(&looking, *path);
                else
                        read_one(&looking, *path);
        }
        if (!looking.words.disabled)
                proxy_add_exceptions(looking.words.exceptions, ret->exceptions);
        add(&looking, own, firm, ret);
}

void proxy_look(const Host *host, PackageManagerId manager, const char *url, Proxy *ret)
{
        ProxyFindings findings = { 0 };
        char server[PROXY_SERVER_MAX];
        size_t i;

        proxy_server_of(url, server);
        for (i = 0; i < ELEMENTSOF(places); i++)
                look_at(host, &places[i], manager, server, &findings);
        proxy_choose(&findings, ret);
        snprintf(ret->server, sizeof(ret->server), "%s", server);
}
