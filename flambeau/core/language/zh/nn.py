"""Texts of modules."""

TEXTS = r"""
keyword argument `{old}` is deprecated and rename to `{new}`
关键字参数 `{old}` 已弃用，改名为 `{new}`

expected input to be 3D or 4D, got {count}D instead
输入应为 3D 或 4D，但得到 {count}D

embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} instead
embed_dim 和 num_heads 必须大于 0，但得到 embed_dim={embed_dim} 和 num_heads={num_heads}

index {index} is out of range
下标 {index} 越界

{type}.extend should be called with an iterable, but got {type2}
{type}.extend 的参数应为可迭代对象，但得到 {type2}

add operator supports only objects of Sequential class, but {type} is given.
加法只支持 Sequential 类的对象，但给出了 {type}。

unsupported operand type(s) for *: {type} and {type2}
* 不支持的操作数类型：{type} 和 {type2}

Non-positive multiplication factor {times} for {type}
{type} 的乘数 {times} 不是正数

{kind}.update should be called with an iterable of key/value pairs, but got {type}
{kind}.update 的参数应为键值对的可迭代对象，但得到 {type}

{kind} update sequence element #{i} has length {count}; 2 is required
{kind} 更新序列的第 {i} 个元素的长度为 {count}；要求为 2

ParameterList.extend should be called with an iterable, but got {type}
ParameterList.extend 的参数应为可迭代对象，但得到 {type}

ParameterList should not be called.
ParameterList 不应被调用。

Index given to ParameterDict cannot be used as a key as it is not a string (type is '{type}').
给 ParameterDict 的下标不能作为键，因为它不是字符串（类型是 '{type}'）。

ParameterDict should not be called.
ParameterDict 不应被调用。

groups must be a positive integer
groups 必须是正整数

in_channels must be divisible by groups
in_channels 必须能被 groups 整除

out_channels must be divisible by groups
out_channels 必须能被 groups 整除

padding_mode must be one of {set}, but got padding_mode='{padding_mode}'
padding_mode 必须是 {set} 之一，但得到 padding_mode='{padding_mode}'

Invalid padding string {padding}, should be one of {'valid', 'same'}
填充字符串 {padding} 无效，应为 {'valid', 'same'} 之一

padding='same' is not supported for strided convolutions
有步幅的卷积不支持 padding='same'

Only "zeros" padding mode is supported for {type}
{type} 只支持 "zeros" 填充模式

requested an output size of {output_size}, but valid sizes of dim {i} range from {inner} to {least} (for an input of {inner2})
要求输出尺寸 {output_size}，但维度 {i} 的有效尺寸在 {inner} 到 {least} 之间（输入为 {inner2}）

dropout probability has to be between 0 and 1, but got {p}
dropout 概率须在 0 和 1 之间，但得到 {p}

a size of {count} dims
有 {count} 个维度的尺寸

{n} dims
{n} 个维度

mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.
在 nn.init.trunc_normal_ 中，mean 距 [a, b] 超过 2 个标准差。值的分布可能不正确。

Only tensors with 2 dimensions are supported
只支持 2 个维度的张量

Only tensors with 3, 4, or 5 dimensions are supported
只支持 3、4 或 5 个维度的张量

dim 0 must be divisible by groups
维度 0 必须能被 groups 整除

negative_slope {param} not a valid number
negative_slope {param} 不是有效的数

Unsupported nonlinearity {nonlinearity}
不支持的非线性函数 {nonlinearity}

Fan in and fan out can not be computed for tensor with fewer than 2 dimensions
少于 2 个维度的张量不能计算 fan in 和 fan out

Mode {mode} not supported, please use one of {modes}
不支持模式 {mode}，请使用 {modes} 之一

Initializing zero-element tensors is a no-op
初始化没有元素的张量不起作用

Only tensors with 2 or more dimensions are supported
只支持 2 个或更多维度的张量

`nn.init.{new}` is now deprecated in favor of `nn.init.{function}`.
`nn.init.{new}` 已弃用，请改用 `nn.init.{function}`。

initialize_parameters is not implemented for {type}
{type} 没有实现 initialize_parameters

module {get_name} has not been fully initialized
模块 {get_name} 还没有完全初始化

an input of {shape} features
有 {shape} 个特征的输入

in_features of the loaded weight, {shape}
载入的权重的 in_features，即 {shape}

in1_features must be > 0, but got {in1_features}
in1_features 必须 > 0，但得到 {in1_features}

unflattened_size must be tuple of ints, but found type {type}
unflattened_size 必须是 int 的元组，但得到类型 {type}

expected margin to be greater than 0, got {margin} instead
margin 应大于 0，但得到 {margin}

{type}.__init__() got an unexpected keyword argument '{next}'
{type}.__init__() 得到意外的关键字参数 '{next}'

{type}.__init__() got an unexpected {count} more
{type}.__init__() 多得到 {count} 个意外的参数

Module [{type}] is missing the required "forward" function
模块 [{type}] 缺少必需的 "forward" 函数

'{type}' object has no attribute '{name}'
'{type}' 对象没有属性 '{name}'

cannot assign parameters before Module.__init__() call
不能在调用 Module.__init__() 之前给参数赋值

cannot assign module before Module.__init__() call
不能在调用 Module.__init__() 之前给模块赋值

child module
子模块

flambeau.nn.Buffer, flambeau.Tensor
flambeau.nn.Buffer、flambeau.Tensor

{kind} name should be a string. Got {type}
{kind} 的名称应为字符串。得到 {type}

{kind} name can't contain ".", got: {name}
{kind} 的名称不能含有 "."，得到：{name}

{kind} name can't be empty string ""
{kind} 的名称不能是空字符串 ""

attribute '{name}' already exists
属性 '{name}' 已存在

cannot assign parameter before Module.__init__() call
不能在调用 Module.__init__() 之前给参数赋值

cannot assign '{type_name}' object to parameter '{name}' (flambeau.nn.Parameter or None required)
不能把 '{type_name}' 对象赋给参数 '{name}'（要求 flambeau.nn.Parameter 或 None）

Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To express '{name2}' as a function of another Tensor, compute the value in the forward() method.
不能把非叶子张量赋给参数 '{name}'。模型参数必须明确创建。要把 '{name2}' 表示为另一个张量的函数，请在 forward() 方法中计算它的值。

cannot assign buffer before Module.__init__() call
不能在调用 Module.__init__() 之前给缓冲区赋值

cannot assign '{type_name}' object to buffer '{name}' (flambeau Tensor or None required)
不能把 '{type_name}' 对象赋给缓冲区 '{name}'（要求 flambeau Tensor 或 None）

{type_name} is not a Module subclass
{type_name} 不是 Module 的子类

training mode is expected to be boolean
训练模式应为布尔值

cannot assign '{type_name}' as {kind} '{name}' ({required} or None expected)
不能把 '{type_name}' 作为 {kind} '{name}' 赋值（应为 {required} 或 None）

to() got an unexpected keyword argument '{next}'
to() 得到意外的关键字参数 '{next}'

nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={x}
nn.Module.to 只接受浮点或复数 dtype，但得到 dtype={x}

forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {hook}.
前向预钩子必须返回 None 或元组 (new_args, new_kwargs)，但得到 {hook}。

module forward hook with ``always_call=True`` raised an exception that was silenced as another error was raised in forward: {error}
``always_call=True`` 的模块前向钩子抛出了异常，因 forward 中已抛出另一个错误而被忽略：{error}

with_kwargs is not there for all modules; try module.register_forward_hook(hook, with_kwargs=True)
with_kwargs 不适用于所有模块的钩子；可尝试 module.register_forward_hook(hook, with_kwargs=True)

For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received {type}
要调用反向钩子，模块的输出应为张量或张量的元组，但得到 {type}

Backward pre hook
反向预钩子

Backward hook for Modules where no input requires gradient should always return None or None for all gradients.
没有输入需要梯度的模块，其反向钩子应始终返回 None，或对所有梯度返回 None。

Backward hook
反向钩子

{what} returned an invalid number of {name}, got {count}, but expected {count2}
{what}返回的 {name} 个数无效，得到 {count}，但应为 {count2}

Reached a code path in Module.get_extra_state() that should never be called. Override it together with set_extra_state().
到达了 Module.get_extra_state() 中不应到达的代码。请与 set_extra_state() 一起重写它。

Reached a code path in Module.set_extra_state() that should never be called. Override it together with get_extra_state().
到达了 Module.set_extra_state() 中不应到达的代码。请与 get_extra_state() 一起重写它。

Expected state_dict to be dict-like, got {type}; try module.state_dict() of a module of this kind
state_dict 应为类似字典的对象，得到 {type}；可尝试同类模块的 module.state_dict()

Error(s) in loading state_dict for {type}:\n\t{join}
为 {type} 载入 state_dict 时出错：\n\t{join}

Cannot set the submodule without a target name!
没有目标名称，不能设置子模块！

{type} has no attribute `{name}`
{type} 没有属性 `{name}`

`{name}` is not an nn.Module
`{name}` 不是 nn.Module

`module` is not an nn.Module, found {type}
`module` 不是 nn.Module，而是 {type}

`{rpartition}` is not an nn.Parameter
`{rpartition}` 不是 nn.Parameter

`{name}` is not a buffer
`{name}` 不是缓冲区

expected {join} input (got {count}D input)
应为 {join} 的输入（得到 {count}D 输入）

expected at least 2D input (got {count}D input)
输入至少应为 2D（得到 {count}D 输入）

num_channels ({num_channels}) must be divisible by num_groups ({num_groups})
num_channels（{num_channels}）必须能被 num_groups（{num_groups}）整除

given several device_ids; the module runs on its own device only; try flambeau.distributed
给出了多个 device_ids；模块只在它自己的设备上运行；可尝试 flambeau.distributed

`nn.Container` is deprecated. All of its functionality is now implemented in `nn.Module`. Subclass that instead.
`nn.Container` 已弃用。它的全部功能现在由 `nn.Module` 实现。请改为继承它。

given {type}; required: a Tensor; try flambeau.tensor(data)
给出 {type}；要求：张量；可尝试 flambeau.tensor(data)

Can't access the shape of an uninitialized parameter or buffer; try calling the module once, with a batch as it will get, before accessing its attributes or loading it into a module that is initialized
不能访问未初始化的参数或缓冲区的形状；可尝试先用它将要处理的批量调用一次模块，再访问其属性或载入到已初始化的模块

Attempted to use an uninitialized parameter in numel; try calling the module once, with a batch as it will get, to initialize it
试图在 numel 中使用未初始化的参数；可尝试先用它将要处理的批量调用一次模块来初始化它

`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement.
`NLLLoss2d` 已弃用。请改用可直接替换的 `NLLLoss`。

expected weight shape to be {x}, got {shape}
权重的形状应为 {x}，得到 {shape}

expected label_smoothing to be in range [0, 1], got {label_smoothing}
label_smoothing 应在 [0, 1] 之内，得到 {label_smoothing}

cutoffs should be a sequence of length larger than 0
cutoffs 应为长度大于 0 的序列

cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1
cutoffs 应为互不相同、按升序排列的正整数序列，每个值在 1 和 n_classes-1 之间

0D or 1D target tensor expected, multi-target not supported
目标应为 0D 或 1D 张量，不支持多目标

Input and target should have the same size in the batch dimension
输入和目标在批量维度上的尺寸应相同

Target values should be in [0, {n_classes}], but {x} was found
目标的值应在 [0, {n_classes}] 之内，但发现 {x}

dropout should be a number in range [0, 1] representing the probability of an element being zeroed; given {dropout}
dropout 应为 [0, 1] 之内的数，表示元素被置零的概率；给出的是 {dropout}

dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, but got dropout={dropout} and num_layers=1
dropout 选项在除最后一层之外的循环层之后加 dropout，所以非零的 dropout 要求 num_layers 大于 1，但得到 dropout={dropout} 和 num_layers=1

{name} should be of type bool, got: {type}
{name} 的类型应为 bool，得到：{type}

{name} should be of type int, got: {type}
{name} 的类型应为 int，得到：{type}

{name} must be greater than zero
{name} 必须大于零

num_layers must be greater than zero
num_layers 必须大于零

proj_size should be a positive integer or zero to disable projections
proj_size 应为正整数，或为零以不用投影

proj_size has to be smaller than hidden_size
proj_size 必须小于 hidden_size

Unrecognized RNN mode: {mode}
无法识别的 RNN 模式：{mode}

Expected input to be 2D or 3D, got {count}D tensor instead; try shape (time, batch, features), or (time, features)
输入应为 2D 或 3D，但得到 {count}D 张量；可尝试形状 (time, batch, features) 或 (time, features)

{name} input dtype ({dtype}) does not match weight dtype ({dtype2}). Convert input: input.to(weight.dtype), or convert model: model.to(input.dtype)
{name} 输入的 dtype（{dtype}）与权重的 dtype（{dtype2}）不一致。转换输入：input.to(weight.dtype)，或转换模型：model.to(input.dtype)

input.size(-1) must be equal to input_size. Expected {input_size}, got {shape}
input.size(-1) 必须等于 input_size。应为 {input_size}，得到 {shape}

Expected sequence length to be larger than 0 in RNN
RNN 的序列长度应大于 0

For batched 3-D input, hx[{i}] should also be {x}-D but got {count}-D tensor
对有批量的 3-D 输入，hx[{i}] 也应为 {x}-D，但得到 {count}-D 张量

For batched 3-D input, hx should also be {x}-D but got {count}-D tensor
对有批量的 3-D 输入，hx 也应为 {x}-D，但得到 {count}-D 张量

For unbatched 2-D input, hx[{i}] should also be {x}-D but got {count}-D tensor
对无批量的 2-D 输入，hx[{i}] 也应为 {x}-D，但得到 {count}-D 张量

For unbatched 2-D input, hx should also be {x}-D but got {count}-D tensor
对无批量的 2-D 输入，hx 也应为 {x}-D，但得到 {count}-D 张量

Expected hidden[{i}] size {x}, got {shape}; that is (layers * directions, batch, size)
hidden[{i}] 的尺寸应为 {x}，得到 {shape}；即 (layers * directions, batch, size)

Expected hidden size {x}, got {shape}; that is (layers * directions, batch, size)
hidden 的尺寸应为 {x}，得到 {shape}；即 (layers * directions, batch, size)

an initial state of type {type}
类型为 {type} 的初始状态

a pair (h_0, c_0)
一对 (h_0, c_0)

Unknown nonlinearity '{args}'. Select from 'tanh' or 'relu'.
未知的非线性函数 '{args}'。请从 'tanh' 和 'relu' 中选择。

proj_size argument is only supported for LSTM, not RNN or GRU
只有 LSTM 支持 proj_size 参数，RNN 和 GRU 不支持

Expected {what} to be 1D or 2D, got {count}D instead
{what} 应为 1D 或 2D，但得到 {count}D

input has inconsistent input_size: got {features} expected {input_size}
输入的 input_size 不一致：得到 {features}，应为 {input_size}

a state of shape {shape}
形状为 {shape} 的状态

Unknown nonlinearity: {nonlinearity}
未知的非线性函数：{nonlinearity}

activation should be relu/gelu, not {given}
activation 应为 relu/gelu，而不是 {given}

src {shape} and tgt {shape2}
src {shape} 和 tgt {shape2}

the batch number of src and tgt must be equal
src 和 tgt 的批量大小必须相等

the feature number of src and tgt must be equal to d_model, {d_model}
src 和 tgt 的特征数必须等于 d_model（{d_model}）

{name} requires specifying either an output size, or a pooling ratio
{name} 需要指定输出尺寸或池化比例

only one of output_size and output_ratio may be specified
output_size 和 output_ratio 只能指定其一

output_ratio must be between 0 and 1 (got {output_ratio})
output_ratio 必须在 0 和 1 之间（得到 {output_ratio}）

The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`
`parameters` 的梯度的 {norm_type} 阶总范数不是有限数，因此不能裁剪。若要关闭此错误并仍按非有限的范数缩放梯度，请设置 `error_if_nonfinite=False`

`nn.utils.clip_grad_norm` is now deprecated in favor of `nn.utils.clip_grad_norm_`.
`nn.utils.clip_grad_norm` 已弃用，请改用 `nn.utils.clip_grad_norm_`。

expected torch.Tensor, but got: {type}
应为 torch.Tensor，但得到：{type}

given a vector of shape {shape}; required: [{sum}], the number of elements of all parameters
给出形状为 {shape} 的向量；要求：[{sum}]，即所有参数的元素个数

Expected a Module; got {module_cls}
应为 Module；得到 {module_cls}

Module must support a 'device' arg to skip initialization
Module 必须支持 'device' 参数才能跳过初始化

Module '{module}' has no parameter or buffer with name '{name}'
模块 '{module}' 没有名为 '{name}' 的参数或缓冲区

Expected a matrix or batch of matrices of shape {shape}. Got a tensor of shape {shape2}.
应为形状 {shape} 的矩阵或一批矩阵。得到形状为 {shape2} 的张量。

It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.
use_trivialization=False 时，不能给矩阵指数或 Cayley 参数化赋值。

Expected a matrix or batch of matrices. Got a tensor of {count} dimensions.
应为矩阵或一批矩阵。得到 {count} 个维度的张量。

orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: matrix_exp
orthogonal_map 必须是 "matrix_exp"、"cayley"、"householder" 之一。得到：matrix_exp

orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: householder
orthogonal_map 必须是 "matrix_exp"、"cayley"、"householder" 之一。得到：householder

Dimension out of range (expected to be in range of [-{count}, {ndim}] but got {dim})
维度越界（应在 [-{count}, {ndim}] 之内，但得到 {dim}）

Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}
n_power_iterations 应为正数，但得到 n_power_iterations={n_power_iterations}

ParametrizationList requires one or more modules.
ParametrizationList 需要一个或多个模块。

'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got {type}
'right_inverse' 必须返回张量或张量的序列（list、tuple……）。得到 {type}

parametrization {type} does not implement right_inverse, so nothing can be assigned to the tensor
参数化 {type} 没有实现 right_inverse，因此不能给该张量赋值

'right_inverse' must return a sequence of tensors of length {ntensors}. Got a sequence of length {count}.
'right_inverse' 必须返回长度为 {ntensors} 的张量序列。得到长度为 {count} 的序列。

a {what} that gives {dtype}
给出 {dtype} 的 {what}

a tensor of dtype {dtype}
dtype 为 {dtype} 的张量

unsafe=True, if the dtype is to change in forward
如果 dtype 要在 forward 中改变，用 unsafe=True

a {what} that gives shape {shape}
给出形状 {shape} 的 {what}

shape {shape}
形状 {shape}

unsafe=True, if the shape is to change
如果形状要改变，用 unsafe=True

Serialization of parametrized modules is only supported through state_dict(); try remove_parametrizations, or saving module.state_dict()
带参数化的模块只能通过 state_dict() 序列化；可尝试 remove_parametrizations，或保存 module.state_dict()

Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'
模块 '{module}' 没有名为 '{tensor_name}' 的参数、缓冲区或参数化元素

Module {module} does not have a parametrization on {tensor_name}
模块 {module} 在 {tensor_name} 上没有参数化

Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.
由一个张量序列参数化的张量不能去除参数化（`leave_parametrized=False`）。

importance_scores of shape {shape}
形状为 {shape} 的 importance_scores

the shape of {name}, {shape}
{name} 的形状，即 {shape}

{type} is not a BasePruningMethod subclass
{type} 不是 BasePruningMethod 的子类

Can only add pruning methods acting on the parameter named '{tensor_name}' to PruningContainer {self}. Found '{tensor_name2}'
只能把作用于名为 '{tensor_name}' 的参数的剪枝方法加到 PruningContainer {self}。得到 '{tensor_name2}'

Unrecognized PRUNING_TYPE {pruning_type}
无法识别的 PRUNING_TYPE {pruning_type}

Invalid type for amount: {amount}. Must be int or float.
amount 的类型无效：{amount}。必须是 int 或 float。

amount={amount} should either be a float in the range [0, 1] or a non-negative integer
amount={amount} 应为 [0, 1] 之内的 float 或非负整数

amount={amount} should be smaller than the number of parameters to prune={size}
amount={amount} 应小于要剪枝的参数个数 {size}

Structured pruning can only be applied to multidimensional tensors. Found tensor of shape {shape} with {count} dims
结构化剪枝只能用于多维张量。得到形状为 {shape}、有 {count} 个维度的张量

Invalid index {dim} for tensor of size {shape}
下标 {dim} 对大小为 {shape} 的张量无效

a mask of shape {shape}
形状为 {shape} 的掩码

parameters is not an Iterable
parameters 不是可迭代对象

importance_scores must be of type dict
importance_scores 的类型必须是 dict

Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method {pruning_method} of type {pruning_type}
`pruning_method` 只支持 PRUNING_TYPE "unstructured"。得到方法 {pruning_method}，类型为 {pruning_type}

Parameter '{name}' of module {module} has to be pruned before pruning can be removed
模块 {module} 的参数 '{name}' 须先剪枝，才能移除剪枝

batch_sizes on {device}
位于 {device} 的 batch_sizes

batch_sizes should always be on CPU
batch_sizes 应始终在 CPU 上

pack_sequence or pack_padded_sequence, which make them so
pack_sequence 或 pack_padded_sequence，它们会这样做

lengths of shape {shape}
形状为 {shape} 的 lengths

Expected `len(lengths)` to be equal to batch_size, {batch}
`len(lengths)` 应等于 batch_size，即 {batch}

batch_first=..., if the batch is dim 0 of the input
如果批量是输入的维度 0，用 batch_first=...

lengths {tolist}
lengths 为 {tolist}

Length of all samples has to be greater than 0
所有样本的长度须大于 0

leaving empty sequences out
去掉空序列

`lengths` array must be sorted in decreasing order when `enforce_sorted` is True
当 `enforce_sorted` 为 True 时，`lengths` 数组必须按降序排列

a length of {sizes} for an input of {steps} time steps
有 {steps} 个时间步的输入给出长度 {sizes}

lengths of at most that
不超过它的长度

batch_first=..., if time is the other dim
如果时间是另一个维度，用 batch_first=...

Expected total_length to be at least the length of the longest sequence in input, but got total_length={total_length} and max sequence length being {steps}
total_length 应不小于输入中最长序列的长度，但得到 total_length={total_length}，而最大序列长度为 {steps}

Expected iterable for input sequences, but got arg of type: {type}; try a list of tensors
输入序列应为可迭代对象，但得到类型为 {type} 的参数；可尝试张量的列表

received an empty list of sequences; required: at least one
得到空的序列列表；要求：至少一个

padding_side to be left or right
padding_side 为 left 或 right

sequences of shapes {shape} and {shape2} (number {i})
形状为 {shape} 和 {shape2}（第 {i} 个）的序列

shapes that differ in dim 0 only
只在维度 0 上不同的形状

Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type}
parameter_and_buffer_dicts 应为 dict，或 dict 的 list/tuple，但得到 {type}

Expected all elements of parameter_and_buffer_dicts to be dictionaries, but got {type}
parameter_and_buffer_dicts 的所有元素应为字典，但得到 {type}

keys {x} appear in several dictionaries; behavior is ambiguous; try one value for each
键 {x} 出现在多个字典中；行为有歧义；可尝试每个键只给一个值

unexpected keys {x} and missing keys {x2}
意外的键 {x} 和缺少的键 {x2}

unexpected keys {x}
意外的键 {x}

paths of parameters and buffers of {type}
{type} 的参数和缓冲区的路径

dict(module.named_parameters()) as a pattern
以 dict(module.named_parameters()) 为样本

{x} for '{key}' is not an instance of flambeau.Tensor
'{key}' 的 {x} 不是 flambeau.Tensor 的实例

got different values for tied weights {given}; try one value for all, or tie_weights=False
绑定的权重 {given} 得到不同的值；可尝试全部用一个值，或 tie_weights=False

Cannot register two {what} hooks on the same parameter {name}
不能在同一参数 {name} 上注册两个 {what} 钩子

`{what}` cannot be applied as parameter `{name}` is None
不能应用 `{what}`，因为参数 `{name}` 是 None

The module passed to `{what}` can't have uninitialized parameters. Make sure to run the dummy forward before applying it
传给 `{what}` 的模块不能有未初始化的参数。请先做一次试运行的前向再应用它

{what} of '{name}' not found in {module}
在 {module} 中没有找到 '{name}' 的 {what}

`nn.utils.weight_norm` is deprecated in favor of `nn.utils.parametrizations.weight_norm`.
`nn.utils.weight_norm` 已弃用，请改用 `nn.utils.parametrizations.weight_norm`。
"""
