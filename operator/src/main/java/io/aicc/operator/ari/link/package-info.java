/** The connection to one PBX: ARI requests and events over our own transport, kept alive, told apart from a dead one. */
@NullMarked
package io.aicc.operator.ari.link;

import org.jspecify.annotations.NullMarked;
