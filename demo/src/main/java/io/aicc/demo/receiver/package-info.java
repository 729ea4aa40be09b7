/** A receiver of transcripts to copy from: checks the token, acknowledges, resumes, proves completeness, shows a page. */
@NullMarked
package io.aicc.demo.receiver;

import org.jspecify.annotations.NullMarked;
