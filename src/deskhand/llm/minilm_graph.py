"""Builds the ONNX graph of a BERT sentence encoder from its weights, without torch.

Above it: `minilm_convert`, which runs it in a process of its own, because the `onnx` package is borrowed for
the conversion and is no run-time dependency. Below it: `numpy` and `onnx`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

_OPSET = 20  # the first with a Gelu operator
_IR_VERSION = 9  # what opset 20 came with: older readers can follow
_MASKED = np.finfo(np.float32).min

Weights = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, kw_only=True)
class EncoderShape:
    """The numbers of a BERT `config.json` that the graph depends on."""

    layers: int
    heads: int
    hidden: int
    epsilon: float

    @classmethod
    def read(cls, config_file: Path) -> Self:
        """Read a `config.json`.

        Raises:
            ValueError: the model computes something that this graph does not.
        """
        config = json.loads(config_file.read_text())
        expected = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
        for key, value in expected.items():
            if config.get(key, value) != value:
                raise ValueError(f"{str(config_file)!r} has {key} {config[key]!r}: only {value!r} can be converted.")
        return cls(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            hidden=config["hidden_size"],
            epsilon=config["layer_norm_eps"],
        )


def read_safetensors(file: Path) -> dict[str, NDArray[np.generic]]:
    """The tensors of a safetensors file: 8 bytes with the header's length, the header in JSON, the raw values."""
    kinds = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
    raw = file.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    header.pop("__metadata__", None)
    tensors: dict[str, NDArray[np.generic]] = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = np.frombuffer(raw[start + begin : start + end], dtype=kinds[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


@dataclass
class GraphSheet:
    """Nodes and constants of a graph, in the order in which they are written."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        node = helper.make_node(operator, inputs, [output], name=output)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return output


def build_encoder(weights: Weights, shape: EncoderShape) -> ModelProto:
    """The encoder as ONNX.

    int64 `input_ids`, `attention_mask` and `token_type_ids`, each (batch, tokens), give float32
    `last_hidden_state` (batch, tokens, hidden). The arithmetic is BERT's (Devlin et al. 2018): embeddings,
    then per layer self-attention and a GELU feed-forward block, each followed by a residual sum and a layer
    norm. Weights keep the names they have in the file, so that a node can be found by its weight's name.
    """
    sheet = GraphSheet()
    _shared_constants(sheet, shape)
    state = _embeddings(sheet, weights, shape)
    for layer in range(shape.layers):
        last = "last_hidden_state" if layer == shape.layers - 1 else f"layer{layer}.out"
        state = _layer(sheet, weights, shape, f"encoder.layer.{layer}", state, last)
    model = _model(sheet, shape)
    checker.check_model(model)
    return model


def _shared_constants(sheet: GraphSheet, shape: EncoderShape) -> None:
    width = shape.hidden // shape.heads
    sheet.constant("split_heads", np.array([0, 0, shape.heads, width], dtype=np.int64))
    sheet.constant("join_heads", np.array([0, 0, shape.hidden], dtype=np.int64))
    sheet.constant("scale", np.array(1 / math.sqrt(width), dtype=np.float32))
    sheet.constant("one", np.array(1, dtype=np.float32))
    sheet.constant("masked", np.array(_MASKED, dtype=np.float32))
    sheet.constant("mask_axes", np.array([1, 2], dtype=np.int64))
    kept = sheet.node("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    kept = sheet.node("Unsqueeze", [kept, "mask_axes"], "mask.wide")
    dropped = sheet.node("Sub", ["one", kept], "mask.dropped")
    sheet.node("Mul", [dropped, "masked"], "mask.bias")


def _embeddings(sheet: GraphSheet, weights: Weights, shape: EncoderShape) -> str:
    word = _lookup(sheet, weights, "word", "input_ids")
    kind = _lookup(sheet, weights, "token_type", "token_type_ids")
    place = _places(sheet, weights)
    total = sheet.node("Add", [word, kind], "embeddings.word_and_kind")
    total = sheet.node("Add", [total, place], "embeddings.sum")
    return _layer_norm(sheet, weights, shape, "embeddings", total, "embeddings.out")


def _lookup(sheet: GraphSheet, weights: Weights, table: str, rows: str) -> str:
    name = f"embeddings.{table}_embeddings.weight"
    sheet.constant(name, weights[name])
    return sheet.node("Gather", [name, rows], f"embeddings.{table}", axis=0)


def _places(sheet: GraphSheet, weights: Weights) -> str:
    name = "embeddings.position_embeddings.weight"
    table = sheet.constant(name, weights[name])
    first = sheet.constant("first", np.array([0], dtype=np.int64))
    axis = sheet.constant("rows", np.array([0], dtype=np.int64))
    tokens = sheet.node("Shape", ["input_ids"], "tokens", start=1, end=2)
    return sheet.node("Slice", [table, first, tokens, axis], "embeddings.position")


def _layer(sheet: GraphSheet, weights: Weights, shape: EncoderShape, at: str, state: str, out: str) -> str:
    heads = _attention(sheet, weights, f"{at}.attention.self", state)
    dense = _dense(sheet, weights, f"{at}.attention.output.dense", heads)
    total = sheet.node("Add", [dense, state], f"{at}.attention.output.sum")
    middle = f"{at}.attention.output"
    state = _layer_norm(sheet, weights, shape, middle, total, f"{middle}.out")
    wide = _dense(sheet, weights, f"{at}.intermediate.dense", state)
    wide = sheet.node("Gelu", [wide], f"{at}.intermediate.gelu")
    narrow = _dense(sheet, weights, f"{at}.output.dense", wide)
    total = sheet.node("Add", [narrow, state], f"{at}.output.sum")
    return _layer_norm(sheet, weights, shape, f"{at}.output", total, out)


def _attention(sheet: GraphSheet, weights: Weights, at: str, state: str) -> str:
    query = _heads(sheet, weights, f"{at}.query", state, [0, 2, 1, 3])
    key = _heads(sheet, weights, f"{at}.key", state, [0, 2, 3, 1])
    value = _heads(sheet, weights, f"{at}.value", state, [0, 2, 1, 3])
    scores = sheet.node("MatMul", [query, key], f"{at}.products")
    scores = sheet.node("Mul", [scores, "scale"], f"{at}.scaled")
    scores = sheet.node("Add", [scores, "mask.bias"], f"{at}.masked")
    shares = sheet.node("Softmax", [scores], f"{at}.shares", axis=-1)
    mixed = sheet.node("MatMul", [shares, value], f"{at}.mixed")
    mixed = sheet.node("Transpose", [mixed], f"{at}.by_token", perm=[0, 2, 1, 3])
    return sheet.node("Reshape", [mixed, "join_heads"], f"{at}.joined")


def _heads(sheet: GraphSheet, weights: Weights, at: str, state: str, order: list[int]) -> str:
    flat = _dense(sheet, weights, at, state)
    split = sheet.node("Reshape", [flat, "split_heads"], f"{at}.split")
    return sheet.node("Transpose", [split], f"{at}.heads", perm=order)


def _dense(sheet: GraphSheet, weights: Weights, at: str, state: str) -> str:
    weight = sheet.constant(f"{at}.weight", weights[f"{at}.weight"].T)
    bias = sheet.constant(f"{at}.bias", weights[f"{at}.bias"])
    product = sheet.node("MatMul", [state, weight], f"{at}.product")
    return sheet.node("Add", [product, bias], f"{at}.sum")


def _layer_norm(sheet: GraphSheet, weights: Weights, shape: EncoderShape, at: str, state: str, out: str) -> str:
    scale = sheet.constant(f"{at}.LayerNorm.weight", weights[f"{at}.LayerNorm.weight"])
    bias = sheet.constant(f"{at}.LayerNorm.bias", weights[f"{at}.LayerNorm.bias"])
    inputs = [state, scale, bias]
    return sheet.node("LayerNormalization", inputs, out, axis=-1, epsilon=shape.epsilon)


def _model(sheet: GraphSheet, shape: EncoderShape) -> ModelProto:
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = ["batch", "tokens"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, axes) for name in names]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*axes, shape.hidden])
    graph = helper.make_graph(sheet.nodes, "encoder", inputs, [output], sheet.constants)
    opset = helper.make_opsetid("", _OPSET)
    return helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
