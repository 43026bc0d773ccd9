package io.forgemcp.gateway.scaling.prediction;

import java.time.DayOfWeek;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How likely a call is within the horizon, and what that rests on. Counts are by weight: the recent past counts more.
 *
 * @param probability from 0 to 1; null as long as too little has been seen
 * @param hour of the day, in the time zone of the gateway
 * @param inUse whether it was called within the last quarter of an hour
 * @param hourTrials how often was looked in this hour of the week while it was in use, or idle, as it is now
 * @param hourHits how often a call came within the horizon then
 * @param sinceLastCall null if there was none
 * @param recencyTrials how often was looked when the last call was about as long ago
 * @param recencyHits how often a call came within the horizon then
 * @param baseRate how often a call comes within the horizon at all; null if nothing has been seen
 */
public record Forecast(
        @Nullable Double probability,
        Duration horizon,
        DayOfWeek day,
        int hour,
        boolean inUse,
        double hourTrials,
        double hourHits,
        @Nullable Duration sinceLastCall,
        double recencyTrials,
        double recencyHits,
        @Nullable Double baseRate) {}
