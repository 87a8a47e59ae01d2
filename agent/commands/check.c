#include "agent/commands/check.h"

#include <stdio.h>

#include "agent/commands/screen.h"
#include "agent/facts_json.h"
#include "platform/base/text.h"
#include "platform/host_init.h"

#define LOOK_MS 60000
#define SHOWN_MAX 400

static void print_value(const char *path, Json *value);

static void print_members(const char *path, Json *object)
{
        json_object_object_foreach(object, name, member)
        {
                _cleanup_free_ char *inner = text_format("%s%s%s", path, *path ? "." : "", name);

                print_value(inner, member);
        }
}

static void print_value(const char *path, Json *value)
{
        _cleanup_free_ char *shown = NULL;
        size_t i;

        if (json_object_is_type(value, json_type_object)) {
                print_members(path, value);
                return;
        }
        if (!json_object_is_type(value, json_type_array)) {
                shown = text_escape(json_object_get_string(value), SHOWN_MAX);
                printf("%s: %s\n", path, shown);
                return;
        }
        for (i = 0; i < (size_t)json_object_array_length(value); i++) {
                _cleanup_free_ char *inner = text_format("%s[%zu]", path, i);

                print_value(inner, json_object_array_get_idx(value, i));
        }
}

int command_check(const CommandLine *line)
{
        _cleanup_(facts_clear) Facts facts = { 0 };
        _cleanup_json_ Json *json = NULL;
        Host host;

        host_init(&host);
        facts_gather(&host, LOOK_SECOND, deadline_in(LOOK_MS), &facts);
        json = facts_json_make(&facts);
        if (command_line_option(line, "json"))
                return screen_print_document(TAKE_PTR(json));
        print_members("", json);
        return fflush(stdout) != 0;
}
