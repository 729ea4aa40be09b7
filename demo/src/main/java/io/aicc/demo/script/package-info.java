/** What is said in the demo, and how well it was heard: recordings, conversations, phrase model, word error rate. */
@NullMarked
package io.aicc.demo.script;

import org.jspecify.annotations.NullMarked;
