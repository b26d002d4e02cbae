"""Records and messages: against published checksums, TensorBoard's own tables and protobuf."""

from __future__ import annotations

import importlib
import random
import struct
from typing import Any

import numpy as np
import pytest

from flambeau.utils.tensorboard.messages import MESSAGES
from flambeau.utils.tensorboard.records import MANY, crc32c, frame, masked_crc32c
from flambeau.utils.tensorboard.wire import Message, varint


# -- records --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "crc"),
    [  # RFC 3720, appendix B.4
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(reversed(range(32))), 0x113FDB5C),
        (b"123456789", 0xE3069283),
        (b"", 0),
    ],
)
def test_published_checksums(data: bytes, crc: int) -> None:
    assert crc32c(data) == crc


def bitwise(data: bytes) -> int:
    """The definition: one bit after the other."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@pytest.mark.parametrize("size", [1, 3, MANY - 1, MANY, MANY + 1, 8191, 8192, 10_007, 65_537])
def test_blocks_give_the_checksum_of_the_whole(size: int) -> None:
    data = random.Random(size).randbytes(size)
    assert crc32c(data) == bitwise(data)
    assert crc32c(bytes(size)) == bitwise(bytes(size))


def test_frame_is_what_tensorboard_writes(tmp_path: Any) -> None:
    record_writer = pytest.importorskip("tensorboard.summary.writer.record_writer")
    for data in (b"", b"x", random.Random(0).randbytes(50_000)):
        with open(tmp_path / "r", "wb") as file:
            record_writer.RecordWriter(file).write(data)
        assert (tmp_path / "r").read_bytes() == frame(data)
    assert struct.unpack("<I", frame(b"abc")[15:])[0] == masked_crc32c(b"abc")


# -- messages -------------------------------------------------------------------------------------
@pytest.mark.parametrize("n", [0, 1, 127, 128, 300, 2**31, 2**63 - 1, -1, -(2**63)])
def test_varint(n: int) -> None:
    encoder = pytest.importorskip("google.protobuf.internal.encoder")
    parts: list[bytes] = []
    encoder._EncodeSignedVarint(parts.append, n, None)
    assert varint(n) == b"".join(parts)


def descriptors() -> dict[str, Any]:
    """Every message that TensorBoard's event files are made of, by its name in our table."""
    names = (
        "compat.proto.event_pb2.Event compat.proto.graph_pb2.GraphDef "
        "compat.proto.config_pb2.RunMetadata plugins.hparams.plugin_data_pb2.HParamsPluginData "
        "plugins.mesh.plugin_data_pb2.MeshPluginData plugins.text.plugin_data_pb2.TextPluginData "
        "plugins.pr_curve.plugin_data_pb2.PrCurvePluginData "
        "plugins.custom_scalar.layout_pb2.Layout"
    ).split()
    found: dict[str, Any] = {}
    for name in names:
        module, _, message = name.rpartition(".")
        loaded = importlib.import_module(f"tensorboard.{module}")
        stack = [getattr(loaded, message).DESCRIPTOR]
        while stack:
            d = stack.pop()
            short = d.full_name.removeprefix("tensorboard.").removeprefix("google.protobuf.")
            if short not in found:
                found[short] = d
                stack += [f.message_type for f in d.fields if f.message_type]
    return found


KINDS = {
    1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 8: "bool", 9: "string",
    12: "bytes", 13: "uint32", 14: "enum",
}  # fmt: skip


def test_table_agrees_with_tensorboard() -> None:
    pytest.importorskip("tensorboard.compat.proto.event_pb2")
    found = descriptors()
    for name, fields in MESSAGES.items():
        known = found[name].fields_by_name
        for field in fields:
            there = known[field.name]
            kind = there.message_type and there.message_type.full_name.removeprefix("tensorboard.")
            kind = kind.removeprefix("google.protobuf.") if kind else KINDS[there.type]
            assert (field.number, field.kind) == (there.number, kind), f"{name}.{field.name}"
            repeated = there.is_repeated if hasattr(there, "is_repeated") else there.label == 3
            assert (field.mode == "*") == repeated, f"{name}.{field.name}"
            if there.containing_oneof and field.kind in KINDS.values():
                assert field.mode == "?", f"{name}.{field.name}"


def test_bytes_are_those_of_protobuf() -> None:
    summary = pytest.importorskip("tensorboard.compat.proto.summary_pb2")
    tensor = pytest.importorskip("tensorboard.compat.proto.tensor_pb2")
    ours = Message(
        "Summary",
        value=[
            Message("Summary.Value", tag="é/1", simple_value=0.0),
            Message("Summary.Value", tag="", simple_value=1e300),
            Message(
                "Summary.Value", tag="h",
                histo=Message("HistogramProto", min=-1.5, num=0, bucket=[1, 2], bucket_limit=[]),
            ),
        ],
    )  # fmt: skip
    theirs = summary.Summary(
        value=[
            summary.Summary.Value(tag="é/1", simple_value=0.0),
            summary.Summary.Value(tag="", simple_value=float("inf")),
            summary.Summary.Value(
                tag="h", histo=summary.HistogramProto(min=-1.5, num=0, bucket=[1, 2])
            ),
        ]
    )
    assert ours.SerializeToString() == theirs.SerializeToString()
    fields: dict[str, Any] = {
        "dtype": 3, "int_val": [-1, 0, 1, 2**31 - 1], "int64_val": [-(2**63)], "bool_val": [True],
        "string_val": [b"\0\xff"], "float_val": np.array([0.1], np.float32), "half_val": [65535],
    }  # fmt: skip
    mine = Message("TensorProto", **fields).SerializeToString()
    assert mine == tensor.TensorProto(**fields).SerializeToString()


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(AssertionError, match="no fields"):
        Message("Summary.Value", tag="x", colour=1).SerializeToString()
