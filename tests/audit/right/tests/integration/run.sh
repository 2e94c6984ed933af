#!/usr/bin/env bash
# Runs the integration suite for each agent whose credentials are set.
set -euo pipefail

ALL_AGENTS=(
  alpha   # runs without usage tracking
  beta
  gamma
)
DEFAULT_MODEL="${SUITE_MODEL:-swift-1}"

model_for_agent() {
  case "$1" in
    alpha) echo "makers/big-1" ;;
    *) echo "$DEFAULT_MODEL" ;;
  esac
}

has_default_creds() {
  [ -n "${SWIFT_API_KEY:-}" ] || [ -n "${BIRD_API_KEY:-}" ]
}

has_creds_for() {
  [ -n "${DAYTONA_API_KEY:-}" ] || return 1
  case "$1" in
    alpha) [ -n "${MAKERS_API_KEY:-}" ] && [ -n "${MAKERS_BASE_URL:-}" ] ;;
    *) has_default_creds ;;
  esac
}

for agent in "${@:-${ALL_AGENTS[@]}}"; do
  if [[ " ${ALL_AGENTS[*]} " =~ " $agent " ]] && has_creds_for "$agent"; then
    echo "$agent with $(model_for_agent "$agent")"
  fi
done
