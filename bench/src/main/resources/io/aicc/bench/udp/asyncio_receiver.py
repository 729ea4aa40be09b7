"""The receiver that the worker replaced, as asyncio would have it: one protocol object per port, a check of the header,
audioop for the decoding, a queue between the socket and whoever listens. Says its ports; answers each line with counts."""
import asyncio
import json
import resource
import socket
import struct
import sys
import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)
import audioop

QUEUED_PACKETS, SOCKET_BUFFER_BYTES = int(sys.argv[1]), int(sys.argv[2])
HEADER = struct.Struct("!BBHII")


class Stream(asyncio.DatagramProtocol):
    def __init__(self, source_port):
        self.source_port = source_port
        self.queue = asyncio.Queue(QUEUED_PACKETS)
        self.next = None
        self.counts = {"packets": 0, "samples": 0, "source": 0, "malformed": 0, "duplicate": 0, "overload": 0}

    def datagram_received(self, data, source):
        if source[1] != self.source_port:
            self.counts["source"] += 1
            return
        if len(data) < 12:
            self.counts["malformed"] += 1
            return
        flags, kind, number, _, _ = HEADER.unpack_from(data)
        if flags >> 6 != 2 or kind & 0x7F != 0:
            self.counts["malformed"] += 1
            return
        if self.next is not None and (number - self.next) & 0xFFFF > 0x8000:
            self.counts["duplicate"] += 1
            return
        self.next = (number + 1) & 0xFFFF
        try:
            self.queue.put_nowait(data[12:])
        except asyncio.QueueFull:
            self.counts["overload"] += 1

    async def decode(self):
        while True:
            payload = await self.queue.get()
            pcm = audioop.ulaw2lin(payload, 2)
            self.counts["packets"] += 1
            self.counts["samples"] += len(pcm) // 2


def kernel_drops(ports):
    drops = 0
    for line in open("/proc/net/udp").readlines()[1:]:
        columns = line.split()
        if int(columns[1].rsplit(":", 1)[1], 16) in ports:
            drops += int(columns[-1])
    return drops


async def main():
    loop = asyncio.get_running_loop()
    streams, ports, tasks = [], [], []
    for source_port in sys.argv[3:]:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        sock.bind(("127.0.0.1", 0))
        _, stream = await loop.create_datagram_endpoint(lambda p=int(source_port): Stream(p), sock=sock)
        streams.append(stream)
        ports.append(sock.getsockname()[1])
        tasks.append(asyncio.create_task(stream.decode()))
    print("=", *ports, flush=True)
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while await commands.readline():
        counts = {}
        for stream in streams:
            for name, count in stream.counts.items():
                counts[name] = counts.get(name, 0) + count
        usage = resource.getrusage(resource.RUSAGE_SELF)
        counts["kernel"] = kernel_drops(ports)
        counts["cpu_us"] = int((usage.ru_utime + usage.ru_stime) * 1e6)
        print("=", json.dumps(counts), flush=True)


asyncio.run(main())
