#include "platform/resolver.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define CONF "/etc/resolv.conf"
#define CONF_MAX (64 * 1024)
#define SERVERS_MAX 3 /* resolvers ask no more */
#define SERVER_WORDS_MAX 64

/* Of "nameserver ADDRESS ..."; NULL: it is another line. Caller frees. */
static char *server_of(const char *line, size_t length)
{
        static const char keyword[] = "nameserver";
        _cleanup_free_ char *text = NULL;
        size_t n = sizeof(keyword) - 1;

        if (length <= n || memcmp(line, keyword, n) != 0 || (line[n] != ' ' && line[n] != '\t'))
                return NULL;
        text = text_trim(text_copy_n(line + n, length - n));
        text[strcspn(text, " \t")] = '\0';
        return *text ? text_escape(text, SERVER_WORDS_MAX) : NULL;
}

static void list_servers(const char *conf, size_t length, Text *servers)
{
        const char *cursor = conf, *line;
        size_t line_length;
        int n = 0;

        while (n < SERVERS_MAX && text_next_line(&cursor, conf + length, &line, &line_length)) {
                _cleanup_free_ char *server = server_of(line, line_length);

                if (server)
                        text_append(servers, "%s%s", n++ ? ", " : "", server);
        }
}

char *resolver_words(const Host *host)
{
        _cleanup_(text_clear) Text servers = { 0 };
        _cleanup_free_ char *conf = NULL;
        size_t length = 0;

        if (fs_read(host, CONF, CONF_MAX, &conf, &length, NULL) < 0)
                return text_copy("127.0.0.1, as " CONF " cannot be read");
        if (!conf)
                return text_copy("127.0.0.1, as there is no " CONF);
        list_servers(conf, length, &servers);
        if (servers.length == 0)
                return text_copy("127.0.0.1, as " CONF " names no server");
        return text_format("%s of " CONF, servers.data);
}
