
# preinst: the sensor's user.
if [ "$1" = install ] && command -v useradd > /dev/null && ! grep -q ^mdatp: /etc/passwd; then
        useradd --system --no-create-home --user-group --shell /usr/sbin/nologin mdatp
fi
