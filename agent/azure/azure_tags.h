/*
 * azure_tags: the tags of this machine's resource in Azure, as its metadata service tells them.
 *
 * Foreign format: in the compute metadata (agent/azure/machine.h) "tagsList": [{"name", "value"}]; older ones have
 * "tags": "name:value;..." alone.
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/host.h"

/*
 * Is the tag there with the value true (letter case aside in both)? UNKNOWN: the service did not answer in time, or not
 * with that; trouble says what, escaped. NO where this is no machine of Azure. Asks the network of this machine's host
 * only, never a proxy.
 */
Tri azure_tags_look(const Host *host, const char *name, char *trouble, size_t size);

/* Pure. UNKNOWN: that is no such object. */
Tri azure_tags_read(const char *text, size_t length, const char *name);
