/*
 * generalize: what of this machine must not be on the machines that are made from its image: by what they would all be
 * the same device, or a device of a tenant before anybody asked; and what was written about this one only.
 *
 * What stays: the sensor's package and its repository, its managed configuration and installation path, its
 * definitions, the site's configuration; what a guest agent manages is that agent's own to clear.
 */
#pragma once

#include "platform/host.h"

typedef struct GeneralizeItem {
        char *path;      /* owned; a file or a whole folder */
        const char *why; /* static */
} GeneralizeItem;

typedef struct GeneralizeList {
        GeneralizeItem *items; /* owned; each is there now */
        size_t n;
} GeneralizeList;

void generalize_list_clear(GeneralizeList *list);

bool generalize_has(const GeneralizeList *list, const char *name); /* something of this name, in whatever folder */

/*
 * Looks only. ERROR_IO: a folder cannot be read. ERROR_TRUST: a link that others than root may have put leads to one,
 * or something is mounted on or in what is to go, or nobody can tell (image_mounts): of all nothing is removed. Of an
 * image the files of the daily look are in the list, too.
 */
int generalize_look(const Host *host, GeneralizeList *ret, Error *err) _must_check_;

/* Removes all of the list, durably; what is gone meanwhile is fine. The first that cannot be removed ends it. */
int generalize_remove(const Host *host, const GeneralizeList *list, Error *err) _must_check_;
