"""Fits what makes a hand of a line: 64 numbers that are near each other for lines of one writer.

They are a linear map of the means and deviations of the network's features, so that hands of several lines can be
averaged. It is learned by telling writers apart by the cosine to one direction for each writer, with a margin
(Wang and others 2018).
"""
import collections, math, random

import torch
import torch.nn.functional as F

from lines import read
from train import collate

SIZE, MARGIN, SHARPNESS, STEPS = 64, .2, 16, 1500
WIDEST = 1200
FEWEST = 12  # lines of a writer


def moments(x):
    """Means and deviations of features, steps x features. writer.go computes the same."""
    return torch.cat((x.mean(0), (x.square().mean(0) - x.mean(0).square()).clamp(min=1e-6).sqrt()))


def seen(net, paths):
    """By writer the moments of each line, and its steps."""
    lines = [(s, a) for p in paths.split(",") for s, _, a in read(p) if s.endswith("/train") and a.shape[1] < WIDEST]
    lines.sort(key=lambda s: s[1].shape[1])
    out = collections.defaultdict(list)
    with torch.no_grad():
        for i in range(0, len(lines), 16):
            x, _ = collate([(a, "") for _, a in lines[i:i + 16]])
            f = net.join(net.stem(x.contiguous(memory_format=torch.channels_last))).squeeze(2).permute(0, 2, 1)
            for (writer, a), y in zip(lines[i:i + 16], f):
                n = (a.shape[1] + 15) // 8
                out[writer].append(torch.cat((moments(y[:n]), torch.tensor([float(n)]))))
    return [torch.stack(v) for k, v in sorted(out.items()) if len(v) >= FEWEST]


def hand_weights(net, paths):
    """The map's weights and bias, rounded as the file rounds them."""
    random.seed(1), torch.manual_seed(1)
    writers = seen(net, paths)
    start = [0]
    for v in writers:
        start.append(start[-1] + len(v))
    all = torch.cat(writers)

    def drawn(who, k):
        """Some lines of each writer, averaged by their length."""
        x = all[torch.tensor([[start[w] + random.randrange(len(writers[w])) for _ in range(k)] for w in who])]
        return (x[..., :-1] * x[..., -1:]).sum(1) / x[..., -1:].sum(1)

    mean, scale = all[:, :-1].mean(0), drawn(list(range(len(writers))) * 8, 6).std(0) + 1e-3
    to = torch.nn.Linear(all.shape[1] - 1, SIZE, bias=False)
    centre = torch.nn.Parameter(torch.randn(len(writers), SIZE) * .1)
    optimiser = torch.optim.AdamW([to.weight, centre], lr=2e-3, weight_decay=1e-2)
    for step in range(STEPS):
        for g in optimiser.param_groups:
            g["lr"] = 1e-3 * (1 + math.cos(math.pi * step / STEPS))
        who = [random.randrange(len(writers)) for _ in range(256)]
        x = F.dropout((drawn(who, random.choice([1, 3, 5, 8, 10])) - mean) / scale, .2)
        y = F.normalize(to(x), dim=1) @ F.normalize(centre, dim=1).T
        loss = F.cross_entropy(SHARPNESS * (y - MARGIN * F.one_hot(torch.tensor(who), len(writers))), torch.tensor(who))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    print("%d writers, %d lines: loss %.2f" % (len(writers), len(all), loss.item()))
    w = (to.weight / scale).detach()
    return [w.half(), (-w @ mean).half()]
