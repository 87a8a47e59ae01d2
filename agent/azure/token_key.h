/*
 * token_key: the file by which a process proves to Azure Arc's agent that it may have a token.
 *
 * Foreign format: WWW-Authenticate: Basic realm=/var/opt/azcmagent/tokens/NAME.key; the file's content is what
 * Authorization: Basic takes. Whoever answers on that port could name any file of this machine: only a regular file
 * right in that folder, of no second name, is read, on a way without links, that is root's or Arc's agent's (himds) and
 * nobody else may write.
 */
#pragma once

#include "platform/base/secret.h"
#include "platform/host.h"

#define AZURE_TOKEN_FOLDER "/var/opt/azcmagent/tokens"
#define AZURE_TOKEN_KEY_MAX 4096

/* Pure. *ret is the file's name in that folder; caller frees. ERROR_TRUST: another place; ERROR_INPUT: no challenge. */
int azure_token_key_name(const char *challenge, char **ret, Error *err) _must_check_;

/* *ret: "Basic CONTENT". */
int azure_token_key_read(const Host *host, const char *challenge, Secret *ret, Error *err) _must_check_;
