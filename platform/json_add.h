/*
 * json_add: members and rows of a document that we write. What is added belongs to the document; lists and objects that
 * are returned are borrowed.
 */
#pragma once

#include <stdint.h>

#include "platform/json.h"

void json_add_text(Json *object, const char *name, const char *text); /* NULL: null */
void json_add_number(Json *object, const char *name, int64_t number);
void json_add_flag(Json *object, const char *name, bool flag);
Json *json_add_object(Json *object, const char *name);
Json *json_add_list(Json *object, const char *name);

Json *json_add_row(Json *list); /* an object, at the end */
void json_add_item(Json *list, const char *text);
