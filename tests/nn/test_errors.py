"""What bad input gets: a message that names the operation, what was given, what was required."""

from __future__ import annotations

import warnings

import pytest

import flambeau
from flambeau import nn
from flambeau.nn import functional


def net():
    return nn.Sequential(
        nn.Linear(8, 32), nn.ReLU(), nn.Sequential(nn.Linear(32, 4), nn.BatchNorm1d(4))
    )


CALLS = {
    "shape": (
        lambda: functional.linear(flambeau.ones(16, 7), flambeau.ones(32, 8)),
        RuntimeError,
        r"linear: given input \[16, 7\] and weight \[32, 8\]; required: an input whose last dim "
        r"\(7\) is in_features \(8\).*mat1 and mat2 shapes cannot be multiplied; try: ",
    ),
    "dtype": (
        lambda: nn.Linear(2, 1)(flambeau.ones(1, 2, dtype=flambeau.float64)),
        RuntimeError,
        r"linear: given input of dtype float64 and weight of dtype float32; required: one dtype; "
        r"try: input.to\(weight.dtype\)",
    ),
    "channels": (
        lambda: nn.Conv2d(3, 8, 3)(flambeau.ones(2, 5, 5, 3)),
        RuntimeError,
        r"conv2d: given input \[2, 5, 5, 3\] and weight \[8, 3, 3, 3\]; required: an input with 3 "
        r"channels in dim 1.*try: permute\(0, 3, 1, 2\)",
    ),
    "dims": (
        lambda: nn.Conv2d(3, 8, 3)(flambeau.ones(5, 5)),
        RuntimeError,
        r"Expected 3D \(unbatched\) or 4D \(batched\) input to conv2d, but got input of size",
    ),
    "kernel": (
        lambda: nn.Conv2d(1, 1, 5)(flambeau.ones(1, 1, 4, 4)),
        RuntimeError,
        r"conv2d: .*a kernel that is not greater than the padded input; it covers 5; try: more",
    ),
    "pooling": (
        lambda: functional.max_pool2d(flambeau.ones(1, 2, 2), 3),
        RuntimeError,
        r"max_pool2d: given input \[1, 2, 2\] and kernel_size=\(3, 3\); required: an input of at "
        r"least 3 in dim -2; the output would be too small",
    ),
    "target range": (
        lambda: functional.cross_entropy(flambeau.ones(2, 3), flambeau.tensor([0, 3])),
        IndexError,
        r"cross_entropy: Target 3 is out of bounds; the input \[2, 3\] has 3 classes, so targets "
        r"are 0 to 2, or ignore_index \(-100\)",
    ),
    "target shape": (
        lambda: functional.cross_entropy(flambeau.ones(2, 3), flambeau.tensor([[0], [1]])),
        ValueError,
        r"cross_entropy: given input \[2, 3\] and target \[2, 1\]; required: a target of class "
        r"indices of shape \[2\]",
    ),
    "target dtype": (
        lambda: functional.nll_loss(flambeau.ones(2, 3), flambeau.tensor([0, 1]).int()),
        RuntimeError,
        r"nll_loss: given a target of dtype int32; required: class indices: expected scalar type "
        r"Long \(int64\); try: target.long\(\)",
    ),
    "embedding range": (
        lambda: nn.Embedding(4, 2)(flambeau.tensor([1, 4])),
        IndexError,
        r"embedding: index 4 out of range in self; the table has 4 rows, so indices are 0 to 3",
    ),
    "embedding dtype": (
        lambda: nn.Embedding(4, 2)(flambeau.ones(2)),
        RuntimeError,
        r"embedding: given indices of dtype float32; required: Expected tensor for argument "
        r"'indices' to have one of the following scalar types: Long, Int; try: input.long",
    ),
    "batch norm channels": (
        lambda: nn.BatchNorm2d(3)(flambeau.ones(2, 4, 5, 5)),
        RuntimeError,
        r"batch_norm: running_mean should contain 4 elements not \[3\]",
    ),
    "batch norm dims": (
        lambda: nn.BatchNorm2d(3)(flambeau.ones(2, 3)),
        ValueError,
        r"expected 4D input \(got 2D input\)",
    ),
    "batch of one": (
        lambda: nn.BatchNorm1d(3)(flambeau.ones(1, 3)),
        ValueError,
        r"Expected more than 1 value per channel when training, got input size flambeau.Size",
    ),
    "layer norm": (
        lambda: nn.LayerNorm(4)(flambeau.ones(2, 3)),
        RuntimeError,
        r"Given normalized_shape=\[4\], expected input with shape \[\*, 4\], but got input of "
        r"size\[2, 3\]",
    ),
    "groups": (
        lambda: nn.GroupNorm(3, 4),
        ValueError,
        r"num_channels \(4\) must be divisible by num_groups \(3\)",
    ),
    "probability": (
        lambda: functional.dropout(flambeau.ones(2), 1.5),
        ValueError,
        r"dropout probability has to be between 0 and 1, but got 1.5",
    ),
    "reduction": (
        lambda: functional.mse_loss(flambeau.ones(2), flambeau.ones(2), reduction="avg"),
        ValueError,
        r"mse_loss: avg is not a valid value for reduction; required: 'none', 'mean' or 'sum'",
    ),
    "bce shapes": (
        lambda: functional.binary_cross_entropy_with_logits(flambeau.ones(2, 1), flambeau.ones(2)),
        ValueError,
        r"Target size \(flambeau.Size\(\[2\]\)\) must be the same as input size",
    ),
    "softmax of integers": (
        lambda: functional.softmax(flambeau.tensor([1, 2]), 0),
        NotImplementedError,
        r"softmax: given an input of dtype int64; required: a floating-point dtype; try: input.fl",
    ),
    "padding": (
        lambda: functional.pad(flambeau.ones(2, 3), (4, 0), "reflect"),
        RuntimeError,
        r"pad: given padding \(4, 0\) of dim 1, which has size 3; required: with mode 'reflect', "
        r"padding of at most 2",
    ),
    "same and strided": (
        lambda: nn.Conv2d(1, 1, 3, stride=2, padding="same"),
        ValueError,
        r"padding='same' is not supported for strided convolutions",
    ),
    "no tensor": (
        lambda: functional.gelu([1.0]),
        TypeError,
        r"gelu\(\): argument 'input' \(position 1\) must be Tensor, not list",
    ),
    "parameter of no tensor": (
        lambda: nn.Parameter([1.0]),
        TypeError,
        r"Parameter: given list; required: a Tensor; try flambeau.tensor\(data\)",
    ),
    "parameter of integers": (
        lambda: nn.Parameter(flambeau.tensor([1])),
        RuntimeError,
        r"only Tensors of floating point and complex dtype can require gradients",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_message(name):
    call, kind, text = CALLS[name]
    with pytest.raises(kind, match=text):
        call()


def test_a_message_names_the_module():
    with pytest.raises(RuntimeError) as error:
        net()(flambeau.ones(16, 7))
    assert str(error.value).endswith(
        "\n  in module 0: Linear(in_features=8, out_features=32, bias=True)"
    )
    model = nn.ModuleDict({"encoder": net()})
    model.forward = lambda x: model["encoder"](x)
    model["encoder"][2][0] = nn.Linear(5, 4)
    with pytest.raises(RuntimeError) as error:
        model(flambeau.ones(16, 8))
    assert str(error.value).endswith(
        "\n  in module encoder.2.0: Linear(in_features=5, out_features=4, bias=True)"
    )
    assert str(error.value).count("in module") == 1


def test_errors_of_the_users_code_are_left_alone():
    class Own(nn.Module):
        def forward(self, x):
            raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        nn.Sequential(Own())(1)


def test_a_mean_squared_error_of_two_shapes_warns():
    with pytest.warns(UserWarning, match="that is different to the input size"):
        functional.mse_loss(flambeau.ones(2, 1), flambeau.ones(2))


def test_cross_entropy_of_softmax_warns():
    x = flambeau.ones(2, 3, requires_grad=True)
    target = flambeau.tensor([0, 2])
    with pytest.warns(UserWarning, match="given the result of softmax"):
        nn.CrossEntropyLoss()(x.softmax(1), target)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.CrossEntropyLoss()(x * 2, target)


def test_a_target_that_is_not_known_yet_gives_nan():
    """Its values are not looked at, so the loss says so."""
    (flambeau.ones(1) + 1).item()  # nothing is pending that a full list would evaluate with it
    target = flambeau.tensor([0, 3]) + 0
    assert functional.cross_entropy(flambeau.ones(2, 3), target).isnan().item()


def test_a_failed_call_changes_nothing():
    norm = nn.BatchNorm1d(3)
    before = norm.running_mean.tolist()
    with pytest.raises(RuntimeError):
        norm(flambeau.ones(2, 4))
    assert norm.running_mean.tolist() == before
    assert norm.num_batches_tracked.item() == 0
