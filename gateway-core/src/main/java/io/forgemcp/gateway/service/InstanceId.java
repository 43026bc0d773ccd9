package io.forgemcp.gateway.service;

/**
 * One run of one service: a process, a container, a connection. A restart makes a new one.
 *
 * @param service whose instance it is
 * @param number counts the starts of this service since the gateway started, from 1
 */
public record InstanceId(ServiceName service, long number) {
    @Override
    public String toString() {
        return service + "#" + number;
    }
}
