"""What has no record of behaviour, and why: random numbers, settings, what needs its own test."""

from __future__ import annotations

from flambeau.testing.opinfo.behaviours.table import without_record

__all__: list[str] = []

# a reason that names a file of tests/ is checked: the file mentions the function
without_record(
    "tests/tensor/test_random_functions.py",
    """
    bernoulli multinomial rand randn rand_like randn_like randint randint_like randperm normal
    poisson binomial _standard_gamma _sample_dirichlet manual_seed nn.functional.alpha_dropout
    nn.functional.dropout nn.functional.dropout1d nn.functional.dropout2d nn.functional.dropout3d
    nn.functional.feature_alpha_dropout nn.functional.gumbel_softmax nn.functional.rrelu
    nn.functional.rrelu_""",
)
without_record("tests/tensor/test_random.py", "initial_seed get_rng_state set_rng_state")
without_record("sets the seed to the time of day; manual_seed is tested", "seed")
without_record(
    "derivatives of random numbers: tested through these", "_standard_gamma_grad _dirichlet_grad"
)
without_record("tests/tensor/test_promotion.py", "can_cast promote_types result_type")
without_record(
    "tests/tensor/test_creation.py",
    """
    as_tensor asarray from_dlpack from_numpy frombuffer set_default_dtype""",
)
without_record("tests/tensor/test_methods.py", "get_default_dtype set_printoptions")
without_record("makes the inputs of all these tests", "tensor")
without_record("tests/engine/backend/test_pool.py", "get_num_threads set_num_threads")
without_record("tests/autograd/test_views.py", "zero_")
without_record("tests/tensor/test_pointwise.py", "hash_tensor")
without_record("tests/tensor/test_short_time.py", "istft")
# reflectors are not unique, or the matrices are random
without_record(
    "tests/tensor/test_decompositions.py",
    """
    geqrf ormqr pca_lowrank svd_lowrank lu symeig linalg.ldl_factor_ex linalg.LinAlgError""",
)
without_record("tests/tensor/test_systems.py", "linalg.ldl_factor linalg.ldl_solve")
without_record("only says where the function went", "eig lstsq matrix_rank solve")
without_record(
    "tests/nn/image_cases.py",
    """
    nn.functional.fractional_max_pool2d nn.functional.fractional_max_pool2d_with_indices
    nn.functional.fractional_max_pool3d nn.functional.fractional_max_pool3d_with_indices
    nn.functional.grid_sample nn.functional.linear_cross_entropy
    nn.functional.multilabel_margin_loss nn.functional.triplet_margin_with_distance_loss""",
)
without_record("tests/nn/test_modules.py", "nn.functional.ctc_loss")
without_record("what MultiheadAttention calls: tests/nn/test_attention.py",
               "nn.functional.multi_head_attention_forward")  # fmt: skip
