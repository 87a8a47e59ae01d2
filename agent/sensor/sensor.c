#include "agent/sensor/sensor.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/process.h"

/* text is escaped already. */
static void note_trouble(SensorHealth *health, const char *text)
{
        health->answering = TRI_NO;
        snprintf(health->trouble, sizeof(health->trouble), "%.*s", (int)sizeof(health->trouble) - 1,
                 *text ? text : "no output");
}

static int call(const Host *host, const char *const *argv, Deadline deadline, ProcessResult *ret, Error *err)
{
        ProcessSpec spec = { .argv = argv, .deadline = deadline_sooner(deadline, deadline_in(SENSOR_CALL_MS)) };

        return process_run(host, &spec, ret, err);
}

/* True: settled, one way or the other; false: worth asking for the text form. */
static bool ask(const Host *host, const char *const *argv, bool (*parse)(const char *, size_t, SensorHealth *),
                Deadline deadline, SensorHealth *health)
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        Error err = { 0 };

        if (call(host, argv, deadline, &result, &err) < 0) {
                note_trouble(health, err.text);
                return true;
        }
        if (result.exit_status == 0 && parse(result.output, result.output_length, health)) {
                health->answering = TRI_YES;
                return true;
        }
        _cleanup_free_ char *last = process_last_line(result.output, 200);
        note_trouble(health, last);
        return false;
}

void sensor_read_health(const Host *host, Deadline deadline, SensorHealth *ret)
{
        static const char *const as_json[] = { "mdatp", "health", "--output", "json", NULL };
        static const char *const as_text[] = { "mdatp", "health", NULL };

        *ret = (SensorHealth){ .answering = TRI_UNKNOWN };
        if (!host_is_live(host))
                return;
        if (ask(host, as_json, sensor_parse_json, deadline, ret))
                return;
        /* a daemon that is not there answers neither form */
        if (!strstr(ret->trouble, "connect"))
                ask(host, as_text, sensor_parse_text, deadline, ret);
}

bool sensor_is_protected(const char *said)
{
        return strcasestr(said, "managed") || strcasestr(said, "tamper");
}

int sensor_set_tag(const Host *host, const char *key, const char *value, Deadline deadline, Error *err)
{
        const char *argv[] = { "mdatp", "edr", "tag", "set", "--name", key, "--value", value, NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *last = NULL;

        if (call(host, argv, deadline, &result, err) < 0)
                return -1;
        if (result.exit_status == 0)
                return 0;
        last = process_last_line(result.output, 200);
        return error_set(err, ERROR_COMMAND, "mdatp edr tag set --name %s said: %s", key, last);
}
