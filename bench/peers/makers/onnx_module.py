"""A torch module with the layers and the weights of an ONNX file, for the few operators that PilotNets have."""

import onnx
import torch
from onnx import numpy_helper
from torch import nn




def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def conv(node, weights):
    a, weight = attributes(node), weights[node.input[1]]
    top, left, bottom, right = a.get("pads", [0, 0, 0, 0])
    even = top == bottom and left == right
    layer = nn.Conv2d(weight.shape[1] * a.get("group", 1), weight.shape[0], weight.shape[2:], a.get("strides", 1),
                      (top, left) if even else 0, groups=a.get("group", 1), bias=len(node.input) > 2)
    layer.weight.data = weight
    if len(node.input) > 2:
        layer.bias.data = weights[node.input[2]]
    return [layer] if even else [nn.ZeroPad2d((left, right, top, bottom)), layer]


def norm(node, weights):
    gamma, beta, mean, variance = (weights[name] for name in node.input[1:5])
    layer = nn.BatchNorm2d(len(gamma), eps=attributes(node).get("epsilon", 1e-5))
    layer.weight.data, layer.bias.data = gamma, beta
    layer.running_mean, layer.running_var = mean, variance
    return [layer]


def gemm(node, weights):
    a, weight = attributes(node), weights[node.input[1]]
    if not a.get("transB", 0):
        weight = weight.t().contiguous()
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight.data = weight
    layer.bias.data = weights[node.input[2]] if len(node.input) > 2 else torch.zeros(len(weight))
    return [layer]


def layers_of(node, weights):
    if node.op_type == "Conv":
        return conv(node, weights)
    if node.op_type == "BatchNormalization":
        return norm(node, weights)
    if node.op_type == "Gemm":
        return gemm(node, weights)
    if node.op_type == "Identity":
        return []
    if node.op_type in ("Flatten", "Reshape"):
        return [nn.Flatten()]
    simple = {"Relu": nn.ReLU, "Elu": nn.ELU, "Sigmoid": nn.Sigmoid, "Tanh": nn.Tanh}
    if node.op_type not in simple:
        raise SystemExit(f"{node.name}: no torch layer for {node.op_type}")
    return [simple[node.op_type]()]


def load(path):
    """nn.Sequential, ready for inference. The graph must be a chain."""
    graph = onnx.load(path).graph
    weights = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()).float() for t in graph.initializer}
    layers, value = [], graph.input[0].name
    for node in graph.node:
        if node.input[0] != value:
            raise SystemExit(f"{path}: {node.name} does not read what was made before it; this is no chain")
        layers += layers_of(node, weights)
        value = node.output[0]
    return nn.Sequential(*layers).eval().requires_grad_(False)
