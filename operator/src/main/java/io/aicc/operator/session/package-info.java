/** The life of a call: one reconciler, a list of small steps for every phase. */
@NullMarked
package io.aicc.operator.session;

import org.jspecify.annotations.NullMarked;
