// Package recording keeps sessions for later review: recorder, chunk store, retention, playback, export.
//
// Nothing is here yet, and nothing of a live session is stored anywhere. When it comes, a recorder is one more member
// of a room, joined only after everyone the site requires has agreed.
package recording
