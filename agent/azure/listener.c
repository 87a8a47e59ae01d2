/*
 * A socket bound to the very address is given the connection before one that is bound to all, and one of IPv4 before
 * one of both: only those that stand first decide, as anyone may bind beside them to what they do not hold.
 */
#include "agent/azure/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/azure/agent_user.h"
#include "platform/base/text.h"
#include "platform/host_open.h"

#define SCHEME "http://"
#define LOCALHOST "localhost"
#define STATE_LISTEN 0x0A
#define STATE_SYN_RECV 0x03 /* up to Linux 4.3 right behind its listener */
#define ANY_V4 "00000000"
#define ANY_V6 ANY_V4 ANY_V4 ANY_V4 ANY_V4

/* Where a connection to an address ends, as the tables have it: the first that is held wins. */
typedef struct Place {
        char exact[2][33]; /* of IPv4 (or "") and of IPv6 */
        bool v4;
        unsigned port;
} Place;

typedef struct Holder {
        int rank; /* 0: none */
        bool foreign;
        int64_t uid; /* the foreign one */
} Holder;

char *azure_listener_url(const char *url)
{
        const char *start = url + strlen(SCHEME);
        size_t length;

        if (!text_starts_with(url, SCHEME))
                return text_copy(url);
        length = strcspn(start, ":/?#");
        if (length != strlen(LOCALHOST) || strncasecmp(start, LOCALHOST, length) != 0)
                return text_copy(url);
        return text_format(SCHEME "127.0.0.1%s", start + length);
}

static void write_v6(const struct in6_addr *address, char ret[33])
{
        uint32_t words[4];

        memcpy(words, address, sizeof(words));
        snprintf(ret, 33, "%08X%08X%08X%08X", words[0], words[1], words[2], words[3]);
}

static bool place_v4(const char *name, Place *ret)
{
        struct in6_addr mapped = { .s6_addr = { [10] = 0xff, [11] = 0xff } };
        struct in_addr address;

        if (!inet_aton(name, &address)) /* as lenient as the resolver */
                return false;
        if (address.s_addr == INADDR_ANY)
                address.s_addr = htonl(INADDR_LOOPBACK);
        memcpy(&mapped.s6_addr[12], &address, 4);
        snprintf(ret->exact[0], sizeof(ret->exact[0]), "%08X", address.s_addr);
        write_v6(&mapped, ret->exact[1]);
        ret->v4 = true;
        return ntohl(address.s_addr) >> 24 == 127;
}

static bool place_v6(const char *name, Place *ret)
{
        struct in6_addr address;

        if (inet_pton(AF_INET6, name, &address) != 1)
                return false;
        if (IN6_IS_ADDR_V4MAPPED(&address)) {
                char plain[INET_ADDRSTRLEN];

                return inet_ntop(AF_INET, &address.s6_addr[12], plain, sizeof(plain)) && place_v4(plain, ret);
        }
        if (IN6_IS_ADDR_UNSPECIFIED(&address))
                address = in6addr_loopback;
        write_v6(&address, ret->exact[1]);
        return IN6_IS_ADDR_LOOPBACK(&address);
}

/* false: it is not on this machine, as far as can be seen from its name. */
static bool find_place(const char *text, Place *ret)
{
        _cleanup_free_ char *url = azure_listener_url(text);
        char *name = url + strlen(SCHEME), *port;
        int64_t number = 80;

        *ret = (Place){ 0 };
        if (!text_starts_with(url, SCHEME))
                return false;
        name[strcspn(name, "/?#")] = '\0';
        name = strrchr(name, '@') ? strrchr(name, '@') + 1 : name;
        port = *name == '[' ? strchr(name, ']') : name + strcspn(name, ":");
        if (!port)
                return false;
        if (*port == ']')
                *port++ = '\0';
        if (*port == ':' && !text_to_int64(port + 1, 1, 65535, &number))
                return false;
        *port = '\0';
        ret->port = (unsigned)number;
        return *name == '[' ? place_v6(name + 1, ret) : place_v4(name, ret);
}

static int rank_of(const Place *place, const char *address)
{
        if (text_equal(address, place->exact[0]) || text_equal(address, place->exact[1]))
                return 3;
        if (place->v4 && text_equal(address, ANY_V4))
                return 2;
        return text_equal(address, ANY_V6) ? 1 : 0;
}

static void take_row(const Place *place, const AzureAgentUser *agent, const char *address, unsigned uid, Holder *holder)
{
        int rank = rank_of(place, address);
        bool foreign = uid != 0 && (!agent->known || agent->uid != (int64_t)uid);

        if (rank == 0 || rank < holder->rank)
                return;
        if (rank > holder->rank)
                *holder = (Holder){ .rank = rank };
        if (foreign) {
                holder->foreign = true;
                holder->uid = uid;
        }
}

/* false: there is no such table. */
static bool read_table(const Host *host, const char *name, const Place *place, const AzureAgentUser *agent,
                       Holder *holder)
{
        _cleanup_close_ int fd = host_open(host, name, O_RDONLY | O_NOCTTY | O_NONBLOCK);
        FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
        char line[512];

        if (!file)
                return false;
        TAKE_FD(fd);
        while (fgets(line, sizeof(line), file)) {
                char address[33] = "";
                unsigned port = 0, state = 0, uid = 0;

                if (sscanf(line, "%*u: %32[0-9A-F]:%x %*[0-9A-F]:%*x %x %*x:%*x %*x:%*x %*x %u", address, &port, &state,
                           &uid) != 4)
                        continue; /* the heading */
                if (state == STATE_LISTEN && port == place->port)
                        take_row(place, agent, address, uid, holder);
                else if (state != STATE_LISTEN && state != STATE_SYN_RECV)
                        break; /* of connections there may be very many */
        }
        fclose(file);
        return true;
}

int azure_listener_look(const Host *host, const char *url, AzureListener *ret, Error *err)
{
        _cleanup_free_ char *name = NULL;
        Holder holder = { 0 };
        AzureAgentUser agent;
        Place place;
        bool known;

        *ret = AZURE_LISTENER_UNKNOWN;
        if (!find_place(url, &place))
                return 0;
        azure_agent_user_find(host, &agent);
        known = read_table(host, "/proc/net/tcp", &place, &agent, &holder);
        known = read_table(host, "/proc/net/tcp6", &place, &agent, &holder) || known;
        if (!holder.foreign) {
                if (known)
                        *ret = holder.rank ? AZURE_LISTENER_TRUSTED : AZURE_LISTENER_NONE;
                return 0;
        }
        name = azure_user_name(host, holder.uid);
        return error_set(err, ERROR_TRUST,
                         "port %u of this machine is held by user %lld (%s), not by Azure Arc's agent: nothing is "
                         "believed that it says",
                         place.port, (long long)holder.uid, name);
}
