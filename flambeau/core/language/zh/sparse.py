"""Texts of sparse."""

TEXTS = r"""
a gradient of shape {shape}
形状为 {shape} 的梯度

the tensor's shape, {size}
该张量的形状 {size}

a sparse tensor of shape {size}
形状为 {size} 的稀疏张量

grad can be implicitly created only for scalar outputs
只有标量输出才能隐式创建梯度

sum() of it, or backward(gradient=...)
对它取 sum()，或 backward(gradient=...)

can't convert Sparse layout tensor to numpy: given layout {layout_name}; use Tensor.to_dense() first, or to_scipy()
不能把稀疏布局的张量转换为 numpy：给出布局 {layout_name}；请先用 Tensor.to_dense()，或用 to_scipy()

given layout {layout_name}; Sparse tensors do not have strides; try to_dense()
给出布局 {layout_name}；稀疏张量没有步幅；可尝试 to_dense()

a Tensor with {numel} elements cannot be converted to Scalar; given shape {size}; try to_dense()
有 {numel} 个元素的张量不能转换为标量；给出形状 {size}；可尝试 to_dense()

Boolean value of Tensor with more than one value is ambiguous; given shape {size}; try any()
多于一个元素的张量的布尔值有歧义；给出形状 {size}；可尝试 any()

Only Tensors created explicitly by the user support the deepcopy protocol at the moment; try detach()
目前只有由用户明确创建的张量支持 deepcopy；可尝试 detach()

expected {expected} tensor layout but got {layout}; try {get}
张量布局应为 {expected}，但得到 {layout}；可尝试 {get}

indices of shape {shape}
形状为 {shape} 的 indices

indices must have shape (sparse_dim, nnz)
indices 的形状必须是 (sparse_dim, nnz)

indices.unsqueeze(0) for a vector
向量用 indices.unsqueeze(0)

size {shape}, indices of {dims} dims and values of {count} dense dims
尺寸 {shape}、{dims} 个维度的 indices 和有 {count} 个稠密维度的 values

'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {count}, sparse_dim = {dims}, dense_dim = {count2}
不满足 'len(size) == sparse_dim + dense_dim'：len(size) = {count}，sparse_dim = {dims}，dense_dim = {count2}

size {shape} and values whose entries have shape {dense}
尺寸 {shape} 和各项形状为 {dense} 的 values

values has incorrect size, expected {shape} for each entry
values 的尺寸不对，每一项应为 {shape}

cannot set is_coalesced to true if indices correspond to uncoalesced COO tensor
如果 indices 属于未合并的 COO 张量，不能把 is_coalesced 设为真

layout {layout}
布局 {layout}

sparse_compressed_tensor expected sparse compressed tensor layout
sparse_compressed_tensor 要求压缩稀疏布局

flambeau.sparse_csr or sparse_csc
flambeau.sparse_csr 或 sparse_csc

sparse_coo, sparse_csr or sparse_csc: there are no layouts of blocks
sparse_coo、sparse_csr 或 sparse_csc：没有分块的布局

flambeau.sparse_csr, whose products are as fast
flambeau.sparse_csr，它的乘积同样快

{p} of dtype {dtype} and {q} of {dtype2}
dtype 为 {dtype} 的 {p} 和 {dtype2} 的 {q}

{p} and {q} must have the same dtype
{p} 和 {q} 的 dtype 必须相同

{p}, {q} and values of shapes {x}
形状为 {x} 的 {p}、{q} 和 values

one dim each: a single matrix of numbers
各一个维度：单个数的矩阵

sparse_coo_tensor for batches and for values with dims
批量或有维度的值用 sparse_coo_tensor

empty {p}
空的 {p}

the number of {outer} + 1 elements
{outer} 的个数加 1 个元素

{shape} {q} and {shape2} values
{shape} 个 {q} 和 {shape2} 个 values

{q}.shape[-1] must be equal to nnz (={shape}) as defined by values.shape[0]
{q}.shape[-1] 必须等于由 values.shape[0] 定义的 nnz（={shape}）

size {shape}
尺寸 {shape}

tensor dimensionality must be sum of batch, base, and dense dimensionalities (=0 + 2 + 0) but got {count}
张量的维度数必须是批量、基本和稠密维度数之和（=0 + 2 + 0），但得到 {count}

{count} {p} for size {shape}
尺寸 {shape} 对应 {count} 个 {p}

{p}.shape[-1] must be equal to the number of {outer} + 1 (={count}), but got {count2}
{p}.shape[-1] 必须等于 {outer} 的个数加 1（={count}），但得到 {count2}

{word} must be an int32 or int64 tensor
{word} 必须是 int32 或 int64 张量

indices of shape {shape} and values of shape {shape2}
形状为 {shape} 的 indices 和形状为 {shape2} 的 values

indices and values must have same nnz, but got nnz from indices: {count}, nnz from values: {shape}
indices 和 values 的 nnz 必须相同，但由 indices 得到 {count}，由 values 得到 {shape}

a tensor of shape {shape} of which {dense_dim} dims are dense
形状为 {shape} 的张量，其中 {dense_dim} 个维度是稠密的

only 2-D tensors can be converted to the {upper} layout: a matrix of numbers
只有 2-D 张量能转换为 {upper} 布局：数的矩阵

to_sparse() for other tensors
其他张量用 to_sparse()

a dense mask
稠密的掩码

mask must be sparse
掩码必须是稀疏的

operands have incompatible sizes: equal shapes of tensor and mask
操作数的尺寸不相容：张量和掩码的形状须相等

tensors of {sparse_dim} and {sparse_dim2} sparse dims
有 {sparse_dim} 和 {sparse_dim2} 个稀疏维度的张量

equally many sparse dims
稀疏维度数相同

to_dense() first
先用 to_dense()

dense_dim={dense_dim} for {layout}
{layout} 的 dense_dim={dense_dim}

a matrix of numbers
数的矩阵

sparse_dim={sparse_dim} for a sparse tensor of {sparse_dim2} sparse dims
对有 {sparse_dim2} 个稀疏维度的稀疏张量给出 sparse_dim={sparse_dim}

conversion from Sparse to Sparse with sparse_dim argument !=self.sparse_dim() is not supported
不支持 sparse_dim 参数不等于 self.sparse_dim() 的从稀疏到稀疏的转换

sparse_dim={count} for a tensor of {count2} dims
对有 {count2} 个维度的张量给出 sparse_dim={count}

sparse_dim in the range of [{min}, {count}]
sparse_dim 在 [{min}, {count}] 之内

{sparse_dim} sparse and {dense_dim} dense dims for a tensor of {sparse_dim2} and {dense_dim2}
对有 {sparse_dim2} 个稀疏维度和 {dense_dim2} 个稠密维度的张量给出 {sparse_dim} 个稀疏维度和 {dense_dim} 个稠密维度

changing the number of sparse or dense dimensions on a non-empty sparse tensor is not supported
不支持改变非空稀疏张量的稀疏或稠密维度数

size {size} for a tensor of {size2}
对 {size2} 的张量给出尺寸 {size}

shrinking the size of dimensions on a non-empty sparse tensor is not supported
不支持缩小非空稀疏张量的维度尺寸

sparse_resize_and_clear_, or a new tensor of what is kept
sparse_resize_and_clear_，或用保留的部分创建新张量

size {size}, {sparse_dim} sparse and {dense_dim} dense dims
尺寸 {size}、{sparse_dim} 个稀疏维度和 {dense_dim} 个稠密维度

cannot resize variables that require grad; try detach()
不能改变需要梯度的变量的大小；可尝试 detach()

Cannot get {name2} on an uncoalesced tensor, please call .coalesce() first; given {nnz} entries; or try _{name3}()
不能在未合并的张量上取 {name2}，请先调用 .coalesce()；给出 {nnz} 项；或尝试 _{name3}()

sparse row compressed
稀疏行压缩

sparse column compressed
稀疏列压缩

{p}[{argmax}] = {pointers} and {p2}[{argmax2}] = {pointers2}
{p}[{argmax}] = {pointers} 和 {p2}[{argmax2}] = {pointers2}

{q}[{argmax}] = {plain} before {q2}[{argmax2}] = {plain2} in row {searchsorted}
第 {searchsorted} 行中 {q}[{argmax}] = {plain} 在 {q2}[{argmax2}] = {plain2} 之前

{q}[{argmax}] = {plain} before {q2}[{argmax2}] = {plain2} in column {searchsorted}
第 {searchsorted} 列中 {q}[{argmax}] = {plain} 在 {q2}[{argmax2}] = {plain2} 之前

{q} that are sorted and distinct along the last dimension values in each row
每一行中沿最后一维排好序且互不相同的 {q}

{q} that are sorted and distinct along the last dimension values in each column
每一列中沿最后一维排好序且互不相同的 {q}

sparse_coo_tensor(...).coalesce(), which sorts and adds up
sparse_coo_tensor(...).coalesce()，它会排序并相加

index {row} in column {argmax} of indices[{dim}]; found negative index {row2} for dim {dim2}
indices[{dim}] 第 {argmax} 列的下标 {row}；维度 {dim2} 有负下标 {row2}

index {row} in column {argmax} of indices[{dim}]; size is inconsistent with indices: {row2} for dim {dim2}
indices[{dim}] 第 {argmax} 列的下标 {row}；尺寸与下标不一致：维度 {dim2} 有 {row2}

index {row} in column {argmax} of indices[{dim}]; found negative index for dim {dim2}, size is {size} but found index {row2}
indices[{dim}] 第 {argmax} 列的下标 {row}；维度 {dim2} 有负下标，尺寸为 {size}，但发现下标 {row2}

index {row} in column {argmax} of indices[{dim}]; size is inconsistent with indices: for dim {dim2}, size is {size} but found index {row2}
indices[{dim}] 第 {argmax} 列的下标 {row}；尺寸与下标不一致：维度 {dim2} 的尺寸为 {size}，但发现下标 {row2}

0 <= index < {size}
0 <= 下标 < {size}

a larger size, or no size: it is then inferred
更大的尺寸，或不给尺寸：这时会推断它

{p} that begin with {pointers}
以 {pointers} 开头的 {p}

{p} that end with {pointers} for {count} entries
共有 {count} 项而以 {pointers} 结尾的 {p}

index {index} out of range for tensor of size {size} at dimension {normalize_dim}
下标 {index} 超出尺寸为 {size} 的张量在维度 {normalize_dim} 的范围

an index of shape {shape} and dtype {dtype}
形状为 {shape}、dtype 为 {dtype} 的下标

index is supposed to be an integer vector
下标应为整数向量

start {start} and length {length} for a dim of size {whole}
对尺寸为 {whole} 的维度给出 start {start} 和 length {length}

start ({start}) + length ({length}) does not exceed dimension size ({whole})
start（{start}）+ length（{length}）不超过维度尺寸（{whole}）

too many indices for tensor of dimension {count}; given {sum} indices
对 {count} 维张量来说下标太多；给出 {sum} 个下标

a slice with step {step} of a sparse tensor
稀疏张量的步长为 {step} 的切片

step 1
步长 1

index_select, or to_dense() first
index_select，或先用 to_dense()

an index of {type} into a sparse tensor
对稀疏张量使用 {type} 的下标

a dense tensor among sparse ones, at position {i}
稀疏张量中的位置 {i} 处有稠密张量

Concatenating sparse tensors: all sparse
拼接稀疏张量：须全为稀疏

sizes {size} and {size2} (position {i}), {sparse_dim} and {sparse_dim2} sparse dims
尺寸 {size} 和 {size2}（位置 {i}），{sparse_dim} 和 {sparse_dim2} 个稀疏维度

All tensors must have the same shape except in dim {normalize_dim}, and equally many sparse dims
所有张量除维度 {normalize_dim} 外形状必须相同，且稀疏维度数相同

dims {dims} for a tensor of {count} dims
对有 {count} 个维度的张量给出维度 {dims}

each dim once: the number of dimensions in the tensor input matches the length of the desired ordering of dimensions
每个维度一次：输入张量的维度数须等于所要的维度顺序的长度

dims {dims} of a tensor of {sparse_dim} sparse dims
有 {sparse_dim} 个稀疏维度的张量的维度 {dims}

transpositions between sparse and dense dimensions are not allowed
不允许在稀疏维度和稠密维度之间转置

t() expects a tensor with <= 2 sparse dims
t() 要求张量的稀疏维度 <= 2

a sparse tensor of size {size} and a dense one of {shape}
尺寸为 {size} 的稀疏张量和 {shape} 的稠密张量

a dense tensor that can be expanded to the sparse one's size
能扩展到稀疏张量尺寸的稠密张量

sizes {size} and {size2} with {sparse_dim} and {sparse_dim2} sparse dims
尺寸 {size} 和 {size2}，有 {sparse_dim} 和 {sparse_dim2} 个稀疏维度

expects sparse inputs with equal dimensionality, number of sparse dimensions, and shape of sparse dimensions
要求稀疏输入的维度数、稀疏维度数和稀疏维度的形状都相等

a divisor of shape {shape}
形状为 {shape} 的除数

Sparse division requires a scalar or zero-dim dense tensor divisor (got shape {shape} for divisor)
稀疏除法要求除数是标量或 0 维稠密张量（得到的除数形状为 {shape}）

a tensor as exponent, or a sparse tensor there
以张量为指数，或指数是稀疏张量

a sparse base and a number as exponent
稀疏的底数和数的指数

exponent {exponent}
指数 {exponent}

a positive exponent: cannot raise to zeroth power on sparse tensor; it would make the result tensor dense
正的指数：稀疏张量不能取零次幂；结果会成为稠密张量

a result of layout {layout}
布局为 {layout} 的结果

the tensor's own, {layout}
张量自己的布局 {layout}

a leaf Variable that requires grad is being used in an in-place operation; try the out-of-place operation, or `with flambeau.no_grad():`
需要梯度的叶子变量被用于原地操作；可尝试非原地的操作，或用 `with flambeau.no_grad():`

result type {dtype}
结果类型 {dtype}

result type can't be cast to the desired output type {dtype}
结果类型不能转换为所需的输出类型 {dtype}

a sparse tensor and a number
稀疏张量和数

add(sparse, dense) is not supported: the result would have no zeros
不支持 add(sparse, dense)：结果会没有零

a sparse tensor first and a dense one second
第一个是稀疏张量，第二个是稠密张量

add(sparse, dense) is not supported
不支持 add(sparse, dense)

Use add(dense, sparse) instead.
请改用 add(dense, sparse)。

sizes {shape} and {shape2}
尺寸 {shape} 和 {shape2}

expected sizes of 'self' and 'other' to match, but {shape} != {shape2}: sparse tensors are not broadcast
'self' 和 'other' 的尺寸应一致，但 {shape} != {shape2}：稀疏张量不广播

expected 'self' and 'other' to have same density: equally many sparse dims
'self' 和 'other' 的稠密程度应相同：稀疏维度数相等

copy_() between dense and sparse Tensors is not implemented! Found self layout {layout} and src layout {layout2}; try to_sparse()
没有实现稠密与稀疏张量之间的 copy_()！self 的布局是 {layout}，src 的布局是 {layout2}；可尝试 to_sparse()

sparse coordinate
稀疏坐标

diagonals of shape {shape}
形状为 {shape} 的 diagonals

Diagonals must be vector or matrix
diagonals 必须是向量或矩阵

Output shape must be 2d
输出形状必须是 2 维

offsets of dtype {dtype}
dtype 为 {dtype} 的 offsets

Offset Tensor must have dtype Long
offsets 张量的 dtype 必须是 Long

{shape} diagonals and {count} offsets
{shape} 个 diagonals 和 {count} 个 offsets

Number of diagonals ({shape}) does not match the number of offsets ({count}): equally many
diagonals 的个数（{shape}）与 offsets 的个数（{count}）不一致：须相等

offsets {tolist}
offsets 为 {tolist}

Offset tensor contains duplicate values: each once
offsets 张量含有重复的值：每个一次

Only output layouts (Sparse, SparseCsc, SparseCsr) are supported
只支持输出布局 (Sparse, SparseCsc, SparseCsr)

bmm for batches, mv for a vector
批量用 bmm，向量用 mv

one of {reductions}: reduce type of {reduce} has not been enabled
{reductions} 之一：没有启用归约类型 {reduce}

sparse.mm with reduce
带 reduce 的 sparse.mm

{word} of layout {layout} and shape {shape}
布局为 {layout}、形状为 {shape} 的 {word}

Expected {word} to be a dense matrix
{word} 应为稠密矩阵

Expected mat1 and mat2 to have the same dtype as the sparse matrix
mat1 和 mat2 的 dtype 应与稀疏矩阵相同

shapes {size}, {shape} and {shape2}
形状 {size}、{shape} 和 {shape2}

mat1 and mat2 shapes cannot be multiplied ({shape}x{shape2} and {shape3}x{shape4}): mat1's last dim equal to mat2's first
mat1 和 mat2 的形状不能相乘（{shape}x{shape2} 和 {shape3}x{shape4}）：mat1 的最后一维须等于 mat2 的第一维

self.shape[-2] must match mat1.shape[-2] and self.shape[-1] must match mat2.shape[-1]
self.shape[-2] 必须等于 mat1.shape[-2]，self.shape[-1] 必须等于 mat2.shape[-1]

a sparse tensor with dense dims
有稠密维度的稀疏张量

matrices expected: sparse dims alone
应为矩阵：只有稀疏维度

shapes {x} and layouts {layout} and {layout2}
形状 {x}，布局 {layout} 和 {layout2}

a batch of sparse_coo matrices and a batch of dense ones
一批 sparse_coo 矩阵和一批稠密矩阵

batch1 dim 0 must match batch2 dim 0, {batch}
batch1 的维度 0 必须等于 batch2 的维度 0，即 {batch}

dim={dim} of a sparse tensor
稀疏张量的 dim={dim}

norm_sparse currently only supports full reductions, so 'dim' must either be empty or contain all dimensions of the input
norm_sparse 目前只支持对全部维度归约，所以 'dim' 必须为空或包含输入的所有维度

a tensor of layout {layout}
布局为 {layout} 的张量

not implemented for it: a floating-point dtype
没有为它实现：须为浮点 dtype

dim {d} appears multiple times in the list of dims: each once
维度 {d} 在维度列表中出现多次：每个一次

keepdim=False for a tensor of layout {layout}
对布局为 {layout} 的张量用 keepdim=False

reduction operations on CSR tensors with keepdim=False is unsupported
不支持对 CSR 张量以 keepdim=False 归约

keepdim=True, or to_sparse_coo()
keepdim=True，或 to_sparse_coo()

a sparse array of SciPy
SciPy 的稀疏数组

a dense tensor
稠密张量

a sparse tensor
稀疏张量

to_sparse_csr() first
先用 to_sparse_csr()

one without
不需要梯度的张量

a tensor of {sparse_dim} sparse and {dense_dim} dense dims
有 {sparse_dim} 个稀疏维度和 {dense_dim} 个稠密维度的张量

a matrix or vector of numbers
数的矩阵或向量

`0 <= {p}[..., 1:] - {p2}[..., :-1] <= ncols`, with ncols = {columns}
`0 <= {p}[..., 1:] - {p2}[..., :-1] <= ncols`，其中 ncols = {columns}

`0 <= {p}[..., 1:] - {p2}[..., :-1] <= ncols`, with nrows = {columns}
`0 <= {p}[..., 1:] - {p2}[..., :-1] <= ncols`，其中 nrows = {columns}

`0 <= {p}[..., 1:] - {p2}[..., :-1] <= nrows`, with ncols = {columns}
`0 <= {p}[..., 1:] - {p2}[..., :-1] <= nrows`，其中 ncols = {columns}

`0 <= {p}[..., 1:] - {p2}[..., :-1] <= nrows`, with nrows = {columns}
`0 <= {p}[..., 1:] - {p2}[..., :-1] <= nrows`，其中 nrows = {columns}

`0 <= {q} < ncols`, with ncols = {columns}
`0 <= {q} < ncols`，其中 ncols = {columns}

`0 <= {q} < ncols`, with nrows = {columns}
`0 <= {q} < ncols`，其中 nrows = {columns}

`0 <= {q} < nrows`, with ncols = {columns}
`0 <= {q} < nrows`，其中 ncols = {columns}

`0 <= {q} < nrows`, with nrows = {columns}
`0 <= {q} < nrows`，其中 nrows = {columns}

0 <= index
0 <= 下标

ints, slices and vectors of ints
整数、切片和整数向量
"""
