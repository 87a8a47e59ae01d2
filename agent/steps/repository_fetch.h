/*
 * repository_fetch: what is fetched from the package server, or from the mirror that stands for it.
 */
#pragma once

#include "agent/mission.h"
#include "platform/http.h"

/* path is below the server. What its clock says is remembered in the mission, and told when it is far off. */
int repository_fetch(Mission *mission, HttpClient *http, const char *path, size_t max, HttpResponse *response,
                     Failure *failure);

/* The source that the list of the channel names; a mirror's list may name the vendor's own address for its own. */
int repository_fetch_source(Mission *mission, HttpClient *http, PackageSource *source, Failure *failure);
