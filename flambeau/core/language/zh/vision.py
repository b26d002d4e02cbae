"""Texts of vision."""

TEXTS = r"""
'PIL', which is used already
'PIL'，它已经在使用

flambeau has no torchvision.{name} yet; there are {join}
flambeau 还没有 torchvision.{name}；已有 {join}

{type} index out of range
{type} 的下标越界

a pickle that asks for {module}.{name}
要求使用 {module}.{name} 的 pickle

only plain data and NumPy arrays
只有普通数据和 NumPy 数组

a copy from the original source
从原始来源取得的副本

a folder {folder} without {join}
没有 {join} 的文件夹 {folder}

Dataset not found. These files in that folder (nothing is downloaded)
没有找到数据集。该文件夹中须有这些文件（不会下载任何东西）

put {join} from {source} into {folder}
把来自 {source} 的 {join} 放入 {folder}

{path}, which starts with {data}
{path}，它以 {data} 开头

an idx file
idx 文件

copying the file again
重新复制文件

{path} with {count} bytes for shape {shape}
{path}，形状为 {shape} 而有 {count} 字节

{x} bytes
{x} 字节

copying the file again: it is cut short or damaged
重新复制文件：它被截断或已损坏

folder {directory} without folders in it
其中没有文件夹的文件夹 {directory}

Couldn't find any class folder in {directory}: one folder for each class
在 {directory} 中没有找到类别文件夹：每个类别一个文件夹

the folder above, or putting images in directory/class_name/
上一级文件夹，或把图像放入 directory/class_name/

'class_to_index' must have at least one entry to collect any samples.
'class_to_index' 必须至少有一项才能收集样本。

Both extensions and is_valid_file cannot be None or not None at the same time
extensions 和 is_valid_file 不能同时为 None，也不能同时不为 None

Found no valid file for the classes {join}. Supported extensions are: {joined}
没有找到类别 {join} 的有效文件。支持的扩展名有：{joined}

Found no valid file for the classes {join}.
没有找到类别 {join} 的有效文件。

{old} has been renamed {new}
{old} 已改名为 {new}

images {shape} and labels {shape2}
图像 {shape} 和标签 {shape2}

as many labels as images (n, h, w)
标签与图像 (n, h, w) 一样多

files that belong together
互相对应的文件

a Python without scipy
没有 scipy 的 Python

pip install scipy
pip install scipy

transforms together with transform or target_transform
同时给出 transforms 和 transform 或 target_transform

Only transforms or transform/target_transform can be passed as argument
只能传入 transforms，或者 transform/target_transform

a Python without Pillow
没有 Pillow 的 Python

the package Pillow
Pillow 包

pip install pillow, or pip install flambeau[vision]
pip install pillow，或 pip install flambeau[vision]

interpolation={mode} for a tensor
对张量用 interpolation={mode}

nearest, nearest-exact, bilinear or bicubic
nearest、nearest-exact、bilinear 或 bicubic

a PIL image for the others
其他方式用 PIL 图像

Argument interpolation should be a InterpolationMode or a corresponding Pillow integer constant
interpolation 参数应为 InterpolationMode 或相应的 Pillow 整数常量

The number of elements in 'fill' does not match the number of bands of the image ({count} != {count2})
'fill' 的元素个数与图像的通道数不一致（{count} != {count2}）

(..., c, h, w) with c in {allowed}: Input image tensor permitted channel values
(..., c, h, w)，其中 c 属于 {allowed}：输入图像张量允许的通道数

x.unsqueeze(-3) for images without channels
没有通道的图像用 x.unsqueeze(-3)

a tensor of {dtype}
{dtype} 的张量

Only uint8 image tensors are supported
只支持 uint8 图像张量

Threshold should be at most the bound of the image's dtype, {bound_of}
阈值不应超过图像 dtype 的上限 {bound_of}

pic should be 2/3 dimensional. Got {n} dimensions.
pic 应为 2/3 维。得到 {n} 个维度。

pic should be PIL Image. Got {type}
pic 应为 PIL Image。得到 {type}

pic should not have > 4 channels. Got {shape} channels.
pic 的通道数不应 > 4。得到 {shape} 个通道。

{channels} channels of {dtype}
{dtype} 的 {channels} 个通道

Input type {dtype} is not supported
不支持输入类型 {dtype}

mode={mode} for {channels} channels of {dtype}
对 {dtype} 的 {channels} 个通道用 mode={mode}

Only modes {allowed} are supported for it
对它只支持模式 {allowed}

std evaluated to zero after conversion to {dtype}, leading to division by zero.
std 转换为 {dtype} 后为零，会导致除以零。

img should be Tensor Image. Got {type}
img 应为张量图像。得到 {type}

ToTensor before it
在它之前用 ToTensor

Input tensor should be a float tensor. Got {dtype}.
输入张量应为浮点张量。得到 {dtype}。

ConvertImageDtype before it
在它之前用 ConvertImageDtype

Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {shape}
张量应为尺寸为 (..., C, H, W) 的张量图像。得到 tensor.size() = {shape}

an array with {ndim} dims
有 {ndim} 个维度的数组

pic should be PIL Image or ndarray. Got {type}
pic 应为 PIL Image 或 ndarray。得到 {type}

leaving ToTensor out where it is a tensor already
在它已是张量处去掉 ToTensor

pic should be Tensor or ndarray. Got {type}.
pic 应为张量或 ndarray。得到 {type}。

{dtype} to {dtype2}
{dtype} 到 {dtype2}

The cast from {dtype} to {dtype2} cannot be performed safely
从 {dtype} 到 {dtype2} 的转换不能安全地进行

{argument} ({kwargs}) is not non-negative.
{argument}（{kwargs}）不是非负数。

Size must be an int or a 1 or 2 element tuple/list
size 必须是 int，或含 1 或 2 个元素的 tuple/list

size={size} and max_size={max_size}
size={size} 和 max_size={max_size}

max_size should only be passed if size specifies the length of the smaller edge, and must be strictly greater than it
只有当 size 指定较短边的长度时才应传入 max_size，且它必须严格大于该长度

Padding must be an int or a 1, 2, or 4 element tuple, not a {count} element tuple
padding 必须是 int，或含 1、2 或 4 个元素的元组，不是含 {count} 个元素的元组

Padding mode should be either constant, edge, reflect or symmetric
填充模式应为 constant、edge、reflect 或 symmetric

size ({height}, {width}) for an image ({h}, {w})
对图像 ({h}, {w}) 给出尺寸 ({height}, {width})

Requested crop size {x} is bigger than input size {x2}
要求的裁剪尺寸 {x} 大于输入尺寸 {x2}

nearest or bilinear
nearest 或 bilinear

translate should be a list or tuple of length 2
translate 应为长度为 2 的 list 或 tuple

Argument scale should be positive
参数 scale 应为正数

Tensor is not a torch image: (..., h, w)
张量不是图像：(..., h, w)

img should be PIL Image or Tensor. Got {type}
img 应为 PIL Image 或张量。得到 {type}

ToPILImage or ToTensor before it
在它之前用 ToPILImage 或 ToTensor

Please provide only two dimensions (h, w) for size.
size 请只给出两个维度 (h, w)。

{name} values should be between {limits} and {limits2}, the lower one first
{name} 的值应在 {limits} 和 {limits2} 之间，较小的在前

{name} should be a sequence of length 2.
{name} 应为长度为 2 的序列。

If {name} is a single number, it must be non negative.
如果 {name} 是单个数，它不能为负。

num_output_channels should be either 1 or 3
num_output_channels 应为 1 或 3

Input should be PIL Image; try rgb_to_grayscale for tensors
输入应为 PIL Image；张量可用 rgb_to_grayscale

hue_factor ({hue_factor}) is not in [-0.5, 0.5].
hue_factor（{hue_factor}）不在 [-0.5, 0.5] 之内。

The number if bits should be between 0 and 8. Got {bits}
位数应在 0 和 8 之间。得到 {bits}

sigma should have positive values. Got {sigma}
sigma 的值应为正。得到 {sigma}

kernel_size should have odd and positive integers
kernel_size 应为正奇数

Argument value should be either a number or str or a sequence
参数 value 应为数、str 或序列

If value is str, it should be 'random'
如果 value 是 str，它应为 'random'

Kernel size value should be an odd and positive number.
核尺寸应为正奇数。

sigma values should be positive and of the form (min, max)
sigma 的值应为正，形式为 (min, max)

Scale and random erasing probability should be between 0 and 1
scale 和随机擦除的概率应在 0 和 1 之间

value={value} for {shape} channels
对 {shape} 个通道给出 value={value}

one number, or one for each channel
一个数，或每个通道一个

Argument transforms should be a sequence
参数 transforms 应为序列

Argument p should be a sequence
参数 p 应为序列

Argument lambd should be callable, got {type}
参数 lambd 应为可调用对象，得到 {type}

transformation_matrix {shape} and mean_vector {shape2}
transformation_matrix {shape} 和 mean_vector {shape2}

transformation_matrix should be square, and mean_vector should have as many elements
transformation_matrix 应为方阵，mean_vector 的元素个数应与之相同

Size should be int or sequence. Got {type}
size 应为 int 或序列。得到 {type}

If size is a sequence, it should have 1 or 2 values
如果 size 是序列，它应有 1 或 2 个值

Got inappropriate padding arg
padding 参数不合适

an image ({h}, {w})
图像 ({h}, {w})

Required crop size {x} is larger than input image size {x2}
要求的裁剪尺寸 {x} 大于输入图像的尺寸 {x2}

padding=..., or pad_if_needed=True
padding=...，或 pad_if_needed=True

{capitalize} should be a sequence
{capitalize} 应为序列

translation values should be between 0 and 1
平移的值应在 0 和 1 之间

scale values should be positive
缩放的值应为正

scipy, for MATLAB files
scipy，用于 MATLAB 文件

a tensor of {dtype} {shape}
类型为 {dtype}、形状为 {shape} 的张量

uint8 of shape (1 or 3, h, w)
形状为 (1 或 3, h, w) 的 uint8

form {form}
格式 {form}

Unsupported Bounding Box Conversions for given in_fmt {in_fmt} and out_fmt {out_fmt}: one of {join}
不支持 in_fmt {in_fmt} 到 out_fmt {out_fmt} 的边界框转换：须为 {join} 之一

boxes of shape {shape}
形状为 {shape} 的边界框

boxes should be a 2d tensor (n, 4)
边界框应为二维张量 (n, 4)

{count} boxes and scores of shape {shape}
{count} 个边界框和形状为 {shape} 的得分

boxes and scores should have same number of elements in dimension 0
边界框和得分在第 0 维的元素个数应相同

drop probability has to be between 0 and 1, but got {p}
丢弃概率必须在 0 和 1 之间，但得到 {p}

mode has to be either 'batch' or 'row'
mode 必须是 'batch' 或 'row'

Invalid Value for arg 'reduction': '{reduction}'
参数 'reduction' 的值无效：'{reduction}'

Only grayscale and RGB images are supported: (1 or 3, h, w)
只支持灰度和 RGB 图像：(1 或 3, h, w)

Number of colors must be equal or larger than the number of objects, but got {count} < {n}.
颜色数必须不少于对象数，但得到 {count} < {n}。

The number of boxes ({shape}) and labels ({count}) mismatch. Please specify labels for each box.
边界框（{shape}）与标签（{count}）的个数不一致。请为每个框给出标签。

Boxes need to be in (xmin, ymin, xmax, ymax) format. Use ops.box_convert to convert them
边界框须为 (xmin, ymin, xmax, ymax) 格式。可用 ops.box_convert 转换

The masks must be of dtype bool. Got {dtype}
掩码的类型必须是 bool，得到 {dtype}

The image and the masks must have the same height and width
图像和掩码的高和宽必须相同

value_range has to be a tuple (min, max) if specified. min and max are numbers
value_range 若给出，必须是元组 (min, max)，min 和 max 为数

tensor or list of tensors expected, got {type}
须为张量或张量的列表，得到 {type}

Tensor expected, got {type}
须为张量，得到 {type}

The image dtype must be uint8 or float, got {dtype}
图像的类型必须是 uint8 或浮点数，得到 {dtype}

The default weight initialization of GoogleNet will be changed in future releases of torchvision; init_weights=True keeps it
GoogleNet 的默认权重初始化将在 torchvision 的后续版本中改变；init_weights=True 可保持不变

The default weight initialization of inception_v3 will be changed in future releases of torchvision; init_weights=True keeps it
inception_v3 的默认权重初始化将在 torchvision 的后续版本中改变；init_weights=True 可保持不变

stride should be 1 or 2 instead of {stride}
步幅应为 1 或 2，而不是 {stride}

inverted_residual_setting should be non-empty or a 4-element list
inverted_residual_setting 应非空，或为 4 个元素的列表

num_classes={options} with weights
带权重时的 num_classes={options}

The parameter 'num_classes' expected value 1000
参数 'num_classes' 的值应为 1000

replacing the last layer afterwards
事后替换最后一层

The parameter 'pretrained' of models.{name} is deprecated; try weights={kind}.IMAGENET1K_V1
models.{name} 的参数 'pretrained' 已弃用；请试 weights={kind}.IMAGENET1K_V1

name {name}
名称 {name}

Unknown model {lower}: one of {join}
未知的模型 {lower}：须为 {join} 之一

The weight enum '{kind}' was not found.
没有找到权重枚举 '{kind}'。

replace_stride_with_dilation should be None or a 3-element tuple
replace_stride_with_dilation 应为 None 或 3 个元素的元组

BasicBlock only supports groups=1 and base_width=64
BasicBlock 只支持 groups=1 和 base_width=64

Dilation > 1 not supported in BasicBlock
BasicBlock 不支持大于 1 的膨胀

expected stages_repeats as list of 3 positive ints and stages_out_channels of 5
stages_repeats 应为 3 个正整数的列表，stages_out_channels 应为 5 个

Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected
不支持的 SqueezeNet 版本 {version}：须为 1_0 或 1_1

images {h} x {w}
{h} x {w} 的图像

Wrong image height! Expected {image_size} but got {h}
图像的高不对！应为 {image_size}，得到 {h}

Resize before it
在它之前先用 Resize

Input shape indivisible by patch size
输入形状不能被 patch 大小整除

one of {join}, or None
{join} 之一，或 None
"""
