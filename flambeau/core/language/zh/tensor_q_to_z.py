"""Texts of operations on tensors, of the files Q to Z of tensor/."""

TEXTS = r"""
{name}() input tensor must be either float or double dtype
{name}() 的输入张量必须是 float 或 double dtype

{name}() input tensor must be non-empty
{name}() 的输入张量不能为空

{name}() interpolation must be one of linear, lower, higher, midpoint or nearest
{name}() 的 interpolation 必须是 linear、lower、higher、midpoint 或 nearest 之一

argument 'q' (position 2) must be float or Tensor, not {type}; try flambeau.tensor(q)
参数 'q'（位置 2）必须是 float 或张量，不是 {type}；可尝试 flambeau.tensor(q)

{name}() q must be in the range [0, 1]
{name}() 的 q 必须在 [0, 1] 之内

a percentage divided by 100
百分数除以 100

q of shape {shape}
形状为 {shape} 的 q

{name}() q must be a scalar or 1D tensor
{name}() 的 q 必须是标量或 1D 张量

q of dtype {dtype} for a tensor of {dtype2}
对 {dtype2} 的张量给出 dtype 为 {dtype} 的 q

{name}() q tensor must be same dtype as the input tensor
{name}() 的 q 张量的 dtype 必须与输入张量相同

q of {tolist}
q 为 {tolist}

{name}() q values must be in the range [0, 1]
{name}() 的 q 的值必须在 [0, 1] 之内

q / 100 for percentages
百分数用 q / 100

not implemented for {found}; required: a floating-point dtype; try randint or .to(dtype) of the result
没有为 {found} 实现；要求：浮点 dtype；可尝试 randint，或对结果用 .to(dtype)

random_ expects 'from' to be less than 'to', but got from={low} >= to={high}
random_ 要求 'from' 小于 'to'，但得到 from={low} >= to={high}

the range {low} to {high} is wider than 2**63
{low} 到 {high} 的范围宽于 2**63

{word} is out of bounds for {dtype}: given {value}; required: {limits} to {limits2}
{word} 超出 {dtype} 的范围：给出 {value}；要求：{limits} 到 {limits2}

randint() missing 1 required argument: 'size'
randint() 缺少 1 个必需的参数：'size'

Trying to create tensor with negative dimension {n}: [{n2}]
试图创建有负尺寸 {n} 的张量：[{n2}]

normal expects std >= 0.0, but found std {std}
normal 要求 std >= 0.0，但得到 std {std}

normal() with numbers needs a size; try normal(mean, std, size=(2, 3))
参数为数的 normal() 需要尺寸；可尝试 normal(mean, std, size=(2, 3))

expected probabilities tensor to have floating type, got {dtype}; try .float()
概率张量应为浮点类型，得到 {dtype}；可尝试 .float()

Expected p_in >= 0 && p_in <= 1 to be true, but got false: probabilities from {min} to {max}; required: 0 to 1; try sigmoid
应满足 p_in >= 0 && p_in <= 1，但不成立：概率从 {min} 到 {max}；要求：0 到 1；可尝试 sigmoid

{name2}_ expects p to be in [0, 1], but got p={float}
{name2}_ 要求 p 在 [0, 1] 之内，但得到 p={float}

prob_dist must be 1 or 2 dim, given {count} dims
prob_dist 必须有 1 或 2 个维度，给出 {count} 个

multinomial only supports floating-point dtypes for input, got: {dtype}; try .float()
multinomial 的输入只支持浮点 dtype，得到：{dtype}；可尝试 .float()

cannot sample n_sample <= 0 samples, given {num_samples}
不能抽取 n_sample <= 0 个样本，给出 {num_samples}

cannot sample n_sample > prob_dist.size(-1) samples without replacement, given {num_samples} of {shape}
不放回时不能抽取多于 prob_dist.size(-1) 个样本，从 {shape} 个中要抽 {num_samples} 个

probability tensor contains either `inf`, `nan` or element < 0
概率张量含有 `inf`、`nan` 或 < 0 的元素

invalid multinomial distribution (sum of probabilities <= 0)
无效的多项分布（概率之和 <= 0）

expected a flambeau.ByteTensor, as get_state returns it
应为 get_state 返回的 flambeau.ByteTensor

RNG state is wrong size: given {shape}; required: [16]
随机数状态的大小不对：给出 {shape}；要求：[16]

Expected reduction dim to have non-zero size; given a tensor of shape {shape}; the {name2} of no elements is not defined
归约的维度的尺寸不能为零；给出形状为 {shape} 的张量；没有元素的 {name2} 没有定义

could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {title}; try .float().{name2}() or {name3}(dtype=flambeau.float32)
不能推断输出的 dtype。输入的 dtype 必须是浮点或复数。得到：{title}；可尝试 .float().{name2}() 或 {name3}(dtype=flambeau.float32)

could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {title}; try .float().{name2}()
不能推断输出的 dtype。输入的 dtype 必须是浮点或复数。得到：{title}；可尝试 .float().{name2}()

linalg.vector_norm: Expected a floating point or complex tensor as input. Got {title}; try .float()
linalg.vector_norm：输入应为浮点或复数张量。得到 {title}；可尝试 .float()

strides {strides} and offset {offset}
步幅 {strides} 和偏移 {offset}

Tensor must have a stride divisible by 2 for all but last dimension, and 1 for that
张量除最后一维外的步幅必须能被 2 整除，最后一维的步幅为 1

self.dim() cannot be 0 to view {dtype} as {dtype2} (different element sizes); try reshape(1)
self.dim() 不能为 0，才能把 {dtype} 看作 {dtype2}（元素大小不同）；可尝试 reshape(1)

self.stride(-1) must be 1 to view {dtype} as {dtype2} (different element sizes), but got {strides}; try contiguous()
self.stride(-1) 必须为 1，才能把 {dtype} 看作 {dtype2}（元素大小不同），但得到 {strides}；可尝试 contiguous()

self.size(-1) must be divisible by {own} to view {dtype} as {dtype2} (different element sizes), but got {shape}
self.size(-1) 必须能被 {own} 整除，才能把 {dtype} 看作 {dtype2}（元素大小不同），但得到 {shape}

self.storage_offset() and self.stride(:-1) must be divisible by {own} to view {dtype} as {dtype2} (different element sizes), but got {offset} and {strides}; try contiguous()
self.storage_offset() 和 self.stride(:-1) 必须能被 {own} 整除，才能把 {dtype} 看作 {dtype2}（元素大小不同），但得到 {offset} 和 {strides}；可尝试 contiguous()

{min} among the repeats
repeats 中有 {min}

repeats can not be negative
repeats 不能为负

output_size={size} for repeats whose sum is {sum}
repeats 之和为 {sum}，而 output_size={size}

their sum: allocated size does not match required size
它们的和：分配的大小与所需的大小不一致

repeats of shape {shape}
形状为 {shape} 的 repeats

repeats must be 0-dim or 1-dim tensor (repeat_interleave only accept 1D vector as repeat)
repeats 必须是 0 维或 1 维张量（repeat_interleave 只接受 1D 向量作为 repeat）

repeats of dtype {dtype}: not implemented for it
dtype 为 {dtype} 的 repeats：没有为它实现

int32 or int64
int32 或 int64

argument 'repeats' must be Tensor or int, not {type}; try flambeau.tensor(...)
参数 'repeats' 必须是张量或 int，不是 {type}；可尝试 flambeau.tensor(...)

{shape} repeats for {shape2} elements along dim {normalize_dim}
沿维度 {normalize_dim} 的 {shape2} 个元素给出 {shape} 个 repeats

repeats must have the same size as input along dim, but got repeats.size(0) = {shape} and input.size({normalize_dim}) = {shape2}
repeats 的大小必须与输入沿 dim 的尺寸相同，但 repeats.size(0) = {shape}，input.size({normalize_dim}) = {shape2}

Repeats must be non-negative
repeats 不能为负

output_size={output_size} for {shape} elements and repeats={times}
{shape} 个元素和 repeats={times}，而 output_size={output_size}

Invalid output_size, expected {shape}
无效的 output_size，应为 {shape}

diff expects input to be at least one-dimensional
diff 的输入至少要有一个维度

order n={n}
阶 n={n}

order must be non-negative
阶不能为负

a bool tensor as `{word}`
`{word}` 为 bool 张量

received a bool input, but bool is not supported: numbers
得到 bool 输入，但不支持 bool：须为数

x of {shape} places for {shape2} values
对 {shape2} 个值给出 {shape} 个位置的 x

There must be one `x` value for each sample point
每个采样点必须有一个 `x` 值

one dtype: Expected self.dtype to be equal to src.dtype (must have the same scalar type)
同一种 dtype：self.dtype 应等于 src.dtype（标量类型必须相同）

reduce='mean' is not implemented for bool; try .int()
没有为 bool 实现 reduce='mean'；可尝试 .int()

scatter() missing 1 required argument: 'src' or 'value'
scatter() 缺少 1 个必需的参数：'src' 或 'value'

reduce argument must be either add or multiply
reduce 参数必须是 add 或 multiply

reduce argument must be either sum, prod, mean, amax or amin, got {reduce}
reduce 参数必须是 sum、prod、mean、amax 或 amin，得到 {reduce}

values of dtype {dtype}: not implemented for it
dtype 为 {dtype} 的值：没有为它实现

integers or floating point
整数或浮点数

a sequence without dims
没有维度的序列

boundaries tensor should have positive dimension, but got 0 dimension
boundaries 张量应有维度，但得到 0 个维度

one number and a sequence of shape {shape}
一个数和形状为 {shape} 的序列

input value can be a scalar only when boundaries tensor dimension is 1
只有 boundaries 张量是 1 维时，输入值才能是标量

expand it to one number for each row
把它扩展为每行一个数

input of shape {given} and a sequence of shape {shape}
形状为 {given} 的输入和形状为 {shape} 的序列

boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match
boundaries 张量应为 1 维，或者 boundaries 张量与输入值张量的前 N-1 个维度必须一致

expand one of them
对其中之一用 expand

a sorter of shape {shape} for a sequence of shape {shape2}
对形状为 {shape2} 的序列给出形状为 {shape} 的 sorter

boundary and sorter must have the same size
boundary 和 sorter 的尺寸必须相同

a sorter of dtype {dtype}
dtype 为 {dtype} 的 sorter

sorter must be a tensor of long dtype
sorter 必须是 long dtype 的张量

out of dtype {dtype} and out_int32={out_int32}
dtype 为 {dtype} 的 out 和 out_int32={out_int32}

output tensor's dtype is wrong: {dtype}
输出张量的 dtype 不对：{dtype}

side can only be 'left' or 'right'
side 只能是 'left' 或 'right'

side='left' and right=True
side='left' 和 right=True

side and right can't be set to opposites
side 和 right 不能设为相反的

one of them
其中之一

boundaries of shape {shape}
形状为 {shape} 的 boundaries

boundaries tensor must be 1 dimension, but got dim({count})
boundaries 张量必须是 1 维，但得到 dim({count})

searchsorted, which has boundaries for each row
searchsorted，它为每行有各自的边界

integers or floating point: Unsupported input type encountered for isin()
整数或浮点数：isin() 遇到不支持的输入类型

k={need_int} for dim {normalize_dim} with size {shape}
对尺寸为 {shape} 的维度 {normalize_dim} 给出 k={need_int}

1 <= k <= {shape}: selected number k out of range for dimension {normalize_dim}
1 <= k <= {shape}：所选的 k 超出维度 {normalize_dim} 的范围

argument 'size' must be tuple of ints, but found element of type {type} in {sizes}
参数 'size' 必须是 int 的元组，但在 {sizes} 中有类型为 {type} 的元素

view size is not compatible with input tensor's size and stride: the tensor has size {shape} and stride {strides}, and no strides make its memory read as {shape2} (at least one dimension spans across two contiguous subspaces); try .reshape(...) instead, which would copy\n{seam}
view 的尺寸与输入张量的尺寸和步幅不相容：张量的尺寸为 {shape}，步幅为 {strides}，没有步幅能使它的内存读作 {shape2}（至少有一个维度跨越两段不连续的空间）；可改用 .reshape(...)，它会复制\n{seam}

dim {at}: one step is {strides} elements, and dim {after} covers {shape}
维度 {at}：一步是 {strides} 个元素，而维度 {after} 占 {shape} 个

flatten() has invalid args: start_dim ({start_dim}) cannot come after end_dim ({end_dim})
flatten() 的参数无效：start_dim（{start_dim}）不能在 end_dim（{end_dim}）之后

permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = {count} is not equal to len(dims) = {count2}
permute(sparse_coo)：输入张量的维度数与所要的维度顺序的长度不一致，即 input.dim() = {count} 不等于 len(dims) = {count2}

duplicate dims are not allowed, given {shape_of}
不允许重复的维度，给出 {shape_of}

t() expects a tensor with <= 2 dimensions, but self is {count}D; try .mT or transpose(dim0, dim1)
t() 要求张量的维度 <= 2，但 self 是 {count}D；可尝试 .mT 或 transpose(dim0, dim1)

Invalid source or destination dims: source ({sources} dims) should contain the same number of dims as destination ({targets} dims)
无效的源或目标维度：源（{sources} 个维度）与目标（{targets} 个维度）的维度数应相同

repeated dim in `source` or `destination`; name each once
`source` 或 `destination` 中有重复的维度；每个只写一次

tensor.mT is only supported on matrices or batches of matrices. Got {count}-D tensor.
tensor.mT 只支持矩阵或一批矩阵。得到 {count}-D 张量。

the number of sizes provided ({count}) must be greater or equal to the number of dimensions in the tensor ({count2}); given {given} for a tensor of shape {shape}\n{mark_shapes}
给出的尺寸个数（{count}）必须大于或等于张量的维度数（{count2}）；对形状为 {shape} 的张量给出 {given}\n{mark_shapes}

has no size above it
上方没有对应的尺寸

the expanded size of the tensor ({shape}) isn't allowed in a leading, non-existing dimension {i}; write the size out
张量的扩展尺寸（{shape}）不能用于开头不存在的维度 {i}；请写出尺寸

The expanded size of the tensor ({shape}) must match the existing size ({shape2}) at non-singleton dimension {i}. Target sizes: {given}. Tensor sizes: {shape3}\n{align_shapes}
张量的扩展尺寸（{shape}）必须等于非单一维度 {i} 上已有的尺寸（{shape2}）。目标尺寸：{given}。张量尺寸：{shape3}\n{align_shapes}

dim {x}: {x2} is not 1, so it cannot be repeated to {x3}; try repeat, or unsqueeze first
维度 {x}：{x2} 不是 1，所以不能重复到 {x3}；可尝试 repeat，或先 unsqueeze

select() cannot be applied to a 0-dim tensor; try item()
select() 不能用于 0 维张量；可尝试 item()

index {index} is out of bounds for dimension {normalize_dim} with size {shape}
下标 {index} 超出维度 {normalize_dim}（尺寸 {shape}）的范围

narrow() cannot be applied to a 0-dim tensor.
narrow() 不能用于 0 维张量。

Dimension out of range (expected to be in range of [{size}, {shape}], but got {start})
维度越界（应在 [{size}, {shape}] 之内，但得到 {start}）

start ({start}) + length ({length}) exceeds dimension size ({shape}), or length is negative
start（{start}）+ length（{length}）超出维度尺寸（{shape}），或 length 为负

maximum size for tensor at dimension {normalize_dim} is {shape} but size is {size}
张量在维度 {normalize_dim} 的最大尺寸为 {shape}，但 size 为 {size}

step is {step} but must be > 0
step 为 {step}，但必须 > 0

mismatch in length of strides and shape: {count} sizes and {count2} strides
步幅与形状的长度不一致：{count} 个尺寸和 {count2} 个步幅

negative sizes: given {shape}; try sizes from 0 up
负的尺寸：给出 {shape}；可尝试不小于 0 的尺寸

Negative strides are not supported at the moment, got strides: {strides}
目前不支持负步幅，得到步幅：{strides}

setStorage: sizes {shape}, strides {strides}, storage offset {offset} reach element {last}, but the storage has {numel}
setStorage：尺寸 {shape}、步幅 {strides}、存储偏移 {offset} 到达第 {last} 个元素，但存储只有 {numel} 个

expected hop_length > 0, but got hop_length={n_fft}
要求 hop_length > 0，但得到 hop_length={n_fft}

expected 0 < win_length <= n_fft, but got win_length={n_fft}
要求 0 < win_length <= n_fft，但得到 win_length={n_fft}

A window was not provided. A rectangular window will be applied, which is known to cause spectral leakage; try window=flambeau.hann_window(win_length), or flambeau.ones(win_length) to keep the rectangle without this warning
没有给出窗。将使用矩形窗，已知它会造成频谱泄漏；可尝试 window=flambeau.hann_window(win_length)，或用 flambeau.ones(win_length) 保留矩形窗而没有此警告

a window of shape {shape}
形状为 {shape} 的窗

expected a 1D window tensor of size equal to win_length={size}
应为大小等于 win_length={size} 的 1D 窗张量

Padding size should be less than the corresponding input dimension, but got: padding ({size}, {size2}) at dimension 1 of input {shape}; try a smaller n_fft or center=False
填充尺寸应小于相应的输入维度，但得到：输入 {shape} 在维度 1 的填充 ({size}, {size2})；可尝试更小的 n_fft 或 center=False

constant, reflect, replicate or circular
constant、reflect、replicate 或 circular

stft requires the return_complex parameter be given for real inputs; try return_complex=True
stft 对实数输入要求给出 return_complex 参数；可尝试 return_complex=True

a tensor of dtype {dtype} and shape {shape}
dtype 为 {dtype}、形状为 {shape} 的张量

expected a 1D or 2D tensor of floating point or complex values
应为 1D 或 2D 的浮点或复数张量

{shape} points
{shape} 个点

expected 0 < n_fft <= {shape}, but got n_fft={n_fft}
要求 0 < n_fft <= {shape}，但得到 n_fft={n_fft}

Cannot have onesided output if window or input is complex
如果窗或输入是复数，输出不能是单边的

istft requires a complex-valued input tensor matching the output from stft with return_complex=True, of 2 or 3 dims
istft 的输入应为与 stft（return_complex=True）的输出一致的复数张量，有 2 或 3 个维度

expected 0 < hop_length <= win_length
要求 0 < hop_length <= win_length

{frequencies} frequencies and n_fft={n_fft}
{frequencies} 个频率和 n_fft={n_fft}

expected the frequency dimension (3rd to the last) of the input tensor to match n_fft, {n_fft}
输入张量的频率维度（倒数第三维）应与 n_fft（{n_fft}）一致

a window whose overlaps add up to {least} at one point
窗的重叠在某一点相加为 {least}

window overlap add min: 1: more than 1e-11 everywhere
窗重叠相加的最小值：1：处处大于 1e-11

a smaller hop_length, or another window
更小的 hop_length，或另一个窗

The length of signal is shorter than the length parameter. Result is being padded with zeros in the tail; check center and hop_length
信号的长度短于 length 参数。结果的尾部以零填充；请检查 center 和 hop_length

torch.gradient only supports edge_order=1 and edge_order=2
torch.gradient 只支持 edge_order=1 和 edge_order=2

size {shape} of dim {d}
维度 {d} 的尺寸 {shape}

torch.gradient expected each dimension size to be at least edge_order+1
torch.gradient 要求每个维度的尺寸至少为 edge_order+1

a list of {count} spacings for {count2} dims
对 {count2} 个维度给出 {count} 个间距的列表

torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'dim'
torch.gradient 要求 spacing 不指定、为标量，或为长度等于 'dim' 的列表

torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = {ndim}'
torch.gradient 要求 spacing 不指定、为标量，或为长度等于 'self.dim() = {ndim}' 的列表

argument '{argument}' (position {position}) must be int, not {type}; try int(...)
参数 '{argument}'（位置 {position}）必须是 int，不是 {type}；可尝试 int(...)

an integer or floating-point dtype: {name} does not support {dtype}
整数或浮点 dtype：{name} 不支持 {dtype}

0 <= k <= {shape}: selected index k out of range
0 <= k <= {shape}：所选的下标 k 越界

polygamma(n, x) does not support negative n
polygamma(n, x) 不支持负的 n

p has to be greater than or equal to 1
p 必须大于或等于 1

a real dtype: nansum does not support complex inputs
实数 dtype：nansum 不支持复数输入

expected input to have floating point or complex dtype
输入应为浮点或复数 dtype

expected {kind} to have one or fewer dimensions
{kind} 的维度数应为一或零

expected {kind} to have integral dtype
{kind} 应为整数 dtype

expected {kind} to have floating point dtype
{kind} 应为浮点 dtype

{shape} {kind} for {count} observations, the columns of the input
对 {count} 个观测（输入的列）给出 {shape} 个 {kind}

expected {kind} to have the same numel as there are observations
{kind} 的元素个数应与观测个数相同

{kind} of {tolist}
{kind} 为 {tolist}

{kind} cannot be negative
{kind} 不能为负

degrees of freedom is <= 0. Correction should be strictly less than the number of observations.
自由度 <= 0。校正值应严格小于观测个数。

expected input to have two or fewer dimensions
输入的维度应为两个或更少

a tensor of dtype bool
dtype 为 bool 的张量

bool dtype is not supported for input
输入不支持 bool dtype

weights that sum to zero
和为零的权重

weights that do not: weights sum to zero, can't be normalized
和不为零的权重：权重之和为零，不能归一化

size {shape} is not expandable to size {own}
尺寸 {shape} 不能扩展到尺寸 {own}

Negation, the `-` operator, on a bool tensor is not supported; if you are trying to invert a mask, try the `~` or `logical_not()` operator instead
不支持 bool 张量的取负（`-` 运算符）；如果要对掩码取反，可改用 `~` 或 `logical_not()` 运算符

not implemented for bool; it is the identity there
没有为 bool 实现；对它来说这就是恒等

Boolean inputs not supported for relu; try .float() first
relu 不支持布尔输入；可先尝试 .float()

~ (operator.invert) is only implemented on integer and Boolean-type tensors, given {dtype}; try logical_not()
~ (operator.invert) 只为整数和布尔类型的张量实现，给出 {dtype}；可尝试 logical_not()

The `+` operator, on a bool tensor is not supported.
不支持 bool 张量的 `+` 运算符。

dim={dim} for a tensor without dims
对没有维度的张量给出 dim={dim}

a tensor with dims: Dimension specified as {dim} but tensor has no dimensions
有维度的张量：指定了维度 {dim}，但张量没有维度

no dim
不给 dim

a tensor of shape {shape} and dim={dim}
形状为 {shape} 的张量和 dim={dim}

elements in each slice: There are 0 sized dimensions, and they aren't selected, so unique cannot be applied
每个切片中有元素：有尺寸为 0 的维度，且没有选它们，所以不能用 unique

a real dtype
实数 dtype

flambeau.view_as_real(x), with dim
flambeau.view_as_real(x)，并给出 dim

non-negative {what}
非负的 {what}

positive {what}
正的 {what}

one dim or more
一个或更多的维度

Found dtype that differs; one dtype for both
发现不同的 dtype；两者须为同一种

given {count} arguments and {kwargs}; required: window_length, periodic{join}
给出 {count} 个参数和 {kwargs}；要求：window_length、periodic{join}

{name} requires non-negative window_length, got window_length={window_length}
{name} 要求非负的 window_length，得到 window_length={window_length}

{name} expects floating point dtypes, got: {dtype}; try flambeau.float32
{name} 要求浮点 dtype，得到：{dtype}；可尝试 flambeau.float32

{name} requires non-negative window length, got M={m}
{name} 要求非负的窗长度，得到 M={m}

{name} expects float32 or float64 dtypes, got: {dtype}
{name} 要求 float32 或 float64 dtype，得到：{dtype}

Tau must be positive
tau 必须为正

Standard deviation must be positive
标准差必须为正

Center must be None for symmetric windows; try sym=False
对称窗的 center 必须是 None；可尝试 sym=False

beta must be non-negative, got: {beta} instead.
beta 不能为负，得到：{beta}。

Coefficients must be a non-empty list/tuple
系数必须是非空的 list/tuple

argument 'src' (position 1) must be Tensor, not {type}; try flambeau.as_tensor(...)
参数 'src'（位置 1）必须是张量，不是 {type}；可尝试 flambeau.as_tensor(...)

fill_ only supports 0-dimension value tensor but got tensor with {count} dimensions; try copy_
fill_ 只支持 0 维的值张量，但得到有 {count} 个维度的张量；可尝试 copy_

value cannot be converted to type {dtype} without overflow: given {item}; try a complex tensor
值不能无溢出地转换为类型 {dtype}：给出 {item}；可尝试复数张量

argument 'value' must be Number or Tensor, not {type}
参数 'value' 必须是数或张量，不是 {type}

cannot resize variables that require grad; try reshape, or detach() first
不能改变需要梯度的变量的大小；可尝试 reshape，或先 detach()

Trying to resize storage that is not resizable: given shape {shape} for external memory that is {last} elements short; try clone()
试图改变不可改变大小的存储：给出形状 {shape}，而外部内存少 {last} 个元素；可尝试 clone()

given shape {shape}; required: dimensions must larger than 1
给出形状 {shape}；要求：维度数必须大于 1

given shape {shape}; required: all dimensions of input must be of equal length
给出形状 {shape}；要求：输入的所有维度尺寸必须相等

Variable data has to be a tensor, but got {type}
变量的数据必须是张量，但得到 {type}

data set to a tensor that requires gradients must be floating point or complex dtype; given {dtype}
给需要梯度的张量设置的 data 必须是浮点或复数 dtype；给出 {dtype}

object does not implement Python buffer protocol: given {type}; required: bytes, bytearray, memoryview, array.array and the like; try flambeau.tensor(...)
对象没有实现 Python 缓冲区协议：给出 {type}；要求：bytes、bytearray、memoryview、array.array 之类；可尝试 flambeau.tensor(...)

The given buffer is not writable, and so is the tensor: in-place operations on it are refused. Try bytearray(buffer).
给出的缓冲区不可写，所以张量也不可写：对它的原地操作会被拒绝。可尝试 bytearray(buffer)。

both buffer length ({length}) and count ({count}) must not be 0; try flambeau.empty(0)
缓冲区长度（{length}）和 count（{count}）都不能是 0；可尝试 flambeau.empty(0)

offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1
offset（{offset} 字节）不能为负，且不大于缓冲区长度（{length} 字节）减 1

buffer length ({length} bytes) after offset ({offset} bytes) must be a multiple of element size ({size}); try count
在 offset（{offset} 字节）之后的缓冲区长度（{length} 字节）必须是元素大小（{size}）的倍数；可尝试 count

requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be greater than actual buffer length ({length} bytes)
在 offset（{offset} 字节）之后所要的缓冲区长度（{count} * {size} 字节）不能大于实际长度（{length} 字节）
"""
