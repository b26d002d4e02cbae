"""Texts of core, engine, func, compiler and what is small."""

TEXTS = r"""
module 'flambeau' has no attribute {name}
模块 'flambeau' 没有属性 {name}

{owner} has no {name} yet; the nearest name is {join}
{owner} 还没有 {name}；最接近的名称是 {join}

{owner} has no {name} yet
{owner} 还没有 {name}

{owner} has no {name}: {reason}
{owner} 没有 {name}：{reason}

a machine without one
没有加速器的机器

an accelerator; this version runs on the CPU
一个加速器；此版本在 CPU 上运行

accelerator.is_available() first
先调用 accelerator.is_available()

given kind {kind}; required: one of {join}
给出的 kind 是 {kind}；要求：{join} 之一

given {type}; required: tensors, dtypes and numbers
给出 {type}；要求：张量、dtype 和数

given numbers only; required: at least one tensor or dtype
只给出了数；要求：至少一个张量或 dtype

given nothing; required: at least one tensor or dtype
什么都没有给出；要求：至少一个张量或 dtype

given api_version={api_version}; required: one of {join}; try None
给出 api_version={api_version}；要求：{join} 之一；可尝试 None

sizes {sizes} and {sizes2} along axis {axis}
沿轴 {axis} 的尺寸 {sizes} 和 {sizes2}

equal sizes
尺寸相等

size {shape} along axis {axis}
沿轴 {axis} 的尺寸 {shape}

copy=False and strides {stride}
copy=False 和步幅 {stride}

strides with which shape {shape} is a view
能使形状 {shape} 成为视图的步幅

axis {wrong}, of size {shape}
轴 {wrong}，其尺寸为 {shape}

size 1
尺寸为 1

a tensor without dims
没有维度的张量

at least one dim
至少一个维度

axis=None and {ndim} dims
axis=None 和 {ndim} 个维度

an axis
一个轴

module {owner} has no attribute {name}
模块 {owner} 没有属性 {name}

flambeau has no {name} yet
flambeau 还没有 {name}

given a process that has imported PyTorch already; required: none of its modules loaded; try calling flambeau.compat.install() first, or `flambeau run`
给出的进程已经导入了 PyTorch；要求：没有加载它的任何模块；可尝试先调用 flambeau.compat.install()，或用 `flambeau run`

what it depends on changes at every call
它所依赖的东西每次调用都在变

{getattr} runs uncaptured because {reason}; results are the same, each call records its operations anew
{getattr} 未经捕获而运行，因为{reason}；结果相同，但每次调用都重新记录它的操作

given {type}; required: a function or a Module; try compile(step) where step(x) does one training step
给出 {type}；要求：函数或 Module；可尝试 compile(step)，其中 step(x) 做一步训练

no switch {name}; the switches are {join}
没有开关 {name}；开关有 {join}

no switch {name}
没有开关 {name}

given {type}, a string like 'cpu' or 'cuda:0' is required
给出 {type}，需要 'cpu' 或 'cuda:0' 这样的字符串

given {type}; expected one of 'cpu', 'cuda', 'meta', optionally with an index as in 'cuda:0'
给出 {type}；应为 'cpu'、'cuda'、'meta' 之一，可带序号，如 'cuda:0'

invalid device string {type}; try '{name}:0'
无效的设备字符串 {type}；可尝试 '{name}:0'

no integer type holds both {a} and {b}
没有整数类型能同时容纳 {a} 和 {b}

no operands were given
没有给出操作数

given {dtype}, a floating-point dtype is required; use iinfo
给出 {dtype}，需要浮点 dtype；请用 iinfo

given {dtype}, an integer dtype is required; use finfo
给出 {dtype}，需要整数 dtype；请用 finfo

dim must be an int, given {type}
dim 必须是 int，给出的是 {type}

Dimension out of range (expected to be in range of [{span}, {span2}], but got {index}); the tensor has {ndim} dims
维度越界（应在 [{span}, {span2}] 之内，但得到 {index}）；该张量有 {ndim} 个维度

dim {max} appears multiple times in the list of dims {dims}; name each dim once
维度 {max} 在维度列表 {dims} 中出现多次；每个维度请只写一次

shapes {join} cannot be broadcast together: The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {axis}\n{align_shapes}; try unsqueeze, transpose or expand on one of them
形状 {join} 不能一起广播：在非单一维度 {axis} 上，张量 a 的尺寸（{a}）必须等于张量 b 的尺寸（{b}）\n{align_shapes}；可尝试对其中之一用 unsqueeze、transpose 或 expand

dim {axis}: {a} and {b} differ and neither is 1
维度 {axis}：{a} 与 {b} 不同，且都不是 1

only one dimension can be inferred, given {result}; write all sizes but one as numbers
只能推断一个维度，给出的是 {result}；请把除一个之外的所有尺寸写成数

invalid shape dimension {min} in {result}
{result} 中的尺寸 {min} 无效

cannot reshape tensor of {numel} elements into shape {result} because the unspecified dimension size -1 can be any value and is ambiguous; write the size out
不能把 {numel} 个元素的张量变形为 {result}，因为未指定的尺寸 -1 可以是任何值，有歧义；请写出该尺寸

shape '{shape}' is invalid for input of size {numel}; the product of the sizes must equal the number of elements{closest}
形状 '{shape}' 对大小为 {numel} 的输入无效；各尺寸之积必须等于元素个数{closest}

Torch not compiled with CUDA enabled: no CUDA device is available; this version runs on the CPU; try cuda.is_available() first
没有编译 CUDA 支持：没有可用的 CUDA 设备；此版本在 CPU 上运行；可先尝试 cuda.is_available()

type flambeau.cuda.{cls} not available. Torch not compiled with CUDA enabled; try flambeau.{cls2}
类型 flambeau.cuda.{cls} 不可用。没有编译 CUDA 支持；可尝试 flambeau.{cls2}

module 'flambeau.cuda' has no attribute {name}
模块 'flambeau.cuda' 没有属性 {name}

index {index} is out of bounds for a dimension with size {limit}; required: {limit2} <= index < {limit3}
下标 {index} 超出尺寸为 {limit} 的维度的范围；要求：{limit2} <= 下标 < {limit3}

given {device}; required: one of {join}; try 'cpu'
给出 {device}；要求：{join} 之一；可尝试 'cpu'

given a function that calls {name}; required: operations that work on batches; try a loop over the examples
给出的函数调用了 {name}；要求：能对批量进行的操作；可尝试对样本逐个循环

called random operation while in randomness error mode; given a function that draws random numbers; try randomness='same' or randomness='different'
在 randomness 为 error 的模式下调用了随机操作；给出的函数会抽取随机数；可尝试 randomness='same' 或 randomness='different'

elements of dtype {dtype}
dtype 为 {dtype} 的元素

real numbers: it is not implemented for complex ones
实数：没有为复数实现

.real or .abs()
.real 或 .abs()

index {flat} is out of range for a dim of size {limit}
下标 {flat} 超出尺寸为 {limit} 的维度的范围

LAPACK is in the package scipy-openblas32, which is not installed; try pip install scipy-openblas32
LAPACK 在 scipy-openblas32 包中，该包没有安装；可尝试 pip install scipy-openblas32

given {seed}; required: an integer of 64 bits; try seed % 2**63
给出 {seed}；要求：64 位整数；可尝试 seed % 2**63

sizes that make a tensor of shape {shape}
使张量形状为 {shape} 的尺寸

fewer than 2**63 bytes: the storage size calculation overflowed
少于 2**63 字节：存储大小的计算溢出

smaller sizes
更小的尺寸

argnums {argnums} for {count} arguments
argnums {argnums} 对 {count} 个参数

numbers from {count} to {count2}
从 {count} 到 {count2} 的数

a function with has_aux=True that did not return a pair
has_aux=True 但没有返回一对值的函数

(output, aux)
(output, aux)

a function that returned {shape}
返回了 {shape} 的函数

Expected f(*args) to return a scalar tensor
f(*args) 应返回标量张量

.sum() or .mean() of it, or vjp() and jacrev() for results of several elements
对它取 .sum() 或 .mean()，或对多个元素的结果用 vjp() 和 jacrev()

cotangents of another structure than the output's
与输出结构不同的余切

Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function
余切的 pytree 结构应与函数输出的 pytree 结构相同

Expected primals and tangents to be tuples
primals 和 tangents 应为元组

(x,) and (v,)
(x,) 和 (v,)

tangents of shapes {x}
形状为 {x} 的 tangents

the structure and shapes of the primals, {x}
与 primals 相同的结构和形状，即 {x}

the output does not depend on the primals, under strict=True
在 strict=True 下，输出不依赖于 primals

the function looked at a value (item(), bool(), numpy(), print, an index that depends on data), or wrote into a tensor from outside; given a tensor that stands for all examples at once; try where() instead of if, or a loop over the examples
函数查看了一个值（item()、bool()、numpy()、print、依赖数据的下标），或写入了外部的张量；给出的张量代表所有样本；可尝试用 where() 代替 if，或对样本逐个循环

Expected at least one model, got 0
至少需要一个模型，得到 0 个

models of classes {x}
类为 {x} 的模型

Expected all models to be of the same class and in the same training mode
所有模型须属于同一个类，并处于相同的训练模式

randomness {randomness}
randomness {randomness}

must only return Tensors
只能返回张量

flambeau.tensor(...) of it
对它用 flambeau.tensor(...)

a function that writes into its argument of shape {shape} in place
原地写入其形状为 {shape} 的参数的函数

a function without such writes
没有这种写入的函数

x = x + y instead of x += y, or clone() first
用 x = x + y 代替 x += y，或先 clone()

given no inputs; required: at least one tensor argument
没有给出输入；要求：至少一个张量参数

in_dim {d} for an argument of type {type}
为类型 {type} 的参数给出的 in_dim {d}

a Tensor where in_dims is not None
in_dims 不为 None 处须为张量

None in its place
在该处写 None

{name} {dims} for one tensor
为一个张量给出的 {name} {dims}

an int or None
int 或 None

{name} {dims} for {count} items
为 {count} 项给出的 {name} {dims}

{name} of the same structure as what it is for
{name} 的结构须与所对应的相同

a dim {d} to map over
要映射的维度 {d}

None in its place of in_dims
在 in_dims 的该处写 None

given no tensor to map over; required: at least one with a dim
没有给出要映射的张量；要求：至少一个有该维度的张量

sizes {sizes} of the mapped dims
被映射维度的尺寸 {sizes}

Expected all tensors to have the same size in the mapped dimension
所有张量在被映射维度上的尺寸应相同

its file at {folder}; nothing is downloaded
它的文件须在 {folder}；不会下载任何东西

put the file there yourself
请自行把文件放在那里

files on this machine; nothing is downloaded, and no code of others is run
本机上的文件；不会下载任何东西，也不会运行他人的代码

cloning the repository and importing from it
克隆该仓库并从中导入

folder {repo_or_dir}
文件夹 {repo_or_dir}

a file hubconf.py in it
其中须有文件 hubconf.py

url {url}
网址 {url}

given back as it is; operations are compiled when they run; try flambeau.compile to make one program of a whole function
原样返回；操作在运行时编译；可尝试用 flambeau.compile 把整个函数做成一个程序

given {what}; required: TorchScript, which is left out; try flambeau.save(module.state_dict(), file) and load_state_dict
给出 {what}；要求：TorchScript，这里没有它；可尝试 flambeau.save(module.state_dict(), file) 和 load_state_dict

process {failed} terminated with exit code {exitcode}
进程 {failed} 以退出码 {exitcode} 结束

\n\n-- Process {number} terminated with the following error:\n{text}
\n\n-- 进程 {number} 因以下错误结束：\n{text}

a device without it
没有它的设备

activity {activity}
活动 {activity}

members of ProfilerActivity
ProfilerActivity 的成员

a profiler that has recorded nothing
什么都没有记录的分析器

a stretch that has ended
已经结束的一段

call it after the with block, or in on_trace_ready
在 with 块之后或在 on_trace_ready 中调用它

active > 0, and no negative numbers
active > 0，且没有负数

device {device}
设备 {device}

a device that is present, which is 'cpu'
存在的设备，即 'cpu'

only floating-point types are supported as the default type
默认类型只支持浮点类型

0, 1, 2, 'default', 'warn' or 'error'
0、1、2、'default'、'warn' 或 'error'

expects a positive integer
应为正整数

a multiple of {abs} elements
元素个数须为 {abs} 的倍数

{abs} elements
{abs} 个元素

{abs} elements; {numel} or -1 here would fit
{abs} 个元素；此处写 {numel} 或 -1 就合适

a result or a gradient of it is a sparse tensor
它的结果或梯度是稀疏张量
"""
