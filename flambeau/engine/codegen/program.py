"""What runs programs, as LLVM text: the executor, the dispatch of pieces, the worker's loop.

A program is a table of steps and a table of patches, so a new plan needs no compilation of its
own. All tables are int64 in native memory:

    header  [n_steps, steps, n_patches, patches, slots, error_record, control, 0]
    step    [function, words, extent, chunk, 0, 0, 0, 0]
    patch   [address of a word, slot, byte offset, 0]: *word = slots[slot] + byte offset

`execute(header)` applies the patches and runs the steps in order: function(words, begin, end)
over 0 .. extent in pieces of `chunk`. It stops after a step that wrote into the error record and
returns the record's first word, 0 if all is well. Pieces are handed out by counting `next` down
to zero, to the caller and to workers alike, so which thread ran which piece is open, and results
never depend on it.

The control block, one cache line (8 words) for each entry:

     0  next        pieces left; a worker that counts it down from above zero owns that piece
     8  active      workers that may be looking at a piece
    16  function    what the pieces are of; written only while next <= 0 and active = 0
    17  words
    18  extent
    19  chunk
    24  generation  raised by every dispatch; sleeping workers wait for it (futex)
    32  sleepers    workers that sleep or are about to
    40  stop        1: workers return
    48  workers     how many there are
    49  places      address of the places, or 0
    50  processor   the one the workers were last told to keep away from, or -1

Places (Linux only): a processor set of PLACE_WORDS words, all that workers may use; as many words
of scratch; the workers' thread numbers. The caller, before it wakes sleeping workers, bars them
from the processor it runs on. Left to itself the kernel often wakes a worker right there, where
it waits milliseconds for its turn: in a virtual machine an idle processor looks taken.

Why counting down is safe: a worker raises `active` before it takes a piece, and the caller
waits for `active` = 0 after the last piece was taken and before it writes the next step's
fields; a worker that comes late finds next <= 0 and never reads them.
"""

from __future__ import annotations

from flambeau.core.device import Target
from flambeau.engine.codegen.targets import family_of

__all__ = ["CONTROL_WORDS", "NAMES", "PLACE_WORDS", "program_text"]

CONTROL_WORDS = 64
PLACE_WORDS = 16  # 1,024 processors: the size of the C library's cpu_set_t
NAMES = ("flambeau_execute", "flambeau_worker", "flambeau_wake")
SPINS = 3000  # looks of an idle worker before it sleeps: about 50 us

_EXECUTE = """
define i64 @flambeau_execute(ptr %header) nounwind {
entry:
  %n_steps = load i64, ptr %header
  %p1 = getelementptr i64, ptr %header, i64 1
  %steps = load ptr, ptr %p1
  %p2 = getelementptr i64, ptr %header, i64 2
  %n_patches = load i64, ptr %p2
  %p3 = getelementptr i64, ptr %header, i64 3
  %patches = load ptr, ptr %p3
  %p4 = getelementptr i64, ptr %header, i64 4
  %slots = load ptr, ptr %p4
  %p5 = getelementptr i64, ptr %header, i64 5
  %record = load ptr, ptr %p5
  %p6 = getelementptr i64, ptr %header, i64 6
  %control = load ptr, ptr %p6
  store i64 0, ptr %record
  br label %patch.head
patch.head:
  %p = phi i64 [ 0, %entry ], [ %p.next, %patch.body ]
  %p.in = icmp slt i64 %p, %n_patches
  br i1 %p.in, label %patch.body, label %step.head
patch.body:
  %p.at = mul i64 %p, 4
  %patch = getelementptr i64, ptr %patches, i64 %p.at
  %word = load ptr, ptr %patch
  %patch1 = getelementptr i64, ptr %patch, i64 1
  %slot = load i64, ptr %patch1
  %patch2 = getelementptr i64, ptr %patch, i64 2
  %offset = load i64, ptr %patch2
  %slot.at = getelementptr i64, ptr %slots, i64 %slot
  %base = load i64, ptr %slot.at
  %value = add i64 %base, %offset
  store i64 %value, ptr %word
  %p.next = add i64 %p, 1
  br label %patch.head
step.head:
  %s = phi i64 [ 0, %patch.head ], [ %s.next, %step.done ]
  %s.in = icmp slt i64 %s, %n_steps
  br i1 %s.in, label %step.body, label %done
step.body:
  %s.at = mul i64 %s, 8
  %step = getelementptr i64, ptr %steps, i64 %s.at
  %function = load ptr, ptr %step
  %step1 = getelementptr i64, ptr %step, i64 1
  %words = load ptr, ptr %step1
  %step2 = getelementptr i64, ptr %step, i64 2
  %extent = load i64, ptr %step2
  %step3 = getelementptr i64, ptr %step, i64 3
  %chunk = load i64, ptr %step3
  %some = icmp sgt i64 %extent, 0
  br i1 %some, label %step.run, label %step.done
step.run:
  %whole = icmp sge i64 %chunk, %extent
  br i1 %whole, label %inline, label %dispatch
inline:
  call void %function(ptr %words, i64 0, i64 %extent)
  br label %step.done
dispatch:
  call void @flambeau_dispatch(ptr %control, ptr %function, ptr %words, i64 %extent, i64 %chunk)
  br label %step.done
step.done:
  %s.next = add i64 %s, 1
  %error = load i64, ptr %record
  %failed = icmp ne i64 %error, 0
  br i1 %failed, label %stop, label %step.head
stop:
  ret i64 %error
done:
  ret i64 0
}
"""

_WORK = """
define internal void @flambeau_work(ptr %control) nounwind noinline {
entry:
  br label %take
take:
  %left = atomicrmw sub ptr %control, i64 1 acq_rel
  %mine = icmp sgt i64 %left, 0
  br i1 %mine, label %piece, label %done
piece:
  %p2 = getelementptr i64, ptr %control, i64 16
  %function = load ptr, ptr %p2
  %p3 = getelementptr i64, ptr %control, i64 17
  %words = load ptr, ptr %p3
  %p4 = getelementptr i64, ptr %control, i64 18
  %extent = load i64, ptr %p4
  %p5 = getelementptr i64, ptr %control, i64 19
  %chunk = load i64, ptr %p5
  %number = sub i64 %left, 1
  %begin = mul i64 %number, %chunk
  %stop = add i64 %begin, %chunk
  %last = icmp slt i64 %stop, %extent
  %end = select i1 %last, i64 %stop, i64 %extent
  call void %function(ptr %words, i64 %begin, i64 %end)
  br label %take
done:
  ret void
}
"""

_DISPATCH = """
define internal void @flambeau_dispatch(ptr %control, ptr %function, ptr %words, i64 %extent,
    i64 %chunk) nounwind noinline {
entry:
  %p.workers = getelementptr i64, ptr %control, i64 48
  %workers = load i64, ptr %p.workers
  %alone = icmp eq i64 %workers, 0
  br i1 %alone, label %one, label %many
one:
  call void %function(ptr %words, i64 0, i64 %extent)
  ret void
many:
  %p2 = getelementptr i64, ptr %control, i64 16
  store ptr %function, ptr %p2
  %p3 = getelementptr i64, ptr %control, i64 17
  store ptr %words, ptr %p3
  %p4 = getelementptr i64, ptr %control, i64 18
  store i64 %extent, ptr %p4
  %p5 = getelementptr i64, ptr %control, i64 19
  store i64 %chunk, ptr %p5
  %up = add i64 %extent, %chunk
  %up1 = sub i64 %up, 1
  %pieces = sdiv i64 %up1, %chunk
  store atomic i64 %pieces, ptr %control seq_cst, align 8
  call void @flambeau_wake(ptr %control)
  call void @flambeau_work(ptr %control)
  %p.active = getelementptr i64, ptr %control, i64 8
  br label %wait
wait:
  %active = load atomic i64, ptr %p.active acquire, align 8
  %busy = icmp ne i64 %active, 0
  br i1 %busy, label %relax, label %done
relax:
  {relax}
  br label %wait
done:
  ret void
}
"""

_WAKE_UP = """
define void @flambeau_wake(ptr %control) nounwind {
entry:
  %p.generation = getelementptr i64, ptr %control, i64 24
  %before = atomicrmw add ptr %p.generation, i32 1 seq_cst
  %p.sleepers = getelementptr i64, ptr %control, i64 32
  %sleepers = load atomic i64, ptr %p.sleepers seq_cst, align 8
  %any = icmp sgt i64 %sleepers, 0
  br i1 %any, label %wake, label %done
wake:
  {wake}
  br label %done
done:
  ret void
}
"""

_PLACE = """
define internal void @flambeau_place(ptr %control) nounwind noinline {
entry:
  %p.places = getelementptr i64, ptr %control, i64 49
  %places = load ptr, ptr %p.places
  %none = icmp eq ptr %places, null
  br i1 %none, label %done, label %ask
ask:
  %cpu = call i32 @sched_getcpu()
  %processor = sext i32 %cpu to i64
  %p.processor = getelementptr i64, ptr %control, i64 50
  %before = load i64, ptr %p.processor
  %same = icmp eq i64 %processor, %before
  %known = icmp ult i64 %processor, {place_bits}
  %asis = xor i1 %known, true
  %leave = or i1 %same, %asis
  br i1 %leave, label %done, label %bar
bar:
  store i64 %processor, ptr %p.processor
  %set = getelementptr i64, ptr %places, i64 {place_words}
  call void @llvm.memcpy.p0.p0.i64(ptr %set, ptr %places, i64 {place_bytes}, i1 false)
  %number = lshr i64 %processor, 6
  %in.word = and i64 %processor, 63
  %p.word = getelementptr i64, ptr %set, i64 %number
  %word = load i64, ptr %p.word
  %bit = shl i64 1, %in.word
  %rest = xor i64 %bit, -1
  %barred = and i64 %word, %rest
  store i64 %barred, ptr %p.word
  %p.workers = getelementptr i64, ptr %control, i64 48
  %workers = load i64, ptr %p.workers
  %p.threads = getelementptr i64, ptr %set, i64 {place_words}
  br label %head
head:
  %i = phi i64 [ 0, %bar ], [ %i.next, %each ]
  %in = icmp slt i64 %i, %workers
  br i1 %in, label %each, label %done
each:
  %p.thread = getelementptr i64, ptr %p.threads, i64 %i
  %thread = load i64, ptr %p.thread
  %thread32 = trunc i64 %thread to i32
  %ignored = call i32 @sched_setaffinity(i32 %thread32, i64 {place_bytes}, ptr %set)
  %i.next = add i64 %i, 1
  br label %head
done:
  ret void
}
"""

_WORKER = """
define void @flambeau_worker(ptr %control) nounwind {
entry:
  %p.active = getelementptr i64, ptr %control, i64 8
  %p.generation = getelementptr i64, ptr %control, i64 24
  %p.sleepers = getelementptr i64, ptr %control, i64 32
  %p.stop = getelementptr i64, ptr %control, i64 40
  br label %look
look:
  %spins = phi i64 [ 0, %entry ], [ 0, %worked ], [ %spins.next, %relax ], [ 0, %slept ]
  %stop = load atomic i64, ptr %p.stop acquire, align 8
  %stopped = icmp ne i64 %stop, 0
  br i1 %stopped, label %done, label %check
check:
  %left = load atomic i64, ptr %control acquire, align 8
  %some = icmp sgt i64 %left, 0
  br i1 %some, label %worked, label %idle
worked:
  %a0 = atomicrmw add ptr %p.active, i64 1 seq_cst
  call void @flambeau_work(ptr %control)
  %a1 = atomicrmw sub ptr %p.active, i64 1 seq_cst
  br label %look
idle:
  %spins.next = add i64 %spins, 1
  %tired = icmp sgt i64 %spins.next, {spins}
  br i1 %tired, label %sleep, label %relax
relax:
  {relax}
  br label %look
sleep:
  %s0 = atomicrmw add ptr %p.sleepers, i64 1 seq_cst
  %seen = load atomic i32, ptr %p.generation seq_cst, align 8
  %left2 = load atomic i64, ptr %control seq_cst, align 8
  %stop2 = load atomic i64, ptr %p.stop seq_cst, align 8
  %some2 = icmp sgt i64 %left2, 0
  %stopped2 = icmp ne i64 %stop2, 0
  %awake = or i1 %some2, %stopped2
  br i1 %awake, label %slept, label %wait
wait:
  {wait}
  br label %slept
slept:
  %s1 = atomicrmw sub ptr %p.sleepers, i64 1 seq_cst
  br label %look
done:
  ret void
}
"""

# How an idle worker waits for `generation` to change, and how the caller wakes all of them:
# Linux by futex (private wait 128, private wake 129); elsewhere workers look again every 200 us.
_FUTEX_WAIT = (
    "call i64 (i64, ...) @syscall(i64 {futex}, ptr %p.generation, i32 128, i32 %seen, ptr null)"
)
_FUTEX_WAKE = (
    "call i64 (i64, ...) @syscall(i64 {futex}, ptr %p.generation, i32 129, i32 2147483647)"
)


_LINUX = """
declare i64 @syscall(i64, ...)
declare i32 @sched_getcpu()
declare i32 @sched_setaffinity(i32, i64, ptr)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
"""


def program_text(target: Target) -> str:
    """The module with the functions in NAMES for a target."""
    row = family_of(target.triple)
    parts = [_EXECUTE, _WORK, _WAKE_UP, _DISPATCH, _WORKER]
    if "linux" in target.triple:
        parts = [_LINUX, *parts, _PLACE]
        wait = "%w = " + _FUTEX_WAIT.format(futex=row.futex)
        wake = "call void @flambeau_place(ptr %control)\n"
        wake += "  %w = " + _FUTEX_WAKE.format(futex=row.futex)
    else:
        parts = ["declare i32 @usleep(i32)\n", *parts]
        wait, wake = "%w = call i32 @usleep(i32 200)", ""
    text = row.relax_declaration + "\n" + "".join(parts)
    for name, value in (
        ("relax", row.relax), ("wait", wait), ("wake", wake), ("spins", SPINS),
        ("place_words", PLACE_WORDS), ("place_bytes", PLACE_WORDS * 8),
        ("place_bits", PLACE_WORDS * 64),
    ):  # fmt: skip
        text = text.replace("{" + name + "}", str(value))
    return text
