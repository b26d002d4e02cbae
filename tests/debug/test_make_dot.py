"""make_dot: what it shows, how it is saved, and torchviz itself on flambeau."""

from __future__ import annotations

import importlib.util
import re
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.dom import minidom

import pytest

import flambeau as torch
from flambeau.debug import Digraph, make_dot

ROOT = Path(__file__).resolve().parents[2]


def colours(graph: Digraph) -> dict[str, str]:
    """The colour of each node by its text."""
    return {own["label"]: own.get("fillcolor", "grey") for own in graph.nodes.values()}


def named_edges(graph: Digraph) -> set[tuple[str, str]]:
    text = {name: own["label"].split("\n")[0].strip() for name, own in graph.nodes.items()}
    return {(text[tail], text[head]) for tail, head, _ in graph.edges}


def example() -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    w = torch.ones(4, 3, requires_grad=True)
    x = torch.ones(2, 3)
    return torch.nn.functional.linear(x, w).relu(), {"w": w}


def test_nodes_edges_and_colours() -> None:
    y, params = example()
    graph = make_dot(y, params)
    assert colours(graph) == {
        " (2, 4)": "darkolivegreen1", "ReluBackward0": "grey", "LinearBackward0": "grey",
        "AccumulateGrad": "grey", "w\n (4, 3)": "lightblue",
    }  # fmt: skip
    assert named_edges(graph) == {
        ("w", "AccumulateGrad"), ("AccumulateGrad", "LinearBackward0"),
        ("LinearBackward0", "ReluBackward0"), ("ReluBackward0", "(2, 4)"),
    }  # fmt: skip


def test_saved_tensors_and_attributes() -> None:
    y, params = example()
    shown = colours(make_dot(y, params, show_saved=True))
    assert shown["result\n (2, 4)"] == "orange"
    assert shown["self\n (2, 3)"] == "orange"
    assert shown["w\n (4, 3)"] == "lightblue"  # saved, but a leaf first of all
    x = torch.ones(2, 3, requires_grad=True)
    labels = list(colours(make_dot(x.sum(1, keepdim=True), show_attrs=True)))
    (label,) = [text for text in labels if text.startswith("SumBackward0")]
    assert re.search(r"keepdim: +True", label)
    labels = list(colours(make_dot(x.sum(1, keepdim=True), show_attrs=True, max_attr_chars=3)))
    (label,) = [text for text in labels if text.startswith("SumBackward0")]
    assert re.search(r"keepdim: \.\.\.", label)


def test_custom_functions_show_what_they_saved() -> None:
    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
            return g * ctx.saved_tensors[0]

    x = torch.ones(5, requires_grad=True)
    graph = make_dot(Exp.apply(x).sum())
    assert [own["label"] for own in graph.nodes.values() if own.get("fillcolor") == "orange"] == [
        " (5)"
    ]


def test_views_show_their_base_and_several_outputs() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    y = x * 2
    graph = make_dot((y.sum(), y[0]))
    fills = [own.get("fillcolor") for own in graph.nodes.values()]
    assert fills.count("darkolivegreen1") == 2 and fills.count("darkolivegreen3") == 1
    assert [own for _, _, own in graph.edges if own] == [{"style": "dotted"}]
    assert repr(make_dot(torch.ones(2))) == "<Digraph of 1 nodes and 0 edges>"


def test_shared_and_deep_graphs() -> None:
    x = torch.ones((), requires_grad=True)
    y = x
    for _ in range(3000):
        y = y + x
    graph = make_dot(y)
    assert len(graph.nodes) == 3000 + 3
    assert len(graph.edges) == 2 * 3000 + 2 - 1 + 1


def test_bad_arguments() -> None:
    with pytest.raises(TypeError, match=r"make_dot: given a dict; required: a tensor, or a tuple"):
        make_dot({"y": torch.ones(1)})
    with pytest.raises(TypeError, match=r"make_dot: given a str in params\['w'\]"):
        make_dot(torch.ones(1), params={"w": "no"})
    with pytest.raises(ValueError, match=r"render: given format 'bmp'; required: one of svg"):
        make_dot(torch.ones(1)).pipe("bmp")


def test_svg_is_well_formed_and_complete() -> None:
    w = torch.ones(2, requires_grad=True)
    graph = make_dot((w * 2).sum(), {'<w> & "x"': w})
    document = minidom.parseString(graph._repr_svg_())
    texts = [t.firstChild.data for t in document.getElementsByTagName("text")]
    assert '<w> & "x"' in texts and "MulBackward0" in texts
    assert len(document.getElementsByTagName("rect")) == len(graph.nodes) + 1
    assert len(document.getElementsByTagName("path")) == len(graph.edges)
    assert len(document.getElementsByTagName("polygon")) == len(graph.edges)
    assert "overflow:auto" in graph._repr_html_()


def test_text_fits_into_its_box() -> None:
    y, params = example()
    document = minidom.parseString(make_dot(y, params, show_attrs=True).pipe("svg"))
    for group in document.getElementsByTagName("g"):
        width = float(group.getElementsByTagName("rect")[0].getAttribute("width"))
        for text in group.getElementsByTagName("text"):
            assert len(text.firstChild.data) * 0.6 * 10 <= width - 4


def test_source_is_graphviz() -> None:
    graph = Digraph("net", comment="a note", node_attr={"shape": "box"})
    graph.attr(rankdir="TB")
    graph.node("a", 'say "hi"\nthere', fillcolor="#ff0000")
    graph.edge("a", "b", dir="none")
    assert graph.source == (
        '// a note\ndigraph "net" {\n    graph [rankdir=TB]\n    node [shape=box]\n'
        '    "a" [label="say \\"hi\\"\\nthere" fillcolor="#ff0000"]\n'
        '    "a" -> "b" [dir=none]\n}\n'
    )
    assert str(graph) == graph.source


def test_files(tmp_path: Path) -> None:
    graph = make_dot(*example())
    assert graph.render(tmp_path / "net") == str(tmp_path / "net.svg")
    assert (tmp_path / "net").read_text() == graph.source
    assert (tmp_path / "net.svg").read_text() == graph._repr_svg_()
    path = graph.render("only", directory=tmp_path / "new", cleanup=True, format="dot")
    assert Path(path).read_text() == graph.source
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["only.dot"]
    assert graph.render(tmp_path / "x.svg", cleanup=True) == str(tmp_path / "x.svg")
    assert graph.render(outfile=tmp_path / "y.svg") == str(tmp_path / "y.svg")
    assert (tmp_path / "y.gv").exists()
    assert Path(graph.save(tmp_path / "z.gv")).read_text() == graph.source


def test_png_and_pdf(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    graph = make_dot(*example(), show_saved=True, show_attrs=True)
    data = graph.pipe("png")
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">2I", data[16:24])
    layout = graph.layout()
    assert width == pytest.approx((layout.width + 20) * 1.8, abs=2)
    assert height == pytest.approx((layout.height + 20) * 1.8, abs=2)
    assert Path(graph.save(tmp_path / "a.pdf")).read_bytes()[:5] == b"%PDF-"


def test_png_without_matplotlib_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install flambeau\[plot\], or format='svg'"):
        make_dot(torch.ones(1)).pipe("png")


def test_layout_follows_changes() -> None:
    graph = Digraph()
    graph.node("a", "x")
    before = graph.layout()
    assert graph.layout() is before
    graph.node("a", "a much longer text")
    assert graph.layout().width > before.width


def test_saved_names_of_a_node() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    node = (x * 3).grad_fn
    assert node._saved_other == 3
    assert not hasattr(node, "_saved_nothing") and not hasattr(node, "variable")
    y = x.exp()
    assert y.grad_fn._saved_result.tolist() == y.tolist()
    assert y.grad_fn._saved_result.grad_fn is y.grad_fn
    assert [n for n in dir(y.grad_fn) if n.startswith("_saved_")] == ["_saved_result"]
    z = (x * x).sum()
    square = z.grad_fn.next_functions[0][0]
    assert square._saved_self is x and square._saved_other is x
    z.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        square._saved_self  # noqa: B018
    assert "_saved_self" in dir(square)


TORCHVIZ = """
import sys
import time
sys.path.extend({paths!r})
from flambeau.compat.hook import install
install()
import torch, torchviz
assert torch.ones is __import__("flambeau").ones
w = torch.ones(4, 3, requires_grad=True)
y = torch.nn.functional.linear(torch.ones(2, 3), w).relu().softmax(1)
dot = torchviz.make_dot((y.sum(), y[0]), params={{"w": w}}, show_attrs=True, show_saved=True)
from flambeau.debug import make_dot
ours = make_dot((y.sum(), y[0]), params={{"w": w}}, show_attrs=True, show_saved=True)
import re
nodes = dict(re.findall(r'^\\s*(\\d+) \\[label=("[^"]*"|\\w+)', "".join(dot.body), re.M))
clean = lambda texts: sorted(" ".join(t.strip('"').split()) for t in texts)
theirs = clean(nodes.values())
mine = clean(own["label"] for own in ours.nodes.values())
print(len(theirs), theirs == mine, "".join(dot.body).count("->") == len(ours.edges))
"""


def test_torchviz_runs_on_flambeau() -> None:
    if importlib.util.find_spec("torchviz") is None or importlib.util.find_spec("graphviz") is None:
        pytest.skip("torchviz is not installed")
    program = TORCHVIZ.format(paths=[p for p in sys.path if p])
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program],
        capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count, same_nodes, same_edges = done.stdout.split()
    assert int(count) >= 12
    assert (same_nodes, same_edges) == ("True", "True")


def residual_network(blocks: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """A trunk of two convolutions with norms in each block, and a way around it."""
    params: dict[str, torch.Tensor] = {}
    x = torch.ones(1, 2, 4, 4)
    for i in range(blocks):
        y = x
        for k in range(2):
            conv, norm = torch.nn.Conv2d(2, 2, 3, padding=1, bias=False), torch.nn.BatchNorm2d(2)
            params.update({f"{i}.{k}.conv.{n}": p for n, p in conv.named_parameters()})
            params.update({f"{i}.{k}.norm.{n}": p for n, p in norm.named_parameters()})
            y = norm(conv(y)).relu()
        x = x + y
    return x.mean(), params


def test_a_network_as_large_as_resnet18_takes_less_than_a_second() -> None:
    y, params = residual_network(10)
    begin = time.perf_counter()
    graph = make_dot(y, params)
    text = graph.pipe("svg")
    assert time.perf_counter() - begin < 1.0
    assert len(graph.nodes) > 190 and text.count(b"AccumulateGrad</text>") == len(params) == 60


def test_the_trunk_of_a_network_stays_in_its_column() -> None:
    graph = make_dot(*residual_network(8))
    layout = graph.layout()
    labels = [own["label"] for own in graph.nodes.values()]
    adds = [c[0] for c, text in zip(layout.centres, labels, strict=True) if text == "AddBackward0"]
    assert max(adds) - min(adds) < 200
    assert layout.width < 1200


def test_a_weight_used_in_many_places_is_one_line_with_branches() -> None:
    w = torch.ones(2, 2, requires_grad=True)
    h = torch.ones(1, 2)
    for _ in range(60):
        h = (h @ w).tanh()
    graph = make_dot(h.sum(), {"w": w})
    layout = graph.layout()
    assert layout.width < 400
    (node,) = [n for n, own in graph.nodes.items() if own["label"] == "AccumulateGrad"]
    routes = [r for r, (tail, _, _) in zip(layout.routes, graph.edges, strict=True) if tail == node]
    assert len(routes) == 60 and all(len(route) <= 8 for route in routes)
