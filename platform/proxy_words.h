/*
 * proxy_words: what one place of configuration, of one file or of several, says of proxies. Pure. Part of proxy.
 *
 * Each reader takes the text of one more file; the later one and the more specific entry count. host: the package
 * server's. True: this file has the word about the proxy now.
 */
#pragma once

#include "platform/proxy.h"

typedef struct ProxyWords {
        char proxy[PROXY_VALUE_MAX]; /* as it stands there: may hold a password */
        int rank;                    /* how specific it is; 0: nothing stands there */
        char exceptions[PROXY_EXCEPTIONS_MAX];
        bool credentials; /* a name or password stands beside it */
        bool disabled;
        char port[8];
} ProxyWords;

typedef bool ProxyReader(const char *text, size_t length, const char *host, ProxyWords *words);

/* NAME=VALUE lines, quoted or not: /etc/environment (pam_env), /etc/sysconfig/proxy (SUSE, with PROXY_ENABLED). */
ProxyReader proxy_read_environment;

/* DefaultEnvironment= of systemd-system.conf(5). */
ProxyReader proxy_read_systemd;

/* HttpProxy.Host, HttpProxy.Port of the Azure Linux guest agent. */
ProxyReader proxy_read_waagent;

/* proxy.url of the configuration of Azure Arc's agent. */
ProxyReader proxy_read_arc;

/* proxy=, proxy_username= in the section [main] of yum.conf(5), dnf.conf(5), tdnf.conf. */
ProxyReader proxy_read_dnf;

/* Acquire::http(s)::Proxy of apt.conf(5), with its scopes, host by host, and Proxy-Auto-Detect. */
ProxyReader proxy_read_apt;
