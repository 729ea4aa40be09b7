/** What the PBX is doing, folded from its events and snapshots, and which calls that makes. Pure: no I/O, no clock. */
@NullMarked
package io.aicc.operator.ari.pbx;

import org.jspecify.annotations.NullMarked;
