/**
 * The embedded Kafka: the real broker, in this process. {@link dev.glimpse.broker.EmbeddedBroker} runs
 * where no bootstrap servers are configured, keeps its log in a directory that survives restarts, and answers on a
 * loopback port, to Glimpse and to any other Kafka client.
 *
 * <p>Imports no other package of Glimpse.
 */
@NullMarked
package dev.glimpse.broker;

import org.jspecify.annotations.NullMarked;
