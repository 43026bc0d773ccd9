package io.forgemcp.server;

import io.forgemcp.gateway.service.ServiceDefinition;

/**
 * A real child process that speaks just enough MCP, as a shell script, so that it starts in no time: {@code whoami} answers
 * with its process id, {@code die} kills it in the middle of the call, {@code never} is not answered, everything else is
 * answered with the whole line that came in.
 */
final class ScriptedChild {
    private static final String SCRIPT = """
            while IFS= read -r line; do
              case $line in
                *'"method":"die"'*) echo 'farewell' >&2; kill -9 $$ ;;
                *'"method":"never"'*) continue ;;
              esac
              id=${line#*'"id":'}
              [ "$id" = "$line" ] && continue
              id=${id%%[,\\}]*}
              case $line in
                *'"method":"initialize"'*) result='{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"sh","version":"1"}}' ;;
                *'"method":"whoami"'*) result="{\\"pid\\":$$}" ;;
                *) result="{\\"echo\\":$line}" ;;
              esac
              printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$result"
            done
            """;

    private ScriptedChild() {}

    static String[] command() {
        return new String[] {"sh", "-c", SCRIPT};
    }

    static ServiceDefinition service() {
        return ServiceDefinition.stdio("server", command()).build();
    }
}
