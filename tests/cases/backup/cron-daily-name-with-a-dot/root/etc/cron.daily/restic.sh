#!/bin/sh
# Nightly.
set -eu
export RESTIC_REPOSITORY=/repo   # don't move
STAMP=$(date +%F)
logger "backup $STAMP"
restic \
    backup --tag "$STAMP" /srv || logger failed
