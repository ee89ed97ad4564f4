"""Writes a trained network as the model file that the program embeds, and what it says of a few lines, for the
test that the program computes the same. Also fits the regression that tells print from handwriting.

    export.py --model .data/model.pt --lines .data/held.bin --print .data/print.typ --hand .data/real.bin,.data/s1.bin \
        --writers .data/writers.typ --out ../model.bin --check ../testdata/parity.bin
"""
import argparse, itertools, random, struct, zlib

import numpy as np
import torch
import torch.nn.functional as F

from hands import hand_weights, moments
from lines import CHARS, read
from net import Net
from train import collate


def folded(conv, norm):
    """A convolution with its batch normalisation worked in."""
    k = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return conv.weight * k.view(-1, 1, 1, 1), norm.bias - norm.running_mean * k


def weights(net):
    """All weights in the order of the file, rounded as the file rounds them."""
    convs = [m for m in net.stem if isinstance(m, torch.nn.Sequential)]
    out = []
    for c in [(b[0], b[1]) for b in convs] + [(net.join[0], net.join[1])]:
        out += folded(*c)
    for layer in range(2):
        for d in ("", "_reverse"):
            g = lambda n: getattr(net.seq, "%s_l%d%s" % (n, layer, d))
            out += [g("weight_ih"), g("weight_hh"), g("bias_ih") + g("bias_hh")]
    out += [net.head.weight, net.head.bias]
    return [w.detach().half() for w in out]


def rounded(net, w):
    """Log-probabilities, and features before them, with the weights as the file has them."""
    w = iter([a.float() for a in w])

    def forward(x):
        for i in range(5):
            k, b = next(w), next(w)
            x = F.relu(F.conv2d(x, k, b, stride=2 if i == 0 else 1, padding=1))
            if i in (1, 2):
                x = F.max_pool2d(x, (2, 2) if i == 1 else (2, 1))
        k, b = next(w), next(w)
        x = features = F.relu(F.conv2d(x, k, b, stride=(5, 2))).squeeze(2).permute(2, 0, 1)
        seq = torch.nn.LSTM(net.seq.input_size, net.seq.hidden_size, num_layers=2, bidirectional=True)
        for layer in range(2):
            for d in ("", "_reverse"):
                getattr(seq, "weight_ih_l%d%s" % (layer, d)).data = next(w)
                getattr(seq, "weight_hh_l%d%s" % (layer, d)).data = next(w)
                getattr(seq, "bias_ih_l%d%s" % (layer, d)).data = next(w)
                getattr(seq, "bias_hh_l%d%s" % (layer, d)).data.zero_()
        y = F.linear(seq(x)[0], next(w), next(w)).permute(1, 0, 2)
        return net.frames(y).log_softmax(-1), features
    return forward


def features(net, a):
    """Mean features of a line: what the regression sees."""
    with torch.no_grad():
        return net.join(net.stem(collate([(a, "")])[0].contiguous(memory_format=torch.channels_last))).mean((0, 2, 3))


def regression(net, print_lines, hand_lines):
    """Weights and bias of a logistic regression, print against handwriting. Handwriting counts twice: an engine for
    print makes less of it than the network makes of print."""
    x = torch.stack([features(net, a) for a in print_lines + hand_lines])
    y = torch.tensor([1.] * len(print_lines) + [0.] * len(hand_lines))
    scale = x.std(0) + 1e-3
    w, b = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    opt = torch.optim.LBFGS([w, b], max_iter=200, line_search_fn="strong_wolfe")

    def step():
        opt.zero_grad()
        loss = F.binary_cross_entropy_with_logits(x / scale @ w + b, y, 2 - y) + 1e-3 * w.square().sum()
        loss.backward()
        return loss
    opt.step(step)
    said = (x / scale @ w + b) > 0
    print("print told apart in training: %.1f %% of print, %.1f %% of handwriting" % (
        100 * said[y > 0].float().mean(), 100 * (~said[y == 0]).float().mean()))
    return [(w / scale).detach().half(), b.detach().half()]


def some(paths, n, widest=450):
    """Up to n lines out of the training sets of each file."""
    out = []
    for p in paths.split(","):
        all = [a for s, _, a in read(p) if not s.endswith("/test") and a.shape[1] < widest]
        out += random.Random(1).sample(all, min(n, len(all)))
    return out


def main():
    p = argparse.ArgumentParser()
    for a in ("model", "lines", "print", "hand", "writers", "out", "check"):
        p.add_argument("--" + a, required=True)
    o = p.parse_args()
    net = Net(len(CHARS) + 1)
    several = [torch.load(p) for p in o.model.split(",")]
    net.load_state_dict({k: sum(m[k] for m in several) / len(several) if v.dtype.is_floating_point else v for k, v in several[-1].items()})
    net.eval()
    torch.set_num_threads(1)
    w = weights(net) + regression(net, some(o.print, 2000), some(o.hand, 2000))
    hands = hand_weights(net, o.writers)
    w += hands
    channels = [m[0].out_channels for m in net.stem if isinstance(m, torch.nn.Sequential)]
    letters = CHARS.encode()
    b = b"csHAND2\n" + struct.pack("<8H", *channels, net.join[0].out_channels, net.seq.hidden_size, len(letters)) + letters
    b += b"".join(a.numpy().astype("<f2").tobytes() for a in w)
    b += struct.pack("<I", zlib.crc32(b))
    open(o.out, "wb").write(b)
    print(o.out, len(b), "bytes")
    with open(o.check, "wb") as f, torch.no_grad():
        for _, _, a in itertools.islice(read(o.lines), 4):
            y, x = rounded(net, w)(collate([(a, "")])[0])
            hand = F.linear(moments(x.squeeze(1)), *(v.float() for v in hands)).numpy()
            y = y[0].numpy()
            f.write(struct.pack("<4H", a.shape[1], a.shape[0], *y.shape) + a.tobytes() + y.astype("<f4").tobytes() + hand.astype("<f4").tobytes())


if __name__ == "__main__":
    main()
