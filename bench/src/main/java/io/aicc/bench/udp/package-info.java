/** How many packets a second a receiver takes without losing one. */
@NullMarked
package io.aicc.bench.udp;

import org.jspecify.annotations.NullMarked;
