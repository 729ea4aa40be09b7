/** A real telephone system for the demo and the tests: Asterisk with the project's own configuration, and SIP phones that talk. */
@NullMarked
package io.aicc.demo.pbx;

import org.jspecify.annotations.NullMarked;
