#!/usr/bin/env bash
# Runs a script of this folder in the virtual environment of scripts/install_frameworks; 77 where there is none, 1 if CI=true.
#   with_frameworks.sh FOLDER_OF_THE_ENVIRONMENT SCRIPT ARGUMENTS...
set -euo pipefail
python=$1/bin/python
script=$(dirname "${BASH_SOURCE[0]}")/$2
shift 2
if [[ ! -x $python ]]; then
  echo "skipped: no frameworks at ${python%/bin/python}; run scripts/install_frameworks"
  [[ ${CI:-} == true ]] && exit 1
  exit 77
fi
exec "$python" -B "$script" "$@"
