// Plays a recording through the page's own `apply`, and looks whether it comes to what the loop says of itself.
//
//     node replay.mjs page.html recording.jsonl
//
// The recording has a snapshot here and there. Each must be what the events before it have led to.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const [page, recording] = process.argv.slice(2).map((name) => readFileSync(name, "utf8"));
const script = /<script id="model">([^]*?)<\/script>/.exec(page)[1];
const model = new Function(`${script}; return model;`)();
const events = model.parse(recording);

// A name may have any letter in it, also one that ends a line elsewhere.
const odd = JSON.stringify({ seq: 1, event: "spawned", name: "a\u2028b\u2029c" });
assert.equal(model.parse(`${odd}\n\n${odd}\r\n`).length, 2);

// What a snapshot tells, of a state.
const pick = (row, ...names) => Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
const inOrder = (rows, name) => [...rows].sort((a, b) => a[name] - b[name]);
function told({ tasks, timers, sources, ready }) {
    return {
        tasks: inOrder(tasks, "id").map((task) =>
            pick(task, "id", "name", "spawned", "state", "awaiting", "place", "polls")),
        timers: inOrder(timers, "timer").map((timer) =>
            pick(timer, "timer", "deadline", "level", "slot", "woke")),
        sources: inOrder(sources, "source").map((source) => pick(source, "source", "read", "write")),
        ready: ready.filter((entry) => entry !== "callback"),
    };
}
const ofState = (state) => told({
    tasks: state.tasks.values(), timers: state.timers.values(), sources: state.sources.values(), ready: state.ready,
});

let state = model.empty();
const states = [state];
let compared = 0;
for (const [index, event] of events.entries()) {
    if (event.event === "snapshot" && index > 0) {
        assert.deepEqual(ofState(state), told(event), `before the event number ${event.seq}`);
        // The wheel moves with the loop's own clock, and an event is told a moment later.
        assert.ok(Math.abs(state.cursor - (event.cursor ?? state.cursor)) <= 1, `the cursor at ${event.seq}`);
        compared += 1;
    }
    const before = JSON.stringify(ofState(state));
    const after = model.apply(state, event);
    assert.equal(JSON.stringify(ofState(state)), before, `apply changed the state it was given, at ${event.seq}`);
    state = after;
    states.push(state);
}

// Every moment can be gone back to, in any order, and is what it was.
const story = new model.History();
for (const event of events) story.push(event);
let place = events.length;
for (let step = 0; step < 500; step++) {
    place = (place * 7919 + 31) % (events.length + 1);
    assert.deepEqual(ofState(story.at(place)), ofState(states[place]), `back at ${place}`);
}
// And there is a sentence for each.
for (const index of events.keys()) {
    const sentence = model.sentence(story, index);
    assert.ok(/^[A-Z0-9].*\.$/.test(sentence) && !/undefined|null|NaN/.test(sentence), sentence);
}
console.log(`${events.length} events, ${compared} snapshots`);
