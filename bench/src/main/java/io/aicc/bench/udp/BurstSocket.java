package io.aicc.bench.udp;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A UDP socket that sends many packets of one length to this machine by one call: the kernel parts them (UDP_SEGMENT, Linux
 * 4.18), which the JDK does not offer. By a call for each of them a sender needs as much CPU as a receiver, and then it is the
 * sender that is measured. Open as long as the process lives. Not thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/udp.7.html">udp(7)</a>
 */
final class BurstSocket {
    /** Packets of one call; the kernel would part twice as many. */
    static final int MOST = 64;

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int INT_BYTES = 4;

    // struct sockaddr_in
    private static final int ADDRESS_BYTES = 16;
    private static final int PORT_AT = 2;
    private static final int IP_AT = 4;
    private static final int LOOPBACK = 0x7F00_0001;

    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));
    private static final MethodHandle SEND =
            function("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private final Arena arena = Arena.global();
    private final MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
    private final MemorySegment address = arena.allocate(ADDRESS_BYTES, INT_BYTES);
    private final int socket;

    /** Binds to any free port; from now on every packet has so many bytes. */
    BurstSocket(int packetBytes) throws IOException {
        socket = call("socket", AF_INET, SOCK_DGRAM, 0);
        MemorySegment length = arena.allocateFrom(JAVA_INT, packetBytes);
        call("setsockopt", socket, SOL_UDP, UDP_SEGMENT, length, INT_BYTES);
        call("bind", socket, loopback(0), ADDRESS_BYTES);
    }

    /** Where it sends from. */
    int port() throws IOException {
        call("getsockname", socket, address, arena.allocateFrom(JAVA_INT, ADDRESS_BYTES));
        return Short.toUnsignedInt(address.get(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), PORT_AT));
    }

    /** Where it sends to from now on. */
    void to(int port) throws IOException {
        call("connect", socket, loopback(port), ADDRESS_BYTES);
    }

    /** Sends the packets that lie one behind the other in so many bytes. */
    void send(MemorySegment packets, long bytes) throws IOException {
        try {
            check("send", (long) SEND.invokeExact(errno, socket, packets, bytes, 0));
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private MemorySegment loopback(int port) {
        address.set(JAVA_SHORT, 0, (short) AF_INET);
        address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), PORT_AT, (short) port);
        address.set(JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN), IP_AT, LOOPBACK);
        return address;
    }

    /** A call that is made once and may be slow; what it takes is told from the arguments. */
    private int call(String name, Object... arguments) throws IOException {
        List<MemoryLayout> layouts = new ArrayList<>();
        List<Object> all = new ArrayList<>(List.of(errno));
        for (Object argument : arguments) {
            layouts.add(argument instanceof Integer ? JAVA_INT : ADDRESS);
            all.add(argument);
        }
        MethodHandle function = function(name, FunctionDescriptor.of(JAVA_INT, layouts.toArray(MemoryLayout[]::new)));
        try {
            return (int) check(name, (int) function.invokeWithArguments(all));
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private long check(String name, long result) throws IOException {
        if (result < 0) {
            throw new IOException(name + " failed: errno " + ERRNO_VALUE.get(errno, 0L));
        }
        return result;
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, ERRNO);
    }
}
