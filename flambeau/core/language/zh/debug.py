"""Texts of debug."""

TEXTS = r"""
module 'flambeau.debug' has no attribute {name}
模块 'flambeau.debug' 没有属性 {name}

the tensor
张量

its memory
内存

as a view
视图

shared with
共享

its value
值

on the tape
求导

strides {strides}, offset {offset} elements
步幅 {strides}，偏移 {offset} 个元素

not contiguous: {why_not_contiguous}
不连续：{why_not_contiguous}

{nbytes} bytes of elements, all {end} bytes of the storage
元素占 {nbytes} 字节，即存储的全部 {end} 字节

{nbytes} bytes of elements, within bytes {first} to {end} of the storage's {storage_nbytes}
元素占 {nbytes} 字节，位于存储（共 {storage_nbytes} 字节）的第 {first} 到 {end} 字节之间

overlaps itself: {repeated}
自身重叠：{repeated}

no view: it has all of its storage
不是视图：它拥有整个存储

a view of {view_of}, by {join}
{view_of} 的视图，由 {join} 得到

{copies} clones hold the same bytes until one of them is written; writes are not shared
有 {copies} 个 clone 在其中之一被写入之前使用同样的字节；写入互不影响

could not be computed: {error}
未能计算：{error}

being recorded for a captured step
正在为捕获的步骤记录

evaluated; it was written in place {version} times
已求值；被原地写入 {version} 次

in these kernels, if it were computed alone:
若单独计算，分为以下内核：

{others_pending} other recorded values would be computed with it
另有 {others_pending} 个已记录的值会一起计算

made under inference_mode: it cannot take part in backward
在 inference_mode 下产生，不能参与反向传播

requires no grad; version {version}
不需要梯度；版本 {version}

its .grad is {grad}
它的 .grad 是 {grad}

it has no .grad yet
它还没有 .grad

a leaf that requires grad; version {version}; {say}
需要梯度的叶子；版本 {version}；{say}

made by {grad_fn}; version {version}
由 {grad_fn} 产生；版本 {version}

backward would pass {nodes} nodes; these leaves get a gradient:
反向传播会经过 {nodes} 个节点；以下叶子得到梯度：

backward would fail: {p}
反向传播会失败：{p}

... {count} more
……还有 {count} 项

given {type}; required: a Tensor; try flambeau.tensor(...)
给出 {type}；要求：张量；可尝试 flambeau.tensor(...)

{name} has given back what it kept: backward has been here
{name} 已经释放了它保存的东西：反向传播已经经过这里

{name} kept its input {i}, which was written in place since
{name} 保存了它的第 {i} 个输入，而该输入此后被原地写入

{name} kept its result, which was written in place since
{name} 保存了它的结果，而该结果此后被原地写入

dim {d} has stride {stride}; without gaps it would be {x}
维度 {d} 的步幅是 {stride}；若无间隔应为 {x}

stride 0 in dims {x}: the same elements are seen again, as after expand
维度 {x} 的步幅为 0：同样的元素被重复看到，如 expand 之后

{prod} elements share {count} places, as after unfold or as_strided
{prod} 个元素共用 {count} 个位置，如 unfold 或 as_strided 之后

no elements in common
没有共同的元素

the same part of it
同一部分

within this tensor's part
在此张量的部分之内

around this tensor's part
包含此张量的部分

another part of it
存储的另一部分

a common part
有部分相同

kept for backward by {get}
由 {get} 为反向传播保存

, read-only
，只读

the NumPy array {dtype} it was made from
创建它所用的 NumPy 数组 {dtype}

outside memory, held by {type}
外部内存，由 {type} 持有

{exports} NumPy arrays or exports made from it
由它得到的 {exports} 个 NumPy 数组或导出

the array `{name}` {dtype}
数组 `{name}` {dtype}

NumPy computes all of it: no code for {reason}
全部由 NumPy 计算：没有 {reason} 的代码

expand, by the look of it
看起来是 expand

view, reshape, squeeze or unsqueeze, by the look of it
看起来是 view、reshape、squeeze 或 unsqueeze

transpose or permute, by the look of it
看起来是 transpose 或 permute

a slice (x[...], select, narrow), by the look of it
看起来是切片（x[...]、select、narrow）

diagonal, unfold or as_strided, by the look of it
看起来是 diagonal、unfold 或 as_strided

format {format}
格式 {format}

one of {join}
{join} 之一

a tensor, or a tuple of tensors
一个张量，或张量的元组

make_dot(tuple(outputs.values())) for a dict
对字典用 make_dot(tuple(outputs.values()))

a {type} in params[{name}]
params[{name}] 中的 {type}

format {format} without matplotlib
没有 matplotlib 时的格式 {format}

matplotlib, or another format
matplotlib，或另一种格式

pip install flambeau[plot], or format='svg', which needs nothing
pip install flambeau[plot]，或 format='svg'，它不需要别的东西

a Module
一个 Module

summary(model, input)
summary(model, input)

mode {mode}
模式 {mode}

depth {depth}
深度 {depth}

an int from 0 up, or None
不小于 0 的 int，或 None

an input of type {type}
类型为 {type} 的输入

a tensor, a tuple of arguments, a dict, a size or a list of sizes
张量、参数的元组、字典、尺寸或尺寸的列表

{count} dtypes for {count2} sizes
{count} 个 dtype 对 {count2} 个尺寸

one for each size
每个尺寸一个

contiguous, the elements lie row after row without gaps
连续：元素逐行紧挨着存放

nobody else: no other living tensor or array sees this memory
没有：没有其他存活的张量或数组看得到这块内存

pending, computed when somebody looks at it, by these operations:
待计算：有人查看它时由以下操作算出：

perhaps, it is too large to count
也许，它太大而无法计数

given a tensor of layout {layout}; required: one with strides; try explain(x.values())
给出的张量布局为 {layout}；要求：有步幅的张量；请试 explain(x.values())
"""
