"""PyTorch twins of the families that the importer knows, weights and inputs from a formula, so that a C++ test can
make the same file without PyTorch. Written against the names and shapes of DeepLearningStudio's and BehaviorMetrics'
state dicts."""

import zlib

import numpy as np
import torch
from torch import nn


def hashed(count, seed):
    """`count` float32 numbers in [0, 1): multiples of 2**-24 that a 32-bit mix of index and seed makes."""
    with np.errstate(over="ignore"):
        h = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed)
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)


def weight(name, shape):
    """What a weight of that name and shape holds: uniform, of a size that keeps signals alive."""
    count = int(np.prod(shape)) if shape else 1
    u = hashed(count, zlib.crc32(name.encode()))
    if name.endswith("running_var") or len(shape) == 1 and name.startswith("ln_") and name.endswith("weight"):
        values = u + np.float32(0.5)
    else:
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 25
        values = (u - np.float32(0.5)) * np.float32(2 * np.sqrt(6.0 / fan_in))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def fill(module):
    state = module.state_dict()
    for name, tensor in state.items():
        if not name.endswith("num_batches_tracked"):
            state[name] = weight(name, tuple(tensor.shape))
    module.load_state_dict(state)
    return module.eval()


class PilotNet(nn.Module):
    def __init__(self, channels=3, widths=(24, 36, 48, 64, 64), features=18, outputs=2):
        super().__init__()
        self.ln_1 = nn.BatchNorm2d(channels, eps=1e-3)
        before = channels
        for i, (width, kernel, stride) in enumerate(zip(widths, (5, 5, 5, 3, 3), (2, 2, 2, 1, 1)), 1):
            setattr(self, f"cn_{i}", nn.Conv2d(before, width, kernel, stride))
            before = width
        before *= features
        for i, width in enumerate((1164, 100, 50, 10, outputs), 1):
            setattr(self, f"fc_{i}", nn.Linear(before, width))
            before = width

    def forward(self, picture):
        x = self.ln_1(picture)
        for i in range(1, 6):
            x = torch.relu(getattr(self, f"cn_{i}")(x))
        x = x.flatten(1)
        for i in range(1, 5):
            x = torch.relu(getattr(self, f"fc_{i}")(x))
        return self.fc_5(x)


class Cell(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.hidden = hidden
        self.conv = nn.Conv2d(inputs + hidden, 4 * hidden, 5, padding=2)

    def forward(self, x):
        zeros = torch.zeros(x.shape[0], self.hidden, *x.shape[2:])
        i, f, o, g = self.conv(torch.cat((x, zeros), 1)).split(self.hidden, 1)
        c = torch.sigmoid(f) * zeros + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c)


class Cells(nn.Module):
    def __init__(self, count, channels):
        super().__init__()
        self.cell_list = nn.ModuleList(Cell(channels, channels) for _ in range(count))

    def forward(self, x):
        for cell in self.cell_list:
            x = cell(x)
        return x


class Tiny(nn.Module):
    """DeepestLSTMTinyPilotNet; with `beside` or `commands` one of PilotNetOneHot's kind."""

    def __init__(self, channels=3, features=5 * 11, beside=0, embedded=0, outputs=2):
        super().__init__()
        for i in (1, 2, 3):
            setattr(self, f"cn_{i}", nn.Conv2d(channels if i == 1 else 8, 8, 3, 2))
        self.clstm_n = Cells(3, 8)
        if embedded:
            self.embedding = nn.Embedding(embedded, 5)
            beside = 1 + 5
        self.fc_1 = nn.Linear(8 * features + beside, 50)
        self.fc_2 = nn.Linear(50, 10)
        self.fc_3 = nn.Linear(10, outputs)
        self.driven = beside > 0

    def forward(self, picture, *beside):
        x = picture
        for i in (1, 2, 3):
            x = torch.relu(getattr(self, f"cn_{i}")(x))
        x = self.clstm_n(x).flatten(1)
        if self.driven:
            speed, command = beside[0].clamp(0, 1), beside[1]
            if hasattr(self, "embedding"):
                command = self.embedding(command.argmax(1))
            x = torch.cat((x, speed, command, *beside[2:]), 1)
        x = self.fc_3(torch.relu(self.fc_2(torch.relu(self.fc_1(x)))))
        return torch.sigmoid(x) if self.driven else x


class DeepPilot(nn.Module):
    def __init__(self):
        super().__init__()
        self.cn_1 = nn.Conv2d(3, 64, 7, 2)
        self.ln_1 = nn.BatchNorm2d(64)
        self.re_1 = nn.Conv2d(64, 64, 1)
        self.cn_2 = nn.Conv2d(64, 192, 3)
        self.ln_2 = nn.BatchNorm2d(192)
        self.block(1, 192, (96, 128), (16, 32), 32, 64, narrow=3, middle=3)
        self.block(2, 256, (128, 192), (32, 96), 64, 128)
        self.block(3, 480, (96, 208), (16, 48), 64, 192)
        self.last_re_1 = nn.Conv2d(512, 128, 1)
        for axis in "rpy":
            setattr(self, f"fc_{axis}1", nn.Linear(128 * 9, 1024))
            setattr(self, f"fc_{axis}2", nn.Linear(1024, 1))

    def block(self, n, inputs, first, second, third, plain, narrow=1, middle=2):
        setattr(self, f"im_{n}_re_1", nn.Conv2d(inputs, first[0], 1))
        setattr(self, f"im_{n}_o_1", nn.Conv2d(first[0], first[1], 3, padding=1))
        setattr(self, f"im_{n}_re_2", nn.Conv2d(inputs, second[0], narrow))
        setattr(self, f"im_{n}_o_2", nn.Conv2d(second[0], second[1], 5, padding=middle))
        setattr(self, f"im_{n}_o_3", nn.Conv2d(inputs, third, 1, padding=1))
        setattr(self, f"im_{n}_o_0", nn.Conv2d(inputs, plain, 1))

    def run_block(self, n, x):
        layer = lambda part: getattr(self, f"im_{n}_{part}")
        first = torch.relu(layer("o_1")(torch.relu(layer("re_1")(x))))
        second = torch.relu(layer("o_2")(torch.relu(layer("re_2")(x))))
        third = torch.relu(layer("o_3")(nn.functional.max_pool2d(x, 3, 1)))
        return torch.cat((layer("o_0")(x), first, second, third), 1)

    def forward(self, picture):
        pool = nn.functional.max_pool2d
        x = torch.relu(self.ln_1(pool(torch.relu(self.cn_1(picture)), 3, 2)))
        x = torch.relu(self.cn_2(torch.relu(self.re_1(x))))
        x = pool(torch.relu(self.ln_2(x)), 3, 2)
        x = self.run_block(2, self.run_block(1, x))
        x = self.run_block(3, pool(x, 3, 2))
        x = torch.relu(self.last_re_1(nn.functional.avg_pool2d(x, 5, 3))).flatten(1)
        ends = [getattr(self, f"fc_{a}2")(torch.relu(getattr(self, f"fc_{a}1")(x))) for a in "rpy"]
        return torch.cat(ends, 1)


# name: (module, (height, width), cameras of three channels or fewer, numbers beside)
FAMILIES = {
    "pilotnet": (lambda: PilotNet(), (66, 200), [3], []),
    "pilotnet-stacked": (lambda: PilotNet(9, (36, 48, 64, 80, 80)), (66, 200), [9], []),
    "deepest-lstm": (lambda: Tiny(), (50, 100), [3], []),
    "one-hot": (lambda: Tiny(6, 24 * 35, 9, outputs=3), (200, 288), [3, 3], [1, 4, 4]),
    "one-hot-no-light": (lambda: Tiny(6, 24 * 35, 5, outputs=3), (200, 288), [3, 3], [1, 4]),
    "embedding-no-light": (lambda: Tiny(6, 24 * 35, embedded=4, outputs=2), (200, 288), [3, 3], [1, 4]),
    "deep-pilot": (lambda: DeepPilot(), (224, 224), [3], []),
}


def beside_of(sizes, number):
    """Speeds that reach beyond the clamp, and one-hot vectors."""
    values = []
    for place, size in enumerate(sizes):
        if place == 0:
            values.append(np.array([number * 0.4 - 0.3], np.float32))
        else:
            values.append(np.eye(size, dtype=np.float32)[(number + place) % size])
    return values


def run(module, pictures, beside):
    """`pictures` {H, W, C} of one frame of time, as the cameras see it."""
    stacked = np.concatenate(pictures, 2).transpose(2, 0, 1)[None]
    inputs = [torch.from_numpy(np.ascontiguousarray(stacked))] + [torch.from_numpy(v)[None] for v in beside]
    with torch.no_grad():
        return module(*inputs)[0].numpy()
