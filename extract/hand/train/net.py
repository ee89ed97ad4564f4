"""The network: a picture of a line, 40 pixels high, becomes two CTC frames for every 8 pixels."""
import torch
import torch.nn as nn

import recur


def block(i, o, size=3, stride=1):
    return nn.Sequential(nn.Conv2d(i, o, size, stride=stride, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class Net(nn.Module):
    def __init__(self, classes, channels=(16, 32, 64, 128, 128), features=384, hidden=192):
        super().__init__()
        c = channels
        self.classes = classes
        self.stem = nn.Sequential(block(1, c[0], 4, 2), block(c[0], c[1]), nn.MaxPool2d(2), block(c[1], c[2]),
                                  nn.MaxPool2d((2, 1)), block(c[2], c[3]), block(c[3], c[4]))
        self.join = nn.Sequential(nn.Conv2d(c[4], features, (5, 2), stride=(5, 2), bias=False), nn.BatchNorm2d(features), nn.ReLU(inplace=True))
        self.drop = nn.Dropout(.2)
        self.seq = nn.LSTM(features, hidden, num_layers=2, bidirectional=True, dropout=.2)
        self.head = nn.Linear(2 * hidden, 2 * classes)
        self.aux = nn.Linear(features, 2 * classes)  # only while training: it teaches the convolutions sooner
        self.told = nn.Linear(features, 1)  # only while training too: whether the line is print

    def frames(self, x):
        n, t, _ = x.shape
        return x.reshape(n, t * 2, self.classes)

    def forward(self, x, half=False):
        """x: N x 1 x 40 x W with ink 1 and paper 0, W a multiple of 8. Gives N x W/4 x classes, unnormalised; while training also
        the same by the side, and for every 8 pixels what speaks for print."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            x = self.join(self.stem(x)).squeeze(2)
        x = self.drop(x.float().permute(2, 0, 1))
        y = recur.run(self.seq, x, half) if self.training else self.seq(x)[0]
        y = self.frames(self.head(self.drop(y)).permute(1, 0, 2))
        if not self.training:
            return y
        return y, self.frames(self.aux(x).permute(1, 0, 2)), self.told(x).squeeze(2).T
