"""Texts of the functions and operations of nn."""

TEXTS = r"""
argument 'input' (position 1) must be Tensor, not {type}
参数 'input'（位置 1）必须是张量，不是 {type}

approximate argument must be either none or tanh, given {approximate}
approximate 参数必须是 none 或 tanh，给出的是 {approximate}

ZeroDivisionError: alpha cannot be 0 for CELU
ZeroDivisionError：CELU 的 alpha 不能为 0

min_val cannot be greater than max_val
min_val 不能大于 max_val

lambda must be greater or equal to 0, but found to be {lambd}.
lambda 必须大于或等于 0，但得到 {lambd}。

Lower bound should be less than or equal to the upper bound, given {lower} and {upper}
下界应小于或等于上界，给出 {lower} 和 {upper}

Halving dimension must be even, but dimension {dim} is size {shape}
要对半分的维度的尺寸必须是偶数，但维度 {dim} 的尺寸是 {shape}

Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.
{name} 隐式选择维度的做法已弃用。请在调用中写明 dim=X。

Explicit attn_mask should not be set when is_causal=True; given both; try one of them
is_causal=True 时不应明确给出 attn_mask；给出了两者；可尝试只用其一

query {x}, key {x2} and value {x3}
query {x}、key {x2} 和 value {x3}

tensors of at least 2 dims
至少有 2 个维度的张量

query and key of one last dim, key and value of one length (dim -2)
query 和 key 的最后一维相等，key 和 value 的长度（维度 -2）相等

query, key and value of dtypes {dtype}, {dtype2} and {dtype3}
dtype 为 {dtype}、{dtype2} 和 {dtype3} 的 query、key 和 value

Expected query, key, and value to have the same dtype
query、key 和 value 的 dtype 应相同

query {shape} and key or value {shape2}
query {shape} 和 key 或 value {shape2}

with enable_gqa, heads in dim -3
使用 enable_gqa 时，头在维度 -3

{wanted} query heads and {heads} key or value heads
{wanted} 个 query 头和 {heads} 个 key 或 value 头

with enable_gqa, a number of query heads that is a multiple of the number of key and value heads
使用 enable_gqa 时，query 的头数须是 key 和 value 头数的倍数

an attn_mask of shape {shape}
形状为 {shape} 的 attn_mask

one that broadcasts to {shape}: (..., queries, keys)
能广播到 {shape} 的形状：(..., queries, keys)

{dtype} and query.dtype: {dtype2}
{dtype}，而 query.dtype 为 {dtype2}

Expected attn_mask dtype to be bool or to match query dtype
attn_mask 的 dtype 应为 bool 或与 query 的 dtype 相同

only bool and floating types of {name} are supported
{name} 只支持 bool 和浮点类型

Support for mismatched {name} and other mask is deprecated. Use same type for both instead.
{name} 与另一个掩码类型不一致的用法已弃用。请对两者使用同一类型。

a {count}-D query
{count}-D 的 query

query should be unbatched 2D or batched 3D tensor
query 应为无批量的 2D 或有批量的 3D 张量

a {count}-D query and a {count2}-D {name}
{count}-D 的 query 和 {count2}-D 的 {name}

For {count}-D `query`, expected `key` and `value` to be {count2}-D
对 {count}-D 的 `query`，`key` 和 `value` 应为 {count2}-D

For {count}-D `query`, expected `key_padding_mask` to be `None` or {dims}-D
对 {count}-D 的 `query`，`key_padding_mask` 应为 `None` 或 {dims}-D

expected `attn_mask` to be `None`, 2-D or 3-D
`attn_mask` 应为 `None`、2-D 或 3-D

The shape of the {count}D attn_mask should be {wanted}
{count}D attn_mask 的形状应为 {wanted}

a query of size {shape} in its last dim
最后一维尺寸为 {shape} 的 query

was expecting embedding dimension of {embed}
嵌入维度应为 {embed}

one batch size; key's sequence and batch dims must match value's
批量大小相同；key 的序列维度和批量维度必须与 value 一致

Need attn_mask if specifying the is_causal hint; try nn.Transformer.generate_square_subsequent_mask(length)
指定 is_causal 提示时需要 attn_mask；可尝试 nn.Transformer.generate_square_subsequent_mask(length)

a key_padding_mask of shape {shape}
形状为 {shape} 的 key_padding_mask

[{batch}, {shape}]: (batch, keys)
[{batch}, {shape}]：(batch, keys)

expecting {name} of shape [{batch}, length, {size}]
{name} 的形状应为 [{batch}, length, {size}]

Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is deprecated, and should now be `embedding_bag(input, weight, ...)`.
nn.functional.embedding_bag 的参数顺序已改变。`embedding_bag(weight, input, ...)` 的用法已弃用，现在应为 `embedding_bag(input, weight, ...)`。

If per_sample_weights ({shape}) is not None, then it must have the same shape as the input ({shape2})
如果 per_sample_weights（{shape}）不是 None，它的形状必须与输入（{shape2}）相同

weight has to be a 2D Tensor, but got Tensor of dimension {count}
weight 必须是 2D 张量，但得到 {count} 维张量

if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of type {type}
如果输入是 2D，offsets 必须是 None，因为输入被当作定长序列的小批量。但得到的 offsets 类型是 {type}

offsets has to be a 1D Tensor but got None
offsets 必须是 1D 张量，但得到 None

offsets has to be a 1D Tensor but got {count}D
offsets 必须是 1D 张量，但得到 {count}D

input has to be 1D or 2D Tensor, but got Tensor of dimension {count}
输入必须是 1D 或 2D 张量，但得到 {count} 维张量

mode has to be one of sum, mean or max; given {mode}
mode 必须是 sum、mean 或 max；给出的是 {mode}

max mode does not support scaling the gradient by the frequency or sparse weights
max 模式不支持按频率缩放梯度，也不支持稀疏权重

per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='{mode}')
per_sample_weights 不是 None。per_sample_weights 只支持 mode='sum'（得到 mode='{mode}'）

offsets that begin with {starts}
以 {starts} 开头的 offsets

offsets[0] to be 0: the first sequence in the mini-batch starts at 0
offsets[0] 为 0：小批量中的第一个序列从 0 开始

offsets {tolist} into {count} indices
指向 {count} 个下标的 offsets {tolist}

offsets that do not fall and are at most {count}: offsets[-1] can not be greater than input's length
不递减且不超过 {count} 的 offsets：offsets[-1] 不能大于输入的长度

{name} of size {size} for a batch of {count}
对大小为 {count} 的批量给出尺寸为 {size} 的 {name}

{name} must be of size batch_size
{name} 的大小必须是 batch_size

Expected {name} to be not negative
{name} 不应为负

{size} targets for target_lengths that sum to {sum}
{size} 个 targets，而 target_lengths 之和为 {sum}

one target for each
每个各一个目标

2-D targets, if they are padded
如果有填充，则为 2-D 的 targets

targets {shape} and target_lengths up to {max}
targets {shape} 和最大为 {max} 的 target_lengths

Expected tensor to have size at least the greatest length at dimension 1
张量在维度 1 的尺寸应不小于最大长度

log_probs {shape} of dtype {dtype}
dtype 为 {dtype} 的 log_probs {shape}

floating-point log_probs of shape (time, batch, classes) or (time, classes)
形状为 (time, batch, classes) 或 (time, classes) 的浮点 log_probs

blank must be in label range, 0 to {classes}
blank 必须在标签范围 0 到 {classes} 之内

targets of dtype {dtype}
dtype 为 {dtype} 的 targets

targets must be integral
targets 必须是整数

input_lengths up to {max}
最大为 {max} 的 input_lengths

Expected input_lengths to have value at most {steps}
input_lengths 的值应不超过 {steps}

targets from {min} to {max}
从 {min} 到 {max} 的 targets

labels of 0 to {classes}
0 到 {classes} 的标签

Using a target size ({shape}) that is different to the input size ({shape2}). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.
目标的尺寸（{shape}）与输入的尺寸（{shape2}）不同。由于广播，这很可能导致错误的结果。请确保两者尺寸相同。

smooth_l1_loss does not support negative values for beta.
smooth_l1_loss 不支持负的 beta。

huber_loss does not support non-positive values for delta.
huber_loss 不支持不是正数的 delta。

Target size ({shape}) must be the same as input size ({shape2}); try view_as or unsqueeze on one of them
目标的尺寸（{shape}）必须与输入的尺寸（{shape2}）相同；可尝试对其中之一用 view_as 或 unsqueeze

var has negative entry/entries
var 含有负的元素

var is of incorrect size
var 的大小不对

argument 'target' must be Tensor, not {type}
参数 'target' 必须是张量，不是 {type}

Target {x} is out of bounds; the input {shape} has {shape2} classes, so targets are 0 to {count}, or ignore_index ({ignore_index})
目标 {x} 越界；输入 {shape} 有 {shape2} 个类别，所以目标应为 0 到 {count}，或 ignore_index（{ignore_index}）

label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}
label_smoothing 必须在 0.0 和 1.0 之间。得到：{label_smoothing}

given the result of softmax; required: unnormalized scores, of which it takes log_softmax itself; try leaving softmax out
给出的是 softmax 的结果；要求：未归一化的得分，它自己会取 log_softmax；可尝试去掉 softmax

input {shape} and target {shape2} of dtype {dtype}
输入 {shape} 和 dtype 为 {dtype} 的目标 {shape2}

Expected floating point type for target with class probabilities to have the input's shape, or class indices of dtype int64
类别概率的目标应为浮点类型并与输入同形状，或者是 dtype 为 int64 的类别下标

target.long() if the target holds indices
如果目标是下标，用 target.long()

ignore_index is not supported for floating point target
浮点目标不支持 ignore_index

only p == 1 and p == 2 supported
只支持 p == 1 和 p == 2

Expected {kind} to be of shape {shape}, {what}
{kind} 的形状应为 {shape}，{what}

Given normalized_shape={shape}, expected input with shape [*{join}], but got input of size{own}
给出 normalized_shape={shape}，输入的形状应为 [*{join}]，但得到输入尺寸 {own}

Expected at least 2 dimensions for input tensor but received {count}
输入张量至少要有 2 个维度，但得到 {count} 个

Expected number of channels in input to be divisible by num_groups, but got input of shape {shape} and num_groups={num_groups}
输入的通道数应能被 num_groups 整除，但得到形状为 {shape} 的输入和 num_groups={num_groups}

one for each channel
每个通道一个

given input {shape}; required: shape [N, C, ...]
给出输入 {shape}；要求：形状 [N, C, ...]

{kind} should contain {shape} elements not {shape2}; the input {shape3} has {shape4} channels
{kind} 应有 {shape} 个元素，而不是 {shape2}；输入 {shape3} 有 {shape4} 个通道

Expected running_mean and running_var to be defined when training=False; try training=True
training=False 时须给出 running_mean 和 running_var；可尝试 training=True

Expected more than 1 value per channel when training, got input size {shape}; try a larger batch, or eval()
训练时每个通道应多于 1 个值，但得到输入尺寸 {shape}；可尝试更大的批量，或 eval()

Expected running_mean and running_var to be defined when use_input_stats is False
use_input_stats 为 False 时须给出 running_mean 和 running_var

Expected more than 1 spatial element when training, got input size {shape}
训练时应多于 1 个空间元素，但得到输入尺寸 {shape}

Expected 3D or higher dimensionality input (got {count} dimensions)
输入应为 3D 或更高维（得到 {count} 个维度）

{count} padding sizes for an input of {count2} dims
对有 {count2} 个维度的输入给出 {count} 个填充尺寸

two for each padded dim: Padding length must be divisible by 2 and at most twice the number of dimensions of the input
每个填充的维度两个：填充尺寸的个数必须能被 2 整除，且不超过输入维度数的两倍

input {shape} and padding {amounts}
输入 {shape} 和填充 {amounts}

a result without negative sizes
结果没有负的尺寸

Padding mode "{mode}" doesn't take in value argument
填充模式 "{mode}" 不接受 value 参数

Unrecognised padding mode {mode}
无法识别的填充模式 {mode}

padding ({lo}, {hi}) of dim {dim}, which has size {shape}
维度 {dim}（尺寸 {shape}）的填充 ({lo}, {hi})

with mode {mode}, padding of at most {get}
模式 {mode} 的填充不超过 {get}

{spatial}D (unbatched) or {spatial2}D (batched) input
{spatial}D（无批量）或 {spatial2}D（有批量）的输入

kernel size, stride and dilation greater than zero
大于零的核尺寸、步幅和膨胀

pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and dilation={d}
填充不应超过有效核尺寸的一半，但得到 pad={p}、kernel_size={k} 和 dilation={d}

input {shape} and kernel_size={entries}
输入 {shape} 和 kernel_size={entries}

an input of at least {dilations} in dim {i}; the output would be too small
维度 {i} 的输入至少为 {dilations}；否则输出会太小

a smaller kernel, or more padding
更小的核，或更多的填充

divisor must be not zero
除数不能为零

a number or {spatial} of them
一个数或 {spatial} 个数

sizes greater than or equal to 0
大于或等于 0 的尺寸

inputs {shape} and {shape2} and weight {shape3}
输入 {shape} 和 {shape2} 以及权重 {shape3}

inputs that agree in all dims but the last, and a weight of shape [out_features, {i}, {j}]
除最后一维外各维一致的输入，以及形状为 [out_features, {i}, {j}] 的权重

a number or {count} numbers, one for each spatial dim
一个数或 {count} 个数，每个空间维度一个

{what} greater than zero
大于零的 {what}

padding that is not negative
不为负的填充

a number, numbers, 'valid' or 'same'
一个数、多个数、'valid' 或 'same'

argument 'input' must be Tensor, not {type}
参数 'input' 必须是张量，不是 {type}

Expected {spatial}D (unbatched) or {spatial2}D (batched) input to {name2}, but got input of size: {shape}
{name2} 的输入应为 {spatial}D（无批量）或 {spatial2}D（有批量），但得到输入尺寸 {shape}

weight {shape}
权重 {shape}

a weight with {spatial} dims
有 {spatial} 个维度的权重

output padding must be smaller than either stride or dilation, but got output_padding {e}, stride {s}, dilation {d}
输出填充必须小于步幅或膨胀，但得到 output_padding {e}、步幅 {s}、膨胀 {d}

input {shape} and target {shape2}
输入 {shape} 和目标 {shape2}

one shape of 1 or 2 dims: (n, classes) or (classes)
1 或 2 个维度的同一形状：(n, classes) 或 (classes)

target {x} is out of range; there are {shape} classes, and -1 ends the labels
目标 {x} 越界；共有 {shape} 个类别，-1 表示标签结束

margin must be greater than 0, got {margin}
margin 必须大于 0，得到 {margin}

anchor, positive and negative of shapes {join}
形状为 {join} 的 anchor、positive 和 negative

anchor, positive and negative of the same number of dimensions
anchor、positive 和 negative 的维度数相同

pdist only supports 2D tensors
pdist 只支持 2D 张量

pdist only supports non-negative p values
pdist 只支持非负的 p

input {shape} and linear_weight {shape2}
输入 {shape} 和 linear_weight {shape2}

input (n, k) or (k) and linear_weight (classes, ..., k)
输入 (n, k) 或 (k) 以及 linear_weight (classes, ..., k)

expects input to have at least 3 dimensions: (..., channels, height, width)
输入至少要有 3 个维度：(..., channels, height, width)

an input of {c} channels and upscale_factor={upscale_factor}
有 {c} 个通道的输入和 upscale_factor={upscale_factor}

expects its input's 'channel' dimension to be divisible by {r}, the square of upscale_factor
输入的通道维度应能被 upscale_factor 的平方 {r} 整除

an image of height {h} and width {w}
高 {h}、宽 {w} 的图像

height and width to be divisible by downscale_factor, {downscale_factor}
高和宽应能被 downscale_factor（{downscale_factor}）整除

expects input with > 2 dims
输入的维度应多于 2 个

{shape} channels and groups={groups}
{shape} 个通道和 groups={groups}

Number of channels must be divisible by groups, which are greater than zero
通道数必须能被 groups 整除，且 groups 大于零

{what} of at least {least}
{what} 至少为 {least}

spatial sizes {sizes}, kernel_size={kernel}, dilation={dilations} and padding={low}
空间尺寸 {sizes}、kernel_size={kernel}、dilation={dilations} 和 padding={low}

an array of sliding blocks that is not empty: its shape must be at least one
非空的滑动块数组：其形状必须至少为一

Expected 3D or 4D (batch mode) tensor: (n, c, h, w)
应为 3D 或 4D（批量模式）张量：(n, c, h, w)

Expected 2D or 3D (batch mode) tensor: (n, c * kernel, windows)
应为 2D 或 3D（批量模式）张量：(n, c * kernel, windows)

input {shape}, output_size={entries} and kernel_size={kernel}
输入 {shape}、output_size={entries} 和 kernel_size={kernel}

Expected size of input's dimension 1 to be divisible by the product of kernel_size, {kernel}, and of dimension 2 to be the number of sliding blocks, {windows} * {windows2} = {windows3}
输入维度 1 的尺寸应能被 kernel_size 的积 {kernel} 整除，维度 2 应为滑动块的个数 {windows} * {windows2} = {windows3}

argument 'indices' must be Tensor, not {type}
参数 'indices' 必须是张量，不是 {type}

index {x} out of range in self; the table has {shape} rows, so indices are 0 to {rows}
下标 {x} 越界；表有 {shape} 行，所以下标应为 0 到 {rows}

one_hot is only applicable to index tensor of type LongTensor, given {dtype}; try .long()
one_hot 只适用于 LongTensor 类型的下标张量，给出的是 {dtype}；可尝试 .long()

Can not infer total number of classes from empty tensor.
不能从空张量推断类别总数。

index {x} is out of range for {item} classes
下标 {x} 超出 {item} 个类别的范围

{name}={value} for spatial dims {shape}
{name}={value}，而空间维度为 {shape}

Input and output must have the same number of spatial dimensions
输入和输出的空间维度数必须相同

Input Error: Only 3D, 4D and 5D input Tensors supported (got {count}D) for the modes: {join} (got {mode})
输入错误：只支持 3D、4D 和 5D 的输入张量（得到 {count}D），模式为 {join}（得到 {mode}）

Got {count}D input, but {mode} mode needs {modes}D input
得到 {count}D 输入，但 {mode} 模式需要 {modes}D 输入

align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear
align_corners 只能用于插值模式：linear | bilinear | bicubic | trilinear

Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input
抗锯齿只能用于 bilinear、bicubic 和 lanczos 模式，且需要 4-D 张量作为输入

Lanczos mode does not support align_corners=True
Lanczos 模式不支持 align_corners=True

Lanczos mode requires antialias=True
Lanczos 模式需要 antialias=True

only one of size or scale_factor should be defined
size 和 scale_factor 只能定义其一

recompute_scale_factor is not meaningful with an explicit size.
明确给出 size 时 recompute_scale_factor 没有意义。

either size or scale_factor should be defined
size 和 scale_factor 须定义其一

input {shape} and output size {x}
输入 {shape} 和输出尺寸 {x}

Input and output sizes should be greater than 0
输入和输出的尺寸应大于 0

expected size to be one of int or Tuple[int], but got size with an entry of type {type}; try scale_factor for factors
size 应为 int 或 Tuple[int]，但得到的 size 中有类型为 {type} 的一项；倍数可用 scale_factor

`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.
`nn.functional.upsample` 已弃用。请改用 `nn.functional.interpolate`。

`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.
`nn.functional.upsample_nearest` 已弃用。请改用 `nn.functional.interpolate`。

`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.
`nn.functional.upsample_bilinear` 已弃用。请改用 `nn.functional.interpolate`。

Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired.
自 1.3.0 起，grid_sample 和 affine_grid 的默认行为已改为 align_corners=False。如果需要旧的行为，请指定 align_corners=True。

mode to be 'bilinear', 'nearest' or 'bicubic'
mode 为 'bilinear'、'nearest' 或 'bicubic'

padding_mode to be 'zeros', 'border', or 'reflection'
padding_mode 为 'zeros'、'border' 或 'reflection'

input {shape} and grid {shape2}
输入 {shape} 和网格 {shape2}

expected 4D or 5D input and grid with same number of dimensions
4D 或 5D 的输入，以及维度数相同的网格

a grid of the input's batch size whose last dim is {count}
批量大小与输入相同且最后一维为 {count} 的网格

an input with non-empty dimensions
各维度不为空的输入

input of dtype {dtype} and grid of {dtype2}
dtype 为 {dtype} 的输入和 {dtype2} 的网格

expected input and grid to have same dtype
输入和网格的 dtype 应相同

bicubic interpolation of 4D input
4D 输入的双三次插值

Expected theta to have floating point type, but got {dtype}
theta 应为浮点类型，但得到 {dtype}

theta {shape} and size {x}
theta {shape} 和尺寸 {x}

Expected a batch of 2D affine matrices of shape Nx2x3 for size (N, C, H, W), or of 3D ones of shape Nx3x4 for size (N, C, D, H, W)
对尺寸 (N, C, H, W)，应为形状 Nx2x3 的一批 2D 仿射矩阵；对尺寸 (N, C, D, H, W)，应为形状 Nx3x4 的 3D 仿射矩阵

Expected non-zero, positive output size. Got {x}
输出尺寸应为非零的正数。得到 {x}

input {shape} and indices {shape2}
输入 {shape} 和下标 {shape2}

indices of the input's shape, and {spatial}D (unbatched) or {spatial2}D (batched) input
与输入同形状的下标，以及 {spatial}D（无批量）或 {spatial2}D（有批量）的输入

indices of dtype {dtype}
dtype 为 {dtype} 的下标

elements in indices should be type int64
下标的元素应为 int64 类型

output_size should be a sequence containing {count} or {count2} elements
output_size 应为含有 {count} 或 {count2} 个元素的序列

invalid output_size {x} (dim {d} must be between {least} and {least2})
无效的 output_size {x}（维度 {d} 必须在 {least} 和 {least2} 之间）

Found an invalid max index: {x} (output volumes are of size {sizes})
发现无效的最大值下标：{x}（输出的尺寸是 {sizes}）

requires specifying either an output_size or an output_ratio
需要指定 output_size 或 output_ratio

input {shape}, kernel_size={entries} and output_size={x}
输入 {shape}、kernel_size={entries} 和 output_size={x}

in each dim, output_size + kernel_size - 1 of at most the input's size: pool size too large relative to input
在每一维，output_size + kernel_size - 1 不超过输入的尺寸：池化尺寸相对输入太大

an input of dtype {dtype}
dtype 为 {dtype} 的输入

a floating-point dtype
浮点 dtype

input {shape} and weight {shape2}
输入 {shape} 和权重 {shape2}

a weight of one element or of {shape}, the input's channels (dim 1)
一个元素的权重，或 {shape} 个元素的权重，即输入的通道数（维度 1）

{x} channels, not {weight}
{x} 个通道，应为 {weight}

times groups={groups}: {weight} channels
乘以 groups={groups}：{weight} 个通道

{weight} channels
{weight} 个通道

{weight} output channels, not divisible by groups={groups}
{weight} 个输出通道，不能被 groups={groups} 整除

input of dtype {dtype} and {what} of dtype {dtype2}
dtype 为 {dtype} 的输入和 dtype 为 {dtype2} 的 {what}

input {shape} and weight {shape2} in {groups} groups
输入 {shape} 和权重 {shape2}，分 {groups} 组

an input with {shape} channels in dim 1, which is the weight's dim 1 times groups ({groups}), and output channels ({shape2}) divisible by groups
在维度 1 有 {shape} 个通道的输入，即权重的维度 1 乘以 groups（{groups}），且输出通道数（{shape2}）能被 groups 整除

permute(0, 3, 1, 2) if the channels are last
如果通道在最后，用 permute(0, 3, 1, 2)

weight {shape} and bias {shape2}
权重 {shape} 和偏置 {shape2}

a bias of shape [{shape}]
形状为 [{shape}] 的偏置

not {shape}
应为 {shape}

input {shape} and weight {shape2}, of spatial size {shape3} in dim {i} with padding
输入 {shape} 和权重 {shape2}，在维度 {i} 加上填充的空间尺寸为 {shape3}

input {shape} and weight {shape2} in {groups} groups, of spatial size {shape3} in dim {i} with padding
输入 {shape} 和权重 {shape2}，分 {groups} 组，在维度 {i} 加上填充的空间尺寸为 {shape3}

a kernel that is not greater than the padded input; it covers {shape}
不大于填充后输入的核；它覆盖 {shape}

more padding, or a smaller kernel or dilation
更多的填充，或更小的核或膨胀

{shape} with padding
加上填充为 {shape}

covers {shape}
覆盖 {shape}

input of dtype {dtype} and weight of dtype {dtype2}
dtype 为 {dtype} 的输入和 dtype 为 {dtype2} 的权重

one dtype
同一种 dtype

an input with {shape} channels in dim 1, the weight's dim 0, divisible by groups
在维度 1 有 {shape} 个通道的输入，即权重的维度 0，且能被 groups 整除

Expected tensor for argument 'indices' to have one of the following scalar types: Long, Int
参数 'indices' 的张量应为以下标量类型之一：Long、Int

input.long(); the indices are the first argument
input.long()；下标是第一个参数

a weight of shape {shape}
形状为 {shape} 的权重

'weight' must be 2-D
'weight' 必须是 2-D

input.to({name}.dtype), or convert the module
input.to({name}.dtype)，或转换模块

a weight of shape [out_features, in_features]
形状为 [out_features, in_features] 的权重

an input whose last dim ({shape}) is in_features ({shape2}), the weight's last dim: mat1 and mat2 shapes cannot be multiplied
最后一维（{shape}）等于 in_features（{shape2}，即权重的最后一维）的输入：mat1 和 mat2 的形状不能相乘

an input whose last dim (none) is in_features ({shape}), the weight's last dim: mat1 and mat2 shapes cannot be multiplied
最后一维（没有）等于 in_features（{shape}，即权重的最后一维）的输入：mat1 和 mat2 的形状不能相乘

check the layer before, or flatten or reshape the input
检查前一层，或对输入用 flatten 或 reshape

{shape}, not {shape2}
{shape}，应为 {shape2}

none, not {shape}
没有，应为 {shape}

{reduction} is not a valid value for reduction; required: 'none', 'mean' or 'sum'
{reduction} 不是 reduction 的有效值；要求：'none'、'mean' 或 'sum'

input {shape} and target {shape2}, the input of dtype {dtype}
输入 {shape} 和目标 {shape2}，输入的 dtype 为 {dtype}

a floating-point input of shape [N, C, ...] or [C]
形状为 [N, C, ...] 或 [C] 的浮点输入

a target of class indices of shape {wanted}, or for cross_entropy one of class probabilities of shape {shape}: expected input batch_size to match target batch_size
形状为 {wanted} 的类别下标目标，对 cross_entropy 也可以是形状为 {shape} 的类别概率：输入的批量大小应与目标的批量大小一致

swap the arguments, or squeeze the target
交换两个参数，或对目标用 squeeze

a target of dtype {dtype}
dtype 为 {dtype} 的目标

class indices: expected scalar type Long (int64)
类别下标：标量类型应为 Long（int64）

input {shape} and target {shape2}, weight {shape3}
输入 {shape} 和目标 {shape2}，权重 {shape3}

weight tensor should be defined either for all {shape} classes or no classes
权重张量须为全部 {shape} 个类别给出，或不给出

tensors of dtypes {dtype} and {dtype2}
dtype 为 {dtype} 和 {dtype2} 的张量

one dtype for input, states and weights
输入、状态和权重为同一种 dtype

convert the module or the input
转换模块或输入

scale_grad_by_freq=True and sparse=True
scale_grad_by_freq=True 和 sparse=True

scale_grad_by_freq not supported with sparse gradients: one of them
稀疏梯度不支持 scale_grad_by_freq：只能用其一
"""
