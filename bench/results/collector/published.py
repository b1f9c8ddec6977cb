"""The published figures, read where the program itself has them."""

import re

from . import places
from .failure import Failure

SOURCE = "src/pitlane/report/published.cpp"
ROW = re.compile(r'\{"([^"]+)", "(\w+)", ([\d.]+), ([\d.]+), ([\d.]+), k\w+\}')
SHORT = {"Keras": "Keras", "TensorFlow": "TFLite", "TF-TRT (GPU)": "TF-TRT", "PyTorch": "PyTorch"}


def our_name(framework, strategy):
    """As in the source: the name of our row for a published one."""
    if (framework, strategy) == ("TensorFlow", "prune_quan"):
        return "prune_quan_tf"
    return {"fp16": "float16_quan", "original": "baseline"}.get(strategy, strategy)


def figures():
    """(network, our strategy) -> [(framework, MiB, MSE, ms), ...]: a network is never beside another's figures."""
    found = {}
    for framework, strategy, *numbers in ROW.findall((places.ROOT / SOURCE).read_text(encoding="utf-8")):
        if framework not in SHORT:
            raise Failure(f"{SOURCE}: the framework {framework} is new here")
        network = "pilotnet-torch" if framework == "PyTorch" else "pilotnet-tf"
        found.setdefault((network, our_name(framework, strategy)), []).append((SHORT[framework], *numbers))
    if not found:
        raise Failure(f"{SOURCE}: no published rows can be read there")
    return found
