#include "agent/steps/repository_key.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/situation.h"
#include "agent/steps.h"
#include "agent/steps/package_cache.h"
#include "agent/steps/repository_fetch.h"
#include "agent/undo.h"
#include "agent/undo_records.h"
#include "platform/armor.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/openpgp.h"
#include "platform/packages/package.h"
#include "platform/packages/source_text.h"

/* All that the vendor signs with, below keys/. */
static const char *const key_files[] = { "microsoft.asc", "microsoft-2025.asc" };

#define COPIES_MAX 4 /* of one key, in a keyring */
typedef struct Keys {
        const OpenpgpKey *keys[OPENPGP_KEYS_MAX]; /* borrowed from the file they were read from */
        size_t n;
} Keys;

static bool has_key(const Keys *keys, const char *fingerprint)
{
        size_t i;

        for (i = 0; i < keys->n; i++)
                if (text_equal_nocase(keys->keys[i]->fingerprint, fingerprint))
                        return true;
        return false;
}

/* Those of file that are pinned, in all their copies. ERROR_TRUST: one of them is revoked. */
static int pick_pinned(const Host *host, const OpenpgpFile *file, Keys *ret, Error *err)
{
        const OpenpgpKey *key = NULL;
        Keys keys = { 0 };
        size_t i;

        for (i = 0; i < file->n_keys; i++) {
                if (!distro_key_is_pinned(host, file->keys[i].fingerprint))
                        continue;
                if (openpgp_find(file, file->keys[i].fingerprint, &key, err) < 0)
                        return -1;
                keys.keys[keys.n++] = &file->keys[i];
        }
        *ret = keys;
        return 0;
}

/* Is it there as it is, or in as many other copies as there is room for? */
static bool has_copy(const OpenpgpFile *file, const OpenpgpKey *key)
{
        size_t i, n = 0;

        for (i = 0; i < file->n_keys; i++) {
                const OpenpgpKey *other = &file->keys[i];

                if (!text_equal_nocase(other->fingerprint, key->fingerprint))
                        continue;
                if (other->length == key->length && memcmp(other->packets, key->packets, key->length) == 0)
                        return true;
                n++;
        }
        return n >= COPIES_MAX;
}

/* Not there, or not in this copy: the vendor signs a key anew when programs do not take the old signature any more. */
static Keys pick_missing(const OpenpgpFile *file, const Keys *keys)
{
        Keys missing = { 0 };
        size_t i;

        for (i = 0; i < keys->n; i++)
                if (!has_copy(file, keys->keys[i]))
                        missing.keys[missing.n++] = keys->keys[i];
        return missing;
}

static void append_keys(Text *text, const Keys *keys, bool armored)
{
        size_t i;

        for (i = 0; i < keys->n; i++) {
                _cleanup_free_ char *block = NULL;

                if (armored)
                        block = armor_write(keys->keys[i]->packets, keys->keys[i]->length);
                if (armored)
                        text_append(text, "%s", block);
                else
                        text_append_bytes(text, keys->keys[i]->packets, keys->keys[i]->length);
        }
}

/* As it is where it has the form wanted, else its keys in that form. What is no keyring is nobody's. */
static void append_present(Text *text, const char *old, size_t length, const OpenpgpFile *present, bool armored)
{
        bool is_armored = present->n_keys > 0 && !(*old & 0x80);
        Keys keys = { 0 };

        for (keys.n = 0; keys.n < present->n_keys; keys.n++)
                keys.keys[keys.n] = &present->keys[keys.n];
        if (keys.n == 0)
                return;
        if (is_armored != armored) {
                append_keys(text, &keys, armored);
                return;
        }
        text_append_bytes(text, old, length);
        if (armored && !text_ends_with(text->data, "\n"))
                text_append(text, "\n");
}

typedef struct Keyring {
        const char *path;
        bool readable; /* by all: apt verifies as a user of its own */
        char *old;     /* NULL: it is not there */
        size_t length;
        OpenpgpFile present; /* of old; none when it is no keyring */
} Keyring;

static void keyring_clear(Keyring *keyring)
{
        free(keyring->old);
        openpgp_file_clear(&keyring->present);
}

static int keyring_read(const Host *host, const char *path, Keyring *ret, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);
        Keyring keyring = { .path = path };
        struct stat st;

        if (fs_read(host, path, OPENPGP_FILE_MAX, &keyring.old, &keyring.length, err) < 0)
                return -1;
        keyring.readable = stat(full, &st) == 0 && (st.st_mode & S_IROTH);
        if (keyring.old && openpgp_read(keyring.old, keyring.length, &keyring.present, NULL) < 0)
                keyring.present = (OpenpgpFile){ 0 };
        *ret = keyring;
        return 0;
}

static int keyring_add(const Mission *mission, const Keyring *keyring, const Keys *keys, bool armored, bool *ret_added,
                       Error *err)
{
        const Keys missing = pick_missing(&keyring->present, keys);
        _cleanup_(text_clear) Text text = { 0 };
        _cleanup_free_ char *folder = text_copy_n(keyring->path, (size_t)(strrchr(keyring->path, '/') - keyring->path));

        *ret_added = missing.n > 0;
        if (missing.n == 0 && keyring->readable)
                return 0;
        append_present(&text, keyring->old, keyring->length, &keyring->present, armored);
        append_keys(&text, &missing, armored);
        if (undo_remember_made(mission->host, folder, err) < 0 || fs_make_folder(mission->host, folder, 0755, err) < 0)
                return -1;
        return undo_rewrite(mission->host, keyring->path, text.data, text.length, 0644, 0444, err);
}

/* One copy of a key may be refused, and another taken. */
static int import_keys(const Mission *mission, const char *file, const Keys *keys, Error *err)
{
        const PackageManager *manager = mission->manager;
        size_t i;

        if (manager->import_key(mission->host, file, err) == 0)
                return 0;
        log_info("%s", err->text);
        for (i = 0; i < keys->n; i++) {
                bool known = false;

                if (manager->has_key(mission->host, keys->keys[i]->fingerprint, &known, NULL) < 0 || !known)
                        return -1;
        }
        return 0;
}

/* Those that the package manager, if it keeps keys itself, has not. */
static int manager_add(Mission *mission, const Keys *keys, bool *ret_added, Error *err)
{
        static const char file[] = UNDO_FOLDER "/keys.asc";
        const PackageManager *manager = mission->manager;
        const PackageRun run = mission_package_run(mission);
        _cleanup_(text_clear) Text text = { 0 };
        Keys missing = { 0 };
        bool known = false;
        size_t i;

        for (i = 0; manager->import_key && i < keys->n; i++) {
                const char *fingerprint = keys->keys[i]->fingerprint;

                if (manager->has_key(mission->host, fingerprint, &known, err) < 0)
                        return -1;
                if (known)
                        continue;
                if (!has_key(&missing, fingerprint) && undo_remember_key(mission->host, fingerprint, err) < 0)
                        return -1;
                missing.keys[missing.n++] = keys->keys[i];
        }
        *ret_added = missing.n > 0;
        if (missing.n == 0)
                return 0;
        append_keys(&text, &missing, true);
        /* an import is a transaction of its own, which fails at once while somebody else's runs */
        if (manager->wait_for_locks(mission->host, &run, err) < 0 ||
            fs_write(mission->host, file, text.data, text.length, 0644, err) < 0 ||
            import_keys(mission, file, &missing, err) < 0)
                return -1;
        return fs_remove(mission->host, file, err);
}

/* The pinned keys of a file below keys/, borrowed from *file. */
static int fetch_keys(Mission *mission, HttpClient *http, const char *name, OpenpgpFile *file, Keys *ret,
                      Failure *failure)
{
        _cleanup_free_ char *path = text_format("keys/%s", name);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        if (repository_fetch(mission, http, path, OPENPGP_FILE_MAX, &response, failure) < 0)
                return -1;
        if (openpgp_read(response.body, response.length, file, &err) < 0) {
                error_prefix(&err, "%s/%s", mission_packages_url(mission), path);
                return failure_from(failure, REASON_REPOSITORY_KEY, &err);
        }
        if (pick_pinned(mission->host, file, ret, &err) < 0)
                return failure_from(failure, REASON_REPOSITORY_KEY, &err);
        if (ret->n == 0)
                return failure_set(failure, REASON_REPOSITORY_KEY, "%s/%s holds %s%s, which is not pinned.",
                                   mission_packages_url(mission), path, file->keys[0].fingerprint,
                                   file->n_keys > 1 ? " and others" : "");
        return 0;
}

static int add_keys(Mission *mission, const char *path, const Keys *keys, bool *ret_added, Error *err)
{
        const SourceFormat *format = mission->manager->sources;
        _cleanup_(keyring_clear) Keyring keyring = { 0 };
        bool to_file = false, to_manager = false, armored;
        Keys pinned = { 0 };

        if (keyring_read(mission->host, path, &keyring, err) < 0)
                return -1;
        armored = keyring.old && !text_equal(path, format->key_file) ? !(*keyring.old & 0x80) : format->key_in_armor;
        if (!text_equal(path, format->key_file) &&
            (pick_pinned(mission->host, &keyring.present, &pinned, NULL) < 0 || pinned.n == 0))
                return 0;
        if (keyring_add(mission, &keyring, keys, armored, &to_file, err) < 0 ||
            manager_add(mission, keys, &to_manager, err) < 0)
                return -1;
        *ret_added = to_file || to_manager;
        return 0;
}

static const char *usual_key_file(const Mission *mission)
{
        const DistroSupport *support = situation_support(mission->request, &mission->facts);

        return support && support->key_file ? support->key_file : key_files[0];
}

int repository_key_install(Mission *mission, HttpClient *http, Failure *failure)
{
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        bool added = false;
        Keys keys = { 0 };
        Error err = { 0 };

        if (fetch_keys(mission, http, usual_key_file(mission), &file, &keys, failure) < 0)
                return -1;
        log_info("repository key %s", keys.keys[0]->fingerprint);
        if (add_keys(mission, mission->manager->sources->key_file, &keys, &added, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_KEY, &err);
        if (added)
                outcome_row(mission->outcome, "repository-key-added", ROW_SUCCESS,
                            "the vendor's key %s was added to %s%s", keys.keys[0]->fingerprint,
                            mission->manager->sources->key_file,
                            mission->manager->import_key ? " and to the keys that the package manager keeps" : "");
        return 0;
}

int repository_key_import(Mission *mission, const char *path, Error *err)
{
        _cleanup_(keyring_clear) Keyring keyring = { 0 };
        Keys keys = { 0 };
        bool added;

        if (keyring_read(mission->host, path, &keyring, NULL) < 0)
                return 0;
        if (pick_pinned(mission->host, &keyring.present, &keys, err) < 0)
                return -1;
        return manager_add(mission, &keys, &added, err);
}

int repository_key_pin_index(Mission *mission, PackageSource *source, Error *err)
{
        static const char file[] = STATE_CACHE "/index-keys.asc";
        _cleanup_(keyring_clear) Keyring keyring = { 0 };
        _cleanup_(text_clear) Text text = { 0 };
        Keys keys = { 0 };

        source->index_keys[0] = '\0';
        if (!mission->manager->import_key || !source->signed_index || !*source->signed_by ||
            keyring_read(mission->host, source->signed_by, &keyring, NULL) < 0)
                return 0;
        if (pick_pinned(mission->host, &keyring.present, &keys, err) < 0)
                return -1;
        if (keys.n == 0)
                return 0;
        append_keys(&text, &keys, true);
        if (package_cache_prepare(mission->host, err) < 0 ||
            fs_write_volatile(mission->host, file, text.data, text.length, 0644, err) < 0)
                return -1;
        snprintf(source->index_keys, sizeof(source->index_keys), "%s", file);
        return 0;
}

/* Is one of the pinned keys in our file, and known to the package manager? */
static int is_installed(const Mission *mission, bool *ret, Error *err)
{
        _cleanup_(keyring_clear) Keyring keyring = { 0 };
        Keys pinned = { 0 };
        bool known = false;
        size_t i;

        if (keyring_read(mission->host, mission->manager->sources->key_file, &keyring, err) < 0 ||
            pick_pinned(mission->host, &keyring.present, &pinned, err) < 0)
                return -1;
        for (i = 0; i < pinned.n && !known; i++)
                if (mission->manager->has_key(mission->host, pinned.keys[i]->fingerprint, &known, err) < 0)
                        return -1;
        *ret = known;
        return 0;
}

bool repository_key_is_vendors(const Mission *mission, const PackageSource *source)
{
        return source_text_is_below(source->uri, mission_packages_url(mission));
}

int repository_key_prepare(Mission *mission, HttpClient *http, PackageSource *source, Failure *failure)
{
        const SourceFormat *format = mission->manager->sources;
        bool installed = false;
        Error err = { 0 };

        if (!mission->manager->import_key)
                return 0;
        if (*source->signed_by)
                return repository_key_import(mission, source->signed_by, &err) < 0
                               ? steps_fail(failure, REASON_REPOSITORY_KEY, &err)
                               : 0;
        if (!repository_key_is_vendors(mission, source))
                return 0;
        snprintf(source->signed_by, sizeof(source->signed_by), "%s", format->key_file);
        if (is_installed(mission, &installed, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_KEY, &err);
        return installed ? 0 : repository_key_install(mission, http, failure);
}

int repository_key_extend(Mission *mission, HttpClient *http, const char *keyring, bool *ret_added, Failure *failure)
{
        const char *usual = usual_key_file(mission);
        bool added = false;
        size_t i;
        Error err = { 0 };

        for (i = 0; i <= ELEMENTSOF(key_files) && !added; i++) {
                const char *name = i == 0 ? usual : key_files[i - 1];
                _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
                Failure ignored = { 0 };
                Keys keys = { 0 };

                if ((i > 0 && text_equal(name, usual)) || fetch_keys(mission, http, name, &file, &keys, &ignored) < 0)
                        continue;
                if (add_keys(mission, keyring, &keys, &added, &err) < 0)
                        return steps_fail(failure, REASON_REPOSITORY_KEY, &err);
                if (added)
                        log_info("repository key %s added to %s", keys.keys[0]->fingerprint, keyring);
        }
        *ret_added = added;
        return 0;
}

void repository_key_tell(Mission *mission, const char *what, const char *keyring)
{
        _cleanup_free_ char *shown = text_escape(keyring, 200);

        outcome_row(mission->outcome, "repository-key", ROW_SUCCESS,
                    "%s is signed by another key of the vendor's than those that were known here: it was added to %s",
                    what, shown);
}
