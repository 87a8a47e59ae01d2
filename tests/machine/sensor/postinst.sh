
# postinst: folders, install.log, and the unit; slow, failing or forgetful when the knobs say so.

# Writes a line where apt shows it; a reader that went away is noted, as it would kill others.
tell() {
        echo "$*" || say "$SAID output closed"
}

waited() {
        file=$(knob postinst_wait_file "")
        [ -z "$file" ] || [ -e "$file" ]
}

if [ "$1" = configure ]; then
        mkdir -p /etc/opt/microsoft/mdatp/managed /var/opt/microsoft/mdatp /var/log/microsoft/mdatp
        echo "Release ring: $(knob release_ring Production)" >> /var/log/microsoft/mdatp/install.log
        tell "Setting the stand-in sensor up"

        if [ "$(knob postinst_runs_temporary no)" = yes ]; then
                helper=$(mktemp)
                printf '#!/bin/sh\nexit 0\n' > "$helper"
                chmod 700 "$helper"
                "$helper"
                say "ran $helper"
                rm "$helper"
        fi
        if [ "$(knob postinst_eats_memory no)" = yes ]; then
                tail /dev/zero
        fi

        tenths=$(knob postinst_delay_s 0)0
        while [ "$tenths" -gt 0 ] || ! waited; do
                sleep 0.1 || true
                [ "$tenths" -le 0 ] || tenths=$((tenths - 1))
        done
        tell "The stand-in sensor is nearly set up"

        case $(knob postinst_fail no) in
        yes)
                echo "the stand-in sensor was told to fail here" >&2
                exit 1 ;;
        once)
                if [ ! -e /var/opt/microsoft/mdatp/failed-once ]; then
                        : > /var/opt/microsoft/mdatp/failed-once
                        echo "the stand-in sensor was told to fail here once" >&2
                        exit 1
                fi ;;
        esac

        if has_systemd; then
                if [ "$(knob leave_unit_disabled no)" = yes ]; then
                        systemctl disable --quiet --now mdatp.service || true
                else
                        systemctl enable --quiet mdatp.service
                        [ "$(knob leave_unit_stopped no)" = yes ] || systemctl restart mdatp.service
                fi
        fi
        echo "postinstall end" >> /var/log/microsoft/mdatp/install.log
        if command -v logger > /dev/null; then
                logger -t microsoft-mdatp "postinstall end" || true
        fi
fi
