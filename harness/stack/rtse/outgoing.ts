/** Cuts a value into slices and counts the checkpoints between them. X.228 7.3. */
export class OutgoingTransfer {
  readonly #value: Uint8Array;
  readonly #sliceOctets: number;
  readonly #window: number;
  #position = 0;
  /** A slice went out, and the checkpoint behind it did not yet. */
  #checkpointDue = false;
  #unconfirmed: number[] = [];

  /** `checkpointSize`: units of 1024 octets; 0 is no checkpoints, and then there is one slice. X.228 7.1.4. */
  constructor(value: Uint8Array, checkpointSize: number, window: number) {
    this.#value = value;
    this.#sliceOctets = checkpointSize > 0 ? checkpointSize * 1024 : Math.max(1, value.length);
    this.#window = Math.max(1, window);
  }

  /** What is to be sent now. A checkpoint waits while as many as the window has are unconfirmed. */
  get next(): 'slice' | 'checkpoint' | 'end' | 'wait' {
    if (this.#position >= this.#value.length) return 'end';
    if (!this.#checkpointDue) return 'slice';
    return this.#unconfirmed.length < this.#window ? 'checkpoint' : 'wait';
  }

  takeSlice(): Uint8Array {
    const slice = this.#value.subarray(this.#position, this.#position + this.#sliceOctets);
    this.#position += slice.length;
    // None stands behind the last slice: the end of the activity is its checkpoint.
    this.#checkpointDue = this.#position < this.#value.length;
    return slice;
  }

  checkpointSent(serial: number): void {
    this.#checkpointDue = false;
    this.#unconfirmed.push(serial);
  }

  /** Confirming one confirms all before it. X.225 7.21. */
  confirmed(serial: number): void {
    this.#unconfirmed = this.#unconfirmed.filter((each) => each > serial);
  }
}
