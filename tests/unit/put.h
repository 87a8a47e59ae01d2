/*
 * put: text into a member that is an array of characters; a test fails where it does not fit. For <cmocka.h> included
 * before.
 */
#pragma once

#include <stdio.h>

#define put(member, text) assert_true((size_t)snprintf(member, sizeof(member), "%s", text) < sizeof(member))
