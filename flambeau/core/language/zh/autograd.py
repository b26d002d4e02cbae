"""Texts of autograd."""

TEXTS = r"""
Error detected in {name}: the forward call was made at {extra}
在 {name} 中检测到错误：前向调用位于 {extra}

Error detected in {name}: the forward call was made before anomaly detection was switched on
在 {name} 中检测到错误：前向调用发生在开启异常检测之前

Function '{name}' returned nan values in its {i}th output; the forward call was made at {extra}; look there for a logarithm, root or division at its pole, or for values that have overflowed
函数 '{name}' 的第 {i} 个输出（从 0 数起）含有 nan；前向调用位于 {extra}；请在那里查找在奇点处的对数、根或除法，或者溢出的值

Function '{name}' returned nan values in its {i}th output; the forward call was made before anomaly detection was switched on; look there for a logarithm, root or division at its pole, or for values that have overflowed
函数 '{name}' 的第 {i} 个输出（从 0 数起）含有 nan；前向调用发生在开启异常检测之前；请在那里查找在奇点处的对数、根或除法，或者溢出的值

'inputs' argument to 'backward' cannot be empty.
传给 'backward' 的 'inputs' 参数不能为空。

Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.
当 materialize_grads=True 时，allow_unused 应为 True 或不传，但得到 allow_unused=False。

One of the differentiated Tensors (input {i}, shape {shape}) appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.
要求导的张量之一（第 {i} 个输入，形状 {shape}）似乎没有在计算图中用到。如果这是有意的，请设置 allow_unused=True。

inputs must be Tensors, given {type}
inputs 必须是张量，给出的是 {type}

One of the differentiated Tensors does not require grad (shape {shape}, dtype {dtype}); try requires_grad_() on it before the forward call
要求导的张量之一不需要梯度（形状 {shape}，dtype {dtype}）；可尝试在前向调用之前对它调用 requires_grad_()

got {count} tensors and {count2} gradients; give one gradient (or None) for each tensor
得到 {count} 个张量和 {count2} 个梯度；请为每个张量给出一个梯度（或 None）

element {i} of tensors must be a Tensor, given {type}
tensors 的第 {i} 个元素必须是张量，给出的是 {type}

element {i} of tensors does not require grad and does not have a grad_fn; nothing that it was computed from requires grad, or it was computed under no_grad or detached; try requires_grad_() on the inputs before the forward call
tensors 的第 {i} 个元素不需要梯度，也没有 grad_fn；计算它所用的量都不需要梯度，或者它是在 no_grad 下计算的，或已被 detach；可尝试在前向调用之前对输入调用 requires_grad_()

grad can be implicitly created only for scalar outputs; given an output of shape {shape}; try .sum() or .mean() of it, or give a gradient of its shape: backward(gradient=...)
只有标量输出才能隐式创建梯度；给出的输出形状为 {shape}；可尝试对它取 .sum() 或 .mean()，或给出一个同形状的梯度：backward(gradient=...)

gradients can be either Tensors or None, but got {class}
梯度只能是张量或 None，但得到 {class}

Mismatch in shape: grad_output has a shape of {shape} and output has a shape of {shape2}; they must be equal
形状不一致：grad_output 的形状为 {shape}，而输出的形状为 {shape2}；两者必须相等

can't retain_grad on Tensor that has requires_grad=False; try requires_grad_() on what it is computed from
不能对 requires_grad=False 的张量调用 retain_grad；可尝试对计算它所用的量调用 requires_grad_()

expected the hook to return a Tensor or None, given {type}
钩子应返回张量或 None，给出的是 {type}

hook has changed the size of value: given {shape}; required: {shape2}, the shape of the gradient
钩子改变了值的大小：给出 {shape}；要求：{shape2}，即梯度的形状

save_for_backward can only save variables, but argument is of type {type}; try setting an attribute of ctx instead
save_for_backward 只能保存变量，但参数的类型是 {type}；可尝试改为设置 ctx 的一个属性

a saved tensor
一个保存的张量

function {name} returned an incorrect number of gradients (expected {count}, got {count2}); return one for each input of forward, None for inputs without
函数 {name} 返回的梯度个数不对（应为 {count} 个，得到 {count2} 个）；请为 forward 的每个输入返回一个，没有梯度的输入返回 None

function {name} returned a gradient different from None at position {i}, but the corresponding forward input was not a Variable
函数 {name} 在位置 {i} 返回了不是 None 的梯度，但对应的前向输入不是张量

function {name} returned a gradient different from None at position {i}; required: a Tensor or None
函数 {name} 在位置 {i} 返回了不是 None 的梯度；要求：张量或 None

function {name} returned a {class} different from None at position {i}, but the corresponding forward input was not a Variable
函数 {name} 在位置 {i} 返回了不是 None 的 {class}，但对应的前向输入不是张量

function {name} returned a {class} different from None at position {i}; required: a Tensor or None
函数 {name} 在位置 {i} 返回了不是 None 的 {class}；要求：张量或 None

Function {name} returned an invalid gradient at index {i} - got {shape} but expected shape compatible with {shape2}
函数 {name} 在下标 {i} 处返回了无效的梯度：得到 {shape}，但形状应与 {shape2} 相容

a Function is not instantiated; call {type2}.apply(...)
Function 不需要实例化；请调用 {type2}.apply(...)

You must implement the forward function for custom autograd.Function.
自定义的 autograd.Function 必须实现 forward 函数。

setup_context is not implemented.
没有实现 setup_context。

You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.
自定义的 autograd.Function 要用于反向模式自动微分，必须实现 backward 或 vjp 方法。

Some elements marked as dirty during the forward method were not returned as output; the inputs that are modified inplace must all be outputs of the Function
forward 中标记为 dirty 的一些元素没有作为输出返回；原地修改过的输入都必须是 Function 的输出

trying to differentiate twice a function that was marked with @once_differentiable
试图对标记了 @once_differentiable 的函数求二阶导数

The {what} given to {name} must be either a Tensor or a tuple of Tensors but the value at index {i} has type {type}.
传给 {name} 的 {what} 必须是张量或张量的元组，但下标 {i} 处的值类型为 {type}。

an output of the user-provided function is independent of input {index}; this is not allowed in strict mode.
用户函数的一个输出与输入 {index} 无关；严格模式不允许这样。

The vector v can only be None if the user-provided function returns a single Tensor with a single element.
只有当用户函数返回仅含一个元素的单个张量时，向量 v 才能是 None。

The vector v can only be None if the input to the user-provided function is a single Tensor with a single element.
只有当用户函数的输入是仅含一个元素的单个张量时，向量 v 才能是 None。

The function given to {name} should return a single Tensor with a single element, given {x}
传给 {name} 的函数应返回仅含一个元素的单个张量，给出的是 {x}

gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True.
gradcheck 要求至少有一个输入张量需要梯度，但没有一个的 requires_grad 为 True。

input {i} has dtype {dtype}; required: float64, as finite differences in less precision say nothing; try .double()
输入 {i} 的 dtype 是 {dtype}；要求：float64，因为精度更低时有限差分说明不了什么；可尝试 .double()

Jacobian mismatch for output {n} with respect to input {j},\nnumerical:{reshape}\nanalytical:{t}\n
输出 {n} 对输入 {j} 的雅可比矩阵不一致，\n数值结果：{reshape}\n解析结果：{t}\n

Jacobian mismatch for output {n} with respect to input {j} in the random projection:\nnumerical:{float}\nanalytical:{float2}\ntry fast_mode=False for the whole Jacobian
输出 {n} 对输入 {j} 的雅可比矩阵在随机投影下不一致：\n数值结果：{float}\n解析结果：{float2}\n可尝试 fast_mode=False 来得到完整的雅可比矩阵

backward not multiplied by grad_output: output {n}, input {j}, gradient {g}
backward 没有乘以 grad_output：输出 {n}，输入 {j}，梯度 {g}

Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values (output {n})
backward 不可重入，即用相同的输入和 grad_output 多次反向传播得到不同的值（输出 {n}）

check_forward_ad is not supported: only reverse mode exists
不支持 check_forward_ad：只有反向模式

Numerical gradient for function expected to be zero
函数的数值梯度应为零

It is not possible to get the gradient edge for a Tensor that does not require gradients; try requires_grad_()
不需要梯度的张量没有梯度边；可尝试 requires_grad_()

Expects mode to be one of ('all', 'any') but got {mode}
mode 应为 ('all', 'any') 之一，但得到 {mode}

you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().
只能改变叶子变量的 requires_grad 标志。如果要在不需要求导的子图中使用计算得到的变量，请用 var_no_grad = var.detach()。

given a tensor of dtype {dtype}; only Tensors of floating point and complex dtype can require gradients; try .float() first
给出 dtype 为 {dtype} 的张量；只有浮点和复数 dtype 的张量才能需要梯度；可先尝试 .float()

Setting requires_grad=True on inference tensor outside InferenceMode is not allowed; try clone() of it
不允许在 InferenceMode 之外对推理张量设置 requires_grad=True；可尝试对它 clone()

The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor.
正在访问非叶子张量的 .grad 属性。autograd.backward() 不会填充它的 .grad。如果确实需要填充非叶子张量的 .grad，请对它调用 .retain_grad()。

assigned grad expected to be a Tensor or None but got grad of type {type}
赋给 grad 的应为张量或 None，但得到类型 {type}

assigned grad: can't assign Variable as its own grad
给 grad 赋值：不能把张量赋为它自己的梯度

assigned grad has data of a different size: given {shape}; required: {shape2}, the tensor's shape
赋给 grad 的数据大小不同：给出 {shape}；要求：{shape2}，即该张量的形状

assigned grad has data of a different type: given {dtype}; required: {dtype2}, the tensor's dtype
赋给 grad 的数据类型不同：给出 {dtype}；要求：{dtype2}，即该张量的 dtype

cannot register a hook on a tensor that doesn't require gradient; try requires_grad_() first
不能在不需要梯度的张量上注册钩子；可先尝试 requires_grad_()

cannot register a hook on a tensor that doesn't require gradient
不能在不需要梯度的张量上注册钩子

post accumulate grad hooks cannot be registered on non-leaf tensors; try register_hook
累加梯度之后的钩子不能注册在非叶子张量上；可尝试 register_hook

Can't detach views in-place. Use detach() instead; a view's history is that of its base
不能原地 detach 视图。请改用 detach()；视图的历史就是其基张量的历史

cannot decorate the class {function}; decorate its methods
不能装饰类 {function}；请装饰它的方法

module 'flambeau.autograd.profiler' has no attribute {name}
模块 'flambeau.autograd.profiler' 没有属性 {name}

input {i}
输入 {i}

the result
结果

Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type}; try to return what pack_hook was given
unpack_hook 的输出应为张量，但得到类型为 {type} 的结果；可尝试返回 pack_hook 得到的东西

one of the variables needed for gradient computation has been modified by an inplace operation: [flambeau.{dtype} {shape}], which is output {output_nr} of {name2}, ({what} of the call) is at version {version}; expected version {version2} instead; the forward call was made at {extra}; try the out-of-place form of the operation that wrote to it, or clone() it before the write
计算梯度所需的变量之一已被原地操作修改：[flambeau.{dtype} {shape}]，它是 {name2} 的第 {output_nr} 个输出（该调用的{what}），当前版本为 {version}；应为版本 {version2}；前向调用位于 {extra}；可尝试写入它的那个操作的非原地形式，或在写入之前 clone() 它

one of the variables needed for gradient computation has been modified by an inplace operation: [flambeau.{dtype} {shape}], which is output {output_nr} of {name2}, ({what} of the call) is at version {version}; expected version {version2} instead; to see the line of the forward call, run with FLAMBEAU_TRACE=1 or inside flambeau.autograd.detect_anomaly(); try the out-of-place form of the operation that wrote to it, or clone() it before the write
计算梯度所需的变量之一已被原地操作修改：[flambeau.{dtype} {shape}]，它是 {name2} 的第 {output_nr} 个输出（该调用的{what}），当前版本为 {version}；应为版本 {version2}；要看到前向调用的行，请以 FLAMBEAU_TRACE=1 运行或放在 flambeau.autograd.detect_anomaly() 之内；可尝试写入它的那个操作的非原地形式，或在写入之前 clone() 它

one of the variables needed for gradient computation has been modified by an inplace operation: [flambeau.{dtype} {shape}] ({what} of the call) is at version {version}; expected version {version2} instead; the forward call was made at {extra}; try the out-of-place form of the operation that wrote to it, or clone() it before the write
计算梯度所需的变量之一已被原地操作修改：[flambeau.{dtype} {shape}]（该调用的{what}），当前版本为 {version}；应为版本 {version2}；前向调用位于 {extra}；可尝试写入它的那个操作的非原地形式，或在写入之前 clone() 它

one of the variables needed for gradient computation has been modified by an inplace operation: [flambeau.{dtype} {shape}] ({what} of the call) is at version {version}; expected version {version2} instead; to see the line of the forward call, run with FLAMBEAU_TRACE=1 or inside flambeau.autograd.detect_anomaly(); try the out-of-place form of the operation that wrote to it, or clone() it before the write
计算梯度所需的变量之一已被原地操作修改：[flambeau.{dtype} {shape}]（该调用的{what}），当前版本为 {version}；应为版本 {version2}；要看到前向调用的行，请以 FLAMBEAU_TRACE=1 运行或放在 flambeau.autograd.detect_anomaly() 之内；可尝试写入它的那个操作的非原地形式，或在写入之前 clone() 它

Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(); the forward call was made at {extra}; try retain_graph=True in the first call if you need to backward through the graph a second time, or compute the forward pass again
试图第二次对计算图反向传播（或直接访问已经释放的保存张量）。调用 .backward() 或 autograd.grad() 时，图中保存的中间值会被释放；前向调用位于 {extra}；如果需要第二次反向传播，可尝试在第一次调用时用 retain_graph=True，或重新计算前向

Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(); to see the line of the forward call, run with FLAMBEAU_TRACE=1 or inside flambeau.autograd.detect_anomaly(); try retain_graph=True in the first call if you need to backward through the graph a second time, or compute the forward pass again
试图第二次对计算图反向传播（或直接访问已经释放的保存张量）。调用 .backward() 或 autograd.grad() 时，图中保存的中间值会被释放；要看到前向调用的行，请以 FLAMBEAU_TRACE=1 运行或放在 flambeau.autograd.detect_anomaly() 之内；如果需要第二次反向传播，可尝试在第一次调用时用 retain_graph=True，或重新计算前向

{type} object has no attribute {name}
{type} 对象没有属性 {name}

volatile was removed and now has no effect. Use `with flambeau.no_grad():` instead.
volatile 已被移除，不再起作用。请改用 `with flambeau.no_grad():`。

Variable data has to be a tensor, but got {type}; try flambeau.tensor(...)
Variable 的数据必须是张量，但得到 {type}；可尝试 flambeau.tensor(...)

mode={mode} and a matrix of shape {x}
mode={mode} 和形状为 {x} 的矩阵

The derivative of linalg.qr depends on Q, and on a Q whose columns the matrix determines
linalg.qr 的导数依赖于 Q，且 Q 的列须由矩阵唯一确定

a tensor that requires grad
需要梯度的张量

the derivative for '{name}' is not implemented
'{name}' 的导数没有实现
"""
