/*
 * request_digest: one value for all of a request that decides: what is asked again unchanged has the same.
 */
#pragma once

#include "agent/request.h"

/* Fills request->digest. Does not depend on how settings were encrypted. */
void request_digest_make(Request *request);
