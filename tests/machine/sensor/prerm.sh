
# prerm: the unit goes with the package, but stays during an upgrade.
if [ "$1" = remove ] && has_systemd; then
        systemctl disable --quiet --now mdatp.service || true
fi
