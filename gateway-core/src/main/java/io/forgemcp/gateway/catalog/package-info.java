/**
 * What every server offers, as last learnt, in immutable snapshots. Lists, search and the admin UI answer from here
 * without waking anybody; the learner fills it whenever a server happens to be awake.
 */
@NullMarked
package io.forgemcp.gateway.catalog;

import org.jspecify.annotations.NullMarked;
