"""`SummaryWriter`: what a training loop calls to be seen in TensorBoard."""

from __future__ import annotations

import datetime
import os
import socket
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.utils.tensorboard import embedding, summary
from flambeau.utils.tensorboard.arrays import InputError, make_np
from flambeau.utils.tensorboard.file_writer import FileWriter, as_step
from flambeau.utils.tensorboard.graph import graph
from flambeau.utils.tensorboard.histogram import default_bins
from flambeau.utils.tensorboard.images import figure_to_image
from flambeau.utils.tensorboard.onnx_graph import load_onnx_graph
from flambeau.utils.tensorboard.wire import Message

__all__ = ["SummaryWriter"]


class SummaryWriter:
    """Writes what happens in a training into event files that TensorBoard shows.

    log_dir: a folder, by default runs/DATE_HOST followed by `comment`. purge_step: TensorBoard
    forgets what an earlier run in the same folder wrote from this step on. The others are those of
    `FileWriter`. A writer that was closed goes on in a new file when something is added.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with SummaryWriter(folder) as writer:
    ...         for step in range(3):
    ...             writer.add_scalar("loss/train", 1 / (step + 1), step)
    ...     [name[:19] for name in os.listdir(folder)]
    ['events.out.tfevents']
    """

    def __init__(
        self, log_dir: Any = None, comment: str = "", purge_step: int | None = None,
        max_queue: int = 10, flush_secs: float = 120, filename_suffix: str = "",
    ) -> None:  # fmt: skip
        if not log_dir:
            now = datetime.datetime.now().strftime("%b%d_%H-%M-%S")
            log_dir = os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")
        self.log_dir = log_dir
        self.purge_step = purge_step
        self.max_queue = max_queue
        self.flush_secs = flush_secs
        self.filename_suffix = filename_suffix
        self.default_bins = list(default_bins())
        self.file_writer: FileWriter | None = None
        self.all_writers: dict[str, FileWriter] | None = None  # by folder
        self._embeddings: list[str] = []
        self._get_file_writer()

    def _get_file_writer(self) -> FileWriter:
        """The writer of the main file; a new one after `close`."""
        if self.file_writer is None or self.all_writers is None:
            self.file_writer = self._make_writer(self.log_dir)
            self.all_writers = {self.file_writer.get_logdir(): self.file_writer}
            if self.purge_step is not None:
                version = Message("Event", file_version="brain.Event:2")
                self.file_writer.add_event(version, self.purge_step)
                start = Message("Event", session_log=Message("SessionLog", status=1))
                self.file_writer.add_event(start, self.purge_step)
                self.purge_step = None
        return self.file_writer

    def _make_writer(self, folder: Any) -> FileWriter:
        return FileWriter(folder, self.max_queue, self.flush_secs, self.filename_suffix)

    def _add(self, made: Any, step: Any, walltime: float | None) -> None:
        self._get_file_writer().add_summary(made, step, walltime)

    def get_logdir(self) -> Any:
        """The folder of the event files."""
        return self.log_dir

    # -- numbers ------------------------------------------------------------------------------
    def add_scalar(
        self, tag: str, scalar_value: Any, global_step: Any = None, walltime: float | None = None,
        new_style: bool = False, double_precision: bool = False,
    ) -> None:  # fmt: skip
        """Add a number: a Python number, or a tensor or array of one element.

        new_style: as a tensor, which loads faster; double_precision: in float64 then.
        """
        made = summary.scalar(
            tag, scalar_value, new_style=new_style, double_precision=double_precision
        )
        self._add(made, global_step, walltime)

    def add_scalars(
        self, main_tag: str, tag_scalar_dict: Mapping[str, Any], global_step: Any = None,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Add several numbers that are shown in one chart; each name becomes a run of its own."""
        walltime = time.time() if walltime is None else walltime
        made = {name: summary.scalar(main_tag, x) for name, x in tag_scalar_dict.items()}
        start = f"{self._get_file_writer().get_logdir()}/{main_tag.replace('/', '_')}_"
        writers: dict[str, FileWriter] = self.all_writers  # type: ignore[assignment]
        for name, number in made.items():
            folder = start + name
            if folder not in writers:
                writers[folder] = self._make_writer(folder)
            writers[folder].add_summary(number, global_step, walltime)

    def add_tensor(
        self, tag: str, tensor: Any, global_step: Any = None, walltime: float | None = None
    ) -> None:
        """Add all elements of a tensor, for programs that read event files."""
        self._add(summary.tensor_proto(tag, tensor), global_step, walltime)

    def add_histogram(
        self, tag: str, values: Any, global_step: Any = None, bins: Any = "tensorflow",
        walltime: float | None = None, max_bins: int | None = None,
    ) -> None:  # fmt: skip
        """Add how the elements of a tensor are distributed.

        bins: "tensorflow" for limits that grow by a tenth, or what numpy.histogram takes.
        """
        limits = self.default_bins if isinstance(bins, str) and bins == "tensorflow" else bins
        self._add(summary.histogram(tag, values, limits, max_bins), global_step, walltime)

    def add_histogram_raw(
        self, tag: str, min: float, max: float, num: float, sum: float, sum_squares: float,
        bucket_limits: Sequence[float], bucket_counts: Sequence[float], global_step: Any = None,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Add a histogram that was counted elsewhere; `bucket_limits` are the right ends."""
        if len(bucket_limits) != len(bucket_counts):
            raise ValueError(
                message(
                    "add_histogram_raw",
                    f"{len(bucket_limits)} bucket_limits and {len(bucket_counts)} bucket_counts",
                    "len(bucket_limits) == len(bucket_counts)",
                    "leaving out the left end",
                )
            )
        made = summary.histogram_raw(
            tag, min, max, num, sum, sum_squares, bucket_limits, bucket_counts
        )
        self._add(made, global_step, walltime)

    # -- images, sound, text ------------------------------------------------------------------
    def add_image(
        self, tag: str, img_tensor: Any, global_step: Any = None, walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:  # fmt: skip
        """Add an image: uint8 from 0 to 255, or numbers from 0 to 1, with 1, 3 or 4 channels.

        dataformats says what the dims are: "CHW", "HWC" or "HW".
        """
        self._add(summary.image(tag, img_tensor, dataformats=dataformats), global_step, walltime)

    def add_images(
        self, tag: str, img_tensor: Any, global_step: Any = None, walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:  # fmt: skip
        """Add images as one, in rows of eight; dataformats is "NCHW" or "NHWC"."""
        self._add(summary.image(tag, img_tensor, dataformats=dataformats), global_step, walltime)

    def add_image_with_boxes(
        self, tag: str, img_tensor: Any, box_tensor: Any, global_step: Any = None,
        walltime: float | None = None, rescale: float = 1, dataformats: str = "CHW",
        labels: Sequence[str] | str | None = None,
    ) -> None:  # fmt: skip
        """Add an image with boxes (n, 4): left, top, right, bottom in pixels, and their labels.

        Labels of another number than the boxes are left out. rescale: by how much the image,
        boxes included, is made larger.
        """
        if isinstance(labels, str):
            labels = [labels]
        if labels is not None and len(labels) != len(box_tensor):
            labels = None
        made = summary.image_boxes(tag, img_tensor, box_tensor, rescale, dataformats, labels)
        self._add(made, global_step, walltime)

    def add_figure(
        self, tag: str, figure: Any, global_step: Any = None, close: bool = True,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Add a figure of matplotlib, or a list of them, and close it if `close`."""
        dims = "NCHW" if isinstance(figure, list) else "CHW"
        self.add_image(tag, figure_to_image(figure, close), global_step, walltime, dims)

    def add_video(
        self, tag: str, vid_tensor: Any, global_step: Any = None, fps: float = 4,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Add videos (N, T, C, H, W) side by side as an animated GIF of `fps` frames a second."""
        self._add(summary.video(tag, vid_tensor, fps), global_step, walltime)

    def add_audio(
        self, tag: str, snd_tensor: Any, global_step: Any = None, sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Add sound: samples between -1 and 1, of shape (L) or (1, L)."""
        self._add(summary.audio(tag, snd_tensor, sample_rate), global_step, walltime)

    def add_text(
        self, tag: str, text_string: str, global_step: Any = None, walltime: float | None = None
    ) -> None:
        """Add a text in Markdown."""
        self._add(summary.text(tag, text_string), global_step, walltime)

    # -- models -------------------------------------------------------------------------------
    def add_graph(
        self, model: Any, input_to_model: Any = None, verbose: bool = False,
        use_strict_trace: bool = True,
    ) -> None:  # fmt: skip
        """Add the graph of what `model` computes from `input_to_model` (a tensor, or a tuple).

        The model is called once, in evaluation mode. verbose: print the graph's nodes.
        use_strict_trace makes no difference: outputs may be lists and dicts.
        """
        self._get_file_writer().add_graph(graph(model, input_to_model, verbose))

    def add_onnx_graph(self, prototxt: Any) -> None:
        """Add the graph in an ONNX file; `prototxt` is its path."""
        self._get_file_writer().add_onnx_graph(load_onnx_graph(prototxt))

    def add_embedding(
        self, mat: Any, metadata: Sequence[Any] | None = None, label_img: Any = None,
        global_step: Any = None, tag: str = "default", metadata_header: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Add points (N, D) for the projector, with a label and an image (N, C, H, W) of each.

        metadata: labels, or rows of them under the names in metadata_header.
        """
        points = make_np(mat, "add_embedding")
        images = None if label_img is None else make_np(label_img, "add_embedding")
        embedding.check(points, metadata, images, metadata_header)
        step = str(0 if global_step is None else as_step(global_step)).zfill(5)
        folder = f"{step}/{embedding.encode_tag(tag)}"
        path = os.path.join(self._get_file_writer().get_logdir(), folder)
        if os.path.isdir(path):
            warnings.warn(
                f"add_embedding: given tag={tag!r} at step {step}, which is there already; it is "
                "replaced; try another global_step",
                stacklevel=2,
            )
        elif os.path.exists(path):
            raise NotADirectoryError(
                message("add_embedding", f"a file named {path}", "no such file", "another tag")
            )
        os.makedirs(path, exist_ok=True)
        embedding.write_all(path, points, metadata, images, metadata_header)
        size = None if images is None else (images.shape[2], images.shape[3])
        self._embeddings += embedding.entry(folder, f"{tag}:{step}", metadata is not None, size)
        embedding.write_config(self._get_file_writer().get_logdir(), self._embeddings)

    # -- plugins ------------------------------------------------------------------------------
    def add_pr_curve(
        self, tag: str, labels: Any, predictions: Any, global_step: Any = None,
        num_thresholds: int = 127, weights: Any = None, walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Add the curve of precision over recall: labels 0 or 1, predictions in [0, 1]."""
        made = summary.pr_curve(tag, labels, predictions, num_thresholds, weights)
        self._add(made, global_step, walltime)

    def add_pr_curve_raw(
        self, tag: str, true_positive_counts: Any, false_positive_counts: Any,
        true_negative_counts: Any, false_negative_counts: Any, precision: Any, recall: Any,
        global_step: Any = None, num_thresholds: int = 127, weights: Any = None,
        walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Add the same from counts; each argument has one number for each threshold."""
        counts = (
            true_positive_counts, false_positive_counts,
            true_negative_counts, false_negative_counts,
        )  # fmt: skip
        made = summary.pr_curve_raw(tag, *counts, precision, recall, num_thresholds, weights)
        self._add(made, global_step, walltime)

    def add_hparams(
        self, hparam_dict: dict, metric_dict: dict, hparam_domain_discrete: dict | None = None,
        run_name: str | None = None, global_step: Any = None,
    ) -> None:  # fmt: skip
        """Add a run's hyperparameters and its final metrics, for comparing runs.

        They become a run of its own below this one, called `run_name`, by default the time.
        """
        made = summary.hparams(hparam_dict, metric_dict, hparam_domain_discrete)
        metrics = [summary.scalar(tag, x) for tag, x in metric_dict.items()]
        name = run_name or str(time.time())
        folder = os.path.join(self._get_file_writer().get_logdir(), name)
        writer = self._make_writer(folder)
        try:
            for one in (*made, *metrics):
                writer.add_summary(one, global_step)
        finally:
            writer.close()

    def add_custom_scalars_multilinechart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Show several tags of `add_scalar` in one chart."""
        self.add_custom_scalars({category: {title: ["Multiline", tags]}})

    def add_custom_scalars_marginchart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Show a tag of `add_scalar` with a margin: tags are value, lower end, upper end."""
        if len(tags) != 3:
            raise InputError(
                message(
                    "add_custom_scalars_marginchart",
                    f"{len(tags)} tags",
                    "three: value, lower end, upper end",
                    "add_custom_scalars_multilinechart",
                )
            )
        self.add_custom_scalars({category: {title: ["Margin", tags]}})

    def add_custom_scalars(self, layout: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
        """Say which charts TensorBoard makes of tags of `add_scalar`; call it once.

        layout: {category: {chart: ["Multiline", tags] or ["Margin", [value, lower, upper]]}}.
        """
        self._add(summary.custom_scalars(layout), None, None)

    def add_mesh(
        self, tag: str, vertices: Any, colors: Any = None, faces: Any = None,
        config_dict: dict | None = None, global_step: Any = None, walltime: float | None = None,
    ) -> None:  # fmt: skip
        """Add points in space (B, N, 3), their colours from 0 to 255, and triangles between them.

        config_dict: settings of three.js for camera, light and material.
        """
        self._add(summary.mesh(tag, vertices, colors, faces, config_dict), global_step, walltime)

    # -- the end ------------------------------------------------------------------------------
    def flush(self) -> None:
        """Wait until what was added can be read by others."""
        for writer in (self.all_writers or {}).values():
            writer.flush()

    def close(self) -> None:
        """Write what waits, and end the threads; a later `add_...` opens a new file."""
        writers, self.file_writer, self.all_writers = self.all_writers or {}, None, None
        errors = []
        for writer in writers.values():
            try:
                writer.close()
            except OSError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        self.close()
