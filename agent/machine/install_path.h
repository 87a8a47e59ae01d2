/*
 * install_path: the folder that installPath names, where the sensor is installed in place of /opt.
 *
 * The sensor then lives in FOLDER/microsoft_mdatp/opt/microsoft/mdatp, /opt/microsoft/mdatp is a link to that, and
 * SENSOR_PATH_FILE tells it so.
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/host.h"

#define INSTALL_PATH_NAME "microsoft_mdatp"

typedef struct InstallPath {
        Tri fits;          /* NOT_ASKED: no such folder is asked for; NO: trouble says why */
        char trouble[512]; /* of the folders and links on the way; escaped */
        char type[16];     /* of a file system that does not last, or is not this machine's own; "" else */
} InstallPath;

/* What is where the sensor would come. path: as asked for; NULL: *ret is all NOT_ASKED. Never fails. */
void install_path_look(const Host *host, const char *path, InstallPath *ret);

/* FOLDER/microsoft_mdatp, without a doubled slash; caller frees. Pure. */
char *install_path_base(const char *path);
