/** Hostile bytes for every parser of what the network brings. */
@NullMarked
package io.aicc.bench.fuzz;

import org.jspecify.annotations.NullMarked;
