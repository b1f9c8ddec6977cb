import collections
import importlib.metadata

import numpy as np
from ai_edge_litert.interpreter import Interpreter


class LiteRt:
    """With XNNPACK, which the interpreter of this package applies by itself."""

    channels_first = False

    def __init__(self, path, options):
        self.interpreter = Interpreter(model_path=path, num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]
        self.output = self.interpreter.get_output_details()[0]
        self.version = f"LiteRT {importlib.metadata.version('ai-edge-litert')}"
        self.precision, self.notes = self.describe()

    def describe(self):
        sizes = collections.Counter()
        for tensor in self.interpreter.get_tensor_details():
            sizes[np.dtype(tensor["dtype"]).name] += int(np.prod(tensor["shape"])) * np.dtype(tensor["dtype"]).itemsize
        operators = [op["op_name"] for op in self.interpreter._get_ops_details()]
        delegated = "DELEGATE" in operators
        left = sum(1 for name in operators if name != "DELEGATE")
        kernels = "XNNPACK" if delegated else "without XNNPACK"
        return f"{sizes.most_common(1)[0][0]}, {kernels}", f"{left} operators outside it"

    @staticmethod
    def feed(array):
        return array

    def set(self, array):
        self.interpreter.set_tensor(self.input["index"], array)

    def run(self):
        self.interpreter.invoke()

    def outputs(self):
        return self.interpreter.get_tensor(self.output["index"])
