"""webrtc_frames.py AUDIO DECISIONS AGGRESSIVENESS: one character for every 20 ms of 8 kHz 16 bit audio, 1 for speech."""
import sys

import webrtcvad

FRAME_BYTES = 2 * 160
audio = open(sys.argv[1], "rb").read()
detector = webrtcvad.Vad(int(sys.argv[3]))
frames = range(0, len(audio) - FRAME_BYTES + 1, FRAME_BYTES)
with open(sys.argv[2], "w") as decisions:
    decisions.write("".join("1" if detector.is_speech(audio[at : at + FRAME_BYTES], 8000) else "0" for at in frames))
