"""Writes pytorch.txt, what PyTorch computes for the families of ../pytorch/families.py:

    /usr/bin/python3 tests/formats/references/make_pytorch.py [PILOTNET_V8_PTH] > tests/formats/references/pytorch.txt

One line: family, number of the input, outputs. Pixels are bytes of the formula over 255."""

import pathlib
import sys

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "pytorch"))
import families  # noqa: E402


def picture(size, channels, number, camera):
    count = size[0] * size[1] * channels
    pixels = np.floor(families.hashed(count, 1000 * number + camera) * np.float32(256))
    return (pixels * np.float32(1 / 255.0)).astype(np.float32).reshape(size[0], size[1], channels)


def write(name, module, size, cameras, beside):
    for number in range(1 if name == "deep-pilot" else 4):
        pictures = [picture(size, channels, number, camera) for camera, channels in enumerate(cameras)]
        outputs = families.run(module, pictures, families.beside_of(beside, number))
        print(name, number, *(f"{float(v):.9g}" for v in outputs))


torch.set_num_threads(1)
for family, (make, *rest) in families.FAMILIES.items():
    write(family, families.fill(make()), *rest)
if len(sys.argv) > 1:
    module = families.Tiny(6, 24 * 35, 9, outputs=3).eval()
    module.load_state_dict(torch.load(sys.argv[1], map_location="cpu"))
    write("pilotnet_v8.0", module, *families.FAMILIES["one-hot"][1:])
