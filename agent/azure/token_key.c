/*
 * The way is walked with descriptors, as what was checked has to be what is read. Down to /var/opt all is root's alone;
 * below, Arc's agent has its own folders.
 */
#include "agent/azure/token_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/azure/agent_user.h"
#include "platform/base/text.h"
#include "platform/trusted_folder.h"

#define FOLDER_ABOVE "/var/opt"
#define SHOWN_MAX 200

int azure_token_key_name(const char *challenge, char **ret, Error *err)
{
        static const char basic[] = "Basic realm=", folder[] = AZURE_TOKEN_FOLDER "/";
        _cleanup_free_ char *path = NULL, *shown = NULL;
        const char *name;

        if (!challenge || strncasecmp(challenge, basic, strlen(basic)) != 0)
                return error_set(err, ERROR_INPUT, "its challenge names none");
        path = text_copy(challenge + strlen(basic));
        if (*path == '"' && strlen(path) > 1 && text_ends_with(path, "\"")) {
                memmove(path, path + 1, strlen(path));
                path[strlen(path) - 1] = '\0';
        }
        name = path + strlen(folder);
        if (text_starts_with(path, folder) && !strchr(name, '/') && strlen(name) <= 255 && *name != '.' &&
            text_ends_with(name, ".key")) {
                *ret = text_copy(name);
                return 0;
        }
        shown = text_escape(path, SHOWN_MAX);
        return error_set(err, ERROR_TRUST, "\"%s\" is no .key right in %s", shown, AZURE_TOKEN_FOLDER);
}

static int check(int fd, const AzureAgentUser *owner, mode_t type, const char *path, Error *err)
{
        _cleanup_free_ char *shown = text_escape(path, SHOWN_MAX);
        bool group;
        struct stat st;

        if (fstat(fd, &st) < 0)
                return error_errno(err, errno, "look at %s", shown);
        if ((st.st_mode & S_IFMT) != type)
                return error_set(err, ERROR_TRUST, "%s is no %s", shown, type == S_IFDIR ? "folder" : "regular file");
        if (type == S_IFREG && st.st_nlink != 1)
                return error_set(err, ERROR_TRUST, "%s has %lu names: it may be a file of elsewhere", shown,
                                 (unsigned long)st.st_nlink);
        if (st.st_uid != 0 && !(owner->known && st.st_uid == (uid_t)owner->uid))
                return error_set(err, ERROR_TRUST, "%s belongs to user %u, neither to root nor to %s", shown,
                                 (unsigned)st.st_uid, AZURE_AGENT_USER);
        group = st.st_gid == 0 || (owner->known && st.st_gid == (gid_t)owner->gid);
        if ((st.st_mode & S_IWOTH) || ((st.st_mode & S_IWGRP) && !group))
                return error_set(err, ERROR_TRUST, "%s has mode %04o: others may write to it", shown,
                                 (unsigned)(st.st_mode & 07777));
        return 0;
}

/* What is there below fd, never by a link. */
static int open_next(int fd, const char *name, const AzureAgentUser *owner, mode_t type, const char *path, int *ret,
                     Error *err)
{
        _cleanup_free_ char *shown = text_escape(path, SHOWN_MAX);
        int flags = type == S_IFDIR ? O_DIRECTORY : O_NONBLOCK; /* a pipe would hold us up */
        _cleanup_close_ int next = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | flags);
        struct stat st;

        if (next < 0) {
                int errnum = errno;

                if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
                        return error_set(err, ERROR_TRUST, "%s is a link", shown);
                return error_errno(err, errnum, "open %s", shown);
        }
        if (check(next, owner, type, path, err) < 0)
                return -1;
        *ret = TAKE_FD(next);
        return 0;
}

static int open_key(const Host *host, const char *name, int *ret, Error *err)
{
        _cleanup_free_ char *path = text_format("%s/%s", AZURE_TOKEN_FOLDER, name);
        _cleanup_close_ int above = -1, agent = -1, tokens = -1;
        const char *missing;
        AzureAgentUser owner;

        azure_agent_user_find(host, &owner);
        if (trusted_folder_open(host, FOLDER_ABOVE, &above, &missing, err) < 0)
                return -1;
        if (*missing)
                return error_set(err, ERROR_MISSING, "there is no folder %s", FOLDER_ABOVE);
        if (open_next(above, "azcmagent", &owner, S_IFDIR, FOLDER_ABOVE "/azcmagent", &agent, err) < 0 ||
            open_next(agent, "tokens", &owner, S_IFDIR, AZURE_TOKEN_FOLDER, &tokens, err) < 0)
                return -1;
        return open_next(tokens, name, &owner, S_IFREG, path, ret, err);
}

/* Up to size bytes; what was read, or -1. */
static ssize_t read_all(int fd, unsigned char *bytes, size_t size)
{
        size_t had = 0;
        ssize_t n;

        while (had < size && (n = read(fd, bytes + had, size - had)) != 0) {
                if (n < 0 && errno != EINTR)
                        return -1;
                had += n > 0 ? (size_t)n : 0;
        }
        return (ssize_t)had;
}

static int take_content(int fd, const char *name, Secret *ret, Error *err)
{
        static const char basic[] = "Basic ";
        _cleanup_free_ char *shown = text_escape(name, SHOWN_MAX);
        _cleanup_secret_ Secret secret = { 0 };
        size_t i, start = strlen(basic);
        ssize_t n;

        secret_allocate(&secret, start + AZURE_TOKEN_KEY_MAX + 1);
        memcpy(secret.data, basic, start);
        n = read_all(fd, secret.data + start, AZURE_TOKEN_KEY_MAX + 1);
        if (n < 0)
                return error_errno(err, errno, "read the key file %s", shown);
        if (n == 0 || n > AZURE_TOKEN_KEY_MAX)
                return error_set(err, ERROR_TRUST, "the key file %s is %s", shown,
                                 n ? "larger than 4096 bytes" : "empty");
        secret.length = start + (size_t)n;
        while (secret.length > start && strchr(" \t\r\n", secret.data[secret.length - 1]))
                secret.data[--secret.length] = '\0';
        for (i = start; i < secret.length; i++)
                if (secret.data[i] <= ' ' || secret.data[i] >= 0x7f)
                        return error_set(err, ERROR_TRUST, "the key file %s holds what no key has", shown);
        *ret = secret;
        secret = (Secret){ 0 };
        return 0;
}

int azure_token_key_read(const Host *host, const char *challenge, Secret *ret, Error *err)
{
        _cleanup_free_ char *name = NULL;
        _cleanup_close_ int fd = -1;

        if (azure_token_key_name(challenge, &name, err) < 0 || open_key(host, name, &fd, err) < 0)
                return -1;
        return take_content(fd, name, ret, err);
}
