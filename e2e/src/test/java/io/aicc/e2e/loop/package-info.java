/** The demo's loop as a test: real programs, real packets, real speech, and what happens when a part of it goes away. */
@NullMarked
package io.aicc.e2e.loop;

import org.jspecify.annotations.NullMarked;
