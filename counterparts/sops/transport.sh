#!/bin/sh
# What git starts in place of ssh: a git server on this machine that can be told to fail. The folder holds:
#   tokens.git   the repository
#   trouble      absent, or two words: a fault, and all | save
here=$(dirname "$0")
command=
for word in "$@"; do command=$word; done
service=${command%% *}

fault=none
during=all
if [ -f "$here/trouble" ]; then read -r fault during <"$here/trouble"; fi
if [ "$during" = save ] && [ "${TOKENWARD_PUBLISH:-}" != save ]; then fault=none; fi

say() {
  echo "$1" >&2
  exit 1
}

# These two still let everything be fetched.
if [ "$service" = git-receive-pack ]; then
  case $fault in
    forbidden) say "ERROR: Permission to acme/tokens.git denied to deploy key" ;;
    read-only) say "ERROR: This repository was archived so it is read-only." ;;
    quota) say "ERROR: Your push has been rejected, because this repository has exceeded its size limit." ;;
  esac
fi
case $fault in
  throttled) say "ERROR: Too many requests (429). Retry later." ;;
  unavailable) say "ERROR: The git service is temporarily unavailable (503)." ;;
  timeout) exec sleep 600 ;;
  reset) kill -KILL $$ ;;
esac
exec git "${service#git-}" "$here/tokens.git"
