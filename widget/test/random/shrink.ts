/** Cuts a failing list down: what can be left out while it still fails is left out (delta debugging, Zeller 2002). */

/**
 * @param fails whether a list fails
 * @param isOver whether to be content with what was found
 */
export async function shrink<T>(
	list: readonly T[],
	fails: (list: readonly T[]) => Promise<boolean>,
	isOver: () => boolean,
): Promise<readonly T[]> {
	let shortest = list;
	for (let size = Math.ceil(shortest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
		for (let from = 0; from < shortest.length && !isOver(); ) {
			const rest = [...shortest.slice(0, from), ...shortest.slice(from + size)];
			if (await fails(rest)) shortest = rest;
			else from += size;
		}
	}
	return shortest;
}
