#!/usr/bin/env bash
# Installs and builds what changed since it was last done, one invocation at a time. Usage: prepare.sh ROOT
set -euo pipefail
root="$1"
cd "$root"

installed=node_modules/.syncline-install
built=.syncline/build.stamp
lock=.syncline/prepare.lock
lock_limit_seconds=900

if command -v sha256sum >/dev/null; then sha=(sha256sum); else sha=(shasum -a 256); fi

# Digests the NUL-separated files named on stdin: names and content.
digest() { LC_ALL=C sort -z | xargs -0 "${sha[@]}" | "${sha[@]}" | cut -c1-64; }

workspaces=(packages/*/ services/*/ services/console/web/ infra/cli/ infra/embedded/ infra/sandbox/)

install_digest() {
  find . -maxdepth 4 \( -name node_modules -o -name .git -o -name .syncline \) -prune -o -type f \
    \( -name package.json -o -name pnpm-lock.yaml -o -name pnpm-workspace.yaml -o -name '*.patch' \) -print0 | digest
}

build_digest() {
  {
    find packages services infra \( -name node_modules -o -name dist -o -name target \) -prune -o \
      -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.svg' \
      -o -name package.json -o -name tsconfig.json \) ! -name '*.test.ts' -print0
    find . -maxdepth 1 -name 'tsconfig*.json' -print0
    printf '%s\0' "$installed"
  } | digest
}

same() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
is_installed() { [ -x node_modules/.bin/node ] && same "$installed" "$(install_digest)"; }

is_built() {
  local folder
  for folder in "${workspaces[@]}"; do [ -d "${folder}dist" ] || return 1; done
  same "$built" "$(build_digest)"
}

install() {
  echo "Installing packages ..."
  # CI=1: pnpm asks nothing. No stdin: nothing below can wait for an answer.
  if ! CI=1 npx -y pnpm@12 install --frozen-lockfile </dev/null; then
    echo "The packages could not be installed: see above. The network may be away, or pnpm-lock.yaml may be behind a package.json." >&2
    exit 1
  fi
  install_digest >"$installed"
}

# Every step that makes a dist folder has its line here.
build() {
  echo "Building ..."
  local digest_before
  digest_before="$(build_digest)"
  if ! node_modules/.bin/node node_modules/typescript/bin/tsc -b; then
    echo "The build failed: see above." >&2
    exit 1
  fi
  if ! node_modules/.bin/node services/console/web/node_modules/vite/bin/vite.js build --logLevel warn services/console/web; then
    echo "The console's web app could not be built: see above." >&2
    exit 1
  fi
  # The digest of before: what was edited while the compiler ran is built next time.
  echo "$digest_before" >"$built"
}

# The lock goes with its holder where flock is known; elsewhere (macOS) a folder with the holder's pid stands for it.
take_lock() {
  if command -v flock >/dev/null; then
    exec 9>"$lock"
    flock -n 9 && return
    echo "Waiting for another ./syncline that installs or builds ..."
    flock -w "$lock_limit_seconds" 9 && return
  else
    local waited=0
    while ! mkdir "$lock.d" 2>/dev/null; do
      if ! kill -0 "$(cat "$lock.d/pid" 2>/dev/null || echo 0)" 2>/dev/null && ((waited > 2)); then rm -rf "$lock.d"; continue; fi
      ((waited < lock_limit_seconds)) || break
      sleep 1
      waited=$((waited + 1))
    done
    if [ -d "$lock.d" ] && ((waited < lock_limit_seconds)); then
      echo $$ >"$lock.d/pid"
      trap 'rm -rf "$lock.d"' EXIT
      return
    fi
  fi
  echo "Another ./syncline has been installing or building for over $lock_limit_seconds s; end it, then try again." >&2
  exit 1
}

if is_installed && is_built; then exit 0; fi
mkdir -p .syncline
take_lock
is_installed || install
is_built || build
