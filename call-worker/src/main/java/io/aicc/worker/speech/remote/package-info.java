/** Recognition on a server that may be slow, limited or away: no word lost, none twice, whatever the server's protocol. */
@NullMarked
package io.aicc.worker.speech.remote;

import org.jspecify.annotations.NullMarked;
