package io.forgemcp.gateway.scaling;

/**
 * What wakes services before they are called.
 *
 * @param predicted whether a forecast wakes a service without being asked to
 * @param searchHits the services of so many of the best tools of a search are woken, because one of them will probably be
 *     called; 0 for none
 */
public record PreWarmSettings(boolean predicted, int searchHits) {
    public static final PreWarmSettings DEFAULT = new PreWarmSettings(true, 2);
    public static final PreWarmSettings NONE = new PreWarmSettings(false, 0);

    public PreWarmSettings {
        if (searchHits < 0) {
            throw new IllegalArgumentException("There are no " + searchHits + " search hits");
        }
    }
}
