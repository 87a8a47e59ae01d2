#include "agent/azure/azure_tags.h"

#include <stdio.h>
#include <string.h>

#include "agent/azure/machine.h"
#include "platform/base/text.h"
#include "platform/json.h"

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
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(host);
        const AzureSession session = { .host = host, .http = http };
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Failure failure = { 0 };
        AzureKind kind;
        Tri answer;

        if (azure_compute_get(&session, &kind, &response, &failure) < 0) {
                snprintf(trouble, size, "%.*s", (int)size - 1, failure.found);
                return kind == AZURE_NONE ? TRI_NO : TRI_UNKNOWN;
        }
        answer = azure_tags_read(response.body, response.length, name);
        if (answer == TRI_UNKNOWN)
                snprintf(trouble, size, "%s tells no tags", azure_metadata_url(host, kind));
        return answer;
}
