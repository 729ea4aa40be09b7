/** What every program needs: settings, health and metrics endpoints, logs, supervised tasks, orderly stop. */
@NullMarked
package io.aicc.runtime;

import org.jspecify.annotations.NullMarked;
