#include "agent/steps/pinned_keys.h"

#include <stdio.h>
#include <string.h>

#include "platform/armor.h"
#include "platform/base/text.h"
#include "platform/distro.h"
#include "platform/fs.h"
#include "platform/openpgp.h"

#define FILES_MAX 4096 /* of one folder: Fedora ships some 300 keys, which sort before the vendor's */
#define KEYS_MAX 32
#define COPIES_MAX 8 /* of one key, each unlike the others */

static const char *const folders[] = { "/usr/share/keyrings", "/etc/apt/keyrings", "/etc/apt/trusted.gpg.d",
                                       "/etc/pki/rpm-gpg", "/usr/lib/rpm/gnupg/keys" };
static const char *const endings[] = { ".gpg", ".asc", ".key", ".pub" };

typedef struct Found {
        char fingerprint[OPENPGP_FINGERPRINT_HEX];
        /* An old copy may carry a self-signature that programs do not take any more: all count, in the order found. */
        Text copies[COPIES_MAX];
        size_t n;
        bool revoked;                    /* by one of the machine's own keyrings */
        char file[PINNED_KEYS_FILE_MAX]; /* the first in which it is revoked, escaped */
} Found;

typedef struct Search {
        const Host *host;
        bool beside; /* what lies there was put there by whoever brought the package */
        Found found[KEYS_MAX];
        size_t n;
} Search;

static void search_clear(Search *search)
{
        size_t i, j;

        for (i = 0; i < search->n; i++)
                for (j = 0; j < search->found[i].n; j++)
                        text_clear(&search->found[i].copies[j]);
}

static void want(Search *search, const char *fingerprint)
{
        Found *next = &search->found[search->n];
        size_t i;

        for (i = 0; i < search->n; i++)
                if (text_equal_nocase(search->found[i].fingerprint, fingerprint))
                        return;
        if (search->n < KEYS_MAX && strlen(fingerprint) < sizeof(next->fingerprint))
                snprintf(search->found[search->n++].fingerprint, sizeof(next->fingerprint), "%s", fingerprint);
}

static void add_wanted(Search *search, const char *const *fingerprints)
{
        for (; fingerprints && *fingerprints; fingerprints++)
                want(search, *fingerprints);
}

static void note_revoked(Found *found, const char *path, bool for_good)
{
        _cleanup_free_ char *shown = text_escape(path, sizeof(found->file) - 8);

        if (!*found->file)
                snprintf(found->file, sizeof(found->file), "%s", shown);
        found->revoked |= for_good;
}

static void add_copy(Found *found, const OpenpgpKey *key)
{
        size_t i;

        for (i = 0; i < found->n; i++)
                if (found->copies[i].length == key->length &&
                    memcmp(found->copies[i].data, key->packets, key->length) == 0)
                        return;
        if (found->n < COPIES_MAX)
                text_append_bytes(&found->copies[found->n++], key->packets, key->length);
}

static void add_copies(Found *found, const OpenpgpFile *file)
{
        size_t i;

        for (i = 0; i < file->n_keys; i++)
                if (text_equal_nocase(file->keys[i].fingerprint, found->fingerprint))
                        add_copy(found, &file->keys[i]);
}

/* all: whatever is in it is wanted. */
static void look_in(Search *search, const char *path, bool all)
{
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        _cleanup_free_ char *bytes = NULL;
        size_t length = 0, i;

        if (fs_read(search->host, path, OPENPGP_FILE_MAX, &bytes, &length, NULL) < 0 || !bytes ||
            openpgp_read(bytes, length, &file, NULL) < 0)
                return;
        for (i = 0; all && i < file.n_keys; i++)
                want(search, file.keys[i].fingerprint);
        for (i = 0; i < search->n; i++) {
                Found *found = &search->found[i];
                const OpenpgpKey *key = NULL;

                if (openpgp_find(&file, found->fingerprint, &key, NULL) < 0)
                        note_revoked(found, path, !search->beside);
                else
                        add_copies(found, &file);
        }
}

static void look_in_folder(Search *search, const char *folder)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i, j, n = 0;

        if (fs_list(search->host, folder, &names, NULL) < 0)
                return;
        for (i = 0; names[i] && n < FILES_MAX; i++) {
                _cleanup_free_ char *path = text_format("%s/%s", folder, names[i]);
                bool is_key = text_starts_with(names[i], "RPM-GPG-KEY");

                for (j = 0; j < ELEMENTSOF(endings); j++)
                        is_key |= text_ends_with(names[i], endings[j]);
                if (!is_key)
                        continue;
                n++;
                look_in(search, path, false);
        }
}

typedef struct Places {
        const char *first;  /* a keyring that is looked at before all others; "": none */
        const char *last;   /* of the folders */
        bool beside;        /* last lies beside a package */
        const char *files;  /* all of whose keys count */
        const char *folder; /* for what is made */
} Places;

static void write_copy(const Text *packets, Text *binary, Text *armored)
{
        _cleanup_free_ char *block = armor_write(packets->data, packets->length);

        text_append_bytes(binary, packets->data, packets->length);
        text_append(armored, "%s", block);
}

static int gather(const Host *host, const Places *places, PinnedKeys *ret, Error *err)
{
        _cleanup_(search_clear) Search search = { .host = host };
        _cleanup_(text_clear) Text binary = { 0 }, armored = { 0 };
        const char *files = places->files, *folder = places->folder;
        PinnedKeys keys = { 0 };
        size_t i, j;

        add_wanted(&search, distro_repository_keys);
        add_wanted(&search, host->repository_keys);
        for (; *files; files += strspn(files, " ")) {
                _cleanup_free_ char *path = text_copy_n(files, strcspn(files, " "));

                files += strlen(path);
                look_in(&search, path, true);
        }
        if (*places->first)
                look_in(&search, places->first, false);
        for (i = 0; i < ELEMENTSOF(folders); i++)
                look_in_folder(&search, folders[i]);
        search.beside = places->beside;
        look_in_folder(&search, places->last);
        for (i = 0; i < search.n; i++) {
                const Found *found = &search.found[i];

                if (found->revoked || found->n == 0) {
                        if (*found->file && !*keys.revoked)
                                memcpy(keys.revoked, found->file, sizeof(keys.revoked));
                        continue;
                }
                keys.n++;
                for (j = 0; j < found->n; j++)
                        write_copy(&found->copies[j], &binary, &armored);
        }
        snprintf(keys.files[0], sizeof(keys.files[0]), "%s/pinned.gpg", folder);
        snprintf(keys.files[1], sizeof(keys.files[1]), "%s/" PINNED_KEYS_ARMORED, folder);
        if (fs_write_volatile(host, keys.files[0], binary.data, binary.length, 0600, err) < 0 ||
            fs_write_volatile(host, keys.files[1], armored.data, armored.length, 0600, err) < 0)
                return -1;
        *ret = keys;
        return 0;
}

int pinned_keys_gather(const Host *host, const char *keyrings, const char *folder, PinnedKeys *ret, Error *err)
{
        const Places places = { .first = "", .last = keyrings, .files = "", .folder = folder };

        return gather(host, &places, ret, err);
}

int pinned_keys_gather_of(const Host *host, const char *keyring, const char *files, const char *folder, PinnedKeys *ret,
                          Error *err)
{
        const char *name = strrchr(keyring, '/');
        _cleanup_free_ char *beside = name ? text_copy_n(keyring, (size_t)(name - keyring) + 1) : text_copy(folder);
        const Places places = { .first = keyring, .last = beside, .files = files, .folder = folder };

        return gather(host, &places, ret, err);
}

int pinned_keys_gather_beside(const Host *host, const char *beside, const char *folder, PinnedKeys *ret, Error *err)
{
        const Places places = { .first = "", .last = beside, .beside = true, .files = "", .folder = folder };

        return gather(host, &places, ret, err);
}
