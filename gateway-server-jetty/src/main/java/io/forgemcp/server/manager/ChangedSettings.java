package io.forgemcp.server.manager;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.config.RuntimeSleepSettings;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.server.rest.Json;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sleep settings that were changed at run time, in the gateway's store: only what differs from the file is kept, so that
 * later changes of the file count. Blocks; one change at a time.
 */
public final class ChangedSettings {
    private static final Logger LOG = LoggerFactory.getLogger(ChangedSettings.class);
    private static final String NAMESPACE = "settings";
    private static final String KEY = "sleep";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final GatewayStore store;
    private final RuntimeSleepSettings settings;
    private final Consumer<RuntimeSleepSettings.Effective> apply;

    /** The changes to this gateway's settings. */
    public static ChangedSettings of(Gateway gateway, RuntimeSleepSettings settings) {
        return new ChangedSettings(
                gateway.store(), settings, effective -> gateway.sleepSettings(effective.lifecycle()));
    }

    /** @param apply makes settings hold from now on */
    private ChangedSettings(
            GatewayStore store, RuntimeSleepSettings settings, Consumer<RuntimeSleepSettings.Effective> apply) {
        this.store = store;
        this.settings = settings;
        this.apply = apply;
    }

    /** Makes hold what was changed before the last restart; what no longer fits the file or this version is left out. */
    public void recall() {
        ObjectNode changes = changes();
        if (changes.isEmpty()) {
            return;
        }
        try {
            apply.accept(settings.with(changes));
        } catch (GatewayException unusable) {
            LOG.warn("event=changed_settings_unusable reason=\"{}\"", unusable.getMessage());
        }
    }

    RuntimeSleepSettings.Effective effective() {
        return settings.with(changes());
    }

    RuntimeSleepSettings.Effective replace(ObjectNode changes) {
        return hold(withoutNulls(changes));
    }

    RuntimeSleepSettings.Effective patch(ObjectNode changes) {
        ObjectNode all = changes();
        merge(all, changes);
        return hold(withoutNulls(all));
    }

    /** Null stands for what the file says. */
    private static ObjectNode withoutNulls(ObjectNode changes) {
        ObjectNode kept = Json.object();
        changes.properties().forEach(member -> {
            if (member.getValue() instanceof ObjectNode section) {
                kept.set(member.getKey(), withoutNulls(section));
            } else if (!member.getValue().isNull()) {
                kept.set(member.getKey(), member.getValue());
            }
        });
        return kept;
    }

    private RuntimeSleepSettings.Effective hold(ObjectNode changes) {
        RuntimeSleepSettings.Effective effective = settings.with(changes);
        try {
            store.put(NAMESPACE, KEY, JsonSlice.parse(JSON.writeValueAsBytes(changes)));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
        apply.accept(effective);
        return effective;
    }

    private ObjectNode changes() {
        try {
            JsonNode kept = store.get(NAMESPACE, KEY)
                    .map(JsonSlice::toBytes)
                    .map(ChangedSettings::read)
                    .orElseGet(Json::object);
            return kept instanceof ObjectNode object ? object : Json.object();
        } catch (GatewayException unreadable) {
            LOG.warn("event=changed_settings_unreadable reason=\"{}\"", unreadable.getMessage());
            return Json.object();
        }
    }

    private static JsonNode read(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException unreadable) {
            return Json.object();
        }
    }

    private static void merge(ObjectNode into, ObjectNode changes) {
        changes.properties().forEach(member -> {
            JsonNode there = into.get(member.getKey());
            if (member.getValue().isNull()) {
                into.remove(member.getKey());
            } else if (there instanceof ObjectNode section && member.getValue() instanceof ObjectNode deeper) {
                merge(section, deeper);
            } else {
                into.set(member.getKey(), member.getValue());
            }
        });
    }
}
