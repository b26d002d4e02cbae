"""Texts of products and decompositions of matrices."""

TEXTS = r"""
shapes {a} and {b}
形状 {a} 和 {b}

the first's last dim ({k}) equal to the second's last but one ({length}): mat1 and mat2 shapes cannot be multiplied ({rows}x{k2} and {length2}x{columns})
第一个的最后一维（{k}）等于第二个的倒数第二维（{length}）：mat1 和 mat2 的形状不能相乘（{rows}x{k2} 和 {length2}x{columns}）

the first's last dim ({k}) equal to the second's only dim ({length}): mat1 and mat2 shapes cannot be multiplied ({rows}x{k2} and {length2}x{columns})
第一个的最后一维（{k}）等于第二个的唯一一维（{length}）：mat1 和 mat2 的形状不能相乘（{rows}x{k2} 和 {length2}x{columns}）

second.mT, of {x}
second.mT，形状为 {x}

first.mT, of {x}
first.mT，形状为 {x}

transpose one of them, or check the shapes before
转置其中之一，或检查前面的形状

both arguments to matmul need to be at least 1D
matmul 的两个参数至少都要是 1D

* for a number
乘以一个数用 *

argument {number} of shape {shape}
形状为 {shape} 的第 {number} 个参数

matmul, which takes any dims
matmul，它接受任意维度

equal batch sizes: expected size for first two dimensions of batch2 tensor to be: [{shape}, {shape2}]
批量大小相等：batch2 张量的前两个维度应为 [{shape}, {shape2}]

matmul, which broadcasts
matmul，它会广播

{shape} matrices
{shape} 个矩阵

{shape} and {shape2} elements
{shape} 和 {shape2} 个元素

inconsistent tensor size, expected tensor [n] and src [n] to have the same number of elements
张量大小不一致，张量 [n] 和 src [n] 的元素个数应相同

dtypes {x}
各 dtype 为 {x}

the three tensors must have the same dtype
三个张量的 dtype 必须相同

{word}={number} and dtypes {x}
{word}={number} 和 dtype {x}

Boolean {word} only supported for Boolean results
布尔的 {word} 只支持布尔结果

For integral input tensors, argument {word} must not be a floating point number
对整数输入张量，参数 {word} 不能是浮点数

dims={tolist} for {count} and {count2} dims
对 {count} 和 {count2} 个维度给出 dims={tolist}

tensordot expects dims >= 0 and at most the dims of either tensor
tensordot 要求 dims >= 0 且不超过任一张量的维度数

shapes {shape} and {shape2} with dims {left} and {right}
形状 {shape} 和 {shape2}，dims 为 {left} 和 {right}

both dimension lists should have same length
两个维度列表的长度应相同

each dim once in its list of dims
每个维度在其列表中只出现一次

contracted dimensions need to match in size
缩并的维度尺寸须一致

dim {letter} of sizes {sizes} and {size}
维度 {letter} 的尺寸 {sizes} 和 {size}

equal sizes: operands do not broadcast with {equation}
尺寸相等：操作数不能按 {equation} 广播

{part} in {equation}
{equation} 中的 {part}

subscripts must be in [a-zA-Z], with at most one "..." an operand
下标必须在 [a-zA-Z] 之内，每个操作数最多一个 "..."

{count} operands and equation {equation}
{count} 个操作数和式子 {equation}

{count} operands: one for each part before the arrow
{count} 个操作数：箭头前的每一部分一个

an operand of {n} dims for {part}
对 {part} 给出有 {n} 个维度的操作数

as many names as the operand has dims
名称与操作数的维度一样多

"..." for further dims
其余的维度用 "..."

result {right} in {equation}
{equation} 中的结果 {right}

names of the operands, each at most once
操作数中的名称，每个最多一次

argument '{argument}' must be Tensor, not {type}; try flambeau.tensor(...)
参数 '{argument}' 必须是张量，不是 {type}；可尝试 flambeau.tensor(...)

dtype {dtype}
dtype 为 {dtype}

Expected a floating point or complex tensor as input. Got {get}
输入应为浮点或复数张量。得到 {get}

Low precision dtypes not supported. Got {titles}
不支持低精度的 dtype。得到 {titles}

The input tensor {argument} must have at least 2 dimensions
输入张量 {argument} 至少要有 2 个维度

.unsqueeze(-1) for a column
列向量用 .unsqueeze(-1)

A must be batches of square matrices, but they are {m} by {n} matrices
A 必须是一批方阵，但它们是 {m} 乘 {n} 的矩阵

Expected {names} and {names2} to have the same dtype, but found {names3} of type {titles} and {names4} of type {titles2} instead
{names} 和 {names2} 的 dtype 应相同，但 {names3} 的类型是 {titles}，{names4} 的类型是 {titles2}

matrix {flatnonzero} of the batch that stopped with code {reshape}
批量中以代码 {reshape} 停止的矩阵 {flatnonzero}

a matrix that stopped with code {reshape}
以代码 {reshape} 停止的矩阵

(Batch element {flatnonzero}): {words}
（批量的第 {flatnonzero} 个）：{words}

a multiple of the unit matrix added to A
给 A 加上单位矩阵的倍数

qr received unrecognized mode: expected one of 'reduced' (default), 'r', or 'complete'
qr 得到无法识别的模式：应为 'reduced'（默认）、'r' 或 'complete' 之一

keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend
关键字参数 `driver=` 只支持使用 cuSOLVER 后端的 CUDA 输入

Expected UPLO argument to be 'L' or 'U', got {uplo}
UPLO 参数应为 'L' 或 'U'，得到 {uplo}

pivots of dtype {dtype}
dtype 为 {dtype} 的 pivots

Expected pivots to be integers
pivots 应为整数

the output of linalg.ldl_factor
linalg.ldl_factor 的输出

driver {driver}
驱动 {driver}

parameter `driver` should be one of (gels, gelsy, gelsd, gelss)
参数 `driver` 应为 (gels, gelsy, gelsd, gelss) 之一

input.size(-2) should match other.size(-2)
input.size(-2) 应等于 other.size(-2)

B with as many rows as A
行数与 A 相同的 B

q(={min}) must be non-negative integer and not greater than min(m, n)={min2}
q（={min}）必须是非负整数且不大于 min(m, n)={min2}

niter must be non-negative integer
niter 必须是非负整数

pivot=True: LU without pivoting is not implemented on the CPU
pivot=True：没有在 CPU 上实现不选主元的 LU

LU_pivots is expected to be a contiguous tensor of torch.int32 dtype
LU_pivots 应为 dtype 为 torch.int32 的连续张量

the output of linalg.lu_factor
linalg.lu_factor 的输出

pivots should be a Tensor of scalar type torch.int32
pivots 应为标量类型 torch.int32 的张量

pivots of shape {shape} for LU of shape {shape2}
对形状为 {shape2} 的 LU 给出形状为 {shape} 的 pivots

Number of pivots per batch should be same as the dimension of the matrix
每个批量的主元个数应与矩阵的维数相同

linalg.lstsq or linalg.pinv
linalg.lstsq 或 linalg.pinv

dtype should be floating point or complex, but got {get}
dtype 应为浮点或复数，但得到 {get}

dtype should be complex for complex inputs, but got {get}
对复数输入，dtype 应为复数，但得到 {get}

dtype should be complex for real inputs, but got {get}
对实数输入，dtype 应为复数，但得到 {get}

dtype should be real for complex inputs, but got {get}
对复数输入，dtype 应为实数，但得到 {get}

dtype should be real for real inputs, but got {get}
对实数输入，dtype 应为实数，但得到 {get}

dtype={dtype} for a tensor of dtype {dtype2}
对 dtype 为 {dtype2} 的张量给出 dtype={dtype}

the dtype of the input ({get}) should be convertible without narrowing to the specified dtype ({get2})
输入的 dtype（{get}）应能不收窄地转换为指定的 dtype（{get2}）

argument 'ord' must be Number, not {type}; try linalg.matrix_norm for the norms with names
参数 'ord' 必须是数，不是 {type}；有名称的范数可用 linalg.matrix_norm

shape {shape} and ord={order}
形状 {shape} 和 ord={order}

linalg.vector_norm cannot compute the {order} norm on an empty tensor because the operation does not have an identity
linalg.vector_norm 不能对空张量计算 {order} 范数，因为该运算没有单位元

dim must be a 2-tuple. Got {dim}
dim 必须是 2 元组。得到 {dim}

dims must be different. Got {dim}
维度必须不同。得到 {dim}

Order {ord} not supported: 'fro', 'nuc', inf, -inf, 1, -1, 2 or -2
不支持阶 {ord}：须为 'fro'、'nuc'、inf、-inf、1、-1、2 或 -2

If dim is not specified but ord is, the input must be 1D or 2D. Got {count}D
如果没有指定 dim 但指定了 ord，输入必须是 1D 或 2D。得到 {count}D

linalg.cond got an invalid norm type: {p}
linalg.cond 得到无效的范数类型：{p}

None, 'fro', 'nuc', inf, -inf, 1, -1, 2 or -2
None、'fro'、'nuc'、inf、-inf、1、-1、2 或 -2

a positive p: non-positive-norm not supported
正的 p：不支持非正的范数

expected maxnorm to be >= 0 but got {maxnorm}
maxnorm 应 >= 0，但得到 {maxnorm}

input needs at least 2 dimensions, got {count} dimensions
输入至少要有 2 个维度，得到 {count} 个

argument 'n' must be int, not {type}
参数 'n' 必须是 int，不是 {type}

{count} tensors
{count} 个张量

expected at least 2 tensors but got {count}
至少要有 2 个张量，但得到 {count} 个

tensor {i} of shape {shape}
形状为 {shape} 的第 {i} 个张量

the last tensor must be 1D or 2D but got {count}D
最后一个张量必须是 1D 或 2D，但得到 {count}D

the first tensor must be 1D or 2D but got {count}D
第一个张量必须是 1D 或 2D，但得到 {count}D

tensor {i} must be 2D but got {count}D
第 {i} 个张量必须是 2D，但得到 {count}D

tensor {i} of dtype {dtype}
dtype 为 {dtype} 的第 {i} 个张量

all tensors must have be the same dtype but tensor 0 is {dtype} and tensor {i} {dtype2}
所有张量的 dtype 必须相同，但第 0 个张量是 {dtype}，第 {i} 个张量是 {dtype2}

tensors {i} and {i2} with shapes {a} and {b} cannot be multiplied
第 {i} 和第 {i2} 个张量的形状 {a} 和 {b} 不能相乘

shapes {shape} and {shape2} with dim={dim}
形状 {shape} 和 {shape2}，dim={dim}

inconsistent tensor size, expected tensor [{shape}] and src [{shape2}] to have the same number of elements
张量大小不一致，张量 [{shape}] 和 src [{shape2}] 的元素个数应相同

N={shape} and a tensor of dtype {dtype} and shape {shape2}
N={shape}，以及 dtype 为 {dtype}、形状为 {shape2} 的张量

numbers, and N must be greater than 1
数，且 N 必须大于 1

inputs must have the same number of dimensions
输入的维度数必须相同

inputs dimension {dim} must have length 3. Got {sizes} and {sizes2}
输入在维度 {dim} 的长度必须为 3。得到 {sizes} 和 {sizes2}

a dim of three elements: no dimension of size 3 in input
有三个元素的维度：输入中没有尺寸为 3 的维度

input of shape {shape} and tau of shape {shape2}
形状为 {shape} 的输入和形状为 {shape2} 的 tau

Expected batch dimensions of tau to be equal to input.shape[:-2], and one more dim
tau 的批量维度应等于 input.shape[:-2]，再加一个维度

the output of geqrf
geqrf 的输出

input.shape[-1] must be greater than or equal to tau.shape[-1]
input.shape[-1] 必须大于或等于 tau.shape[-1]

input.shape[-2] must be greater than or equal to input.shape[-1]
input.shape[-2] 必须大于或等于 input.shape[-1]

input of shape {shape} and other of shape {shape2}
形状为 {shape} 的输入和形状为 {shape2} 的 other

other.shape[{x}] must be equal to input.shape[-2]
other.shape[{x}] 必须等于 input.shape[-2]

This function was deprecated since version 1.9 and is now removed; try {successor}
此函数自 1.9 版起弃用，现已移除；可尝试 {successor}

B of shape {shape} and left=False
形状为 {shape} 的 B 和 left=False

a matrix: Vector broadcasting of the left hand side is not supported for left=False
矩阵：left=False 不支持左边的向量广播

Expected a strictly positive integer for 'ind', but got {ind}
'ind' 应为正整数，但得到 {ind}

shape {shape} and ind={ind}
形状 {shape} 和 ind={ind}

Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {prod} != {prod2}
self 应满足 prod(self.shape[ind:]) == prod(self.shape[:ind])，但得到 {prod} != {prod2}

Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got {prod} != {prod2}
self 应满足 prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim])，但得到 {prod} != {prod2}

Incompatible shapes of A and B for the equation AX = B ({shape}x{shape2} and {shape3}x{shape4})
对方程 AX = B，A 和 B 的形状不相容（{shape}x{shape2} 和 {shape3}x{shape4}）

Incompatible shapes of A and B for the equation XA = B ({shape}x{shape2} and {shape3}x{shape4})
对方程 XA = B，A 和 B 的形状不相容（{shape}x{shape2} 和 {shape3}x{shape4}）

B of {shape} rows
有 {shape} 行的 B

B of {shape} columns
有 {shape} 列的 B
"""
