#include "agent/sensor/detection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/process.h"
#include "platform/process_start.h"

#define FILE_NAME "test-alert.txt"
#define TICK_MS 100
#define OPEN_TICKS 5  /* it is opened every so many ticks: a sensor scans then, too */
#define LIST_TICKS 20 /* and its list is asked */
#define HEALTH_MS 20000

/* Each byte by one higher than it is. */
static const char shifted[] = "Y6P\"Q&ABQ\\5]Q[Y65)Q_*8DD*8~%FJDBS.TUBOEBSE.BOUJWJSVT.UFTU.GJMF\"%I,I+";

void detection_text(char text[DETECTION_TEXT_LENGTH + 1])
{
        const volatile char *from = shifted; /* not folded into a constant */
        size_t i;

        for (i = 0; i < DETECTION_TEXT_LENGTH; i++)
                text[i] = (char)(from[i] - 1);
        text[i] = '\0';
}

int detection_parse_scan(const char *output)
{
        static const char words[] = " threat(s) detected";
        const char *at = strstr(output, words), *start = at;
        _cleanup_free_ char *number = NULL;
        int64_t n;

        while (start && start > output && start[-1] >= '0' && start[-1] <= '9')
                start--;
        if (!start || start == at)
                return -1;
        number = text_copy_n(start, (size_t)(at - start));
        return text_to_int64(number, 0, 1000000, &n) ? (int)n : -1;
}

void detection_take_scan(int exit_status, const char *output, Detection *ret)
{
        int threats = detection_parse_scan(output);
        _cleanup_free_ char *said = NULL;

        ret->result = threats > 0 ? DETECTION_FOUND : DETECTION_MISSED;
        ret->how = DETECTION_SCANNED;
        if (threats >= 0 || exit_status == 0)
                return;
        said = process_last_line(output, 300);
        ret->result = DETECTION_FAILED;
        snprintf(ret->why, sizeof(ret->why), "'mdatp scan custom' ended with status %d%s%s", exit_status,
                 *said ? ": " : " and said nothing", said);
}

/* The value of "NAME : VALUE", without quotes; NULL: another name. */
static char *value_of(const char *line, const char *name)
{
        const char *colon = strchr(line, ':');
        _cleanup_free_ char *head = colon ? text_trim(text_copy_n(line, (size_t)(colon - line))) : NULL, *value = NULL;
        size_t length;

        if (!head || !text_equal_nocase(head, name))
                return NULL;
        value = text_trim(text_copy(colon + 1));
        length = strlen(value);
        if (length >= 2 && *value == '"' && value[length - 1] == '"')
                return text_copy_n(value + 1, length - 2);
        return TAKE_PTR(value);
}

static void take(const char *line, const char *name, char *to, size_t size)
{
        _cleanup_free_ char *value = value_of(line, name), *shown = value ? text_escape(value, size - 1) : NULL;

        if (shown)
                snprintf(to, size, "%s", shown);
}

/* A block begins with its Id; the file may stand anywhere in it. */
bool detection_parse_threats(const char *output, const char *folder, Detection *ret)
{
        const char *cursor = output, *end = output + strlen(output), *line;
        Detection block = { 0 };
        bool ours = false;
        size_t n;

        while (text_next_line(&cursor, end, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n), *id = value_of(copy, "Id");

                if (id && ours)
                        break;
                if (id)
                        block = (Detection){ 0 };
                take(copy, "Name", block.threat, sizeof(block.threat));
                take(copy, "Status", block.status, sizeof(block.status));
                ours = ours || strstr(copy, folder);
        }
        if (!ours)
                return false;
        memcpy(ret->threat, block.threat, sizeof(ret->threat));
        memcpy(ret->status, block.status, sizeof(ret->status));
        return true;
}

/* --- the sensor ---------------------------------------------------------------------------------------- */

static int say(Detection *ret, DetectionResult result, const char *words)
{
        ret->result = result;
        snprintf(ret->why, sizeof(ret->why), "%s", words);
        return -1;
}

static int fail(Detection *ret, const Error *err)
{
        return say(ret, DETECTION_FAILED, err->text);
}

static int run(const Host *host, const char *const *argv, Deadline deadline, ProcessResult *ret, Error *err)
{
        const ProcessSpec spec = { .argv = argv, .deadline = deadline, .stoppable = true };

        return process_run(host, &spec, ret, err);
}

static char *call(const Host *host, const char *const *argv)
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };

        return run(host, argv, deadline_in(SENSOR_CALL_MS), &result, NULL) < 0 ? NULL : TAKE_PTR(result.output);
}

/* Real-time protection: what is not said counts as on, so that it is waited for. */
static bool protects_in_real_time(const Host *host)
{
        static const char *const argv[] = { "mdatp", "health", "--field", "real_time_protection_enabled", NULL };
        _cleanup_free_ char *output = call(host, argv);

        return !output || !text_starts_with(text_trim(output), "false");
}

static int say_not_onboarded(Detection *ret, const char *words)
{
        ret->not_onboarded = true;
        return say(ret, DETECTION_UNKNOWN, words);
}

static int look(const Host *host, Detection *ret)
{
        _cleanup_free_ char *program = process_find("mdatp");
        SensorHealth health;

        if (!program)
                return say_not_onboarded(ret, "there is no sensor on this machine: it has no program mdatp");
        sensor_read_health(host, deadline_in(HEALTH_MS), &health);
        if (health.answering != TRI_YES)
                return say(ret, DETECTION_UNKNOWN, *health.trouble ? health.trouble : "there is no sensor to ask");
        if (health.licensed == TRI_NO)
                return say_not_onboarded(
                        ret, "the sensor has no licence, and protects nothing: this machine is not onboarded");
        ret->cloud_proven = *health.machine_id;
        ret->mode = health.passive == TRI_YES     ? DETECTION_PASSIVE
                    : protects_in_real_time(host) ? DETECTION_REAL_TIME
                                                  : DETECTION_ON_DEMAND;
        return 0;
}

static bool is_listed(const Host *host, Detection *ret)
{
        static const char *const argv[] = { "mdatp", "threat", "list", NULL };
        _cleanup_free_ char *output = call(host, argv);

        return output && detection_parse_threats(output, ret->folder, ret);
}

/* --- the file ------------------------------------------------------------------------------------------ */

static int write_file(const char *path, Error *err)
{
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        char text[DETECTION_TEXT_LENGTH + 1];

        detection_text(text);
        if (fd < 0 || write(fd, text, DETECTION_TEXT_LENGTH) != DETECTION_TEXT_LENGTH)
                return error_errno(err, errno, "write %s", path);
        return 0;
}

/* A sensor may be quick enough to refuse the writing itself. */
static int place(const char *path, Detection *ret)
{
        Error err = { 0 };

        if (write_file(path, &err) == 0)
                return 0;
        if (err.errnum != EPERM)
                return fail(ret, &err);
        ret->result = DETECTION_FOUND;
        ret->how = DETECTION_REFUSED;
        return -1;
}

/* Root's alone: nobody else can have put something in its place. */
static int make_folder(Detection *ret)
{
        Error err = { 0 };

        snprintf(ret->folder, sizeof(ret->folder), DETECTION_PARENT "/mde-linux-test-XXXXXX");
        if (mkdtemp(ret->folder))
                return 0;
        error_errno(&err, errno, "make a folder in " DETECTION_PARENT);
        *ret->folder = '\0';
        return fail(ret, &err);
}

static void remove_one(int (*remove_it)(const char *path), const char *path, Detection *ret)
{
        if (remove_it(path) < 0 && errno != ENOENT)
                snprintf(ret->left, sizeof(ret->left), "%s: %s", path, strerror(errno));
}

/* --- the test ------------------------------------------------------------------------------------------ */

static bool found(DetectionHow how, Detection *ret)
{
        ret->result = DETECTION_FOUND;
        ret->how = how;
        return true;
}

static bool may_be_opened(const char *path)
{
        _cleanup_close_ int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

        return fd >= 0 || (errno != EPERM && errno != EACCES);
}

static bool is_found(const Host *host, const char *path, unsigned tick, Detection *ret)
{
        struct stat st;

        if (lstat(path, &st) < 0 && errno == ENOENT)
                return found(DETECTION_TAKEN_AWAY, ret);
        if (tick % OPEN_TICKS == OPEN_TICKS - 1 && !may_be_opened(path))
                return found(DETECTION_REFUSED, ret);
        return tick % LIST_TICKS == LIST_TICKS - 1 && is_listed(host, ret) && found(DETECTION_LISTED, ret);
}

static void wait_for_it(const Host *host, const char *path, Detection *ret)
{
        Deadline deadline = deadline_in(DETECTION_WAIT_MS);
        Error err = { 0 };
        unsigned tick;

        for (tick = 0; !is_found(host, path, tick, ret); tick++)
                if (host_wait(host, TICK_MS, deadline, &err) < 0) {
                        ret->result = DETECTION_MISSED;
                        if (err.kind != ERROR_TIMEOUT)
                                fail(ret, &err);
                        return;
                }
}

/* Whatever the scan says of itself: where the file is gone it was found. */
static void scan(const Host *host, const char *path, Detection *ret)
{
        const char *const argv[] = { "mdatp", "scan", "custom", "--path", ret->folder, NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        Error err = { 0 };
        int r = run(host, argv, deadline_in(DETECTION_SCAN_MS), &result, &err);

        if (r < 0 && err.kind == ERROR_TIMEOUT)
                ret->result = DETECTION_MISSED;
        else if (r < 0)
                fail(ret, &err);
        else if (is_listed(host, ret))
                found(DETECTION_LISTED, ret);
        else if (detection_parse_scan(result.output) > 0 || !is_found(host, path, 0, ret))
                detection_take_scan(result.exit_status, result.output, ret);
}

static void attempt(const Host *host, const char *path, Detection *ret)
{
        int64_t began_ms = deadline_now_ms();

        if (place(path, ret) == 0 && ret->mode == DETECTION_REAL_TIME)
                wait_for_it(host, path, ret);
        else if (ret->result == DETECTION_UNKNOWN)
                scan(host, path, ret);
        ret->took_ms = deadline_now_ms() - began_ms;
        if (ret->result == DETECTION_FOUND && !*ret->threat)
                is_listed(host, ret);
}

void detection_run(const Host *host, Detection *ret)
{
        _cleanup_free_ char *path = NULL;

        *ret = (Detection){ 0 };
        if (look(host, ret) < 0 || make_folder(ret) < 0)
                return;
        path = text_format("%s/" FILE_NAME, ret->folder);
        attempt(host, path, ret);
        remove_one(unlink, path, ret);
        remove_one(rmdir, ret->folder, ret);
}
