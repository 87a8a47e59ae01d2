/*
 * put: text into a member that is an array of characters; a test fails where it does not fit. For <stdio.h> and
 * <cmocka.h> included before.
 */
#pragma once

#define put(member, text) assert_true((size_t)snprintf(member, sizeof(member), "%s", text) < sizeof(member))
