#!/usr/bin/env bash
# Writes every secret that is missing to .env.local, readable by its owner only. What is there already stays as it is,
# so that running this twice changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

file=${FORGE_SECRETS_FILE:-.env.local}
umask 077
touch "$file"
chmod 600 "$file"

random() { # $1: number of random bytes
  head -c "$1" /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'
}

added=()
for name in JWT_SECRET_KEY AUTH_ENCRYPTION_SECRET PLATFORM_ADMIN_PASSWORD; do
  if ! grep -q "^$name=." "$file"; then
    case $name in
      PLATFORM_ADMIN_PASSWORD) value=$(random 18) ;;
      *) value=$(random 48) ;;
    esac
    # A line that names the variable without a value would win over ours in some readers.
    sed -i "/^$name=$/d" "$file"
    printf '%s=%s\n' "$name" "$value" >> "$file"
    added+=("$name")
  fi
done

if [ ${#added[@]} -eq 0 ]; then
  echo "$file already has every secret; nothing changed"
else
  echo "wrote ${added[*]} to $file (mode 0600)"
fi
