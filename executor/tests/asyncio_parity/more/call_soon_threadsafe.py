"""Another thread hands the loop a callback, and ends its wait: callbacks keep their order."""
import asyncio, threading
from ticks import run, note

async def main():
    loop = asyncio.get_running_loop()
    fut = loop.create_future()

    def on_the_loop(i):
        note("callback", i, "on the loop's thread:", threading.current_thread() is threading.main_thread())
        if i == 2:
            fut.set_result("done")

    def other_thread():
        for i in range(3):
            loop.call_soon_threadsafe(on_the_loop, i)

    thread = threading.Thread(target=other_thread)
    thread.start()
    note("main waits for ever, but for the other thread")
    note("main got", await fut)
    thread.join()

run(main())
