"""add_graph: nodes, edges, scopes, shapes; and that the model is left as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau import nn
from flambeau.utils.tensorboard import SummaryWriter
from flambeau.utils.tensorboard.graph import graph
from flambeau.utils.tensorboard.onnx_graph import load_onnx_graph


def nodes_of(model: Any, args: Any) -> dict[str, tuple[str, list[str]]]:
    """{name: (operation, names of the inputs)}."""
    made, _ = graph(model, args)
    return {n.fields["name"]: (n.fields["op"], n.fields["input"]) for n in made.fields["node"]}


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.head = nn.Linear(8, 2)

    def forward(self, x: Any) -> Any:
        x = self.features(x)
        return self.head(x.mean((2, 3)))


def test_scopes_and_edges() -> None:
    found = nodes_of(Net(), flambeau.rand(2, 3, 8, 8))
    conv = "Net/Sequential[features]/Conv2d[0]"
    norm = "Net/Sequential[features]/BatchNorm2d[1]"
    relu = "Net/Sequential[features]/ReLU[2]/relu"
    assert found[f"{conv}/conv"] == (
        "conv",
        ["input/input.1", f"{conv}/weight", f"{conv}/bias"],
    )
    assert found[f"{conv}/weight"] == ("Parameter", [])
    assert found[f"{norm}/running_mean"] == ("Buffer", [])
    assert found[relu][1] == [f"{norm}/batch_norm_eval"]
    assert found["Net/mean"] == ("mean", [relu])
    head = "Net/Linear[head]"
    assert found[f"{head}/linear"][1] == ["Net/mean", f"{head}/weight", f"{head}/bias"]
    assert found["output/output.1"] == ("IO Node", [f"{head}/linear"])
    assert found["input/input.1"] == ("IO Node", [])


def test_every_edge_leads_to_a_node_before_it() -> None:
    layer = nn.TransformerEncoderLayer(16, 2, batch_first=True)
    for model, x in (
        (nn.TransformerEncoder(layer, 2), flambeau.rand(2, 5, 16)),
        (nn.LSTM(4, 5, 2, bidirectional=True), flambeau.rand(3, 2, 4)),
        (Net(), flambeau.rand(1, 3, 4, 4)),
    ):
        seen: set[str] = set()
        for name, (_, inputs) in nodes_of(model, x).items():
            assert seen.issuperset(inputs), name
            assert name not in seen
            seen.add(name)


def test_copied_layers_keep_their_own_parameters() -> None:
    """A deep copy shares its values with the original until one of them is written."""
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, batch_first=True), 2)
    found = nodes_of(model, flambeau.rand(1, 3, 8))
    for i in range(2):
        scope = (
            f"TransformerEncoder/ModuleList[layers]/TransformerEncoderLayer[{i}]/Linear[linear1]"
        )
        assert found[f"{scope}/linear"][1][1:] == [f"{scope}/weight", f"{scope}/bias"]


def test_shapes_as_tensorboard_reads_them(tmp_path: Path, read: Callable) -> None:
    graph_pb2 = pytest.importorskip("tensorboard.compat.proto.graph_pb2")
    with SummaryWriter(tmp_path) as writer:
        writer.add_graph(Net(), flambeau.rand(2, 3, 8, 8))
    _, event, run = read(tmp_path)
    found = graph_pb2.GraphDef.FromString(event.graph_def)
    assert found.versions.producer == 22
    shapes = {}
    for node in found.node:
        (shape,) = node.attr["_output_shapes"].list.shape
        shapes[node.name] = [d.size for d in shape.dim]
        assert node.attr["dtype"].type == 1
    assert shapes["input/input.1"] == [2, 3, 8, 8]
    assert shapes["Net/Sequential[features]/Conv2d[0]/weight"] == [8, 3, 3, 3]
    assert shapes["Net/Sequential[features]/ReLU[2]/relu"] == [2, 8, 6, 6]
    assert shapes["Net/mean"] == [2, 8]
    assert shapes["output/output.1"] == [2, 2]
    mean = next(node for node in found.node if node.name == "Net/mean")
    assert b"(2, 3)" in mean.attr["attr"].s
    assert run.tagged_run_metadata.tag == "step1"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_same_scopes_and_ends_as_pytorchs(tmp_path: Path, read: Callable) -> None:
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torch.utils.tensorboard")
    graph_pb2 = pytest.importorskip("tensorboard.compat.proto.graph_pb2")

    def build(library: Any) -> Any:
        layers = library.nn
        inner = layers.Sequential(layers.Linear(4, 5), layers.ReLU())
        return layers.Sequential(inner, layers.Linear(5, 2))

    ends, scopes = [], []
    for folder, kind, library in (
        ("a", SummaryWriter, flambeau),
        ("b", theirs.SummaryWriter, torch),
    ):
        with kind(str(tmp_path / folder)) as writer:
            writer.add_graph(build(library), library.rand(3, 4))
        nodes = graph_pb2.GraphDef.FromString(read(tmp_path / folder)[1].graph_def).node
        shapes = {}
        for node in nodes:
            if node.name.startswith(("input/", "output")):
                (shape,) = node.attr["_output_shapes"].list.shape
                shapes[node.name.partition(".")[0].split("/")[0]] = [d.size for d in shape.dim]
        ends.append(shapes)
        scopes.append({n.name[: n.name.rindex("]") + 1] for n in nodes if "[" in n.name})
    assert ends[0] == ends[1] == {"input": [3, 4], "output": [3, 2]}
    assert scopes[0] == scopes[1]


class Tokens(nn.Module):
    """Integers, a view written in place, no_grad, a value looked at, a dict as the result."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.drop = nn.Dropout(0.5)
        self.scale = nn.Parameter(flambeau.ones(4))

    def forward(self, ids: Any, *, mask: Any = None) -> dict[str, Any]:
        x = self.embed(ids + 1)
        if float(x.sum()) > 1e9:
            raise AssertionError
        x[:, 0] = 0
        x = self.drop(x) * self.scale
        with flambeau.no_grad():
            best = x.argmax(-1)
        return {"x": x, "best": [best]}


def test_what_autograd_does_not_record() -> None:
    found = nodes_of(Tokens(), flambeau.from_numpy(np.array([[1, 2, 3]])))
    assert found["Tokens/add"] == ("add", ["input/input.1"])
    scope = "Tokens/Embedding[embed]"
    assert found[f"{scope}/embedding"][1] == [f"{scope}/weight", "Tokens/add"]
    assert found["Tokens/update"][1][0] == f"{scope}/embedding"
    assert found["Tokens/mul"][1] == ["Tokens/update", "Tokens/scale"]
    assert found["Tokens/argmax"][1] == ["Tokens/mul"]
    outputs = [found[f"output/output.{i}"][1] for i in (1, 2)]
    assert sorted(outputs) == [["Tokens/argmax"], ["Tokens/mul"]]


def test_host_computations_are_their_module() -> None:
    class Unique(nn.Module):
        def forward(self, x: Any) -> Any:
            return flambeau.unique(x)

    found = nodes_of(nn.Sequential(Unique()), flambeau.tensor([1, 1, 2]))
    assert found["Sequential/Unique[0]/Unique"] == ("Unique", ["input/input.1"])


def test_several_inputs_shared_modules_and_functions() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, a: Any, b: Any) -> Any:
            return self.layer(self.layer(a)) + b

    found = nodes_of(Twice(), (flambeau.rand(2, 3), flambeau.rand(2, 3)))
    scope = "Twice/Linear[layer]"
    assert found[f"{scope}/linear_1"][1] == [f"{scope}/linear", f"{scope}/weight", f"{scope}/bias"]
    assert found["Twice/add"][1] == [f"{scope}/linear_1", "input/input.2"]

    def double(x: Any) -> Any:
        return x * 2

    assert nodes_of(double, flambeau.rand(2))["double/mul"][1] == ["input/input.1"]
    assert nodes_of(nn.Identity(), flambeau.rand(2))["output/output.1"][1] == ["input/input.1"]


def test_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout(0.5))
    model[1].eval()  # frozen, while the rest trains
    before = {k: v.clone() for k, v in model.state_dict().items()}
    graph(model, flambeau.rand(4, 2))
    assert [m.training for m in model.modules()] == [True, True, False, True]
    assert all(not m._forward_hooks and not m._forward_pre_hooks for m in model.modules())
    for name, x in model.state_dict().items():
        assert flambeau.equal(x, before[name]), name
    model(flambeau.rand(4, 2)).sum().backward()  # it still trains
    assert model[0].weight.grad is not None


def test_tracing_moves_no_random_number() -> None:
    flambeau.manual_seed(3)
    expected = flambeau.rand(3).tolist()
    flambeau.manual_seed(3)
    x = flambeau.ones(3)
    graph(lambda x: x + flambeau.rand(3), x)
    assert flambeau.rand(3).tolist() == expected


def test_after_an_error_everything_is_back() -> None:
    class Broken(nn.Module):
        def forward(self, x: Any) -> Any:
            raise RuntimeError("broken")

    model = nn.Sequential(nn.Linear(2, 2), Broken())
    with pytest.raises(RuntimeError, match="broken"):
        graph(model, flambeau.rand(1, 2))
    assert model.training and model[1].training
    assert not model[0]._forward_hooks
    assert (flambeau.rand(2) + 1).tolist()


def test_other_threads_are_not_in_the_graph() -> None:
    started, done = threading.Event(), threading.Event()

    def work() -> None:
        started.wait(10)
        flambeau.rand(3).exp().tolist()
        done.set()

    class Waits(nn.Module):
        def forward(self, x: Any) -> Any:
            started.set()
            assert done.wait(10)
            return x.sin()

    thread = threading.Thread(target=work)
    thread.start()
    found = nodes_of(Waits(), flambeau.rand(2))
    thread.join()
    assert set(found) == {"input/input.1", "Waits/sin", "output/output.1"}


def test_verbose_prints_nodes(capsys: pytest.CaptureFixture) -> None:
    graph(nn.ReLU(), flambeau.rand(2), verbose=True)
    assert "ReLU/relu = relu(input/input.1)" in capsys.readouterr().out


# -- ONNX -----------------------------------------------------------------------------------------
@pytest.fixture
def onnx_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model that PyTorch exported."""
    torch = pytest.importorskip("torch")
    name = "torch.onnx._internal.torchscript_exporter.onnx_proto_utils"
    tools = pytest.importorskip(name)
    # the step that needs the onnx package; it does nothing here
    monkeypatch.setattr(tools, "_add_onnxscript_fn", lambda data, *rest: data)
    layers = torch.nn
    model = layers.Sequential(
        layers.Conv2d(3, 4, 3), layers.ReLU(), layers.Flatten(), layers.Linear(144, 2)
    )
    path = tmp_path / "m.onnx"
    torch.onnx.export(
        model, torch.rand(1, 3, 8, 8), path, dynamo=False,
        input_names=["image"], output_names=["score"],
    )  # fmt: skip
    return path


@pytest.mark.filterwarnings("ignore")
def test_onnx_graph(onnx_file: Path, tmp_path: Path, read: Callable) -> None:
    graph_pb2 = pytest.importorskip("tensorboard.compat.proto.graph_pb2")
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_onnx_graph(onnx_file)
    nodes = graph_pb2.GraphDef.FromString(read(tmp_path / "run")[1].graph_def).node
    found = {node.name: node for node in nodes}
    kinds = {node.op for node in nodes}
    assert {"IO Node", "Parameter", "Conv", "Relu", "Flatten", "Gemm"} == kinds
    assert found["score"].op == "Gemm"
    assert list(found["score"].input[1:]) == ["3.weight", "3.bias"]
    sizes = [d.size for d in found["image"].attr["_output_shapes"].list.shape[0].dim]
    assert sizes == [1, 3, 8, 8]
    assert [d.size for d in found["0.weight"].attr["_output_shapes"].list.shape[0].dim] == [
        4,
        3,
        3,
        3,
    ]
    conv = next(node for node in nodes if node.op == "Conv")
    assert list(conv.input) == ["image", "0.weight", "0.bias"]
    assert b"kernel_shape: 3 3" in conv.attr["attr"].s


@pytest.mark.filterwarnings("ignore")
def test_damaged_onnx_files(onnx_file: Path, tmp_path: Path) -> None:
    data = onnx_file.read_bytes()
    bad = tmp_path / "bad.onnx"
    for content in (b"", data[: len(data) // 2], b"\xff" * 100, b"not a model"):
        bad.write_bytes(content)
        with pytest.raises(ValueError, match=r"add_onnx_graph: given .*; required: an ONNX file"):
            load_onnx_graph(bad)
    rng = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(data)
        damaged[rng.integers(len(data))] ^= 1 << rng.integers(8)
        bad.write_bytes(bytes(damaged))
        try:
            load_onnx_graph(bad)
        except ValueError as error:
            assert "add_onnx_graph" in str(error)
