/*
 * onboarding_file: the JSON file as it is to be written, made afresh from what was read and verified.
 */
#pragma once

#include "platform/base/secret.h"
#include "platform/json.h"

/*
 * {"MEMBER":"TEXT"}, TEXT being the compact text of blob's members: strings are the same to the byte, in the
 * order they came. *ret is zero-initialised by the caller and owned by it afterwards.
 */
void onboarding_file_make(const char *member, Json *blob, Secret *ret);
