#!/bin/sh
# One of the stand-in sensor's maintainer scripts: the common part, put before preinst, postinst,
# prerm and postrm by build.py. Every script logs its begin, its end and each signal it receives,
# with its process id, so that tests can tell whether anybody cut it off.

set -e
SCRIPT=${STAND_IN_SCRIPT:-${0##*/}}
SCRIPT=${SCRIPT##*.}
SAID="$SCRIPT $*"

say() {
        echo "$(date +%s.%N) $$ $*" >> /var/log/mdatp-stand-in.log
}

# knob NAME DEFAULT: the machine's setting goes before the one built into the package
knob() {
        value=$2
        for file in /opt/microsoft/mdatp/conf/stand-in.conf /etc/mdatp-stand-in.conf; do
                if [ -e "$file" ]; then
                        while IFS= read -r line || [ -n "$line" ]; do
                                case $line in "$1="*) value=${line#*=} ;; esac
                        done < "$file"
                fi
        done
        echo "$value"
}

has_systemd() {
        [ -d /run/systemd/system ]
}

for name in HUP INT QUIT TERM USR1 USR2 ALRM PIPE; do
        trap "say '$SAID' signal $name" "$name"
done
trap 'status=$?; say "$SAID end $status"' EXIT
say "$SAID begin"
