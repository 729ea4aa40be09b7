/** Packets in: two UDP sockets, everything that arrives on them checked, ordered, decoded, put on the call's timeline. */
@NullMarked
package io.aicc.worker.rtp;

import org.jspecify.annotations.NullMarked;
