"""python3 receiver.py PORT KEY_FILE FOLDER. Needs aiohttp and pyjwt[crypto]; in Debian python3-aiohttp and python3-jwt.

RECEIVER_ADDRESS: where it listens, 127.0.0.1 unless told. RECEIVER_CLIENT_ID: the one client that is let in; any unless told."""
import json, os, re, sys, weakref, jwt
from aiohttp import web
PORT, KEY, FOLDER = int(sys.argv[1]), open(sys.argv[2], "rb").read(), sys.argv[3]
if len(KEY) < 32: sys.exit("KEY_FILE: expected 32 bytes or more")
ADDRESS, CLIENT_ID = os.environ.get("RECEIVER_ADDRESS", "127.0.0.1"), os.environ.get("RECEIVER_CLIENT_ID")
ALGORITHMS = ["RS256", "ES256", "EdDSA"] if b"PUBLIC KEY" in KEY else ["HS256"]  # never both: a public key is no secret
parts = weakref.WeakValueDictionary()  # those that somebody is connected for; who comes back is answered from the file

class Part:  # what one worker of a session sends: each numbers and counts its own, and a replaced one may come late
    def __init__(self, name):
        self.name, self.file = name, open(os.path.join(FOLDER, name + ".jsonl"), "a+b", buffering=0)
        self.events, self.whole = [], 0  # whole: bytes of the file that are whole lines
        self.file.seek(0)
        for line in self.file.read().splitlines(keepends=True):
            try: self.events.append(json.loads(line[:line.index(b"\n")]))
            except ValueError: break  # a crash may have left half a line, which was never acknowledged
            self.whole += len(line)
        self.file.truncate(self.whole)
    def last(self): return self.events[-1]["seq"] if self.events else 0
    def take(self, event):  # a type that we do not know is durable
        if event["type"] in ("transcript.interim", "heartbeat") or event["seq"] <= self.last(): return
        line = json.dumps(event).encode() + b"\n"
        if self.file.write(line) < len(line): raise OSError("no room for all of it")
        os.fsync(self.file.fileno())
        self.events.append(event)
        self.whole += len(line)
        if event["type"] == "session.ended":  # it counts everything from session.started on
            start = max(i for i, it in enumerate(self.events) if it["type"] == "session.started")
            complete = event["durable_events"] == len(self.events) - start and event["outbox_dropped"] == 0
            print(self.name, "complete" if complete else "INCOMPLETE", flush=True)

async def receive(request):
    name, token = request.headers.get("Aicc-Session-Id", ""), request.headers.get("Authorization", "")
    if "Aicc-Generation" in request.headers: name += "." + request.headers["Aicc-Generation"]  # older workers do not say
    try: claims = jwt.decode(token.removeprefix("Bearer "), KEY, ALGORITHMS, {"require": ["exp"]}, leeway=10)
    except jwt.InvalidTokenError: return web.Response(status=401)
    client = claims.get("client_id")
    if not client or client != (CLIENT_ID or client) or "send_transcripts" not in claims.get("permissions", []):
        return web.Response(status=403)
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}(\.[0-9]{1,9})?", name):
        return web.Response(status=403)
    part = parts.get(name) or parts.setdefault(name, Part(name))
    await (socket := web.WebSocketResponse(max_msg_size=256 * 1024)).prepare(request)
    await socket.send_json({"type": "resume", "last_seq": part.last()})
    async for message in socket:
        try: part.take(json.loads(message.data))
        except (OSError, ValueError):  # not kept, so not acknowledged: the worker comes back with it
            part.file.truncate(part.whole)
            await socket.close(code=1013)
        else: await socket.send_json({"type": "ack", "seq": part.last()})
    return socket
(app := web.Application()).add_routes([web.get("/transcripts", receive)])
web.run_app(app, host=ADDRESS, port=PORT, print=None)
