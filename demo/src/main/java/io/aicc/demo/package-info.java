/** The whole system on one machine, in one command. */
@NullMarked
package io.aicc.demo;

import org.jspecify.annotations.NullMarked;
