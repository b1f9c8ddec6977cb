"""Frames of a recording of `pitlane record` for all workers: `python -m makers.frames RECORDING NETWORK.json FOLDER`.

Writes bytes {height, width, channels}, one frame after another: `answers` (512 frames evenly spread, that outputs are
compared on; the first 16 are timed with), `camera` (16 of them in the camera's size), `one`, `one_camera` (the first
alone) and `calibration` (300 others); and `labels.json`, normalised, for `answers`.
"""

import csv
import json
import pathlib
import sys

import cv2
import numpy as np

ANSWERS, CAMERA, CALIBRATION = 512, 16, 300


def read_rows(recording):
    with open(recording / "data.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def picture(recording, row, network):
    """As the network sees it. Recordings keep pictures in the size of the network or of the camera."""
    p = network["preprocessing"]
    name = row["image_name"]
    found = [path for path in (recording / name, recording / "Images" / name) if path.is_file()]
    image = cv2.imread(str(found[0]), cv2.IMREAD_COLOR) if found else None
    if image is None:
        sys.exit(f"{recording}: {name} cannot be read")
    if p["format"] not in ("rgb", "bgr"):
        sys.exit(f"the network's pictures are {p['format']}; peers are compared on networks that see colours")
    if p["format"] == "rgb":
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    if image.shape[:2] == (p["source_height"], p["source_width"]):
        x, y, width, height = p["crop"]
        image = image[y:y + height, x:x + width]
    return cv2.resize(image, (p["width"], p["height"]), interpolation=cv2.INTER_LINEAR)


def as_camera(image, network):
    """The picture where the network will look for it in a camera's frame; what it crops away is grey."""
    p = network["preprocessing"]
    x, y, width, height = p["crop"]
    frame = np.full((p["source_height"], p["source_width"], image.shape[2]), 128, np.uint8)
    frame[y:y + height, x:x + width] = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    return frame


def normalised(row, network):
    return [min(1.0, max(0.0, (float(row[o["name"]]) - o["low"]) / (o["high"] - o["low"])))
            for o in network["outputs"]]


def main(recording, network_file, folder):
    recording, folder = pathlib.Path(recording), pathlib.Path(folder)
    with open(network_file, encoding="utf-8") as file:
        network = json.load(file)
    rows = read_rows(recording)
    if len(rows) < ANSWERS + CALIBRATION:
        sys.exit(f"{recording}: {len(rows)} frames are too few; {ANSWERS + CALIBRATION} are needed")
    asked = [rows[i * len(rows) // ANSWERS] for i in range(ANSWERS)]
    names = {row["image_name"] for row in asked}
    others = [row for row in rows if row["image_name"] not in names]
    calibration = [others[i * len(others) // CALIBRATION] for i in range(CALIBRATION)]
    pictures = np.stack([picture(recording, row, network) for row in asked])
    camera = np.stack([as_camera(image, network) for image in pictures[:CAMERA]])
    pictures.tofile(folder / "answers")
    pictures[:1].tofile(folder / "one")
    camera.tofile(folder / "camera")
    camera[:1].tofile(folder / "one_camera")
    np.stack([picture(recording, row, network) for row in calibration]).tofile(folder / "calibration")
    (folder / "labels.json").write_text(json.dumps([normalised(row, network) for row in asked]))


if __name__ == "__main__":
    main(*sys.argv[1:])
