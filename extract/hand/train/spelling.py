"""Counts how words are spelled: four letters in a row, in names, places and the training texts. The program
prefers, between readings the network finds about as likely, the one that is spelled like a word.

    spelling.py --labels HAND/labels.tsv --lexicon HAND/names-lexicon.tsv --census CENSUS --out ../spelling.gz
"""
import argparse, collections, gzip, os, re

import numpy as np

import render
from lines import fold

MORE = ("January February March April May June July August September October November December Jan Feb Mar Apr Aug Sept Oct Nov Dec "
        "Mr Mrs Ms Dr Jr").split()


def words(o):
    """Words and how much each counts."""
    count = collections.Counter()

    def add(text, n):
        for w in re.findall("[A-Z]+", (fold(text) or "").replace("ß", "ss").upper()):
            count[w] += n
    for l in open(o.labels):
        _, text, _, split = l.rstrip("\n").split("\t")
        if split == "train":
            add(text, 1)
    for name in ("dist.all.last", "dist.male.first", "dist.female.first"):
        for l in open(os.path.join(o.census, name)):
            w = l.split()
            add(w[0], 1 + 100 * float(w[1]))
    for l in open(o.lexicon):
        w, n = l.rstrip("\n").split("\t")
        if w not in ("EMPTY", "UNREADABLE"):
            add(w, int(n) ** .5)
    for list, n in ((render.CITIES, 20), ([p.replace("%s", "") for p in render.PLACES], 100), (render.STATES, 50), (render.STREETS, 30), (MORE, 30)):
        for w in list:
            add(w, n)
    return count


def main():
    p = argparse.ArgumentParser()
    for a in ("labels", "lexicon", "census", "out"):
        p.add_argument("--" + a, required=True)
    o = p.parse_args()
    # Letters are 1 to 26; 0 stands before and after a word.
    counts = [np.zeros((27,) * k) for k in (1, 2, 3, 4)]
    for w, n in words(o).items():
        s = [0, 0, 0] + [ord(c) - 64 for c in w] + [0]
        for i in range(3, len(s)):
            for k in range(4):
                counts[k][tuple(s[i - k:i + 1])] += n ** .5
    share = np.full(27, 1 / 27)
    for c in counts:  # each order leans on the one below
        share = (c + 5 * share) / (c.sum(-1, keepdims=True) + 5)
    table = np.clip(np.round(-16 * np.log(share)), 0, 255).astype(np.uint8)
    with open(o.out, "wb") as f:
        f.write(gzip.compress(table.tobytes(), 9, mtime=0))
    print(o.out, os.path.getsize(o.out), "bytes")


if __name__ == "__main__":
    main()
