
# preinst: the sensor's user.
if [ "$1" = install ] && command -v useradd > /dev/null && ! grep -q ^mdatp: /etc/passwd; then
        useradd --system --no-create-home --user-group --shell /usr/sbin/nologin mdatp
fi

if { [ "$1" = install ] || [ "$1" = upgrade ]; } && [ "$(knob preinst_fail no)" = yes ]; then
        echo "the stand-in sensor was told not to begin" >&2
        exit 1
fi

# "FILE.wanted" says that it waits for FILE.
file=$(knob preinst_wait_file "")
if [ -n "$file" ]; then
        : > "$file.wanted"
        until [ -e "$file" ]; do sleep 0.1 || true; done
fi
