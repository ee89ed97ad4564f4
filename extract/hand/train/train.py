"""Trains the network on prepared lines for a given time.

    train.py --data .data --out .data/model.pt --minutes 100 [--without names,lyon] [--init model.pt]

Every file *.bin in the data folder takes part, also one that appears while training goes on. Sets named
".../test" are left out, and the last 4 in 100 of every set watch over the progress.
"""
import argparse, collections, copy, glob, math, os, random, time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from lines import CHARS, INDEX, fold, read
from net import Net

# How often lines of a set are drawn.
SHARES = {"unipen": .21, "rows": .03, "composed": .16, "fonts": .13, "digits": .10, "names": .06, "pseudo": .04, "pairs": .05, "dhsd": .05,
          "copiste": .05, "cuts": .06, "lyon": .04, "print": .04}
# How much print counts where it is told from handwriting, being one line of 25.
PRINT_WEIGHT = 4.
# Loss for each letter from which on a line teaches nothing: its label is wrong or its ink illegible.
HOPELESS = 4
WIDEST = 1000


def load(path, without):
    train, watch = collections.defaultdict(list), collections.defaultdict(list)
    for s, text, a in read(path):
        name, _, split = s.partition("/")
        text = fold(text)
        if split == "test" or name in without or text is None or a.shape[1] > WIDEST or a.shape[1] / 4 < len(text) * 1.15:
            continue
        train[name].append((a, text))
    for name, all in train.items():
        n = min(len(all) // 25, 150)
        if n and name not in ("pseudo", "cuts"):
            watch[name] = all[-n:]
            del all[-n:]
    return train, watch


class Sets:
    def __init__(self, folder, without):
        self.folder, self.without, self.seen = folder, without, set()
        self.train, self.watch = collections.defaultdict(list), collections.defaultdict(list)
        self.refresh()

    def refresh(self):
        for p in sorted(glob.glob(os.path.join(self.folder, "*.bin"))):
            if p not in self.seen and os.path.basename(p) not in ("unl.bin", "held.bin"):
                self.seen.add(p)
                a, b = load(p, self.without)
                for k in a:
                    self.train[k] += a[k]
                    self.watch[k] += b[k]
                    del self.watch[k][150:]
                print("read", p, {k: len(v) for k, v in a.items()}, flush=True)

    def draw(self, n, widest):
        self.train["pairs"] = self.train["names"] + self.train["pseudo"]
        names = [k for k in SHARES if self.train[k]]
        picked = random.choices(names, [SHARES[k] for k in names], k=n)
        out = []
        for k in picked:
            s = random.choice(self.train[k])
            if k == "pairs":
                s = joined(s, random.choice(self.train[k]))
            if s[0].shape[1] <= widest:
                out.append((*s, k == "print"))
        return out


def joined(first, second):
    """Two names in one line. The preparation leaves 27 pixels of any gap."""
    sign, gap = random.choice(["", "", "", ","]), random.randint(13, 21)
    paper = np.full((40, gap), 255, np.uint8)
    if sign:
        x = random.randint(0, 4)
        for y in range(31, 37):
            paper[y, x + 2 - (y - 31) // 3:x + 4 - (y - 31) // 3] = random.randint(0, 60)
    return np.concatenate((first[0], paper, second[0]), 1), first[1] + sign + " " + second[1]


def batches(sets, widest, pixels):
    """Draws some thousand lines and hands them on in batches of like width."""
    pool = sorted(sets.draw(2048, widest), key=lambda s: s[0].shape[1])
    out, now = [], []
    for s in pool:
        if now and (len(now) + 1) * s[0].shape[1] > pixels or len(now) >= 96:
            out.append(now)
            now = []
        now.append(s)
    if now:
        out.append(now)
    random.shuffle(out)
    return out


def collate(items, room=1.0):
    w = [a.shape[1] for a, *_ in items]
    W = (int(max(w) * room) + 15) // 8 * 8
    x = np.zeros((len(items), 1, 40, W), np.float32)
    for i, (a, *_) in enumerate(items):
        x[i, 0, :, :a.shape[1]] = (255 - a.astype(np.float32)) / 255
    return torch.from_numpy(x), torch.tensor(w, dtype=torch.float32)


def augment(x, w):
    """Bends, slants, stretches and stains a batch; gives it with its new widths."""
    n, _, h, W = x.shape
    u = lambda a, b: torch.empty(n, 1, 1).uniform_(a, b)
    chance = lambda p: (torch.rand(n, 1, 1) < p).float()
    ys = torch.arange(h).float().view(1, h, 1) - (h - 1) / 2
    xs = torch.arange(W).float().view(1, 1, W)
    sx = u(.82, 1.18).clamp(max=(W - 2) / float(w.max()))
    sy, shear, slope = u(.85, 1.25), torch.randn(n, 1, 1) * .16, torch.randn(n, 1, 1) * .012
    sx = torch.where(chance(.3) > 0, torch.ones_like(sx), sx)
    mid = (w.view(n, 1, 1) * sx) / 2
    bend = F.interpolate(torch.randn(n, 2, 5, W // 14 + 2), size=(h, W), mode="bilinear", align_corners=True)
    amp = u(0, 1.6) * chance(.6)
    gx = (xs + shear * ys + bend[:, 0] * amp) / sx
    gy = (ys + slope * (xs - mid) + torch.randn(n, 1, 1) * 1.0 + bend[:, 1] * amp) * sy + (h - 1) / 2
    grid = torch.stack(((gx + .5) / W * 2 - 1, (gy + .5) / h * 2 - 1), -1)
    x = F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    k = random.random()
    if k < .35:  # thicker and thinner pens, line by line
        thick = F.max_pool2d(x, 3, 1, 1)
        x = x + (thick - x) * (u(0, .9) * chance(.5)).unsqueeze(1)
    elif k < .6:
        thin = -F.max_pool2d(-x, 3, 1, 1)
        x = x + (thin - x) * (u(0, .7) * chance(.5)).unsqueeze(1)
    elif k < .7:  # few pixels a letter
        s = random.uniform(.5, .8)
        x = F.interpolate(F.interpolate(x, scale_factor=s, mode="area" if s < .6 else "bilinear"), size=(h, W), mode="bilinear")
    x = x * u(.65, 1).unsqueeze(1)
    if random.random() < .4:
        x = x + torch.randn_like(x) * (u(0, .12) * chance(.6)).unsqueeze(1)
    for _ in range(2):  # gaps and stains
        at, wide = torch.rand(n) * w, torch.rand(n) * 6 + 2
        band = ((xs.view(1, W) > at.view(n, 1)) & (xs.view(1, W) < (at + wide).view(n, 1))).float().view(n, 1, 1, W)
        x = x * (1 - band * (torch.rand(n, 1, 1, 1) < .15).float())
    if random.random() < .25:  # a rule
        row = torch.randint(0, h, (n, 1, 1, 1)).float()
        on = ((ys.view(1, 1, h, 1) + (h - 1) / 2 - row).abs() < random.choice([.6, 1.1])).float() * (torch.rand(n, 1, 1, 1) < .4).float() * random.uniform(.3, .9)
        x = torch.maximum(x, on * (xs.view(1, 1, 1, W) < w.view(n, 1, 1, 1)).float())
    return x.clamp(0, 1), (w * sx.view(n)).clamp(max=W)


def decode(frames):
    out, last = "", 0
    for c in frames.argmax(-1).tolist():
        if c and c != last:
            out += CHARS[c - 1]
        last = c
    return out


def distance(a, b):
    p = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        q = [i]
        for j, y in enumerate(b, 1):
            q.append(min(p[j] + 1, q[-1] + 1, p[j - 1] + (x != y)))
        p = q
    return p[-1]


def errors(net, items):
    """Character errors in per cent, case folded, spaces counted; and lines exact."""
    net.eval()
    bad = all = exact = 0
    with torch.no_grad():
        for a, t in items:
            x, _ = collate([(a, t)])
            u, v = t.upper(), decode(net(x.contiguous(memory_format=torch.channels_last))[0]).strip().upper()
            bad, all, exact = bad + distance(u, v), all + len(u), exact + (u == v)
    net.train()
    return "%.1f/%.0f" % (100 * bad / max(1, all), 100 * exact / max(1, len(items)))


def ctc(frames, texts, lengths):
    """Mean loss for each letter, without the lines that are hopeless."""
    flat, lens = torch.tensor(sum(texts, [])), torch.tensor([len(t) for t in texts])
    each = F.ctc_loss(frames.log_softmax(-1).permute(1, 0, 2), flat, lengths, lens, reduction="none", zero_infinity=True) / lens
    keep = (each.detach() < HOPELESS).float()
    return (each * keep).sum() / keep.sum().clamp(min=1), 1 - keep.mean().item()


def told_apart(said, printed, w):
    """Loss of telling print from handwriting by the mean over a line."""
    inside = (torch.arange(said.shape[1]).view(1, -1) * 8 < w.view(-1, 1)).float()
    mean = (said * inside).sum(1) / inside.sum(1)
    return F.binary_cross_entropy_with_logits(mean, printed, 1 + (PRINT_WEIGHT - 1) * printed)


def half_pays():
    """Whether this processor multiplies bfloat16 numbers; emulated, they are ten times slower."""
    return "avx512_bf16" in open("/proc/cpuinfo").read()


def follow(mean, net, keep):
    """Moves the mean of the weights a little towards the weights; it reads better than any one state of them."""
    with torch.no_grad():
        for a, b in zip(mean.state_dict().values(), net.state_dict().values()):
            if a.dtype.is_floating_point:
                a.mul_(keep).add_(b, alpha=1 - keep)


def save(what, path):
    """Writes a file whole or not at all."""
    torch.save(what, path + ".part")
    os.replace(path + ".part", path)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", default=".data")
    p.add_argument("--out", default=".data/model.pt")
    p.add_argument("--minutes", type=float, default=100)
    p.add_argument("--rate", type=float, default=2.5e-3)
    p.add_argument("--pixels", type=int, default=4500)
    p.add_argument("--without", default="")
    p.add_argument("--shares", default="", help="other shares of sets, such as names=.06,pseudo=.09")
    p.add_argument("--init", default="", help="weights to go on from: of an earlier training, or of resume.py")
    p.add_argument("--frozen", type=int, default=0, help="how many steps of the stem stay as they are: the first four of its seven cost a sixth of the time")
    p.add_argument("--every", type=float, default=7, help="minutes between checkpoints")
    p.add_argument("--resume", action="store_true", help="go on where the last checkpoint of --out was written")
    p.add_argument("--eager", type=float, default=.06, help="share of the time before long lines take part")
    o = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1), random.seed(1), np.random.seed(1)
    SHARES.update((k, float(v)) for k, v in (s.split("=") for s in o.shares.split(",") if s))
    sets = Sets(o.data, o.without.split(","))
    net = Net(len(CHARS) + 1).to(memory_format=torch.channels_last)
    if o.init:
        net.load_state_dict(torch.load(o.init))
    for m in net.stem[:o.frozen]:
        m.eval().requires_grad_(False)
    mean = copy.deepcopy(net)
    print("weights", sum(q.numel() for q in net.parameters()), flush=True)
    optimiser = torch.optim.AdamW([q for q in net.parameters() if q.requires_grad], lr=1e-3, weight_decay=1e-2)
    half = half_pays()
    start = said = time.time()
    step = seen = run = lost = 0
    if o.resume:
        state = torch.load(o.out + ".state")
        net.load_state_dict(state["net"]), mean.load_state_dict(state["mean"]), optimiser.load_state_dict(state["optimiser"])
        step, seen, start = state["step"], state["seen"], start - state["seconds"]
        random.seed(step), torch.manual_seed(step)
    parts = collections.Counter()
    while (part := (time.time() - start) / (o.minutes * 60)) < 1:
        sets.refresh()
        for items in batches(sets, 300 if part < o.eager else WIDEST, o.pixels):
            part = (time.time() - start) / (o.minutes * 60)
            rate = o.rate * min(1, (step + 1) / 300) * (.5 * (1 + math.cos(math.pi * min(1, part))) * .985 + .015)
            for g in optimiser.param_groups:
                g["lr"] = rate
            t0 = time.time()
            x, w = collate(items, 1.1)
            x, w = augment(x, w)
            t1 = time.time()
            y, side, told = net(x.contiguous(memory_format=torch.channels_last), half=half)
            t2 = time.time()
            long = torch.clamp(((w + 4) / 4).long(), max=y.shape[1])
            texts = [[INDEX[c] for c in t] for _, t, _ in items]
            main_loss, hopeless = ctc(y, texts, long)
            loss = main_loss + .3 * ctc(side, texts, long)[0]
            loss = loss + .1 * told_apart(told, torch.tensor([float(p) for *_, p in items]), w)
            t3 = time.time()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 3)
            optimiser.step()
            step, seen = step + 1, seen + len(items)
            if step % 4 == 0:
                follow(mean, net, min(.998, 1 - 2 / (step + 10)) ** 4)
            parts.update(augment=t1 - t0, forward=t2 - t1, loss=t3 - t2, backward=time.time() - t3)
            lost = .99 * lost + .01 * hopeless
            run = .99 * run + .01 * main_loss.item() if step > 50 else main_loss.item()
            if time.time() - said > o.every * 60:
                said = time.time()
                save(mean.state_dict(), o.out)
                save(mean.state_dict(), "%s.%.0f" % (o.out, (said - start) / 60))
                save({"net": net.state_dict(), "mean": mean.state_dict(), "optimiser": optimiser.state_dict(),
                      "step": step, "seen": seen, "seconds": said - start}, o.out + ".state")
                print("min %.1f step %d seen %d (%.0f/s) loss %.3f hopeless %.3f" % ((said - start) / 60, step, seen, seen / (said - start), run, lost),
                      {k: "%.0f%%" % (100 * v / sum(parts.values())) for k, v in parts.items()},
                      {k: errors(mean, v[:40]) for k, v in sets.watch.items() if v}, flush=True)
            if part >= 1:
                break
    torch.save(mean.state_dict(), o.out)
    print("done", step, seen, {k: errors(mean, v) for k, v in sets.watch.items() if v}, flush=True)


if __name__ == "__main__":
    main()
