#include "agent/azure/azure_record.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json_record.h"

#define SIZE_MAX_BYTES 4096
#define SCHEMA 1

static const JsonField fields[] = {
        JSON_TEXT(AzureRecord, vm_id, "vmId"),
        JSON_TEXT(AzureRecord, device, "device"),
        { 0 },
};

void azure_record_read(const Host *host, AzureRecord *ret)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_json_ Json *json = NULL;
        AzureRecord record = { 0 };
        size_t length = 0;

        *ret = record;
        if (fs_read(host, AZURE_RECORD_FILE, SIZE_MAX_BYTES, &text, &length, NULL) < 0 || !text ||
            json_parse(text, length, &json, NULL) < 0 || json_object_get_int(json_member(json, "schema")) != SCHEMA ||
            json_record_read(fields, json, &record, NULL) < 0)
                return;
        *ret = record;
}

int azure_record_write(const Host *host, const AzureRecord *record, Error *err)
{
        _cleanup_json_ Json *json = json_record_make(fields, record);
        _cleanup_free_ char *before = NULL;
        const char *text;
        size_t length = 0;

        json_object_object_add(json, "schema", json_object_new_int(SCHEMA));
        text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY);
        if (fs_read(host, AZURE_RECORD_FILE, SIZE_MAX_BYTES, &before, &length, NULL) == 0 && text_equal(before, text))
                return 0;
        return fs_write(host, AZURE_RECORD_FILE, text, strlen(text), 0600, err);
}
