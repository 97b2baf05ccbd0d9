# Commands that show the event loop to somebody who stands in the middle of it.
#
#   rust-gdb -x docs/debugging/loop.gdb target/debug/examples/cafe_async
#
# docs/debugging.md is a session with them. They read memory and call nothing, so they change
# nothing; they need a debug build, because they find everything by its name.

# `step` goes through our own functions only. (Globs such as `skip -gfi /rustc/*` do not match the
# standard library's files; its names do.)
skip -rfu ^(core|alloc|std|slab)::

# The thread that waits for `kill -USR1` comes and goes; nobody came for it.
set print thread-events off

# While you stand at a breakpoint the loop's time stands, too: timers keep their order.
set environment LOOP_CLOCK stepping

python

import re

import gdb.FrameDecorator

# What the layout of a value is made of. The names of the standard library's private fields may
# change, so as few of them as possible are used: whatever wraps a single thing is taken off.


class Missing(Exception):
    """A sentence for the person at the prompt."""


def is_struct(value):
    return value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT


def fields(value):
    return [field for field in value.type.fields() if field.type.sizeof > 0]


def unwrapped(value):
    """What is inside of all the structs that hold nothing else: a number, a pointer."""
    while is_struct(value) and len(fields(value)) == 1:
        value = value[fields(value)[0]]
    return value


def number(value):
    return int(unwrapped(value))


def variant(value):
    """The name and the value of what an enum is at the moment."""
    field = value.type.fields()[-1]
    return field.name, value[field]


def some(option):
    """What is in an `Option`, or None."""
    name, inner = variant(option)
    return inner["__0"] if name == "Some" else None


def counted(pointer):
    """What an `Rc` or an `Arc` points to."""
    inner = unwrapped(pointer["ptr"]).dereference()
    return inner["value"] if "Rc" in pointer.type.name.split("<")[0] else inner["data"]


def in_cell(cell):
    """What is in a `Cell` or a `RefCell`, borrowed or not."""
    return cell["value"]["value"]


def items(vec):
    """The items of a `Vec`."""
    first = unwrapped(vec["buf"]["inner"]["ptr"]).cast(vec.type.template_argument(0).pointer())
    for index in range(int(vec["len"])):
        yield (first + index).dereference()


def items_in_line(deque):
    """The items of a `VecDeque`, front first."""
    buffer = deque["buf"]["inner"]
    first = unwrapped(buffer["ptr"]).cast(deque.type.template_argument(0).pointer())
    for index in range(int(deque["len"])):
        yield (first + (int(deque["head"]) + index) % number(buffer["cap"])).dereference()


def places(slab):
    """The occupied places of a `Slab`: their indices, and what is in them."""
    for index, entry in enumerate(items(slab["entries"])):
        name, inner = variant(entry)
        if name == "Occupied":
            yield index, inner["__0"]


def memory(address, length):
    return bytes(gdb.selected_inferior().read_memory(address, length)).decode(errors="replace")


def text(fat, skip=0):
    """A `str` behind a fat pointer; `skip` bytes of something else stand before it."""
    return memory(int(fat["data_ptr"]) + skip, int(fat["length"]))


def counted_text(rc):
    """An `Rc<str>`: two counters stand before the text."""
    return text(unwrapped(rc["ptr"]), 2 * gdb.lookup_type("usize").sizeof)


def place(spot):
    """File and line of a `Spot`: it is a pointer to what the compiler has written down."""
    where = spot["__0"].dereference()
    return "%s:%d" % (text(unwrapped(where["filename"])).rsplit("/", 1)[-1], int(where["line"]))


# Finding the loop.


def find_loop():
    """The state of the loop that runs on this thread, or else on another."""
    if gdb.selected_inferior().pid == 0:
        raise Missing("the program does not run yet; `run` it, with a breakpoint where it is to stop")
    thread = gdb.selected_thread()
    frame = gdb.selected_frame()
    threads = sorted(gdb.selected_inferior().threads(), key=lambda other: (other != thread, other.num))
    try:
        for other in threads:
            other.switch()
            found = loop_on_stack()
            if found is not None:
                return found
    finally:
        thread.switch()
        frame.select()
    raise Missing("no loop runs here; stop inside of `run` or `block_on`, for instance at a turn: "
                  "break executor::event_loop::LoopState::tick")


def loop_on_stack():
    """The state of the loop that runs on the thread that is selected: the outermost function that
    has it as its `self` has certainly got so far as to have it."""
    found = None
    frame = gdb.newest_frame()
    while frame is not None:
        state = self_of(frame)
        if state is not None:
            found = state
        frame = frame.older()
    return found


def self_of(frame):
    function = frame.function()
    if function is None or not function.name.startswith("executor::event_loop::"):
        return None
    try:
        value = frame.read_var("self").dereference()
    except (ValueError, gdb.error):
        return None
    if value.type.name == "executor::event_loop::EventLoop":
        return counted(value["state"])
    return value if value.type.name == "executor::event_loop::LoopState" else None


# What the parts of a loop are called, in the words of the trace lines.


class Loop:
    def __init__(self):
        self.state = find_loop()
        self.queue = counted(self.state["ready"])
        self.narrator = self.queue["narrator"]
        self.slots = list(places(in_cell(self.state["tasks"]["slots"])))

    def turn(self):
        return number(self.narrator["tick"])

    def time(self):
        """What the loop's clock shows; the real one is not asked, for the machine's goes on."""
        clock = self.narrator["clock"]
        if str(clock["kind"]).endswith("Real"):
            return number(self.state["turn_time"])
        return number(clock["shown"])

    def name(self, task):
        """`T2 coffee`."""
        for _, slot in self.slots:
            if task_id(slot) == task:
                return ("T%d %s" % (task, counted_text(slot["about"]["name"]))).rstrip()
        return "T%d (it is over)" % task

    def whom(self, wakeup):
        """Who is set going by a timer or a socket."""
        name, inner = variant(wakeup)
        if name == "Callback":
            return "calls " + callback(inner["__0"])
        task = some(inner["__0"])
        return "wakes a task" if task is None else "wakes " + self.name(number(task))

    def awaiting(self, about):
        """What a task waits for, and where its `.await` is."""
        what, where = about["awaiting"]["__0"], some(about["awaiting"]["__1"])
        kind, inner = variant(what)
        if kind == "Unknown":
            awaited = "something that is not the loop's"
        elif kind == "Timer":
            awaited = "tm%d" % number(inner["__0"])
        elif kind == "Task":
            awaited = self.name(number(inner["__0"]))
        elif kind == "Socket":
            awaited = "io%d:%s" % (number(inner["__0"]["serial"]), str(inner["__1"]).rsplit("::", 1)[-1][0])
        else:
            joint = "." if kind.startswith("Queue") else "_"
            awaited = joint.join(re.findall("[A-Z][a-z]*", kind)).lower()
        return awaited if where is None else "%s at %s" % (awaited, place(where))


def task_id(slot):
    return number(counted(slot["shared"])["key"]["id"])


def seconds(nanos):
    """As the trace lines: `1.205`, cut and not rounded."""
    sign, millis = "-" if nanos < 0 else "", abs(nanos) // 1000000
    return "%s%d.%03d" % (sign, millis // 1000, millis % 1000)


def plural(count, word):
    return "%d %s%s" % (count, word, "" if count == 1 else "s")


# Names of types, as short as they can be told apart.


def without_generics(name):
    depth, kept = 0, ""
    for character in name.replace("->", ""):
        depth += character == "<"
        if depth == 0:
            kept += character
        depth -= character == ">"
    return kept


def short(type_name):
    """`cafe_async::make_coffee::{async_fn_env#0}` is `make_coffee`; a closure or an `async` block in
    it says so."""
    kept, last = [], ""
    for part in without_generics(type_name).split("::"):
        if part.startswith("{async_block"):
            last += "{async}"
        elif part.startswith("{closure"):
            last += "{closure}"
        elif part and not part.startswith(("{", "&")):
            last = part
    return last


def concrete(pointer):
    """What a `Box<dyn Future>` points to: the first argument of the vtable's `poll`, which is its
    fourth entry, tells the type."""
    usize = gdb.lookup_type("usize")
    poll = (gdb.Value(int(pointer["vtable"])).cast(usize.pointer()) + 3).dereference()
    block = gdb.block_for_pc(int(poll))
    if block is None or block.function is None:
        raise Missing("a future's `poll` has no debug information")
    for symbol in block:
        # `Pin<&mut T>`: a struct around a pointer.
        if symbol.is_argument:
            target = symbol.type
            while target.code == gdb.TYPE_CODE_STRUCT:
                target = target.fields()[0].type
            return gdb.Value(int(pointer["pointer"])).cast(target).dereference()
    raise Missing("a future's `poll` has no argument in its debug information")


def callback(place):
    """The function in which a callback's closure was written."""
    boxed = some(in_cell(counted(place)))
    if boxed is None:
        return "nobody any more: it was cancelled"
    # The vtable's first entry drops the closure: its name has the closure's type in it. Without
    # anything to drop there is only the shim that calls it.
    usize = gdb.lookup_type("usize")
    vtable = gdb.Value(int(boxed["vtable"])).cast(usize.pointer())
    for entry in (0, 3):
        address = int((vtable + entry).dereference())
        block = gdb.block_for_pc(address) if address else None
        if block is not None and block.function is not None:
            closure = re.search(r"[\w:{}#]*\{closure_env#\d+\}", block.function.name)
            if closure:
                return "a closure of " + short(closure.group().rsplit("::", 1)[0])
    return "a closure"


# Where a task stands: the chain of futures, from the task's own down to the one that waits.


def is_dyn(value):
    return is_struct(value) and {field.name for field in value.type.fields()} == {"pointer", "vtable"}


def is_async(value):
    return re.search(r"\{async_(fn|block|closure)_env#\d+\}$", without_generics(value.type.name or "")) is not None


def chain(future):
    """`handle[Suspend0] > read_request[Suspend0] > Sleep`"""
    links = []
    while future is not None and len(links) < 50:
        link, future = one_link(future)
        if link:
            links.append(link)
    return " > ".join(links) or "?"


def one_link(future):
    """A future's name, if it means something, and the future that it waits for."""
    if is_dyn(future):
        return "", concrete(future)
    if future.type.code in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_REF):
        return "", future.dereference()
    name = future.type.name or ""
    if is_async(future):
        _, inner = variant(future)
        state = inner.type.name.rsplit("::", 1)[-1]
        awaited = [field for field in inner.type.fields() if field.name == "__awaitee"]
        return "%s[%s]" % (short(name), state), inner[awaited[0]] if awaited else None
    if name.startswith("core::option::Option<"):
        return "", some(future)
    # What the loop itself puts around a task, and what only wraps a future, to pin it for instance.
    if name.startswith("executor::join_handle::Joinable<"):
        return "", future["future"]
    if name.startswith(("core::", "alloc::")):
        inside = fields(future) if is_struct(future) else []
        return "", future[inside[0]] if inside else None
    # A future of ours that drives another one: `timeout(...)` and its like.
    for field in future.type.fields() if is_struct(future) else []:
        if field.name == "future":
            return short(name), future[field]
    return short(name), None


# The commands.


class LoopCommand(gdb.Command):
    """What the commands have in common: whatever is missing, they say it in a sentence."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_DATA)
        self.name = name

    def invoke(self, argument, from_tty):
        try:
            self.show(Loop())
        except Missing as missing:
            print("%s: %s" % (self.name, missing))
        except (gdb.error, gdb.MemoryError, KeyError, IndexError, TypeError, ValueError, AttributeError,
                RuntimeError) as error:
            print("%s: the loop's memory does not look as expected (%s); is it a debug build?"
                  % (self.name, error))


ABOUT_TO_BEGIN = "about to begin"


class Tick(LoopCommand):
    """Show the loop's turn, the phase of it, and the loop's time.

The phase is the comment in tick.rs under which the turn stands."""

    def show(self, loop):
        turn, phase = loop.turn(), self.phase()
        if phase == ABOUT_TO_BEGIN:
            turn += 1
        print("turn %d at %s s, %s" % (turn, seconds(loop.time()), phase))

    def phase(self):
        frame = gdb.newest_frame()
        while frame is not None and frame.name() != "executor::event_loop::LoopState::tick":
            frame = frame.older()
        if frame is None:
            return "just over"
        try:
            with open(frame.find_sal().symtab.fullname()) as source:
                lines = source.read().splitlines()[: frame.find_sal().line]
        except (OSError, AttributeError):
            return "in the middle of it"
        begun = False
        for line in reversed(lines):
            comment = re.match(r"\s*// (\d\. .*)", line)
            if comment:
                return "phase " + comment.group(1)
            if "fn tick" in line:
                break
            # The line in which the turn stands has not been run.
            begun = begun or ("next_tick()" in line and line is not lines[-1])
        return "at its beginning" if begun else ABOUT_TO_BEGIN


class Ready(LoopCommand):
    """Show the ready queue, front first: what can run now."""

    def show(self, loop):
        entries = list(items_in_line(in_cell(loop.queue["entries"])))
        print("%s in the ready queue%s" % (plural(len(entries), "entry").replace("entrys", "entries"),
                                           ", front first" if len(entries) > 1 else ""))
        for entry in entries:
            name, inner = variant(entry)
            if name == "Step":
                print("  step of " + loop.name(number(inner["__0"]["id"])))
            else:
                print("  callback: " + callback(inner["__0"]))
        if number(counted(loop.queue["inbox"])["full"]):
            print("  other threads have left news, for phase 3 of a turn")


class Timers(LoopCommand):
    """Show the armed timers, next first: name, deadline, place, and whom each of them wakes.

The place is level.slot in the wheel, or the place in the heap with LOOP_TIMERS=heap."""

    def show(self, loop):
        kind, inner = variant(in_cell(loop.state["timers"]))
        armed = self.wheel(inner["__0"].dereference()) if kind == "Wheel" else self.heap(inner["__0"])
        print("%s armed%s" % (plural(len(armed), "timer"), ", next first" if len(armed) > 1 else ""))
        for deadline, name, where, wakeup in sorted(armed, key=lambda timer: timer[:2]):
            left = deadline - loop.time()
            delay = "in %s s" % seconds(left) if left > 0 else "due"
            print("  tm%-3d at %s s, %-13s %-10s %s"
                  % (name, seconds(deadline), delay, where, loop.whom(wakeup)))

    def wheel(self, wheel):
        armed = []
        for _, timer in places(wheel["timers"]):
            slot = int(timer["slot"])
            where = "overflow" if slot == 384 else "slot %d.%d" % divmod(slot, 64)
            armed.append((number(timer["deadline"]), number(timer["id"]), where, timer["payload"]))
        return armed

    def heap(self, heap):
        payloads = dict(places(heap["armed"]))
        armed = []
        for index, entry in enumerate(items(heap["entries"]["data"])):
            entry = unwrapped(entry)
            payload = payloads.get(int(entry["__2"]))
            # A cancelled timer leaves its entry behind.
            if payload is not None and number(payload["__0"]) == number(entry["__1"]):
                armed.append((number(entry["__0"]), number(entry["__1"]), "heap[%d]" % index, payload["__1"]))
        return armed


class Tasks(LoopCommand):
    """Show every task: name, state, where it stands, what it waits for and where, who spawned it.

Where it stands is the chain of futures from the task's own down to the one that waits, and each
async function's suspend point: Suspend0 is its first .await, Unresumed is before its first line."""

    def show(self, loop):
        print(plural(len(loop.slots), "task"))
        for _, slot in sorted(loop.slots, key=lambda place: task_id(place[1])):
            about = slot["about"]
            runnable = some(slot["runnable"])
            notes = ["spawned at " + place(about["place"])]
            if runnable is None:
                state, where = "running", "its step is under way: `backtrace` shows where"
            else:
                queued = number(counted(slot["shared"])["queued"])
                state, where = "ready" if queued else "waiting", chain(runnable["body"])
                if "[Unresumed]" not in where:
                    notes.insert(0, ("awaited " if queued else "awaits ") + loop.awaiting(about))
            print("  %-10s %-8s %s" % (loop.name(task_id(slot)), state, where))
            print("  %-10s %-8s %s" % ("", "", "; ".join(notes)))


class Sockets(LoopCommand):
    """Show the registered sockets: name, descriptor, and whom each of them wakes."""

    def show(self, loop):
        entries = list(places(in_cell(counted(loop.state["reactor"]["table"])["entries"])))
        print(plural(len(entries), "socket"))
        for _, entry in sorted(entries, key=lambda place: number(place[1]["serial"])):
            waiters = []
            for direction, letter in enumerate("RW"):
                waiter = some(entry["waiters"][direction])
                if waiter is not None:
                    waiters.append("%s %s" % (letter, loop.whom(waiter)))
            print("  io%-3d fd %-4d %s" % (number(entry["serial"]), int(entry["fd"]),
                                          ", ".join(waiters) or "nobody waits for it"))


# Between the loop and a task stands the standard library, which catches the task's panics. It has no
# sources here, and nobody came for it: so a backtrace leaves it out, and `next` goes through it.
# `backtrace -no-filters` shows it.


def is_ours(frame):
    return not re.match("(core|alloc|std)::|__rust_|<(core|alloc|std)::", frame.name() or "?")


class OurFrame(gdb.FrameDecorator.FrameDecorator):
    def function(self):
        name = super().function()
        return without_generics(name) if isinstance(name, str) else name

    def address(self):
        return None

    def frame_args(self):
        return None


class OurFrames:
    def __init__(self):
        self.name, self.priority, self.enabled = "loop", 100, True
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        for frame in frames:
            if is_ours(frame.inferior_frame()):
                yield OurFrame(frame)


class WayBack:
    """Lets `next` and `step` pass through the standard library when a function returns to it."""

    def __init__(self):
        self.stop = None

    def before(self):
        """Puts a stop that nobody hears where the first function of ours returns to it."""
        try:
            frame = gdb.newest_frame()
            while frame.older() is not None and is_ours(frame) and is_ours(frame.older()):
                frame = frame.older()
            if frame.older() is not None and is_ours(frame):
                self.stop = gdb.FinishBreakpoint(frame, internal=True)
                self.stop.silent = True
        except (gdb.error, ValueError):
            pass

    def after(self):
        """Goes on to the function of ours that called it: for a task that gives the thread back,
        that is the loop."""
        if self.stop is not None and self.stop.is_valid():
            self.stop.delete()
        self.stop = None
        try:
            frame = gdb.newest_frame()
            if is_ours(frame):
                return
            # What the loop puts around a task lies between two functions that are worth a stop.
            while frame.older() is not None and (
                not is_ours(frame.older()) or frame.older().name().startswith("executor::join_handle::")
            ):
                frame = frame.older()
            if frame.older() is None:
                return
            gdb.FinishBreakpoint(frame, internal=True).silent = True
            gdb.execute("continue", to_string=True)
            if gdb.newest_frame().name() == "executor::event_loop::LoopState::step":
                print("the task gave the thread back; on in LoopState::step")
                gdb.execute("next")
            else:
                gdb.execute("frame")
        except (gdb.error, ValueError):
            # The program is over, or was stopped by something else.
            pass


way_back = WayBack()
OurFrames()
Tick("tick")
Ready("ready")
Timers("timers")
Tasks("tasks")
Sockets("sockets")

end

define hook-next
  python way_back.before()
end

define hookpost-next
  python way_back.after()
end

define hook-step
  python way_back.before()
end

define hookpost-step
  python way_back.after()
end
