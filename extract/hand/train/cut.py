"""Cuts lines of several words into pieces of one to four, which is what cells hold: a trained network aligns the
text it is told with the line, and the line is cut where the spaces lie. `train prepare -cells` comes after.

    cut.py --model .data/model.pt --lines .data/real.bin --set copiste/train --out .data/cuts.cells
"""
import argparse, random, struct

import numpy as np
import torch

from lines import CHARS, INDEX, fold, read
from net import Net
from train import collate


def align(logs, classes):
    """For each character the frames it lies in, along the likeliest path (Viterbi), and the path's logarithm."""
    s = [0]
    for c in classes:
        s += [c, 0]
    s = np.array(s)
    skip = np.zeros(len(s), bool)
    skip[3::2] = s[3::2] != s[1:-2:2]
    at = np.full(len(s), -1e30)
    at[:2] = logs[0, s[:2]]
    back = np.zeros((len(logs), len(s)), np.int8)
    for t in range(1, len(logs)):
        one = np.concatenate(([-1e30], at[:-1]))
        two = np.where(skip, np.concatenate(([-1e30, -1e30], at[:-2])), -1e30)
        all = np.stack((at, one, two))
        back[t] = all.argmax(0)
        at = all.max(0) + logs[t, s]
    i = len(s) - 1 if at[-1] > at[-2] else len(s) - 2
    score = at[i]
    spans = [[len(logs), 0] for _ in classes]
    for t in range(len(logs) - 1, -1, -1):
        if i % 2:
            k = spans[i // 2]
            k[0], k[1] = min(k[0], t), max(k[1], t)
        i -= back[t, i]
    return spans, score


def main():
    p = argparse.ArgumentParser()
    for a in ("model", "lines", "out", "set"):
        p.add_argument("--" + a, required=True)
    p.add_argument("--least", type=float, default=-.8, help="mean logarithm a frame, below which an alignment is not trusted")
    o = p.parse_args()
    torch.set_num_threads(1)
    r = random.Random(1)
    net = Net(len(CHARS) + 1)
    net.load_state_dict(torch.load(o.model))
    net.eval()
    lines = pieces = 0
    with open(o.out, "wb") as f, torch.no_grad():
        all = [(t, a) for s, t, a in read(o.lines) if s == o.set]
        for raw, a in all[:-len(all) // 25]:  # the last 4 in 100 watch over the training
            text = fold(raw)
            if text is None or " " not in text or ">" in raw or a.shape[1] / 4 < len(text) * 1.15:
                continue
            logs = net(collate([(a, "")])[0])[0].log_softmax(-1).numpy()[:a.shape[1] // 4 + 1]
            if len(logs) < 2 * len(text):
                continue
            spans, score = align(logs, [INDEX[c] for c in text])
            if score / len(logs) < o.least:
                continue
            lines += 1
            # A cut lies half way between the letters on both sides of a space.
            cuts, words = [0], text.split(" ")
            at = -1
            for w in words[:-1]:
                at += len(w) + 1
                cuts.append(int((spans[at - 1][1] + spans[at + 1][0] + 1) / 2 * 4 + 2))
            cuts.append(a.shape[1])
            for _ in range(2):
                i = 0
                while i < len(words):
                    j = min(len(words), i + r.choice([1, 2, 2, 3, 3, 4]))
                    t, g = " ".join(words[i:j]), a[:, cuts[i]:cuts[j]]
                    if len(t) > 2 and g.shape[1] > 5 * len(t):
                        b, n = t.encode(), b"cuts/train"
                        f.write(struct.pack("<4H", len(n), len(b), g.shape[1], g.shape[0]) + n + b + np.ascontiguousarray(g).tobytes())
                        pieces += 1
                    i = j
    print(lines, "lines aligned,", pieces, "pieces")


if __name__ == "__main__":
    main()
