package io.forgemcp.gateway.config;

import java.util.regex.Pattern;

/** The grammar of image names, as the OCI Distribution Specification and Docker Engine have it. */
final class ImageReference {
    /** Of name and tag together; an engine refuses longer ones. */
    private static final int LONGEST = 255 + 1 + 128 + 1 + 256;

    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*+(?<=[a-zA-Z0-9]))?";
    private static final String DOMAIN = "(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[0-9a-fA-F:]+])(?::[0-9]+)?";
    private static final String COMPONENT = "[a-z0-9]++(?:(?:\\.|__?|-++)[a-z0-9]++)*+";
    private static final String TAG = ":\\w[\\w.-]{0,127}";
    private static final String DIGEST = "@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
    private static final Pattern REFERENCE = Pattern.compile(
            "(?:" + DOMAIN + "/)?" + COMPONENT + "(?:/" + COMPONENT + ")*+(?:" + TAG + ")?(?:" + DIGEST + ")?");

    private ImageReference() {}

    static boolean wellFormed(String image) {
        return image.length() <= LONGEST && REFERENCE.matcher(image).matches();
    }
}
