"""All model files of one network: what each is made from, by what, kept until one of those changes."""

import hashlib

from coordinator import command, places
from coordinator.failure import Failure

# FILE: (made from, how). `convert` is our own converter, after a strategy where one is named; others are makers/*.py,
# the peer's own tool. A later file may be made from an earlier one.
RECIPES = {
    "half.pit": ("float.pit", "convert", "--strategy", "float16_quan"),
    "bf16.pit": ("float.pit", "convert", "--strategy", "bfloat16_quan"),
    "dynamic.pit": ("float.pit", "convert", "--strategy", "dynamic_quan"),
    "static.pit": ("float.pit", "convert", "--strategy", "int_flt_quan"),
    "int4.pit": ("float.pit", "convert", "--strategy", "int4"),
    "pruned.pit": ("float.pit", "convert", "--strategy", "global_prune", "--sparsity", "0.8"),
    "pruned-static.pit": ("pruned.pit", "convert", "--strategy", "int_flt_quan"),
    "float.onnx": ("float.pit", "convert"),
    "half.onnx": ("half.pit", "convert"),
    "dynamic.onnx": ("dynamic.pit", "convert"),
    "static.onnx": ("static.pit", "convert"),
    "pruned.onnx": ("pruned.pit", "convert"),
    "pruned-static.onnx": ("pruned-static.pit", "convert"),
    "float.tflite": ("float.pit", "convert"),
    "half.tflite": ("half.pit", "convert"),
    "dynamic.tflite": ("dynamic.pit", "convert"),
    "static.tflite": ("static.pit", "convert", "--precision", "int8"),
    "pruned.tflite": ("pruned.pit", "convert"),
    "pruned-static.tflite": ("pruned-static.pit", "convert", "--precision", "int8"),
    "float.h5": ("float.pit", "convert"),
    "pruned.h5": ("pruned.pit", "convert"),
    "ort-dynamic.onnx": ("float.onnx", "ort_files", "dynamic"),
    "ort-static.onnx": ("float.onnx", "ort_files", "static"),
    "ort-pruned-static.onnx": ("pruned.onnx", "ort_files", "static"),
    "nncf-dynamic.xml": ("float.onnx", "openvino_files", "dynamic"),
    "nncf-static.xml": ("float.onnx", "openvino_files", "static"),
    "nncf-int4.xml": ("float.onnx", "openvino_files", "int4"),
    "nncf-pruned-static.xml": ("pruned.onnx", "openvino_files", "static"),
    "tf-float.tflite": ("float.h5", "tensorflow_files", "float"),
    "tf-dynamic.tflite": ("float.h5", "tensorflow_files", "dynamic"),
    "tf-static.tflite": ("float.h5", "tensorflow_files", "static"),
    "tf-pruned-static.tflite": ("pruned.h5", "tensorflow_files", "static"),
    "torch-float.pt": ("float.onnx", "torch_files", "float"),
    "torch-bf16.pt": ("float.onnx", "torch_files", "bf16"),
    "torch-dynamic.pt": ("float.onnx", "torch_files", "dynamic"),
    "torch-static.pt": ("float.onnx", "torch_files", "static"),
}
RECORDED_FRAMES = 3000


def digest(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class ModelFiles:
    """Of one network. `path(name)` makes a file and those before it, and fails with the reason each time after the first."""

    def __init__(self, name, source, programs, tell, student=None):
        self.name, self.programs, self.tell = name, programs, tell
        self.folder = places.FILES / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.given = {"float.pit": source, "student.pit": student}
        self.source, self.failed, self.keys = source, {}, {}
        self.recording = places.BUILD / "recording"
        self.network = self.folder / "network.json"
        self.keys["float.pit"] = hashlib.sha256(source.read_bytes()).hexdigest()

    def prepare(self):
        """What each file may need: the description, a recording, frames of it."""
        if not (self.recording / "data.csv").is_file():
            self.tell(f"recording {RECORDED_FRAMES} frames")
            command.run([self.programs.pitlane, "record", "--out", self.recording, "--frames", RECORDED_FRAMES,
                         "--seed", 7], "record")
        self.network.write_text(command.run([self.programs.worker, "describe", self.source], f"{self.name}-describe"))
        maker = (places.SOURCES / "makers/frames.py").read_text(encoding="utf-8")
        recorded = str((self.recording / "data.csv").stat().st_mtime_ns)
        key = digest(maker, self.network.read_text(), recorded)
        if self.read_key("frames") != key:
            command.run([places.PYTHON, "-B", "-m", "makers.frames", self.recording, self.network, self.folder],
                        f"{self.name}-frames", places.SOURCES)
            self.write_key("frames", key)

    def frames(self, name):
        return self.folder / name

    def path(self, name):
        if name in self.given:
            return self.given[name]
        if name in self.failed:
            raise Failure(self.failed[name])
        try:
            return self.made(name)
        except Failure as failure:
            self.failed[name] = str(failure)
            raise

    def made(self, name):
        before, how, *rest = RECIPES[name]
        source = self.path(before)
        target = self.folder / name
        self.keys[name] = digest(self.keys[before], how, *rest, self.maker(how), self.read_key("frames"))
        if not target.is_file() or self.read_key(name) != self.keys[name]:
            self.tell(f"{self.name}: making {name}")
            if how == "convert":
                command.run([self.programs.pitlane, "convert", source, target, "--overwrite", "--data", self.recording,
                             *rest, "--python", places.PYTHON], f"{self.name}-{name}")
            else:
                command.run([places.PYTHON, "-B", "-m", f"makers.{how}", *rest, source, target, self.network,
                             self.frames("calibration")], f"{self.name}-{name}", places.SOURCES)
            self.write_key(name, self.keys[name])
        return target

    @staticmethod
    def maker(how):
        if how == "convert":
            return ""
        return (places.SOURCES / f"makers/{how}.py").read_text(encoding="utf-8")

    def read_key(self, name):
        path = self.folder / f"{name}.key"
        return path.read_text() if path.is_file() else ""

    def write_key(self, name, key):
        (self.folder / f"{name}.key").write_text(key)
