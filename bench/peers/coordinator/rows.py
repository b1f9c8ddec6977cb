"""The table of what is compared: a new row is a line here."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    group: str  # a key of GROUPS
    runtime: str  # "pitlane", or a key of worker.runtimes.RUNTIMES
    title: str
    file: str  # of model_files.RECIPES
    options: tuple = ()  # of the worker's runtime
    package: str = ""  # of peers.txt, where it has another name than the runtime
    needs: tuple = ()  # packages of peers.txt that make the file
    frames: int = 512  # that it answers at most, before it is timed

    @property
    def packages(self):
        own = () if self.runtime == "pitlane" else (self.package or self.runtime,)
        return own + self.needs


@dataclasses.dataclass(frozen=True)
class Group:
    """Rows that answer the same question. `types`: what the roofline of the group computes with; `weight_bytes`: of one
    weight; `tolerance`: how far outputs (0 to 1) may be from our f32's, None where the error on labels decides instead."""

    title: str
    types: tuple
    weight_bytes: float
    tolerance: float | None
    reference: str  # the file that outputs are compared with, in our engine
    sparse: bool = False
    layers: str = ""  # the file whose layers the roofline is of, where that is not `reference`


GROUPS = {
    "fp32": Group("fp32", ("f32",), 4, 1e-3, "float.pit"),
    "half": Group("fp16 and bf16", ("f16", "bf16"), 2, 5e-2, "float.pit"),
    "int8-dynamic": Group("int8, dynamic", ("int8",), 1, None, "float.pit"),
    "int8-static": Group("int8, static", ("int8",), 1, None, "float.pit"),
    "int4": Group("4-bit weights", ("int8",), 0.5, None, "float.pit"),
    "pruned": Group("pruned, fp32", ("f32",), 4, 1e-3, "pruned.pit", True),
    "pruned-int8": Group("pruned, int8", ("int8",), 1, None, "pruned.pit", True),
    "student": Group("a smaller network", ("int8",), 1, None, "float.pit", layers="student.pit"),
}
ON_REQUEST = ("student",)  # groups that need a file named

ORT_SAYS = ("optimized=",)  # the worker fills in where the optimised graph is written, to be read back

ROWS = [
    Row("fp32", "pitlane", "Pitlane", "float.pit"),
    Row("fp32", "onnxruntime", "ONNX Runtime", "float.onnx", ORT_SAYS),
    Row("fp32", "openvino", "OpenVINO", "float.onnx", ("precision=f32",)),
    Row("fp32", "litert", "LiteRT", "float.tflite"),
    Row("fp32", "litert", "LiteRT, file by TensorFlow", "tf-float.tflite", needs=("tensorflow",)),
    Row("fp32", "torch", "TorchScript", "torch-float.pt"),
    Row("fp32", "keras", "Keras model.predict", "float.h5", package="tensorflow", frames=32),
    Row("half", "pitlane", "Pitlane, weights fp16", "half.pit"),
    Row("half", "pitlane", "Pitlane, bf16", "bf16.pit"),
    Row("half", "onnxruntime", "ONNX Runtime, weights fp16", "half.onnx", ORT_SAYS),
    Row("half", "openvino", "OpenVINO bf16", "float.onnx", ("precision=bf16",)),
    Row("half", "openvino", "OpenVINO fp16", "float.onnx", ("precision=f16",)),
    Row("half", "litert", "LiteRT, weights fp16", "half.tflite"),
    Row("half", "torch", "TorchScript bf16", "torch-bf16.pt", ("type=bfloat16",)),
    Row("int8-dynamic", "pitlane", "Pitlane", "dynamic.pit"),
    Row("int8-dynamic", "onnxruntime", "ONNX Runtime", "dynamic.onnx", ORT_SAYS),
    Row("int8-dynamic", "onnxruntime", "ONNX Runtime, its own file", "ort-dynamic.onnx", ORT_SAYS),
    Row("int8-dynamic", "openvino", "OpenVINO, weights by nncf", "nncf-dynamic.xml", ("precision=f32", "group=32")),
    Row("int8-dynamic", "litert", "LiteRT", "dynamic.tflite"),
    Row("int8-dynamic", "litert", "LiteRT, file by TensorFlow", "tf-dynamic.tflite", needs=("tensorflow",)),
    Row("int8-dynamic", "torch", "torch, dense layers", "torch-dynamic.pt", ("says=qint8 dense",)),
    Row("int8-static", "pitlane", "Pitlane", "static.pit"),
    Row("int8-static", "onnxruntime", "ONNX Runtime", "static.onnx", ORT_SAYS),
    Row("int8-static", "onnxruntime", "ONNX Runtime, its own file", "ort-static.onnx", ORT_SAYS),
    Row("int8-static", "openvino", "OpenVINO", "static.onnx", ("precision=f32",)),
    Row("int8-static", "openvino", "OpenVINO, file by nncf", "nncf-static.xml", ("precision=f32",)),
    Row("int8-static", "openvino", "OpenVINO, nncf, rest bf16", "nncf-static.xml", ("precision=bf16",)),
    Row("int8-static", "litert", "LiteRT", "static.tflite"),
    Row("int8-static", "litert", "LiteRT, file by TensorFlow", "tf-static.tflite", needs=("tensorflow",)),
    Row("int8-static", "torch", "torch", "torch-static.pt", ("says=qint8",)),
    Row("int4", "pitlane", "Pitlane", "int4.pit"),
    Row("int4", "openvino", "OpenVINO, 4 bits by nncf", "nncf-int4.xml", ("precision=bf16", "group=32")),
    Row("int4", "openvino", "OpenVINO, 8 bits by nncf", "nncf-static.xml", ("precision=bf16",)),
    Row("int4", "onnxruntime", "ONNX Runtime, 8 bits", "ort-static.onnx", ORT_SAYS),
    Row("int4", "litert", "LiteRT, 8 bits", "static.tflite"),
    Row("pruned", "pitlane", "Pitlane", "pruned.pit"),
    Row("pruned", "onnxruntime", "ONNX Runtime", "pruned.onnx", ORT_SAYS),
    Row("pruned", "openvino", "OpenVINO", "pruned.onnx", ("precision=f32",)),
    Row("pruned", "litert", "LiteRT", "pruned.tflite"),
    Row("pruned-int8", "pitlane", "Pitlane", "pruned-static.pit"),
    Row("pruned-int8", "onnxruntime", "ONNX Runtime", "pruned-static.onnx", ORT_SAYS),
    Row("pruned-int8", "onnxruntime", "ONNX Runtime, its own file", "ort-pruned-static.onnx", ORT_SAYS),
    Row("pruned-int8", "openvino", "OpenVINO, file by nncf", "nncf-pruned-static.xml", ("precision=f32",)),
    Row("pruned-int8", "litert", "LiteRT", "pruned-static.tflite"),
    Row("pruned-int8", "litert", "LiteRT, file by TensorFlow", "tf-pruned-static.tflite", needs=("tensorflow",)),
    Row("student", "pitlane", "Pitlane, the small one", "student.pit"),
    Row("student", "keras", "Keras model.predict", "float.h5", package="tensorflow", frames=32),
    Row("student", "onnxruntime", "ONNX Runtime, 8 bits", "ort-static.onnx", ORT_SAYS),
    Row("student", "litert", "LiteRT, 8 bits", "static.tflite"),
]
