/** The generated references of {@code docs/}: made from the programs, compared with the files. */
@NullMarked
package io.aicc.e2e.docs;

import org.jspecify.annotations.NullMarked;
