/** The offline engine: pocketsphinx in this process, through the Foreign Function and Memory API. English only. */
@NullMarked
package io.aicc.worker.speech.sphinx;

import org.jspecify.annotations.NullMarked;
