package io.forgemcp.docker;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test against a real engine with the image of scripts/test-image.sh: skipped where they are not, except in CI. */
@Tag("docker")
@ExtendWith(NeedsEngine.Condition.class)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface NeedsEngine {
    /** Looks once. */
    final class Condition implements ExecutionCondition {
        private static final ConditionEvaluationResult RESULT = look();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return RESULT;
        }

        private static ConditionEvaluationResult look() {
            if ("true".equals(System.getenv("CI"))) {
                return ConditionEvaluationResult.enabled("everything must be there");
            }
            try (DockerClient engine = TestContainers.byHand()) {
                engine.inspectImageCmd(TestContainers.IMAGE).exec();
                return ConditionEvaluationResult.enabled("the image is there");
            } catch (IOException | RuntimeException missing) {
                return ConditionEvaluationResult.disabled(
                        "no Docker engine with the image " + TestContainers.IMAGE + " (scripts/test-image.sh)");
            }
        }
    }
}
