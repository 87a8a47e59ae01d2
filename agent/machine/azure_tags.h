/*
 * azure_tags: the tags of this machine's resource in Azure, as its metadata service tells them.
 *
 * Foreign format: GET /metadata/instance/compute?api-version=2021-02-01 of Azure VMs ([endpoints] imds) and of Azure
 * Arc's agent (himds): one object with "tagsList": [{"name", "value"}]; older ones have "tags": "name:value;..." alone.
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/host.h"

/*
 * Is the tag there with the value true (letter case aside in both)? UNKNOWN: the service did not answer in time, or not
 * with that; trouble says what, escaped. Asks the network of this machine's host only, never a proxy.
 */
Tri azure_tags_look(const Host *host, const char *name, char *trouble, size_t size);

/* Pure. UNKNOWN: that is no such object. */
Tri azure_tags_read(const char *text, size_t length, const char *name);
