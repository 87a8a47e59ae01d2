/*
 * rpm_variables: what $releasever, $basearch and the like stand for in the files of this machine, as far as it can be
 * told without asking the package manager.
 *
 * Foreign format: dnf.conf(5), "Repo variables"; /etc/dnf/vars, /etc/yum/vars, /etc/zypp/vars.d: a file a variable.
 */
#pragma once

#include "platform/host.h"

#define RPM_RELEASES 2 /* what $releasever may be: "9.4" and "9", by os-release */

/*
 * text with its variables replaced, $releasever by the release with this number; what is not known stays as it is.
 * Caller frees.
 */
char *rpm_variables_expand(const Host *host, const char *text, size_t length, size_t release);
