/** A minor synchronization point, and the octets of the value that stand in front of it. */
export interface Point {
  readonly serial: number;
  readonly position: number;
}

/** Of the last point, so that the end behind it has six digits too. X.225 8.3.20.4. */
export const SERIAL_MAXIMUM = 999_998;

const START: Point = { serial: 0, position: 0 };

/** Cuts a value into slices and counts the checkpoints between them. X.228 7.3. */
export class OutgoingTransfer {
  readonly #value: Uint8Array;
  readonly #sliceOctets: number;
  readonly #window: number;
  #position: number;
  /** A slice went out, and the checkpoint behind it did not yet. */
  #checkpointDue = false;
  #unconfirmed: Point[] = [];
  #last: Point;
  /** Of the last point that was sent. */
  #serial: number;

  /**
   * `checkpointSize`: units of 1024 octets; 0 is no checkpoints, and then there is one slice. X.228 7.1.4.
   * `from`: the point behind which it goes on, however it was sliced before. X.228 7.8.
   */
  constructor(value: Uint8Array, checkpointSize: number, window: number, from: Point = START) {
    this.#value = value;
    this.#sliceOctets = checkpointSize > 0 ? checkpointSize * 1024 : Math.max(1, value.length);
    this.#window = Math.max(1, window);
    this.#position = from.position;
    this.#last = from;
    this.#serial = from.serial;
  }

  /** The last point that was confirmed, on whichever connection. */
  get last(): Point {
    return this.#last;
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
    this.#checkpointDue = this.#position < this.#value.length && this.#serial < SERIAL_MAXIMUM;
    return slice;
  }

  checkpointSent(serial: number): void {
    this.#checkpointDue = false;
    this.#serial = serial;
    this.#unconfirmed.push({ serial, position: this.#position });
  }

  /** Confirming one confirms all before it. X.225 7.21. */
  confirmed(serial: number): void {
    this.#last = this.#unconfirmed.findLast((point) => point.serial <= serial) ?? this.#last;
    this.#unconfirmed = this.#unconfirmed.filter((point) => point.serial > serial);
  }

  /** Back to the last point that was confirmed: what came behind it is sent again. X.228 7.8. */
  rewind(): void {
    this.#position = this.#last.position;
    this.#serial = this.#last.serial;
    this.#checkpointDue = false;
    this.#unconfirmed = [];
  }
}
