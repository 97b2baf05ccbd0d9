"""Callbacks that the last tick of a run has added are the first of the next run."""
from ticks import TickLoop, note, say

loop = TickLoop()

def stopper():
    loop.stop()
    say("stop() was called; twice makes no difference")
    loop.stop()
    loop.call_soon(say, "added after stop()")

loop.call_soon(stopper)
loop.call_soon(lambda: loop.call_soon(say, "added by another callback of the last tick"))
loop.run_forever()
note("stopped after", loop.tick, "ticks")
loop.stop()
loop.run_forever()
note("stopped after", loop.tick, "ticks")
loop.close()
