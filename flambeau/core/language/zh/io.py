"""Texts of io."""

TEXTS = r"""
{name}: {what}; the file is damaged or was cut short: try to copy or download it again, or an earlier checkpoint
{name}：{what}；文件已损坏或被截断：可尝试重新复制或下载，或用更早的检查点

the zip directory cannot be read ({error})
zip 目录无法读取（{error}）

record {filename} is compressed, which no checkpoint is
记录 {filename} 经过压缩，检查点不会如此

record {filename} is encrypted
记录 {filename} 经过加密

record {filename} claims {file_size} bytes at offset {data_offset}, but the file has {size} bytes
记录 {filename} 声称在偏移 {data_offset} 处有 {file_size} 字节，但文件只有 {size} 字节

record {filename} is there twice
记录 {filename} 出现了两次

records {first} and {second} overlap
记录 {first} 和 {second} 重叠

record {filename} has no header at offset {header_offset}
记录 {filename} 在偏移 {header_offset} 处没有文件头

{name}: a zip file with {count} records but no data.pkl in it; required: what save() or torch.save() wrote (TorchScript archives are not)
{name}：含有 {count} 个记录的 zip 文件，但其中没有 data.pkl；要求：save() 或 torch.save() 写出的文件（TorchScript 归档不是）

{name}: a zip file with {count} records but more than one data.pkl in it; required: what save() or torch.save() wrote (TorchScript archives are not)
{name}：含有 {count} 个记录的 zip 文件，但其中有不止一个 data.pkl；要求：save() 或 torch.save() 写出的文件（TorchScript 归档不是）

record {name} ends in the middle
记录 {name} 在中途结束

the checksum of record {name} is wrong
记录 {name} 的校验和不对

there is no record data/{key}, which a tensor refers to
没有张量所引用的记录 data/{key}

record data/{key} has {size} bytes, but {prod} elements of {dtype} were announced
记录 data/{key} 有 {size} 字节，但声明的是 {prod} 个 {dtype} 元素

{realpath} is a folder; try a file inside it
{realpath} 是文件夹；可尝试其中的一个文件

the format before PyTorch 1.6 is not written
不写 PyTorch 1.6 之前的格式

f of type {type}
类型为 {type} 的 f

a path or a file opened for writing in binary
路径，或以二进制方式打开供写入的文件

weights_only=False runs whatever code the file contains; do so only with files that you trust
weights_only=False 会运行文件所含的任何代码；只对可信的文件这样做

{name}: mmap=True needs a file in the zip format
{name}：mmap=True 需要 zip 格式的文件

{name} is no checkpoint: it starts with {head}; required: a file that save() or torch.save() wrote
{name} 不是检查点：它以 {head} 开头；要求：save() 或 torch.save() 写出的文件

{name}: the file is empty; was the program that wrote it interrupted?
{name}：文件是空的；写它的程序是否被中断了？

{name} is no checkpoint of this format; if it is a safetensors file, try flambeau.io.safetensors.load_file
{name} 不是这种格式的检查点；如果是 safetensors 文件，可尝试 flambeau.io.safetensors.load_file

{name} is no checkpoint but looks like {what}
{name} 不是检查点，看起来像 {what}

mmap=True with a file object
mmap=True 与文件对象

a path
路径

{name}: the pickle is damaged: {error}
{name}：pickle 已损坏：{error}

{fsdecode} is a folder; required: a checkpoint file
{fsdecode} 是文件夹；要求：检查点文件

a path or a file opened for reading in binary
路径，或以二进制方式打开供读取的文件

'cpu', the only device there is here
'cpu'，这里只有这一个设备

storage {key} claims {prod} bytes, but the file has {count}; it is damaged or was cut short
存储 {key} 声称有 {prod} 字节，但文件只有 {count} 字节；文件已损坏或被截断

a pickle, but no checkpoint; if it is an object from pickle.dump, pickle.load reads it
这是 pickle，但不是检查点；如果是 pickle.dump 写出的对象，可用 pickle.load 读取

whole objects in the format before PyTorch 1.6 are not read; try weights_only=True, or save the state_dict() with a newer PyTorch
不读取 PyTorch 1.6 之前格式的整个对象；可尝试 weights_only=True，或用较新的 PyTorch 保存 state_dict()

protocol {protocol} is unknown; required: {x}
协议 {protocol} 未知；要求：{x}

the file ends before its storages; it was cut short
该文件

storage {key} is not what the tensors were told
存储 {key} 与张量所得到的说明不符

the file ends in the middle of a storage; it was cut short
文件在存储的中途结束；它被截断了

the pickle makes a storage outside of a tensor
pickle 在张量之外创建存储

the pickle refers to {reference}, which is no storage
pickle 引用了 {reference}，它不是存储

the pickle refers to a storage of an unknown class
pickle 引用了未知类的存储

the pickle refers to a storage of {size} elements
pickle 引用了有 {size} 个元素的存储

the pickle describes storage {key} in two ways
pickle 以两种方式描述存储 {key}

a tensor of shape {shape} reaches element {last} of storage {key}, which has {size}
形状为 {shape} 的张量用到存储 {key} 的第 {last} 个元素，而该存储只有 {size} 个

tensors of {dtype} and {dtype2} share storage {key}, which is not supported
{dtype} 和 {dtype2} 的张量共用存储 {key}，这不受支持

the pickle makes a tensor of something other than a storage
pickle 用不是存储的东西创建张量

the pickle makes a parameter of something other than a tensor
pickle 用不是张量的东西创建参数

the pickle calls something that may not be called
pickle 调用了不可调用的东西

a tensor has the size or strides {what}
某个张量的尺寸或步幅是 {what}

a tensor has offset {offset}, {count} sizes and {count2} strides
某个张量有偏移 {offset}、{count} 个尺寸和 {count2} 个步幅

a tensor of shape {size} has more elements than can be
形状为 {size} 的张量的元素多于可能的数量

the pickle makes a Size of something other than a tuple
pickle 用不是元组的东西创建 Size

the pickle makes a device of something other than a string
pickle 用不是字符串的东西创建设备

the pickle has a NumPy dtype {name}, which is no number
pickle 中有 NumPy dtype {name}，它不是数

the pickle has a damaged NumPy dtype
pickle 中的 NumPy dtype 已损坏

the pickle has a damaged NumPy array
pickle 中的 NumPy 数组已损坏

a NumPy array of shape {shape} has {count} bytes in the pickle
pickle 中形状为 {shape} 的 NumPy 数组有 {count} 字节

the pickle has a damaged NumPy number
pickle 中的 NumPy 数已损坏

metadata must be a dict of strings to strings
metadata 必须是字符串到字符串的字典

{name} of dtype {dtype}
dtype 为 {dtype} 的 {name}

a dict of names to tensors
名称到张量的字典

{name}: the file is empty
{name}：文件是空的

{name}: {what}; the file is damaged, cut short, or no safetensors file
{name}：{what}；文件已损坏、被截断，或不是 safetensors 文件

it has only {count} bytes
它只有 {count} 字节

it claims a header of {length} bytes
它声称文件头有 {length} 字节

the header is no JSON ({error})
文件头不是 JSON（{error}）

the header is no JSON object
文件头不是 JSON 对象

{key} reaches byte {last} of {count}
{key} 到达第 {last} 字节，而共有 {count} 字节

{a} and {b} overlap
{a} 和 {b} 重叠

the entry of {key} is {entry}
{key} 的条目是 {entry}

{key} has {last} bytes, but shape {shape}
{key} 有 {last} 字节，但形状为 {shape}

the pickle asks to encode something other than bytes
pickle 要求编码不是字节的东西

the pickle has a defaultdict of something other than containers
pickle 中有不是容器的 defaultdict

the pickle makes a {cls} of a {type}
pickle 用 {type} 创建 {cls}

the pickle is damaged near byte {at}: {type}: {error}
pickle 在第 {at} 字节附近已损坏：{type}: {error}

the pickle has the instruction {code} at byte {at}, which is unknown or not allowed
pickle 在第 {at} 字节有指令 {code}，它未知或不允许

the pickle ends in the middle
pickle 在中途结束

the pickle ends in the middle, or a length in it is damaged
pickle 在中途结束，或其中的长度已损坏

the pickle is damaged: a mark is missing
pickle 已损坏：缺少标记

the file asks for {module}.{name}, which is not among the names that may be used without trusting the file; try to save the state_dict() instead of the object, or add_safe_globals([...]) for a class you know, or load(..., weights_only=False) if you trust where the file comes from: it can then run any code
文件要求使用 {module}.{name}，它不在未获信任的文件可用的名称之列；可尝试保存 state_dict() 而不是对象，或对你了解的类用 add_safe_globals([...])，或在信任文件来源时用 load(..., weights_only=False)：那样它就能运行任何代码

the pickle calls {type}, which may not be called
pickle 调用了 {type}，它不可调用

the pickle would fill memory with copies
pickle 会用副本填满内存

the pickle sets the state of a {type}, which is not allowed
pickle 设置 {type} 的状态，这不允许

the pickle appends to a {type}
pickle 向 {type} 追加元素

the pickle sets items of a {type}
pickle 设置 {type} 的条目

the pickle is damaged: a key has no value
pickle 已损坏：有键没有值

the pickle adds items to a {type}
pickle 向 {type} 添加条目

the pickle is damaged: the stack is empty
pickle 已损坏：栈为空

the pickle is damaged: a string has no quotes
pickle 已损坏：字符串没有引号

the pickle names a layout {name}, which there is not
pickle 中的布局 {name} 不存在

the pickle makes a sparse tensor of something else than its parts
pickle 用不是其组成部分的东西构造稀疏张量

the pickle makes a sparse tensor: {reason}
pickle 构造稀疏张量：{reason}
"""
