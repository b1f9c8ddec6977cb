"""Holds the importer against PyTorch itself: the outputs of each family and of the real file, on random and on real
pictures, differ by 1e-4 at most. Needs Debian's python3-torch.

    python3 tests/formats/pytorch/parity.py RUN_MODEL [PICTURES]
"""

import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import torch
    import families
except ImportError as missing:
    print(f"skipped: {missing}; install python3-torch")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = pathlib.Path(os.environ.get("PITLANE_TEST_DATA", ROOT.parent / "shared" / "data"))
LARGEST = 1e-4


def real_pictures(count):
    """Frames of the Udacity simulator; none where they or a decoder are missing."""
    paths = sorted((DATA / "udacity" / "IMG").glob("center_*.jpg"))
    try:
        import cv2

        read = lambda path: cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    except ImportError:
        try:
            from PIL import Image
        except ImportError:
            print("real pictures are left out: neither python3-opencv nor python3-pil is there")
            return []
        read = lambda path: np.asarray(Image.open(path).convert("RGB"))
    step = max(1, len(paths) // count)
    return [read(path) for path in paths[::step][:count]]


def resized(picture, size):
    """The nearest pixels: what pixels show does not matter here, but that they are a camera's."""
    rows = np.arange(size[0]) * picture.shape[0] // size[0]
    columns = np.arange(size[1]) * picture.shape[1] // size[1]
    return picture[rows][:, columns]


def inputs_of(size, cameras, beside, frames, number, random):
    """All inputs of one run; pictures from `frames`, or random without."""
    pictures = []
    for camera, channels in enumerate(cameras):
        if frames:
            parts = [resized(frames[(number + camera + part) % len(frames)], size) for part in range(channels // 3)]
            pixels = np.concatenate(parts, 2)
        else:
            pixels = random.integers(0, 256, (*size, channels))
        pictures.append(pixels.astype(np.float32) * np.float32(1 / 255))
    return pictures, families.beside_of(beside, number % 5)


def compare(name, module, path, size, cameras, beside, frames, runs):
    random = np.random.default_rng(len(name))
    expected, fed = [], []
    for number in range(runs):
        pictures, others = inputs_of(size, cameras, beside, frames, number, random)
        expected.append(families.run(module, pictures, others))
        fed += [values.tobytes() for values in (*pictures, *others)]
    done = subprocess.run([sys.argv[1], str(path)], input=b"".join(fed), capture_output=True)
    if done.returncode != 0:
        print(f"{name}: {done.stderr.decode()}")
        return False
    got = np.frombuffer(done.stdout, np.float32).reshape(runs, -1)
    worst = float(np.abs(got - np.array(expected)).max())
    print(f"{name}: largest difference {worst:.2e} on {runs} {'real' if frames else 'random'} pictures", flush=True)
    return worst <= LARGEST


def save(module, path, number):
    """In turn as each version and habit of torch.save does."""
    state = module.state_dict()
    old = {"_use_new_zipfile_serialization": False} if number % 2 else {}
    torch.save({"epoch": 3, "model_state_dict": state, "optimizer": torch.optim.Adam(module.parameters()).state_dict()}
               if number % 3 == 2 else state, path, **old)


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    frames, good = real_pictures(100), True
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, (make, *rest)) in enumerate(families.FAMILIES.items()):
            module, path = families.fill(make()), pathlib.Path(folder) / "net.pth"
            save(module, path, number)
            for pictures in [[], frames] if frames else [[]]:
                # DeepPilot takes seconds a picture in the reference evaluation.
                runs = 5 if name == "deep-pilot" else 100
                good &= compare(name, module, path, *rest, pictures, runs)
    real = DATA / "jderobot" / "pilotnet_v8.0.pth"
    if real.exists():
        module = families.Tiny(6, 24 * 35, 9, outputs=3).eval()
        module.load_state_dict(torch.load(real, map_location="cpu"))
        for pictures in [[], frames] if frames else [[]]:
            good &= compare(real.name, module, real, *families.FAMILIES["one-hot"][1:], pictures, 100)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
