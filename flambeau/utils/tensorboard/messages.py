"""The messages of an event file: their fields, with numbers and kinds.

A line is `Message: number name kind, ...`. After the kind stands `*` for a list, and `?` for a
field that is written even if it is zero (one of several that exclude each other). Only what the
writer fills is listed. Sources: event.proto, summary.proto, tensor.proto, graph.proto and the
plugins' protos of TensorBoard, with which the tests compare every line.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["MESSAGES", "Field"]


class Field(NamedTuple):
    """One field of a message; `mode` is "", "*" or "?"."""

    number: int
    name: str
    kind: str
    mode: str


_TEXT = """
Event: 1 wall_time double, 2 step int64, 3 file_version string?, 4 graph_def bytes?,
  5 summary Summary, 7 session_log SessionLog, 8 tagged_run_metadata TaggedRunMetadata,
  10 source_metadata SourceMetadata
SourceMetadata: 1 writer string
SessionLog: 1 status enum
TaggedRunMetadata: 1 tag string, 2 run_metadata bytes

Summary: 1 value Summary.Value*
Summary.Value: 1 tag string, 2 simple_value float?, 4 image Summary.Image, 5 histo HistogramProto,
  6 audio Summary.Audio, 8 tensor TensorProto, 9 metadata SummaryMetadata
Summary.Image: 1 height int32, 2 width int32, 3 colorspace int32, 4 encoded_image_string bytes
Summary.Audio: 1 sample_rate float, 2 num_channels int64, 3 length_frames int64,
  4 encoded_audio_string bytes, 5 content_type string
SummaryMetadata: 1 plugin_data SummaryMetadata.PluginData
SummaryMetadata.PluginData: 1 plugin_name string, 2 content bytes
HistogramProto: 1 min double, 2 max double, 3 num double, 4 sum double, 5 sum_squares double,
  6 bucket_limit double*, 7 bucket double*

TensorProto: 1 dtype enum, 2 tensor_shape TensorShapeProto, 4 tensor_content bytes,
  5 float_val float*,
  6 double_val double*, 7 int_val int32*, 8 string_val bytes*, 9 scomplex_val float*,
  10 int64_val int64*, 11 bool_val bool*, 12 dcomplex_val double*, 13 half_val int32*
TensorShapeProto: 2 dim TensorShapeProto.Dim*
TensorShapeProto.Dim: 1 size int64

GraphDef: 1 node NodeDef*, 4 versions VersionDef
VersionDef: 1 producer int32
NodeDef: 1 name string, 2 op string, 3 input string*, 4 device string, 5 attr NodeDef.AttrEntry*
NodeDef.AttrEntry: 1 key string, 2 value AttrValue
AttrValue: 1 list AttrValue.ListValue, 2 s bytes?, 6 type enum?
AttrValue.ListValue: 7 shape TensorShapeProto*
RunMetadata: 1 step_stats StepStats
StepStats: 1 dev_stats DeviceStepStats*
DeviceStepStats: 1 device string

hparams.HParamsPluginData: 1 version int32, 2 experiment hparams.Experiment,
  3 session_start_info hparams.SessionStartInfo, 4 session_end_info hparams.SessionEndInfo
hparams.Experiment: 4 hparam_infos hparams.HParamInfo*, 5 metric_infos hparams.MetricInfo*
hparams.HParamInfo: 1 name string, 4 type enum, 5 domain_discrete ListValue
hparams.MetricInfo: 1 name hparams.MetricName
hparams.MetricName: 2 tag string
hparams.SessionStartInfo: 1 hparams hparams.SessionStartInfo.HparamsEntry*
hparams.SessionStartInfo.HparamsEntry: 1 key string, 2 value Value
hparams.SessionEndInfo: 1 status enum
ListValue: 1 values Value*
Value: 2 number_value double?, 3 string_value string?, 4 bool_value bool?

mesh.MeshPluginData: 2 name string, 3 content_type enum, 5 json_config string, 6 shape int32*,
  7 components uint32
PrCurvePluginData: 2 num_thresholds uint32
TextPluginData: 1 version int32
Layout: 2 category Category*
Category: 1 title string, 2 chart Chart*
Chart: 1 title string, 2 multiline MultilineChartContent, 3 margin MarginChartContent
MultilineChartContent: 1 tag string*
MarginChartContent: 1 series MarginChartContent.Series*
MarginChartContent.Series: 1 value string, 2 lower string, 3 upper string
"""


def _read(text: str) -> dict[str, tuple[Field, ...]]:
    result = {}
    for line in text.replace(",\n", ",").split("\n"):
        if not line:
            continue
        name, _, rest = line.partition(": ")
        fields = []
        for entry in rest.split(","):
            number, field, kind = entry.split()
            fields.append(
                Field(int(number), field, kind.rstrip("*?"), kind[len(kind.rstrip("*?")) :])
            )
        result[name] = tuple(fields)
    return result


MESSAGES = _read(_TEXT)
