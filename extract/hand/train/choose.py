"""Reads lines kept out of training with several states of the network and with mixtures of their weights, to choose
between them without a look at the test sets.

    choose.py --lines .data/real.bin,.data/watch.typ --models .data/start.pt,.data/model.pt --mix 1 .5,.5 0,1 \
        [--print .data/print.typ --hand .data/real.bin,.data/s1.bin]

Of files named *.bin the last 4 in 100 of each set are read, which train.py keeps out; of others, all. With --print and --hand it
also says how much of each set is taken for print, by the regression that export.py would fit to these.
"""
import argparse, random

import torch
import torch.nn.functional as F

from export import features, regression, some
from lines import CHARS, INDEX, fold, read
from net import Net
from train import HOPELESS, collate, errors, load


def kept(paths, most):
    """Lines by set that training does not see."""
    out = {}
    for p in paths.split(","):
        if p.endswith(".bin"):
            for name, lines in load(p, ())[1].items():
                out.setdefault(name, []).extend(lines)
            continue
        for s, text, a in read(p):
            if fold(text):
                out.setdefault(s.split("/")[0], []).append((a, fold(text)))
    return {k: random.Random(1).sample(v, min(most, len(v))) for k, v in out.items()}


def mixed(models, shares):
    """The weights of several states, each with its share."""
    shares = [s / sum(shares) for s in shares] + [0] * (len(models) - len(shares))
    return {k: sum(s * m[k] for s, m in zip(shares, models)) if v.dtype.is_floating_point else v for k, v in models[-1].items()}


def told(net, sets, print_lines, hand_lines):
    """How much of each set is taken for print, in per cent."""
    w, b = (x.float() for x in regression(net, print_lines, hand_lines))
    taken = lambda v: 100 * sum(float(features(net, a) @ w + b) > 0 for a, _ in v) / len(v)
    return {k: round(taken(v), 1) for k, v in sets.items()}


def heats(net, sets):
    """The loss for each letter when what the network says is made flatter or sharper: least at 1 where its probabilities
    are as sure as they should be. Lines whose label is wrong weigh no more than the others."""
    net.eval()
    out = {h: 0. for h in (.7, .8, .9, 1, 1.1, 1.25, 1.4, 1.6)}
    lines = [s for v in sets.values() for s in v]
    with torch.no_grad():
        for a, text in lines:
            y, want = net(collate([(a, "")])[0])[0], torch.tensor([INDEX[c] for c in text])
            for h in out:
                loss = F.ctc_loss((y / h).log_softmax(-1), want, (len(y),), (len(want),), reduction="sum").item()
                out[h] += min(loss / len(want), HOPELESS) / len(lines)
    return {h: round(v, 4) for h, v in out.items()}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lines", required=True)
    p.add_argument("--models", required=True)
    p.add_argument("--mix", nargs="*", default=[], help="shares of the models, such as .5,.5")
    p.add_argument("--most", type=int, default=100, help="lines of each set")
    p.add_argument("--print", default="", help="print to fit the regression to, and to say how it tells print apart")
    p.add_argument("--hand", default="", help="handwriting to fit it to")
    p.add_argument("--heat", action="store_true", help="also say whether the probabilities are too sure or not sure enough")
    p.add_argument("--out", default="", help="where the last mixture goes")
    o = p.parse_args()
    torch.set_num_threads(1)
    sets, models = kept(o.lines, o.most), [torch.load(m) for m in o.models.split(",")]
    net = Net(len(CHARS) + 1)
    each = [",".join("1" if i == j else "0" for j in range(len(models))) for i in range(len(models))]
    for mix in o.mix or each:
        net.load_state_dict(mixed(models, [float(s) for s in mix.split(",")]))
        print(mix, {k: errors(net, v) for k, v in sorted(sets.items())}, flush=True)
        if o.print:
            net.eval()
            print("   taken for print", told(net, sets, some(o.print, 1000), some(o.hand, 500)), flush=True)
        if o.heat:
            print("   loss by temperature", heats(net, sets), flush=True)
    if o.out:
        torch.save(net.state_dict(), o.out)


if __name__ == "__main__":
    main()
