package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.Key;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code security.yaml}: who may do what, how often, and what is refused. */
public record SecurityFile(@Key("All of it.") Security security) {
    /** The name of the file. */
    public static final String NAME = "security.yaml";

    /** All of it. */
    public record Security(
            @Key(value = "Whether this file holds at all.", standard = "true")
            boolean enabled,

            @Key(value = "Whether doubtful requests are refused.", standard = "false")
            boolean strictMode,

            @Key(value = "How closely input is looked at.", standard = "standard")
            ValidationLevel validationLevel,

            @Key("What input may be.") InputValidation inputValidation,
            @Key("Texts that try to steer a model.") PromptInjection promptInjection,
            @Key("How many requests are served.") RateLimiting rateLimiting,
            @Key("Who a caller is.") Authentication authentication,
            @Key("What a caller may do.") Authorization authorization,
            @Key("What is written down.") AuditLogging auditLogging,
            @Key("What content is refused.") ContentPolicies contentPolicies,
            @Key("What is counted.") Monitoring monitoring,
            @Key("What is looked at over time.") Advanced advanced,
            @Key("Services of others.") Integrations integrations,
            @Key("Rules of law.") Compliance compliance,
            @Key("When everything is refused.") Emergency emergency) {}

    /** How closely input is looked at. */
    public enum ValidationLevel {
        PERMISSIVE,
        STANDARD,
        STRICT
    }

    /** What input may be. */
    public record InputValidation(
            @Key(value = "Most characters of a prompt.", standard = "10000")
            int maxPromptLength,

            @Key(value = "Most characters of a context.", standard = "5000")
            int maxContextLength,

            @Key("Languages, as two letters.") List<String> allowedLanguages,

            @Key(value = "Whether markup is taken out.", standard = "false")
            boolean sanitizeHtml,

            @Key(value = "Whether suspicious input is refused.", standard = "false")
            boolean blockSuspiciousPatterns) {}

    /** Texts that try to steer a model. */
    public record PromptInjection(
            @Key(value = "Whether they are looked for.", standard = "false")
            boolean enabled,

            @Key(value = "How readily one is seen.", standard = "medium")
            Sensitivity sensitivityLevel,

            @Key(value = "Whether a model is asked.", standard = "false")
            boolean aiDetectionEnabled,

            @Key(value = "Whether patterns are looked for.", standard = "true")
            boolean patternDetectionEnabled,

            @Key(value = "Whether the request is refused.", standard = "true")
            boolean blockOnDetection) {}

    /** How readily something is seen. */
    public enum Sensitivity {
        LOW,
        MEDIUM,
        HIGH
    }

    /** How many requests are served. */
    public record RateLimiting(
            @Key(value = "Whether the counts are shared through Redis.", standard = "false")
            boolean useRedis,

            @Key("The address of Redis.") @Nullable URI redisUrl,

            @Key(value = "How long one who asks too often waits.", standard = "5m")
            Duration penaltyDuration,

            @Key(value = "Callers without an identity.", name = "default")
            Rates anonymous,

            @Key("Callers with an identity.") Rates authenticatedUser,
            @Key("Callers with a contract.") Rates enterpriseUser) {}

    /** How many requests are served to one caller. */
    public record Rates(
            @Key(value = "In a minute.", standard = "60") int requestsPerMinute,
            @Key(value = "In an hour.", standard = "1000") int requestsPerHour,
            @Key(value = "In a day.", standard = "10000") int requestsPerDay,
            @Key(value = "At once.", standard = "10") int burstCapacity) {}

    /** Who a caller is. */
    public record Authentication(
            @Key(value = "Whether every caller must say who it is; AUTH_REQUIRED comes first.", standard = "false")
            boolean required,

            @Key("What is accepted: `api_key`, `jwt`, `session`.")
            List<Method> methods,

            @Key(value = "The header with an API key.", standard = "X-API-Key")
            String apiKeyHeader,

            @Key(value = "The variable with the signing secret.", standard = "JWT_SECRET_KEY")
            String jwtSecretEnv,

            @Key(value = "How long a session lasts.", standard = "1h")
            Duration sessionTimeout) {}

    /** A way to say who one is. */
    public enum Method {
        API_KEY,
        JWT,
        SESSION
    }

    /** What a caller may do. */
    public record Authorization(
            @Key(value = "Whether it is asked.", standard = "false")
            boolean enabled,

            @Key(value = "The role of one without a role.", standard = "user")
            String defaultRole,

            @Key("The roles.") List<Role> roles) {}

    /** What callers of one role may do. */
    public record Role(
            @Key("Its name.") String name,
            @Key("What they may do.") List<String> permissions) {}

    /** What is written down. */
    public record AuditLogging(
            @Key(value = "Whether it is.", standard = "true")
            boolean enabled,

            @Key(value = "Where.", standard = "logs/security_audit.log")
            String logFile,

            @Key(value = "Whether also to the console.", standard = "false")
            boolean enableConsole,

            @Key(value = "Every request.", standard = "false")
            boolean logAllRequests,

            @Key(value = "Refused requests.", standard = "true")
            boolean logBlockedRequests,

            @Key(value = "Security events.", standard = "true")
            boolean logSecurityEvents,

            @Key(value = "How many days it is kept.", standard = "90")
            int retentionDays) {}

    /** What content is refused. */
    public record ContentPolicies(
            @Key(value = "Malicious content.", standard = "false")
            boolean blockMaliciousContent,

            @Key(value = "Inappropriate content.", standard = "false")
            boolean blockInappropriateContent,

            @Key(value = "Requests for sensitive data.", standard = "false")
            boolean blockSensitiveDataRequests,

            @Key("Further patterns.") List<String> customPatterns,
            @Key("Words that make data sensitive.") List<String> sensitivePatterns) {}

    /** What is counted. */
    public record Monitoring(
            @Key(value = "Whether it is.", standard = "true")
            boolean enabled,

            @Key(value = "Whether it is exported.", standard = "true")
            boolean metricsCollection,

            @Key("What raises an alert.") AlertThresholds alertThresholds,

            @Key(value = "Slowest acceptable answer.", standard = "100ms", unit = "ms")
            Duration performanceImpactThreshold,

            @Key(value = "Most time spent on checks.", standard = "50ms", unit = "ms")
            Duration maxSecurityOverhead) {}

    /** What raises an alert. */
    public record AlertThresholds(
            @Key(value = "Risky requests in a minute.", standard = "10")
            int highRiskRequestsPerMinute,

            @Key(value = "Refused requests in a minute.", standard = "5")
            int blockedRequestsPerMinute,

            @Key(value = "Suspicious events in an hour.", standard = "20")
            int suspiciousActivityPerHour) {}

    /** What is looked at over time. */
    public record Advanced(
            @Key("Unusual behaviour.") Behaviour behavioralAnalysis,
            @Key("Where requests come from.") Addresses ipSecurity,
            @Key("What clients look like.") Fingerprints fingerprinting) {}

    /** Unusual behaviour. */
    public record Behaviour(
            @Key(value = "Whether it is looked for.", standard = "false")
            boolean enabled,

            @Key(value = "How long the usual is learnt.", standard = "24h")
            Duration learningPeriod,

            @Key(value = "Standard deviations that are unusual.", standard = "2")
            double anomalyThreshold) {}

    /** Where requests come from. */
    public record Addresses(
            @Key(value = "Whether it matters.", standard = "false")
            boolean enabled,

            @Key(value = "Refuse known attackers.", standard = "false")
            boolean blockKnownMaliciousIps,

            @Key(value = "Refuse by country.", standard = "false")
            boolean geolocationFiltering,

            @Key(value = "Limit by country.", standard = "false")
            boolean rateLimitByCountry) {}

    /** What clients look like. */
    public record Fingerprints(
            @Key(value = "Whether it matters.", standard = "false")
            boolean enabled,

            @Key(value = "Remember how users work.", standard = "false")
            boolean trackUserPatterns,

            @Key(value = "Recognise programs.", standard = "false")
            boolean detectAutomation) {}

    /** Services of others. */
    public record Integrations(
            @Key("Services that judge input, by name.") Map<String, External> externalServices,
            @Key("Where events are sent.") Siem siem) {}

    /** A service that judges input. */
    public record External(
            @Key(value = "Whether it is asked.", standard = "false")
            boolean enabled,

            @Key("The variable with its key.") @Nullable String apiKeyEnv,

            @Key("The variable with its site key.") @Nullable
            String siteKeyEnv,

            @Key("The variable with its secret key.") @Nullable
            String secretKeyEnv) {}

    /** Where events are sent. */
    public record Siem(
            @Key(value = "Whether they are.", standard = "false")
            boolean enabled,

            @Key(value = "The address.", standard = "") String endpoint,
            @Key(value = "The key.", standard = "") String apiKey,
            @Key(value = "The form.", standard = "json") SiemFormat format) {
        /** Without the key. */
        @Override
        public String toString() {
            return "Siem[enabled=" + enabled + ", endpoint=" + endpoint + ", format=" + format + "]";
        }
    }

    /** The form of events. */
    public enum SiemFormat {
        JSON,
        SYSLOG,
        CEF
    }

    /** Rules of law. */
    public record Compliance(
            @Key("Personal data in Europe.") Gdpr gdpr,
            @Key("Health data in the United States.") Hipaa hipaa,
            @Key("Controls of service organisations.") Soc2 soc2) {}

    /** Personal data in Europe. */
    public record Gdpr(
            @Key(value = "Whether it holds.", standard = "false")
            boolean enabled,

            @Key(value = "How many days data is kept.", standard = "30")
            int dataRetentionDays,

            @Key(value = "Whether logs name nobody.", standard = "true")
            boolean anonymizeLogs) {}

    /** Health data in the United States. */
    public record Hipaa(
            @Key(value = "Whether it holds.", standard = "false")
            boolean enabled,

            @Key(value = "Protect health data.", standard = "true")
            boolean phiProtection,

            @Key(value = "Keep a trail.", standard = "true") boolean auditTrail) {}

    /** Controls of service organisations. */
    public record Soc2(
            @Key(value = "Whether it holds.", standard = "false")
            boolean enabled,

            @Key(value = "Log access.", standard = "true") boolean accessLogging,
            @Key(value = "Log changes.", standard = "true") boolean changeManagement) {}

    /** When everything is refused. */
    public record Emergency(
            @Key("Refuse everything.") PanicMode panicMode,
            @Key("Who is served nevertheless.") Whitelist emergencyWhitelist) {}

    /** Refuse everything. */
    public record PanicMode(
            @Key(value = "Whether it is on.", standard = "false")
            boolean enabled,

            @Key(value = "Refused requests in a minute that turn it on.", standard = "100")
            int autoEnableThreshold,

            @Key(value = "How long it stays on.", standard = "5m")
            Duration duration) {}

    /** Who is served nevertheless. */
    public record Whitelist(
            @Key(value = "Whether anybody is.", standard = "false")
            boolean enabled,

            @Key("Addresses.") List<String> ips,
            @Key("Users.") List<String> userIds,
            @Key("Keys.") List<String> apiKeys) {
        /** Without the keys. */
        @Override
        public String toString() {
            return "Whitelist[enabled=" + enabled + ", ips=" + ips.size() + ", userIds=" + userIds.size() + "]";
        }
    }
}
