"""State dicts: saving, loading, what does not fit."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest

import flambeau
from flambeau import nn


def net():
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))


def contents(module):
    return {k: v.tolist() for k, v in module.state_dict().items()}


def test_round_trip():
    a, b = net(), net()
    assert contents(a) != contents(b)
    result = b.load_state_dict(a.state_dict())
    assert repr(result) == "<All keys matched successfully>"
    assert contents(a) == contents(b)
    assert all(p.requires_grad for p in b.parameters())


def test_tensors_share_memory_until_loaded():
    module = nn.Linear(2, 1)
    state = module.state_dict()
    with flambeau.no_grad():
        module.weight.fill_(7)
    assert state["weight"].tolist() == [[7.0, 7.0]]
    assert not state["weight"].requires_grad
    assert module.state_dict(keep_vars=True)["weight"] is module.weight


def test_prefix_metadata_and_destination():
    state = net().state_dict(prefix="net.")
    assert next(iter(state)) == "net.0.weight"
    assert state._metadata["net.1"] == {"version": 2}
    destination = OrderedDict()
    assert nn.Linear(1, 1).state_dict(destination=destination) is destination


@pytest.mark.parametrize("strict", [True, False])
def test_missing_and_unexpected_keys(strict):
    module = net()
    before = contents(module)
    state = net().state_dict()
    del state["0.bias"]
    state["extra"] = flambeau.ones(1)
    state["2.more"] = flambeau.ones(1)
    if strict:
        with pytest.raises(RuntimeError) as error:
            module.load_state_dict(state)
        assert str(error.value) == (
            "Error(s) in loading state_dict for Sequential:\n"
            '\tMissing key(s) in state_dict: "0.bias". \n'
            '\tUnexpected key(s) in state_dict: "extra", "2.more". '
        )
        assert contents(module) == before
    else:
        missing, unexpected = module.load_state_dict(state, strict=False)
        assert missing == ["0.bias"]
        assert unexpected == ["extra", "2.more"]
        assert contents(module)["0.weight"] == state["0.weight"].tolist()


def test_messages_equal_pytorchs():
    torch = pytest.importorskip("torch")

    def message(t):
        module = t.nn.Sequential(t.nn.Linear(2, 3), t.nn.ReLU(), t.nn.Linear(3, 1))
        state = module.state_dict()
        del state["2.bias"]
        state["7.weight"] = t.ones(1)
        state["0.weight"] = t.ones(3, 4)
        with pytest.raises(RuntimeError) as error:
            module.load_state_dict(state)
        return str(error.value)

    assert message(flambeau) == message(torch).replace("torch.Size", "flambeau.Size")


def test_a_wrong_shape_changes_nothing():
    module = net()
    before = contents(module)
    state = net().state_dict()
    state["2.weight"] = flambeau.ones(1, 4)
    for strict in (True, False):
        with pytest.raises(RuntimeError, match=(
            r"size mismatch for 2.weight: copying a param with shape flambeau.Size\(\[1, 4\]\) "
            r"from checkpoint, the shape in current model is flambeau.Size\(\[1, 3\]\)."
        )):  # fmt: skip
            module.load_state_dict(state, strict=strict)
        assert contents(module) == before


def test_what_is_no_state_dict():
    with pytest.raises(TypeError, match=r"Expected state_dict to be dict-like, got"):
        net().load_state_dict([1, 2])
    state = net().state_dict()
    state["0.bias"] = [1, 2, 3]
    with pytest.raises(RuntimeError, match=r'named "0.bias", expected flambeau.Tensor'):
        net().load_state_dict(state)


def test_assign():
    module = nn.Linear(2, 1)
    optimized = module.weight
    state = {"weight": flambeau.ones(1, 2, dtype=flambeau.float64), "bias": flambeau.zeros(1)}
    module.load_state_dict(state, assign=True)
    assert module.weight is not optimized
    assert isinstance(module.weight, nn.Parameter)
    assert module.weight.dtype is flambeau.float64
    state["weight"].fill_(5)
    assert module.weight.tolist() == [[5.0, 5.0]]


def test_a_dtype_is_converted_on_loading():
    module = nn.Linear(2, 1)
    module.load_state_dict(nn.Linear(2, 1).double().state_dict())
    assert module.weight.dtype is flambeau.float32


def test_hooks():
    module = net()
    seen = []
    module.register_state_dict_pre_hook(lambda m, prefix, keep: seen.append(("before", prefix)))
    module.register_state_dict_post_hook(
        lambda m, state, prefix, metadata: state.update(added=flambeau.ones(1))
    )
    state = module.state_dict()
    assert "added" in state

    def rename(m, state, prefix, metadata, strict, missing, unexpected, errors):
        state.pop("added")
        seen.append(m is module)

    module.register_load_state_dict_pre_hook(rename)
    module.register_load_state_dict_post_hook(lambda m, keys: seen.append(keys.missing_keys))
    module.load_state_dict(state)
    assert seen == [("before", ""), True, []]
    assert "added" in state  # the caller's dict is left alone


def test_a_post_hook_may_forgive():
    module = nn.Linear(2, 1)
    module.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
    state = {"weight": flambeau.ones(1, 2)}
    module.load_state_dict(state)
    assert module.weight.tolist() == [[1.0, 1.0]]


def test_extra_state():
    class Counter(nn.Module):
        count = 0

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    a, b = nn.Sequential(Counter()), nn.Sequential(Counter())
    a[0].count = 3
    assert a.state_dict() == {"0._extra_state": {"count": 3}}
    b.load_state_dict(a.state_dict())
    assert b[0].count == 3
    with pytest.raises(RuntimeError, match=r'Missing key.*"0._extra_state"'):
        b.load_state_dict({})


def test_own_loader_of_a_subclass():
    class Old(nn.Linear):
        def _load_from_state_dict(self, state_dict, prefix, *rest):
            if prefix + "w" in state_dict:
                state_dict[prefix + "weight"] = state_dict.pop(prefix + "w")
            super()._load_from_state_dict(state_dict, prefix, *rest)

    module = nn.Sequential(Old(2, 1))
    state = module.state_dict()
    state["0.w"] = flambeau.ones(1, 2)
    del state["0.weight"]
    module.load_state_dict(state)
    assert module[0].weight.tolist() == [[1.0, 1.0]]


def test_batch_norm_files_without_a_count():
    module = nn.BatchNorm1d(2)
    state = module.state_dict()
    del state["num_batches_tracked"]
    state._metadata[""]["version"] = 1
    module.load_state_dict(state)


def test_interchange_with_pytorch():
    torch = pytest.importorskip("torch")

    def build(t):
        return t.nn.Sequential(
            t.nn.Conv2d(1, 4, 3, padding=1), t.nn.BatchNorm2d(4), t.nn.ReLU(), t.nn.MaxPool2d(2),
            t.nn.Flatten(), t.nn.Linear(64, 5), t.nn.LayerNorm(5), t.nn.GELU(), t.nn.PReLU(),
        )  # fmt: skip

    ours, theirs = build(flambeau), build(torch)
    x = np.random.default_rng(0).standard_normal((3, 1, 8, 8)).astype(np.float32)
    theirs(torch.tensor(x))  # moves the running statistics
    state = {k: flambeau.from_numpy(v.numpy()) for k, v in theirs.state_dict().items()}
    ours.load_state_dict(state)
    for training in (False, True):
        ours.train(training)
        theirs.train(training)
        got = ours(flambeau.tensor(x)).detach().numpy()
        np.testing.assert_allclose(got, theirs(torch.tensor(x)).detach().numpy(), 1e-4, 1e-5)
    for name, value in ours.state_dict().items():
        wanted = theirs.state_dict()[name]
        np.testing.assert_allclose(value.numpy(), wanted.numpy(), 1e-5, 1e-6, err_msg=name)
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
