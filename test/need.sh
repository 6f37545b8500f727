#!/bin/sh
# need.sh PACKAGE... - install the Debian packages that are missing, after saying which.
set -eu

missing=
for package; do
	state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || state=
	[ "$state" = 'install ok installed' ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "need.sh: installing:$missing" >&2
sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=$(command -v sudo) || sudo=none
fi
command -v apt-get >/dev/null || sudo=none
# shellcheck disable=SC2086 # both are lists of words
if [ "$sudo" = none ] ||
	! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing; } >&2; then
	echo "need.sh: cannot install them; as root, run: apt-get install$missing" >&2
	exit 1
fi
