import collections

import onnxruntime


class OnnxRuntime:
    """All graph optimisations, input and output bound, so that no call copies or allocates them."""

    channels_first = True

    def __init__(self, path, options):
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        settings.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        settings.log_severity_level = 3
        if options.get("optimized"):
            settings.optimized_model_filepath = options["optimized"]
        self.session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0]
        self.binding = self.session.io_binding()
        for output in self.session.get_outputs():
            self.binding.bind_output(output.name, "cpu")
        self.version = f"ONNX Runtime {onnxruntime.__version__}"
        self.precision = self.weights_of(options.get("optimized"))
        self.notes = "all optimisations, bound input and output"

    @staticmethod
    def weights_of(optimized):
        """Types of the tensors that the optimised graph keeps: what is really run."""
        if not optimized:
            return ""
        import onnx

        model = onnx.load(optimized)
        sizes = collections.Counter()
        for tensor in model.graph.initializer:
            sizes[onnx.TensorProto.DataType.Name(tensor.data_type).lower()] += len(tensor.raw_data)
        kinds = sorted({node.op_type for node in model.graph.node} - {"Relu", "Flatten", "Reshape", "Transpose"})
        return f"{sizes.most_common(1)[0][0] if sizes else '?'} ({', '.join(kinds)})"

    @staticmethod
    def feed(array):
        return onnxruntime.OrtValue.ortvalue_from_numpy(array)

    def set(self, value):
        self.binding.bind_ortvalue_input(self.input.name, value)

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def outputs(self):
        return self.binding.copy_outputs_to_cpu()[0]
