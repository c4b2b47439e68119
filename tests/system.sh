#!/bin/sh
# Installs what the tests need from the distribution where it may, and otherwise names exactly what is missing.
missing=
for pair in strace:strace git:git chromium:chromium setpriv:util-linux; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing && exit 0
fi
echo "the tests need:$missing (Debian and Ubuntu: sudo apt-get install$missing)" >&2
exit 1
