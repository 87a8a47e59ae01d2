
# postrm: like the real one it leaves /etc/opt, /var/opt and /var/log behind.
if [ "$1" = remove ] && has_systemd; then
        systemctl daemon-reload || true
fi
