/*
 * Whose agent runs here decides whom to ask: on an Arc machine that happens to be a VM of Azure the tags are those of
 * its Arc resource.
 */
#include "agent/machine/azure_tags.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/http.h"
#include "platform/json.h"

#define ARC_AGENT "/opt/azcmagent/bin/himds"
#define PLACE "/metadata/instance/compute?api-version=2021-02-01"
#define ANSWER_MAX (256 * 1024)
#define ASK_MS 10000
#define TRIES 2

static bool is_set(const char *name, const char *key, const char *value)
{
        return key && value && text_equal_nocase(key, name) && text_equal_nocase(value, "true");
}

static Tri read_list(Json *list, const char *name)
{
        size_t i;

        for (i = 0; i < (size_t)json_object_array_length(list); i++) {
                Json *tag = json_object_array_get_idx(list, i);

                if (is_set(name, json_string(tag, "name"), json_string(tag, "value")))
                        return TRI_YES;
        }
        return TRI_NO;
}

static Tri read_text(const char *tags, const char *name)
{
        _cleanup_free_ char *copy = text_copy(tags);
        char *tag, *rest = copy;

        while ((tag = strsep(&rest, ";"))) {
                char *colon = strchr(tag, ':');

                if (!colon)
                        continue;
                *colon = '\0';
                if (is_set(name, tag, colon + 1))
                        return TRI_YES;
        }
        return TRI_NO;
}

Tri azure_tags_read(const char *text, size_t length, const char *name)
{
        _cleanup_json_ Json *json = NULL;
        const char *tags;
        Json *list;

        if (json_parse(text, length, &json, NULL) < 0 || !json_object_is_type(json, json_type_object))
                return TRI_UNKNOWN;
        list = json_member(json, "tagsList");
        if (json_object_is_type(list, json_type_array))
                return read_list(list, name);
        tags = json_string(json, "tags");
        return tags ? read_text(tags, name) : TRI_UNKNOWN;
}

Tri azure_tags_look(const Host *host, const char *name, char *trouble, size_t size)
{
        const char *service = fs_exists(host, ARC_AGENT) ? host->himds_url : host->imds_url;
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(host);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        _cleanup_free_ char *url = text_format("%s" PLACE, service);
        const HttpSpec spec = {
                .url = url, .metadata = true, .max_bytes = ANSWER_MAX, .deadline = deadline_in(ASK_MS), .tries = TRIES
        };
        Error err = { 0 };
        Tri answer;

        if (http_client_get(http, &spec, &response, &err) < 0) {
                snprintf(trouble, size, "%.*s", (int)size - 1, err.text);
                return TRI_UNKNOWN;
        }
        answer = azure_tags_read(response.body, response.length, name);
        if (answer == TRI_UNKNOWN)
                snprintf(trouble, size, "%s tells no tags", service);
        return answer;
}
