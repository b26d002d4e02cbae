"""Libraries that are written against the array API standard take tensors and give tensors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SCIPY = """
import numpy as np, flambeau
import scipy.fft, scipy.special, scipy.stats
a = np.linspace(-1, 2, 20) ** 3
x = flambeau.asarray(a)
pairs = [
    (scipy.special.erf(x), scipy.special.erf(a)),
    (scipy.special.logsumexp(x), scipy.special.logsumexp(a)),
    (scipy.fft.fft(x).abs(), np.abs(scipy.fft.fft(a))),
    (scipy.stats.skew(x), scipy.stats.skew(a)),
    (scipy.stats.zmap(x[:4], x), scipy.stats.zmap(a[:4], a)),
    (scipy.stats.ttest_1samp(x, 0.0).pvalue, scipy.stats.ttest_1samp(a, 0.0).pvalue),
]
for ours, theirs in pairs:
    assert isinstance(ours, flambeau.Tensor) and np.allclose(ours.tolist(), theirs)
"""

SKLEARN = """
import numpy as np, flambeau
from sklearn import config_context
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge
from sklearn.preprocessing import MinMaxScaler
a = np.random.default_rng(0).standard_normal((50, 4))
labels = (a[:, 0] > 0).astype(int)
x, y = flambeau.asarray(a), flambeau.asarray(labels)
models = [lambda x, y: MinMaxScaler().fit_transform(x), lambda x, y: PCA(2).fit_transform(x) ** 2,
          lambda x, y: LinearDiscriminantAnalysis().fit(x, y).predict(x),
          lambda x, y: Ridge(solver="svd").fit(x, x[:, 0]).predict(x)]
for model in models:
    with config_context(array_api_dispatch=True):
        ours = model(x, y)
    assert isinstance(ours, flambeau.Tensor)
    assert np.allclose(ours.tolist(), model(a, labels))
"""


@pytest.mark.parametrize(("library", "program"), [("scipy", SCIPY), ("sklearn", SKLEARN)])
def test_the_library_dispatches_to_tensors(library, program):
    pytest.importorskip(library)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=120,
        env={**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
