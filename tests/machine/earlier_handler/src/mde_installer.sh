#!/bin/bash
# The stand-in for the background installer: does what /etc/old-installer says, a step a line, the first that fails
# ends it.
#
#   source LINE      write LINE into the vendor's source list, whatever it is
#   key NAME PATH    put /root/old-keys/NAME there
#   refresh, install, onboard, licensed
#   tag KEY VALUE
#   wait FILE        until it exists
#   die              as if the kernel had killed it, and what had started it
LIST=/etc/apt/sources.list.d/microsoft-prod.list
STEPS=/etc/old-installer
export DEBIAN_FRONTEND=noninteractive

onboarding=$2

run() {
	name=$1
	shift
	case $name in
	source) echo "$*" > "$LIST" ;;
	key) cp "/root/old-keys/$1" "$2" ;;
	refresh) apt-get update ;;
	install) apt-get install -y mdatp ;;
	onboard) python3 "$onboarding" && rm -f /etc/opt/microsoft/mdatp/mdatp_offboard.json ;;
	licensed) until mdatp health --field licensed | grep -q true; do sleep 0.2; done ;;
	tag) mdatp edr tag set --name "$1" --value "$2" ;;
	wait) until [ -e "$1" ]; do sleep 0.1; done ;;
	die) kill -KILL $PPID $$ ;;
	esac
}

exec 3< "$STEPS"
while read -r -u 3 step; do
	echo "--- $step"
	# shellcheck disable=SC2086
	set -f; run $step < /dev/null || exit 21; set +f
done
