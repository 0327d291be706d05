// Package signaling carries calls beside the page: signalling over the room's socket, the forwarding unit, TURN.
//
// Nothing is here yet; the wire reserves the kinds signal and media, and a relay answers them with "not-allowed".
package signaling
