package io.forgemcp.testkit;

import io.forgemcp.gateway.routing.KeywordToolRouter;
import io.forgemcp.gateway.routing.ToolRouter;

class KeywordToolRouterContractTest extends ToolRouterContract {
    @Override
    protected ToolRouter newRouter() {
        return new KeywordToolRouter();
    }
}
