/** The clock is looked at after so many. */
const STEPS_PER_LOOK = 32;

/** Sees to one after the other of what is dirty, until the deadline (performance.now) but at least to some. */
export function drain<T>(dirty: Set<T>, deadline: number, act: (one: T) => void): void {
	let steps = 0;
	for (const one of dirty) {
		dirty.delete(one);
		act(one);
		if (++steps % STEPS_PER_LOOK === 0 && performance.now() > deadline) return;
	}
}
