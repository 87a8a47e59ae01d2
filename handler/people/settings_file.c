#include "handler/people/settings_file.h"

#include <stdio.h>

#include "platform/base/text.h"
#include "platform/named_file.h"

#define SHOWN_MAX 200

static char *shown(const char *path)
{
        return text_equal(path, "-") ? text_copy("the standard input") : text_escape(path, SHOWN_MAX);
}

int settings_file_read(const char *path, Json **ret, Error *err)
{
        _cleanup_json_ Json *object = NULL;
        _cleanup_free_ char *name = path ? shown(path) : NULL;

        if (!path)
                object = json_object_new_object();
        else if (named_file_read_json(path, &object, err) < 0)
                return error_prefix(err, "--settings");
        if (!json_object_is_type(object, json_type_object))
                return error_set(
                        err, ERROR_INPUT,
                        "--settings: %s is of type %s, not an object of settings; right would be {\"channel\": "
                        "\"prod\"}",
                        name, json_kind(object));
        *ret = TAKE_PTR(object);
        return 0;
}

int settings_file_refuse(const CommandLine *line, const Failure *failure)
{
        _cleanup_free_ char *name = shown(command_line_option(line, "settings"));

        fprintf(stderr, "mde-linux %s: --settings: %s: %s\n", line->command->name, name, failure->found);
        return COMMAND_USAGE;
}

int settings_file_refuse_twice(const CommandLine *line, const char *const *given, size_t n, const char *names)
{
        size_t i, used = 0;

        for (i = 0; i < n; i++)
                used += text_equal(given[i], "-");
        if (used < 2)
                return 0;
        return command_line_refuse(line, "one of %s can be the standard input (-), which can be read once only", names);
}
