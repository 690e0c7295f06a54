// One side of a recording, played against a live peer.
export { type PlayOptions, type PlayResult, playRecording, RecordingPlayer } from './player.js';
export { ReplayError } from './script.js';
