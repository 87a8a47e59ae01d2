/*
 * The guest agent: its unit, its configuration and policy, the goal state it keeps, the end of its log.
 *
 * Foreign formats: history/TIME__ID/ with ExtensionsConfig.xml or VmSettings.json below EXTENSION_LIBRARY, and log
 * lines "TIME LEVEL ... words"; of Arc's extension manager "[TIME] ... [LEVEL] words".
 */
#include "agent/doctor/signs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent/azure/machine.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/json.h"
#include "platform/lines.h"
#include "platform/waagent_conf.h"

#define CONF_MAX (64 * 1024)
#define POLICY_FILE "/etc/waagent_policy.json"
#define LOG_FILE "/var/log/waagent.log"
#define ARC_LOG_FILE "/var/lib/GuestConfig/ext_mgr_logs/gc_ext.log"
#define LOG_TAIL (256 * 1024)
#define HISTORY EXTENSION_LIBRARY "/history"
#define HISTORY_LOOKED 3
#define GOAL_STATE_MAX (2 * 1024 * 1024)
#define SAID_MAX 300

/* ---- its log ---------------------------------------------------------------------------------------------------- */

static bool holds(const char *line, size_t length, const char *words)
{
        return memmem(line, length, words, strlen(words)) != NULL;
}

/* From the level's word on. */
static const char *find_complaint(const char *line, size_t length)
{
        static const char *const levels[] = { " ERROR ", " WARNING ", "[ERROR]", "[WARNING]", "[WARN]" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(levels); i++) {
                const char *at = memmem(line, length, levels[i], strlen(levels[i]));

                if (at)
                        return at + strlen(levels[i]);
        }
        return NULL;
}

static void take_words(const char *from, const char *end, char ret[SIGNS_TEXT_MAX])
{
        _cleanup_free_ char *words =
                text_copy_n(from, (size_t)(end - from) < SAID_MAX ? (size_t)(end - from) : SAID_MAX);
        _cleanup_free_ char *shown = text_shown(text_trim(words), SAID_MAX);

        snprintf(ret, SIGNS_TEXT_MAX, "%s", shown);
}

void signs_guest_log_line(const char *line, size_t length, GuestSigns *ret)
{
        const char *complaint = find_complaint(line, length);

        if (!complaint) {
                /* what came of the next try counts */
                if (holds(line, length, "Fetched a new incarnation") || holds(line, length, "Fetched new vmSettings") ||
                    holds(line, length, "ProcessExtensionsGoalState started"))
                        *ret->goal_trouble = '\0';
                return;
        }
        if (holds(line, length, EXTENSION_NAME))
                take_words(complaint, line + length, ret->trouble);
        else if (holds(line, length, "oal state") || holds(line, length, "168.63.129.16") ||
                 holds(line, length, "ireServer") || holds(line, length, "ownload"))
                take_words(complaint, line + length, ret->goal_trouble);
}

static void look_at_log(const Host *host, const char *file, GuestSigns *ret)
{
        _cleanup_close_ int fd = host_open(host, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        _cleanup_free_ Lines *lines = text_allocate(sizeof(Lines));
        const char *line;
        struct stat st;
        size_t length;

        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return;
        if (st.st_size > LOG_TAIL && lseek(fd, -LOG_TAIL, SEEK_END) < 0)
                return;
        snprintf(ret->log, sizeof(ret->log), "%s", file);
        lines_init(lines, fd);
        while (lines_next(lines, &line, &length))
                signs_guest_log_line(line, length, ret);
}

/* ---- its configuration and policy ------------------------------------------------------------------------------- */

/* With a relative place it is the guest agent's own folder that counts, which is not known. */
static void read_policy(const Host *host, const char *file, GuestSigns *ret)
{
        _cleanup_free_ char *text = NULL, *shown = text_escape(file, 100);
        size_t length = 0;
        Error err = { 0 };

        if (!*file || fs_is_folder(host, file))
                return;
        if (*file != '/')
                error_set(&err, ERROR_INPUT, "its place is not given from the root on");
        if (*file != '/' || fs_read(host, file, JSON_SIZE_MAX, &text, &length, &err) < 0) {
                ret->allowed = TRI_UNKNOWN;
                snprintf(ret->policy, sizeof(ret->policy), "%s could not be read: %.300s", shown, err.text);
        } else if (text) {
                signs_guest_policy(shown, text, length, ret);
        }
}

static void look_at_policy(const Host *host, const char *conf, size_t conf_length, GuestSigns *ret)
{
        _cleanup_free_ char *place = waagent_conf_value(conf, conf_length, "Policy.PolicyFilePath");

        ret->allowed = TRI_YES;
        if (!waagent_conf_is_off(conf, conf_length, "Debug.EnableExtensionPolicy"))
                read_policy(host, place ? place : POLICY_FILE, ret);
}

static void look_at_configuration(const Host *host, GuestSigns *ret)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        if (fs_read(host, WAAGENT_CONF, CONF_MAX, &text, &length, NULL) < 0) {
                ret->extensions_on = TRI_UNKNOWN;
                return;
        }
        ret->extensions_on = tri(!waagent_conf_is_off(text ? text : "", length, "Extensions.Enabled"));
        if (ret->extensions_on == TRI_NO)
                snprintf(ret->configuration, sizeof(ret->configuration), "%s", WAAGENT_CONF);
        look_at_policy(host, text ? text : "", length, ret);
}

/* ---- the goal state it keeps ------------------------------------------------------------------------------------- */

static bool is_goal_state(const char *name)
{
        return text_starts_with(name, "ExtensionsConfig") || text_starts_with(name, "VmSettings");
}

/* UNKNOWN: there is none in this folder. */
static Tri names_us(const Host *host, const char *folder)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        Tri found = TRI_UNKNOWN;
        char **name;

        if (fs_list(host, folder, &names, NULL) < 0)
                return TRI_UNKNOWN;
        for (name = names; name && *name && found != TRI_YES; name++) {
                _cleanup_free_ char *path = text_format("%s/%s", folder, *name), *text = NULL;
                size_t length = 0;

                if (is_goal_state(*name) && fs_read(host, path, GOAL_STATE_MAX, &text, &length, NULL) == 0 && text)
                        found = tri(strcasestr(text, EXTENSION_NAME) != NULL);
        }
        return found;
}

/* The newest few, as there may be two kinds of them. */
static Tri look_at_goal_state(const Host *host)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        Tri found = names_us(host, EXTENSION_LIBRARY);
        size_t n = 0, looked = 0;

        if (fs_list(host, HISTORY, &names, NULL) < 0)
                return found;
        while (names && names[n])
                n++;
        for (; n > 0 && looked < HISTORY_LOOKED && found != TRI_YES; n--) {
                _cleanup_free_ char *folder = text_format("%s/%s", HISTORY, names[n - 1]);
                Tri said = fs_is_folder(host, folder) ? names_us(host, folder) : TRI_UNKNOWN;

                looked += said != TRI_UNKNOWN;
                found = said != TRI_UNKNOWN ? said : found;
        }
        return found;
}

/* ---- its unit ---------------------------------------------------------------------------------------------------- */

/* The first that is known. */
static int find_unit(Systemd *systemd, const char *const *units, UnitState *state, GuestSigns *ret, Error *err)
{
        for (; *units; units++) {
                if (systemd_unit_state(systemd, *units, state, err) < 0)
                        return -1;
                if (text_equal(state->load, "not-found"))
                        continue;
                snprintf(ret->unit, sizeof(ret->unit), "%s", *units);
                return 0;
        }
        return 0;
}

static void look_at_unit(const Host *host, GuestSigns *ret)
{
        static const char *const of_vm[] = { "walinuxagent.service", "waagent.service", NULL };
        static const char *const of_arc[] = { "extd.service", "himdsd.service", NULL };
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState state = { 0 };
        Error err = { 0 };

        ret->installed = ret->running = TRI_UNKNOWN;
        if (!host_is_live(host) || !systemd_is_running(host) || systemd_open(&systemd, &err) < 0 ||
            find_unit(systemd, ret->arc ? of_arc : of_vm, &state, ret, &err) < 0)
                return;
        ret->installed = tri(*ret->unit);
        ret->running = tri(text_equal(state.active, "active") || text_equal(state.active, "activating"));
        snprintf(ret->unit_state, sizeof(ret->unit_state), "%s%s", text_equal(state.load, "masked") ? "masked, " : "",
                 state.active);
}

void signs_guest_look(const Host *host, GuestSigns *ret)
{
        AzureSigns azure;
        bool may = geteuid() == 0 || !host_is_live(host);

        azure_signs_look(host, &azure);
        *ret = (GuestSigns){ .vm = azure.vm, .arc = azure.arc };
        ret->seen = may ? TRI_YES : TRI_UNKNOWN;
        ret->wanted = TRI_UNKNOWN;
        ret->extensions_on = ret->allowed = TRI_UNKNOWN;
        if (!azure.vm && !azure.arc)
                return;
        if (azure.arc)
                ret->extensions_on = ret->allowed = TRI_NOT_ASKED;
        else
                look_at_configuration(host, ret);
        if (!azure.arc && may)
                ret->wanted = look_at_goal_state(host);
        look_at_log(host, azure.arc ? ARC_LOG_FILE : LOG_FILE, ret);
        look_at_unit(host, ret);
}
