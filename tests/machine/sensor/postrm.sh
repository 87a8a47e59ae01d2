
# postrm: like the real one it leaves /etc/opt, /var/opt and /var/log behind.
if [ "$1" = remove ] && has_systemd; then
        systemctl daemon-reload || true
fi

if [ "$(knob postrm_fail no)" = yes ]; then
        echo "the stand-in sensor was told to fail after its removal" >&2
        exit 1
fi
