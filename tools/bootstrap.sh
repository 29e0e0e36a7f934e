#!/bin/sh
# Makes a clean clone ready to run: Python's packages, a browser, what the tests need. Each step looks first and says what it does.
#
#   tools/bootstrap.sh setup         .venv from requirements.lock, and payerbot in it
#   tools/bootstrap.sh browser       a browser that Playwright can drive
#   tools/bootstrap.sh test-tools    a keyring, a message bus, a database server and a light browser for the tests
#   tools/bootstrap.sh run COMMAND   runs a command with that browser
#
# PYTHON names the Python to use; PAYERBOT_BROWSER the browser.
set -eu
cd "$(dirname "$0")/.."

VENV=.venv
BIN=$VENV/bin
LOG=$VENV/setup.log
# Chromium does not start as root with its sandbox on, as in a container; an ordinary user never gets these switches.
ROOT_SWITCHES="--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"

say() { printf '%s\n' "payerbot: $*" >&2; }
fail() {
    say "$*"
    exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }

apt_install() {
    is_root && has apt-get || return 1
    say "installing $* (apt-get)"
    log=$(mktemp)
    if (export DEBIAN_FRONTEND=noninteractive && apt-get update -q && apt-get install -y -q --no-install-recommends "$@") >"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 3 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

# --- Python ------------------------------------------------------------------------------------------------------------------------

find_python() {
    for one in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if has "$one" && "$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$one"
            return
        fi
    done
    fail "Python 3.11 or newer was not found; install it, or name it: PYTHON=/path/to/python make setup."
}

can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

make_venv() {
    if ! can_make_venv "$1"; then
        package=$("$1" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
        apt_install "$package" || true
        can_make_venv "$1" || fail "this Python cannot make a virtual environment; install its venv module (Debian, Ubuntu: apt-get install $package)."
    fi
    rm -rf "$VENV"
    "$1" -m venv "$VENV"
}

wanted_stamp() {
    "$1" -c 'import hashlib, pathlib, sys
parts = [sys.version, str(pathlib.Path.cwd())] + [pathlib.Path(name).read_text() for name in ("requirements.lock", "pyproject.toml")]
print(hashlib.sha256("\0".join(parts).encode()).hexdigest())'
}

pip_install() {
    "$BIN/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps "$@" >>"$LOG" 2>&1 && return
    tail -n 5 "$LOG" >&2
    fail "installing failed; see to the network (or a package mirror in pip's configuration) and run it again. $LOG has the whole story."
}

setup() {
    python=$(find_python)
    wanted=$(wanted_stamp "$python")
    if [ -x "$BIN/payerbot" ] && [ "$(cat "$VENV/ready" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    rm -f "$VENV/ready"
    if ! same_python "$python"; then
        say "making $VENV with $("$python" --version)"
        make_venv "$python"
    fi
    : >"$LOG"
    say "installing $(grep -c '^[a-z].*==' requirements.lock) packages as pinned in requirements.lock (a minute or two)"
    pip_install --require-hashes -r requirements.lock
    pip_install --no-build-isolation --editable .
    say "preparing Prefect's database"
    PREFECT_HOME="$PWD/$VENV/prefect" "$BIN/python" -m flows.server --prepare >>"$LOG" 2>&1 || say "that did not work and is only slower later; $LOG says why."
    printf '%s\n' "$wanted" >"$VENV/ready"
}

same_python() {
    [ -x "$BIN/python" ] && "$BIN/python" -c 'import pip' >/dev/null 2>&1 || return 1
    show='import sys; print(sys.version)'
    [ "$("$1" -c "$show")" = "$("$BIN/python" -c "$show")" ]
}

# --- the browser -------------------------------------------------------------------------------------------------------------------

find_browser() {
    "$BIN/python" -c 'from payerbot.host import find_browser
from payerbot.settings import settings
print(find_browser(settings().browser) or "")'
}

switches() {
    if is_root; then
        printf '%s' "${PAYERBOT_BROWSER_ARGS:-$ROOT_SWITCHES}"
    else
        printf '%s' "${PAYERBOT_BROWSER_ARGS:-}"
    fi
}

starts() {
    PAYERBOT_PROBE_ARGS=$(switches) "$BIN/python" - "$1" >>"$LOG" 2>&1 <<'PROBE'
import os, sys
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    playwright.chromium.launch(executable_path=sys.argv[1], args=os.environ["PAYERBOT_PROBE_ARGS"].split()).close()
PROBE
}

browser() {
    found=$(find_browser) || fail "PAYERBOT_BROWSER names no program; correct it or leave it empty."
    if [ -n "$found" ] && [ "$(cat "$VENV/browser" 2>/dev/null)" = "$found" ]; then
        return
    fi
    if [ -z "$found" ]; then
        say "no browser was found; fetching Chromium with Playwright"
        timeout_of 600 "$BIN/playwright" install chromium >>"$LOG" 2>&1 || say "Playwright could not fetch it"
        found=$(find_browser)
        if [ -n "$found" ] && ! starts "$found" && is_root && has apt-get; then
            say "installing the libraries that Chromium needs (apt-get)"
            "$BIN/playwright" install-deps chromium >>"$LOG" 2>&1 || true
        fi
    fi
    if [ -z "$found" ]; then
        apt_install chromium || true
        found=$(find_browser)
    fi
    [ -n "$found" ] || fail "no browser was found and none could be installed; install Google Chrome, Chromium or Microsoft Edge, or set PAYERBOT_BROWSER to one."
    starts "$found" || fail "the browser $found does not start ($LOG says why); install Google Chrome, Chromium or Microsoft Edge, or set PAYERBOT_BROWSER to one."
    printf '%s\n' "$found" >"$VENV/browser"
    say "the browser is $found"
}

timeout_of() {
    if has timeout; then
        timeout "$@"
    else
        shift
        "$@"
    fi
}

# --- what the tests need -----------------------------------------------------------------------------------------------------------

test_tools() {
    missing=
    has dbus-daemon || missing="$missing dbus"
    has gnome-keyring-daemon || missing="$missing gnome-keyring"
    has_postgres || missing="$missing postgresql"
    light_browser
    [ -n "$missing" ] || return 0
    # The tests start servers of their own; a cluster of the system is neither needed nor made.
    case $missing in *postgresql*) no_cluster ;; esac
    # shellcheck disable=SC2086  # a list of packages
    apt_install $missing || fail "the tests need a real keyring and a real database server; install$missing (Debian, Ubuntu: apt-get install$missing)."
}

# Without it the tests only take longer.
light_browser() {
    case $(cat "$VENV/browser" 2>/dev/null) in /usr/bin/chromium) ;; *) return 0 ;; esac
    has chromium-headless-shell || apt_install chromium-headless-shell || true
}

has_postgres() {
    has initdb && has postgres && return
    for folder in /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && return
    done
    return 1
}

no_cluster() {
    is_root && has apt-get && [ ! -e /etc/postgresql-common/createcluster.conf ] || return 0
    mkdir -p /etc/postgresql-common
    printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
}

# --- a command with that browser ---------------------------------------------------------------------------------------------------

run() {
    PAYERBOT_BROWSER=${PAYERBOT_BROWSER:-$(cat "$VENV/browser" 2>/dev/null)}
    PAYERBOT_BROWSER_ARGS=$(switches)
    export PAYERBOT_BROWSER PAYERBOT_BROWSER_ARGS
    unset PYTHONDONTWRITEBYTECODE # the same files are loaded by many processes, one after the other
    exec "$@"
}

step=${1:-}
[ $# -eq 0 ] || shift
case $step in
setup) setup ;;
browser) browser ;;
test-tools) test_tools ;;
run) run "$@" ;;
*) fail "usage: tools/bootstrap.sh setup | browser | test-tools | run COMMAND" ;;
esac
