"""Plays programs that were made at random, one for each line of its input: the twin of random/player.rs."""
import asyncio, json, sys
from ticks import TickLoop, say


class Failed(Exception):
    pass


class Player:
    def __init__(self, program):
        self.program = program
        self.tasks = {}      # those that were spawned
        self.unclaimed = {}  # of these, those that nobody has waited for
        self.locks = [asyncio.Lock(), asyncio.Lock()]
        self.semaphores = [asyncio.Semaphore(1), asyncio.Semaphore(2)]
        self.events = [asyncio.Event(), asyncio.Event()]

    async def main(self):
        self.spawn(0)
        done, _ = await asyncio.wait([self.unclaimed.pop(0)], timeout=80_000)
        say("over:", len(done))

    def spawn(self, number):
        if number >= len(self.program) or number in self.tasks:
            return
        self.tasks[number] = self.create(str(number), self.program[number])
        self.unclaimed[number] = self.tasks[number]

    def create(self, name, ops):
        task = asyncio.create_task(self.task(name, ops))
        everybody.append(task)
        return task

    async def task(self, name, ops):
        say(name, "begins")
        try:
            await self.play(name, ops)
        except asyncio.CancelledError:
            say(name, "is cancelled")
            raise
        except Failed:
            say(name, "fails")
            if asyncio.current_task()._must_cancel:
                # In Rust a failure is a value, and a task that returns one although it was asked is cancelled.
                raise asyncio.CancelledError
            raise
        say(name, "returns")

    async def play(self, name, ops):
        for op in ops:
            await self.perform(name, op)

    async def perform(self, name, op):
        match op:
            case "Yield":
                await asyncio.sleep(0)
            case {"Sleep": seconds}:
                await asyncio.sleep(seconds)
            case {"Spawn": number}:
                self.spawn(number)
            case {"Cancel": number}:
                if number in self.tasks:
                    say(name, "cancels", number, self.tasks[number].cancel())
            case {"Join": number}:
                self.spawn(number)
                if number in self.unclaimed:
                    await self.unclaimed.pop(number)
                    say(name, "has joined", number)
            case {"Shield": number}:
                self.spawn(number)
                if number in self.unclaimed:
                    task = self.unclaimed.pop(number)
                    try:
                        await asyncio.shield(task)
                    finally:
                        if not task.done():
                            self.unclaimed[number] = task
                    say(name, "has joined", number)
            case "Fail":
                raise Failed
            case {"Try": ops}:
                try:
                    await self.play(name, ops)
                except Failed:
                    say(name, "goes on")
            case {"Refuse": ops}:
                try:
                    await self.play(name, ops)
                except asyncio.CancelledError:
                    say(name, "refuses")
            case {"Finally": [ops, cleanup]}:
                try:
                    await self.play(name, ops)
                finally:
                    say(name, "cleans up")
                    await self.play(name, cleanup)
            case {"Gather": children}:
                await asyncio.gather(*(self.create(f"{name}.{n}", ops) for n, ops in enumerate(children)))
                say(name, "has gathered")
            case {"Limit": [seconds, ops]}:
                try:
                    async with asyncio.timeout(seconds):
                        await self.play(name, ops)
                except TimeoutError:
                    say(name, "is out of time")
            case {"Lock": [number, ops]}:
                async with self.locks[number]:
                    say(name, "has lock", number)
                    await self.play(name, ops)
            case {"Semaphore": [number, ops]}:
                async with self.semaphores[number]:
                    say(name, "has a permit of", number)
                    await self.play(name, ops)
            case {"Wait": number}:
                await self.events[number].wait()
                say(name, "has seen", number)
            case {"Set": number}:
                self.events[number].set()
            case {"Clear": number}:
                self.events[number].clear()
            case _:
                raise SystemExit(f"{op} is unknown")


everybody = []  # nobody is collected half-way, to clean up in the middle of another program
for line in sys.stdin:
    loop = TickLoop()
    loop.set_exception_handler(lambda loop, context: None)
    loop.run_until_complete(Player(json.loads(line)).main())
    loop.close()
    print("end", flush=True)
