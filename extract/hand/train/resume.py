"""Makes weights that training can go on from out of a finished model file: export.py backwards.

    resume.py --model ../model.bin --lines .data/real.bin,.data/s1.bin --out .data/start.pt --check ../testdata/parity.bin

The file holds each convolution with its batch normalisation worked in, and nothing of the loss on the side. Lines
of training give both back: their mean and variance after each convolution, and the side's weights that say most
nearly what the network says. The check reads lines with the weights made and compares what the file's network said.
"""
import argparse, random, struct, zlib

import numpy as np
import torch

from export import some
from hands import SIZE
from lines import CHARS
from net import Net
from train import augment, collate


def tensors(path):
    """The shape and the weights of a model file, in its order."""
    b = open(path, "rb").read()
    assert b[:8] == b"csHAND2\n" and struct.unpack("<I", b[-4:])[0] == zlib.crc32(b[:-4]), "damaged: " + path
    *shape, letters = struct.unpack_from("<8H", b, 8)
    assert b[24:24 + letters].decode() == CHARS, "another alphabet: " + path
    return shape, np.frombuffer(b[24 + letters:-4], "<f2").astype(np.float32)


def unfold(block, weight, bias, x):
    """Sets a convolution and a normalisation that together are the convolution of the file; gives what comes out."""
    conv, norm, act = block
    conv.weight.data = weight
    y = conv(x)
    norm.running_mean.data = y.mean((0, 2, 3))
    norm.running_var.data = y.var((0, 2, 3), unbiased=False) + 1e-4
    norm.weight.data = torch.sqrt(norm.running_var + norm.eps)
    norm.bias.data = bias + norm.running_mean
    return act(norm(y))


def side(net, x, frames):
    """Weights of the loss on the side: least squares from the features to what the network says."""
    with torch.no_grad():
        f = net.join(net.stem(x)).squeeze(2).permute(0, 2, 1).flatten(0, 1)
        y = frames.log_softmax(-1).clamp(min=-12).reshape(f.shape[0], -1)
        f = torch.cat((f, torch.ones(len(f), 1)), 1)
        w = torch.linalg.solve(f.T @ f + 1e-4 * len(f) * torch.eye(f.shape[1]), f.T @ y)
        net.aux.weight.data, net.aux.bias.data = w[:-1].T.contiguous(), w[-1].contiguous()


def load(path, lines):
    (*channels, features, hidden), w = tensors(path)
    net = Net(len(CHARS) + 1, tuple(channels), features, hidden)
    net.eval()
    at = 0

    def take(*size):
        nonlocal at
        n = int(np.prod(size))
        at += n
        return torch.from_numpy(w[at - n:at].reshape(size).copy())

    x, widths = collate([(a, "") for a in lines], 1.1)
    x, _ = augment(x, widths)
    first = x
    with torch.no_grad():
        for m in list(net.stem) + [net.join]:
            if not isinstance(m, torch.nn.Sequential):
                x = m(x)
                continue
            size = m[0].weight.shape
            x = unfold(m, take(*size), take(size[0]), x)
    for layer in range(2):
        for d in ("", "_reverse"):
            for n in ("weight_ih", "weight_hh", "bias_ih"):
                p = getattr(net.seq, "%s_l%d%s" % (n, layer, d))
                p.data = take(*p.shape)
            getattr(net.seq, "bias_hh_l%d%s" % (layer, d)).data.zero_()
    net.head.weight.data, net.head.bias.data = take(*net.head.weight.shape), take(*net.head.bias.shape)
    with torch.no_grad():
        side(net, first, net(first))
    return net


def check(net, path):
    """The largest difference from what the file's network said of some lines, in log-probability."""
    b, i, worst = open(path, "rb").read(), 0, 0.
    while i < len(b):
        w, h, n, classes = struct.unpack_from("<4H", b, i)
        a = np.frombuffer(b, np.uint8, w * h, i + 8).reshape(h, w)
        y = np.frombuffer(b, "<f4", n * classes, i + 8 + w * h).reshape(n, classes)
        i += 8 + w * h + 4 * (n * classes + SIZE)
        with torch.no_grad():
            worst = max(worst, float((net(collate([(a, "")])[0])[0].log_softmax(-1) - torch.from_numpy(y.copy())).abs().max()))
    return worst


def main():
    p = argparse.ArgumentParser()
    for a in ("model", "lines", "out"):
        p.add_argument("--" + a, required=True)
    p.add_argument("--check", default="")
    o = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1), random.seed(1)
    lines = some(o.lines, 300)
    random.shuffle(lines)
    net = load(o.model, lines[:400])
    if o.check:
        print("largest difference from the file's network: %.5f" % check(net, o.check))
    torch.save(net.state_dict(), o.out)


if __name__ == "__main__":
    main()
