/*
 * container: which container a control group belongs to. Pure.
 *
 * Foreign format: /proc/PID/cgroup, one "ID:CONTROLLERS:PATH" a line. The names in PATH are those of Docker,
 * containerd, CRI-O, Podman (64 hex digits, plain or as PREFIX-ID.scope), LXC ("lxc/NAME", "lxc.payload.NAME") and
 * systemd-nspawn
 * ("systemd-nspawn@NAME.service", "machine-NAME.scope").
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Kind and id (its first 12 digits) or name, escaped: "docker 0123456789ab"; "" and false: none. */
bool container_name(const char *cgroups, char *ret, size_t size);
