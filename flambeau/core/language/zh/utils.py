"""Texts of utils."""

TEXTS = r"""
module 'flambeau.utils' has no attribute {name}
模块 'flambeau.utils' 没有属性 {name}

{cls} is already registered
{cls} 已经注册

given {count} leaves; required: {num_leaves}, as the structure has
给出 {count} 个叶子；要求：{num_leaves} 个，与结构相同

given trees of different structures; required: one structure
给出结构不同的树；要求：同一结构

given language={language}; required: 'python'
给出 language={language}；要求：'python'

determinism_check should be one of 'default' or 'none', given {determinism_check}
determinism_check 应为 'default' 或 'none'，给出 {determinism_check}

A different number of tensors was saved during the original forward and recomputation. Number of tensors saved during forward: {count}; Number of tensors saved during recomputation: {count2}; try to remove what depends on global state from the function
原来的前向与重新计算时保存的张量个数不同。前向时保存的张量个数：{count}；重新计算时保存的张量个数：{count2}；可尝试从函数中去掉依赖全局状态的部分

Recomputed values for the following tensors have different metadata than during the forward pass: tensor {number} had shape {kinds} and {kinds2}, and has {kind} and {kind2}
以下张量重新计算的值与前向时的元数据不同：第 {number} 个张量的形状为 {kinds} 和 {kinds2}，为 {kind} 和 {kind2}

the batch is empty
批量为空

batch must contain tensors, numpy arrays, numbers, dicts or lists; found an array of {dtype} in {path}
批量必须含有张量、numpy 数组、数、字典或列表；在 {path} 中发现 {dtype} 的数组

batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type} in {path}; does the dataset forget to return the sample?
批量必须含有张量、numpy 数组、数、字典或列表；在 {path} 中发现 {type}；数据集是否忘了返回样本？

batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type} in {path}; try a collate_fn of your own
批量必须含有张量、numpy 数组、数、字典或列表；在 {path} 中发现 {type}；可尝试自己的 collate_fn

{path} has the keys {map} at entry 0 but {map2} at entry {i}
{path} 在第 0 项有键 {map}，但在第 {i} 项有 {map2}

each element in list of batch should be of equal size: {path} has {count} elements at entry 0 but {count2} at entry {i}
批量列表中的各元素大小应相等：{path} 在第 0 项有 {count} 个元素，但在第 {i} 项有 {count2} 个

{path} is a number at entry 0 but {type} at entry {i}
{path} 在第 0 项是数，但在第 {i} 项是 {type}

{path} is a tensor at entry 0 but {type} at entry {i}
{path} 在第 0 项是张量，但在第 {i} 项是 {type}

stack expects each tensor to be equal size, but got {shape} at entry 0 and {shape2} at entry {i} ({path}); try a collate_fn that pads
stack 要求各张量尺寸相等，但第 0 项为 {shape}，第 {i} 项为 {shape2}（{path}）；可尝试会填充的 collate_fn

Subclasses of Dataset should implement __getitem__.
Dataset 的子类应实现 __getitem__。

Subclasses of IterableDataset should implement __iter__.
IterableDataset 的子类应实现 __iter__。

a {type} as tensor {index}
作为第 {index} 个张量的 {type}

tensors with at least one dim
至少有一个维度的张量

Size mismatch between tensors: given first dims {x}; required: the same number of rows in each
张量的大小不一致：给出的第一维为 {x}；要求：各张量的行数相同

Supported either ``tuple``- (via ``args``) or ``dict``- (via ``kwargs``) like input/output, but both types are given.
支持 ``tuple`` 式（用 ``args``）或 ``dict`` 式（用 ``kwargs``）的输入/输出，但两种都给出了。

At least one dataset should be passed
至少应传入一个数据集

Size mismatch between datasets: given lengths {x}
数据集的大小不一致：给出长度 {x}

Nested dataset's output size mismatch. Expected {count}, got {count2}
嵌套数据集的输出大小不一致。应为 {count}，得到 {count2}

datasets should not be an empty iterable
datasets 不应是空的可迭代对象

ConcatDataset does not support IterableDataset; try ChainDataset
ConcatDataset 不支持 IterableDataset；可尝试 ChainDataset

absolute value of index should not exceed dataset length
下标的绝对值不应超过数据集的长度

index {index} is out of range for {count}
下标 {index} 超出 {count} 的范围

ChainDataset only supports IterableDataset, given {type}
ChainDataset 只支持 IterableDataset，给出 {type}

indices[{argmax}] is {indices}, out of range for a dataset of {count} samples
indices[{argmax}] 是 {indices}，超出有 {count} 个样本的数据集的范围

Sum of input lengths does not equal the length of the input dataset! given {lengths} with sum {sum}; required: {count}, or fractions with sum 1
输入长度之和不等于输入数据集的长度！给出 {lengths}，其和为 {sum}；要求：{count}，或和为 1 的分数

Fraction at index {i} is not between 0 and 1
下标 {i} 处的分数不在 0 和 1 之间

Length of split at index {i} is 0. This might result in an empty dataset.
下标 {i} 处的划分长度为 0。这可能得到空的数据集。

{name} attribute should not be set after {type} is initialized
{type} 初始化之后不应再设置 {name} 属性

{error}; entry {entry} of the batch is dataset[{indices}]
{error}；批量的第 {entry} 项是 dataset[{indices}]

the sampler gave index {high}, which is out of range for a dataset of {count} samples
采样器给出下标 {high}，超出有 {count} 个样本的数据集的范围

num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.
num_workers 选项不能为负；用 num_workers=0 关闭多进程。

timeout option should be non-negative
timeout 选项不能为负

prefetch_factor option could only be specified in multiprocessing. let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None.
prefetch_factor 选项只能在多进程时指定。请让 num_workers > 0 以启用多进程，否则把 prefetch_factor 设为 None。

prefetch_factor option should be non-negative
prefetch_factor 选项不能为负

persistent_workers option needs num_workers > 0
persistent_workers 选项需要 num_workers > 0

multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers={num_workers}
multiprocessing_context 只能用于多进程加载（num_workers > 0），但得到 num_workers={num_workers}

multiprocessing_context is ignored, workers are threads
multiprocessing_context 被忽略，工作者是线程

DataLoader with IterableDataset: expected unspecified {name} option, but got {name2}={value}
使用 IterableDataset 的 DataLoader：不应指定 {name} 选项，但得到 {name2}={value}

sampler option is mutually exclusive with shuffle
sampler 选项与 shuffle 互斥

batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last
batch_sampler 选项与 batch_size、shuffle、sampler 和 drop_last 互斥

batch_size=None option disables auto-batching and is mutually exclusive with drop_last
batch_size=None 会关闭自动组批，与 drop_last 互斥

a boolean
布尔值

DataLoader timed out after {timeout} seconds, waiting for worker {id}
DataLoader 等待工作者 {id} 超过 {timeout} 秒

{type} does not define __iter__()
{type} 没有定义 __iter__()

replacement should be a boolean value, but got replacement={replacement}
replacement 应为布尔值，但得到 replacement={replacement}

num_samples should be a positive integer value, but got num_samples={num_samples}
num_samples 应为正整数，但得到 num_samples={num_samples}

weights should be a 1d sequence but given weights have shape {shape}
weights 应为 1 维序列，但给出的 weights 的形状为 {shape}

weights that are negative, not finite, or all 0
负的、非有限的或全为 0 的权重

finite weights >= 0, at least one of them > 0
有限且 >= 0 的权重，其中至少一个 > 0

num_samples={num_samples} without replacement
不放回地取 num_samples={num_samples}

at most the {sum} samples with weight > 0
最多为权重 > 0 的 {sum} 个样本

batch_size should be a positive integer value, but got batch_size={batch_size}
batch_size 应为正整数，但得到 batch_size={batch_size}

drop_last should be a boolean value, but got drop_last={drop_last}
drop_last 应为布尔值，但得到 drop_last={drop_last}

requires num_replicas and rank when no process group is initialized; try DistributedSampler(dataset, num_replicas=1, rank=0)
没有初始化进程组时需要 num_replicas 和 rank；可尝试 DistributedSampler(dataset, num_replicas=1, rank=0)

Invalid rank {rank}, rank should be in the interval [0, {num_replicas}]
无效的 rank {rank}，rank 应在区间 [0, {num_replicas}] 之内

an object of class {type}
类 {type} 的对象

a tensor, an array or a number
张量、数组或数

rescale={factor} for {shape} pixels
对 {shape} 个像素给出 rescale={factor}

a result of at least one pixel
至少一个像素的结果

mat of {describe}
{describe} 的 mat

real numbers of shape (N, D)
形状为 (N, D) 的实数

{count} labels for {count2} points
对 {count2} 个点给出 {count} 个标签

one for each
每个一个

{count} names in metadata_header, no metadata
metadata_header 中有 {count} 个名称，没有 metadata

{count} names in metadata_header, another number in row {wrong}
metadata_header 中有 {count} 个名称，第 {wrong} 行的个数不同

metadata with as many columns in each row
每行列数相同的 metadata

label_img of {describe} for {count} points
对 {count} 个点给出 {describe} 的 label_img

one image for each: (N, C, H, W) with 1, 3 or 4 channels
每个点一幅图像：(N, C, H, W)，有 1、3 或 4 个通道

a folder of this machine
本机的文件夹

writing to a local folder, and copying it
写入本地文件夹，再复制它

a closed writer
已关闭的 writer

an open one
打开的 writer

reopen(), or a new writer
reopen()，或新的 writer

an event file that could not be written ({error})
不能写入的事件文件（{error}）

room and permission to write {path}
写入 {path} 的空间和权限

freeing space, then a new writer: the file is good up to the last whole record
腾出空间，再用新的 writer：文件在最后一个完整记录之前是好的

an int
一个 int

a module or a function of tensors
模块或张量的函数

{describe} for {name}
{name} 的 {describe}

abs() of it
对它取 abs()

The input has no element
输入没有元素

at least one element
至少一个元素

no finite value (NaN or infinite throughout)
没有有限的值（全是 NaN 或无穷）

at least one finite value
至少一个有限的值

looking for the step where they first appear
查找它们最先出现的步

given {size} of {size2} values that are NaN or infinite; they are left out; try looking for the step where they first appear
给出的 {size2} 个值中有 {size} 个是 NaN 或无穷；它们被略去；可尝试查找它们最先出现的步

box_tensor of {describe} for {tag}
{tag} 的 {describe} 的 box_tensor

shape (n, 4): left, top, right, bottom of each box
形状 (n, 4)：每个框的左、上、右、下

one letter for each dim: H, W, for colours C, for several images N
每个维度一个字母：H、W，彩色加 C，多幅图像加 N

"CHW", "HWC", "HW", "NCHW" or "NHWC"
"CHW"、"HWC"、"HW"、"NCHW" 或 "NHWC"

{describe} with dataformats={dataformats}
{describe}，dataformats={dataformats}

{count} dims, one for each letter
{count} 个维度，每个字母一个

{describe} in the order {x}
顺序为 {x} 的 {describe}

1, 3 or 4 channels, and at least one pixel
1、3 或 4 个通道，且至少一个像素

another dataformats
另一个 dataformats

uint8 from 0 to 255, or numbers from 0 to 1
0 到 255 的 uint8，或 0 到 1 的数

given {dtype} with values up to {max}; required: uint8 for 0 to 255; other dtypes are taken as 0 to 1, and clipped; try .to(uint8)
给出值最大为 {max} 的 {dtype}；要求：0 到 255 用 uint8；其他 dtype 当作 0 到 1，并截断；可尝试 .to(uint8)

{describe}, fps={fps} for {tag}
{tag} 的 {describe}，fps={fps}

shape (N, T, C, H, W) with 1 or 3 channels and no dim of size 0, fps above 0
形状 (N, T, C, H, W)，有 1 或 3 个通道，没有尺寸为 0 的维度，fps 大于 0

unsqueeze(0) for one video
单个视频用 unsqueeze(0)

{count} figures of sizes {x}
{count} 个尺寸为 {x} 的图

at least one, all of one size
至少一个，且尺寸相同

the same figsize and dpi
相同的 figsize 和 dpi

a matplotlib.figure.Figure
一个 matplotlib.figure.Figure

an ONNX file, whole
完整的 ONNX 文件

exporting it again
重新导出

a field of kind {tag} at byte {x}
第 {x} 字节处种类为 {tag} 的字段

a field of {x} bytes at byte {x2} of {count}
第 {x2} 字节处有 {x} 字节的字段，而共有 {count} 字节

a number without end at byte {at}
第 {at} 字节处没有结尾的数

a dict
一个字典

an int, float, str, bool or None, or a tensor of one element
int、float、str、bool 或 None，或一个元素的张量

str(...) of it
对它用 str(...)

a list of values of the class of hparam_dict[{name}]
与 hparam_dict[{name}] 同类的值的列表

labels of shape {shape}, predictions of shape {shape2} for {tag}
{tag} 的标签形状为 {shape}，预测形状为 {shape2}

labels of shape {shape}, predictions of shape {shape2}, weights of shape {shape3} for {tag}
{tag} 的标签形状为 {shape}，预测形状为 {shape2}，权重形状为 {shape3}

the same shape
相同的形状

predictions between {min} and {max}, num_thresholds={num_thresholds} for {tag}
{tag} 的预测在 {min} 和 {max} 之间，num_thresholds={num_thresholds}

no predictions, num_thresholds={num_thresholds} for {tag}
{tag} 没有预测，num_thresholds={num_thresholds}

predictions in [0, 1], at least one, and two thresholds or more
[0, 1] 之内的预测，至少一个，且阈值为两个或更多

sigmoid() of logits
对 logits 取 sigmoid()

shapes {x} for {tag}
{tag} 的形状 {x}

six rows with one number for each threshold
六行，每个阈值一个数

{name} of {describe} for {tag}
{tag} 的 {describe} 的 {name}

real numbers of shape (batch, N, 3)
形状为 (batch, N, 3) 的实数

unsqueeze(0) for a batch of one
单个的批量用 unsqueeze(0)

vertices=None for {tag}
{tag} 的 vertices=None

a tensor
一个张量

a list of tags after "Multiline", or three after "Margin": value, lower, upper
"Multiline" 之后是标签的列表，"Margin" 之后是三个标签：值、下界、上界

one real number
一个实数

mean() or item() of it, or add_histogram
对它用 mean() 或 item()，或用 add_histogram

{nbytes} bytes for {tag}
{tag} 有 {nbytes} 字节

less than 2 GiB, the limit of a message
少于 2 GiB，即一个消息的上限

dtype bfloat16 for {tag}
{tag} 的 dtype 为 bfloat16

dtype {dtype} for {tag}
{tag} 的 dtype 为 {dtype}

a {type} for {tag}
{tag} 的 {type}

a str
一个 str

real samples in one dim, (L) or (1, L)
一维的实数样本，(L) 或 (1, L)

one channel, or the mean over channels
一个通道，或各通道的平均

given samples up to {max} for {tag}; required: between -1 and 1; they are clipped; try dividing by the largest
{tag} 的样本最大为 {max}；要求：在 -1 和 1 之间；它们被截断；可尝试除以最大值

{count} bucket_limits and {count2} bucket_counts
{count} 个 bucket_limits 和 {count2} 个 bucket_counts

leaving out the left end
去掉左端

given tag={tag} at step {zfill}, which is there already; it is replaced; try another global_step
在第 {zfill} 步给出 tag={tag}，它已经在那里；已被替换；可尝试另一个 global_step

a file named {join}
名为 {join} 的文件

no such file
没有这样的文件

another tag
另一个 tag

{count} tags
{count} 个 tag

value, lower end, upper end
值、下端、上端
"""
