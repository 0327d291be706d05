/** Short tones, made here: no file to load. */
import { Cell } from "../state/cell.ts";
import { recall, remember } from "../state/kept.ts";

export const sound = new Cell(recall("sound") !== "off");

export function switchSound(): void {
	sound.set(!sound.value);
	remember("sound", sound.value ? "on" : "off");
	if (sound.value) play("message");
}

/** Frequencies in Hz, one after the other. */
const tones = { offer: [659, 880, 659, 880], message: [784] } as const;
const NOTE_S = 0.16;
const LOUD = 0.12;

let context: AudioContext | undefined;

/** Browsers let a page sound only after the person has touched it; until then nothing is heard. */
export function play(name: keyof typeof tones): void {
	if (!sound.value) return;
	context ??= new AudioContext();
	void context.resume();
	const start = context.currentTime;
	for (const [i, frequency] of tones[name].entries()) {
		const at = start + i * NOTE_S;
		const tone = new OscillatorNode(context, { frequency });
		const volume = new GainNode(context, { gain: 0 });
		// Swells and fades, so that it does not click.
		volume.gain.setValueAtTime(0, at);
		volume.gain.linearRampToValueAtTime(LOUD, at + 0.02);
		volume.gain.linearRampToValueAtTime(0, at + NOTE_S);
		tone.connect(volume).connect(context.destination);
		tone.start(at);
		tone.stop(at + NOTE_S);
	}
}
