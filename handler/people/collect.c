/*
 * collect: a bundle for support. A bundle holds what we know (bundle.h); what the sensor knows is an archive of its
 * own, beside it and never in it.
 */
#include "handler/people/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/answers/advice.h"
#include "agent/commands/screen.h"
#include "agent/guest/program_call.h"
#include "agent/sensor/sensor_diagnostics.h"
#include "handler/people/bundle.h"
#include "platform/fs.h"
#include "platform/host_init.h"
#include "platform/json_add.h"

#define STEM_MAX 64
#define SUFFIX ".tar.gz"
#define DIAGNOSTICS_MS (10 * 60 * 1000)

typedef struct Collection {
        Bundle bundle;
        char stem[STEM_MAX]; /* of the files, and the folder inside */
        char *path;          /* of the bundle, absolute */
        size_t size;
        char *diagnostics; /* of the sensor's archive, absolute; NULL: none */
        Error trouble;     /* why none, when it was asked for */
        char remedy[300];  /* what to do about that; "": the trouble says so */
} Collection;

static void collection_clear(Collection *collection)
{
        bundle_clear(&collection->bundle);
        free(collection->path);
        free(collection->diagnostics);
}

static void make_stem(int64_t now_s, char stem[STEM_MAX])
{
        time_t now = (time_t)now_s;
        struct tm tm;

        gmtime_r(&now, &tm);
        strftime(stem, STEM_MAX, "mde-linux-support-%Y%m%dT%H%M%SZ", &tm);
}

/* A folder takes the usual name in it. */
static char *choose_path(const char *given, const char *stem)
{
        Host here = { .root = "" };
        char folder[PATH_MAX];

        if (!getcwd(folder, sizeof(folder)))
                snprintf(folder, sizeof(folder), "/");
        if (!given)
                return text_format("%s/%s" SUFFIX, text_equal(folder, "/") ? "" : folder, stem);
        if (fs_is_folder(&here, given))
                return *given == '/' ? text_format("%s/%s" SUFFIX, given, stem)
                                     : text_format("%s/%s/%s" SUFFIX, folder, given, stem);
        return *given == '/' ? text_copy(given) : text_format("%s/%s", folder, given);
}

/* A name that nobody has, not even as a link; whoever may write to the folder cannot make us write elsewhere. */
static int take_name(const char *path, Error *err)
{
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        _cleanup_free_ char *shown = text_escape(path, 300);

        if (fd < 0 && errno == EEXIST)
                return error_set(err, ERROR_INPUT, "%s is there already: name another file with --output", shown);
        if (fd < 0 && errno == EISDIR) /* a name that ends with a slash, as a folder that is there was taken before */
                return error_set(err, ERROR_INPUT,
                                 "%s is no folder that is there: make it, or name another with --output", shown);
        if (fd < 0)
                return error_errno(err, errno, "create %s (name another place with --output)", shown);
        close(fd);
        return 0;
}

/* host is this machine, whatever was looked at. */
static int write_bundle(const Host *here, Collection *collection, Error *err)
{
        _cleanup_(text_clear) Text packed = { 0 };

        if (bundle_pack(&collection->bundle, collection->stem, &packed, err) < 0 ||
            take_name(collection->path, err) < 0)
                return -1;
        if (fs_write(here, collection->path, packed.data, packed.length, 0600, err) < 0) {
                unlink(collection->path);
                return -1;
        }
        collection->size = packed.length;
        return 0;
}

static void advise(Collection *collection, bool made)
{
        char call[PROGRAM_CALL_MAX];

        if (geteuid() != 0)
                snprintf(collection->remedy, sizeof(collection->remedy),
                         "Only root can have it made: 'sudo %s collect --with-sensor-diagnostics'.",
                         program_call(call));
        else if (!made && collection->trouble.kind == ERROR_MISSING)
                snprintf(collection->remedy, sizeof(collection->remedy),
                         "Without a sensor on this machine the bundle alone is what there is to send.");
        else if (!made)
                snprintf(collection->remedy, sizeof(collection->remedy),
                         "'systemctl status mdatp' and its journal may tell why; 'mdatp diagnostic create' by hand "
                         "has it made as well.");
}

static void take_diagnostics(const Host *here, Collection *collection)
{
        _cleanup_free_ char *made = NULL, *path = NULL;
        _cleanup_close_ int fd = -1;
        const char *slash = strrchr(collection->path, '/');

        path = text_format("%.*s/%s-sensor.zip", (int)(slash - collection->path), collection->path, collection->stem);
        if (sensor_make_diagnostics(here, deadline_in(DIAGNOSTICS_MS), &made, &collection->trouble) < 0 ||
            sensor_open_diagnostics(here, made, &fd, &collection->trouble) < 0 ||
            take_name(path, &collection->trouble) < 0) {
                advise(collection, made);
                return;
        }
        if (fs_copy_from(here, fd, path, 0600, &collection->trouble) < 0)
                unlink(path);
        else
                collection->diagnostics = TAKE_PTR(path);
}

static void put(Json *object, const char *name, const char *text)
{
        _cleanup_free_ char *shown = text_escape(text, PATH_MAX);

        json_add_text(object, name, shown);
}

static int print_json(const Collection *collection)
{
        Json *document = screen_document("collect", 1);

        put(document, "file", collection->path);
        json_add_number(document, "bytes", collection->size);
        json_object_object_add(document, "files", bundle_files_json(&collection->bundle));
        json_object_object_add(document, "omissions", bundle_omissions_json(&collection->bundle));
        if (collection->diagnostics)
                put(document, "sensor_diagnostics", collection->diagnostics);
        if (collection->trouble.kind)
                put(document, "sensor_diagnostics_trouble", collection->trouble.text);
        if (*collection->remedy)
                put(document, "sensor_diagnostics_remedy", collection->remedy);
        return screen_print_document(document);
}

static void say_diagnostics(const Screen *screen, const Collection *collection)
{
        _cleanup_free_ char *shown = text_escape(collection->diagnostics ? collection->diagnostics : "", PATH_MAX);

        if (collection->diagnostics)
                screen_say(
                        screen, SCREEN_PLAIN, 2,
                        "%s is the sensor's own archive. It holds more than this program knows of, paths of files and "
                        "names of processes among it: send it only where you would send those.",
                        shown);
}

static void say_trouble(const Collection *collection)
{
        if (collection->trouble.kind)
                fprintf(stderr, "mde-linux collect: there is no archive of the sensor's own: %s%s%s\n",
                        collection->trouble.text, *collection->remedy ? ". " : "", collection->remedy);
}

static void say_unread(const Screen *screen, const char *root, const Failure *unread)
{
        _cleanup_free_ char *words = NULL;
        char text[FAILURE_TEXT_MAX];

        if (!unread->reason)
                return;
        words = advice_text(root, failure_explain(unread, text));
        screen_say(screen, SCREEN_WARNING, 2, "%s", words);
}

static int say(const char *root, const Failure *unread, const Collection *collection)
{
        _cleanup_free_ char *shown = text_escape(collection->path, PATH_MAX);
        Screen screen = screen_of(stdout);

        screen_say(&screen, SCREEN_GOOD, 2, "%s (%zu bytes) is written, readable by you only.", shown,
                   collection->size);
        screen_say(
                &screen, SCREEN_PLAIN, 2,
                "It holds what mde-linux knows of this machine: facts, plan, history, status, its own log, states of "
                "units; no settings, passwords or onboarding package. Names of machines' resources, tenants and tags "
                "are in it.");
        say_unread(&screen, root, unread);
        if (root)
                screen_say(&screen, SCREEN_UNKNOWN, 2,
                           "An image was looked at: what only a running machine knows is not in it.");
        if (geteuid() != 0)
                screen_say(&screen, SCREEN_UNKNOWN, 2,
                           "Not root: history, status, the log and parts of the facts were not looked at.");
        say_diagnostics(&screen, collection);
        screen_say(
                &screen, SCREEN_PLAIN, 2,
                "Read it with 'tar -xzf', MANIFEST.json says what was left out; then add it to the support request.");
        say_trouble(collection);
        return screen_end(&screen);
}

static int fail(const Error *err)
{
        fprintf(stderr, "mde-linux collect: %s\n", err->text);
        return COMMAND_FAILED;
}

static int refuse_diagnostics(const CommandLine *line, const Host *host)
{
        if (!command_line_option(line, "with-sensor-diagnostics") || host_is_live(host))
                return 0;
        return command_line_refuse(line, "--with-sensor-diagnostics needs the running machine, not an image");
}

int command_collect(const CommandLine *line)
{
        _cleanup_(collection_clear) Collection collection = { 0 };
        _cleanup_(configuration_clear) Configuration configuration = { 0 };
        _cleanup_free_ char *root = NULL;
        Host host, here;
        Error err = { 0 };
        int refused, failed;

        host_init(&here);
        refused = command_line_look(line, &configuration, &root, &host);
        if (!refused)
                refused = refuse_diagnostics(line, &host);
        if (refused)
                return refused;
        bundle_gather(&host, root, &configuration.unread, &collection.bundle);
        make_stem(collection.bundle.made_s, collection.stem);
        collection.path = choose_path(command_line_option(line, "output"), collection.stem);
        if (write_bundle(&here, &collection, &err) < 0)
                return fail(&err);
        if (command_line_option(line, "with-sensor-diagnostics"))
                take_diagnostics(&here, &collection);
        failed = command_line_option(line, "json") ? print_json(&collection)
                                                   : say(root, &configuration.unread, &collection);
        return failed ? failed : collection.trouble.kind ? COMMAND_FAILED : COMMAND_DONE;
}
