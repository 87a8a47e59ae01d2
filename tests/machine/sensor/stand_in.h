/* What the daemon and the command line of the stand-in sensor share: places, knobs, the wire.
 *
 * The command line sends its arguments, each ended by a zero byte, over a socket, and shuts
 * its side down. The daemon answers one byte, the exit status, and then the text to print. */

#pragma once

#include <stdbool.h>
#include <stddef.h>

#define KNOBS "/etc/mdatp-stand-in.conf"
#define BUILT_IN_KNOBS "/opt/microsoft/mdatp/conf/stand-in.conf"
#define VERSION_FILE "/opt/microsoft/mdatp/conf/version"
#define ETC "/etc/opt/microsoft/mdatp"
#define VAR "/var/opt/microsoft/mdatp"
#define SOCKET VAR "/stand-in.socket"
#define STATE VAR "/stand-in.state"
#define CALLS "/var/log/mdatp-stand-in-cli.log"
#define MODES "/var/log/mdatp-stand-in-modes.log"
#define REQUEST_MAX 16384

/* The value of a knob, the machine's before the package's own, or fallback; the caller frees. */
char *knob(const char *name, const char *fallback);
long knob_number(const char *name, long fallback);
bool knob_yes(const char *name);

/* Whether item is in the list text, whose parts are divided by separator. */
bool list_has(const char *text, char separator, const char *item);

/* A whole small file as text, NULL when it cannot be read; the caller frees. */
char *read_text(const char *path);

/* The text of the string member called name, unescaped, at the top of the JSON object text, the last if it stands
 * there more than once; of another value its JSON. NULL when there is none. Just enough JSON for onboarding packages
 * and managed configurations; the caller frees. */
char *json_string(const char *text, const char *name);
