"""Texts of operations on tensors, of the files A to G of tensor/."""

TEXTS = r"""
expected a Tensor or a Python number, given {type}; try flambeau.tensor(...)
应为张量或 Python 数，给出的是 {type}；可尝试 flambeau.tensor(...)

Inference tensors cannot be saved for backward; given a tensor that was made under inference_mode; try clone() of it outside inference_mode, or no_grad instead
推理张量不能为反向传播保存；给出的张量是在 inference_mode 下产生的；可尝试在 inference_mode 之外对它 clone()，或改用 no_grad

in-place write: the tensor was made from a read-only array, which must not change; try clone() first
原地写入：该张量由只读数组创建，而只读数组不能改变；可先尝试 clone()

in-place write: unsupported operation: more than one element of the written-to tensor refers to a single memory location; given an expanded tensor; try clone() the tensor before performing the operation
原地写入：不支持的操作：被写张量的多个元素指向同一内存位置；给出的是 expand 得到的张量；可尝试在操作之前 clone() 该张量

Inplace update to inference tensor outside InferenceMode is not allowed; try clone() of it outside inference_mode
不允许在 InferenceMode 之外原地更新推理张量；可尝试在 inference_mode 之外对它 clone()

given a view of memory of another dtype (.real, view_as_real, view(dtype)), whose tensor would not learn of the gradient; try the operation on that tensor itself, or `with flambeau.no_grad():`
给出的是以另一种 dtype 看内存的视图（.real、view_as_real、view(dtype)），其原张量不会得知梯度；可尝试对原张量进行操作，或用 `with flambeau.no_grad():`

a leaf Variable that requires grad is being used in an in-place operation; gradients could not be given to its old contents; try the out-of-place operation, or `with flambeau.no_grad():` if the change is not to be differentiated
需要梯度的叶子变量被用于原地操作；无法对它的旧内容给出梯度；可尝试非原地的操作，或者如果该改变不需要求导，用 `with flambeau.no_grad():`

a view of a leaf Variable that requires grad is being used in an in-place operation; try clone() the leaf first, or `with flambeau.no_grad():`
需要梯度的叶子变量的视图被用于原地操作；可先尝试 clone() 该叶子，或用 `with flambeau.no_grad():`

given {dtype}; required: bool or integer tensors; try {replace} or .long()
给出 {dtype}；要求：bool 或整数张量；可尝试 {replace} 或 .long()

not implemented for bool; try .int() first
没有为 bool 实现；可先尝试 .int()

Subtraction, the `-` operator, with two bool tensors is not supported; try the `^` or `logical_xor()` operator instead
不支持两个 bool 张量的减法（`-` 运算符）；可改用 `^` 或 `logical_xor()` 运算符

Subtraction, the `-` operator, with a bool tensor is not supported; if you are trying to invert a mask, try the `~` or `logical_not()` operator instead
不支持 bool 张量的减法（`-` 运算符）；如果要对掩码取反，可改用 `~` 或 `logical_not()` 运算符

heaviside is not yet implemented for tensors with different dtypes, given {dtype} and {dtype2}; convert one of them
heaviside 还没有为不同 dtype 的张量实现，给出 {dtype} 和 {dtype2}；请转换其中之一

For integral input tensors, argument alpha must not be a floating point number; try an integer alpha or .float()
对整数输入张量，参数 alpha 不能是浮点数；可尝试整数的 alpha 或 .float()

Subtraction, the `-` operator, with two bool tensors is not supported; try `^`
不支持两个 bool 张量的减法（`-` 运算符）；可尝试 `^`

div expected rounding_mode to be one of None, 'trunc', or 'floor' but found {rounding_mode}
div 的 rounding_mode 应为 None、'trunc' 或 'floor'，但得到 {rounding_mode}

integer division or modulo by zero
整数除以零或对零取模

Integers to negative integer powers are not allowed; try .float() first
不允许整数的负整数次幂；可先尝试 .float()

'Tensor' object has no attribute {name}
'Tensor' 对象没有属性 {name}

given {threads}; required: a positive int; try 1
给出 {threads}；要求：正的 int；可尝试 1

{name} can't be called on a Variable that requires grad
不能对需要梯度的变量调用 {name}

detach() first
先 detach()

imag is not implemented for tensors with non-complex dtypes; given {dtype}; try .to(flambeau.complex64)
没有为非复数 dtype 的张量实现 imag；给出 {dtype}；可尝试 .to(flambeau.complex64)

given {type} and {type2}; required: two tensors; try flambeau.tensor(...)
给出 {type} 和 {type2}；要求：两个张量；可尝试 flambeau.tensor(...)

inputs of dtypes {dtype} and {dtype2}
dtype 为 {dtype} 和 {dtype2} 的输入

Expected both inputs to be Float or Double tensors
两个输入应为 Float 或 Double 张量

Expected object of scalar type {dtype} for the second argument
第二个参数的标量类型应为 {dtype}

view_as_real is only supported for complex tensors
view_as_real 只支持复数张量

view_as_complex is only supported for half, float and double tensors
view_as_complex 只支持 half、float 和 double 张量

Tensor must have a last dimension of size 2
张量最后一维的尺寸必须是 2

dtypes {dtype} and {dtype2}
dtype {dtype} 和 {dtype2}

one dtype: expected m1 and m2 to have the same dtype
同一种 dtype：m1 和 m2 的 dtype 应相同

.to(flambeau.{dtype}) on the second operand
对第二个操作数用 .to(flambeau.{dtype})

{what} {sizes} and {sizes2}
{what} {sizes} 和 {sizes2}

values and columns of sizes
以下尺寸的值和列

rows of sizes
以下尺寸的行

a Tensor with {numel} elements cannot be converted to Scalar; given shape {shape}; required: one element; try tolist() or an index
有 {numel} 个元素的张量不能转换为标量；给出形状 {shape}；要求：一个元素；可尝试 tolist() 或下标

Boolean value of Tensor with no values is ambiguous; given shape {shape}; try any() or all()
没有元素的张量的布尔值有歧义；给出形状 {shape}；可尝试 any() 或 all()

Boolean value of Tensor with more than one value is ambiguous; given shape {shape}; try any() or all()
多于一个元素的张量的布尔值有歧义；给出形状 {shape}；可尝试 any() 或 all()

only one element tensors can be converted to Python scalars; given shape {shape}; try tolist()
只有一个元素的张量才能转换为 Python 标量；给出形状 {shape}；可尝试 tolist()

only integer tensors of a single element can be converted to an index; given dtype {dtype} and shape {shape}
只有单个元素的整数张量才能转换为下标；给出 dtype {dtype} 和形状 {shape}

len() of a 0-d tensor
对 0 维张量取 len()

iteration over a 0-d tensor; try item()
对 0 维张量迭代；可尝试 item()

Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type}.
Tensor.__contains__ 只支持张量或标量，但传入了 {type}。

Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.
不能对需要梯度的张量调用 numpy()。请改用 tensor.detach().numpy()。

Got unsupported ScalarType BFloat16, which NumPy lacks; try .float().numpy()
得到不支持的标量类型 BFloat16，NumPy 没有它；可尝试 .float().numpy()

a copy is needed to convert to {dtype}
转换为 {dtype} 需要复制

given {value}; required: a dtype, a device or a tensor, then non_blocking and copy as bools
给出 {value}；要求：一个 dtype、设备或张量，其后是布尔值 non_blocking 和 copy

to() received an invalid combination of arguments: {args}, {options}
to() 得到无效的参数组合：{args}、{options}

invalid type: {dtype}; try a dtype, flambeau.float32
无效的类型：{dtype}；可尝试 dtype，如 flambeau.float32

given stream={stream}; required: None on the CPU
给出 stream={stream}；要求：在 CPU 上为 None

slice step must be positive; given {step}
切片步长必须为正；给出 {step}

a tensor of dtype {dtype}: not implemented for it
dtype 为 {dtype} 的张量：没有为它实现

an integer dtype
整数 dtype

minlength should be >= 0
minlength 应 >= 0

a tensor of shape {shape}
形状为 {shape} 的张量

bincount only supports 1-d non-negative integral inputs
bincount 只支持 1-d 的非负整数输入

weights of shape {shape} for {size} elements
对 {size} 个元素给出形状为 {shape} 的 weights

weights should be 1-d and have the same length as input
weights 应为 1-d 且长度与输入相同

float32 or float64
float32 或 float64

{bins} bins
{bins} 个区间

bins must be > 0
bins 必须 > 0

the range [{low}, {high}]
范围 [{low}, {high}]

range of [{low}, {high}] is not finite
范围 [{low}, {high}] 不是有限的

a range, or nan_to_num on the input
给出范围，或对输入用 nan_to_num

min={min} and max={max}
min={min} 和 max={max}

max must be larger than min
max 必须大于 min

the range ({low}, {high}) for dimension {dim}
维度 {dim} 的范围 ({low}, {high})

min should not exceed max, but got min {low} max {high}
min 不应大于 max，但得到 min {low} 和 max {high}

bins of shape {shape} for dimension {dim}
维度 {dim} 的形状为 {shape} 的 bins

bins tensor should have one dimension
bins 张量应有一个维度

bins tensor should have at least 1 element
bins 张量应至少有 1 个元素

bins of dtype {dtype} for an input of {dtype2}
输入为 {dtype2}，bins 的 dtype 为 {dtype}

input tensor and bins tensors should have the same dtype
输入张量和 bins 张量的 dtype 应相同

a weight of dtype {dtype} for an input of {dtype2}
输入为 {dtype2}，weight 的 dtype 为 {dtype}

input tensor and weight tensor should have the same dtype
输入张量和 weight 张量的 dtype 应相同

a weight of shape {shape} for an input of shape {shape2}
输入的形状为 {shape2}，weight 的形状为 {shape}

one weight for each point, {shape}: if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension
每个点一个权重，即 {shape}：如果给出 weight 张量，它的形状应与输入张量除最内维之外的形状相同

a range of {count} numbers
{count} 个数的范围

for a {ndim}-dimensional histogram range should have {x} elements
{ndim} 维直方图的范围应有 {x} 个元素

input tensor should have at least 2 dimensions
输入张量至少要有 2 个维度

{count} bins for points of {shape} dimensions
{shape} 维的点给出 {count} 个 bins

The size of bins must be equal to the innermost dimension of the input
bins 的个数必须等于输入最内维的尺寸

given device {found}; required: a device that is present, which is 'cpu'; try device='cpu'
给出设备 {found}；要求：存在的设备，即 'cpu'；可尝试 device='cpu'

argument 'dtype' must be flambeau.dtype, not {type}; given {dtype}; try flambeau.float32
参数 'dtype' 必须是 flambeau.dtype，不是 {type}；给出 {dtype}；可尝试 flambeau.float32

argument 'size' (position 1) must be tuple of ints, not {type}; given {size}
参数 'size'（位置 1）必须是 int 的元组，不是 {type}；给出 {size}

Dimension size must be non-negative: Trying to create tensor with negative dimension {index}: {size}
维度尺寸不能为负：试图创建有负尺寸 {index} 的张量：{size}

Only Tensors of floating point and complex dtype can require gradients; given dtype {dtype}; try dtype=flambeau.float32
只有浮点和复数 dtype 的张量才能需要梯度；给出 dtype {dtype}；可尝试 dtype=flambeau.float32

given layout {layout}; required: flambeau.strided
给出布局 {layout}；要求：flambeau.strided

argument 'memory_format' must be flambeau.memory_format, not {type}
参数 'memory_format' 必须是 flambeau.memory_format，不是 {type}

{name}() received no size; required: ints or one tuple of ints
{name}() 没有得到尺寸；要求：若干 int 或一个 int 的元组

{name}() got an unexpected keyword argument {next}
{name}() 得到意外的关键字参数 {next}

argument 'fill_value' must be Number, not Tensor of shape {shape}; try expand
参数 'fill_value' 必须是数，不是形状为 {shape} 的张量；可尝试 expand

argument 'fill_value' must be Number, not {type}
参数 'fill_value' 必须是数，不是 {type}

argument 'input' (position 1) must be Tensor, not {type}; try flambeau.tensor(...)
参数 'input'（位置 1）必须是张量，不是 {type}；可尝试 flambeau.tensor(...)

dimensionality of sizes ({count}) must match dimensionality of strides ({count2})
尺寸的个数（{count}）必须与步幅的个数（{count2}）一致

To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True), rather than flambeau.tensor(sourceTensor).
要从张量复制构造，建议使用 sourceTensor.detach().clone() 或 sourceTensor.detach().clone().requires_grad_(True)，而不是 flambeau.tensor(sourceTensor)。

can't alias with arbitrary data, or with data of another dtype; try copy=None
不能与任意数据或另一种 dtype 的数据共享内存；可尝试 copy=None

expected np.ndarray (got {type}); try flambeau.tensor(...)
应为 np.ndarray（得到 {type}）；可尝试 flambeau.tensor(...)

The given NumPy array is not writable, and so is the tensor: in-place operations on it are refused. Try array.copy().
给出的 NumPy 数组不可写，所以张量也不可写：对它的原地操作会被拒绝。可尝试 array.copy()。

tensors of dtype {dtype}
dtype 为 {dtype} 的张量

an object with __dlpack__, or a capsule named 'dltensor' or 'dltensor_versioned': each can be consumed only once, so a tensor may have been made of it already
有 __dlpack__ 的对象，或名为 'dltensor' 或 'dltensor_versioned' 的 capsule：每个只能消费一次，可能已经由它创建过张量

the object itself instead of its capsule
对象本身，而不是它的 capsule

stream=None on the CPU
在 CPU 上用 stream=None

(1, 0), the CPU
(1, 0)，即 CPU

one that does not, for other libraries don't record: Can't export tensors that require gradient
不需要梯度的张量，因为其他库不会记录：不能导出需要梯度的张量

Can't export tensors with layout other than flambeau.strided
不能导出布局不是 flambeau.strided 的张量

a tensor over read-only memory
只读内存上的张量

max_version=(1, 0) or newer, with which a capsule can say so
max_version=(1, 0) 或更新，这样的 capsule 才能说明只读

an object that cannot copy to it
不能复制到那里的对象

memory of device type {get} and {why}
设备类型为 {get} 的内存和 {why}

memory of the CPU
CPU 的内存

copying it to the CPU first
先把它复制到 CPU

a capsule of DLPack {major}
DLPack {major} 的 capsule

version 1 or older
版本 1 或更旧

a finished capsule
已用完的 capsule

elements of dtype {get} in {lanes} lanes
{lanes} 个通道中类型为 {get} 的元素

one lane of {join}
单个通道的 {join}

another dtype
另一种 dtype

Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment; try .detach()
目前只有由用户明确创建的张量（图的叶子）支持 deepcopy；可尝试 .detach()

expected condition to be a boolean tensor, but got a tensor with dtype {dtype}; try condition != 0
condition 应为布尔张量，但得到 dtype 为 {dtype} 的张量；可尝试 condition != 0

masked_fill only supports boolean masks, but got mask with dtype {dtype}; try mask.bool()
masked_fill 只支持布尔掩码，但得到 dtype 为 {dtype} 的掩码；可尝试 mask.bool()

masked_fill only supports a 0-dimensional value tensor, but got tensor with {count} dimension(s); try where
masked_fill 只支持 0 维的值张量，但得到有 {count} 个维度的张量；可尝试 where

value cannot be converted to type {dtype} without overflow; given a complex number; try value.real, or convert the tensor first
值不能无溢出地转换为类型 {dtype}；给出复数；可尝试 value.real，或先转换张量

not implemented for a bool tensor and a bool number; try a bool tensor as the bound, or .int()
没有为 bool 张量与 bool 数实现；可尝试用 bool 张量作界，或 .int()

not implemented for bool; try .int()
没有为 bool 实现；可尝试 .int()

at least one of 'min' or 'max' must not be None
'min' 和 'max' 至少有一个不能是 None

expected dtype {dtype} for `end` and `weight` but got dtype {dtype2} and {dtype3}
`end` 和 `weight` 的 dtype 应为 {dtype}，但得到 {dtype2} 和 {dtype3}

Integer division with addcdiv is not supported; try input + value * trunc(tensor1 / tensor2), or .float()
addcdiv 不支持整数除法；可尝试 input + value * trunc(tensor1 / tensor2)，或 .float()

{dtype} did not match {dtype2}; convert one of them
{dtype} 与 {dtype2} 不一致；请转换其中之一

The size of the source {shape} must match or broadcast to that of the tensor that is written, {shape2}\n{mark_shapes}
源的尺寸 {shape} 必须等于或能广播到被写张量的尺寸 {shape2}\n{mark_shapes}

given numpy array has byte order different from the native byte order ({dtype}); try array.astype(array.dtype.newbyteorder('='))
给出的 numpy 数组的字节序与本机（{dtype}）不同；可尝试 array.astype(array.dtype.newbyteorder('='))

can't convert np.ndarray of type {dtype}; the supported types are {join}; try array.astype(...)
不能转换类型为 {dtype} 的 np.ndarray；支持的类型有 {join}；可尝试 array.astype(...)

at least one stride in the given numpy array is negative, and tensors with negative strides are not supported; try array.copy()
给出的 numpy 数组至少有一个步幅为负，而张量不支持负步幅；可尝试 array.copy()

given numpy array strides not a multiple of the element byte size; try array.copy()
给出的 numpy 数组的步幅不是元素字节数的倍数；可尝试 array.copy()

not implemented for {dtype}; required: a floating-point tensor; try random_
没有为 {dtype} 实现；要求：浮点张量；可尝试 random_

uniform_() got an unexpected keyword argument {next}
uniform_() 得到意外的关键字参数 {next}

uniform_ expects to return a [from, to) range, but found from={low} > to={to}
uniform_ 的范围应为 [from, to)，但得到 from={low} > to={to}

random_() got an unexpected keyword argument {next}
random_() 得到意外的关键字参数 {next}

exponential_ expects lambda > 0.0, but found lambda={lambd}
exponential_ 要求 lambda > 0.0，但得到 lambda={lambd}

geometric_ expects p to be in (0, 1), but got p={p}
geometric_ 要求 p 在 (0, 1) 之内，但得到 p={p}

cauchy_ expects sigma > 0.0, but found sigma={sigma}
cauchy_ 要求 sigma > 0.0，但得到 sigma={sigma}

log_normal_ expects std > 0.0, but found std={std}
log_normal_ 要求 std > 0.0，但得到 std={std}

{name} only supports floating-point dtypes
{name} 只支持浮点 dtype

floating-point tensors
浮点张量

real numbers
实数

mode={mode}, an unknown mode
未知的模式 mode={mode}

0, the exclusive or
0，即异或

Expected reduction dim to be specified for input.numel() == 0
input.numel() == 0 时须指定归约的维度

Expected reduction dim {empty} to have non-zero size
归约的维度 {empty} 的尺寸应不为零

no variable {name}
没有变量 {name}

a parameter of dtype {dtype}
dtype 为 {dtype} 的参数

a real floating-point dtype
实数的浮点 dtype

to optimize its real and imaginary parts
对它的实部和虚部进行优化

{variable} of shape {shape} for a parameter of shape {shape2}
形状为 {shape2} 的参数，其 {variable} 的形状为 {shape}

Unsupported dtype: float32, float64 or complex numbers
不支持的 dtype：须为 float32、float64 或复数

{name} expects a real input tensor
{name} 需要实数输入张量

fft, or .real
fft，或 .real

norm {norm}
范数 {norm}

Invalid normalization mode: one of "forward", "backward", "ortho"
无效的归一化模式：须为 "forward"、"backward"、"ortho" 之一

s of {count} sizes for a tensor of {count2} dims
对有 {count2} 个维度的张量给出 {count} 个尺寸的 s

Got shape with more values than input has dimensions
给出的尺寸多于输入的维度

dims {dims}
维度 {dims}

FFT dims must be unique
FFT 的维度不能重复

{count} dims and {count2} sizes
{count} 个维度和 {count2} 个尺寸

When given, dim and shape arguments must have the same length
同时给出时，dim 和 shape 参数的长度必须相同

at least 1
至少 1

no dims
没有维度

{name} must transform at least one axis
{name} 必须至少变换一个轴

{x} data points along dim {at}
沿维度 {at} 的 {x} 个数据点

Invalid number of data points ({x}) specified
指定的数据点个数（{x}）无效

n of at least 1
n 至少为 1

an index of dtype {dtype}
dtype 为 {dtype} 的下标

Expected dtype {join} for index
下标的 dtype 应为 {join}

an index of {count} dims and {what} of {count2}: {index} and {shape}
{count} 个维度的下标和 {count2} 个维度的 {what}：{index} 和 {shape}

Index tensor must have the same number of dimensions as {what} tensor
下标张量的维度数必须与 {what} 张量相同

unsqueeze or expand the index
对下标用 unsqueeze 或 expand

Size does not match at dimension {d}: expected index {index} to be no larger than {what} {shape}\n{align_shapes}; try index.narrow({d2}, 0, {b})
维度 {d} 的尺寸不一致：下标 {index} 不应大于 {what} {shape}\n{align_shapes}；可尝试 index.narrow({d2}, 0, {b})

Size does not match at dimension {d}: expected index {index} to be no larger than {what} {shape} apart from dimension {dim}\n{align_shapes}; try index.narrow({d2}, 0, {b})
维度 {d} 的尺寸不一致：除维度 {dim} 外，下标 {index} 不应大于 {what} {shape}\n{align_shapes}；可尝试 index.narrow({d2}, 0, {b})

dim {d}: the index's {a} is more than the {b} of {what}
维度 {d}：下标的 {a} 大于 {what} 的 {b}

an index of shape {shape}
形状为 {shape} 的下标

Index is supposed to be a vector
下标应为向量

{shape} indices of a tensor without dims
没有维度的张量的 {shape} 个下标

Index to scalar can have only 1 value, got {shape} value(s)
标量的下标只能有 1 个值，得到 {shape} 个

indices for a tensor of shape {shape}
形状为 {shape} 的张量的下标

tried to take from an empty tensor
试图从空张量中取元素

input and indices should have the same number of dimensions, but got {count} dimensions for input, and {count2} dimensions for indices
input 和 indices 的维度数应相同，但 input 有 {count} 个维度，indices 有 {count2} 个维度

unsqueeze the indices
对 indices 用 unsqueeze

indexing must be one of 'xy' or 'ij', but received: {indexing}
indexing 必须是 'xy' 或 'ij'，但得到：{indexing}

meshgrid expects a non-empty TensorList
meshgrid 需要非空的张量列表

Expected scalar or 1D tensor in the tensor list but got: {next}
张量列表中应为标量或 1D 张量，但得到：{next}

input tensor must have at least 2 dimensions, given shape {shape}; try diag
输入张量至少要有 2 个维度，给出形状 {shape}；可尝试 diag

row and col must be non-negative, got {row} and {col}
row 和 col 不能为负，得到 {row} 和 {col}

elements of dtype code {code} {bits} in {lanes} lanes
{lanes} 个通道中 dtype 代码为 {code} {bits} 的元素

lists of {count} and {count2}
{count} 和 {count2} 个的列表

Tensor lists must have the same number of tensors
张量列表中的张量个数必须相同
"""
