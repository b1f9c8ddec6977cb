"""Calibration pictures, as a network's input takes them."""

import json

import numpy as np

from worker import picture


def calibration(network_file, frames, channels_first):
    with open(network_file, encoding="utf-8") as file:
        path = picture.Path(json.load(file), channels_first)
    for image in np.fromfile(frames, np.uint8).reshape(-1, *path.size):
        yield path.as_input(image).astype(np.float32)
