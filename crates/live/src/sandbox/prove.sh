# Shows, as the user that the agent runs as, that the sandbox holds; then starts the agent in this very process.
# prove.sh UID PREFIX CANARY COMMAND…
uid=$1 prefix=$2 canary=$3
shift 3

broken() {
    printf "%s\n" "sandbox: $*" >&2
    exit 97
}

[ "$(id -u)" = "$uid" ] && [ "$uid" -ne 0 ] || broken "the user is $(id -u), not $uid"
[ "$(id -G)" = "$uid" ] || broken "it is in the groups $(id -G), not in $uid alone"
! grep -q "^[^:]*:[^:]*:$uid:" /etc/passwd || broken "/etc/passwd has the user $uid"
while read -r name value; do
    case $name in
    Cap*:) [ "$value" = 0000000000000000 ] || broken "it has capabilities ($name $value)" ;;
    NoNewPrivs:) [ "$value" = 1 ] || broken "a program may gain privileges" ;;
    esac
done </proc/self/status
for secret in /etc/shadow "$canary/secret"; do
    ! head -c 1 "$secret" >/dev/null 2>&1 || broken "it can read $secret"
done
! ls "$canary" >/dev/null 2>&1 || broken "it can list $canary"
[ -d "$prefix/bin" ] || broken "$prefix/bin cannot be seen"
# By owner and mode: a read-only mount would hide a mode that lets others write.
writable=$(find "$prefix" ! -type l \( -user "$uid" -o -group "$uid" -o -perm -0002 \) -print 2>&1 | head -n 1)
[ -z "$writable" ] || broken "it can write $writable"
! (: >"$prefix/bin/written") 2>/dev/null || broken "it can write in $prefix/bin"
printf "%s\n" "sandbox: proved for the user $uid" >&2
exec "$@"
