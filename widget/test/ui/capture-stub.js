// Stands in for the capture engine, which has tests of its own: notes each call and sends one recognisable frame.
export function startCapture(options) {
	globalThis.captureCalls ??= [];
	const calls = globalThis.captureCalls;
	const snapshot = (why) => {
		calls.push(why);
		const frame = new Uint8Array(24);
		frame[0] = 0x10;
		frame[1] = 6;
		new DataView(frame.buffer).setUint32(4, options.epoch);
		options.emit(frame);
	};
	globalThis.captureOptions = options;
	globalThis.emitAnyway = () => snapshot("leak");
	snapshot("start");
	return {
		keyframe: () => snapshot("keyframe"),
		setPolicy: () => calls.push("policy"),
		pause: () => calls.push("pause"),
		resume: () => snapshot("resume"),
		node: (id) => (id === 7 ? document.querySelector("h1") : undefined),
		id: () => undefined,
		debug: () => ({
			nodes: 90,
			masked: 12,
			ignored: 3,
			unreadable: { image: 2, sheet: 1 },
			bytes: 0,
			frames: 1,
			epoch: options.epoch,
		}),
		stop: () => calls.push("stop"),
	};
}
