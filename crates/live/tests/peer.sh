# A peer that speaks as much of ACP as a fault takes: peer.sh FAULT
fault=$1

say() {
    printf '%s\n' "$1"
}

# answer RESULT: answers the request that was read last.
answer() {
    say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$1}"
}

refuse() {
    say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":$1,\"message\":\"$2\"}}"
}

update() {
    content="{\"type\":\"text\",\"text\":\"$1\"}"
    chunk="{\"sessionUpdate\":\"agent_message_chunk\",\"content\":$content}"
    say "{\"jsonrpc\":\"2.0\",\"method\":\"session/update\",\"params\":{\"sessionId\":\"s\",\"update\":$chunk}}"
}

# Asks for permission, and says what was chosen.
ask() {
    options='[{"optionId":"always","name":"A","kind":"allow_always"},{"optionId":"once","name":"O","kind":"allow_once"},'
    options="$options{\"optionId\":\"no\",\"name\":\"N\",\"kind\":\"reject_once\"}]"
    params="{\"sessionId\":\"s\",\"toolCall\":{\"toolCallId\":\"t\"},\"options\":$options}"
    say "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"session/request_permission\",\"params\":$params}"
    read -r line
    update "$(printf '%s' "$line" | sed 's/.*"optionId":"\([a-z]*\)".*/\1/')"
}

case $fault in
early) echo "no such thing" >&2 && exit 3 ;;
garbage) say "Welcome!" ;;
number) say 17 ;;
loud) yes "a line on standard error" | head -n 200000 >&2 ;;
deaf) trap "" TERM ;;
esac

turn=0
while read -r line; do
    id=$(printf '%s' "$line" | sed 's/.*"id":\("[^"]*"\|[0-9]*\).*/\1/')
    case $line in
    *'"method":"initialize"'*)
        [ "$fault" = hang ] && exec sleep 600
        [ "$fault" = closes ] && exec >&- && sleep 600
        info='{"name":"peer","version":"1.2.3"}'
        case $fault in
        second) answer '{"protocolVersion":2,"capabilities":{},"info":{"name":"peer","version":"2.0.0"}}' ;;
        nameless) answer '{"protocolVersion":1,"agentCapabilities":{}}' ;;
        *) answer "{\"protocolVersion\":1,\"agentCapabilities\":{},\"agentInfo\":$info}" ;;
        esac
        [ "$fault" = brief ] && exit 0
        ;;
    *'"method":"session/new"'*)
        case $fault in
        refuses) refuse -32000 "Authentication required" ;;
        asks) say '{"jsonrpc":"2.0","id":"f","method":"fs/read_text_file","params":{"sessionId":"s","path":"/x"}}' && read -r no &&
            refuse -32603 "$(printf '%s' "$no" | sed 's/.*"code":\(-[0-9]*\).*/\1/')" ;;
        *) answer '{"sessionId":"s"}' ;;
        esac
        ;;
    *'"method":"session/set_model"'*) refuse -32601 "Method not found" ;;
    *'"method":"session/prompt"'*)
        turn=$((turn + 1))
        [ "$fault" = stalls ] && exec sleep 600
        update "turn $turn "
        [ "$fault" = permission ] && ask
        answer '{"stopReason":"end_turn"}'
        ;;
    *) [ -z "$id" ] || refuse -32601 "Method not found" ;;
    esac
done
case $fault in
stays | deaf) while :; do sleep 1; done ;;
fails) exit 5 ;;
esac
