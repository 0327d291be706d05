/** OpenReplay's tracker as it comes; its worker posts to the bench's server, which keeps the bodies. */
import Tracker from "@openreplay/tracker";

const tracker = new Tracker({
	projectKey: "bench",
	ingestPoint: `${location.origin}/ingest`,
	__DISABLE_SECURE_MODE: true,
});
globalThis.__captureAdapter = {
	start: () => tracker.start(),
	flush: () => tracker.forceFlushBatch(),
	stop: () => tracker.stop(),
};
