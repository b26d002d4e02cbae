"""Datasets, samplers and loaders, compared with PyTorch where it matters."""

from __future__ import annotations

import gc
import itertools
import threading

import numpy as np
import pytest

import flambeau
from flambeau.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)


class Squares(Dataset):
    def __init__(self, n=10):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        return i, float(i * i)


def pairs(n=10):
    return TensorDataset(flambeau.arange(float(n)), flambeau.arange(n) * 10)


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("dataset", [Squares(), pairs()], ids=["items", "tensors"])
def test_batches_in_order(dataset, drop_last):
    loader = DataLoader(dataset, batch_size=4, drop_last=drop_last)
    batches = [b[0].tolist() for b in loader]
    expected = [[0, 1, 2, 3], [4, 5, 6, 7]] + ([] if drop_last else [[8, 9]])
    assert batches == expected and len(loader) == len(expected)
    assert [b[0].tolist() for b in loader] == expected  # a second epoch


def test_dtypes_of_batches_are_pytorchs():
    torch = pytest.importorskip("torch")
    import torch.utils.data as theirs

    class Items(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return {"int": i, "float": i / 2, "bool": i > 1, "text": str(i), "np": np.ones(2) * i,
                    "pair": (i, [float(i)]), "scalar": np.float32(i)}  # fmt: skip

    (ours,) = list(DataLoader(Items(), batch_size=4))
    (expected,) = list(theirs.DataLoader(Items(), batch_size=4))
    assert describe(ours) == describe(expected)
    assert describe(default_collate([flambeau.ones(2), flambeau.zeros(2)])) == describe(
        theirs.default_collate([torch.ones(2), torch.zeros(2)])
    )


def describe(x):
    if hasattr(x, "tolist"):
        return str(x.dtype).split(".")[-1], x.tolist()
    if isinstance(x, dict):
        return {k: describe(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [describe(v) for v in x]
    return x


def test_shuffling_follows_its_generator():
    def order(seed):
        generator = flambeau.Generator().manual_seed(seed)
        loader = DataLoader(pairs(50), batch_size=7, shuffle=True, generator=generator)
        return [[v for b in loader for v in b[0].tolist()] for _ in range(2)]

    first, second = order(1)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second != list(range(50))
    assert order(1) == [first, second] and order(2)[0] != first


def test_columns_of_a_tensor_dataset_stay_together():
    x = flambeau.rand(100, 3)
    loader = DataLoader(TensorDataset(x, x.sum(1)), batch_size=16, shuffle=True)
    for a, b in loader:
        np.testing.assert_allclose(a.sum(1).numpy(), b.numpy(), rtol=1e-6)


@pytest.mark.parametrize("workers", [0, 2])
def test_workers_change_nothing_and_leave_nothing(workers):
    before = threading.active_count()
    loader = DataLoader(Squares(40), batch_size=8, num_workers=workers)
    assert [b[0].tolist() for b in loader] == [list(range(i, i + 8)) for i in range(0, 40, 8)]
    for _ in range(3):
        for batch in loader:
            assert batch[0][0].item() == 0
            break  # the rest is never asked for
    gc.collect()
    deadline = [t for t in threading.enumerate() if "flambeau worker" not in t.name]
    assert len(deadline) <= before + 1


class Faulty(Squares):
    def __getitem__(self, i):
        if i == 5:
            raise ValueError("bad row")
        return super().__getitem__(i)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_names_the_index(workers):
    loader = DataLoader(Faulty(), batch_size=2, num_workers=workers)
    with pytest.raises(ValueError, match="bad row") as caught:
        list(loader)
    notes = " ".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    assert "5" in notes


class Ragged(Squares):
    def __getitem__(self, i):
        return flambeau.zeros(i % 2 + 1)


class Nothing(Squares):
    def __getitem__(self, i):
        return None


def test_ragged_rows_and_none_are_explained():
    with pytest.raises(RuntimeError, match=r"(?s)size|shape"):
        next(iter(DataLoader(Ragged(), batch_size=2)))
    with pytest.raises(TypeError, match="NoneType"):
        next(iter(DataLoader(Nothing(), batch_size=2)))


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(7))


def test_streams_have_no_length():
    loader = DataLoader(Stream(), batch_size=3)
    assert [b.tolist() for b in loader] == [[0, 1, 2], [3, 4, 5], [6]]
    with pytest.raises(TypeError):
        len(loader)
    with pytest.raises(ValueError, match="shuffle"):
        DataLoader(Stream(), shuffle=True)


def test_without_batches_and_with_a_collate_function():
    assert [int(i) for i, _ in DataLoader(Squares(3), batch_size=None)] == [0, 1, 2]
    loader = DataLoader(Squares(4), batch_size=2, collate_fn=lambda rows: [r[0] for r in rows])
    assert list(loader) == [[0, 1], [2, 3]]


def test_samplers():
    assert list(SequentialSampler(Squares(3))) == [0, 1, 2]
    assert sorted(RandomSampler(Squares(20))) == list(range(20))
    assert len(list(RandomSampler(Squares(5), replacement=True, num_samples=12))) == 12
    assert list(BatchSampler(range(5), 2, drop_last=False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(range(5), 2, drop_last=True)) == [[0, 1], [2, 3]]
    drawn = list(WeightedRandomSampler([0.0, 1.0, 3.0], 4000))
    assert 0 not in drawn and 0.7 < sum(i == 2 for i in drawn) / 4000 < 0.8


def test_parts_of_datasets():
    data = pairs()
    first, second = random_split(data, [7, 3], generator=flambeau.Generator().manual_seed(0))
    seen = sorted(int(d[i][0]) for d in (first, second) for i in range(len(d)))
    assert len(first) == 7 and len(second) == 3 and seen == list(range(10))
    sizes = [len(p) for p in random_split(data, [0.5, 0.3, 0.2])]
    assert sizes == [5, 3, 2]
    with pytest.raises(ValueError, match=r"[Ss]um"):
        random_split(data, [7, 7])
    part = Subset(data, [3, 1])
    assert [int(part[i][0]) for i in range(2)] == [3, 1]
    both = ConcatDataset([Squares(2), Squares(3)])
    assert len(both) == 5 and both[3] == (1, 1.0) and both[-1] == (2, 4.0)


def test_tensors_of_other_lengths_are_refused():
    with pytest.raises((AssertionError, ValueError), match=r"[Ss]ize mismatch|length"):
        TensorDataset(flambeau.zeros(3), flambeau.zeros(4))


@pytest.mark.parametrize("arguments, text", [
    ({"batch_size": 0}, "batch_size"), ({"batch_size": -1}, "batch_size"),
    ({"num_workers": -1}, "num_workers"), ({"timeout": -1}, "timeout"),
    ({"shuffle": True, "sampler": [0]}, "sampler"),
    ({"batch_sampler": [[0]], "batch_size": 3}, "batch_sampler"),
    ({"batch_size": None, "drop_last": True}, "drop_last"),
])  # fmt: skip
def test_arguments_that_exclude_each_other(arguments, text):
    with pytest.raises(ValueError, match=text):
        DataLoader(Squares(), **arguments)


def test_memory_does_not_grow_over_epochs():
    loader = DataLoader(pairs(1000), batch_size=32, shuffle=True)
    for _ in loader:
        pass
    gc.collect()
    objects = len(gc.get_objects())
    for _ in range(10):
        for _ in loader:
            pass
    gc.collect()
    assert len(gc.get_objects()) < objects + 100


def test_epochs_that_are_too_long_to_be_held_come_in_parts():
    sampler = RandomSampler(range(10), replacement=True, num_samples=10**10)
    assert len(sampler) == 10**10
    assert set(itertools.islice(sampler, 1000)) == set(range(10))
    rounds = list(itertools.islice(RandomSampler(range(10), num_samples=10**10), 100))
    assert all(sorted(rounds[i : i + 10]) == list(range(10)) for i in range(0, 100, 10))
    loader = DataLoader(range(10), batch_size=4, sampler=sampler)
    assert next(iter(loader)).shape == (4,)
