"""Texts of optim."""

TEXTS = r"""
Invalid momentum_decay value: {momentum_decay}
无效的 momentum_decay 值：{momentum_decay}

Invalid momentum value: {momentum}
无效的 momentum 值：{momentum}

Invalid alpha value: {alpha}
无效的 alpha 值：{alpha}

Invalid lr_decay value: {lr_decay}
无效的 lr_decay 值：{lr_decay}

Invalid initial_accumulator_value value: {initial_accumulator_value}
无效的 initial_accumulator_value 值：{initial_accumulator_value}

Invalid rho value: {rho}
无效的 rho 值：{rho}

Tensor lr must be 1-element
张量 lr 必须只有一个元素

Invalid learning rate: {lr}
无效的学习率：{lr}

Invalid epsilon value: {eps}
无效的 epsilon 值：{eps}

Invalid weight_decay value: {weight_decay}
无效的 weight_decay 值：{weight_decay}

`fused` and `foreach` cannot be `True` together.
`fused` 和 `foreach` 不能同时为 `True`。

`fused` does not support `differentiable`
`fused` 不支持 `differentiable`

differentiable=True is not supported: updates are not recorded on the tape; try flambeau.autograd.grad(..., create_graph=True) and update out of place
不支持 differentiable=True：更新不记录在求导带上；可尝试 flambeau.autograd.grad(..., create_graph=True) 并以非原地方式更新

Invalid beta parameter at index {i}: {beta}
下标 {i} 处的 beta 参数无效：{beta}

Learning rate should be >= 0 but is: {lr}
学习率应 >= 0，但为：{lr}

beta2_decay should be <= 0 but is: {beta2_decay}
beta2_decay 应 <= 0，但为：{beta2_decay}

epsilon1 should be >= 0 but is: {eps}
epsilon1 应 >= 0，但为：{eps}

epsilon2 should be >= 0 but is: {eps}
epsilon2 应 >= 0，但为：{eps}

Clipping threshold d should be >= 1 but is: {d}
裁剪阈值 d 应 >= 1，但为：{d}

weight_decay should be >= 0 but is: {weight_decay}
weight_decay 应 >= 0，但为：{weight_decay}

LBFGS doesn't support per-parameter options (parameter groups); given {count} groups; try one list of all parameters
LBFGS 不支持按参数设置的选项（参数组）；给出 {count} 组；可尝试用一个含全部参数的列表

given line_search_fn={group}; required: None or 'strong_wolfe': only 'strong_wolfe' is supported
给出 line_search_fn={group}；要求：None 或 'strong_wolfe'，只支持 'strong_wolfe'

momentum should be >= 0 but is: {momentum}
动量应 >= 0，但为：{momentum}

weight decay should be >= 0 but is: {weight_decay}
权重衰减应 >= 0，但为：{weight_decay}

Adjust learning rate function {adjust_lr_fn} is not supported; required: None, 'original' or 'match_rms_adamw'
不支持的学习率调整函数 {adjust_lr_fn}；要求：None、'original' 或 'match_rms_adamw'

Number of steps must be less than 100 for computational efficiency; given {ns_steps}
为了计算效率，步数必须小于 100；给出 {ns_steps}

Coefficients must be a tuple of exactly 3 values; given {count}
系数必须是恰好 3 个值的元组；给出 {count} 个

a parameter of shape {shape}
形状为 {shape} 的参数

Muon only supports 2D parameters
Muon 只支持 2D 参数

AdamW for all others
其他的都用 AdamW

Nesterov momentum requires a momentum and zero dampening
Nesterov 动量要求有动量且 dampening 为零

Invalid eta values: {etas}, {etas2}
无效的 eta 值：{etas}、{etas2}

Sparse params: SparseAdam requires dense parameter tensors, with sparse gradients
稀疏参数：SparseAdam 要求稠密的参数张量和稀疏的梯度

Complex params: SparseAdam does not support complex parameters
复数参数：SparseAdam 不支持复数参数

a dense gradient of shape {shape}
形状为 {shape} 的稠密梯度

SparseAdam does not support dense gradients
SparseAdam 不支持稠密梯度

please consider Adam instead
请考虑改用 Adam

param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with last_epoch >= 0; load the optimizer's state dict first, or leave last_epoch at -1 for a fresh training
以 last_epoch >= 0 恢复调度器时，param_groups[{i}] 中没有指定 'initial_lr'；请先载入优化器的 state dict，或在重新训练时让 last_epoch 保持 -1

{type} does not define get_lr()
{type} 没有定义 get_lr()

Detected call of `lr_scheduler.step()` before `optimizer.step()`; call optimizer.step() first, else the first value of the schedule is skipped
检测到在 `optimizer.step()` 之前调用了 `lr_scheduler.step()`；请先调用 optimizer.step()，否则学习率表的第一个值会被跳过

The epoch parameter in `scheduler.step()` was not necessary and is being deprecated; try `scheduler.step()`
`scheduler.step()` 的 epoch 参数没有必要，正在弃用；可尝试 `scheduler.step()`

{type} is not an Optimizer
{type} 不是 Optimizer

{name} must have the same length as optimizer.param_groups. {name2} has {count} values, param_groups has {count2}.
{name} 的长度必须与 optimizer.param_groups 相同。{name2} 有 {count} 个值，param_groups 有 {count2} 个。

{type} at index {i} should have `optimizer` as its attribute.
下标 {i} 处的 {type} 应有属性 `optimizer`。

{type} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be specified when calling `step`, but got one at index {i} in the given schedulers sequence.
{type} 不支持 `ReduceLROnPlateau` 调度器，因为它在调用 `step` 时需要额外的关键字参数，但在给出的调度器序列的下标 {i} 处有一个。

{type} expects all schedulers to belong to the same optimizer, but got scheduler {type2} at index {i} has {optimizer}, which is different from {type3}.
{type} 要求所有调度器属于同一个优化器，但下标 {i} 处的调度器 {type2} 的优化器是 {optimizer}，与 {type3} 不同。

{type} expects at least one scheduler, but got no scheduler.
{type} 至少需要一个调度器，但没有得到。

Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers {count} and the number of milestones to be equal to {count2}
顺序调度器要求调度器的个数比里程碑多一个，但得到 {count} 个调度器和 {count2} 个里程碑

{type} expects at least one scheduler to be chained, but got no scheduler.
{type} 至少需要串联一个调度器，但没有得到。

optimizer must support momentum or beta1 with `cycle_momentum` option enabled
启用 `cycle_momentum` 时，优化器必须支持 momentum 或 beta1

mode is invalid and scale_fn is None: given {mode}, required: 'triangular', 'triangular2' or 'exp_range'
mode 无效且 scale_fn 为 None：给出 {mode}，要求：'triangular'、'triangular2' 或 'exp_range'

Expected float between 0 and 1 pct_start, but got {pct_start}
pct_start 应为 0 和 1 之间的 float，但得到 {pct_start}

anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}
anneal_strategy 必须是 'cos' 或 'linear'，但得到 {anneal_strategy}

Tried to step {last_epoch} times. The specified number of total steps is {total_steps}
试图走 {last_epoch} 步。指定的总步数是 {total_steps}

You must define either total_steps OR (epochs AND steps_per_epoch)
必须定义 total_steps，或者同时定义 epochs 和 steps_per_epoch

Expected positive integer {name}, but got {value}
{name} 应为正整数，但得到 {value}

Expected positive integer T_0, but got {t_0}
T_0 应为正整数，但得到 {t_0}

Expected integer T_mult >= 1, but got {t_mult}
T_mult 应为 >= 1 的整数，但得到 {t_mult}

Expected float or int eta_min, but got {eta_min} of type {type}
eta_min 应为 float 或 int，但得到类型为 {type} 的 {eta_min}

Expected non-negative epoch, but got {last_epoch}
epoch 应为非负数，但得到 {last_epoch}

Expected {count} lr_lambdas, but got {count2}
应有 {count} 个 lr_lambda，但得到 {count2} 个

lr_lambda should be a function, but got {type}
lr_lambda 应为函数，但得到 {type}

Constant multiplicative factor expected to be between 0 and 1.
固定的乘数应在 0 和 1 之间。

Starting multiplicative factor expected to be greater than 0 and less or equal to 1.
起始的乘数应大于 0 且小于或等于 1。

Ending multiplicative factor expected to be between 0 and 1.
结束的乘数应在 0 和 1 之间。

Factor should be < 1.0.
factor 应 < 1.0。

expected {count} min_lrs, got {count2}
应有 {count} 个 min_lrs，得到 {count2} 个

mode {mode} is unknown!
模式 {mode} 未知！

threshold mode {threshold_mode} is unknown!
阈值模式 {threshold_mode} 未知！

The number of param groups in the `optimizer` ({count}) differs from when `ReduceLROnPlateau` was initialized ({count2}); try to set `min_lrs` to one value for each group
`optimizer` 的参数组个数（{count}）与初始化 `ReduceLROnPlateau` 时（{count2}）不同；可尝试把 `min_lrs` 设为每组一个值

params argument given to the optimizer should be an iterable of Tensors or dicts, but got {type}; try [parameter]
传给优化器的 params 参数应为张量或字典的可迭代对象，但得到 {type}；可尝试 [parameter]

optimizer got an empty parameter list; a generator such as model.parameters() is empty after one pass: try list(model.parameters()) if it was used before
优化器得到空的参数列表；model.parameters() 这样的生成器遍历一次后就空了：如果之前用过，可尝试 list(model.parameters())

param_group must be a dict, but got {type}
param_group 必须是 dict，但得到 {type}

parameter group didn't specify a value of required optimization parameter {name}
参数组没有指定必需的优化参数 {name} 的值

optimizer can only optimize Tensors, but one of the params is {module}.{type}
优化器只能优化张量，但有一个参数是 {module}.{type}

can't optimize a non-leaf Tensor: it is computed from other tensors, so a change would be lost; try the tensors it is computed from, or x.detach().requires_grad_()
不能优化非叶子张量：它由其他张量计算得到，对它的改变会丢失；可尝试计算它所用的张量，或 x.detach().requires_grad_()

optimizer contains a parameter group with duplicate parameters; each is updated once for every time it is named; in future, this will cause an error
优化器的一个参数组含有重复的参数；每出现一次就会更新一次；将来这会成为错误

all optimizer param groups should be with/without names. cannot add param group with names to the optimizer
优化器的所有参数组应都有名称或都没有名称。不能向优化器添加有名称的参数组

all optimizer param groups should be with/without names. cannot add param group without names to the optimizer
优化器的所有参数组应都有名称或都没有名称。不能向优化器添加没有名称的参数组

some parameters appear in more than one parameter group
一些参数出现在多个参数组中

{type} does not define step()
{type} 没有定义 step()

loaded state dict has a different number of parameter groups: given {count}, required: {count2}
载入的 state dict 的参数组个数不同：给出 {count}，要求：{count2}

loaded state dict contains a parameter group that doesn't match the size of optimizer's group: group {i} has {count} parameters, required: {count2}
载入的 state dict 中有一个参数组与优化器的组大小不一致：第 {i} 组有 {count} 个参数，要求：{count2}

optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change between runs. Please use a list instead.
优化器的参数须放在有序的集合中，而 set 中张量的顺序每次运行都会变。请改用 list。

all optimizer params should be with/without names. Some param names are missing
优化器的所有参数应都有名称或都没有名称。缺少一些参数名称

{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}.
{step} 必须返回 None 或元组 (new_args, new_kwargs)，但得到 {changed}。

Invalid decay value {decay} provided. Please provide a value in [0,1] range.
给出的衰减值 {decay} 无效。请给出 [0,1] 之内的值。

anneal_epochs must be equal or greater than 0, got {anneal_epochs}
anneal_epochs 必须大于或等于 0，得到 {anneal_epochs}

a sparse gradient and weight_decay
稀疏梯度和 weight_decay

no weight_decay: it would change every row
不用 weight_decay：它会改变每一行

sparse=False in the embedding
在 embedding 中用 sparse=False

a sparse gradient of shape {shape}
形状为 {shape} 的稀疏梯度

{type} does not support sparse gradients
{type} 不支持稀疏梯度

please consider SparseAdam or SGD instead, or sparse=False in the embedding
请考虑改用 SparseAdam 或 SGD，或在 embedding 中用 sparse=False

weight_decay option is not compatible with sparse gradients
weight_decay 选项与稀疏梯度不相容
"""
