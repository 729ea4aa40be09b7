/** Who holds which UDP port pair: leases, quarantine, counts. */
@NullMarked
package io.aicc.operator.port;

import org.jspecify.annotations.NullMarked;
