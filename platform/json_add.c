#include "platform/json_add.h"

void json_add_text(Json *object, const char *name, const char *text)
{
        json_object_object_add(object, name, text ? json_object_new_string(text) : NULL);
}

void json_add_number(Json *object, const char *name, int64_t number)
{
        json_object_object_add(object, name, json_object_new_int64(number));
}

void json_add_flag(Json *object, const char *name, bool flag)
{
        json_object_object_add(object, name, json_object_new_boolean(flag));
}

Json *json_add_object(Json *object, const char *name)
{
        Json *inner = json_object_new_object();

        json_object_object_add(object, name, inner);
        return inner;
}

Json *json_add_list(Json *object, const char *name)
{
        Json *list = json_object_new_array();

        json_object_object_add(object, name, list);
        return list;
}

Json *json_add_row(Json *list)
{
        Json *row = json_object_new_object();

        json_object_array_add(list, row);
        return row;
}

void json_add_item(Json *list, const char *text)
{
        json_object_array_add(list, json_object_new_string(text));
}
