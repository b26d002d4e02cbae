"""Texts of operations on tensors, of the files H to P of tensor/."""

TEXTS = r"""
input {x}, source {source} and {count} indices along dim {dim}
沿维度 {dim} 的输入 {x}、源 {source} 和 {count} 个下标

as many dims in source as in input: their dimensionality must match. Source dimensionality ({count}), destination dimensionality ({count2})
源的维度数与输入相同：两者的维度数必须一致。源的维度数（{count}），目标的维度数（{count2}）

unsqueeze or expand the source
对源用 unsqueeze 或 expand

Number of indices ({count}) should be equal to source.size(dim): ({source}), for dim: {dim}
下标的个数（{count}）应等于 source.size(dim)（{source}），dim 为 {dim}

source.narrow({dim}, 0, {count})
source.narrow({dim}, 0, {count})

dim {dim}: {count} indices
维度 {dim}：{count} 个下标

source tensor shape must match self tensor shape, excluding the specified dimension {dim}. Got self.shape = {x} source.shape = {source}\n{align_shapes}; try expand or narrow on the source
源张量的形状除指定的维度 {dim} 外必须与自身张量一致。得到 self.shape = {x} source.shape = {source}\n{align_shapes}；可尝试对源用 expand 或 narrow

dim {d}: {a} and {b} differ
维度 {d}：{a} 与 {b} 不同

Index is supposed to be a vector (should have dimension 1 or 0, got {count})
下标应为向量（维度数应为 1 或 0，得到 {count}）

Expected reduce to be one of prod, mean, amax or amin but got {reduce}
reduce 应为 prod、mean、amax 或 amin 之一，但得到 {reduce}

index_add for sums
求和用 index_add

an index of {dtype}
{dtype} 的下标

Expected dtype int64 for index
下标的 dtype 应为 int64

a number: index_fill_ only supports a 0-dimensional value tensor, but got tensor with {count} dimension(s)
一个数：index_fill_ 只支持 0 维的值张量，但得到有 {count} 个维度的张量

{value} for a tensor of {dtype}
对 {dtype} 的张量给出 {value}

a real number: Converting complex Scalar to non-complex type is not supported
实数：不支持把复数标量转换为非复数类型

an index of shape {shape} and a source of shape {shape2}
形状为 {shape} 的下标和形状为 {shape2} 的源

Expected source and index to have the same number of elements, but got source.numel() = {given}, index.numel() = {count}
源和下标的元素个数应相同，但得到 source.numel() = {given}，index.numel() = {count}

index tensors of shapes {x}
形状为 {x} 的下标张量

shape mismatch: indexing tensors could not be broadcast together
形状不一致：各下标张量不能一起广播

give them one shape, or insert dims of size 1 with [:, None]
给它们同一形状，或用 [:, None] 插入尺寸为 1 的维度

a shape that broadcasts to {shape}: shape mismatch: value tensor cannot be broadcast to indexing result
能广播到 {shape} 的形状：形状不一致，值张量不能广播到索引的结果

x[index] = value
x[index] = value

a real number: value cannot be converted to type {dtype} without overflow
实数：值不能无溢出地转换为类型 {dtype}

a tensor or a number: can't assign a {type} to a tensor
张量或数：不能把 {type} 赋给张量

a value of {dtype} for a tensor of {dtype2}
对 {dtype2} 的张量给出 {dtype} 的值

one dtype: Index put requires the source and destination dtypes match
同一种 dtype：index put 要求源和目标的 dtype 一致

a shape that broadcasts to {own}: the expanded size of the tensor must match the existing size
能广播到 {own} 的形状：扩展后的尺寸必须与已有尺寸一致

argument 'indices' (position 1) must be tuple of Tensors, not {type}; try (indices,)
参数 'indices'（位置 1）必须是张量的元组，不是 {type}；可尝试 (indices,)

argument 'values' (position 2) must be Tensor, not {type}; try flambeau.tensor(...)
参数 'values'（位置 2）必须是张量，不是 {type}；可尝试 flambeau.tensor(...)

tensors used as indices must be long, int, byte or bool tensors; given {x}; try .long() or a comparison
用作下标的张量必须是 long、int、byte 或 bool 张量；给出 {x}；可尝试 .long() 或比较

indices for {sum} dims and a tensor of shape {shape}
{sum} 个维度的下标和形状为 {shape} 的张量

indices for at most {count}: too many indices for tensor of dimension {count2}
最多 {count} 个维度的下标：对 {count2} 维张量来说下标太多

fewer indices, or None for a new dim
更少的下标，或用 None 表示新维度

{count} ellipses
{count} 个省略号

an index can only have a single ellipsis ('...')
下标只能有一个省略号（'...'）

: for each other dim
：其他每个维度

step must be greater than zero; given {bounds}; try flip to reverse a dim
步长必须大于零；给出 {bounds}；可用 flip 来反转一个维度

shape {shape} and index {integer} for dim {count}
形状 {shape} 和维度 {count} 的下标 {integer}

{size} <= index < {shape}: index {integer} is out of bounds for dimension {count} with size {shape2}
{size} <= 下标 < {shape}：下标 {integer} 超出维度 {count}（尺寸 {shape2}）的范围

a dim that is not empty: index {integer} is out of bounds for dimension {count} with size 0
不为空的维度：下标 {integer} 超出维度 {count}（尺寸 0）的范围

The shape of the mask {shape} at index {next} does not match the shape of the indexed tensor {shape2} at index {count}\n{align_shapes}
位于下标 {next} 的掩码的形状 {shape} 与被索引张量在下标 {count} 处的形状 {shape2} 不一致\n{align_shapes}

dim {next}: {given} and {shape} differ; try a mask of the tensor's own shape
维度 {next}：{given} 与 {shape} 不同；可尝试与张量同形状的掩码

output with shape {shape} doesn't match the broadcast shape {shape2}; an in-place operation keeps the tensor's shape; try {rstrip}, which makes a new tensor\n{mark_shapes}
形状为 {shape} 的输出与广播后的形状 {shape2} 不一致；原地操作保持张量的形状；可尝试 {rstrip}，它产生新张量\n{mark_shapes}

result type {dtype} can't be cast to the desired output type {dtype2}; try {rstrip}, which makes a new tensor, or convert this tensor first
结果类型 {dtype} 不能转换为所需的输出类型 {dtype2}；可尝试 {rstrip}，它产生新张量，或先转换此张量

out has {count} tensors; required: {count2}
out 有 {count} 个张量；要求：{count2} 个

given out of {type}; required: a Tensor
给出的 out 类型为 {type}；要求：张量

functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad; try the form without out
带 out=... 参数的函数不支持自动微分，但有一个参数需要梯度；可尝试不带 out 的形式

out of shape {shape} is a view and cannot be resized to {shape2}; try a new tensor
形状为 {shape} 的 out 是视图，不能改为 {shape2}；可尝试新的张量

result type {dtype} can't be cast to the desired output type {dtype2}; try an out of dtype {dtype3}
结果类型 {dtype} 不能转换为所需的输出类型 {dtype2}；可尝试 {dtype3} 的 out

expected Tensor as element {i} in argument 0, but got {type}; try flambeau.tensor(...)
参数 0 的第 {i} 个元素应为张量，但得到 {type}；可尝试 flambeau.tensor(...)

zero-dimensional tensor (at position 0) cannot be concatenated; try stack
0 维张量（位置 0）不能拼接；可尝试 stack

tensors of shapes {first} (number 0) and {shape} (number {number})
形状为 {first}（第 0 个）和 {shape}（第 {number} 个）的张量

Tensors must have same number of dimensions: got {count} and {count2}
张量的维度数必须相同：得到 {count} 和 {count2}

unsqueeze, or stack for a new dim
unsqueeze，或用 stack 得到新维度

Sizes of tensors must match except in dimension {dim}. Expected size {a} but got size {b} for tensor number {number} in the list, in dim {d}
除维度 {dim} 外，张量的尺寸必须一致。列表中第 {number} 个张量在维度 {d} 上的尺寸应为 {a}，但得到 {b}

dim={d}, or expand or slice one of them
dim={d}，或对其中之一用 expand 或切片

stack expects each tensor to be equal size, but got {first} at entry 0 and {shape} at entry {i}
stack 要求各张量尺寸相等，但第 0 项为 {first}，第 {i} 项为 {shape}

dim {next}: {first} and {shape} differ; try cat, which joins along a dim
维度 {next}：{first} 与 {shape} 不同；可尝试 cat，它沿一个维度拼接

tensor {i} of {count} dimensions
第 {i} 个张量有 {count} 个维度

2 or fewer dimensions
2 个或更少的维度

split_size must be non-negative, and 0 only for a dim of size 0; given {split_size_or_sections} for a dim of size {shape}
split_size 不能为负，且只有维度尺寸为 0 时才能为 0；对尺寸为 {shape} 的维度给出 {split_size_or_sections}

split_sizes with only non-negative entries
split_sizes 的各项都不为负

split_with_sizes expects split_sizes to sum exactly to {shape} (input tensor's size at dimension {normalize_dim}), but got split_sizes={x}
split_with_sizes 要求 split_sizes 之和恰好为 {shape}（输入张量在维度 {normalize_dim} 的尺寸），但得到 split_sizes={x}

chunk expects `chunks` to be greater than 0, got: {chunks}
chunk 要求 `chunks` 大于 0，得到：{chunks}

number of sections must be larger than 0, got {tolist}
段数必须大于 0，得到 {tolist}

Dimension specified as 0 but tensor has no dimensions
指定了维度 0，但张量没有维度

at least {least}
至少 {least}

{indices_or_sections} sections of dimension {min} of size {shape}
把尺寸为 {shape} 的维度 {min} 分成 {indices_or_sections} 段

a size that is divisible by it
能被它整除的尺寸

Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor; given {sizes} for shape {shape}
repeat 的维度数不能少于张量的维度数；对形状 {shape} 给出 {sizes}

Trying to create tensor with negative dimension: {shape_of}
试图创建有负尺寸的张量：{shape_of}

flip() missing 1 required argument: 'dims'
flip() 缺少 1 个必需的参数：'dims'

dim appears multiple times in the list of dims {shape_of}
维度列表 {shape_of} 中有重复的维度

shifts and dimensions must align. shifts: {count}
shifts 和 dims 必须对应。shifts：{count}

shifts and dimensions must align. shifts: {count}, dims:{count2}
shifts 和 dims 必须对应。shifts：{count}，dims：{count2}

two dims
两个维度

two different dims
两个不同的维度

a tensor with {count} dims
有 {count} 个维度的张量

Input must be >= {least}-d
输入必须 >= {least}-d

a 1D or 2D tensor
1D 或 2D 张量

diagonal or diagflat
diagonal 或 diagflat

dim1={dim1} and dim2={dim2}: identical
dim1={dim1} 和 dim2={dim2}：相同

different dims
不同的维度

Overflow when unpacking long long: given {x}; required: 64 bits; try a float
整数溢出：给出 {x}；要求：64 位；可尝试 float

value cannot be converted to type {dtype} without overflow: given {x}; required: {min} to {max}; try a wider dtype
值不能无溢出地转换为类型 {dtype}：给出 {x}；要求：{min} 到 {max}；可尝试更宽的 dtype

can't convert {replace}.{type} of type {dtype}. The only supported types are: {join}; try array.astype(...)
不能转换类型为 {dtype} 的 {replace}.{type}。支持的类型只有：{join}；可尝试 array.astype(...)

can't convert {replace}.{type} of type {dtype}. The only supported types are: {join}; try to select the columns that are numbers ({join2} are not numbers), or .astype('float32')
不能转换类型为 {dtype} 的 {replace}.{type}。支持的类型只有：{join}；可尝试选出是数的列（{join2} 不是数），或 .astype('float32')

can't convert {replace}.{type} of type {dtype}. The only supported types are: {join}; try to select the columns that are numbers, or .astype('float32')
不能转换类型为 {dtype} 的 {replace}.{type}。支持的类型只有：{join}；可尝试选出是数的列，或 .astype('float32')

new(): invalid data type 'str' at data{join}; required: numbers, sequences of them, arrays
new()：data{join} 处有无效的数据类型 'str'；要求：数、数的序列、数组

new(): invalid data type 'str'; required: numbers, sequences of them, arrays
new()：无效的数据类型 'str'；要求：数、数的序列、数组

Could not infer dtype of {type} at data{join}; required: numbers, nested sequences of numbers, NumPy arrays or tensors
不能推断 data{join} 处 {type} 的 dtype；要求：数、嵌套的数的序列、NumPy 数组或张量

Could not infer dtype of {type}; required: numbers, nested sequences of numbers, NumPy arrays or tensors
不能推断 {type} 的 dtype；要求：数、嵌套的数的序列、NumPy 数组或张量

too many dimensions; the data contains itself
维度太多；数据包含它自己

expected a sequence of length {shape} at dim {count} (got {type}, which is not a sequence) at data{join}
在维度 {count} 应为长度 {shape} 的序列（得到 {type}，它不是序列），位于 data{join}

expected a sequence of length {shape} at dim {count} (got {type}, which is not a sequence)
在维度 {count} 应为长度 {shape} 的序列（得到 {type}，它不是序列）

expected a number at dim {count} (got a sequence of length {got}) at data{join}; all elements must be nested equally deep
在维度 {count} 应为数（得到长度 {got} 的序列），位于 data{join}；所有元素的嵌套深度必须相同

expected a number at dim {count} (got a sequence of length {got}); all elements must be nested equally deep
在维度 {count} 应为数（得到长度 {got} 的序列）；所有元素的嵌套深度必须相同

expected sequence of length {shape} at dim {count} (got {got}) at data{join}; all rows must have the same length: try to pad or cut the rows, or one tensor for each
在维度 {count} 应为长度 {shape} 的序列（得到 {got}），位于 data{join}；所有行的长度必须相同：可尝试填充或截断各行，或每行一个张量

expected sequence of length {shape} at dim {count} (got {got}); all rows must have the same length: try to pad or cut the rows, or one tensor for each
在维度 {count} 应为长度 {shape} 的序列（得到 {got}）；所有行的长度必须相同：可尝试填充或截断各行，或每行一个张量

expected sequence of length {shape} at dim {count} (got none) at data{join}; all rows must have the same length: try to pad or cut the rows, or one tensor for each
在维度 {count} 应为长度 {shape} 的序列（什么也没得到），位于 data{join}；所有行的长度必须相同：可尝试填充或截断各行，或每行一个张量

expected sequence of length {shape} at dim {count} (got none); all rows must have the same length: try to pad or cut the rows, or one tensor for each
在维度 {count} 应为长度 {shape} 的序列（什么也没得到）；所有行的长度必须相同：可尝试填充或截断各行，或每行一个张量

expected a number at dim {count} (got {got}) at data{join}; all rows must have the same length: try to pad or cut the rows, or one tensor for each
在维度 {count} 应为数（得到 {got}），位于 data{join}；所有行的长度必须相同：可尝试填充或截断各行，或每行一个张量

expected a number at dim {count} (got {got}); all rows must have the same length: try to pad or cut the rows, or one tensor for each
在维度 {count} 应为数（得到 {got}）；所有行的长度必须相同：可尝试填充或截断各行，或每行一个张量

expected a number at dim {count} (got none) at data{join}; all rows must have the same length: try to pad or cut the rows, or one tensor for each
在维度 {count} 应为数（什么也没得到），位于 data{join}；所有行的长度必须相同：可尝试填充或截断各行，或每行一个张量

expected a number at dim {count} (got none); all rows must have the same length: try to pad or cut the rows, or one tensor for each
在维度 {count} 应为数（什么也没得到）；所有行的长度必须相同：可尝试填充或截断各行，或每行一个张量

a mask of dtype {dtype}
dtype 为 {dtype} 的掩码

a bool mask: masked_scatter_ only supports boolean masks
bool 掩码：masked_scatter_ 只支持布尔掩码

a tensor of {dtype} and a source of {dtype2}
{dtype} 的张量和 {dtype2} 的源

expected self and source to have same dtypes
self 和 source 的 dtype 应相同

a source of {size} elements for {count} true elements of the mask
掩码有 {count} 个真元素，源有 {size} 个元素

Number of elements of source < number of ones in mask: at least {count}
源的元素个数少于掩码中的真元素：至少 {count} 个

expected BoolTensor for mask
掩码应为 BoolTensor

'size' must be an non-negative integer
'size' 必须是非负整数

a mask of {count} dims for {count2}
对 {count2} 个维度给出有 {count} 个维度的掩码

expected broadcastable mask (got mask dimensionality higher than of the input)
掩码应能广播（得到的掩码的维度数多于输入）

Could not infer output dtype. Input dtype must be either a floating point or complex dtype
不能推断输出的 dtype。输入的 dtype 必须是浮点或复数

dtype {dtype} and a row of which nothing is kept
dtype {dtype}，且有一行没有保留任何元素

masked median expects no fully masked out rows if dtype is not floating point
如果 dtype 不是浮点，带掩码的中位数要求没有被完全遮住的行

cdist only supports floating-point dtypes
cdist 只支持浮点 dtype

cdist only supports at least 2D tensors
cdist 只支持至少 2D 的张量

X1 and X2 must have the same number of columns
X1 和 X2 的列数必须相同

cdist only supports non-negative p values
cdist 只支持非负的 p

Expect a 1D vector, but got shape {shape}
应为 1D 向量，但得到形状 {shape}

Expect a non-negative number, but got {r}
应为非负数，但得到 {r}

indices of {dtype}
{dtype} 的下标

expected 'indices' to be integer dtype
'indices' 应为整数 dtype

'shape' cannot have negative values
'shape' 不能有负值

not implemented for bool; try .bool() of the result
没有为 bool 实现；可对结果用 .bool()

step must be nonzero
步长不能为零

unsupported range: {start} -> {end}
不支持的范围：{start} -> {end}

upper bound and lower bound inconsistent with step sign: from {start} to {end} by {step}
上下界与步长的符号不一致：从 {start} 到 {end}，步长 {step}

step must be nonzero, and is 0 as int64
步长不能为零，而它作为 int64 是 0

range() missing 1 required positional argument: 'end'
range() 缺少 1 个必需的位置参数：'end'

step must be nonzero; given 0
步长不能为零；给出 0

arguments must be Numbers, not {type}; given {x}
参数必须是数，不是 {type}；给出 {x}

number of steps must be non-negative, given {steps}
步数不能为负，给出 {steps}

{letter} must be greater or equal to 0, got {size}
{letter} 必须大于或等于 0，得到 {size}

expected src to have a size equal to the slice of self. src size = {shape}, slice size = {piece}; try expand or reshape on src
src 的尺寸应等于 self 的切片。src 的尺寸 = {shape}，切片的尺寸 = {piece}；可对 src 用 expand 或 reshape

expected src to have a size equal to the slice of self. src size = {shape}, slice size = {piece}\n{align_shapes}; try expand or reshape on src
src 的尺寸应等于 self 的切片。src 的尺寸 = {shape}，切片的尺寸 = {piece}\n{align_shapes}；可对 src 用 expand 或 reshape

select() cannot be applied to a 0-dim tensor; try reshape(1)
select() 不能用于 0 维张量；可尝试 reshape(1)

index {i} for a tensor of shape {shape}
形状为 {shape} 的张量的下标 {i}

{shape} <= index < {shape2}: index {i} out of range in dim {at}
{shape} <= 下标 < {shape2}：下标 {i} 超出维度 {at} 的范围

slice() cannot be applied to a 0-dim tensor; try reshape(1)
slice() 不能用于 0 维张量；可尝试 reshape(1)

slice step must be positive
切片步长必须为正

diagonal dimensions cannot be identical {dim1}, {dim2}
对角线的两个维度不能相同：{dim1}、{dim2}

given {type} and {type2}; required: at least one Tensor; try flambeau.tensor(...)
给出 {type} 和 {type2}；要求：至少一个张量；可尝试 flambeau.tensor(...)

a base of dtype {dtype}
dtype 为 {dtype} 的底数

the operation's result requires dtype {dtype}
该操作的结果需要 dtype {dtype}

float_power, which makes a new tensor
float_power，它产生新张量

given profile {profile}; required: one of {profiles}
给出 profile {profile}；要求：{profiles} 之一

given {d}; required: a floating-point dtype; try flambeau.float32 or flambeau.float64
给出 {d}；要求：浮点 dtype；可尝试 flambeau.float32 或 flambeau.float64

argument {word} (position {position}) must be Tensor, not {type}; try flambeau.tensor(...)
参数 {word}（位置 {position}）必须是张量，不是 {type}；可尝试 flambeau.tensor(...)

given {type}; required: a Tensor or a Python number
给出 {type}；要求：张量或 Python 数

a vector, got {count}-D tensor
向量，得到 {count}-D 张量

a matrix, got {count}-D tensor
矩阵，得到 {count}-D 张量

a {dims}-D tensor, got {count}-D tensor
{dims}-D 张量，得到 {count}-D 张量
"""
