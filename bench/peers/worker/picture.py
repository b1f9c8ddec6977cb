"""From a camera's frame to a network's input, and from its output to a command, as a user of OpenCV and numpy writes it."""

import cv2
import numpy as np

cv2.setNumThreads(1)


class Path:
    def __init__(self, network, channels_first):
        p = network["preprocessing"]
        channels = len(p["scale"])
        self.size = (p["height"], p["width"], channels)
        self.source_size = (p["source_height"], p["source_width"], channels)
        x, y, width, height = p["crop"]
        self.crop = (slice(y, y + height), slice(x, x + width))
        self.channels_first = channels_first
        # One factor for all channels lets OpenCV scale and transpose in one call.
        self.blob = len(set(p["scale"])) == 1 and len(set(p["offset"])) == 1
        self.scale = np.asarray(p["scale"], np.float32)
        self.offset = np.asarray(p["offset"], np.float32)
        self.low = np.asarray([o["low"] for o in network["outputs"]], np.float32)
        self.range = np.asarray([o["high"] for o in network["outputs"]], np.float32) - self.low

    def as_input(self, picture):
        """Bytes {height, width, channels} to reals, with a batch of one."""
        if self.blob and self.channels_first:
            scale = float(self.scale[0])
            return cv2.dnn.blobFromImage(picture, scale, mean=[-float(self.offset[0]) / scale] * picture.shape[2])
        real = np.multiply(picture, self.scale, dtype=np.float32)
        real += self.offset
        if self.channels_first:
            real = np.ascontiguousarray(real.transpose(2, 0, 1))
        return real[None]

    def from_camera(self, frame):
        height, width, _ = self.size
        return self.as_input(cv2.resize(frame[self.crop], (width, height), interpolation=cv2.INTER_LINEAR))

    def command(self, outputs):
        physical = self.low + np.asarray(outputs, np.float32).ravel() * self.range
        return [float(value) for value in physical]
