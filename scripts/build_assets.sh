#!/usr/bin/env bash
# Fetches the bundled fonts from the npm registry into static/, each with its licence.
# Run it only to move to a newer font; what it writes is committed, so users need neither node nor npm.
set -euo pipefail

static="$(cd "$(dirname "$0")/.." && pwd)/static"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

fetch() { # package@version, name of the files it ships
    local package="$1" name="$2" folder
    npm install --prefix "$work" --silent --no-audit --no-fund "@fontsource-variable/$package"
    folder="$work/node_modules/@fontsource-variable/$name"
    for script in latin latin-ext; do
        cp "$folder/files/$name-$script-wght-normal.woff2" "$static/$name-$script.woff2"
    done
    cp "$folder/LICENSE" "$static/$name-LICENSE.txt"
}

fetch inter@5.3.0 inter
fetch jetbrains-mono@5.3.0 jetbrains-mono
