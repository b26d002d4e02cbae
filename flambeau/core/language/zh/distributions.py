"""Texts of distributions."""

TEXTS = r"""
total_count up to {max}, and smaller ones
total_count 最大为 {max}，还有较小的

Inhomogeneous total count not supported by `{name}`
`{name}` 不支持不一致的 total_count

one distribution for each count
每个计数一个分布

Expected constraint to be either a Constraint subclass or instance
约束应为 Constraint 的子类或实例

Cannot transform {type} constraints; try register
不能变换 {type} 约束；可尝试 register

{type} does not implement check
{type} 没有实现 check

.{name} cannot be determined statically
.{name} 不能静态确定

Cannot determine validity of dependent constraint
不能确定依赖型约束是否成立

a Constraint
一个 Constraint

a value with {dim} dims
有 {dim} 个维度的值

Expected value.dim() >= {event_dim}
value.dim() 应 >= {event_dim}

an int of at least 0
不小于 0 的 int

one with dim {dim}
维度为 {dim} 的一个

{count} lengths
{count} 个长度

{count}, one a part
{count} 个，每部分一个

`concentration` without dims
没有维度的 `concentration`

`concentration` parameter must be at least one-dimensional
`concentration` 参数至少要有一个维度

Beta for one number
单个数请用 Beta

True or False
True 或 False

{type} does not define `arg_constraints`, so its arguments are not checked; try `arg_constraints = {x}` or validate_args=False
{type} 没有定义 `arg_constraints`，因此不检查它的参数；可尝试 `arg_constraints = {x}` 或 validate_args=False

Expected parameter {name}
参数 {name} 应符合要求

{what} (Tensor of shape {shape}) of {self} to satisfy the constraint {constraint}, but found invalid values: {found} at {at} (and {sum} others); validate_args=False switches the check off
{self} 的 {what}（形状为 {shape} 的张量）应满足约束 {constraint}，但有无效的值：{at} 处的 {found}（还有 {sum} 个）；validate_args=False 可关闭检查

{what} (Tensor of shape {shape}) of {self} to satisfy the constraint {constraint}, but found invalid values: {found} at {at}; validate_args=False switches the check off
{self} 的 {what}（形状为 {shape} 的张量）应满足约束 {constraint}，但有无效的值：{at} 处的 {found}；validate_args=False 可关闭检查

{what} (Tensor of shape {shape}) of {self} to satisfy the constraint {constraint}, but found invalid values: {found} (and {sum} others); validate_args=False switches the check off
{self} 的 {what}（形状为 {shape} 的张量）应满足约束 {constraint}，但有无效的值：{found}（还有 {sum} 个）；validate_args=False 可关闭检查

{what} (Tensor of shape {shape}) of {self} to satisfy the constraint {constraint}, but found invalid values: {found}; validate_args=False switches the check off
{self} 的 {what}（形状为 {shape} 的张量）应满足约束 {constraint}，但有无效的值：{found}；validate_args=False 可关闭检查

{what} (Tensor of shape {shape}) of {self} to satisfy the constraint {constraint}, but found invalid values: {value}, at {at} (and {sum} others); validate_args=False switches the check off
{self} 的 {what}（形状为 {shape} 的张量）应满足约束 {constraint}，但有无效的值：{value}，位于 {at}（还有 {sum} 个）；validate_args=False 可关闭检查

{what} (Tensor of shape {shape}) of {self} to satisfy the constraint {constraint}, but found invalid values: {value}, at {at}; validate_args=False switches the check off
{self} 的 {what}（形状为 {shape} 的张量）应满足约束 {constraint}，但有无效的值：{value}，位于 {at}；validate_args=False 可关闭检查

a value of type {type}
类型为 {type} 的值

The value argument to log_prob must be a Tensor
传给 log_prob 的 value 必须是张量

a value of shape {shape}
形状为 {shape} 的值

The right-most size of value must match event_shape {event}
value 最右边的尺寸必须与 event_shape {event} 一致

one that is broadcastable with batch_shape+event_shape {own}
能与 batch_shape+event_shape {own} 广播的值

{type} does not define `support`, so values are not checked; try validate_args=False
{type} 没有定义 `support`，因此不检查取值；可尝试 validate_args=False

Expected value argument to be within the support and value
value 应在支撑集之内

sample_shape={sample_shape}, an int
sample_shape={sample_shape}，是一个 int

a sequence of ints
int 的序列

{type} does not implement expand
{type} 没有实现 expand

Subclass {type} of {cls} that defines a custom __init__ method must also define a custom .expand() method
{cls} 的子类 {type} 定义了自己的 __init__ 方法，也必须定义自己的 .expand() 方法

{type} does not implement {name}
{type} 没有实现 {name}

sample_n(n) is deprecated; try sample((n,))
sample_n(n) 已弃用；可尝试 sample((n,))

Expected reinterpreted_batch_ndims <= {count}, the batch dims
reinterpreted_batch_ndims 应 <= {count}，即批量维度数

Enumeration over cartesian product is not implemented
没有实现对笛卡尔积的枚举

reinterpreted_batch_ndims={dims} and {others}
reinterpreted_batch_ndims={dims} 和 {others}

equal numbers of dims
维度数相等

transformed distributions with different transforms
变换不同的变换分布

equal ones
相等的变换

events of shapes {event_shape} and {event_shape2}
形状为 {event_shape} 和 {event_shape2} 的事件

equal shapes
形状相等

the exponential families {type} and {type2}
指数族 {type} 和 {type2}

The cross KL-divergence between different exponential families cannot be computed using Bregman divergences: one family
不同指数族之间的交叉 KL 散度不能用 Bregman 散度计算：须为同一族

Multivariate Normals with different event shapes have no divergence: equal shapes
事件形状不同的多元正态分布之间没有散度：形状须相等

Expected type_p and type_q to be a Distribution subclass
type_p 和 type_q 应为 Distribution 的子类

the rows {join}
表项 {join}

one row that is nearest to both
对两者都最接近的一项

p of type {type}, q of type {type2}
类型为 {type} 的 p，类型为 {type2} 的 q

No KL(p || q) is implemented for p type {type} and q type {type2}
没有为 p 的类型 {type} 和 q 的类型 {type2} 实现 KL(p || q)

register_kl, or an average of p.log_prob(x) - q.log_prob(x) over a sample of p
register_kl，或对 p 的样本求 p.log_prob(x) - q.log_prob(x) 的平均

binomial distributions with q.total_count > p.total_count
q.total_count > p.total_count 的二项分布

KL between Binomials where q.total_count > p.total_count is not implemented: equal counts
没有实现 q.total_count > p.total_count 的二项分布之间的 KL：计数须相等

Expected dim to be an integer greater than or equal to 2
dim 应为不小于 2 的整数

loc without dims
没有维度的 loc

loc must be at least one-dimensional
loc 至少要有一个维度

cov_factor of shape {shape}
形状为 {shape} 的 cov_factor

cov_factor must be at least two-dimensional: a batch of matrices with shape {shape} x m
cov_factor 至少要有两个维度：一批形状为 {shape} x m 的矩阵

cov_diag of shape {shape}
形状为 {shape} 的 cov_diag

cov_diag must be a batch of vectors with shape ({shape},)
cov_diag 必须是一批形状为 ({shape},) 的向量

no matrix
没有矩阵

Exactly one of {join} may be specified
{join} 必须恰好指定一个

{names} of shape {shape}
形状为 {shape} 的 {names}

{names} must be at least two-dimensional, with optional leading batch dimensions
{names} 至少要有两个维度，前面可以有批量维度

parameters of batch shapes {x}
批量形状为 {x} 的参数

Incompatible batch shapes: they must broadcast
批量形状不相容：它们必须能广播

a mixture distribution of type {type}
类型为 {type} 的混合分布

The Mixture distribution needs to be an instance of distributions.Categorical
混合分布必须是 distributions.Categorical 的实例

a component distribution of type {type}
类型为 {type} 的分量分布

The Component distribution needs to be an instance of distributions.Distribution
分量分布必须是 distributions.Distribution 的实例

components of batch_shape {batch}
batch_shape 为 {batch} 的分量

`mixture_distribution component` = {num_events} does not equal `component_distribution.batch_shape[-1]`; a batch dim of {num_events2} components after those of the mixture
`mixture_distribution component` = {num_events} 不等于 `component_distribution.batch_shape[-1]`；在混合分布的批量维度之后须有 {num_events2} 个分量的批量维度

components of batch_shape {batch} and a mixture of batch_shape {batch_shape}
batch_shape 为 {batch} 的分量和 batch_shape 为 {batch_shape} 的混合

`mixture_distribution.batch_shape` is not compatible with `component_distribution.batch_shape`; a batch dim of {num_events} components after those of the mixture
`mixture_distribution.batch_shape` 与 `component_distribution.batch_shape` 不相容；在混合分布的批量维度之后须有 {num_events} 个分量的批量维度

total_count of type {type}
类型为 {type} 的 total_count

inhomogeneous total_count is not supported: an int
不支持不一致的 total_count：须为 int

Normal for one number
单个数请用 Normal

loc of {shape} numbers and {need_one_matrix} of shape {shape2}
{shape} 个数的 loc 和形状为 {shape2} 的 {need_one_matrix}

{need_one_matrix} of {shape} x {shape2}
{shape} x {shape2} 的 {need_one_matrix}

`{exactly_one}` without dims
没有维度的 `{exactly_one}`

`{exactly_one}` parameter must be at least one-dimensional
`{exactly_one}` 参数至少要有一个维度

a base distribution of shape {batch_shape}
形状为 {batch_shape} 的基分布

at least {event_dim} dims for the transforms
为变换准备的至少 {event_dim} 个维度

transforms must be a Transform or a list of Transforms
transforms 必须是 Transform 或 Transform 的列表

cache_size must be 0 or 1
cache_size 必须是 0 或 1

events of {before} dims that become {after}
由 {before} 个维度变为 {after} 个维度的事件

one number of dims
维度数保持一致

.domain.event_dim or .codomain.event_dim
.domain.event_dim 或 .codomain.event_dim

{type} does not implement sign
{type} 没有实现 sign

{type}.with_cache is not implemented
{type}.with_cache 没有实现

{type} does not implement _call
{type} 没有实现 _call

{type} does not implement _inverse
{type} 没有实现 _inverse

{type} does not implement log_abs_det_jacobian
{type} 没有实现 log_abs_det_jacobian

a shape with {count} dims, {shape}
有 {count} 个维度的形状 {shape}

{count} dims or more: Too few dimensions on input
{count} 个或更多维度：输入的维度太少

{in_shape} and {out_shape}
{in_shape} 和 {out_shape}

in_shape, out_shape with equal numbers of elements
元素个数相等的 in_shape 和 out_shape

a shape that ends in {found}
以 {found} 结尾的形状

Shape mismatch: it must end in {old}
形状不一致：必须以 {old} 结尾

All elements must be Transforms
所有元素都必须是 Transform

size {size} in dim {dim}
维度 {dim} 的尺寸 {size}

{count}, one a transform
{count} 个，每个变换一个

{m} elements in the last dim
最后一维有 {m} 个元素

n * (n - 1) / 2 of them: Input is not a flattened lower-diagonal number
n * (n - 1) / 2 个：输入不是展平的下三角部分

matrices of {n} x {m}
{n} x {m} 的矩阵

Input is not square
输入不是方阵

an argument of type {type}
类型为 {type} 的参数

Input arguments must all be instances of Number or flambeau.Tensor
输入参数都必须是 Number 或 flambeau.Tensor 的实例

none of them
一个也没有

exactly one of {join}
{join} 中恰好一个

leaving the others out
不写其余的

diag ({diag}) provided is outside [{n}, {n2}]
给出的 diag（{diag}）不在 [{n}, {n2}] 之内

n * (n + 1) / 2 elements (for diag=0) of a square matrix
方阵的 n * (n + 1) / 2 个元素（diag=0 时）

Value of df={tolist}
df={tolist} 的值

expected to be greater than ndim - 1 = {n}
应大于 ndim - 1 = {n}

Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.
检测到很小的 df 值。当 ndim - 1 < df < ndim 时，很可能出现奇异的样本。

Singular sample detected.
检测到奇异的样本。
"""
