/*
 * setting_uri: the address of the onboarding package. Pure.
 */
#pragma once

#include <stdbool.h>

/* https://[LOGIN@]HOST[:PORT][/PATH][?QUERY], of characters that stand for themselves, without a fragment. */
bool setting_uri_is(const char *text);

/*
 * Of such a one: who knows it gets in. It has a login, or its query has a parameter that is known to be a signature, a
 * token or a key (sig of Azure's SAS, X-Amz-Signature, X-Goog-Signature, token, code, key, password, secret ...).
 */
bool setting_uri_hides(const char *text);
