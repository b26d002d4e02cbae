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

scipy, which reads MATLAB files
scipy，它读取 MATLAB 文件

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
"""
