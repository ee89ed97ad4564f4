"""Prepared lines as `train prepare` packs them, and the text the model learns to write."""
import re, struct, unicodedata

import numpy as np

# What the network can write; frame class 0 is the CTC blank. model.go reads the list from the model file.
CHARS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzß -'.,/&#()@_:;+\"?!"
INDEX = {c: i + 1 for i, c in enumerate(CHARS)}
SAME = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-", "[": "(", "]": ")",
                      "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "\xa0": " "})


def fold(text):
    """Drops accents and crossed-out words; None where a sign remains that the network cannot write."""
    text = re.sub(r">[^<]*<", " ", text.translate(SAME))
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r'" (.*?) "', r'"\1"', text)
    return text if text and all(c in INDEX for c in text) else None


def read(path):
    """Yields set, text, picture (height x width, 0 ink, 255 paper) of each line."""
    b = open(path, "rb").read()
    i = 0
    while i < len(b):
        a, t, w, h = struct.unpack_from("<4H", b, i)
        i += 8
        yield b[i:i + a].decode(), b[i + a:i + a + t].decode(), np.frombuffer(b, np.uint8, w * h, i + a + t).reshape(h, w)
        i += a + t + w * h
