import torch


class TorchScript:
    """Traced by makers/torch_files.py; frozen and optimised for inference here."""

    channels_first = True

    def __init__(self, path, options):
        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
        if options.get("engine"):
            torch.backends.quantized.engine = options["engine"]
        module = torch.jit.load(path).eval()
        self.type = getattr(torch, options.get("type", "float32"))
        module = torch.jit.freeze(module)
        if options.get("type", "float32") == "float32" and not options.get("engine"):
            module = torch.jit.optimize_for_inference(module)
        self.module = module
        self.version = f"TorchScript {torch.__version__}"
        self.precision = options.get("says", options.get("type", "float32"))
        self.notes = "frozen" + (f", {options['engine']}" if options.get("engine") else "")
        self.guard = torch.inference_mode()
        self.guard.__enter__()

    def feed(self, array):
        return torch.from_numpy(array).to(self.type)

    def set(self, tensor):
        self.tensor = tensor

    def run(self):
        self.made = self.module(self.tensor)

    def outputs(self):
        return self.made.float().numpy()
