"""The parts of `compare`, in reading order: fleet, running, loads, rates, counts, report, bounds; micro is on its own."""
