# shellcheck shell=bash
# SPDX-License-Identifier: EUPL-1.2
# What the scripts share: where we are, which packages are needed for what, and how they are installed.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# To build the agent and the collector.
build_packages=(gcc libc6-dev make cmake ninja-build pkg-config libyaml-dev libssl-dev libcurl4-openssl-dev libaudit-dev
	libsystemd-dev libjansson-dev libpcre2-dev libseccomp-dev libcap-ng-dev libevent-dev libsqlite3-dev)
# To see what the quickstart shows.
quickstart_packages=("${build_packages[@]}" curl ca-certificates)
# To make the Debian packages of this release; and of another one, in a root of it.
package_packages=("${build_packages[@]}" debhelper dpkg-dev)
root_packages=(mmdebstrap debian-archive-keyring)
# To run the tests as well: the programs that are audited, in roots of both releases, and independent implementations.
test_packages=("${quickstart_packages[@]}" "${package_packages[@]}" "${root_packages[@]}" libcmocka-dev clang clang-format openssl
	openssh-client sqlite3 python3 python3-yaml python3-jsonschema python3-jwcrypto python3-cryptography reuse shellcheck
	mandoc acl util-linux iproute2 binutils procps xz-utils git systemd)

# The runtime of clang's sanitizers and fuzzers, which clang only recommends: named after the release's clang.
# shellcheck source=/dev/null
case $(. /etc/os-release && echo "${ID:-}-${VERSION_ID:-}") in
debian-12) test_packages+=(libclang-rt-14-dev) ;;
*) test_packages+=(libclang-rt-19-dev) ;;
esac
# Node.js may have come from elsewhere, npm with it.
command -v npm >/dev/null || test_packages+=(npm)

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 2; }

# missing PACKAGE…: those that are not installed.
missing() {
	local package
	for package; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || printf '%s\n' "$package"
	done
}

# install_packages list|install PACKAGE…: says what is to be installed; installs it, or stops there.
install_packages() {
	local mode=$1 wanted; shift
	mapfile -t wanted < <(missing "$@")
	if [[ ${#wanted[@]} == 0 ]]; then
		echo "All packages that this needs are installed."
		if [[ $mode == list ]]; then exit 0; fi
		return 0
	fi
	echo "Debian packages that this needs and that are not installed yet:"
	printf '%s\n' "${wanted[@]}" | fmt -w 76 | sed 's/^/    /'
	if [[ $mode == list ]]; then exit 0; fi
	if [[ $EUID != 0 ]]; then
		echo "Install them, then run this again:"
		echo "    sudo apt-get install --no-install-recommends ${wanted[*]}"
		exit 2
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update || die "apt-get update failed"
	apt-get -qq install -y --no-install-recommends "${wanted[@]}" >"${TMPDIR:-/tmp}/bioagent-apt.log" 2>&1 || {
		tail -20 "${TMPDIR:-/tmp}/bioagent-apt.log" >&2
		die "apt-get install failed"
	}
	rm -f "${TMPDIR:-/tmp}/bioagent-apt.log"
	installed_now=("${wanted[@]}")
}
installed_now=()

# debian_archive SUITE: a line for apt's sources, from the archive that apt on this machine has Debian from.
debian_archive() {
	local suite=$1 site keyring=/usr/share/keyrings/debian-archive-keyring.gpg option=''
	# shellcheck disable=SC2016  # apt fills these in
	site=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)|$(ORIGIN)' 'Created-By: Packages' |
		sed -nE 's/^([^ ]+) [a-z]+ main\|Debian$/\1/p' | head -1)
	[[ -n $site ]] || die "apt on this machine knows no Debian archive (run apt-get update)"
	[[ ! -e $keyring ]] || option="[signed-by=$keyring] "
	printf 'deb %s%s %s main\n' "$option" "$site" "$suite"
}

# configure_and_build PRESET [CMAKE-ARGUMENT…]: into build/PRESET.
configure_and_build() {
	local preset=$1 log; shift
	log=$top/build/$preset.log
	mkdir -p "$top/build"
	if ! (cd "$top" && cmake --preset "$preset" "$@" && cmake --build --preset "$preset") >"$log" 2>&1; then
		grep -E 'error|warning|Error' "$log" | head -20 >&2
		tail -20 "$log" >&2
		die "the build failed; see build/$preset.log"
	fi
}
